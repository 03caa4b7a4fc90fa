#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""openmetrics_check.py FILE CSV...: is the file OpenMetrics, with the values of the CSV files?

The rules are those of the OpenMetrics specification, version 1.0.0: metrics and series are not
interleaved, each series has growing times, counters end in _total and do not fall, the text ends
with "# EOF". The values of goals and effective quotas are those of the CSV export of the same
recording, one a millisecond. Prints what is wrong.
"""

import csv
import re
import sys

LINE = re.compile(r'([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+) (-?\d+)\.(\d{3})$')
LABEL = re.compile(r'([a-z_]+)="([^"\\\n]*)"(?:,|$)')


def read(path):
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n')
    if lines[-2:] != ['# EOF', '']:
        print('it does not end with # EOF and a line feed')
    kinds, done, series, last, current = {}, set(), {}, None, None
    for line in lines[:-2]:
        if line.startswith('# TYPE '):
            name, kind = line.split()[2:]
            if name in kinds:
                print('twice:', line)
            kinds[name], current = kind, name
            continue
        if line.startswith('# HELP '):
            if line.split()[2] != current:
                print('not of the metric:', line)
            continue
        match = LINE.match(line)
        if not match:
            print('no sample:', line)
            continue
        name, labels, value, seconds, ms = match.groups()
        wanted = current + '_total' if kinds[current] == 'counter' else current
        if name != wanted or not name.startswith('damon_trace_'):
            print('name:', line)
        pairs = LABEL.findall(labels or '')
        if ','.join(f'{k}="{v}"' for k, v in pairs) != (labels or ''):
            print('labels:', line)
        key = (name, tuple(pairs))
        if key != last and key in done:
            print('interleaved:', line)
        done.add(key)
        last = key
        points = series.setdefault(key, [])
        time = int(seconds + ms)
        if points and time <= points[-1][0]:
            print('time does not grow:', line)
        if points and kinds[current] == 'counter' and float(value) < points[-1][1]:
            print('a counter fell:', line)
        points.append((time, float(value)))
    return series


def compare(series, paths):
    want = {}
    for path in paths:
        with open(path, encoding='utf-8', newline='') as file:
            for row in csv.DictReader(file):
                for column, name in (('value_bp', 'goal_value_bp'), ('target_bp', 'goal_target_bp'),
                                     ('esz_bytes', 'scheme_effective_quota_bytes')):
                    if row.get(column):
                        key = (name, row['kdamond_pid'], row['scheme'], row.get('nid'))
                        points = want.setdefault(key, {})
                        points.setdefault(int(row['time_ns']) // 1000000, float(row[column]))
    got = {}
    for (name, pairs), points in series.items():
        labels = dict(pairs)
        key = (name.replace('damon_trace_', ''), labels.get('kdamond'), labels.get('scheme', ''),
               labels.get('nid'))
        if 'goal_value' in name or 'goal_target' in name or 'effective' in name:
            got[key] = dict(points)
    if got != want:
        print('values differ:', sorted(got), sorted(want))
    if not want:
        print('nothing was compared')


compare(read(sys.argv[1]), sys.argv[2:])
