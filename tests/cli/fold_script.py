#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""fold_script.py SCRIPT FOLDED [FRAME]: are these the same stacks?

SCRIPT is `perf script -F comm,ip,sym` of the recording that FOLDED was made of. What one of both
has no name for, code without symbols and linkage stubs, counts as unnamed, and unnamed frames that
follow each other as one. With FRAME, stacks without it only have to be as many: perf looks for the
caller where the call returns to, which behind a call at a function's end is the next function.
Prints the stacks that differ, with their counts.
"""

import re
import sys
from collections import Counter

UNNAMED = '[]'


def normal(names):
    out = []
    for name in names:
        name = UNNAMED if name.startswith('[') or name.endswith('@plt') or not name else name
        if name != UNNAMED or not out or out[-1] != UNNAMED:
            out.append(name)
    return tuple(out)


def from_script(lines):
    stacks, comm, frames = Counter(), None, []
    for line in lines + ['\n']:
        frame = re.match(r'\s+([0-9a-f]+)(?: (.*))?$', line)
        if not line.strip():
            if comm is not None:
                stacks[(comm,) + normal(reversed(frames))] += 1
            comm, frames = None, []
        elif comm is not None and frame:
            frames.append((frame.group(2) or '').strip())
        else:
            comm = line.strip()
    return stacks


def from_folded(lines):
    stacks = Counter()
    for line in lines:
        stack, count = line.rstrip('\n').rsplit(' ', 1)
        comm, *frames = stack.split(';')
        stacks[(comm,) + normal(frames)] += int(count)
    return stacks


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        script = from_script(file.readlines())
    with open(sys.argv[2], encoding='utf-8') as file:
        folded = from_folded(file.readlines())
    if sum(script.values()) != sum(folded.values()):
        print(f'perf has {sum(script.values())} stacks, damon-trace {sum(folded.values())}')
    if len(sys.argv) > 3:
        script, folded = (Counter({stack: count for stack, count in stacks.items()
                                   if sys.argv[3] in stack}) for stacks in (script, folded))
    if not script:
        print('no stacks to compare')
    for stack in sorted(script | folded):
        if script[stack] != folded[stack]:
            print(f'{";".join(stack)}: perf {script[stack]}, damon-trace {folded[stack]}')


if __name__ == '__main__':
    main()
