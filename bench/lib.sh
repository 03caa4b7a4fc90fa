# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Timing for the benchmarks: every figure is the best of RUNS runs (the machine may be shared, and
# nothing makes a run faster than it is), and what is compared is run in turn within one loop.

set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
BUILD=${BUILD:-build}
RUNS=${RUNS:-5}
DATA=${BENCH_DATA:-$BUILD/bench}
# shellcheck disable=SC2034  # used by the benchmarks
DT=$BUILD/damon-trace
mkdir -p "$DATA"

# The cores that this run may use: the first alone, and all.
read -r -a CORES <<<"$(taskset -cp $$ | sed 's/.*: //; s/,/ /g')"
FIRST_CORE=${CORES[0]%%-*}

declare -A BEST

# note NAME SECONDS: keep the smaller one.
note() {
	if [ -z "${BEST[$1]:-}" ] || awk "BEGIN { exit !($2 < ${BEST[$1]}) }"; then
		BEST[$1]=$2
	fi
}

# once NAME COMMAND...: run it with its output thrown away and note the time.
once() {
	local name=$1 start end

	shift
	start=$EPOCHREALTIME
	"$@" >/dev/null 2>&1 || [ $? -eq 3 ] || {
		echo "bench: failed: $*" >&2
		exit 1
	}
	end=$EPOCHREALTIME
	note "$name" "$(awk "BEGIN { printf \"%.6f\", $end - $start }")"
}

one_core() {
	taskset -c "$FIRST_CORE" "$@"
}

# rate COUNT SECONDS: millions a second.
rate() {
	awk "BEGIN { printf \"%.1f\", $1 / $2 / 1e6 }"
}

ratio() {
	awk "BEGIN { printf \"%.1f\", $1 / $2 }"
}

# peak COMMAND...: the peak resident memory in kB, the kernel's high-water mark shortly before the
# end (nothing of the input is mapped, so that is the program, its libraries and its memory).
peak() {
	local pid now high=0

	"$@" >/dev/null 2>&1 &
	pid=$!
	while now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
		high=$now
	done
	wait "$pid" || true
	echo "$high"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

machine() {
	echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
		"$(nproc) cores, Linux $(uname -r); best of $RUNS runs"
}
