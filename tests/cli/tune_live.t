#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tune and restore above the tests' fake kernel, with evaluations from a pipe.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/tuner.sh
. tests/cli/tuner.sh

PROGRAM=$DAMON_TRACE
DAMON_TRACE=$TEST_BUILD/tests/fake/damon-trace
goals=$TMP/goals
"$TEST_BUILD/tests/tools/gen_tree" "$FIXTURES/host-cxl.tree" "$TMP/cxl" || exit 1
options="--sysfs $TMP/cxl/sys --proc $TMP/cxl/proc --state $TMP/state"
export FAKE_DAMON="sysfs=$TMP/cxl/sys,log=$TMP/log"

# kernel: a new one with PULL and PUSH at 60 %, and what its goals tell.
kernel() {
	rm -rf "$TMP/state" "$TMP/log" "$goals"
	"$TEST_BUILD/tests/tools/gen_fake" "$TMP/cxl/sys" 703 0 || exit 1
	run "setup $options --pull-push near=0,far=1,target=60%,window=200ms"
	[ "$STATUS" = 0 ] || exit 1
	mkfifo "$goals"
	feed
}

# feed: evaluations for the next tuner.
feed() {
	tests/tools/goal_feed.py "$TMP/cxl/sys" 30 >"$goals" 2>/dev/null &
	feeder=$!
}

# fed: it has read enough.
fed() {
	kill "$feeder" 2>/dev/null
	wait "$feeder" 2>/dev/null
}

# targets: of both schemes in the files, and those that the kernel runs with.
targets() {
	(cd "$TMP/cxl/sys/kernel/mm/damon/admin/kdamonds" &&
		cat 0/contexts/0/schemes/[01]/quotas/goals/0/target_value .live/0/[01]/target |
		paste -sd' ')
}

# tune ARGUMENTS...: the tuner itself, for the background: its pid is that of the shell's job.
tune() {
	# shellcheck disable=SC2086
	exec "$DAMON_TRACE" tune $options "$@"
}

# ---- wrong use
check "help" "tune --help" 0 "out:--actuator" "out:exec:COMMAND" "out:hill-climb" "!err:." "!out:^.{81}"
check "help of restore" "restore --help" 0 "out:--state" "!err:." "!out:^.{81}"
check "no such law" "tune $options --law hil" 2 "err:no law \"hil\"" "!out:."
check "no schedule" "tune $options --law step" 2 "err:--schedule" "!out:."
check "no objective" "tune $options --law golden" 2 "err:--objective" "!out:."
check "no direction" "tune $options --law golden --objective psi" 2 "err:--maximize or --minimize" "!out:."
check "no set point" "tune $options --law pi --objective psi" 2 "err:--set-point" "!out:."
check "no such actuator" "tune $options --actuator knob" 2 "err:goals, weights" "!out:."
check "nothing runs" "tune --sysfs $TMP/cxl/sys --proc $TMP/cxl/proc --state $TMP/other --law hold --kdamond 7" 4 \
	"err:kdamond 7 does not run" "!out:."
kernel
check "no weights" "tune $options --law hold --actuator weights" 4 "err:destinations" "!out:."
check "no such objective" "tune $options --goals $goals --law hold --objective speed --deadline 1s" 1 \
	"err:no objective \"speed\"" "err:exec" "!out:."
check "no such recording" "tune $options --goals $goals --law hold --record $TMP/none" 4 "err:no recording"

# ---- a schedule
check "a schedule" \
	"tune $options --goals $goals --law step --schedule 60%@0,80%@500ms,30%@1s --deadline 3s" 0 \
	"out:target 60.00 -> 80.00 %, verified" "out:80.00 -> 30.00 %, verified" \
	"out:former target of 60.00 % is back" "!out:^.{81}" "!err:."
fed
same "the former targets are in force" "6000 4000 6000 4000" "$(targets)"
same "both files, then the command that takes over goals alone; and back" \
	"8000 2000 commit_schemes_quota_goals 3000 7000 commit_schemes_quota_goals 6000 4000 commit_schemes_quota_goals" \
	"$(sed -n '/state on$/,$p' "$TMP/log" | tail -n +2 | sed 's/.* //' | paste -sd' ')"
same "each write is announced before it is made" "['intend', 'wrote', 'write', 'intend', 'wrote', 'write']" \
	"$(lines "$TMP/state/tune.jsonl" '[x["what"] for x in j if x["what"] in ("intend", "wrote", "write")]')"
same "times ascend" True "$(lines "$TMP/state/tune.jsonl" \
	'(lambda t: t == sorted(t))([x["time_ns"] for x in j if x["what"] in ("intend", "wrote", "write", "restored")])')"
check "nothing to restore" "restore $options" 0 "out:nothing to restore" "!err:."

# ---- the same from a file
printf 'law: step\nschedule: [60%%@0, 80%%@300ms]\ndeadline: 9s\nkeep: true\n' >"$TMP/tune.yaml"
feed
check "options of a file, and beside it" "tune $options --goals $goals --config $TMP/tune.yaml --deadline 1s --json" 0 \
	"out:\"what\":\"end\"" "!err:."
fed
same "kept" "8000 2000 8000 2000" "$(targets)"
check "what was kept is not restored" "restore $options" 0 "out:nothing to restore"
printf 'law: step\nschedul: 1\n' >"$TMP/typo.yaml"
check "an unknown key" "tune $options --config $TMP/typo.yaml" 2 "err:typo.yaml:2:1: unknown key" \
	"err:did you mean schedule" "!out:."

# ---- dry run
kernel
: >"$TMP/log"
check "a dry run" "tune $options --goals $goals -n --law step --schedule 80%@0 --deadline 1s" 0 \
	"out:not written \(dry run\)" "!err:."
fed
same "writes nothing" "" "$(cat "$TMP/log")"
same "and notes nothing" "" "$(find "$TMP/state" -name "tune*")"

# ---- a known optimum
cat >"$TMP/peak" <<TEXT
while :; do
	read -r t <$TMP/cxl/sys/kernel/mm/damon/admin/kdamonds/.live/0/0/target
	[ -z "\$t" ] || echo \$((100000 - (t - 7000) * (t - 7000) / 100))
	sleep 0.02
done
TEXT
feed
check "a climb" "tune $options --goals $goals --law golden --objective 'exec:sh $TMP/peak' --maximize --window 100ms --windows 2 --settle 1s --min 40% --max 90% --budget 14 --deadline 25s --json" 0 \
	"!err:."
same "finds the known optimum" True "$(lines "$OUT" 'abs([x["to"] for x in j if x["what"] == "end"][-1] - 7000) <= 300')"
fed
same "and gives the former targets back" "6000 4000 6000 4000" "$(targets)"
feed
check "a command that ends" "tune $options --goals $goals --law hill-climb --objective 'exec:echo 1' --maximize" 1 \
	"err:has ended with status 0"
fed

# ---- killed, and restored
feed
tune --goals "$goals" --law step --schedule 75%@0 --deadline 30s >"$TMP/killed" 2>&1 &
tuner=$!
until_there "$TMP/state/tune.jsonl" '"what":"write".*"to":7500' || fail "the tuner writes" "$(cat "$TMP/killed")"
check "a second tuner" "tune $options --goals $goals --law hold" 1 "err:damon-trace, pid $tuner tunes DAMON" "!out:."
check "restore beside a tuner" "restore $options" 1 "err:pid $tuner" "!out:."
kill -9 $tuner
wait $tuner 2>/dev/null
fed
same "a killed tuner leaves its target" "7500 2500 7500 2500" "$(targets)"
check "the next asks to restore first" "tune $options --goals $goals --law hold" 1 "err:pid $tuner was killed" \
	"err:damon-trace restore" "!out:."
check "restore" "restore $options" 0 "out:^2 values put back$" "!err:."
same "the former targets are back" "6000 4000 6000 4000" "$(targets)"
check "a second time" "restore $options" 0 "out:nothing to restore"

# left: instances, and the last that was written to dynamic_events.
left() {
	ls "$TMP/tracefs/instances"
	tail -n 1 "$TMP/tracefs/dynamic_events"
}

# trace_left: as the last tuner, $tuner, would have left them, had it traced by itself.
trace_left() {
	tuner=$(lines "$TMP/state/tune.jsonl" 'j[0]["pid"]')
	mkdir -p "$TMP/tracefs/instances/damon-trace-$tuner" "$TMP/tracefs/instances/damon-trace-x"
	echo "f:damon_trace_$tuner/damos_node_eligible_mem_bp damos_quota_score%return nid=1" \
		>"$TMP/tracefs/dynamic_events"
	sed -i "s/\"instance\":null/\"instance\":\"damon-trace-$tuner\"/" "$TMP/state/tune.jsonl"
}

same "lines from a pipe take no instance" 1 "$(grep -c '"instance":null' "$TMP/state/tune.jsonl")"
trace_left
options="$options --tracefs $TMP/tracefs"
check "restore removes the instance of a killed tuner" "restore $options" 0 "out:nothing to restore" \
	"err:removed damon-trace-$tuner," "err:removed damon_trace_$tuner/damos"
same "and nothing else" "damon-trace-x -:damon_trace_$tuner/damos_node_eligible_mem_bp" "$(left | xargs)"
trace_left
feed
check "so does the next tuner" "tune $options --goals $goals --law hold --deadline 300ms" 0 \
	"err:removed damon-trace-$tuner,"
fed
same "nothing is left" "damon-trace-x" "$(ls "$TMP/tracefs/instances")"
trace_left
# a process that lives has that number now
mkdir "$TMP/cxl/proc/$tuner"
check "another process's instance stays" "restore $options" 0 "!err:."
same "it is there" "damon-trace-$tuner damon-trace-x" "$(cd "$TMP/tracefs/instances" && echo *)"
rmdir "$TMP/cxl/proc/$tuner"

# ---- signals: the last thing that is written is what was there before
for signal in INT TERM HUP; do
	feed
	rm -f "$TMP/state/tune.jsonl"
	tune --goals "$goals" --law step --schedule 75%@0 --deadline 30s >"$TMP/stopped" 2>&1 &
	tuner=$!
	until_there "$TMP/state/tune.jsonl" '"what":"write".*"to":7500' || fail "the tuner writes"
	# a shell's child in the background ignores SIGINT unless it sets a handler, as tune does
	kill -$signal $tuner
	wait $tuner
	same "SIG$signal: it ends well" 0 $?
	fed
	same "SIG$signal: the former targets are back" "6000 4000 6000 4000" "$(targets)"
done

# ---- somebody else
feed
tune --goals "$goals" --law step --schedule 75%@0 --deadline 30s >"$TMP/foreign" 2>&1 &
tuner=$!
until_there "$TMP/foreign" 'verified' || fail "the tuner writes"
echo 5555 >"$TMP/cxl/sys/kernel/mm/damon/admin/kdamonds/0/contexts/0/schemes/0/quotas/goals/0/target_value"
wait $tuner
same "a foreign change ends it" 1 $?
fed
same "the foreign value stays, and ours goes" "5555 4000" "$(targets | cut -d' ' -f1,2)"
same "and is told" 1 "$(grep -c 'holds "5555", which somebody else wrote' "$TMP/foreign")"

# ---- report: steps begin when their target was written
export DAMON_TRACE=$PROGRAM
mkdir "$TMP/rec"
cp "$FIXTURES/temporal-steps-7.3.dat" "$TMP/rec/trace.dat"
run "report --goals --json $TMP/rec"
cp "$OUT" "$TMP/unwritten"
tests/tools/tune_lines.py "$TMP/unwritten" >"$TMP/rec/tune.jsonl"
check_json "a recording with tune.jsonl" "report --goals --json $TMP/rec" 0 'True'
cp "$OUT" "$TMP/written"
same "steps begin at their verified write" "$(python3 - "$TMP/unwritten" <<'TEXT'
import json, sys
for g in json.load(open(sys.argv[1]))["goals"]:
    print([(s["start_ns"] - (50_000_000 if i == 1 and g["stream"]["scheme"] == 0 else 0),
            i == 1 and g["stream"]["scheme"] == 0)
           for i, s in enumerate(g["steps"])] if g["stream"]["scheme"] == 0 else "")
TEXT
)" "$(python3 - "$TMP/written" <<'TEXT'
import json, sys
for g in json.load(open(sys.argv[1]))["goals"]:
    print([(s["start_ns"], s["written"]) for s in g["steps"]] if g["stream"]["scheme"] == 0 else "")
TEXT
)"

# ... and what each write led to
same "writes and what they led to" "$(python3 - "$TMP/unwritten" <<'TEXT'
import json, sys
pull, push = [[g for g in json.load(open(sys.argv[1]))["goals"] if g["stream"]["scheme"] == s][0]
              for s in (0, 1)]
t = [s["start_ns"] - 50_000_000 for s in pull["steps"]]
end = pull["steps"][-1]["end_ns"]
w = [(t[i], s["target_bp"], "write", i < 2, f"step {i + 1} of 3 is due", 1 if i == 1 else None)
     for i, s in enumerate(pull["steps"])]
w.append((end - 1_000_000_000, 8000, "rollback", True, "it was better there", None))
w.append((end + 10_000_000, 6000, "restore", True, "the tuner has ended", None))
print(w)
print([(x[0], 10000 - x[1]) for x in w])
TEXT
)" "$(python3 - "$TMP/written" <<'TEXT'
import json, sys
pull, push = [[g for g in json.load(open(sys.argv[1]))["goals"] if g["stream"]["scheme"] == s][0]
              for s in (0, 1)]
print([(w["time_ns"], w["target_bp"], w["what"], w["verified"], w["reason"], w["step"])
       for w in pull["writes"]])
print([(w["time_ns"], w["target_bp"]) for w in push["writes"]])
TEXT
)"
check "writes in words and in the chart" "report --goals --ascii $TMP/rec" 0 \
	"out:TUNER +[0-9.]+ s: 60 % written \(step 1 of 3 is due\), before" \
	"out:80 % written \(step 2 of 3 is due\), led to step" "out:^ +2, REACHED$" \
	"out:30 % written .*, was not seen" "out:80 % written to go back" \
	"out:60 % given back" "out:^ +tuner \|.*\^.*\^.*v" "out:\^ target written, v an earlier one" \
	"!out:^.{81}"
if command -v gnuplot >/dev/null; then
	check "and in the picture" "report --goals --plot $TMP/goals.gp $TMP/rec" 0
	same "a line each that lies within, through four panels" "2 1" \
		"$(grep -c "^set arrow .*b35900" "$TMP/goals.gp") $(grep -c "^set arrow .*808080" "$TMP/goals.gp")"
	same "with a key" 1 "$(grep -c "title 'target written (tuner)'.*title 'given back (tuner)'" "$TMP/goals.gp")"
else
	skip "and in the picture" "gnuplot is not installed"
fi

done_testing
