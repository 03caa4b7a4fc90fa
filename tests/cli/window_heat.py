#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""window_heat.py CAPTURE FROM,TO BASE LO,HI: is a window of a heap hotter than the rest of it?

Takes the mean access rate from FROM to TO (seconds on the recording's clock) of the heap of 256 MB
at BASE, from one map of 2 MB cells, weighted by what was observed: prints the rate inside the
window [LO, HI), that outside, and their ratio.
"""

import json
import os
import subprocess
import sys

HEAP = 256 << 20
CELL = 2 << 20


def mean(values):
    return sum(values) / len(values)


def main():
    capture, time, base, window = sys.argv[1:]
    base = int(base, 16)
    low, high = [int(address, 16) for address in window.split(',')]
    cells = HEAP // CELL
    report = subprocess.run(
        [os.environ['DAMON_TRACE'], 'report', '--json', '--intervals', '20ms,400ms',
         '--resolution', f'16x{cells}', '--time', ','.join('@' + end for end in time.split(',')),
         '--address', f'{base:#x},{base + HEAP:#x}', capture],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    grids = json.loads(report.stdout)['heatmaps']
    if len(grids) != 1 or grids[0]['unit'] != 'access rate' or len(grids[0]['cells'][0]) != cells:
        sys.exit(f'expected one map of access rates, {cells} cells wide')
    inside, outside = [], []
    for row in grids[0]['cells']:
        for i, heat in enumerate(row):
            if heat is not None:
                is_inside = low <= base + i * CELL < high
                (inside if is_inside else outside).append(heat)
    print(f'{mean(inside):.3f} in, {mean(outside):.3f} out, ratio', mean(inside) / mean(outside))


if __name__ == '__main__':
    main()
