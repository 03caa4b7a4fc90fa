#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""perfetto_check.py TEXT GOALS.json GOALS.csv SCHEMES.csv

TEXT is a Perfetto trace as protoc decoded it. Are its counters those of the rows, and its slices
the steps and verdicts of the report? Prints what is wrong.
"""

import csv
import json
import sys
from collections import Counter, defaultdict


def parse(path):
    """The packets as nested dicts of lists."""
    root = defaultdict(list)
    stack = [root]
    with open(path, encoding='utf-8') as file:
        for line in file:
            line = line.strip()
            if line.endswith('{'):
                child = defaultdict(list)
                stack[-1][line[:-1].strip()].append(child)
                stack.append(child)
            elif line == '}':
                stack.pop()
            else:
                key, value = line.split(': ', 1)
                # a field that the schema does not have is printed by its number
                if key.isdigit():
                    print('unknown field', key)
                stack[-1][key].append(value.strip('"'))
    return root['packet']


def rows(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def main():
    text, goals, goal_rows, scheme_rows = sys.argv[1:]
    tracks, points, begun, slices = {}, defaultdict(list), defaultdict(list), []
    for packet in parse(text):
        if packet['trusted_packet_sequence_id'] != ['1']:
            print('a packet without its sequence')
        for track in packet['track_descriptor']:
            tracks[track['uuid'][0]] = track['name'][0]
        for event in packet['track_event']:
            uuid, time, kind = event['track_uuid'][0], int(packet['timestamp'][0]), event['type'][0]
            if uuid not in tracks:
                print('a track without a descriptor', uuid)
            if kind == 'COUNTER':
                value = event['counter_value'] or event['double_counter_value']
                points[tracks[uuid]].append((time, float(value[0])))
            elif kind == 'SLICE_BEGIN':
                begun[uuid].append((time, event['name'][0]))
            elif kind == 'SLICE_END':
                start, name = begun[uuid].pop()
                slices.append((tracks[uuid], name, start, time))
    if any(begun.values()):
        print('slices that do not end')
    want = defaultdict(list)
    for row in rows(goal_rows):
        who = (f'kdamond {row["kdamond_pid"]}, context {row["context"]}, scheme {row["scheme"]}, '
               f'{row["metric"]}, node {row["nid"]}')
        for column, name in (('value_bp', 'value'), ('target_bp', 'target'),
                             ('score_bp', 'score')):
            if row[column]:
                want[f'{who}: {name}'].append((int(row['time_ns']), float(row[column])))
    for row in rows(scheme_rows):
        if row['esz_bytes']:
            want[f'kdamond {row["kdamond_pid"]}, context {row["context"]}, scheme {row["scheme"]}'
                 ': effective quota'].append((int(row['time_ns']), float(row['esz_bytes'])))
    if not want:
        print('nothing to compare')
    for name, series in want.items():
        if points.get(name) != series:
            print('counter differs:', name, len(points.get(name, [])), len(series))
    with open(goals, encoding='utf-8') as file:
        report = json.load(file)
    steps, verdicts = Counter(), Counter()
    for stream in report['goals']:
        for step in stream['steps']:
            steps[f'target {step["target_bp"] / 100:.2f} %', step['start_ns'], step['end_ns']] += 1
            verdicts[step['verdict'], step['start_ns'], step['end_ns']] += 1
    for track, expected in (('steps', steps), ('verdicts', verdicts)):
        if Counter(s[1:] for s in slices if s[0] == track) != expected or not expected:
            print(track, [s for s in slices if s[0] == track], expected)


main()
