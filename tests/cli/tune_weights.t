#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tune with the weights of destinations as actuator and samples of memory as objective, above the
# tests' fake kernel, whose sampler draws from near memory as often as the weights say.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/tuner.sh
. tests/cli/tuner.sh

PROGRAM=$DAMON_TRACE
DAMON_TRACE=$TEST_BUILD/tests/fake/damon-trace
"$TEST_BUILD/tests/tools/gen_tree" "$FIXTURES/host-cxl.tree" "$TMP/cxl" || exit 1
options="--sysfs $TMP/cxl/sys --proc $TMP/cxl/proc --state $TMP/state"
tree=$TMP/cxl/sys/kernel/mm/damon/admin/kdamonds
plain="sysfs=$TMP/cxl/sys,log=$TMP/log"
export FAKE_DAMON=$plain

cat >"$TMP/weights.yaml" <<'TEXT'
kdamonds:
- contexts:
  - ops: paddr
    targets:
    - nodes: [0, 1]
    intervals: {sample_us: 5 ms, aggr_us: 100 ms, ops_update_us: 1 s}
    nr_regions: {min: 10, max: 1000}
    schemes:
    - action: migrate_hot
      dests:
      - {id: 0, weight: 50}
      - {id: 1, weight: 50}
TEXT

# kernel: a new one with a weighted scheme.
kernel() {
	rm -rf "$TMP/state" "$TMP/log" "$TMP/samples"
	export FAKE_DAMON=$plain
	"$TEST_BUILD/tests/tools/gen_fake" "$TMP/cxl/sys" 703 0 || exit 1
	run "setup $options $TMP/weights.yaml"
	[ "$STATUS" = 0 ] || exit 1
	: >"$TMP/log"
}

# weights: in the files, and those that the kernel runs with.
weights() {
	(cd "$tree" && cat 0/contexts/0/schemes/0/dests/[01]/weight .live/0/0/weight[01] |
		paste -sd' ')
}

# writes: what was written, in that order; a value with its file's last directory.
writes() {
	sed -n 's/^0 //p' "$TMP/log" | sed -E 's|.*/([^/]+/weight) |\1 |; s|.*/state ||' | paste -sd' '
}

# tune ARGUMENTS...: the tuner itself, for the background: its pid is that of the shell's job.
tune() {
	# shellcheck disable=SC2086
	exec "$DAMON_TRACE" tune $options --actuator weights "$@"
}

# ---- a schedule
kernel
same "the weights of setup are in force" "50 50 50 50" "$(weights)"
check "a schedule" \
	"tune $options --actuator weights --law step --schedule 70%@0,20%@400ms --settle 200ms --deadline 1s" 0 \
	"out:50.00 -> 70.00 %, verified" "out:70.00 -> 20.00 %, verified" \
	"out:former target of 50.00 % is back" "!out:^.{81}" "!err:."
same "the former weights are in force" "50 50 50 50" "$(weights)"
same "all weights, then a commit of all; and back" \
	"0/weight 7000 1/weight 3000 commit 0/weight 2000 1/weight 8000 commit 0/weight 50 1/weight 50 commit" \
	"$(writes)"
same "each write is announced before it is made" "['intend', 'wrote', 'write', 'intend', 'wrote', 'write', 'restored']" \
	"$(lines "$TMP/state/tune.jsonl" '[x["what"] for x in j if x["what"] in ("intend", "wrote", "write", "restored")]')"
check "a dry run" "tune $options --actuator weights -n --law step --schedule 80%@0 --deadline 300ms" 0 \
	"out:not written \(dry run\)" "!err:."
same "writes nothing" "50 50 50 50" "$(weights)"

# ---- what the kernel refuses, for a while or for good
kernel
FAKE_DAMON="$plain,busy=3"
check "busy for a while" "tune $options --actuator weights --law step --schedule 70%@0 --settle 100ms --deadline 300ms" 0 \
	"out:50.00 -> 70.00 %, verified" "!err:."
same "and then as asked for" "50 50 50 50" "$(weights)"
for place in dests/1/weight 0/state; do
	kernel
	FAKE_DAMON="$plain,fail=$place:22"
	check "$place refused" "tune $options --actuator weights --law step --schedule 70%@0 --deadline 2s" 1 \
		"err:cannot write"
	export FAKE_DAMON=$plain
	run "restore $options"
	same "$place refused: the former weights are there" "50 50 50 50" "$(weights)"
done
kernel
FAKE_DAMON="$plain,die=4"
check "the kdamond dies" "tune $options --actuator weights --law step --schedule 70%@0,20%@300ms --settle 100ms --deadline 20s" 1 \
	"err:cannot write \"commit\""
same "the former weights are in the files" "50 50" "$(weights | cut -d' ' -f1,2)"

# ---- killed, and restored
kernel
tune --law step --schedule 75%@0 --deadline 30s >"$TMP/killed" 2>&1 &
tuner=$!
until_there "$TMP/state/tune.jsonl" '"what":"write".*"to":7500' || fail "the tuner writes" "$(cat "$TMP/killed")"
check "a second tuner" "tune $options --actuator weights --law hold" 1 "err:damon-trace, pid $tuner tunes DAMON" "!out:."
kill -9 $tuner
wait $tuner 2>/dev/null
same "a killed tuner leaves its weights" "7500 2500 7500 2500" "$(weights)"
check "restore" "restore $options" 0 "out:^2 values put back$" "!err:."
same "the former weights are back" "50 50 50 50" "$(weights)"
tune --law step --schedule 75%@0 --deadline 30s >"$TMP/stopped" 2>&1 &
tuner=$!
until_there "$TMP/stopped" 'verified' || fail "the tuner writes"
kill -INT $tuner
wait $tuner
same "SIGINT: it ends well" 0 $?
same "SIGINT: the former weights are back" "50 50 50 50" "$(weights)"

# ---- somebody else
tune --law step --schedule 75%@0 --deadline 30s >"$TMP/foreign" 2>&1 &
tuner=$!
until_there "$TMP/foreign" 'verified' || fail "the tuner writes"
echo 99 >"$tree/0/contexts/0/schemes/0/dests/0/weight"
wait $tuner
same "a foreign change ends it" 1 $?
same "the foreign weight stays, and ours goes" "99 50" "$(weights | cut -d' ' -f1,2)"

# ---- samples: the means of the journal against those of the samples themselves
for objective in latency far-share; do
	kernel
	FAKE_DAMON="$plain,samples=$TMP/samples"
	check "$objective along a schedule" \
		"tune $options --actuator weights --law step --schedule 30%@0,80%@2500ms --objective $objective --minimize --window 700ms --windows 3 --settle 200ms --deadline 5s --json" 0 \
		"!err:."
	cp "$OUT" "$TMP/journal"
	same "$objective: means are those of their windows" "6 means" \
		"$(tests/tools/sample_means.py $objective "$TMP/samples" "$TMP/journal" 0.7)"
done
same "far-share follows the weights" True "$(lines "$TMP/journal" \
	'(lambda m: all(abs(x - y) < 8 for x, y in zip(m, [73, 73, 73, 25, 25, 25])) or m)(
	[x["objective"] for x in j if x["what"] == "measurement"])')"

# Near memory has its best share at the square root of 5/12: more of it slows it down.
kernel
FAKE_DAMON="$plain,samples=$TMP/samples"
check "the least latency" \
	"tune $options --actuator weights --law golden --objective latency --minimize --window 300ms --windows 3 --settle 100ms --min 20% --max 95% --budget 9 --deadline 60s --json" 0 \
	"!err:."
same "is found to 3 %" True "$(lines "$OUT" \
	'(lambda f, s: f(s) <= 1.03 * f((5 / 12) ** 0.5) or s)(
	lambda s: s * (100 + 400 * s * s) + (1 - s) * 600,
	[x["to"] for x in j if x["what"] == "end"][-1] / 10000)')"
same "and the former weights are back" "50 50 50 50" "$(weights)"

# ---- what is missing
kernel
FAKE_DAMON="$plain,no-unit"
for objective in latency far-share; do
	check "$objective without a unit: exit status 4" \
		"tune $options --actuator weights --law golden --objective $objective --minimize" 4 \
		"err:no unit of this machine samples" "err:PEBS or AMD's IBS" "err:exec:COMMAND" "!out:."
done
same "nothing was written" "" "$(writes)"
export FAKE_DAMON=$plain
check "an event that is not there" "tune $options --actuator weights --law hold --objective latency:page-fualts" 1 \
	"err:page-faults" "!out:."
check "samples without their own kernel's proc" "tune $options --actuator weights --law hold --objective latency:page-faults" \
	4 "err:cannot (read .*/self/fd|sample page-faults)" "!out:."

DAMON_TRACE=$PROGRAM
done_testing
