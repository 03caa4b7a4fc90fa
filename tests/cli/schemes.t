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
done
check_json "the capture applied more than it tried" \
	"report --json --schemes $FIXTURES/temporal-steps-7.3.dat" 0 \
	"len(j['schemes']) == 2 and all(s['applied_per_tried'] > 1 for s in j['schemes'])
	and 'heatmaps' not in j and 'goals' not in j"
check "schemes in words" "report --schemes $FIXTURES/temporal-steps-7.3.dat" 0 \
	'out:^Scheme: kdamond 121, context 0, scheme 1' 'out:^  applied 522 MiB of 490.6 MiB tried' \
	'out:effective quota 0 B to 8 MiB' 'out:for each of the' '!out:^Goal of'
check "no schemes" "report --schemes $FIXTURES/perf/pf_basic.data" 0 'no schemes'
done_testing
