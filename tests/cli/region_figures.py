#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""region_figures.py TRUTH REPORT SAMPLE_US AGGR_US: do working sets and regions fit the events?

TRUTH is what the generator wrote (one line an event), REPORT the JSON of `report --wss --regions`.
Means must agree to 1e-9, quantiles to 1/256 of themselves, as the report's documentation promises.
"""
import json
import math
import re
import sys
from collections import defaultdict

QUANTILES = {"p0": 0, "p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p100": 1}


def snapshots(path):
    """Complete snapshots of each stream: lists of (bytes, accesses, age), and their times."""
    streams, last_end, times = defaultdict(list), {}, defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for line in file:
            if " damon_aggregated " not in line:
                continue
            fields = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line)}
            kdamond = int(line.split()[1])
            key = kdamond, fields["target_id"]
            stream = streams[key]
            # lost ones shift nothing: where addresses go back another snapshot begins
            if (not stream or len(stream[-1][1]) == stream[-1][0]
                    or fields["start"] < last_end[key]):
                stream.append((fields["nr_regions"], []))
                times[key].append(int(line.split()[0]))
            last_end[key] = fields["end"]
            stream[-1][1].append(
                (fields["end"] - fields["start"], fields["nr_accesses"], fields["age"]))
    whole = {key: [i for i, (nr, regions) in enumerate(stream) if len(regions) == nr]
             for key, stream in streams.items()}
    return ({key: [streams[key][i][1] for i in whole[key]] for key in streams},
            {key: [times[key][i] for i in whole[key]] for key in streams})


def at_time(times, values, percent):
    """The value of the first snapshot at that part of the time or later."""
    instant = times[0] + (times[-1] - times[0]) * percent // 100
    return next(value for time, value in zip(times, values) if time >= instant)


def quantile(pairs, share):
    """Of (value, weight): the value at or below which that share of the weights lies."""
    pairs = sorted(pairs)
    total = sum(weight for _, weight in pairs)
    below = 0
    for value, weight in pairs:
        below += weight
        if below >= share * total - 1e-9 * total:
            return value
    return pairs[-1][0]


class Compare:
    def __init__(self):
        self.wrong = []

    def close(self, what, got, want, tolerance):
        if got is None or abs(got - want) > tolerance * abs(want) + 1e-9:
            self.wrong.append(f"{what}: {got}, expected {want}")

    def timeline(self, what, series, got, times, values):
        """The mean of each cell; which cells there are is the report's own choice."""
        start, length = series["start_ns"], series["cell_ns"]
        cells = defaultdict(list)
        for time, value in zip(times, values):
            cells[(time - start) // length].append(value)
        if start % length or not 0 <= min(cells) <= max(cells) < len(got):
            self.wrong.append(f"{what}: its cells do not hold the snapshots")
            return
        for i, value in enumerate(got):
            if (value is None) != (i not in cells):
                self.wrong.append(f"{what}, cell {i}: {value}")
            elif value is not None:
                self.close(f"{what}, cell {i}", value, sum(cells[i]) / len(cells[i]), 1e-9)

    def distribution(self, what, got, pairs):
        pairs = [pair for pair in pairs if pair[1] > 0]
        total = sum(weight for _, weight in pairs)
        self.close(what + " mean", got["mean"], sum(v * w for v, w in pairs) / total, 1e-9)
        for key, share in QUANTILES.items():
            # next to a step in the data either side of it is right
            want = [quantile(pairs, max(0, min(1, share + off))) for off in (-1e-6, 0, 1e-6)]
            if not any(abs(got[key] - value) <= abs(value) / 256 + 1e-9 for value in want):
                self.wrong.append(f"{what} {key}: {got[key]}, expected {want[1]}")


def main():
    sample, aggregation = int(sys.argv[3]), int(sys.argv[4])
    truth, times = snapshots(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        report = json.load(file)
    compare = Compare()
    sets = {(s["stream"]["kdamond_pid"], s["stream"]["target"]): s for s in report["working_sets"]}
    regions = {(s["stream"]["kdamond_pid"], s["stream"]["target"]): s for s in report["regions"]}
    if sets.keys() != truth.keys() or regions.keys() != truth.keys():
        sys.exit(f"streams: {sorted(sets)}, expected {sorted(truth)}")
    for key, shots in truth.items():
        ours, made = sets[key], regions[key]
        flat = [region for shot in shots for region in shot]
        compare.close("snapshots", ours["snapshots"], len(shots), 0)
        compare.distribution("working set", ours["bytes"],
                             [(sum(b for b, n, _ in shot if n), 1) for shot in shots])
        for percent in (0, 25, 50, 75, 100):
            compare.close(f"working set at {percent} % of the time",
                          ours["by_time_bytes"][f"t{percent}"],
                          at_time(times[key], [sum(b for b, n, _ in shot if n) for shot in shots],
                                  percent), 0)
        compare.distribution("count", made["count"], [(len(shot), 1) for shot in shots])
        compare.distribution("size", made["size_bytes"], [(b, 1) for b, _, _ in flat])
        compare.distribution("age", made["age_aggregations"], [(age, b) for b, _, age in flat])
        compare.distribution("idle", made["idle_s"],
                             [((age + 1) * aggregation / 1e6 * (-1 if n else 1), b)
                              for b, n, age in flat])
        compare.distribution("bandwidth", made["bandwidth_bytes_per_s"],
                             [(math.floor(sum(b * n for b, n, _ in shot) * 1e6 / aggregation), 1)
                              for shot in shots])
        rates = [0.0] * 11
        for size, accesses, _ in flat:
            tenth = math.ceil(accesses / (aggregation / sample) * 10 - 1e-9)
            rates[min(tenth, 10)] += size / len(shots)
        for got, want in zip(made["access_rate"]["bytes"], rates):
            compare.close("access rate", got, want, 1e-9)
        compare.timeline("working set", ours["timeline"], ours["timeline"]["bytes"], times[key],
                         [sum(b for b, n, _ in shot if n) for shot in shots])
        compare.timeline("number", made["timeline"], made["timeline"]["regions"], times[key],
                         [len(shot) for shot in shots])
    print("\n".join(compare.wrong))
    return bool(compare.wrong)


if __name__ == "__main__":
    sys.exit(main())
