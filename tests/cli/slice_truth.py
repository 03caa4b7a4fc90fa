#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""slice_truth.py TRUTH ROWS [OPTIONS]: does a slice hold what it has to, and nothing else?

TRUTH is what gen_trace or gen_perf wrote down of the whole, ROWS what gen_rows prints of the slice.
OPTIONS: from=NS to=NS (on the recording's clock, the end not in it), low=N high=N (addresses),
kdamond=PID, pid=PID (of samples). A loss has the time of the next event of its CPU: where that does
not stay it has that of a later one, so that with addresses or a kdamond losses are only summed. Prints the number of records that stay; or the first differences
and exit status 1.
"""

import collections
import sys

KINDS = {
    "damon_aggregated": "region",
    "damos_before_apply": "apply",
    "damos_esz": "esz",
    "damos_node_eligible_mem_bp": "goal",
    "damos_stat_after_apply_interval": "stat",
    "lost": "loss",
}


def of_trace(words):
    """A line of gen_trace: TIME KDAMOND EVENT field=value ..."""
    fields = dict(word.split("=", 1) for word in words[3:] if "=" in word)
    kind = KINDS.get(words[2])
    record = {"kind": kind, "time": int(words[0]), "kdamond": int(words[1])}
    if kind == "loss":
        record["count"] = int(fields["count"])
        del record["kdamond"]
    if kind in ("region", "apply"):
        record["range"] = (int(fields["start"]), int(fields["end"]))
    return record


def of_perf(words):
    """A line of gen_perf."""
    if words[0] == "sample":
        return {"kind": "sample", "time": int(words[1]), "pid": int(words[3]),
                "address": int(words[7], 16)}
    if words[0] == "region":
        return {"kind": "region", "time": int(words[1]), "kdamond": int(words[2]),
                "range": (int(words[3], 16), int(words[4], 16))}
    if words[0] == "goal":
        return {"kind": "goal", "time": int(words[1]), "kdamond": None}
    return {"kind": None}


def wanted(record, options):
    """Does the record stay?"""
    if "from" in options and record["time"] < options["from"]:
        return False
    if "to" in options and record["time"] >= options["to"]:
        return False
    if "pid" in options and record.get("pid", options["pid"]) != options["pid"]:
        return False
    if "kdamond" in options and record.get("kdamond", options["kdamond"]) != options["kdamond"]:
        return False
    if "low" in options and "range" in record:
        return record["range"][0] < options["high"] and record["range"][1] > options["low"]
    if "low" in options and "address" in record:
        return options["low"] <= record["address"] < options["high"]
    return True


def key(record):
    """What tells a record from others."""
    return (record["kind"], record["time"], record.get("range"), record.get("address"),
            record.get("count"))


def of_rows(line):
    """A line of gen_rows."""
    kind, rest = line.split(" ", 1)
    fields = dict(word.split("=", 1) for word in rest.split() if "=" in word)
    record = {"kind": kind, "time": int(fields["time"])}
    if kind in ("region", "apply"):
        record["range"] = (int(fields["start"]), int(fields["end"]))
    elif kind == "sample":
        record["address"] = int(fields["addr"], 0)
    elif kind == "loss":
        record["count"] = int(rest.split()[-1])
    return record


def add(counter, record, options):
    """Count a record, a loss by its events where its time may be another."""
    if record["kind"] == "loss" and ("low" in options or "kdamond" in options):
        counter["lost events"] += record["count"]
    else:
        counter[key(record)] += 1


def main():
    options = {name: int(value, 0) for name, value in
               (word.split("=", 1) for word in sys.argv[3:])}
    expected = collections.Counter()
    kinds = set()
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            words = line.split()
            record = of_trace(words) if words[0].isdigit() else of_perf(words)
            if not record["kind"]:
                continue
            kinds.add(record["kind"])
            if wanted(record, options):
                add(expected, record, options)
    found = collections.Counter()
    with open(sys.argv[2], encoding="utf-8") as file:
        for line in file:
            record = of_rows(line.rstrip("\n"))
            if record["kind"] in kinds:
                add(found, record, options)
    for name, only in ("missing", expected - found), ("too many", found - expected):
        for record in list(only)[:5]:
            print(f"{name}: {record}")
    if expected != found or not expected:
        sys.exit(f"{sum(expected.values())} records expected, {sum(found.values())} found")
    print(sum(expected.values()))


if __name__ == "__main__":
    main()
