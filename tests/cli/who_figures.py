#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""who_figures.py TRUTH REPORT [TIER...]: is it true who accessed the memory, and how fast?

TRUTH is what gen_samples --list wrote, REPORT the JSON of `report --by ... --latency`, TIER what it
was restricted to. Everything is counted anew from the list of samples. Prints what differs.
"""

import json
import math
import sys
from collections import defaultdict

# of tests/tools/samples_world.c
PROCESSES = {1000: ('redis-server', '/system.slice/redis.service', 0x7f1000000000),
             1100: ('batch job 7', '/user.slice/batch', 0x7f2000000000)}
HEAP = 256 << 20
CODE = range(0x400000, 0x500000)


def mapping(sample):
    address, heap = sample['addr'], PROCESSES[sample['pid']][2]
    if not address:
        return '(no address)', None
    if address >= 1 << 63:
        return '[kernel]', '[kernel]'
    if heap <= address < heap + HEAP // 2:
        return '[heap]', '[heap]'
    if heap <= address < heap + HEAP:
        return '//anon', '//anon'
    if address in CODE:
        return 'synthetic', '/usr/bin/synthetic'
    return '(unknown)', '(unknown)'


def symbol(sample):
    mode = sample['misc'] & 7
    if mode == 1:
        return '[kernel]', '[kernel]'
    if mode in (4, 5):
        return '[guest]', '[guest]'
    if mode == 3:
        return '[hypervisor]', '[hypervisor]'
    if sample['ip'] not in CODE:
        return '[unknown]', '[unknown]'
    return f'[synthetic]+0x{sample["ip"] - CODE.start:x}', 'synthetic'


KEYS = {'pid': lambda s: (PROCESSES[s['pid']][0], None, s['pid']),
        'comm': lambda s: (PROCESSES[s['pid']][0], None, None),
        'cgroup': lambda s: (PROCESSES[s['pid']][1], None, None),
        'mapping': lambda s: mapping(s) + (None,),
        'symbol': lambda s: symbol(s) + (None,)}

wrong = []


def same(what, got, expected):
    if isinstance(got, float) and isinstance(expected, float):
        if not math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-12):
            wrong.append(f'{what}: {got}, expected {expected}')
    elif got != expected:
        wrong.append(f'{what}: {got}, expected {expected}')


def check_rows(section, samples):
    by = section['by']
    expected = defaultdict(list)
    for sample in samples:
        expected[KEYS[by](sample)].append(sample)
    rows = {(row['name'], row['file'], row['pid']): row for row in section['top']}
    same(f'{by}: samples', section['samples'], len(samples))
    same(f'{by}: keys', section['keys'], len(expected))
    if len(expected) <= 1000:
        same(f'{by}: names', sorted(map(str, rows)), sorted(map(str, expected)))
    same(f'{by}: the rows add up', sum(row['samples'] for row in section['top']), len(samples))
    same(f'{by}: the shares add up', float(sum(row['share'] for row in section['top'])),
         1.0 if samples else 0.0)
    counts = [row['samples'] for name, row in rows.items() if name[0] != '(others)']
    same(f'{by}: order', counts, sorted(counts, reverse=True))
    for key, row in rows.items():
        if key[0] == '(others)':
            continue
        some = expected[key]
        latencies = [s['weight'] for s in some if s['weight']]
        same(f'{by} {key}', row['samples'], len(some))
        same(f'{by} {key} share', row['share'], len(some) / len(samples))
        same(f'{by} {key} accesses', row['accesses'], sum(s['period'] for s in some))
        same(f'{by} {key} latency samples', row['latency_samples'], len(latencies) or None)
        if latencies:
            same(f'{by} {key} latency', float(row['latency_mean_cycles']),
                 sum(latencies) / len(latencies))


def check_latency(section, samples):
    grid = section['map']
    segment = grid['segments'][0]
    cells, first = segment['cells'], round(4 * math.log2(segment['start_cycles']))
    time = grid['time']
    step = (time['end_ns'] - time['start_ns']) // time['cells']
    expected = [[0] * cells for _ in range(time['cells'])]
    for sample in samples:
        if not sample['weight']:
            continue
        row = math.floor(4 * math.log2(sample['weight']) + 1e-12) - first
        when = (sample['time'] - time['start_ns']) // step
        if not (0 <= when < time['cells'] and 0 <= row < cells):
            wrong.append(f'latency: {sample["time"]} ns, {sample["weight"]} cycles: outside')
            return
        expected[when][row] += 1
    got = [[value or 0 for value in row] for row in grid['cells']]
    same('latency: cells', got, expected)
    same('latency: end', round(4 * math.log2(segment['end_cycles'])) - first, cells)
    same('latency: samples', section['latency_samples'], sum(map(sum, expected)))
    same('latency: longest', section['latency_max_cycles'], max(s['weight'] for s in samples))


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        samples = json.load(file)['list']
    with open(sys.argv[2], encoding='utf-8') as file:
        report = json.load(file)
    tiers = sys.argv[3:]
    samples = [s for s in samples if s['tier'] != 'none' and (not tiers or s['tier'] in tiers)]
    same('views', sorted(section['by'] for section in report['who']), sorted(KEYS))
    for section in report['who']:
        check_rows(section, samples)
    check_latency(report['latency'], samples)
    print('\n'.join(wrong[:20]), end='')


if __name__ == '__main__':
    main()
