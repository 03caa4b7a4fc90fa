#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""scheme_figures.py TRUTH REPORT: do the figures of schemes fit the events they were made of?

TRUTH is what the generator wrote (one line an event), REPORT the JSON of `report --schemes`.
"""
import json
import re
import sys
from collections import defaultdict


def read(path):
    """{(kdamond, context, scheme): {event: [fields with time]}}"""
    schemes = defaultdict(lambda: defaultdict(list))
    with open(path, encoding="utf-8") as file:
        for line in file:
            name = line.split()[2]
            if not name.startswith("damos_"):
                continue
            fields = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line)}
            fields["time"] = int(line.split()[0])
            key = int(line.split()[1]), fields["context_idx"], fields["scheme_idx"]
            schemes[key][name].append(fields)
    return schemes


def growth(stats, field):
    total = restarts = 0
    for before, now in zip(stats, stats[1:]):
        back = any(now[f] < before[f] for f in
                   ("nr_tried", "sz_tried", "nr_applied", "sz_applied", "qt_exceeds"))
        restarts += back
        total += now[field] - (0 if back else before[field])
    return total, restarts


def expected(events):
    stats = events["damos_stat_after_apply_interval"]
    esz = events["damos_esz"]
    applies = events["damos_before_apply"]
    goals = events["damos_node_eligible_mem_bp"]
    every = [e["time"] for kind in ("damos_stat_after_apply_interval", "damos_esz",
                                    "damos_before_apply") for e in events[kind]]
    seconds = (stats[-1]["time"] - stats[0]["time"]) / 1e9
    applied, restarts = growth(stats, "sz_applied")
    tried = growth(stats, "sz_tried")[0]
    held = [(now["esz"], until["time"] - now["time"])
            for now, until in zip(esz, esz[1:] + [{"time": max(every)}])]
    points = sum(abs(now["current_value"] - before["current_value"])
                 for before, now in zip(goals, goals[1:])) / 100
    return {
        "start_ns": min(every), "end_ns": max(every), "stats": len(stats), "restarts": restarts,
        "seconds": seconds, "tried_bytes": tried, "applied_bytes": applied,
        "tried_regions": growth(stats, "nr_tried")[0],
        "applied_regions": growth(stats, "nr_applied")[0],
        "quota_exceeded": growth(stats, "qt_exceeds")[0],
        "tried_bytes_per_s": tried / seconds, "applied_bytes_per_s": applied / seconds,
        "quota_exceeded_per_s": growth(stats, "qt_exceeds")[0] / seconds,
        "applied_per_tried": applied / tried if tried else None,
        "points_moved": points if len(goals) > 1 else None,
        "applied_bytes_per_point": applied / points if len(goals) > 1 and points else None,
        "esz.changes": len(esz), "esz.first_bytes": esz[0]["esz"], "esz.last_bytes": esz[-1]["esz"],
        "esz.least_bytes": min(e["esz"] for e in esz),
        "esz.most_bytes": max(e["esz"] for e in esz),
        "esz.mean_bytes": sum(v * t for v, t in held) / sum(t for _, t in held),
        "before_apply.regions": len(applies),
        "before_apply.bytes": sum(a["end"] - a["start"] for a in applies),
    }


def cells(line, key, held):
    """What is wrong with a line over time: each cell is the mean of what was held in it."""
    start, length, wrong = line["start_ns"], line["cell_ns"], []
    if held and not start <= held[0][0] <= held[-1][1] <= start + length * len(line[key]):
        return ["its cells do not hold all of the time"]
    for i, got in enumerate(line[key]):
        low, high = start + i * length, start + (i + 1) * length
        parts = [(value, min(until, high) - max(since, low)) for since, until, value in held
                 if since < high and low < until]
        weight = sum(part for _, part in parts)
        want = sum(value * part for value, part in parts) / weight if weight else None
        if (got is None) != (want is None) or (
                want is not None and abs(got - want) > 1e-9 * abs(want) + 1e-9):
            wrong.append(f"cell {i}: {got}, expected {want}")
    return wrong


def lines(events):
    """(from, until, value) of the rate that was applied, and of the effective quota."""
    stats, esz = events["damos_stat_after_apply_interval"], events["damos_esz"]
    every = [e["time"] for kind in ("damos_stat_after_apply_interval", "damos_esz",
                                    "damos_before_apply") for e in events[kind]]
    applied = [(before["time"], now["time"], growth([before, now], "sz_applied")[0] * 1e9
                / (now["time"] - before["time"]))
               for before, now in zip(stats, stats[1:]) if now["time"] > before["time"]]
    quota = [(now["time"], until["time"], now["esz"])
             for now, until in zip(esz, esz[1:] + [{"time": max(every)}])]
    return applied, quota


def covered(applies, ranges):
    """Is every region that the scheme was applied to inside of one range?"""
    return all(any(start <= a["start"] and a["end"] <= end for start, end in ranges)
               for a in applies)


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        report = json.load(file)
    wrong = []
    truth = read(sys.argv[1])
    got = {tuple(s["stream"][k] for k in ("kdamond_pid", "context", "scheme")): s
           for s in report["schemes"]}
    if got.keys() != truth.keys():
        sys.exit(f"schemes: {sorted(got)}, expected {sorted(truth)}")
    for key, events in truth.items():
        for name, want in expected(events).items():
            value = got[key]
            for part in name.split("."):
                value = value[part]
            if (value is None) != (want is None) or (
                    want is not None and abs(value - want) > 1e-9 * abs(want)):
                wrong.append(f"{key} {name}: {value}, expected {want}")
        applied, quota = lines(events)
        wrong += [f"{key} applied, {what}"
                  for what in cells(got[key]["applied"], "bytes_per_s", applied)]
        wrong += [f"{key} esz, {what}"
                  for what in cells(got[key]["esz"]["timeline"], "bytes", quota)]
        ranges = [(int(r["start"], 16), int(r["end"], 16))
                  for r in got[key]["before_apply"]["ranges"]]
        if ranges != sorted(ranges) or not covered(events["damos_before_apply"], ranges):
            wrong.append(f"{key}: ranges do not hold the regions")
    print("\n".join(wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
