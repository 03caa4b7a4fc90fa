#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""same_report.py BASE OTHER [KEYS]: are two JSON reports equal, but for their inputs and notes?

Recordings of one world in different formats have to give equal reports, to the last bit. KEYS, by
commas: compare only those. The first differences are printed; exit status 1 when there are any.
"""

import json
import sys

SHOWN = 10


def differences(path, base, other):
    """Yield a line for every value that differs."""
    if isinstance(base, dict) and isinstance(other, dict):
        for key in sorted(base.keys() | other.keys()):
            if key not in base or key not in other:
                yield f'{path}.{key}: only in the {"other" if key in other else "base"}'
            else:
                yield from differences(f'{path}.{key}', base[key], other[key])
    elif isinstance(base, list) and isinstance(other, list):
        if len(base) != len(other):
            yield f'{path}: {len(base)} elements, {len(other)} in the other'
        for i, (left, right) in enumerate(zip(base, other)):
            yield from differences(f'{path}[{i}]', left, right)
    elif base != other or isinstance(base, bool) != isinstance(other, bool):
        yield f'{path}: {base!r}, {other!r} in the other'


def main():
    reports = []
    for name in sys.argv[1:3]:
        with open(name, encoding='utf-8') as file:
            reports.append(json.load(file))
    keys = sys.argv[3].split(',') if sys.argv[3:] and sys.argv[3] else None
    if not keys:
        keys = sorted((reports[0].keys() | reports[1].keys()) - {'inputs', 'notes'})
    base, other = [{key: report[key] for key in keys if key in report} for report in reports]
    if not base:
        print('nothing to compare in', sys.argv[1])
        return 1
    found = 0
    for line in differences('', base, other):
        found += 1
        if found <= SHOWN:
            print(line)
    if found > SHOWN:
        print(found - SHOWN, 'more')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
