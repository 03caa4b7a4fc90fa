#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What recording costs: the recorder's own CPU time (user and system, from the kernel's accounting)
# for the same tracepoints, workload and buffer as perf record, in turn. Needs root and tracefs; no
# DAMON.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

SECONDS_EACH=${SECONDS_EACH:-4}
BUFFER_KB=${BUFFER_KB:-4096}
TRACEFS=/sys/kernel/tracing

if [ "$(id -u)" != 0 ] || ! have perf || { ! mountpoint -q $TRACEFS &&
	! mount -t tracefs nodev $TRACEFS 2>/dev/null; }; then
	echo "record: needs root, tracefs and perf; left out"
	exit 0
fi

work=$(mktemp -d "$DATA/record-XXXXXX")
LOAD=()
trap 'kill "${LOAD[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

# load COUNT PAUSE: two processes that make COUNT system calls between pauses, until they are killed.
load() {
	local core

	LOAD=()
	# shellcheck disable=SC2016 # the variables are perl's
	for core in $(seq 0 $(($(nproc) - 1))); do
		taskset -c "$core" perl -e '
my ($count, $pause) = @ARGV;
while (1) {
	getppid() for 1 .. $count;
	select undef, undef, undef, $pause if $pause;
}' "$1" "$2" &
		LOAD+=($!)
	done
}

unload() {
	kill "${LOAD[@]}"
	wait "${LOAD[@]}" 2>/dev/null || true
	LOAD=()
}

# cost NAME COMMAND...: CPU seconds of the command and what it starts, in the file NAME.
cost() {
	local name=$1

	shift
	/usr/bin/time -f '%U %S' -o "$work/$name.time" "$@" >"$work/$name.out" 2>"$work/$name.err" ||
		[ $? = 3 ] || {
		cat "$work/$name.err" >&2
		exit 1
	}
	awk 'END { print $1 + $2 }' "$work/$name.time" >"$work/$name.cpu"
}

ours() {
	rm -rf "$work/ours"
	cost "$1" "$DT" record -q -o "$work/ours" -b "$BUFFER_KB" -d "$SECONDS_EACH" --no-damon \
		--no-samples -e raw_syscalls:sys_enter
	"$DT" info --json "$work/ours" 2>/dev/null | python3 -c '
import json, sys
j = json.load(sys.stdin)
losses = j["losses"]
print(j["events"]["sys_enter"], losses["events"])' >"$work/$1.count" || true
}

perfs() {
	local kept lost

	cost "$1" perf record -q -a -o "$work/perf.data" -m "${BUFFER_KB}K" -e raw_syscalls:sys_enter \
		-- sleep "$SECONDS_EACH"
	perf report --stats -i "$work/perf.data" >"$work/stats" 2>/dev/null
	kept=$(awk '/ SAMPLE events:/ { print $3; exit }' "$work/stats")
	lost=$(awk '/ LOST events:/ { print $3; exit }' "$work/stats")
	# how many each record tells of: slow, and seldom needed
	[ "${lost:-0}" = 0 ] || lost=$(perf script -D -i "$work/perf.data" 2>/dev/null |
		awk '/PERF_RECORD_LOST/ { for (i = 1; i < NF; i++) if ($i ~ /^lost/) n += $(i + 1) }
			END { print n + 0 }')
	lost=${lost:-0}
	echo "$kept $lost" >"$work/$1.count"
}

# line WHAT NAME
line() {
	local kept lost

	read -r kept lost <"$work/$2.count"
	awk -v what="$1" -v cpu="$(cat "$work/$2.cpu")" -v kept="$kept" -v lost="$lost" \
		-v seconds="$SECONDS_EACH" 'BEGIN {
		printf "  %-26s %9.0f events/s  %6.2f %% of a CPU  %7.0f ns/event  %d lost\n",
			what, kept / seconds, 100 * cpu / seconds, kept ? 1e9 * cpu / kept : 0, lost }'
}

machine
# About 10,000 system calls a second in all: 50 on each core, 100 times a second.
load $((10000 / $(nproc) / 100)) 0.01
ours light
unload
printf '\na light load, %s s each, %s KB per CPU\n' "$SECONDS_EACH" "$BUFFER_KB"
line "damon-trace record" light

load 1000 0
ours heavy_ours
perfs heavy_perf
unload
printf '\nsystem calls on every CPU, %s s each, %s KB per CPU\n' "$SECONDS_EACH" "$BUFFER_KB"
line "damon-trace record" heavy_ours
line "perf record" heavy_perf
