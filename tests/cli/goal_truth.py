#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""goal_truth.py TRUTH REPORT: is the share that goals saw the one that the process counted?

TRUTH is what the process wrote about every second: on which node every 16th of its hot pages lay.
REPORT is the JSON of `report --goals`. Over each steady part the mean of DAMON's value must be
that of the process, to two points: the process counts pages, DAMON what it found accessed.
"""
import json
import re
import statistics
import sys


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        counted = [[float(word) for word in match.groups()] for match in
                   (re.search(r" t=([\d.]+) node0=(\d+) node1=(\d+)", line) for line in file)
                   if match]
    with open(sys.argv[2], encoding="utf-8") as file:
        goals = json.load(file)["goals"]
    compared = 0
    for goal in goals:
        for step in goal["steps"]:
            shares = [10000 * (node0, node1)[goal["nid"]] / (node0 + node1)
                      for time, node0, node1 in counted
                      if step["steady"]["start_ns"] <= time * 1e9 <= step["end_ns"]]
            truth = statistics.mean(shares)
            if len(shares) < 5 or abs(step["steady"]["mean_bp"] - truth) > 200:
                sys.exit(f"node {goal['nid']}, target {step['target_bp']}: mean "
                         f"{step['steady']['mean_bp']:.0f}, the process says {truth:.0f} "
                         f"({len(shares)} times)")
            compared += 1
    print(compared)


if __name__ == "__main__":
    main()
