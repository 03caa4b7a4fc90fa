#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""sample_figures.py TRUTH REPORT [INTERVAL_NS]: is the report of samples and tiers true?

TRUTH is what gen_samples --list wrote, REPORT the JSON of `report --samples --tiers`. Everything is
computed anew from the list of samples; percentiles may be 1/256 of themselves away. Prints each
figure that differs.
"""

import json
import math
import sys
from collections import Counter, defaultdict

RING = 255
MEMORY = {'local_dram', 'remote_dram', 'cxl', 'pmem'}
GIB = 1 << 30
MODES = {1: 'kernel', 3: 'hypervisor', 4: 'guest', 5: 'guest'}

wrong = []


def same(what, got, expected, slack=1e-9):
    if got is None or expected is None:
        if got is not expected:
            wrong.append(f'{what}: {got}, expected {expected}')
    elif isinstance(expected, (int, float)) and not isinstance(expected, bool):
        if abs(got - expected) > slack * max(1, abs(expected)):
            wrong.append(f'{what}: {got}, expected {expected}')
    elif got != expected:
        wrong.append(f'{what}: {got}, expected {expected}')


def latencies(what, row, values):
    values = sorted(value for value in values if value)
    if not values:
        same(f'{what} latency', row['latency_mean_cycles'], None)
        return
    same(f'{what} latency samples', row['latency_samples'], len(values))
    same(f'{what} mean latency', row['latency_mean_cycles'], sum(values) / len(values))
    for name, place in (('p50', 0.5), ('p90', 0.9), ('p95', 0.95), ('p99', 0.99), ('p999', 0.999)):
        exact = values[max(0, math.ceil(place * len(values)) - 1)]
        same(f'{what} {name}', row[f'latency_{name}_cycles'], exact, 1 / 256)
    same(f'{what} highest latency', row['latency_max_cycles'], values[-1])


def groups(what, rows, key, column, samples, has_latency=True):
    expected = defaultdict(list)
    for sample in samples:
        expected[key(sample)].append(sample)
    same(f'{what}: names', sorted(str(row[column]) for row in rows), sorted(map(str, expected)))
    for row in rows:
        some = expected[row[column]]
        name = f'{what} {row[column]}'
        same(name, row['samples'], len(some))
        same(f'{name} share', row['share'], len(some) / len(samples))
        if 'accesses' in row:
            same(f'{name} accesses', row['accesses'], sum(s['period'] for s in some))
        if has_latency:
            latencies(name, row, [s['weight'] for s in some])


def reason(sample, is_ibs):
    if not sample['addr']:
        return 'no_linear_address' if is_ibs else 'address_zero'
    mode = sample['misc'] & 7
    if mode in MODES:
        return MODES[mode]
    return 'none' if sample['phys'] else 'no_physical_address'


def contradiction(sample):
    """Node 0 has all CPUs, node 1 none."""
    tier, node = sample['tier'], sample['node']
    if tier == 'local_dram' and node == 1:
        return 'local_dram_on_cpuless_node'
    if tier == 'remote_dram' and node == 0:
        return 'remote_dram_on_own_node'
    if tier in ('cxl', 'pmem') and node == 0:
        return 'far_memory_on_cpu_node'
    return None


def ring(rates, samples, seconds, interval):
    intervals = math.ceil(seconds * 1e9 / interval)
    fill = defaultdict(Counter)
    for sample in samples:
        fill[sample['event'], sample['cpu']][sample['time'] // interval] += 1
    overflows = {key: sum(n > RING for n in counts.values()) for key, counts in fill.items()}
    dropped = sum(max(0, n - RING) for counts in fill.values() for n in counts.values())
    same('worst share of overflows', rates['ring_worst_overflow_share'],
         max(overflows.values()) / intervals)
    same('dropped by the ring', rates['ring_dropped_share'], dropped / len(samples))
    worst = max(fill, key=lambda key: (overflows[key], max(fill[key].values())))
    same('worst CPU', rates['ring_worst_cpu'], worst[1])
    same('busiest interval', rates['ring_worst_busiest'], max(fill[worst].values()))
    same('expected fill', rates['ring_worst_expected'],
         sum(fill[worst].values()) / seconds * interval * 1e-9)
    got = [(row['cpu'], row['samples'], row['ring_busiest']) for row in rates['cpus']]
    same('CPUs', sorted(got), sorted((cpu, sum(counts.values()), max(counts.values()))
                                     for (_, cpu), counts in fill.items()))


def facts(report, truth, interval):
    samples, got = truth['list'], report['sample_facts']
    is_ibs = 'IBS' in truth['label']
    info = report['inputs'][0]
    seconds = (info['end_ns'] - info['start_ns']) * 1e-9
    same('samples', got['samples'], len(samples))
    same('seconds', got['seconds'], seconds)
    same('rate', got['rate_hz'], len(samples) / seconds)
    same('usable', got['usable_share'], sum(s['addr'] != 0 for s in samples) / len(samples))
    same('lost', got['lost_samples'], truth.get('lost', 0))
    same('throttles', got['throttles'], truth.get('throttles', 0))
    same('lost over time', sum(got['losses']['series'].get('lost_samples', [])),
         truth.get('lost', 0))
    same('throttled over time', sum(got['throttled']['series'].get('throttles', [])),
         truth.get('throttles', 0))
    groups('use', got['use'], lambda s: reason(s, is_ibs), 'reason', samples, False)
    plain = [row for row in got['accesses'] if row['access'] != 'whole instruction']
    groups('access', plain, lambda s: s['access'], 'access', samples)
    instruction = next(row for row in got['accesses'] if row['access'] == 'whole instruction')
    latencies('instruction', instruction, [s['weight2'] for s in samples])
    groups('tlb', got['tlb'], lambda s: s['tlb'], 'tlb', samples, False)
    groups('page', got['page_sizes'], lambda s: s['page_size'], 'page_size_bytes', samples, False)
    same('events', sorted(row['samples'] for row in got['events']),
         sorted(Counter(s['event'] for s in samples).values()))
    same('exact', sum(row['precise_share'] * row['samples'] for row in got['events']),
         sum(s['misc'] >> 14 & 1 for s in samples))
    ring(got, samples, seconds, interval)


def share(part, whole):
    return part / whole if whole else None


def over_time(got, samples):
    """Shares of each bin, of the chart's own bins."""
    chart = got['memory_shares']
    bins = defaultdict(Counter)
    for sample in samples:
        bins[(sample['time'] - chart['start_ns']) // chart['step_ns']][sample['tier']] += 1
    same('last bin', len(chart['series']['dram_share']) - 1, max(bins))
    for i, value in enumerate(chart['series']['dram_share']):
        memory = sum(bins[i][tier] for tier in MEMORY)
        same(f'DRAM share of bin {i}', value, share(bins[i]['local_dram'], memory))
    for tier, values in got['tier_shares']['series'].items():
        for i, value in enumerate(values):
            same(f'{tier} share of bin {i}', value, share(bins[i][tier], sum(bins[i].values())))
    nodes = defaultdict(Counter)
    for sample in samples:
        nodes[(sample['time'] - chart['start_ns']) // chart['step_ns']][sample['node']] += 1
    for i, value in enumerate(got['node_shares']['series']['node_1']):
        same(f'node 1 share of bin {i}', value,
             share(nodes[i][1], nodes[i][0] + nodes[i][1]))


def tiers(report, truth):
    samples, got = truth['list'], report['tiers']
    memory = [s for s in samples if s['tier'] in MEMORY]
    compared = [s for s in memory if s['node'] >= 0]
    kinds = Counter(contradiction(s) for s in compared)
    del kinds[None]
    same('samples of tiers', got['samples'], len(samples))
    same('share of DRAM', got['dram_share'],
         sum(s['tier'] == 'local_dram' for s in memory) / len(memory))
    same('share of memory', got['memory_share'], len(memory) / len(samples))
    same('with a physical address', got['with_phys'], sum(s['phys'] != 0 for s in samples))
    same('compared', got['compared'], len(compared))
    same('contradicting', got['contradicting'], sum(kinds.values()))
    if 'PEBS' in truth['label']:  # IBS does not tell all memories apart
        same('contradicting as meant', got['contradicting'], truth['disagree'])
    same('contradictions', {row['kind']: row['samples'] for row in got['contradictions']}, kinds)
    groups('tier', got['tiers'], lambda s: s['tier'], 'tier', samples)
    groups('node', got['nodes'], lambda s: None if s['node'] < 0 else s['node'], 'node', samples)
    pairs = Counter((s['tier'], None if s['node'] < 0 else s['node']) for s in samples)
    same('pairs', {(row['tier'], row['node']): row['samples'] for row in got['pairs']}, pairs)
    over_time(got, samples)


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        truth = json.load(file)
    with open(sys.argv[2], encoding='utf-8') as file:
        report = json.load(file)
    facts(report, truth, int(sys.argv[3]) if len(sys.argv) > 3 else 5000000)
    tiers(report, truth)
    print('\n'.join(wrong), end='')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
