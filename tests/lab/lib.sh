# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the host's half of a scenario: $RESULTS is what the guest's half left in /out. On top of the
# functions of the command-line tests.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

: "${RESULTS:?the directory of results}"

# guest_did: the guest's script came to its end, and the kernel complained of nothing. Nothing else is
# looked at when it did not.
guest_did() {
	local complaints

	if [ "$(cat "$RESULTS/status")" != 0 ]; then
		fail "the guest's script comes to its end" "$(tail -n 20 "$RESULTS/log")"
		done_testing
		exit
	fi
	pass "the guest's script comes to its end"
	complaints=$(grep -E 'BUG:|WARNING:|Oops|rcu.*stall|hung_task' "$RESULTS/dmesg" || true)
	same "the kernel complains of nothing" "" "$complaints"
}

# recorder_did NAME STATUS: the recorder's exit status, and that it left nothing in the kernel.
recorder_did() {
	local status

	status=$(cat "$RESULTS/$1.status")
	if [ "$status" = "$2" ]; then
		pass "recording $1: exit status $2"
	else
		fail "recording $1: exit status $2" "got: $status" "$(cat "$RESULTS/$1.err")"
	fi
	same "recording $1: no instance and no dynamic event is left" "" \
		"$(cat "$RESULTS/$1.left" 2>/dev/null)"
}

# holds "name" FILE EXPRESSION: the Python expression is true of the JSON value j in the file.
holds() {
	local why

	if why=$(json "$2" "$3" 2>&1); then
		pass "$1"
	else
		fail "$1" "$why" "$(head -c 3000 "$2")"
	fi
}

# json_value FILE EXPRESSION: print what the Python expression makes of the JSON value j.
json_value() {
	python3 -c 'import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    j = json.load(file)
print(eval("(" + sys.argv[2] + ")"))' "$1" "$2"
}

# whole NAME: the recording is complete and nothing of it was lost.
whole() {
	check_json "recording $1: complete, without losses" "info --json '$RESULTS/$1'" 0 \
		'all(i["complete"] for i in j["inputs"]) and not any(j["losses"].values())'
}

# peers_agree NAME: trace-cmd and perf read the recording's parts, and as many records.
peers_agree() {
	local mine theirs

	run "info --json '$RESULTS/$1'"
	mine=$(json_value "$OUT" 'j["events"].get("damon_aggregated", 0)')
	theirs=$(trace-cmd report -i "$RESULTS/$1/trace.dat" 2>"$TMP/peer.err" |
		grep -c ' damon_aggregated: ')
	same "recording $1: trace-cmd reads as many regions ($mine)" "$mine" "$theirs"
	[ -e "$RESULTS/$1/perf.data" ] || return 0
	if have_peer perf; then
		mine=$(json_value "$OUT" 'j["samples"]["total"]')
		theirs=$(perf script -f -i "$RESULTS/$1/perf.data" -F time 2>"$TMP/peer.err" | wc -l)
		same "recording $1: perf reads as many samples ($mine)" "$mine" "$theirs"
	else
		skip_peer "recording $1: perf reads as many samples" perf
	fi
}

# goals_told: the goal events of recording goals say what was written and what the kernel answers
# when it is asked page by page. Leaves the figures of goals.py in $TMP/goals.
goals_told() {
	python3 tests/lab/goals.py "$RESULTS" >"$TMP/goals" 2>"$TMP/goals.err" ||
		fail "the goals can be read" "$(cat "$TMP/goals.err")"
	json_value "$TMP/goals" '"\n".join("# target {target}: reached after {reached_after} s, then "
		"{mean} on the average, {distance} off it, {from_truth} off the truth".format(**s)
		for s in j["steps"])'
	check_json "trace-cmd and damon-trace see the same number of goal events" \
		"info --json '$RESULTS/goals'" 0 \
		"j['events']['damos_node_eligible_mem_bp'] == $(json_value "$TMP/goals" 'j["events"]')"
	holds "both nodes' goals are told" "$TMP/goals" 'j["nids"] == [0, 1]'
	holds "the shares of both nodes add up to all" "$TMP/goals" \
		'j["sums"] >= 10 and abs(j["sum"] - 10000) <= j["sum_allowed"]'
	holds "every target is traced within 2 s after it was written, and the far node's with it" \
		"$TMP/goals" 'all(s["traced_after"] is not None and s["traced_after"] < 2 and
			s["far_targets"] == [10000 - s["target"]] for s in j["steps"])'
	holds "what DAMON says of the near node's share is true, to 10 points" "$TMP/goals" \
		'all(s["from_truth"] is not None and s["from_truth"] < 1000 for s in j["steps"])'
}

# What DAMON takes to notice that a window moved, in s: some aggregations of 0.4 s.
notice=1.5

# phases: those of moving_window in truth, a line each, "START END HEAP LO HI".
phases() {
	sed -n 's/.* phase=[0-9]* t0=\([0-9.]*\) base=\(\w*\) hot=\[\(\w*\),\(\w*\))/\1 \2 \3 \4/p
		s/.* end t=//p' "$RESULTS/truth" |
		awk 'NR > 1 { print start, $1, rest } { start = $1; rest = $2 " " $3 " " $4 }'
}

# ratio RECORDING FROM TO HEAP LO HI: how many times hotter the window is than the rest of the heap.
ratio() {
	python3 tests/cli/window_heat.py "$1" "$2,$3" "$4" "$5,$6" 2>&1 | sed -n 's/.*ratio //p'
}

# is VALUE CONDITION: "yes" when the comparison of awk holds of the number.
is() {
	awk -v value="$1" "BEGIN { print (value != \"\" && value + 0 $2) ? \"yes\" : \"no\" }"
}

# window_told RECORDING PHASES: DAMON saw moving_window's window where and when it was hot.
window_told() {
	local from to base low high heat i
	local -a phases

	mapfile -t phases < <(phases)
	same "the truth has $2 phases" "$2" ${#phases[@]}
	for i in "${!phases[@]}"; do
		read -r from to base low high <<<"${phases[i]}"
		from=$(awk "BEGIN { printf \"%.6f\", $from + $notice }")
		heat=$(ratio "$1" "$from" "$to" "$base" "$low" "$high")
		same "phase $i: the window is 3 times as hot as the rest, or more ($heat)" yes \
			"$(is "$heat" ">= 3")"
		# so that the check above is known to be able to fail
		read -r _ _ _ low high <<<"${phases[(i + 1) % ${#phases[@]}]}"
		heat=$(ratio "$1" "$from" "$to" "$base" "$low" "$high")
		same "phase $i: the window of another phase is not ($heat)" yes "$(is "$heat" "< 1")"
	done
}
