#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup, status and stop. On trees of other machines, where nothing is written, and above the tests' fake
# kernel (tests/fake), which answers as the real one does.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# Without --sysfs nothing here may reach the machine's own DAMON.
PROGRAM=$DAMON_TRACE
FAKE=$TEST_BUILD/tests/fake/damon-trace
PULL_PUSH=near=0,far=1,target=60%

# on MACHINE: the options for the tree of that machine, which is unpacked.
on() {
	[ -d "$TMP/$1" ] || "$TEST_BUILD/tests/tools/gen_tree" "$FIXTURES/host-$1.tree" "$TMP/$1" ||
		exit 1
	echo "--sysfs $TMP/$1/sys --proc $TMP/$1/proc --state $TMP/$1/state"
}

# files MACHINE: everything below its DAMON, with the texts; to see that nothing has changed.
files() {
	(cd "$TMP/$1/sys/kernel/mm/damon/admin/kdamonds" && find . -type f | sort | xargs grep -H '')
}

# ---- wrong use
check "help of setup" "setup --help" 0 "out:--pull-push" "out:--dry-run" "out:Examples" "!err:." \
	"!out:^.{81}"
check "help of status" "status --help" 0 "out:--json" "out:Examples" "!err:." "!out:^.{81}"
check "help of stop" "stop --help" 0 "out:--take-over" "out:Examples" "!err:." "!out:^.{81}"
check "the commands name them" "--help" 0 "out:^  setup" "out:^  status" "out:^  stop"
check "no configuration" "setup $(on cxl)" 2 "err:--pull-push" "!out:."
check "two of them" "setup $(on cxl) a b" 2 "!out:."
check "a configuration beside --pull-push" "setup $(on cxl) --pull-push $PULL_PUSH a" 2 "!out:."
check "--pull-push without a target" "setup $(on cxl) --pull-push near=0,far=1" 2 \
	"err:near, far and target" "!out:."
check "a target of 100 %" "setup $(on cxl) --pull-push near=0,far=1,target=100%" 2 \
	"err:between 0.01% and 99.99%" "!out:."
check "a node that is not there" "setup $(on cxl) -n --pull-push near=0,far=7,target=60%" 4 \
	"err:there is no node 7" "!out:."
check "a sampling that is none" "setup $(on cxl) --sampling ibs a" 2 "err:probe-filters" "!out:."
check "a pid that is none" "setup $(on cxl) --pid 0 a" 2 "!out:."
check "a file that is not there" "setup $(on cxl) $TMP/none" 1 "err:none: No such file" "!out:."
check "stop: no number" "stop $(on cxl) zero" 2 "err:\"zero\"" "!out:."
check "stop --take-over names nothing" "stop $(on cxl) --take-over" 2 "!out:."
check "status takes no arguments" "status $(on cxl) 0" 2 "err:\"0\"" "!out:."
check "no DAMON: status" "status $(on nodamon)" 4 "err:CONFIG_DAMON_SYSFS" "!out:."
check "no DAMON: setup" "setup $(on nodamon) share/pebs-weighted.yaml -p 1" 4 \
	"err:CONFIG_DAMON_SYSFS" "!out:."
check "no DAMON: stop" "stop $(on nodamon)" 4 "err:CONFIG_DAMON_SYSFS" "!out:."

# ---- mistakes in a configuration, with their place
printf 'kdamonds:\n- contexts:\n  - ops: paddr\n    schemes:\n    - acton: stat\n' >"$TMP/typo.yaml"
check "an unknown key" "setup $(on cxl) -n $TMP/typo.yaml" 1 "err:typo.yaml:5:7: unknown key \"acton\"" \
	"err:hint: known here: action" "!out:."
printf '{"kdamonds": [{"contexts": [{"ops": "paddr", "nr_regions": {"min": "few"}}]}]}' >"$TMP/few.json"
check "JSON: a value that is none" "setup $(on cxl) -n $TMP/few.json" 1 \
	'err:few.json:1:68: "few" is not a whole number' "!out:."
head -c 3000 /dev/urandom >"$TMP/noise"
check "noise" "setup $(on cxl) -n $TMP/noise" 1 "err:noise" "!out:."
check "a directory" "setup $(on cxl) -n $TMP" 1 "err:" "!out:."

# ---- a dry run, on machines where other programs' kdamonds run
before=$(files cxl)
check "a dry run" "setup $(on cxl) --dry-run --pull-push $PULL_PUSH" 0 "out:^#!/bin/sh$" \
	"out:^put 0/contexts/0/operations paddr$" "out:^put 0/state on$" \
	"out:/goals/0/target_value 6000$" "out:/goals/0/target_value 4000$"
same "it changes nothing" "$before" "$(files cxl)"
same "and notes nothing" "" "$(ls "$TMP/cxl/state" 2>/dev/null)"
cp "$OUT" "$TMP/script"
if sh -n "$TMP/script"; then pass "sh reads the script"; else fail "sh reads the script"; fi
if have_peer shellcheck; then
	same "shellcheck has no complaint" "" "$(shellcheck "$TMP/script" 2>&1)"
else
	skip_peer "shellcheck has no complaint" shellcheck
fi
for file in share/*.yaml; do
	for machine in cxl layout1 layout2 layout3; do
		pull_push=yes
		# the machines of the layouts have one node only
		[ $machine = cxl ] || case $file in *pull-push*) pull_push=no ;; esac
		[ $pull_push = yes ] || continue
		check "$file on $machine" "setup $(on $machine) -n $file --pid 42" 0 \
			"out:^put nr_kdamonds 1$" "out:^put 0/state on$"
	done
done
check "PEBS, layout 1" "setup $(on layout1) -n share/pebs-weighted.yaml --pid 42 --sampling perf-events" 0 \
	"err:no unit cpu"
printf 'kdamonds: [{contexts: [{ops: paddr, targets: [{regions: []}], perf_events: [{pmu: ibs_op, sample_freq: 4000}]}]}]\n' \
	>"$TMP/ibs.yaml"
check "IBS, layout 1" "setup $(on layout1) -n $TMP/ibs.yaml" 0 \
	"out:^put 0/contexts/0/monitoring_attrs/sample/perf_events/0/type 11$" "!err:."
check "IBS, layout 2" "setup $(on layout2) -n $TMP/ibs.yaml" 0 \
	"out:^put 0/contexts/0/monitoring_attrs/sample/primitives/perf_events/sample_freq 4000$" "!err:."
check "IBS, layout 3" "setup $(on layout3) -n $TMP/ibs.yaml" 0 \
	"out:^put 0/contexts/0/monitoring_attrs/probes/0/filters/0/perf_event_type ibs_op$" "!err:."
check "IBS, none" "setup $(on cxl) -n $TMP/ibs.yaml " 0 "!out:perf_event" \
	"err:takes no hardware samples"
check "IBS, not asked for" "setup $(on layout1) -n $TMP/ibs.yaml --sampling accessed-bit" 0 \
	"!out:perf_event" "!err:."
for file in "$FIXTURES"/damo-*; do
	check "$(basename "$file"), as damo printed it" "setup $(on cxl) -n $file" 0 \
		"out:^put 0/state on$" "!err:."
done
INPUT=$FIXTURES/damo-paddr.json check "from stdin" "setup $(on cxl) -n -" 0 "out:^put 0/state on$"
check "the configuration of --pull-push" "setup $(on cxl) --print-config --pull-push $PULL_PUSH" 0 \
	"out:^kdamonds:$" "out:nodes: \[0, 1\]"
cp "$OUT" "$TMP/printed.yaml"
run "setup $(on cxl) -n $TMP/printed.yaml"
same "which does the same" "$(grep -v '^#' "$TMP/script")" "$(grep -v '^#' "$OUT")"

# ---- status of others' kdamonds
tracefs="--tracefs $TMP/none"
check "status" "status $(on cxl) $tracefs" 0 "out:^kdamond 0: on, pid 77$" \
	"out:scheme 0 +migrate_hot to node 0" "out:target 60 %, now \? \(\*\)" \
	"out:no tracefs at" "out:mount -t tracefs" "!out:^.{81}" "!err:."
check "status that does not listen" "status $(on cxl) --wait 0" 0 "out:now \? \(\*\)" \
	"out:nobody listened" "out:--wait 0" "!out:^.{81}" "!err:."
check "a wait that is none" "status $(on cxl) --wait 5x" 2 "err:5x" "!out:."
check "a wait for the day" "status $(on cxl) --wait 1h" 2 "err:600 s at most" "!out:."
check "goals that cannot be read" "status $(on cxl) --goals $TMP/none" 0 "out:cannot open" "!err:."
printf 'goal 9 77 0 0 6000 5678\ngoal 9 77 1 0 4100 4322\n' >"$TMP/heard"
check "what was heard" "status $(on cxl) --goals $TMP/heard" 0 "out:target 60 %, now 56.78 %$" \
	"out:target 40 %, now 43.22 % \(the" "out:has a target of 41 %\)" "!out:\(\*\)" "!out:^.{81}" "!err:."
check_json "the same as JSON" "status --json $(on cxl) --goals $TMP/heard" 0 \
	'[(g["current_value"], g["current_from"], g["traced_target_value"], g["traced_nid"])
		for s in j["kdamonds"][0]["contexts"][0]["schemes"] for g in s["quotas"]["goals"]]
	== [(5678, "event", 6000, 0), (4322, "event", 4100, 0)] and j["goals_unheard"] is None'
check_json "status --json" "status --json $(on cxl) $tracefs" 0 'len(j["kdamonds"]) == 3 and
	j["kdamonds"][0]["state"] == "on" and j["kdamonds"][0]["pid"] == 77 and
	not j["kdamonds"][0]["started_by_setup"] and
	[s["quotas"]["goals"][0]["target_value"] for s in j["kdamonds"][0]["contexts"][0]["schemes"]]
	== [6000, 4000] and
	j["kdamonds"][0]["contexts"][0]["schemes"][0]["quotas"]["goals"][0]["current_value"] is None and
	"no tracefs at" in j["goals_unheard"] and "mount" in j["goals_remedy"] and
	{"name": "damon_reclaim", "enabled": True} in j["modules"]'
for layout in 1:perf-events 2:primitives 3:probe-filters; do
	check_json "status of layout ${layout%%:*}" "status --json $(on "layout${layout%%:*}")" 0 \
		"j['kdamonds'][0]['contexts'][0]['sampling'] == '${layout#*:}'"
done

# ---- others are left alone; a file that is written would show in the tree of plain files
check "setup: another's kdamond runs" "setup $(on cxl) --pull-push $PULL_PUSH" 1 \
	"err:kdamond 0 \(pid 77\) runs" "err:--take-over" "!out:."
check "stop: nothing is ours" "stop $(on cxl)" 0 "out:nothing to stop"
check "stop: another's kdamond" "stop $(on cxl) 0" 1 "err:not started by damon-trace" "!out:."
check "stop: one that is not there" "stop $(on cxl) 5" 4 "err:no kdamond 5" "!out:."
same "nothing has changed" "$before" "$(files cxl)"

# ---- above the fake kernel
DAMON_TRACE=$FAKE

# kernel VERSION LAYOUT [PID]: a new one, on the machine with two tiers; $options are for it.
kernel() {
	on cxl >/dev/null
	rm -rf "$TMP/cxl/state" "$TMP/log"
	"$TEST_BUILD/tests/tools/gen_fake" "$TMP/cxl/sys" "$@" || exit 1
	fake "version=$1,layout=$2"
	options=$(on cxl)
}

# fake WORDS: what it is like.
fake() {
	export FAKE_DAMON="sysfs=$TMP/cxl/sys,log=$TMP/log,$1"
}

kernel 703 0
empty=$(files cxl)
check "setup" "setup $options --pull-push $PULL_PUSH" 0 "out:^kdamond 0 runs, pid 1000$" \
	"err:accessed bit"
same "it writes what the dry run told, in that order" \
	"$(grep '^put [^(]' "$TMP/script" | cut -d' ' -f2- | grep -v probes)" \
	"$(sed -n 's/^0 //p' "$TMP/log" | grep -v probes)"
check "status" "status $options --wait 0" 0 "out:started by damon-trace setup" "!out:^.{81}"
check_json "the record" "status --json --wait 0 $options" 0 \
	'j["kdamonds"][0]["started_by_setup"] and j["kdamonds"][0]["pid"] == 1000'
if why=$(json "$TMP/cxl/state/setup.json" 'j["phase"] == "running" and j["schema"] == 1
	and j["kdamonds"] == [{"kdamond": 0, "pid": 1000}]
	and j["before"] == {"kdamonds": [], "writes": [["nr_kdamonds", "0"]]}
	and ["0/contexts/0/operations", "paddr"] in j["writes"]' 2>&1); then
	pass "setup.json"
else
	fail "setup.json" "$why"
fi
check "status --update asks the kernel" "status --update --wait 0 $options" 0 "out:^kdamond 0: on"
same "for statistics, quotas and intervals" 3 "$(grep -c ' 0/state update_' "$TMP/log")"
check "setup again replaces it" "setup $options --pull-push near=0,far=1,target=80%" 0 "out:runs"
check "status of that" "status $options --wait 0" 0 "out:target 80 %" "out:target 20 %"
check "stop" "stop $options" 0 "out:^1 kdamond stopped$" "!err:."
same "the tree is what it was" "$empty" "$(files cxl | grep -v '^\./\.live')"
same "and nothing is noted any more" lock "$(ls "$TMP/cxl/state")"

# The script, on a tree whose directories are there already, as plain files make none.
kernel 703 0
run "setup $options --pull-push $PULL_PUSH"
files cxl | grep -v -E '^\./(\.live|0/pid|0/state)' >"$TMP/by-setup"
find "$TMP/cxl/sys/kernel/mm/damon/admin/kdamonds" -type f -name target_value |
	while read -r file; do echo 1 >"$file"; done
sh "$TMP/script" 2>"$ERR"
same "the script does the same" "0 " "$? $(files cxl | grep -v -E '^\./(\.live|0/pid|0/state)' |
	diff - "$TMP/by-setup")"

kernel 703 0 555
check "another's kdamond" "setup $options --pull-push $PULL_PUSH" 1 "err:kdamond 0 \(pid 555\) runs" "!out:."
same "no write at all" "" "$(cat "$TMP/log" 2>/dev/null)"
check "taken over" "setup $options --pull-push $PULL_PUSH --take-over" 0 "out:kdamond 0 runs"
check "and given back, off" "stop $options" 0 "out:1 kdamond stopped" "err:ran before it was taken over"
check "stop --take-over" "stop $options --take-over 0" 0 "out:did not run"

kernel 703 1
fake "version=703,layout=1,held"
check "another context has the sampler" "setup $options --pull-push $PULL_PUSH" 1 \
	"err:another context has the hardware sampler|damon_reclaim" "!out:."
check "not asked for" "setup $options --pull-push $PULL_PUSH --sampling accessed-bit" 0 "out:runs" "!err:."

kernel 703 0
fake "version=703,busy=5"
check "busy for a while" "setup $options --pull-push $PULL_PUSH" 0 "out:runs"
same "and tried again" 5 "$(grep -c '^16 nr_kdamonds' "$TMP/log")"

kernel 703 0
fake "version=703,fail=schemes/1/action:22"
check "refused half-way" "setup $options --pull-push $PULL_PUSH" 1 \
	"err:cannot write \"migrate_hot\" to kdamonds/0/contexts/0/schemes/1/action: Invalid" "!out:."
same "everything is as it was" "$empty" "$(files cxl | grep -v '^\./\.live')"
same "and nothing is noted" lock "$(ls "$TMP/cxl/state")"

kernel 618 0
check "a kernel without the tuner" "setup $options --pull-push $PULL_PUSH" 4 \
	"err:goal_tuner" "err:Linux 7.1" "!out:."
kernel 701 0
check "a kernel without the metric" "setup $options --pull-push $PULL_PUSH" 1 \
	"err:\"node_eligible_mem_bp\"" "err:\(7.2\)" "!out:."

# A signal while the kernel is busy: it ends at once, and nothing is left.
kernel 703 0
fake "version=703,fail=operations:16"
# shellcheck disable=SC2086 # options are words
"$DAMON_TRACE" setup $options --pull-push $PULL_PUSH >"$OUT" 2>"$ERR" &
pid=$!
for _ in $(seq 200); do
	! grep -q '^16 ' "$TMP/log" 2>/dev/null || break
	sleep 0.05
done
kill -TERM $pid
wait $pid
STATUS=$?
same "terminated while it waits: exit status 1" 1 $STATUS
if matches "err:interrupted"; then
	pass "it says so"
else
	fail "it says so" "$(cat "$ERR")"
fi
same "and everything is as it was" "$empty" "$(files cxl | grep -v '^\./\.live')"

# Values of goals, as they come while the fake kernel runs.
kernel 703 0
run "setup $options --pull-push near=0,far=1,target=60%,window=200ms"
mkfifo "$TMP/goals"
feed() {
	tests/tools/goal_feed.py "$TMP/cxl/sys" 30 >"$TMP/goals" 2>/dev/null &
	feeder=$!
}
feed
check_json "a running pair" "status --json $options --goals $TMP/goals" 0 \
	'(lambda g: g[0]["current_value"] + g[1]["current_value"] == 10000 and
		g[0]["traced_target_value"] == 6000 and g[1]["traced_nid"] == 1 and
		5000 <= g[0]["current_value"] <= 6000)(
	[s["quotas"]["goals"][0] for s in j["kdamonds"][0]["contexts"][0]["schemes"]])'
kill "$feeder" 2>/dev/null
wait "$feeder" 2>/dev/null
# Nothing comes, and a signal ends the wait, not the status.
sleep 30 >"$TMP/goals" &
feeder=$!
# shellcheck disable=SC2086 # options are words
"$DAMON_TRACE" status $options --goals "$TMP/goals" --wait 60s >"$OUT" 2>"$ERR" &
pid=$!
for _ in $(seq 200); do
	[ "$(readlink /proc/$pid/fd/* 2>/dev/null | grep -c "$TMP/goals")" = 0 ] || break
	sleep 0.02
done
kill -INT $pid
wait $pid
same "interrupted: exit status 0" 0 $?
if matches "out:interrupted" && matches "out:target 60 %, now \?"; then
	pass "the rest is told, and why the value is missing"
else
	fail "the rest is told, and why the value is missing" "$(cat "$OUT" "$ERR")"
fi
kill $feeder

DAMON_TRACE=$PROGRAM
done_testing
