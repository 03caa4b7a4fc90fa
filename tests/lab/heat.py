#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""heat.py RECORDING SOURCE FROM,TO SAMPLE,AGGR LO,HI...: the heat of some ranges of addresses.

SOURCE is damon or samples; FROM and TO are seconds of the recording's clock; the addresses are
hexadecimal, multiples of 1 MB apart. Prints a number for each range, from one map of 1 MB cells:
of damon the mean of what was observed, of samples their number; and as the last one the number of
samples anywhere in between the lowest and the highest address.
"""

import json
import os
import subprocess
import sys

CELL = 1 << 20


def read_map(recording, source, time, intervals, low, high):
    report = subprocess.run(
        [os.environ['DAMON_TRACE'], 'report', '--json', '--heatmap', '--source', source,
         '--intervals', intervals, '--resolution', f'16x{(high - low) // CELL}',
         '--time', ','.join('@' + end for end in time.split(',')),
         '--address', f'{low:#x},{high:#x}', recording],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    # 3: there are losses, which are the business of others
    if report.returncode not in (0, 3):
        sys.exit(f'damon-trace report: exit status {report.returncode}')
    maps = json.loads(report.stdout)['heatmaps']
    if len(maps) != 1 or len(maps[0]['cells'][0]) != (high - low) // CELL:
        sys.exit(f'expected one map, {(high - low) // CELL} cells wide; got {len(maps)}')
    return maps[0]['cells']


def main():
    recording, source, time, intervals, *ranges = sys.argv[1:]
    ranges = [tuple(int(end, 16) for end in text.split(',')) for text in ranges]
    low, high = min(start for start, _ in ranges), max(end for _, end in ranges)
    cells = read_map(recording, source, time, intervals, low, high)
    for start, end in ranges:
        values = [heat for row in cells
                  for heat in row[(start - low) // CELL:(end - low) // CELL] if heat is not None]
        print(sum(values) if source == 'samples' else sum(values) / len(values))
    if source == 'samples':
        print(sum(heat for row in cells for heat in row if heat is not None))


if __name__ == '__main__':
    main()
