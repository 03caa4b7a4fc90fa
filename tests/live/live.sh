# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the tests on the running kernel: what they need of it, and ways to look at it. DAMON is only
# read. Sourced in place of tests/cli/lib.sh, from the root of the checkout.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

TRACEFS=/sys/kernel/tracing

# skip_all REASON: end this script; the reason is shown by prove.
skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

# Root, and a tracefs with instances.
need_tracing() {
	[ "$(id -u)" = 0 ] || skip_all "recording tracepoints needs root"
	mountpoint -q $TRACEFS || mount -t tracefs nodev $TRACEFS 2>/dev/null ||
		skip_all "tracefs cannot be mounted here"
	[ -d $TRACEFS/instances ] || skip_all "this kernel has no trace instances"
}

# A kdamond that runs already; none is started.
need_damon() {
	need_tracing
	[ -d $TRACEFS/events/damon ] || skip_all "this kernel has no DAMON events"
	grep -qsx on /sys/kernel/mm/damon/admin/kdamonds/*/state ||
		skip_all "no kdamond runs here, and none is started for a test"
}

# need_tool NAME...: programs to compare with; in CI they are there or the test fails.
need_tool() {
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		[ "${CI:-}" != true ] || {
			fail "$tool is installed"
			done_testing
			exit 1
		}
		skip_all "$tool is not installed"
	done
}

# Instances and dynamic events of recorders, whoever's they are.
traces_left() {
	find $TRACEFS/instances -mindepth 1 -maxdepth 1 -name 'damon-trace-*' 2>/dev/null
	grep 'damon_trace_' $TRACEFS/dynamic_events 2>/dev/null || true
}

# record_background ARGUMENTS...: $RECORDER is its pid, once it records.
record_background() {
	"$DAMON_TRACE" record "$@" >"$OUT" 2>"$ERR" &
	RECORDER=$!
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		grep -q '^recording ' "$ERR" && break
		kill -0 $RECORDER 2>/dev/null || break
		sleep 0.1
	done
}

# recorder_status: wait for it; $STATUS is its status.
# shellcheck disable=SC2034 # read by the tests
recorder_status() {
	STATUS=0
	wait "$RECORDER" || STATUS=$?
}

# value FILE EXPRESSION: of the JSON value j in the file.
value() {
	python3 -c 'import json, sys
j = json.load(open(sys.argv[1], encoding="utf-8"))
print(eval(sys.argv[2]))' "$1" "$2"
}
