# SPDX-License-Identifier: GPL-2.0-only
"""Every named event of every PMU of a sysfs tree, worked out from the tree's own files and compared
with what damon-trace event says: event_words.py PROGRAM TREE. Prints what differs; the last line
is the number of events that were compared."""
import json
import os
import subprocess
import sys


def read(path):
    with open(path, encoding="ascii") as file:
        return file.readline().strip()


def place(layout, value, words):
    """Put the bits of a value where "config1:0-7,21" says."""
    word, _, ranges = layout.partition(":")
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        for bit in range(int(first), int(last or first) + 1):
            words[word] = words.get(word, 0) & ~(1 << bit) | (value & 1) << bit
            value >>= 1


def expected(pmu, terms):
    words = {"config": 0, "config1": 0, "config2": 0}
    for term in terms.split(","):
        key, _, value = term.partition("=")
        place(read(f"{pmu}/format/{key}"), int(value or "1", 0), words)
    return {key: hex(words[key]) for key in ("config", "config1", "config2")}


def main():
    program, tree = sys.argv[1:]
    devices = f"{tree}/bus/event_source/devices"
    count = 0
    for name in sorted(os.listdir(devices)):
        pmu = f"{devices}/{name}"
        events = f"{pmu}/events"
        for event in sorted(os.listdir(events)) if os.path.isdir(events) else []:
            if "." in event:
                continue
            text = f"{name}/{event}/"
            command = [program, "event", "--json", "--sysfs", tree, text]
            shown = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            want = expected(pmu, read(f"{events}/{event}"))
            want.update(type=int(read(f"{pmu}/type")), pmu=name)
            got = {key: shown["events"][0][key] for key in want}
            if got != want:
                print(f"{text}: expected {want}, got {got}")
            damo = [str(want["type"]), want["config"], want["config1"], want["config2"]]
            if shown["events"][0]["damo"][2:] != damo:
                print(f"{text}: damo's values are {shown['events'][0]['damo']}")
            count += 1
    print(count)


main()
