#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""perf_truth.py FILE: the truth of gen_perf as the lines that tests/tools/reference.py reads.

gen_perf says of a region which kdamond saw it, but not how many regions its snapshot has: the
regions of one snapshot are those up to the one that starts below the last.
"""

import sys


def regions(lines):
    """Group the region lines by snapshot."""
    snapshot = []
    for line in lines:
        if line[0] != 'region':
            continue
        if snapshot and int(line[3], 16) < int(snapshot[-1][4], 16):
            yield snapshot
            snapshot = []
        snapshot.append(line)
    if snapshot:
        yield snapshot


def main():
    with open(sys.argv[1], encoding='ascii') as file:
        lines = [line.split() for line in file]
    out = []
    for line in lines:
        if line[0] == 'sample':
            time, event, pid, _, cpu, _, address, phys, period, weight, _ = line[1:]
            out.append((int(time), f'{pid} sample cpu={cpu} event={event} '
                        f'addr={int(address, 16)} phys={int(phys, 16)} period={period} '
                        f'weight={weight}'))
    for snapshot in regions(lines):
        for _, time, kdamond, start, end, accesses, age in snapshot:
            out.append((int(time), f'{kdamond} damon_aggregated target_id=0 '
                        f'nr_regions={len(snapshot)} start={int(start, 16)} end={int(end, 16)} '
                        f'nr_accesses={accesses} age={age}'))
    for time, text in sorted(out, key=lambda entry: entry[0]):
        print(time, text)


if __name__ == '__main__':
    main()
