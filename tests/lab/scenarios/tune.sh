# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The hot set begins on the far node; setup makes PULL and PUSH, tune steps their target while
# record watches. Then a command whose best target is known is climbed, a tuner is killed and its
# values restored, and a second tuner is refused.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

# try NAME ARGUMENTS...: run damon-trace, and keep what it says and its exit status in /out/NAME.*
try() {
	name=$1
	shift
	damon-trace "$@" >"/out/$name.out" 2>"/out/$name.err"
	echo $? >"/out/$name.status"
}

# targets NAME: of both schemes, in /out/NAME.targets.
targets() {
	for scheme in 0 1; do
		cat "$kdamonds/$context/schemes/$scheme/quotas/goals/0/target_value"
	done | tr '\n' ' ' >"/out/$1.targets"
}

# until_written TARGET: until the tuner has PULL's target there.
until_written() {
	wait_for "a target of $1" grep -q "^$1\$" \
		$kdamonds/$context/schemes/0/quotas/goals/0/target_value
}

# The command of the objective: highest at a target of 70 %, which it reads as a user's own
# measurement would read a counter.
cat >/tmp/peak <<'TEXT'
while :; do
	t=$(cat /sys/kernel/mm/damon/admin/kdamonds/0/contexts/0/schemes/0/quotas/goals/0/target_value)
	d=$((t - 7000))
	echo $((10000 - d * d / 5000))
	usleep 200000
done
TEXT

workload far_set 300 96 1
busy 2
# a quota window moves some 5 of 100 points: steps of the size of the band can be held
try setup setup --pull-push near=0,far=1,target=50%,quota=5M,window=200ms,aggr=100ms,sample=10ms
targets before

record steps --no-samples
try steps-tune tune --law step --schedule 60%@0,80%@20s,30%@40s --deadline 60s --record /out/steps
targets after
record_end INT

try climb tune --law hill-climb --objective "exec:sh /tmp/peak" --maximize --settle 3s \
	--window 1s --windows 4 --min 40% --max 95% --budget 10 --deadline 70s --json
targets climbed

# a second tuner beside the first; then the first is killed
damon-trace tune --law step --schedule 75%@0 --deadline 60s >/out/killed.out 2>&1 &
tuner=$!
until_written 7500
try second tune --law step --schedule 65%@0
try too-early restore
kill -9 $tuner
wait $tuner
targets killed
ls /sys/kernel/tracing/instances >/out/killed.instances
try unrestored tune --law hold --deadline 1s
try restore restore
{
	ls /sys/kernel/tracing/instances
	grep damon_trace /sys/kernel/tracing/dynamic_events
} >/out/restored.instances
targets restored
try again restore
try status status --json
try stop stop

# the same by the weights of two destinations
cat >/tmp/weights.yaml <<'TEXT'
kdamonds:
- contexts:
  - ops: paddr
    targets:
    - nodes: [0, 1]
    intervals: {sample_us: 10 ms, aggr_us: 100 ms, ops_update_us: 1 s}
    nr_regions: {min: 100, max: 1000}
    schemes:
    - action: migrate_hot
      dests:
      - {id: 0, weight: 1}
      - {id: 1, weight: 1}
      access_pattern:
        nr_accesses: {min: 1 samples, max: max}
      quotas: {sz_bytes: 5 MiB, reset_interval_ms: 200 ms}
TEXT

# weights NAME: of both destinations, in /out/NAME.weights.
weights() {
	cat "$kdamonds/$context/schemes/0/dests/0/weight" \
		"$kdamonds/$context/schemes/0/dests/1/weight" | tr '\n' ' ' >"/out/$1.weights"
}

try weights-setup setup /tmp/weights.yaml
weights before
try weights-tune tune --actuator weights --law step --schedule 70%@0,20%@4s --settle 1s \
	--deadline 8s --json
weights after
damon-trace tune --actuator weights --law step --schedule 90%@0 --deadline 60s >/out/weights.out 2>&1 &
tuner=$!
wait_for "a weight of 9000" grep -q '^9000$' $kdamonds/$context/schemes/0/dests/0/weight
sleep 1
kill -9 $tuner
wait $tuner
weights killed
try weights-restore restore
weights restored
try weights-stop stop
kill "$workload"
