#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""goals.py RESULTS: do the quota goals in a recording say what happened?

RESULTS holds the recording in goals/, targets (lines "SECONDS TARGET", the last "SECONDS end") and
truth (the workload's "t=SECONDS node0=PAGES node1=PAGES", asked of the kernel page by page). Prints
for each target when it was written, first traced and first reached, and the mean and the
largest distance of what was traced from the target and from the truth, in basis points, over the
last half of its time, as JSON. The events are read by trace-cmd, so the file is proved
to open there too.
"""

import bisect
import json
import re
import statistics
import subprocess
import sys

NEAR = 0
# Pairs of values that are enough to judge what they add up to, and how exact that is, bp.
ENOUGH = 10
EXACT = 200
EVENT = re.compile(r'\s(?P<time>\d+\.\d+):\s+damos_node_eligible_mem_bp:(?P<fields>.*)$')


def number(fields, name):
    return int(re.search(rf'\b{name}=(-?\w+)', fields).group(1), 0)


def read_events(recording):
    """[(seconds, nid, target, current)] in order of time."""
    text = subprocess.run(['trace-cmd', 'report', '-t', '-i', f'{recording}/trace.dat'],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True, text=True).stdout
    events = []
    for line in text.splitlines():
        event = EVENT.search(line)
        if event:
            fields = event.group('fields')
            events.append((float(event.group('time')), number(fields, 'nid'),
                           number(fields, 'target_value'), number(fields, 'current_value')))
    return sorted(events)


def read_steps(path):
    """[(target, from, to)] in basis points of the near node and seconds."""
    with open(path, encoding='ascii') as file:
        lines = [line.split() for line in file]
    return [(int(target), float(begin), float(end))
            for (begin, target), (end, _) in zip(lines, lines[1:])]


def read_truth(path):
    """Seconds, and the near node's share of the set's pages in basis points."""
    with open(path, encoding='ascii') as file:
        found = re.findall(r' t=([0-9.]+) node0=(\d+) node1=(\d+)', file.read())
    return ([float(time) for time, _, _ in found],
            [10000 * int(near) / (int(near) + int(far)) for _, near, far in found])


def truth_at(truth, time):
    times, shares = truth
    return shares[min(max(bisect.bisect(times, time) - 1, 0), len(shares) - 1)]


def sums(events):
    """What both nodes' values add up to, and by how much that may be off 10000.

    The two schemes' quota windows begin apart and drift. Values of one moment add up to all; of
    values further apart, up to half a window of 1 s, each was taken after its own scheme had moved
    what it may: then as much is allowed as the largest tenth of the windows moved.
    """
    near = [(time, current) for time, nid, _, current in events if nid == NEAR]
    far = [(time, current) for time, nid, _, current in events if nid != NEAR]
    pairs = []
    for time, current in near if far else []:
        other = min(far, key=lambda event: abs(event[0] - time))
        pairs.append((abs(other[0] - time), current + other[1]))
    together = [total for apart, total in pairs if apart < 0.05]
    if len(together) >= ENOUGH or len(near) < 2:
        return together, EXACT
    moved = sorted(abs(b[1] - a[1]) for a, b in zip(near, near[1:]))
    return ([total for apart, total in pairs if apart <= 0.5],
            EXACT + moved[len(moved) * 9 // 10])


def look_at(step, events, truth):
    target, begin, end = step
    near = [(time, current) for time, nid, goal, current in events
            if nid == NEAR and goal == target and begin - 0.5 <= time <= end]
    far = [goal for time, nid, goal, _ in events if nid != NEAR and begin + 1 <= time <= end]
    late = [(time, current) for time, current in near if time > (begin + end) / 2]
    before = near[0][1] < target if near else None
    reached = [time for time, current in near if (current < target) != before]
    return {
        'target': target, 'written': begin, 'events': len(near),
        'traced_after': round(near[0][0] - begin, 3) if near else None,
        'reached_after': round(reached[0] - begin, 3) if reached else None,
        'highest': max((current for _, current in near), default=None),
        'mean': round(statistics.mean(current for _, current in late)) if late else None,
        'distance': round(statistics.mean(abs(current - target) for _, current in late))
                    if late else None,
        'from_truth': round(statistics.mean(abs(current - truth_at(truth, time))
                                            for time, current in late)) if late else None,
        'far_targets': sorted(set(far)),
    }


def main():
    results = sys.argv[1]
    events = read_events(f'{results}/goals')
    truth = read_truth(f'{results}/truth')
    total, allowed = sums(events)
    report = {
        'events': len(events),
        'nids': sorted({nid for _, nid, _, _ in events}),
        'sum': round(statistics.median(total)) if total else None,
        'sums': len(total),
        'sum_allowed': allowed,
        'steps': [look_at(step, events, truth) for step in read_steps(f'{results}/targets')],
    }
    json.dump(report, sys.stdout, indent=1)
    print()


if __name__ == '__main__':
    main()
