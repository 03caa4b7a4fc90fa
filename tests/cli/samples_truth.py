#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""samples_truth.py FIELD,... TRUTH: the list in the truth of gen_samples as gen_script.c prints it.

JSON's integers are signed there. Fields of IBS registers, ibs_tier and so on, are those of the truth without the prefix.
"""

import json
import sys


def value(sample, field):
    name = {'ins_lat': 'weight2', 'third': 'weight3', 'page': 'page_size'}.get(
        field, field.removeprefix('ibs_'))
    got = sample[name]
    return f'{got % (1 << 64):x}' if name in ('addr', 'phys', 'ip') else str(got)


def main():
    with open(sys.argv[2], encoding='ascii') as file:
        truth = json.load(file)
    for sample in truth['list']:
        print(' '.join(value(sample, field) for field in sys.argv[1].split(',')))


main()
