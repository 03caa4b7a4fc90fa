#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""sample_means.py latency|far-share SAMPLES JOURNAL WINDOW_SECONDS: are a tuner's means those of
the samples?

SAMPLES is what the fake kernel's sampler wrote of each sample: ns, kind, latency (the kinds of
tests/unit/fake_samples.h). JOURNAL is tune.jsonl. Each measurement's window is taken to end when
it was noted; the first and last 20 ms of it may differ. Prints "N means", or the first that is not
that of its window.
"""

import bisect
import json
import sys

L1, NEAR, FAR, CXL, FAR_STORE, NOTHING = range(6)


def values(what, path):
    """(ns, value) of each sample that counts, by time."""
    with open(path, encoding='ascii') as file:
        for line in file:
            time, kind, latency = map(int, line.split())
            if what == 'latency' and kind in (L1, NEAR, FAR, CXL) and latency:
                yield time, latency
            elif what == 'far-share' and kind in (NEAR, FAR, CXL, FAR_STORE):
                yield time, 0 if kind == NEAR else 100


def main():
    what, samples, journal, window = sys.argv[1:]
    times, numbers = zip(*sorted(values(what, samples)))
    nr = 0
    with open(journal, encoding='utf-8') as file:
        entries = [json.loads(line) for line in file]
    for entry in entries:
        if entry['what'] != 'measurement' or entry['objective'] is None:
            continue
        end = entry['time_ns']
        first = bisect.bisect_left(times, end - int(float(window) * 1e9))
        last = bisect.bisect_left(times, end)
        mean = sum(numbers[first:last]) / (last - first)
        if abs(mean - entry['objective']) > (1 if what == 'far-share' else 0.01 * mean):
            print(f'at {end}: {entry["objective"]}, and not {mean} of {last - first} samples')
            return
        nr += 1
    print(nr, 'means')


main()
