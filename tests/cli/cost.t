#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What monitoring costs: the figures equal those of a slow computation from the events.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

for form in "--calls graph" "--calls probe" "--calls graph --kdamonds 3 --version 7 --compression zstd" \
	"--calls probe --kdamonds 2 --endian big --long 4 --base 0x10000 --bytes 64M" \
	"--calls graph --endian big --version 7" "--calls graph --long 4 --base 0x10000 --bytes 64M"; do
	# shellcheck disable=SC2086 # options are words
	world c --snapshots 100 --regions 30 $form
	"$DAMON_TRACE" report --json --cost "$TMP/c.dat" >"$TMP/c.json" 2>/dev/null
	same "figures of calls, $form" "" \
		"$(python3 tests/cli/cost_figures.py "$TMP/c.truth" "$TMP/c.json" 2>&1)"
	check_json "no call is lost, $form" "report --json --cost $TMP/c.dat" 0 \
		'j["cost"]["lost_entries"] == j["cost"]["lost_returns"] == j["cost"]["cut_calls"] == 0
			and j["cost"]["kdamond_cpu_ns"] is None'
done

# so that the check above is known to be able to fail
sed '0,/leave_damon_va_check\|funcgraph_exit/s/rettime=\([0-9]*\)/rettime=1\1/' "$TMP/c.truth" >"$TMP/wrong.truth"
same "a wrong duration is noticed" yes "$(python3 tests/cli/cost_figures.py "$TMP/wrong.truth" \
	"$TMP/c.json" 2>&1 | grep -q 'total: .* is not' && echo yes)"

world c --snapshots 100 --calls graph --kdamonds 2
check "in words, and bars" "report --cost $TMP/c.dat" 0 \
	'out:^What monitoring costs$' 'out:DAMON.s traced functions took [0-9.]* % of one CPU' \
	'out:: [0-9]+ % of it' 'out:^damon_va_check_accesses$' 'out:^  4 - 8 us +[0-9]+  #+$' \
	'out:entry and return events of the function_graph$' '!out:.{81}'
check "a part of the time, of one kdamond" "report --cost --time 2,5 --stream kdamond=1001 $TMP/c.dat" 0 \
	'out:over 3 s' 'out:^ +1001  ' '!out:^ +1000  '
check_json "what is cut off is told" "report --json --cost --time 2,5 $TMP/c.dat" 0 \
	'j["cost"]["lost_entries"] == 0 and 2.9e9 < j["cost"]["wall_ns"] <= 3e9 and
		1100 < j["cost"]["ticks"] < 1300'
check "as a table" "report --cost --csv $TMP/c.dat" 0 'out:damon_va_check_accesses'
check "without calls it says how they come" "report --cost $FIXTURES/vaddr-window-lab" 0 \
	'out:record --cost adds' 'out:Monitoring took [0-9.]* % of one CPU'
check "a view of its own" "report --cost --heatmap --csv $TMP/c.dat" 2 'err:takes one view'
check "figures can be expected of it" "check -x 'cost: ticks == 4000' $TMP/c.dat" 0
done_testing
