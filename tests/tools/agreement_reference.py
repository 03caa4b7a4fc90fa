#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""agreement_reference.py TRUTH REPORT [PID]: agreement and sparsity once more, in plain Python.

TRUTH is the text of gen_agreement --truth; REPORT is `report --agreement --sparsity --json` of the
same world with DAMON's intervals given as 5ms,100ms (20 samples an aggregation). PID: only that
process's samples. Every score is computed from the definitions, unit by unit and lot by lot, and
compared; what differs is printed, exit status 1. The half that a sample belongs to is part of the
definition: a hash of its time and address.
"""

import collections
import json
import math
import sys

BLOCK = 2 << 20
BUDGETS = (0.01, 0.05, 0.1, 0.2, 0.5)
MASK = (1 << 64) - 1


def half_of(time, address):
    mixed = time ^ 0x5851f42d4c957f2d ^ (address << 32 | address >> 32) & MASK
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9 & MASK
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb & MASK
    return mixed >> 63


def read(path, pid):
    snapshots, samples = {}, []
    for line in open(path):
        kind, *words = line.split()
        if kind == 'region':
            time, start, end, accesses = (int(word, 0) for word in words)
            if not snapshots or start <= last_start:
                snapshots[time] = []
                now = time
            last_start = start
            snapshots[now].append((start, end, accesses))
        else:
            time, owner, address = (int(word, 0) for word in words)
            samples.append((time, owner, address))
    return snapshots, samples, pid


class World:
    def __init__(self, snapshots, samples, pid):
        times = sorted(snapshots)
        self.first, self.last = times[0], times[-1]
        area, heat = collections.Counter(), collections.Counter()
        for before, time in zip(times, times[1:]):
            for start, end, accesses in snapshots[time]:
                for block in range(start // BLOCK, -(-end // BLOCK)):
                    size = min(end, (block + 1) * BLOCK) - max(start, block * BLOCK)
                    area[block] += size * (time - before)
                    heat[block] += size * (time - before) * accesses
        covered = self.last - self.first
        self.units = sorted(area)
        self.bytes = [area[block] / covered for block in self.units]
        self.rate = [heat[block] / area[block] / 20 for block in self.units]
        self.outside = collections.Counter()
        halves = collections.Counter()
        for time, owner, address in samples:
            if pid is not None and owner != pid:
                self.outside['of_others'] += 1
            elif not address:
                self.outside['without_address'] += 1
            elif not self.first <= time < self.last:
                self.outside['outside_time'] += 1
            elif address // BLOCK not in area:
                self.outside['outside_address'] += 1
            else:
                halves[address // BLOCK, half_of(time, address)] += 1
        self.halves = [[halves[block, half] for block in self.units] for half in (0, 1)]
        self.all = [a + b for a, b in zip(*self.halves)]


def hot_set(world, value, budget):
    """The part of each unit in the hot set."""
    left = budget * sum(world.bytes)
    part = [0.0] * len(value)
    for level in sorted(set(value), reverse=True):
        tie = [i for i, v in enumerate(value) if v == level]
        size = sum(world.bytes[i] for i in tie)
        for i in tie:
            part[i] = min(1.0, left / size)
        left -= min(size, left)
        if left <= 0:
            break
    return part


def ranks(value):
    return [sum(v < x for v in value) + (sum(v == x for v in value) + 1) / 2 for x in value]


def pearson(left, right):
    a, b = sum(left) / len(left), sum(right) / len(right)
    product = sum((x - a) * (y - b) for x, y in zip(left, right))
    powers = sum((x - a) ** 2 for x in left) * sum((y - b) ** 2 for y in right)
    return product / math.sqrt(powers) if powers else None


def capture_area(world, value, counts):
    """Trapezoids of the curve of counts over bytes."""
    area = done = 0
    for level in sorted(set(value), reverse=True):
        tie = [i for i, v in enumerate(value) if v == level]
        more = sum(counts[i] for i in tie)
        area += sum(world.bytes[i] for i in tie) * (2 * done + more) / 2
        done += more
    return area / sum(world.bytes) / sum(counts)


def entropy(shares):
    return -sum(p * math.log2(p) for p in shares if p)


def score(world, value, mass, counts):
    density = [c / b for c, b in zip(counts, world.bytes)]
    p = [m / sum(mass) for m in mass]
    q = [c / sum(counts) for c in counts]
    best = capture_area(world, density, counts) - 0.5
    used = [v > 0 for v in value]
    both = sum(b for b, u, c in zip(world.bytes, used, counts) if u and c)
    scores = {
        'spearman': pearson(ranks(value), ranks(density)),
        'capture_curve': (capture_area(world, value, counts) - 0.5) / best if best > 1e-9 else None,
        # by entropies: another way than the one of the program
        'js_distance': math.sqrt(max(0, entropy([(x + y) / 2 for x, y in zip(p, q)]) -
                                     (entropy(p) + entropy(q)) / 2)),
        'precision': both / sum(b for b, u in zip(world.bytes, used) if u),
        'recall': both / sum(b for b, c in zip(world.bytes, counts) if c),
        'samples_accessed': sum(c for c, u in zip(counts, used) if u) / sum(counts),
    }
    for budget in BUDGETS:
        mine, other = hot_set(world, value, budget), hot_set(world, density, budget)
        scores['captured', budget] = sum(m * c for m, c in zip(mine, counts)) / sum(counts)
        scores['overlap', budget] = (sum(m * o * b for m, o, b in zip(mine, other, world.bytes)) /
                                     (budget * sum(world.bytes)))
    return scores


def mean(left, right):
    return {key: None if left[key] is None or right[key] is None else (left[key] + right[key]) / 2
            for key in left}


def expected(world):
    heat = [r * b for r, b in zip(world.rate, world.bytes)]
    a, b = world.halves
    density = [[c / size for c, size in zip(half, world.bytes)] for half in (a, b)]
    return {
        '': score(world, world.rate, heat, world.all),
        '_of_half': mean(score(world, world.rate, heat, a), score(world, world.rate, heat, b)),
        '_floor': mean(score(world, density[0], a, b), score(world, density[1], b, a)),
    }


def near(left, right):
    if left is None or right is None:
        return left is right
    # a distance of nothing is the root of what rounding leaves
    return abs(left - right) <= 1e-9 * max(1, abs(left)) or abs(left) + abs(right) < 1e-7


def compare_agreement(world, got):
    wrong = []

    def same(name, want, have):
        if not near(want, have):
            wrong.append(f'{name}: expected {want}, got {have}')

    for suffix, scores in expected(world).items():
        for key, want in scores.items():
            if isinstance(key, tuple):
                row = next(row for row in got['budgets'] if near(row['budget'], key[1]))
                same(f'{key}{suffix}', want, row[key[0] + suffix])
            else:
                same(key + suffix, want, got[key + suffix])
    same('units', len(world.units), got['units'])
    same('covered_ns', world.last - world.first, got['covered_ns'])
    same('samples_compared', sum(world.all), got['samples_compared'])
    for key in ('outside_time', 'outside_address', 'without_address', 'of_others'):
        same(key, world.outside[key], got['samples_' + key])
    for row in got['regions']:
        inside = [i for i, block in enumerate(world.units)
                  if row['start'] <= block * BLOCK < row['end']]
        heat = sum(world.rate[i] * world.bytes[i] for i in inside)
        whole = sum(r * b for r, b in zip(world.rate, world.bytes))
        count = sum(world.all[i] for i in inside)
        same('region samples', count, row['samples'])
        same('disagreement', heat / whole - count / sum(world.all), row['disagreement'])
    rows = [abs(row['disagreement']) for row in got['regions']]
    if rows != sorted(rows, reverse=True):
        wrong.append('regions are not sorted by disagreement')
    return wrong


def compare_sparsity(samples, pid, got):
    pages, counts = collections.defaultdict(set), collections.Counter()
    for _, owner, address in samples:
        if address and (pid is None or owner == pid):
            pages[owner, address // BLOCK].add(address // 4096)
            counts[owner, address // BLOCK] += 1
    want = {
        'blocks': len(pages),
        'pages': sum(map(len, pages.values())),
        'pages_expected': sum(512 * (1 - (1 - 1 / 512) ** n) for n in counts.values()),
        'blocks_judged': sum(n >= 32 for n in counts.values()),
        'samples': sum(counts.values()),
    }
    return [f'sparsity: {key}: expected {value}, got {got[key]}' for key, value in want.items()
            if not near(value, got[key])]


def main():
    snapshots, samples, pid = read(sys.argv[1], int(sys.argv[3]) if len(sys.argv) > 3 else None)
    report = json.load(open(sys.argv[2]))
    wrong = compare_agreement(World(snapshots, samples, pid), report['agreement'][0])
    if 'sparsity' in report:
        wrong += compare_sparsity(samples, pid, report['sparsity'])
    print('\n'.join(wrong), end='\n' if wrong else '')
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    main()
