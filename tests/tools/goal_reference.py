#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""goal_reference.py TRUTH REPORT.json: are the goals of a report those of the definitions?

The slow reference for goals: figures of each step from the events as text, by plain sums over
exact fractions of a nanosecond. Streams are taken by kdamond and node, which is enough for inputs
whose goals do not change their node. Prints what differs; exit 1 when anything does.
"""

import json
import math
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reference import read_events  # noqa: E402

GOAL_EVENT = 'damos_node_eligible_mem_bp'


def mean_over(step, start, window):
    """Time-weighted mean of [start, start + window), each value held until the next."""
    total = 0
    for (time, value), (after, _) in zip(step, step[1:] + [(math.inf, None)]):
        overlap = min(after, start + window) - max(time, start)
        if overlap > 0:
            total += overlap * value
    return total / window


def crossing(step, level, up):
    before = None
    for time, value in step:
        if value >= level if up else value <= level:
            if before is None:
                return time
            return before[0] + (time - before[0]) * (level - before[1]) / (value - before[1])
        before = (time, value)
    return None


def settle(step, target, band, window):
    end = step[-1][0]
    inside = [abs(mean_over(step, time, window) - target) <= band
              for time, _ in step if time + window <= end]
    for i, (time, value) in enumerate(step[:len(inside)]):
        if time > end - 1.5 * window:
            return None
        touches = abs(value - target) <= band or (
            i > 0 and (value > target) != (step[i - 1][1] > target))
        rest = inside[i:]
        last = rest[len(rest) - math.ceil(len(rest) / 4):]
        if (touches and rest[0] and 10 * sum(rest) >= 9 * len(rest)
                and 10 * sum(last) >= 9 * len(last)):
            return i
    return None


def figures(step, target, initial, band, window):
    start = step[0][0]
    at = settle(step, target, band, window)
    way = target - initial
    out = {'rise_s': None, 'overshoot_pct': None,
           'settling_s': None if at is None else (step[at][0] - start) / 1e9}
    if abs(way) > band:
        low = crossing(step, initial + way / 10, way > 0)
        high = crossing(step, initial + way * 9 / 10, way > 0)
        if low is not None and high is not None:
            out['rise_s'] = (high - low) / 1e9
        stop = math.inf if at is None else step[at][0] + 2 * window
        over = [(value - target) * (1 if way > 0 else -1) for time, value in step if time <= stop]
        out['overshoot_pct'] = 100 * max(0, *over) / abs(way)
    middle = start + (step[-1][0] - start) / 2
    steady = step[at:] if at is not None else [e for e in step if e[0] >= middle] or step[-1:]
    values = [value for _, value in steady]
    held = [(after - time, abs(value - target))
            for (time, value), (after, _) in zip(steady, steady[1:])]
    whole = sum(length for length, _ in held)
    out['mean_bp'] = statistics.fmean(values)
    out['sd_bp'] = statistics.stdev(values) if len(values) > 1 else None
    out['sojourn'] = sum(t for t, error in held if error <= band) / whole if whole else None
    out['iae_bp'] = sum(t * error for t, error in held) / whole if whole else None
    return out


def streams(path):
    """{(kdamond, node): [(time, target, value)]}"""
    out = {}
    with open(path, encoding='utf-8') as file:
        for event in read_events(file):
            if event.name == GOAL_EVENT:
                out.setdefault((event.pid, event.number('nid')), []).append(
                    (event.time, event.number('target_value'), event.number('current_value')))
    return out


def expected(evaluations):
    """What the report should say of one stream."""
    period = statistics.median(b[0] - a[0] for a, b in zip(evaluations, evaluations[1:]))
    moves = [abs(b[2] - a[2]) for a, b in zip(evaluations, evaluations[1:]) if a[1] == b[1]]
    band = min(max(statistics.median(moves), 200), 500)
    steps, initial = [], evaluations[0][2]
    while evaluations:
        target = evaluations[0][1]
        length = next((i for i, e in enumerate(evaluations) if e[1] != target), len(evaluations))
        step = [(time, value) for time, _, value in evaluations[:length]]
        steps.append({'start_ns': step[0][0], 'end_ns': step[-1][0], 'target_bp': target,
                      'initial_bp': initial,
                      **figures(step, target, initial, band, 10 * period)})
        initial = step[-1][1]
        evaluations = evaluations[length:]
    return {'period_s': period / 1e9, 'window_s': period / 1e8, 'band_bp': band, 'steps': steps}


def differ(name, want, got):
    if (want is None) != (got is None) or (
            want is not None and abs(want - got) > 1e-9 * max(1, abs(want))):
        print(f'{name}: {got}, expected {want}')
        return 1
    return 0


def main():
    wrong = 0
    with open(sys.argv[2], encoding='utf-8') as file:
        goals = {(g['stream']['kdamond_pid'], g['nid']): g for g in json.load(file)['goals']}
    truth = streams(sys.argv[1])
    if goals.keys() != truth.keys() or not truth:
        sys.exit(f'streams: {sorted(goals)}, expected {sorted(truth)}')
    for key, evaluations in truth.items():
        goal, want = goals[key], expected(evaluations)
        for name in ('period_s', 'window_s', 'band_bp'):
            wrong += differ(f'{key} {name}', want[name], goal[name])
        wrong += differ(f'{key} steps', len(want['steps']), len(goal['steps']))
        for i, (ours, theirs) in enumerate(zip(want['steps'], goal['steps'])):
            for name, value in ours.items():
                wrong += differ(f'{key} step {i} {name}', value,
                                {**theirs['steady'], **theirs}[name])
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
