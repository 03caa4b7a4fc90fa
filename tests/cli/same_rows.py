#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""same_rows.py A B COLUMNS [cut|rounded]: do two outputs of gen_rows hold the same records?

Of samples the COLUMNS (by commas) are compared, which every one of them must have in both; of other
records everything. cut, rounded: the times of A become microseconds, as perf and trace-cmd print
them. The order does not matter. Prints the number of records, or the first differences and exit status 1.
"""

import collections
import re
import sys


def microseconds(match, add):
    return f"time={(int(match[1]) + add) // 1000 * 1000}"


def rows(path, columns, how):
    found = collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            if how:
                add = 500 if how == "rounded" else 0
                line = re.sub(r"\btime=(\d+)", lambda match: microseconds(match, add), line)
            kind, rest = line.rstrip("\n").split(" ", 1)
            if kind == "sample":
                # the event's name may have blanks; what follows it has none
                values = dict(word.split("=", 1) for word in re.findall(r"\b\w+=[-\w]+", rest))
                missing = [column for column in columns if column not in values]
                if missing:
                    sys.exit(f"{path}: no {missing} in {line}")
                rest = " ".join(f"{column}={values[column]}" for column in columns)
            found[kind, rest] += 1
    return found


def main():
    columns = sys.argv[3].split(",")
    base = rows(sys.argv[1], columns, sys.argv[4] if sys.argv[4:] else None)
    other = rows(sys.argv[2], columns, None)
    for name, only in ("A", base - other), ("B", other - base):
        for kind, rest in list(only)[:5]:
            print(f"only in {name}: {kind} {rest}")
    if base != other or not base:
        sys.exit(f"{sum(base.values())} records, {sum(other.values())} in the other")
    print(sum(base.values()))


if __name__ == "__main__":
    main()
