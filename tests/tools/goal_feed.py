#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Stands for the kernel's goal events above the tests' fake kernel: every 5 ms, for PULL and PUSH,
the target that is in force and a share that follows it, as tune --goals reads them.

    goal_feed.py SYSFS [SECONDS]
"""

import sys
import time

root = sys.argv[1] + "/kernel/mm/damon/admin/kdamonds/"
end = time.monotonic() + float(sys.argv[2] if len(sys.argv) > 2 else 60)
share = 5000.0


def read(path):
    try:
        with open(root + path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


while time.monotonic() < end:
    targets = [read(f".live/0/{scheme}/target") for scheme in (0, 1)]
    nids = [read(f".live/0/{scheme}/nid") for scheme in (0, 1)]
    # a file that is just being written is empty
    if read("0/state") == "on" and all(targets) and all(nids):
        now = time.monotonic_ns()
        share += (int(targets[0]) - share) * 0.3
        values = (round(share), 10000 - round(share))
        try:
            for scheme in (0, 1):
                print("goal", now, 1000, scheme, nids[scheme], targets[scheme],
                      values[scheme], flush=True)
        except BrokenPipeError:
            sys.stderr.close()
            break
    time.sleep(0.005)
