#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Registers of IBS to decode, and perf's reading of them.

ibs_registers.py make op|fetch COUNT SEED [--zen4]
    Lines for `gen_samples op|fetch`: the capabilities and the registers, in hexadecimal. Bits are
    random, with one in ten not enabled or not valid, and loads more often than not.
ibs_registers.py join REGISTERS DUMP
    Each line of REGISTERS, and behind it the lines that `perf report -D` printed for that sample.
"""

import random
import sys


def bits(chance, *places):
    """Each of the bits, one time in two."""
    return sum(chance.getrandbits(1) << place for place in places)


def op_registers(chance, zen4):
    caps = 0x1 | bits(chance, 5, 10) | (0x800 if zen4 else 0)
    ctl = chance.getrandbits(16) | bits(chance, 19) | chance.getrandbits(27) << 32
    ctl |= (chance.randrange(3) if chance.random() < 0.1 else 3) << 17
    data = chance.getrandbits(32) | bits(chance, 37) | (chance.random() < 0.1) << 38
    source = chance.choice([0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 12, 15, 31])
    data2 = source & 7 | (source >> 3) << 6 | bits(chance, 4, 5, 9)
    data3 = bits(chance, 2, 3, 4, 5, 6, 8, 13, 15, 16, 17, 18, 19, 20) | chance.getrandbits(10) << 22
    data3 |= (chance.random() < 0.7) | (chance.random() < 0.4) << 1 | (chance.random() < 0.8) << 7
    data3 |= (chance.random() < 0.1) << 14 | (chance.random() < 0.2) << 21 | chance.getrandbits(32) << 32
    registers = [ctl, chance.getrandbits(48), data, data2, data3, chance.getrandbits(48),
                 chance.getrandbits(48)]
    registers += [chance.getrandbits(48) for bit in (5, 10) if caps >> bit & 1]
    return [caps] + registers


def fetch_registers(chance, zen4):
    caps = 0x201 | (0x800 if zen4 else 0)
    ctl = chance.getrandbits(48) | chance.getrandbits(14) << 48
    if chance.random() < 0.9:
        ctl |= 3 << 48
    return [caps, ctl, chance.getrandbits(48), chance.getrandbits(48), chance.getrandbits(16)]


def make(kind, count, seed, zen4):
    chance = random.Random(seed)
    for _ in range(count):
        registers = (op_registers if kind == 'op' else fetch_registers)(chance, zen4)
        print(' '.join(f'{value:x}' for value in registers))


def join(registers, dump):
    samples, pending = [], []
    for line in dump:  # perf names the record behind what it read in it
        if 'PERF_RECORD_SAMPLE' in line:
            samples.append(pending)
            pending = []
        elif line.lower().startswith(('ibs', 'ic_ibs')):
            pending.append(' '.join(line.split()))
    registers = [line.strip() for line in registers]
    if len(samples) != len(registers):
        sys.exit(f'{len(registers)} lines of registers, {len(samples)} samples')
    for raw, lines in zip(registers, samples):
        print(f'raw {raw}')
        for line in lines:
            print(line)


def main():
    words = sys.argv[1:]
    if words[0] == 'make':
        make(words[1], int(words[2]), int(words[3]), '--zen4' in words)
    else:
        with open(words[1], encoding='ascii') as registers, \
                open(words[2], encoding='utf-8', errors='replace') as dump:
            join(registers, dump)


main()
