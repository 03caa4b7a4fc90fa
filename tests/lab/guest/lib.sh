# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# For the scenarios in the guest, whose shell is busybox's: DAMON's sysfs, load, recording. What
# goes wrong ends the scenario with the reason in its log.

kdamonds=/sys/kernel/mm/damon/admin/kdamonds
context=0/contexts/0

die() {
	echo "FAILED: $*"
	exit 1
}

# put FILE VALUE: write below kdamonds/; again while DAMON is busy.
put() {
	tries=0
	until echo "$2" >"$kdamonds/$1"; do
		tries=$((tries + 1))
		[ $tries -lt 20 ] || die "$1 does not take '$2'"
		usleep 100000
	done
}

# ---- monitoring ------------------------------------------------------------------------------

# monitor OPERATIONS SAMPLE_US AGGR_US MIN_REGIONS MAX_REGIONS: kdamond 0 with one context, off, of
# one target.
monitor() {
	put nr_kdamonds 1
	put 0/contexts/nr_contexts 1
	put "$context/operations" "$1"
	put "$context/monitoring_attrs/intervals/sample_us" "$2"
	put "$context/monitoring_attrs/intervals/aggr_us" "$3"
	put "$context/monitoring_attrs/intervals/update_us" 1000000
	put "$context/monitoring_attrs/nr_regions/max" "$5"
	put "$context/monitoring_attrs/nr_regions/min" "$4"
	put "$context/targets/nr_targets" 1
}

# monitor_process PID SAMPLE_US AGGR_US MIN_REGIONS MAX_REGIONS
monitor_process() {
	process=$1
	shift
	monitor vaddr "$@"
	put "$context/targets/0/pid_target" "$process"
}

# monitor_nodes SAMPLE_US AGGR_US MIN_REGIONS MAX_REGIONS: the physical memory of both nodes.
monitor_nodes() {
	monitor paddr "$@"
	put "$context/targets/0/regions/nr_regions" 2
	for nid in 0 1; do
		range=$(node_range $nid) || exit
		put "$context/targets/0/regions/$nid/start" "${range% *}"
		put "$context/targets/0/regions/$nid/end" "${range#* }"
	done
}

# node_range NID: "START END" of a node's physical memory.
node_range() {
	awk -v nid="$1" '
		/^Node/ { here = $2 + 0 == nid }
		here && $1 == "spanned" { spanned = $2 }
		here && $1 == "present" { present = $2 }
		here && $1 == "start_pfn:" && present > 0 {
			if (!end || $2 < start) start = $2
			if ($2 + spanned > end) end = $2 + spanned
			present = 0
		}
		END { if (!end) exit 1; printf "%d %d\n", start * 4096, end * 4096 }
	' /proc/zoneinfo || die "node $1 has no memory"
}

# state WORD: on, off, commit_schemes_quota_goals and so on. A kdamond that ended with its target is
# off already.
state() {
	[ "$1" != off ] || [ "$(cat $kdamonds/0/state)" != off ] || return 0
	put 0/state "$1"
	[ "$1" != on ] || [ "$(cat $kdamonds/0/pid)" -gt 0 ] || die "kdamond 0 has not started"
}

# ---- schemes that migrate --------------------------------------------------------------------

# migrate_scheme S TO FROM GOAL_BP TUNER QUOTA_BYTES: hot pages of node FROM go to node TO, until
# GOAL_BP/10000 of what is hot are on TO.
migrate_scheme() {
	range=$(node_range "$3") || exit
	while read -r file value; do
		put "$context/schemes/$1/$file" "$value"
	done <<-TEXT
		action migrate_hot
		target_nid $2
		access_pattern/sz/min 4096
		access_pattern/sz/max 1099511627776
		access_pattern/nr_accesses/min 1
		access_pattern/nr_accesses/max 1000
		access_pattern/age/max 1000000
		quotas/bytes $6
		quotas/reset_interval_ms 200
		quotas/goal_tuner $5
		quotas/goals/nr_goals 1
		quotas/goals/0/target_metric node_eligible_mem_bp
		quotas/goals/0/nid $2
		quotas/goals/0/target_value $4
		core_filters/nr_filters 1
		core_filters/0/type addr
		core_filters/0/addr_start ${range% *}
		core_filters/0/addr_end ${range#* }
		core_filters/0/matching N
		core_filters/0/allow N
	TEXT
}

# pull_push GOAL_BP TUNER QUOTA_BYTES: scheme 0 pulls to node 0, scheme 1 pushes to node 1.
pull_push() {
	put "$context/schemes/nr_schemes" 2
	migrate_scheme 0 0 1 "$1" "$2" "$3"
	migrate_scheme 1 1 0 $((10000 - $1)) "$2" "$3"
}

# rewrite_goals GOAL_BP: the same, of the running schemes.
rewrite_goals() {
	put "$context/schemes/0/quotas/goals/0/target_value" "$1"
	put "$context/schemes/1/quotas/goals/0/target_value" $((10000 - $1))
	state commit_schemes_quota_goals
	goal_is "$1"
}

# goal_is GOAL_BP|end: a line of truth, "SECONDS GOAL_BP".
goal_is() {
	echo "$(uptime_seconds) $1" >>/out/targets
}

# CLOCK_MONOTONIC, as nothing suspends here.
uptime_seconds() {
	cut -d' ' -f1 /proc/uptime
}

# ---- load ------------------------------------------------------------------------------------

# busy N: processes that keep the CPUs switching between address spaces. Without them the emulator
# would keep a page's accessed bit in its TLB, and what is hot looked idle.
busy() {
	i=0
	while [ $i -lt "$1" ]; do
		sh -c 'while :; do :; done' &
		i=$((i + 1))
	done
}

# workload NAME ARGUMENTS...: start one, its truth in /out/truth; its pid is in $workload.
workload() {
	workload=$1
	shift
	"/lab/workloads/$workload" "$@" >/out/truth 2>/out/workload.log &
	workload=$!
	wait_for "the workload's first line" test -s /out/truth
}

# wait_for WHAT COMMAND...: until it holds, half a minute at most. Kept out of the script's log.
wait_for() {
	{ set +x; } 2>/dev/null
	what=$1
	tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || die "$what: waited in vain"
		usleep 100000
	done
	set -x
}

# ---- recording -------------------------------------------------------------------------------

# record NAME OPTIONS...: start to record into /out/NAME, its pid in $recorder; back when it runs. What
# it says is in /out/LAST.out and /out/LAST.err, LAST being the last part of the name.
record() {
	output=/out/$1
	recording=${1##*/}
	shift
	damon-trace record -o "$output" --clock mono "$@" >"/out/$recording.out" \
		2>"/out/$recording.err" </dev/null &
	recorder=$!
	wait_for "recording $recording" recorder_has_begun
	! recorder_is_gone || die "no recording: $(cat "/out/$recording.err")"
}

recorder_has_begun() {
	recorder_is_on || recorder_is_gone
}

# A new instance is on by itself, but has no events.
recorder_is_on() {
	instance=/sys/kernel/tracing/instances/damon-trace-$recorder
	grep -q 1 "$instance/events/damon/damon_aggregated/enable" && grep -q 1 "$instance/tracing_on"
}

# Or a zombie, until the shell looks.
recorder_is_gone() {
	[ ! -e "/proc/$recorder" ] || grep -q '^State:.*Z' "/proc/$recorder/status"
}

# record_end SIGNAL: end the recorder, with INT as a user does, or with none wait for its own end; its
# status goes to $status and /out/LAST.status, what it left behind in the kernel to /out/LAST.left.
record_end() {
	[ "$1" = none ] || kill "-$1" "$recorder"
	wait "$recorder"
	status=$?
	echo $status >"/out/$recording.status"
	leftovers >"/out/$recording.left"
}

# Instances of tracefs, and dynamic events.
leftovers() {
	ls /sys/kernel/tracing/instances
	cat /sys/kernel/tracing/dynamic_events
}
