#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""cost_figures.py TRUTH REPORT: is what calls cost that of the events they were made of?

TRUTH is what the generator wrote (one line an event), REPORT the JSON of `report --cost`. Sorts all
durations and counts them in the buckets that perf ftrace latency has.
"""
import json
import math
import re
import sys
from collections import defaultdict

NAMES = ["damon_va_prepare_access_checks", "damon_va_check_accesses", "kdamond_merge_regions",
         "kdamond_apply_schemes", "damon_va_apply_scheme"]
PHASES = ["prepare", "check", "aggregate", "apply", "apply"]
BUCKETS = 22
FIRST_FUNCTION, DISTANCE = 0xc1000000 + 64, 128


def ends(path):
    """(time, pid, is a return, number of the function, duration or None) of every event."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            time, pid, name = line.split()[:3]
            fields = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line)}
            graph = re.fullmatch("funcgraph_(entry|exit)", name)
            probe = re.fullmatch("(enter|leave)_(.*)", name)
            if graph:
                yield (int(time), pid, graph[1] == "exit",
                       (fields["func"] - FIRST_FUNCTION) // DISTANCE,
                       fields["rettime"] - fields["calltime"] if graph[1] == "exit" else None)
            elif probe:
                yield int(time), pid, probe[1] == "leave", NAMES.index(probe[2]), None


def calls(path):
    """{function: [(duration, self)]}"""
    stacks, found = defaultdict(list), defaultdict(list)
    for time, pid, returns, function, duration in ends(path):
        stack = stacks[pid]
        if not returns:
            stack.append([function, time, 0])
            continue
        entered, begun, inside = stack.pop()
        assert entered == function, "the truth is not nested"
        if duration is None:
            duration = time - begun
        if stack:
            stack[-1][2] += duration
        found[function].append((duration, max(duration - inside, 0)))
    assert not any(stacks.values())
    return found


def bucket(ns):
    us = ns // 1000
    return min(0 if us == 0 else int(math.log2(us)) + 1, BUCKETS - 1)


def compare(what, expected, told, limit=0.0):
    if told is None or abs(told - expected) > limit * abs(expected):
        print(f"{what}: {told} is not {expected}")


def check_function(number, durations, cost, histograms):
    name = NAMES[number]
    row = [r for r in cost["functions"] if r["function"] == name][0]
    spread = [r for r in cost["durations"] if r["function"] == name][0]
    values = sorted(duration for duration, _ in durations)
    compare(name + " calls", len(values), row["calls"])
    compare(name + " total", sum(values), row["total_ns"])
    compare(name + " self", sum(inside for _, inside in durations), row["self_ns"])
    compare(name + " mean", sum(values) / len(values), spread["mean_ns"], 1e-12)
    compare(name + " max", values[-1], spread["max_ns"])
    for key, q in ("p50_ns", 0.5), ("p95_ns", 0.95), ("p99_ns", 0.99):
        # half of a bucket of the sketch
        compare(name + " " + key, values[math.ceil(q * len(values)) - 1], spread[key], 1 / 256)
    compare(name + " share of a CPU", sum(values) / cost["wall_ns"], row["wall_share"], 1e-12)
    counts = [0] * BUCKETS
    for value in values:
        counts[bucket(value)] += 1
    rows = [h for h in histograms if h["function"] == name][0]["histogram"]
    while counts and not counts[-1]:
        counts.pop()
    if [r["calls"] for r in rows] != counts:
        print(f"{name}: buckets {[r['calls'] for r in rows]} are not {counts}")
    for i, r in enumerate(rows):
        compare(f"{name} bucket {i}", 2 ** (i - 1) if i else 0, r["from_us"])
        compare(f"{name} share {i}", counts[i] / len(values), r["share"], 1e-12)


def main():
    found = calls(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        report = json.load(file)
    cost = report["cost"]
    for number, durations in found.items():
        check_function(number, durations, cost, report["cost_functions"])
    traced = sum(inside for durations in found.values() for _, inside in durations)
    compare("traced", traced, cost["traced_ns"])
    compare("calls", sum(len(durations) for durations in found.values()), cost["calls"])
    compare("events", 2 * sum(len(durations) for durations in found.values()), cost["events"])
    compare("ticks", len(found[1]), cost["ticks"])
    compare("aggregations", len(found[2]), cost["aggregations"])
    phases = defaultdict(int)
    for number, durations in found.items():
        phases[PHASES[number]] += sum(inside for _, inside in durations)
    if {r["phase"] for r in cost["phases"]} != set(phases):
        print("phases:", [r["phase"] for r in cost["phases"]])
    for r in cost["phases"]:
        compare("phase " + r["phase"], phases[r["phase"]], r["self_ns"])
        compare("per aggregation", phases[r["phase"]] / len(found[2]), r["aggregation_ns"], 1e-12)
    busy = cost["busy"]
    for name, series in busy["series"].items():
        compare("over time " + name, phases[name], sum(series) * busy["step_ns"], 1e-9)


main()
