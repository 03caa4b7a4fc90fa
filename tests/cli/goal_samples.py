#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""goal_samples.py RAW REPORT [period]: do goals stand beside the samples that were written?

RAW is the truth of gen_perf, REPORT the JSON of `report --goals --tiers` with node 0 below
0x108000000 and node 1 from there on; with period, by --weight period. Prints each figure that
differs.
"""

import json
import statistics
import sys

BORDER = 0x108000000


def read(path):
    samples, goals = [], {0: [], 1: []}
    with open(path, encoding='utf-8') as file:
        for line in file:
            words = line.split()
            if words[0] == 'sample' and int(words[8], 16):
                weight = int(words[9]) if 'period' in sys.argv else 1
                samples.append((int(words[1]), int(words[8], 16) >= BORDER, weight))
            elif words[0] == 'goal':
                goals[int(words[2])].append((int(words[1]), int(words[4])))
    return samples, goals


def mean_of(values, start, end):
    """Time-weighted, each value held until the next."""
    area = 0
    for (time, value), (after, _) in zip(values, values[1:] + [(end, 0)]):
        area += value * max(0, min(after, end) - max(time, start))
    return area / (end - start)


def main():
    samples, goals = read(sys.argv[1])
    with open(sys.argv[2], encoding='utf-8') as file:
        report = json.load(file)
    wrong = [] if len(report['goals']) == 2 else ['there are no two goals']
    for goal in report['goals']:
        nid, got = goal['nid'], goal['samples']
        start, step = got['start_ns'], got['step_ns']
        values, pairs = goals[nid], []
        counts = [[0, 0] for _ in got['share_bp']]
        for time, place, weight in samples:
            counts[(time - start) // step][place] += weight
        for i, count in enumerate(counts):
            share = 10000 * count[nid] / sum(count) if sum(count) else None
            if (share is None) != (got['share_bp'][i] is None) or (
                    share is not None and abs(share - got['share_bp'][i]) > 1e-6):
                wrong.append(f'node {nid} bin {i}: {got["share_bp"][i]}, expected {share}')
            begin, end = start + i * step, start + (i + 1) * step
            if share is not None and begin >= values[0][0] and end <= values[-1][0]:
                pairs.append((mean_of(values, begin, end), share))
        left, right = zip(*pairs)
        for name, expected in (
                ('series', 'node_share'), ('assumed', False), ('pairs', len(pairs)),
                ('correlation', statistics.correlation(left, right)),
                ('mean_difference_bp', statistics.mean(right) - statistics.mean(left))):
            if got[name] != expected and (isinstance(expected, (str, bool)) or
                                          abs(got[name] - expected) > 1e-6):
                wrong.append(f'node {nid} {name}: {got[name]}, expected {expected}')
    print('\n'.join(wrong), end='')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
