#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""json_doc.py DOC report|info JSON...: do JSON files and their documentation say the same?

The tables of DOC name every key with its type. Each object of the files must have exactly the keys
that are documented for it, each of a documented type, and no documented key may be missing from
all of the files.

A heading that is a name documents the view of that name: an object, or with [] behind it an array
of such. A chart and a map need one row, with "chart" or "map" as type. What only some reports have
of a view is "or absent".
"""

import json
import re
import sys

ROOMS = {'Always there': '', 'snapshots': 'snapshots[].', 'heatmaps': 'heatmaps[].',
         'working_sets': 'working_sets[].', 'regions': 'regions[].', 'goals': 'goals[].',
         'schemes': 'schemes[].', 'witnesses': 'witnesses[].'}
SECTIONS = {'report': ('Always there', 'snapshots', 'heatmaps', 'working_sets', 'regions',
                       'goals', 'schemes', 'witnesses'),
            'info': ('Always there', 'info --json')}
# there when they apply
OPTIONAL = {'snapshots', 'heatmaps', 'working_sets', 'regions', 'goals', 'schemes',
            'witnesses', 'heatmaps[].schemes'}
REPORT_ONLY = {'notes'}
OPEN = {'events'}                     # its keys are data
MAPS = []                             # of what, only one source may be there
CHART = {'unit': ['string', 'null'], 'start_ns': ['number'], 'step_ns': ['number'],
         'series': ['object']}

TYPES = {
    'string': lambda value: isinstance(value, str),
    'number': lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    'boolean': lambda value: isinstance(value, bool),
    'null': lambda value: value is None,
    'array': lambda value: isinstance(value, list),
    'object': lambda value: isinstance(value, dict),
}


def table_rows(path):
    """(section, keys, type) of every row of the tables that document keys."""
    section = ''
    with open(path, encoding='utf-8') as file:
        for line in file:
            if line.startswith('## '):
                section = line[3:].strip()
            cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
            if line.startswith('| ') and len(cells) == 4 and cells[0] != 'key':
                yield section, cells[0].split(', '), cells[1]


def is_view(section):
    return re.fullmatch(r'[a-z_]+(\[\])?', section) and section not in SECTIONS['report']


def add_pictures(doc):
    """What the rows of charts and maps stand for."""
    heatmap = 'heatmaps[].'
    for key in [key for key in doc if {'chart', 'map'} & set(doc[key])]:
        if 'chart' in doc[key]:
            doc.update({f'{key}.{name}': types for name, types in CHART.items()})
            OPEN.add(f'{key}.series')
        else:
            MAPS.append(key + '.')
            doc.update({f'{key}.{name[len(heatmap):]}': types for name, types in doc.items()
                        if name.startswith(heatmap)
                        and not name.startswith(heatmap + 'schemes')})  # of DAMON's own alone
        doc[key] = ['object'] + [name for name in doc[key] if name == 'absent']


def documented(path, kind):
    """{path of a value: types}; the items of an array are at path[]."""
    doc = {}
    for section, keys, types in table_rows(path):
        if kind == 'report' and is_view(section):
            ROOMS[section] = section + '.'
            OPTIONAL.add(section.removesuffix('[]'))
        if section not in SECTIONS[kind] and ROOMS.get(section, '') != section + '.':
            continue
        parent = keys[0].rpartition('.')[0]
        for key in keys:
            if '.' not in key and parent:
                key = f'{parent}.{key}'
            key = ROOMS.get(section, '') + key.replace('[0]', '[]')
            if types == 'array of strings':
                doc[key] = ['string']
            elif not key.endswith('[]') or types != 'array':
                doc[key] = types.split(' or ')
            if key.endswith('[]'):
                doc[key[:-2]] = ['array']
    for key in [key for key in doc if key.startswith('snapshots[].stream.')]:
        for room in ('heatmaps', 'working_sets', 'regions'):
            doc[f'{room}[].' + key.partition('[].')[2]] = doc[key]
    if kind == 'info':
        for name in [key for key in doc if key.partition('[')[0] in REPORT_ONLY]:
            del doc[name]
    for key in list(doc):  # what only contains others
        while '.' in key:
            key = key.rpartition('.')[0]
            doc.setdefault(key, ['object'])
            if key.endswith('[]'):
                doc.setdefault(key[:-2], ['array'])
    if 'heatmaps[].cells[][]' in doc:
        doc['heatmaps[].cells[]'] = doc['heatmaps[].cells'] = ['array']
        applied = 'heatmaps[].schemes[].applied_cells'
        doc[applied + '[]'] = doc[applied] = ['array']
    add_pictures(doc)
    return doc


class Check:
    def __init__(self, doc):
        self.doc = doc
        self.seen = set()
        self.wrong = set()

    def children(self, path):
        prefix = path + '.' if path else ''
        return {key[len(prefix):] for key in self.doc
                if key.startswith(prefix) and key != path
                and not re.search(r'[.\[]', key[len(prefix):])}

    def value(self, path, value):
        types = self.doc.get(path, ['object'] if not path else [])
        self.seen.add(path)
        if not any(TYPES[name](value) for name in types if name != 'absent'):
            self.wrong.add(f'{path}: {json.dumps(value)[:40]} is not {" or ".join(types)}')
        elif isinstance(value, list):
            for item in value:
                self.value(path + '[]', item)
        elif isinstance(value, dict) and path not in OPEN:
            expected = self.children(path)
            for key in value.keys() - expected:
                self.wrong.add(f'{path}.{key}: not documented')
            for key in expected - value.keys():
                full = f'{path}.{key}' if path else key
                if full not in OPTIONAL and 'absent' not in self.doc[full]:
                    self.wrong.add(f'{path}.{key}: documented, but missing')
            for key in value.keys() & expected:
                self.value(f'{path}.{key}' if path else key, value[key])


def main():
    check = Check(documented(sys.argv[1], sys.argv[2]))
    if len(check.doc) < 20:
        sys.exit(f'only {len(check.doc)} keys found in {sys.argv[1]}')
    for name in sys.argv[3:]:
        with open(name, encoding='utf-8') as file:
            check.value('', json.load(file))
    for path in sorted(check.doc.keys() - check.seen):
        if path.startswith(tuple(MAPS)):
            continue
        check.wrong.add(f'{path}: documented, but in none of the files')
    print('\n'.join(sorted(check.wrong)), end='')
    return 1 if check.wrong else 0


if __name__ == '__main__':
    sys.exit(main())
