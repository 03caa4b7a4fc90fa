#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tune_lines.py REPORT: the tune.jsonl of a tuner that would have made the steps of a goal report.

The steps of scheme 0, with scheme 1 as the complement, each written 50 ms before its first
evaluation. The first has no step before it, the third is never verified; then the tuner goes back
to the second's target, which the recording does not show, and gives the first one's back after its
end.
"""

import json
import sys

EARLIER = 50_000_000


def say(**line):
    print(json.dumps(line))


def write(what, time, target, **more):
    say(what='intend', time_ns=time - 1000)
    say(what='wrote', time_ns=time, done=True)
    # the line comes once it was verified
    say(what=what, time_ns=time + 70_000_000, to=target, **more)


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        goals = json.load(file)['goals']
    pull = [g for g in goals if g['stream']['scheme'] == 0][0]
    first = pull['steps'][0]['target_bp']
    say(what='tune', time_ns=None, actuator='goals', kdamond_pid=pull['stream']['kdamond_pid'],
        scheme=0, complement=1, files=[['0/a', first], ['0/b', 10000 - first]])
    for i, step in enumerate(pull['steps']):
        write('write', step['start_ns'] - EARLIER, step['target_bp'], verified=i < 2,
              text=f'step {i + 1} of {len(pull["steps"])} is due')
    end = pull['steps'][-1]['end_ns']
    write('rollback', end - 1_000_000_000, pull['steps'][1]['target_bp'], verified=True,
          text='it was better there')
    # a dry run, and a write that failed, write nothing
    say(what='write', time_ns=end - 500_000_000, to=1234, verified=False, dry_run=True)
    say(what='restored', time_ns=end + 10_000_000, how='back')
    print('{"what": "cut')


main()
