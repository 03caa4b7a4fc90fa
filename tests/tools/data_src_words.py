#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""data_src_words.py [--full]: data_src words to decode, in hexadecimal, one a line.

Of every field every value (of mem_lvl: no bit, each, pairs), the fields that perf prints as one text
together, and mixtures. Only values that perf 6.1 has names for: lvl_num 5 to 8 were named later, and
hops above 4 it does not check. --full: all values of mem_lvl and more mixtures.
"""

import itertools
import random
import sys

FIELDS = {'op': (0, 5), 'lvl': (5, 14), 'snoop': (19, 5), 'lock': (24, 2), 'tlb': (26, 7),
          'num': (33, 4), 'remote': (37, 1), 'snoopx': (38, 2), 'blk': (40, 3), 'hops': (43, 3)}
NUMBERS = [number for number in range(16) if not 5 <= number <= 8]


def word(**values):
    return sum(value << FIELDS[name][0] for name, value in values.items())


def singles(full):
    for name in FIELDS:
        if name not in ('lvl', 'num', 'hops') and (full or name != 'tlb'):
            yield from (word(**{name: value}) for value in range(1 << FIELDS[name][1]))
    bits = [1 << bit for bit in range(14)]
    yield from (word(lvl=level) for level in
                (range(1 << 14) if full else [a | b for a, b in itertools.product(bits, bits)
                                              if a < b or a == 1]))
    yield from (word(tlb=tlb) for tlb in range(0, 1 << 7, 1 if full else 3))


def ways(full):
    levels = [0, 1, 2, 4, 6, 2 | 8, 4 | 8] + [2 | 1 << bit for bit in range(4, 14)]
    levels += [2 | 0x40 | 0x400, 2 | 8 | 0x10]
    for number, remote, hops in itertools.product(NUMBERS, range(2), range(5)):
        for level in levels if full else [2 | 1 << (3 + (number + hops) % 11)]:
            yield word(num=number, remote=remote, hops=hops, lvl=level)
    yield from (word(snoop=snoop, snoopx=more) for snoop, more in
                itertools.product(range(32) if full else (0, 4, 16, 31), range(4)))


def mixtures(count):
    chance = random.Random(46)
    for _ in range(count):
        values = {name: chance.getrandbits(width) for name, (_, width) in FIELDS.items()}
        values['num'] = chance.choice(NUMBERS)
        values['hops'] = chance.choice([0, 0, 0, 1, 2, 3, 4])
        values['lvl'] &= chance.getrandbits(14) & chance.getrandbits(14) | 6
        yield word(**values)


def main():
    full = '--full' in sys.argv[1:]
    for value in itertools.chain(singles(full), ways(full), mixtures(20000 if full else 150)):
        print(f'{value:x}')


main()
