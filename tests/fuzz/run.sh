#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh BUILD: replay the committed corpora and the malformed files beside the checkout through
# every fuzz target, then fuzz each for FUZZ_SECONDS. What a run learns stays in BUILD; a finding
# is left in BUILD/findings/ and fails the run.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=${1:-build/fuzz}
seconds=${FUZZ_SECONDS:-600}
mkdir -p "$build/findings" "$build/log"

# A file of the corpora opens in milliseconds and a few MB: these limits are what a reader may
# take at worst.
limits=(-timeout=10 -rss_limit_mb=512 -malloc_limit_mb=256)
export ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS=detect_leaks=1

# fuzz_one TARGET: replay, then fuzz; the last line tells the outcome.
fuzz_one() {
	local target=$1 log=$build/log/$1 learnt=$build/corpus-$1
	local -a replayed seeds=("tests/fuzz/corpus-$1") more=()

	mkdir -p "$learnt"
	# slices are made of what these readers read
	[ "$target" != slice ] || seeds+=(tests/fuzz/corpus-{trace_dat,perf_data})
	[ ! -d ../shared/corpus/malformed ] || more=(../shared/corpus/malformed)
	mapfile -t replayed < <(find "${seeds[@]}" "${more[@]}" -type f | sort)
	if ! "$build/fuzz_$target" "${limits[@]}" -artifact_prefix="$build/findings/$target-" \
		"${replayed[@]}" >"$log" 2>&1; then
		tail -40 "$log"
		echo "  $target: FAILED while replaying ${#replayed[@]} files"
		return 1
	fi
	if ! "$build/fuzz_$target" "${limits[@]}" -artifact_prefix="$build/findings/$target-" \
		-max_total_time="$seconds" -max_len=65536 -print_final_stats=1 \
		"$learnt" "${seeds[@]}" >"$log" 2>&1; then
		tail -60 "$log"
		echo "  $target: FAILED, the input is in $build/findings/"
		return 1
	fi
	echo "  $target: ${#replayed[@]} files replayed, then" \
		"$(awk '/number_of_executed_units/ { print $2 }' "$log") inputs in $seconds s," \
		"$(awk '/cov:/ { n = $4 } END { print n }' "$log") edges," \
		"peak $(awk '/peak_rss_mb/ { print $2 }' "$log") MB"
}

# Two at a time on two cores: a target is one process.
failed=0
pids=()
for target in trace_dat perf_data text damo slice decoder expression perf_log; do
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
		sleep 0.2
	done
	fuzz_one "$target" &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || failed=$((failed + 1))
done
echo "fuzz: $((${#pids[@]} - failed)) passed, $failed failed"
[ $failed = 0 ]
