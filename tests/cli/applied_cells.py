#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""applied_cells.py TRUTH REPORT: are the cells that schemes were applied to those of the events?

TRUTH is what the generator wrote (one line an event), REPORT the JSON of `report --heatmap
--schemes`. Every application is compared with the edges of every cell.
"""
import json
import re
import sys
from collections import Counter


def read(path):
    """[(kdamond, fields with time)] of the applications"""
    applies = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            time, kdamond, name = line.split()[:3]
            if name == "damos_before_apply":
                fields = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line)}
                applies.append((int(kdamond), {**fields, "time": int(time)}))
    return applies


def edges(start, end, cells):
    at = [start + i * (end - start) // cells for i in range(cells + 1)]
    return list(zip(at, at[1:]))


def expected(applies, heatmap):
    """{(context, scheme): (regions, {(time cell, column): regions})}"""
    times = edges(*(heatmap["time"][key] for key in ("start_ns", "end_ns", "cells")))
    columns = [edge for s in heatmap["segments"]
               for edge in edges(int(s["start"], 16), int(s["end"], 16), s["cells"])]
    regions, cells = Counter(), {}
    for kdamond, fields in applies:
        if (kdamond, fields["target_idx"]) != (heatmap["stream"]["kdamond_pid"],
                                               heatmap["stream"]["target"]):
            continue
        key = fields["context_idx"], fields["scheme_idx"]
        within = [(t, a) for t, (start, end) in enumerate(times)
                  if start <= fields["time"] < end
                  for a, (low, high) in enumerate(columns)
                  if fields["start"] < high and low < fields["end"]]
        if within:
            regions[key] += 1
            cells.setdefault(key, Counter()).update(within)
    return {key: (regions[key], cells[key]) for key in regions}


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        report = json.load(file)
    applies = read(sys.argv[1])
    wrong, seen = [], 0
    for heatmap in report["heatmaps"]:
        if heatmap["source"] != "damon":
            continue
        want = expected(applies, heatmap)
        got = {(s["context"], s["scheme"]):
               (s["applied_regions"], Counter({(t, a): n for t, a, n in s["applied_cells"]}))
               for s in heatmap["schemes"]}
        seen += sum(regions for regions, _ in want.values())
        if got != want or list(got) != sorted(got):
            wrong.append(f"{heatmap['stream']}: {got}, expected {want}")
    if not seen:
        wrong.append("no application lies in any map: nothing was compared")
    print("\n".join(wrong)[:4000])
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
