#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A process wrote down which window of its memory it touched and when; DAMON watched it. The map
# has to be hot there, and there alone.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# What DAMON takes to notice that the window moved: some aggregations of 0.4 s.
notice=1.5

# phases: a line each, "START END HEAP LO HI".
phases() {
	python3 - "$truth" <<-'PYTHON'
		import re
		import sys
		lines = open(sys.argv[1], encoding="ascii").read().splitlines()
		starts = [re.search(r" t0?=([0-9.]+)", line).group(1) for line in lines]
		for line, start, end in zip(lines, starts, starts[1:]):
		    words = re.search(r"base=(\S+) hot=\[(\w+),(\w+)\)", line).groups()
		    print(start, end, *words)
	PYTHON
}

# is_hot FROM TO BASE LO HI: "yes" when the window is 3 times as hot as the rest of the heap. Leaves
# the figures in $heat.
is_hot() {
	heat=$(python3 tests/cli/window_heat.py "$capture" "$1,$2" "$3" "$4,$5" 2>&1)
	case $heat in
	*" ratio "*) awk "BEGIN { print (${heat##* } >= 3) ? \"yes\" : \"no\" }" >"$TMP/hot" ;;
	*) echo "$heat" >"$TMP/hot" ;;
	esac
}

# hot_where_it_was CAPTURE TRUTH PHASES
hot_where_it_was() {
	local phases from to base low high i

	capture=$1 truth=$2
	mapfile -t phases < <(phases)
	same "$capture: the truth has $3 phases" "$3" ${#phases[@]}
	for i in "${!phases[@]}"; do
		read -r from to base low high <<<"${phases[i]}"
		from=$(awk "BEGIN { printf \"%.6f\", $from + $notice }")
		is_hot "$from" "$to" "$base" "$low" "$high"
		same "$capture, phase $i: the window is 3 times as hot as the rest, or more (${heat##*$'\n'})" \
			yes "$(cat "$TMP/hot")"
		# so that the check above is known to be able to fail
		read -r _ _ _ low high <<<"${phases[(i + 1) % ${#phases[@]}]}"
		is_hot "$from" "$to" "$base" "$low" "$high"
		same "$capture, phase $i: the window of the next phase is not (${heat##*$'\n'})" no \
			"$(cat "$TMP/hot")"
	done
}

hot_where_it_was "$FIXTURES/vaddr-phases-7.3.dat" "$FIXTURES/vaddr-phases-7.3.truth" 6
# a recording of our own, with its host context
hot_where_it_was "$FIXTURES/vaddr-window-lab" "$FIXTURES/vaddr-window-lab.truth" 5

done_testing
