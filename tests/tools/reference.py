#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The slow reference: heat computed from the definitions, apart from the program.

It reads events as text (a generator's truth file, `trace-cmd report -t [-R]`, or `perf script
--ns -F ...`), so it shares no code and no parser of bytes with damon-trace. Sums are integers or
fractions: what it prints is exact up to the last division. Needs nothing beyond Python's standard
library.
"""

import argparse
import json
import re
import sys
from bisect import bisect_right
from fractions import Fraction

# ---------------------------------------------------------------- text to events

REGION_EVENTS = {
    'damon_aggregated': False,
    'damon_region_aggregated': True,
    'damon_aggregated_v2': True,
}

TRUTH_LINE = re.compile(r'^(\d+) (-?\d+) (\S+)(?: (.*))?$')
TRACE_CMD_LINE = re.compile(
    r'^(?P<comm>.*)-(?P<pid>\d+)\s+\[(?P<cpu>\d+)\]\s+(?:\S+\s+)?'
    r'(?P<s>\d+)\.(?P<ns>\d{9}):\s+(?P<name>\S+?):(?P<rest>.*)$')
TRACE_CMD_LOST = re.compile(r'^\s*(?:.*:\s+)?CPU:(\d+) \[(?:(\d+) )?EVENTS DROPPED\]')
PERF_LINE = re.compile(
    r'^(?P<head>.*?)\s*(?P<s>\d+)\.(?P<ns>\d{9}):\s+(?P<rest>.*)$')
RANGE = re.compile(r'(?:^| )(\d+)-(\d+): (\d+)(?: (\d+))?')
PAIR = re.compile(r'([A-Za-z_][A-Za-z_0-9]*)=(\S*)')


class Event:
    """One line: a trace event, a loss ('lost') or a memory sample ('sample')."""

    def __init__(self, time, pid, name, fields):
        self.time = time
        self.pid = pid
        self.name = name
        self.fields = fields

    def number(self, name):
        return int(self.fields[name], 0)


def event_fields(text):
    """KEY=VALUE pairs and the kernel's START-END: NR_ACCESSES [AGE]."""
    fields = dict(PAIR.findall(text))
    for short, long in (('ctx_idx', 'context_idx'),):
        if short in fields:
            fields[long] = fields.pop(short)
    found = RANGE.search(text)
    if found and 'start' not in fields:
        fields['start'], fields['end'], fields['nr_accesses'] = found.group(1, 2, 3)
        if found.group(4):
            fields['age'] = found.group(4)
    return fields


def parse_truth(line):
    found = TRUTH_LINE.match(line)
    if not found:
        return None
    return Event(int(found.group(1)), int(found.group(2)), found.group(3),
                 dict(PAIR.findall(found.group(4) or '')))


def parse_trace_cmd(line, lost):
    """Losses stand before the event that follows them; they take its time."""
    found = TRACE_CMD_LINE.match(line)
    if not found:
        dropped = TRACE_CMD_LOST.match(line)
        if dropped:
            lost.append((dropped.group(1), dropped.group(2) or 'unknown'))
        return []
    time = int(found['s']) * 10**9 + int(found['ns'])
    out = [Event(time, 0, 'lost', {'cpu': cpu, 'count': count}) for cpu, count in lost]
    lost.clear()
    out.append(Event(time, int(found['pid']), found['name'], event_fields(found['rest'])))
    return out


def perf_sample(rest, columns):
    """PERIOD EVENT: ADDR WEIGHT PHYS_ADDR, those that were asked for."""
    words = rest.split()
    sample = {}
    if 'period' in columns:
        sample['period'] = words.pop(0)
    name = None
    if 'event' in columns:
        name = words.pop(0).rstrip(':')
    if name and '=' in rest and name.split(':')[0] in ('damon', 'sched'):
        return name.split(':')[1], event_fields(rest)
    if 'addr' in columns:
        sample['addr'] = str(int(words.pop(0), 16))
    if 'weight' in columns:
        sample['weight'] = words.pop(0)
    if 'phys_addr' in columns:
        sample['phys'] = str(int(words.pop(0), 16))
    sample['event'] = name or ''
    return 'sample', sample


def parse_perf(line, columns):
    found = PERF_LINE.match(line)
    if not found:
        return None
    head = found['head'].split('[')[0].split()
    has_pid = head and ('pid' in columns or 'tid' in columns)
    pid = int(head[-1].split('/')[0]) if has_pid else 0
    name, fields = perf_sample(found['rest'], columns)
    return Event(int(found['s']) * 10**9 + int(found['ns']), pid, name, fields)


def read_events(lines, columns=None):
    """Events of any of the three texts; columns: perf script's -F list, else it is not perf's."""
    lost = []
    for line in lines:
        line = line.rstrip('\n')
        if columns:
            event = parse_perf(line, columns)
            if event:
                yield event
            continue
        event = parse_truth(line)
        if event:
            yield event
        else:
            yield from parse_trace_cmd(line, lost)


# ---------------------------------------------------------------- snapshots

DEFAULT_GAP = 50 * 10**6  # ns, before a stream has shown its own


class Snapshot:
    def __init__(self, time, nr_regions, intervals):
        self.time = time
        self.nr_regions = nr_regions
        self.nominal, self.most = intervals  # aggregation interval, ns; its samples
        self.regions = []       # (start, end, nr_accesses)
        self.is_lossy = False   # events were lost in it, or between it and the one before
        self.state = None       # complete, incomplete, partial
        self.covered = (time, time)


class Stream:
    """(kdamond pid, context, target); the region events name no context."""

    def __init__(self, pid, target, intervals):
        self.pid = pid
        self.target = target
        self.snapshots = []
        self.open = None
        self.intervals = intervals
        self.pending = []      # tuned intervals that the next snapshot does not use yet
        self.last = None       # (time, start, end, with_probes, is_pair) of the last event
        self.losses = 0        # seen before the last event
        self.gap = DEFAULT_GAP

    def close(self, at_end=False):
        snapshot = self.open
        if not snapshot:
            return
        self.open = None
        if len(snapshot.regions) == snapshot.nr_regions:
            snapshot.state = 'complete'
        elif not snapshot.is_lossy and (at_end or len(self.snapshots) == 1):
            snapshot.state = 'partial'
        else:
            snapshot.state = 'incomplete'

    def is_cut(self, time, start, nr_regions, is_lossy):
        """Does this event begin another snapshot than the open one?"""
        last_time, _, last_end, _, _ = self.last
        if start < last_end or nr_regions != self.open.nr_regions:
            return True
        late = time - last_time
        if 10 * late > 9 * self.gap:
            return True
        return 2 * late > self.gap and (is_lossy or start != last_end)

    def begin(self, time, nr_regions, is_lossy):
        if self.snapshots:
            self.gap = time - self.snapshots[-1].time
        self.open = Snapshot(time, nr_regions, self.intervals)
        self.open.is_lossy = is_lossy
        self.snapshots.append(self.open)
        if self.pending:
            self.intervals = self.pending[-1]
            self.pending = []

    def add(self, time, region, nr_regions, with_probes, losses):
        start, end, _ = region
        if self.last:
            _, last_start, last_end, last_probes, last_pair = self.last
            if ((start, end) == (last_start, last_end) and last_probes != with_probes
                    and not last_pair):
                self.last = self.last[:4] + (True,)
                return
        is_lossy = losses != self.losses
        if self.open:
            self.open.is_lossy |= is_lossy
            if self.is_cut(time, start, nr_regions, is_lossy):
                self.close()
        if not self.open:
            self.begin(time, nr_regions, is_lossy)
        self.open.regions.append(region)
        self.last = (time, start, end, with_probes, False)
        self.losses = losses
        if len(self.open.regions) == nr_regions:
            self.close()


class Intervals:
    """The aggregation interval, ns, and how many samples it has: (0, None) when unknown."""

    def __init__(self, sample_ns=0, aggr_ns=0):
        self.sample_ns = sample_ns
        self.most = Fraction(aggr_ns, sample_ns) if sample_ns else None
        self.initial = (aggr_ns, self.most)

    def tuned(self, sample_us):
        """The kernel keeps the number of samples per aggregation, a whole one."""
        if not self.most or sample_us * 1000 == self.sample_ns:
            return self.initial
        return sample_us * 1000 * int(self.most), Fraction(int(self.most))


def median(values):
    """Of integers; of an even count the mean of the middle two, floored."""
    if not values:
        return 0
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) // 2


def cover(stream):
    """The interval back to the previous snapshot, at most two of the usual ones."""
    times = [snapshot.time for snapshot in stream.snapshots]
    usual = median([b - a for a, b in zip(times, times[1:])])
    before = None
    for snapshot in stream.snapshots:
        one = max(snapshot.nominal, usual)
        length = one if before is None else min(snapshot.time - before, 2 * one)
        snapshot.covered = (snapshot.time - length, snapshot.time)
        before = snapshot.time


def assemble(events, intervals):
    """Streams with their snapshots, in the order of their first events."""
    streams = {}
    tuned = {}  # pid: intervals that streams not seen yet have to know
    losses = 0
    for event in events:
        if event.name == 'lost':
            losses += 1
        elif event.name == 'damon_monitor_intervals_tune':
            new = intervals.tuned(event.number('sample_us'))
            tuned.setdefault(event.pid, []).append(new)
            for stream in streams.values():
                if stream.pid == event.pid:
                    stream.pending.append(new)
        elif event.name in REGION_EVENTS:
            key = (event.pid, event.number('target_id'))
            region = (event.number('start'), event.number('end'), event.number('nr_accesses'))
            if region[0] >= region[1]:
                continue
            if key not in streams:
                streams[key] = Stream(event.pid, key[1], intervals.initial)
                streams[key].pending = list(tuned.get(event.pid, []))
            streams[key].add(event.time, region, event.number('nr_regions'),
                             REGION_EVENTS[event.name], losses)
    for stream in streams.values():
        stream.close(at_end=True)
        cover(stream)
    return list(streams.values())


# ---------------------------------------------------------------- axes


def union(ranges):
    out = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([start, end])
    return [tuple(r) for r in out]


def fold(ranges, cells):
    """Ranges with the folded gaps between them: longer than 1/16 of the bytes, longest first."""
    monitored = sum(end - start for start, end in ranges)
    gaps = [(a[1], b[0]) for a, b in zip(ranges, ranges[1:])]
    wide = [gap for gap in gaps if 16 * (gap[1] - gap[0]) > monitored]
    wide.sort(key=lambda gap: (-(gap[1] - gap[0]), gap[0]))
    folded = sorted(wide[:cells // 8])
    starts = [ranges[0][0]] + [gap[1] for gap in folded]
    ends = [gap[0] for gap in folded] + [ranges[-1][1]]
    return list(zip(starts, ends))


def aligned(ranges, cells):
    """Smallest power of two that needs no more than so many cells; then the aligned ranges."""
    size = 1
    while True:
        made = union([(start // size * size, -(-end // size) * size) for start, end in ranges])
        if sum(end - start for start, end in made) // size <= cells:
            return size, made
        size *= 2


class Axis:
    """Cells in segments: each a list of edges."""

    def __init__(self, segments):
        self.segments = segments
        self.cells = []  # (start, end) of every cell, ascending
        for edges in segments:
            self.cells += list(zip(edges, edges[1:]))
        self.starts = [start for start, _ in self.cells]

    def overlaps(self, start, end):
        """(cell, length) for each cell that [start, end) overlaps."""
        cell = max(bisect_right(self.starts, start) - 1, 0)
        while cell < len(self.cells) and self.cells[cell][0] < end:
            low, high = self.cells[cell]
            length = min(high, end) - max(low, start)
            if length > 0:
                yield cell, length
            cell += 1

    def cell_of(self, value):
        cell = bisect_right(self.starts, value) - 1
        return cell if cell >= 0 and value < self.cells[cell][1] else None

    def inside(self, start, end):
        """How much of [start, end) the segments show (without looking at cells)."""
        return sum(max(0, min(edges[-1], end) - max(edges[0], start)) for edges in self.segments)


def even_edges(start, end, cells):
    return [start + i * (end - start) // cells for i in range(cells + 1)]


def auto_axis(ranges, cells, folding):
    ranges = union(ranges)
    size, segments = aligned(fold(ranges, cells) if folding else [(ranges[0][0], ranges[-1][1])],
                             cells)
    return Axis([list(range(start, end + 1, size)) for start, end in segments])


def fixed_addresses(ranges, cells):
    total = sum(end - start for start, end in ranges)
    return Axis([even_edges(start, end, max(1, cells * (end - start) // total))
                 for start, end in sorted(ranges)])


def make_axes(times, addresses, options):
    """times: (first, last) of what was observed; addresses: ranges."""
    if options.time:
        time_axis = Axis([even_edges(*options.time, options.resolution[0])])
    else:
        time_axis = auto_axis([times], options.resolution[0], False)
    if options.address:
        address_axis = fixed_addresses(options.address, options.resolution[1])
    else:
        address_axis = auto_axis(addresses, options.resolution[1], True)
    return time_axis, address_axis


# ---------------------------------------------------------------- heat


def describe(source, time_axis, address_axis, **more):
    out = {'source': source}
    out.update(more)
    out['time'] = {'start_ns': time_axis.cells[0][0], 'end_ns': time_axis.cells[-1][1],
                   'cells': len(time_axis.cells)}
    out['segments'] = [{'start': hex(edges[0]), 'end': hex(edges[-1]), 'cells': len(edges) - 1}
                       for edges in address_axis.segments]
    return out


def damon_heatmap(stream, options):
    """Sum of bytes x ns x rate over sum of bytes x ns, for each cell."""
    shown = [s for s in stream.snapshots if s.covered[0] < s.covered[1]]
    if not shown:
        return None
    times = (min(s.covered[0] for s in shown), max(s.covered[1] for s in shown))
    ranges = [(start, end) for s in stream.snapshots for start, end, _ in s.regions]
    time_axis, address_axis = make_axes(times, ranges, options)
    area, heat = {}, {}
    records = 0
    for snapshot in shown:
        rows = list(time_axis.overlaps(*snapshot.covered))
        seen = time_axis.inside(*snapshot.covered)
        for start, end, nr_accesses in snapshot.regions:
            rate = nr_accesses / snapshot.most if snapshot.most else nr_accesses
            records += seen * address_axis.inside(start, end) * rate
            for column, size in address_axis.overlaps(start, end):
                for row, length in rows:
                    key = (row, column)
                    area[key] = area.get(key, 0) + size * length
                    heat[key] = heat.get(key, 0) + size * length * rate
    cells = [[float(Fraction(heat[r, c]) / area[r, c]) if (r, c) in area else None
              for c in range(len(address_axis.cells))] for r in range(len(time_axis.cells))]
    grid = sum(cells[r][c] * area[r, c] for r, c in area) / 1e9
    return describe(
        'damon', time_axis, address_axis,
        stream={'kdamond_pid': stream.pid, 'context': None, 'target': stream.target},
        unit='access rate' if options.intervals.most else 'samples per aggregation',
        cells=cells, sums={'cells': grid, 'records': float(Fraction(records) / 10**9)})


BLOCK = 2 << 20  # bytes: samples make the block around them count as monitored


def sample_heatmap(samples, options, pid):
    """samples: (time, address, period, weight)."""
    addresses = [(address // BLOCK * BLOCK, (address // BLOCK + 1) * BLOCK)
                 for _, address, _, _ in samples]
    times = (min(s[0] for s in samples), max(s[0] for s in samples) + 1)
    time_axis, address_axis = make_axes(times, addresses, options)
    count, total = {}, {}
    records = 0
    for time, address, period, weight in samples:
        row, column = time_axis.cell_of(time), address_axis.cell_of(address)
        if row is None or column is None:
            continue
        value = {'count': 1, 'period': period, 'latency': weight}[options.weight]
        count[row, column] = count.get((row, column), 0) + 1
        total[row, column] = total.get((row, column), 0) + value
        records += value
    missing = None if options.weight == 'latency' else 0
    cells = [[missing] * len(address_axis.cells) for _ in time_axis.cells]
    for row, column in count:
        value = total[row, column]
        cells[row][column] = value / count[row, column] if options.weight == 'latency' else value
    if options.weight == 'latency':
        grid = sum(cells[r][c] * count[r, c] for r, c in count)
    else:
        grid = sum(sum(row) for row in cells)
    return describe('samples', time_axis, address_axis, stream=None, pid=pid,
                    space='virtual' if pid is not None else 'physical', unit=options.weight,
                    cells=cells, sums={'cells': grid, 'records': records})


def sample_heatmaps(events, options):
    """One map per process, hottest first; with options.phys one of all."""
    by_pid = {}
    field = 'phys' if options.phys else 'addr'
    for event in events:
        if event.name != 'sample' or not int(event.fields.get(field, 0)):
            continue
        if options.pid is not None and event.pid != options.pid:
            continue
        pid = None if options.phys else event.pid
        by_pid.setdefault(pid, []).append(
            (event.time, event.number(field), int(event.fields.get('period', 1)),
             int(event.fields.get('weight', 0))))
    order = sorted(by_pid, key=lambda pid: (-len(by_pid[pid]), pid or 0))
    return [sample_heatmap(by_pid[pid], options, pid) for pid in order]


def is_wanted(stream, options):
    return all(getattr(stream, name) == value for name, value in options.stream.items())


def count_names(events):
    names = {}
    for event in events:
        if event.name not in ('lost', 'sample'):
            names[event.name] = names.get(event.name, 0) + 1
    return names


def count_losses(events):
    lost = [event.fields['count'] for event in events if event.name == 'lost']
    return {'events': sum(int(c) for c in lost if c != 'unknown'), 'unknown': lost.count('unknown')}


def report(events, options):
    events = list(events)
    streams = assemble(events, options.intervals)
    shown = [s for s in streams if is_wanted(s, options)]
    heatmaps = []
    if options.source in (None, 'damon'):
        heatmaps += [grid for grid in (damon_heatmap(s, options) for s in shown) if grid]
    if options.source in (None, 'samples'):
        heatmaps += sample_heatmaps(events, options)
    return {
        'events': count_names(events),
        'losses': count_losses(events),
        'snapshots': [{'stream': {'kdamond_pid': s.pid, 'context': None, 'target': s.target},
                       **{state: sum(k.state == state for k in s.snapshots)
                          for state in ('complete', 'incomplete', 'partial')}} for s in streams],
        'heatmaps': heatmaps,
    }


# ---------------------------------------------------------------- comparing

TOLERANCE = 1e-9
SHOWN = 10  # differences of one kind that are printed one by one


def integer(value):
    if isinstance(value, str):
        return int(value, 0)
    return value


def stream_key(stream):
    if not stream:
        return None
    return tuple(integer(stream.get(name)) for name in ('kdamond_pid', 'context', 'target'))


def grid_key(grid):
    """Stream for DAMON, pid or physical space for samples."""
    if grid['source'] == 'damon':
        return ('damon', stream_key(grid['stream']))
    return ('samples', grid.get('pid') if grid.get('space') != 'physical' else 'physical')


def is_close(a, b):
    if a is None or b is None:
        return a is b
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


class Comparison:
    def __init__(self, out=sys.stdout):
        self.out = out
        self.differences = 0

    def differ(self, text):
        self.differences += 1
        print(text, file=self.out)

    def same(self, where, reference, got):
        if reference != got:
            self.differ(f'{where}: reference {reference}, got {got}')

    def close(self, where, reference, got):
        if not is_close(reference, got):
            self.differ(f'{where}: reference {reference!r}, got {got!r}')

    def axes(self, where, reference, got):
        for name in ('start_ns', 'end_ns', 'cells'):
            self.same(f'{where} time.{name}', reference['time'][name], got['time'].get(name))
        segments = [[(integer(s['start']), integer(s['end']), s['cells']) for s in grid['segments']]
                    for grid in (reference, got)]
        if segments[0] != segments[1]:
            shown = [', '.join(f'{s:#x}-{e:#x}/{n}' for s, e, n in part) for part in segments]
            self.differ(f'{where} segments: reference {shown[0]}, got {shown[1]}')

    def cells(self, where, reference, got):
        rows = len(reference['cells'])
        widths = {len(row) for row in reference['cells'] + got['cells']}
        if rows != len(got['cells']) or len(widths) > 1:
            self.differ(f'{where} cells: the grids have different shapes')
            return
        wrong = [(r, c) for r in range(rows) for c in range(len(reference['cells'][r]))
                 if not is_close(reference['cells'][r][c], got['cells'][r][c])]
        for r, c in wrong[:SHOWN]:
            self.differ(f'{where} cell [{r}][{c}]: reference {reference["cells"][r][c]!r}, '
                        f'got {got["cells"][r][c]!r}')
        if len(wrong) > SHOWN:
            self.differences += len(wrong) - SHOWN
            print(f'{where} cells: {len(wrong) - SHOWN} more', file=self.out)

    def sums(self, where, reference, got):
        if 'sums' not in got:
            self.differ(f'{where}: no sums')
            return
        for name in ('cells', 'records'):
            self.close(f'{where} sums.{name}', reference['sums'][name], got['sums'].get(name))
        self.close(f'{where} got sums', got['sums'].get('records'), got['sums'].get('cells'))

    def grids(self, reference, got):
        mine = {grid_key(grid): grid for grid in reference.get('heatmaps', [])}
        theirs = {grid_key(grid): grid for grid in got.get('heatmaps', [])}
        for key in theirs.keys() - mine.keys():
            self.differ(f'{key}: the reference has no such heatmap')
        for key, grid in mine.items():
            other = theirs.get(key)
            if not other:
                self.differ(f'{key}: no such heatmap')
                continue
            if key[0] == 'damon':
                self.same(f'{key} unit', grid['unit'], other.get('unit'))
            self.axes(f'{key}', grid, other)
            self.cells(f'{key}', grid, other)
            self.sums(f'{key}', grid, other)

    def snapshots(self, reference, got):
        mine = {stream_key(s['stream']): s for s in reference.get('snapshots', [])}
        theirs = {stream_key(s['stream']): s for s in got.get('snapshots', [])}
        self.same('snapshots: streams', sorted(mine, key=str), sorted(theirs, key=str))
        for key in mine.keys() & theirs.keys():
            for name in ('complete', 'incomplete', 'partial'):
                if name in theirs[key]:
                    self.same(f'snapshots {key} {name}', mine[key][name], theirs[key][name])

    def events(self, reference, got):
        for name, count in reference.get('events', {}).items():
            if name.startswith('damo'):
                self.same(f'events {name}', count, got.get('events', {}).get(name))
        for name, count in reference.get('losses', {}).items():
            self.same(f'losses {name}', count, got.get('losses', {}).get(name))


def compare(reference, got, out=sys.stdout):
    """Returns the number of differences, after printing them."""
    comparison = Comparison(out)
    comparison.events(reference, got)
    comparison.snapshots(reference, got)
    comparison.grids(reference, got)
    return comparison.differences


# ---------------------------------------------------------------- self-test


class SelfTest:
    """Cases small enough to be computed by hand."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, got, expected):
        if got == expected:
            self.passed += 1
        else:
            self.failed += 1
            print(f'FAILED {name}: expected {expected}, got {got}')

    @staticmethod
    def regions(time, spans, pid=1, target=0, count=None, name='damon_aggregated', gap=1):
        """Lines of one snapshot; spans: (start, end, nr_accesses)."""
        count = len(spans) if count is None else count
        return [f'{time + i * gap} {pid} {name} target_id={target} nr_regions={count} '
                f'start={start} end={end} nr_accesses={accesses} age=0'
                for i, (start, end, accesses) in enumerate(spans)]

    @staticmethod
    def streams(lines, intervals=None):
        return assemble(read_events(lines), intervals or Intervals())

    def states(self, lines):
        return [[(k.time, len(k.regions), k.state) for k in s.snapshots]
                for s in self.streams(lines)]

    def texts(self):
        trace_cmd = ['cpus=2', '  two words-x-12    [001] d...   1.000000002: damon_aggregated:'
                     '     target_id=3 nr_regions=2 4096-8192: 5 7', 'CPU:1 [12 EVENTS DROPPED]',
                     ' kdamond.0-1  [000]     2.000000000: damos_esz:  ctx_idx=0 scheme_idx=1 esz=9']
        events = list(read_events(trace_cmd))
        self.check('trace-cmd names', [e.name for e in events],
                   ['damon_aggregated', 'lost', 'damos_esz'])
        self.check('trace-cmd time', events[0].time, 1000000002)
        self.check('trace-cmd pid', events[0].pid, 12)
        self.check('trace-cmd range', [events[0].number(n) for n in
                                       ('target_id', 'nr_regions', 'start', 'end', 'nr_accesses')],
                   [3, 2, 4096, 8192, 5])
        self.check('trace-cmd context', events[2].fields['context_idx'], '0')
        self.check('trace-cmd loss', (events[1].time, events[1].fields['count']), (2 * 10**9, '12'))
        perf = list(read_events(['  7/8   3.000000001:    9 page-faults:  ff00   4   1000'],
                                ['pid', 'tid', 'time', 'period', 'event', 'addr', 'weight',
                                 'phys_addr']))
        self.check('perf pid', perf[0].pid, 7)
        self.check('perf sample', perf[0].fields,
                   {'period': '9', 'addr': str(0xff00), 'weight': '4', 'phys': str(0x1000),
                    'event': 'page-faults'})
        perf = list(read_events([' kd  5  3.000000001: damon:damon_aggregated: target_id=1 '
                                 'nr_regions=2 0-5: 6'], ['comm', 'pid', 'time', 'event', 'trace']))
        self.check('perf tracepoint', (perf[0].name, perf[0].number('nr_accesses')),
                   ('damon_aggregated', 6))

    def assembly(self):
        two = [(0, 10, 1), (10, 20, 2)]
        ms = 10**6
        whole = self.regions(100 * ms, two) + self.regions(200 * ms, two)
        self.check('complete', self.states(whole),
                   [[(100 * ms, 2, 'complete'), (200 * ms, 2, 'complete')]])
        self.check('cut by the start', self.states(whole[1:])[0][0], (100 * ms + 1, 1, 'partial'))
        self.check('cut by the end', self.states(whole[:-1])[0][1], (200 * ms, 1, 'partial'))
        three = whole + self.regions(300 * ms, two)
        self.check('a lost event', [s[2] for s in self.states(three[:3] + three[4:])[0]],
                   ['complete', 'incomplete', 'complete'])
        lost = ['150000000 0 lost cpu=0 count=unknown']
        self.check('a loss at the start', self.states(lost + whole[1:])[0][0][2], 'incomplete')
        # three regions of which the first is missing in the second: only time tells them apart
        long = [(0, 10, 1), (10, 20, 1), (20, 30, 1)]
        shifted = (self.regions(100 * ms, long) + self.regions(200 * ms, long)[:2] +
                   self.regions(300 * ms, long)[2:] + self.regions(400 * ms, long))
        self.check('cut by time', [s[1:] for s in self.states(shifted)[0]],
                   [(3, 'complete'), (2, 'incomplete'), (1, 'incomplete'), (3, 'complete')])
        self.check('a loss at the end', self.states(
            whole[:3] + ['200000005 0 lost cpu=0 count=1'] + whole[3:])[0][1][2], 'complete')
        tail = self.regions(200 * ms, long)
        self.check('a loss in the last one', self.states(
            self.regions(100 * ms, long) + tail[:1] + lost + tail[2:])[0][1][1:], (2, 'incomplete'))
        self.check('another nr_regions', [s[1:] for s in self.states(
            self.regions(100 * ms, long, count=4) + self.regions(101 * ms, [(30, 40, 1)], count=1)
        )[0]], [(3, 'partial'), (1, 'complete')])
        both = self.regions(100 * ms, two) + self.regions(100 * ms, two, pid=2)
        self.check('two kdamonds', [s[0][1:] for s in self.states(sorted(both))],
                   [(2, 'complete'), (2, 'complete')])
        pairs = [line for a, b in zip(
            self.regions(100 * ms, two, gap=4),
            self.regions(100 * ms + 2, two, gap=4, name='damon_region_aggregated'))
            for line in (a, b)]
        self.check('pairs', self.states(pairs), [[(100 * ms, 2, 'complete')]])
        # 0.5 g after the last event: cut only where something is amiss
        late = self.regions(100 * ms, long) + self.regions(200 * ms, long)[:1]
        late += self.regions(260 * ms, long)[1:]
        self.check('a pause', [s[1] for s in self.states(late)[0]], [3, 3])
        late.insert(4, lost[0])
        self.check('a pause with a loss', [s[1] for s in self.states(late)[0]], [3, 1, 2])

    def covering(self):
        one = [(0, 10, 1)]
        lines = [line for t in (100, 110, 120, 200) for line in self.regions(t * 1000, one)]
        self.check('covered', [k.covered for k in self.streams(lines)[0].snapshots],
                   [(90000, 100000), (100000, 110000), (110000, 120000), (180000, 200000)])
        nominal = self.streams(lines, Intervals(1000, 15000))[0]
        self.check('nominal', [k.covered for k in nominal.snapshots][::3],
                   [(85000, 100000), (170000, 200000)])
        self.check('alone', self.streams(lines[:1])[0].snapshots[0].covered, (100000, 100000))
        self.check('median', (median([]), median([3]), median([4, 1]), median([5, 1, 2])),
                   (0, 3, 2, 2))
        lines.insert(1, '105000 1 damon_monitor_intervals_tune sample_us=2')
        self.check('tuned', [k.nominal for k in self.streams(
            lines, Intervals(1000, 15000))[0].snapshots], [15000, 15000, 30000, 30000])

    def axes(self):
        self.check('union', union([(5, 9), (0, 3), (3, 4)]), [(0, 4), (5, 9)])
        self.check('no fold under 1/16', fold([(0, 160), (170, 171)], 16), [(0, 171)])
        self.check('fold', fold([(0, 160), (180, 190)], 16), [(0, 160), (180, 190)])
        self.check('fold at most 1 of 8', fold([(0, 16), (100, 116), (300, 316)], 15),
                   [(0, 116), (300, 316)])
        self.check('fold the lower of equals', fold([(0, 16), (100, 116), (200, 216)], 8),
                   [(0, 16), (100, 216)])
        self.check('aligned', aligned([(5, 21)], 4), (8, [(0, 24)]))
        self.check('aligned segments merge', aligned([(0, 9), (12, 40)], 6), (8, [(0, 40)]))
        self.check('edges', even_edges(10, 20, 3), [10, 13, 16, 20])
        self.check('fixed', fixed_addresses([(0, 30), (100, 110)], 4).segments,
                   [[0, 10, 20, 30], [100, 110]])
        axis = Axis([[0, 10, 20], [50, 60]])
        self.check('overlaps', list(axis.overlaps(5, 55)), [(0, 5), (1, 10), (2, 5)])
        self.check('cell of', [axis.cell_of(v) for v in (-1, 0, 10, 19, 20, 50, 60)],
                   [None, 0, 1, 1, None, 2, None])

    def heat(self):
        lines = (self.regions(8, [(0, 4, 2), (4, 8, 0)]) + self.regions(16, [(0, 6, 4), (6, 8, 0)]))
        options = parse_arguments(['report', '--resolution', '2x2', '-'])
        grid = report(read_events(lines), options)['heatmaps'][0]
        self.check('heat axes', (grid['time'], grid['segments']),
                   ({'start_ns': 0, 'end_ns': 16, 'cells': 2},
                    [{'start': '0x0', 'end': '0x8', 'cells': 2}]))
        self.check('heat', grid['cells'], [[2.0, 0.0], [4.0, 2.0]])
        self.check('heat sums', grid['sums'], {'cells': 2.56e-07, 'records': 2.56e-07})
        options = parse_arguments(['report', '--resolution', '2x2', '--intervals', '1us,8us',
                                   '--time', '@0,@32', '--address', '2,6', '-'])
        options.intervals = Intervals(1, 8)
        grid = report(read_events(lines), options)['heatmaps'][0]
        self.check('rate at fixed edges', grid['cells'], [[0.375, 0.25], [None, None]])
        lines = ['5 7 sample addr=4194304 period=10 weight=3', '6 7 sample addr=0 period=1 weight=1',
                 '9 7 sample addr=6291456 period=20 weight=5', '9 8 sample addr=4096 period=1',
                 '9 7 sample addr=6291457 period=1 weight=6']
        expected = {'count': [[1, 0], [0, 2]], 'period': [[10, 0], [0, 21]],
                    'latency': [[3, None], [None, 5.5]]}
        for weight, cells in expected.items():
            options = parse_arguments(['report', '--resolution', '2x2', '--weight', weight, '-'])
            grids = report(read_events(lines), options)['heatmaps']
            self.check(f'samples {weight}', (grids[0]['pid'], grids[0]['cells']), (7, cells))
            self.check(f'samples {weight} axes', (grids[0]['time'], grids[0]['segments'][0]),
                       ({'start_ns': 4, 'end_ns': 12, 'cells': 2},
                        {'start': '0x400000', 'end': '0x800000', 'cells': 2}))

    def comparing(self):
        lines = self.regions(8, [(0, 4, 2), (4, 8, 0)]) + self.regions(16, [(0, 6, 4), (6, 8, 0)])
        options = parse_arguments(['report', '--resolution', '2x2', '-'])
        reference = report(read_events(lines), options)
        with open('/dev/null', 'w', encoding='utf-8') as out:
            self.check('same', compare(reference, json.loads(json.dumps(reference)), out), 0)
            for change in ('g["cells"][0][0] *= 1 + 1e-8', 'g["cells"][0][0] = None',
                           'g["time"]["end_ns"] += 1', 'g["segments"][0]["end"] = "0x10"',
                           'g["sums"]["cells"] = 0', 'g["stream"]["target"] = 5',
                           'got["snapshots"][0]["complete"] = 7', 'got["heatmaps"] = []',
                           'got["events"] = {}', 'g["unit"] = "access rate"'):
                got = json.loads(json.dumps(reference))
                exec(change, {'g': got['heatmaps'][0], 'got': got})  # pylint: disable=exec-used
                self.check(f'notices {change}', compare(reference, got, out) > 0, True)

    def run(self):
        for part in (self.texts, self.assembly, self.covering, self.axes, self.heat,
                     self.comparing):
            part()
        print(f'{self.passed} passed, {self.failed} failed')
        return 1 if self.failed else 0


# ---------------------------------------------------------------- command line


def duration(text):
    """With a unit (ns us ms s), to ns; a bare number is microseconds."""
    found = re.fullmatch(r'(\d+)(ns|us|ms|s)?', text)
    if not found:
        raise argparse.ArgumentTypeError(f'no duration: {text}')
    return int(found.group(1)) * {'ns': 1, 'us': 1000, 'ms': 10**6, 's': 10**9,
                                  None: 1000}[found.group(2)]


def intervals_option(text):
    sample, aggr = text.split(',')
    return Intervals(duration(sample), duration(aggr))


def resolution_option(text):
    times, addresses = text.split('x')
    return int(times), int(addresses)


def address_option(text):
    low, high = text.split(',')
    return int(low, 0), int(high, 0)


def stream_option(text):
    names = {'kdamond': 'pid', 'target': 'target'}
    return {names[part.split('=')[0]]: int(part.split('=')[1], 0) for part in text.split(',')}


def time_option(text):
    """FROM,TO in seconds: (is absolute, ns) of each; @ marks the recording's own clock."""
    return [(part.startswith('@'), int(Fraction(part.lstrip('@')) * 10**9))
            for part in text.split(',')]


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    commands = parser.add_subparsers(dest='command', required=True)
    for name in ('report', 'counts', 'events'):
        command = commands.add_parser(name)
        command.add_argument('file', help='text, - is stdin')
        command.add_argument('--fields', help="perf script's -F list, when the text is perf's")
        if name != 'report':
            continue
        command.add_argument('--resolution', type=resolution_option, default=(256, 256))
        command.add_argument('--time', type=time_option)
        command.add_argument('--address', type=address_option, action='append')
        command.add_argument('--intervals', type=intervals_option, default=Intervals())
        command.add_argument('--source', choices=('damon', 'samples'))
        command.add_argument('--stream', type=stream_option, default={})
        command.add_argument('--pid', type=int)
        command.add_argument('--phys', action='store_true')
        command.add_argument('--weight', choices=('count', 'period', 'latency'), default='count')
    command = commands.add_parser('compare')
    command.add_argument('reference')
    command.add_argument('got')
    commands.add_parser('selftest')
    return resolve_time(parser.parse_args(arguments))


def resolve_time(options, start=None):
    """Times from the first event need to know it: start, in ns."""
    asked = getattr(options, 'time', None)
    if not asked or isinstance(asked[0], int):
        return options
    if all(absolute for absolute, _ in asked):
        start = 0
    if start is not None:
        options.time = [ns if absolute else start + ns for absolute, ns in asked]
    return options


def load(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def print_event(event):
    fields = ' '.join(f'{name}={value}' for name, value in sorted(event.fields.items())
                      if name != 'cpu')
    print(f'{event.time} {event.pid} {event.name} {fields}'.rstrip())


def main():
    options = parse_arguments(sys.argv[1:])
    if options.command == 'selftest':
        return SelfTest().run()
    if options.command == 'compare':
        return 1 if compare(load(options.reference), load(options.got)) else 0
    columns = options.fields.split(',') if options.fields else None
    with (sys.stdin if options.file == '-' else
          open(options.file, encoding='utf-8', errors='replace')) as file:
        events = list(read_events(file, columns))
    if options.command == 'counts':
        json.dump({'events': count_names(events), 'losses': count_losses(events),
                   'samples': sum(e.name == 'sample' for e in events)}, sys.stdout, indent=1)
        print()
    elif options.command == 'events':
        for event in events:
            print_event(event)
    else:
        if events:
            resolve_time(options, min(e.time for e in events if e.name != 'lost'))
        json.dump(report(events, options), sys.stdout)
        print()
    return 0


if __name__ == '__main__':
    sys.exit(main())
