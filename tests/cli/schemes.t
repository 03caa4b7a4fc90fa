#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What schemes did: the figures equal those of a slow computation from the events.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

for form in "--goals native" "--kdamonds 3 --goals native" "--version 7 --compression zlib"; do
	# shellcheck disable=SC2086 # options are words
	world s --snapshots 200 --regions 30 --schemes $form
	"$DAMON_TRACE" report --json --schemes "$TMP/s.dat" >"$TMP/s.json" 2>/dev/null
	same "figures of schemes, $form" "" \
		"$(python3 tests/cli/scheme_figures.py "$TMP/s.truth" "$TMP/s.json" 2>&1)"
	for view in "" "--resolution 7x300" \
		"--time 3,8 --address 0x42000000,0x43000123 --address 0x45000000,0x48000000"; do
		# shellcheck disable=SC2086 # options are words
		"$DAMON_TRACE" report --json --heatmap --schemes $view "$TMP/s.dat" \
			>"$TMP/s.json" 2>/dev/null
		same "cells that schemes were applied to, $form $view" "" \
			"$(python3 tests/cli/applied_cells.py "$TMP/s.truth" "$TMP/s.json" 2>&1)"
	done
done
check_json "maps without the schemes have none" "report --json --heatmap $TMP/s.dat" 0 \
	"all('schemes' not in h for h in j['heatmaps'])"
check "marks over the map, for mail" \
	"report --heatmap --schemes --ascii $FIXTURES/temporal-steps-7.3.dat" 0 \
	'out:^0x44989c00 .@@@A' 'out:^\[A\] scheme 0 applied, 154 regions; \[B\] scheme 1 applied, 134' \
	'!out:.{73}'
check "marks keep the heat where there are colours" \
	"report --heatmap --schemes --color 256 $FIXTURES/temporal-steps-7.3.dat" 0 \
	'out:48;5;[0-9]+m..38;5;(16|231)mA' '!out:▀'
check "outlines in a picture" \
	"report --heatmap --schemes --plot $TMP/s.gp $FIXTURES/temporal-steps-7.3.dat" 0
same "with a legend, each scheme outlined in its own colour" "2 4 5" \
	"$(for what in "set label 'scheme . applied, 1[35]4 regions'" "with vectors nohead" "^e$"; do
		grep -c -E -e "$what" "$TMP/s.gp"
	done | xargs)"
check_json "the capture applied more than it tried" \
	"report --json --schemes $FIXTURES/temporal-steps-7.3.dat" 0 \
	"len(j['schemes']) == 2 and all(s['applied_per_tried'] > 1 for s in j['schemes'])
	and 'heatmaps' not in j and 'goals' not in j"
check "schemes in words" "report --schemes $FIXTURES/temporal-steps-7.3.dat" 0 \
	'out:^Scheme: kdamond 121, context 0, scheme 1' 'out:^  applied 522 MiB of 490.6 MiB tried' \
	'out:effective quota 0 B to 8 MiB' 'out:for each of the' '!out:^Goal of'
check "no schemes" "report --schemes $FIXTURES/perf/pf_basic.data" 0 'no schemes'
# The witnesses of a recording: did the pages really move?
lab=$FIXTURES/pull-push-temporal-lab
moved=$(python3 -c '
import json, sys
lines = [json.loads(line)["vmstat"]["pgmigrate_success"] for line in open(sys.argv[1])]
print(lines[-1] - lines[0])' "$lab/witness.jsonl")
check_json "the kernel's own counters stand beside the schemes" "report --json --schemes $lab" 0 \
	"j['witnesses'][0]['migrated_pages'] == $moved > 100000
	and sum(p['migrated_pages'] for p in j['witnesses'][0]['timeline']) == $moved
	and 0.8 < $moved * 4096 / sum(s['applied_bytes'] for s in j['schemes']) < 1.25"
check "and beside the goals" "report --goals $lab" 0 "out:^The kernel's own counters" \
	'out:^  node 1: ' 'out:kdamond\.0 .* of a CPU'
cp -r "$lab" "$TMP/cut"
printf '{"time_ns":1,"no' >>"$TMP/cut/witness.jsonl"
printf '[]\nnull\n{"vmstat":7,"nodes":{},"kdamonds":[1,{}]}\n' >>"$TMP/cut/witness.jsonl"
check_json "damaged lines are counted, the others used" "report --json --schemes $TMP/cut" 0 \
	"j['witnesses'][0]['migrated_pages'] >= $moved and j['witnesses'][0]['damaged'] == 2"
done_testing
