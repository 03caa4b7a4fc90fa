#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""export_truth.py csv|jsonl TABLE TRUTH FILE: do the rows equal the events that were written?

TRUTH is what gen_trace or gen_perf says it wrote. Prints what differs, nothing when all is equal.
Rows are compared without regard to their order among streams, which formats do not promise.
"""

import csv
import json
import sys

SCHEMES = {
    'damos_esz': ('esz', {'esz_bytes': 'esz'}),
    'damos_stat_after_apply_interval': ('stat', {
        'tried_regions': 'nr_tried', 'tried_bytes': 'sz_tried', 'applied_regions': 'nr_applied',
        'applied_bytes': 'sz_applied', 'passed_bytes': 'sz_ops_filter_passed',
        'quota_exceeds': 'qt_exceeds', 'snapshots': 'nr_snapshots'}),
    'damos_before_apply': ('apply', {
        'start_bytes': 'start', 'end_bytes': 'end', 'accesses_samples': 'nr_accesses',
        'age_aggregations': 'age', 'target': 'target_idx'}),
}


def events(path):
    """time, pid, name and fields of each event of gen_trace."""
    with open(path, encoding='ascii') as file:
        for line in file:
            words = line.split()
            if len(words) > 3 and words[0].isdigit():
                yield words[0], words[1], words[2], dict(w.split('=', 1) for w in words[3:])


def region_rows(path):
    for time, pid, name, f in events(path):
        if name == 'damon_aggregated':
            yield {'time_ns': time, 'kdamond_pid': pid, 'target': f['target_id'],
                   'start_bytes': f['start'], 'end_bytes': f['end'],
                   'regions_in_snapshot': f['nr_regions'], 'accesses_samples': f['nr_accesses'],
                   'age_aggregations': f['age']}


def goal_rows(path):
    for time, pid, name, f in events(path):
        if name == 'damos_node_eligible_mem_bp':
            yield {'time_ns': time, 'kdamond_pid': pid, 'nid': f['nid'],
                   'target_bp': f['target_value'], 'value_bp': f['current_value'],
                   'score_bp': f.get('score', '')}


def scheme_rows(path):
    for time, pid, name, f in events(path):
        if name in SCHEMES:
            event, columns = SCHEMES[name]
            yield {'time_ns': time, 'kdamond_pid': pid, 'context': f['context_idx'],
                   'scheme': f['scheme_idx'], 'event': event,
                   **{column: f[field] for column, field in columns.items()}}


def sample_rows(path):
    with open(path, encoding='ascii') as file:
        for line in file:
            w = line.split()
            if w[0] == 'sample':
                yield {'time_ns': w[1], 'event': w[2], 'pid': w[3], 'tid': w[4], 'cpu': w[5],
                       'ip': str(int(w[6], 16)), 'address': str(int(w[7], 16)),
                       'phys': str(int(w[8], 16)), 'period': w[9], 'weight_cycles': w[10],
                       'data_src': str(int(w[11], 16))}


ROWS = {'regions': region_rows, 'goals': goal_rows, 'schemes': scheme_rows,
        'samples': sample_rows}


def read(form, table, path):
    with open(path, encoding='utf-8', newline='') as file:
        if form == 'csv':
            yield from csv.DictReader(file)
            return
        for line in file:
            row = json.loads(line)
            if row.pop('table') == table:
                yield {k: '' if v is None else str(v) for k, v in row.items()}


def main():
    form, table, truth, path = sys.argv[1:]
    want = list(ROWS[table](truth))
    got = list(read(form, table, path))
    if not want:
        print('the truth has no', table)
    if len(want) != len(got):
        print(f'{len(got)} rows of {len(want)}')
    keys = ('time_ns', 'event', 'start_bytes', 'cpu', 'nid')
    order = lambda row: tuple(row.get(key, '') for key in keys)
    for left, right in zip(sorted(want, key=order), sorted(got, key=order)):
        wrong = {k: (v, right.get(k)) for k, v in left.items() if right.get(k) != v}
        # a column that the event has nothing for is empty
        if table == 'schemes':
            wrong.update({k: ('', v) for k, v in right.items() if k not in left and v})
        if wrong:
            print(left['time_ns'], wrong)
            break


main()
