#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""perf_columns.py FIELD,...: perf script's lines on stdin as tests/tools/gen_script.c prints them.

The lines are those of perf script --ns -F comm,pid,tid,cpu,time,event,addr,data_src,weight,ip, with
period, ins_lat, phys_addr and data_page_size where the fields ask for them. perf orders columns its
own way, and by time.
"""

import re
import sys

UNITS = {'': 1, 'B': 1, 'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}


def pattern(fields):
    parts = [r'^\s*(?P<comm>.*?)\s+(?P<pid>\d+)/(?P<tid>\d+)\s+\[(?P<cpu>\d+)\]\s+(?P<time>[\d.]+):']
    if 'period' in fields:
        parts.append(r'\s+(?P<period>\d+)')
    parts.append(r'\s+(?P<event>\S+(?: \S+)*?):\s+(?P<addr>[0-9a-f]+)\s+'
                 r'(?P<data_src_cut>[0-9a-f]+ \|OP .*?)\s+'
                 r'(?P<weight>\d+)')
    if 'ins_lat' in fields:
        parts.append(r'\s+(?P<ins_lat>\d+)')
    parts.append(r'\s+(?P<ip>[0-9a-f]+)')
    if 'phys' in fields:
        parts.append(r'\s+(?P<phys>[0-9a-f]+)')
    if 'page' in fields:
        parts.append(r'\s+(?P<page>\d+[KMG]?)')
    return re.compile(''.join(parts) + r'\s*$')


def main():
    fields = sys.argv[1].split(',')
    form = pattern(fields)
    for line in sys.stdin:
        match = form.match(line)
        if not match:
            sys.exit(f'not understood: {line}')
        values = match.groupdict()
        values['cpu'] = str(int(values['cpu']))
        values['time'] = values['time'].replace('.', '').lstrip('0')
        if 'page' in fields:
            number, unit = re.match(r'(\d+)(\D?)', values['page']).groups()
            values['page'] = str(int(number) * UNITS[unit])
        print(' '.join(values[field] for field in fields))


main()
