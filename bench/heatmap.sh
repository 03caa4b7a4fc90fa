#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Heatmaps against the peers: trace.dat against trace-cmd report, perf.data against perf script,
# both against cat, the floor. Files of SIZE (1G) are generated once; the peers, which take
# minutes for that, get PEER_SIZE (64M) and are compared by events a second.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

SIZE=${SIZE:-1G}
PEER_SIZE=${PEER_SIZE:-64M}
GEN=$BUILD/tests/tools

trace=$DATA/trace-$SIZE.dat
trace_peer=$DATA/trace-$PEER_SIZE.dat
samples=$DATA/samples-$SIZE.data
samples_peer=$DATA/samples-$PEER_SIZE.data
fields=ip,tid,time,addr,cpu

[ -e "$trace" ] || "$GEN/gen_trace" --scenario big --size "$SIZE" "$trace"
[ -e "$trace_peer" ] || "$GEN/gen_trace" --scenario big --size "$PEER_SIZE" "$trace_peer"
[ -e "$samples" ] || "$GEN/gen_perf" --size "$SIZE" --fields $fields -o "$samples"
[ -e "$samples_peer" ] || "$GEN/gen_perf" --size "$PEER_SIZE" --fields $fields -o "$samples_peer"

# count FILE KEY: of the program's JSON.
count() {
	"$DT" info --json "$1" | python3 -c '
import json, sys
info = json.load(sys.stdin)
events = info["events"]
if isinstance(events, list):
    events = {e["name"]: e["count"] for e in events}
print(events.get("damon_aggregated") or info["samples"]["total"])'
}


for ((run = 0; run < RUNS; run++)); do
	once trace_cat cat "$trace"
	once trace_one one_core "$DT" report --heatmap --json "$trace"
	once trace_two "$DT" report --heatmap --json "$trace"
	once samples_cat cat "$samples"
	once samples_one one_core "$DT" report --heatmap --json "$samples"
	once samples_two "$DT" report --heatmap --json "$samples"
	once version "$DT" --version
done
# The peers are far slower than the noise: twice is enough.
for ((run = 0; run < 2; run++)); do
	! have trace-cmd || once trace_peer one_core trace-cmd report -i "$trace_peer"
	! have perf || once samples_peer one_core perf script -F time,addr -i "$samples_peer"
done

# line WHAT SECONDS COUNT CAT
line() {
	printf '  %-34s %8.3f s %8s M/s %8s x cat\n' "$1" "$2" "$(rate "$3" "$2")" \
		"$(ratio "$2" "$4")"
}

machine
events=$(count "$trace")
events_peer=$(count "$trace_peer")
printf '\ntrace.dat version 6, %s, %s region events\n' "$SIZE" "$events"
line "heatmap, one core" "${BEST[trace_one]}" "$events" "${BEST[trace_cat]}"
line "heatmap, all cores" "${BEST[trace_two]}" "$events" "${BEST[trace_cat]}"
line "cat >/dev/null" "${BEST[trace_cat]}" "$events" "${BEST[trace_cat]}"
if have trace-cmd; then
	printf '  trace-cmd report, one core         %8.3f s %8s M/s (on %s)\n' \
		"${BEST[trace_peer]}" "$(rate "$events_peer" "${BEST[trace_peer]}")" "$PEER_SIZE"
	echo "  ratio to trace-cmd report, one core each: $(awk "BEGIN { printf \"%.0f\",
		($events / ${BEST[trace_one]}) / ($events_peer / ${BEST[trace_peer]}) }")"
fi
total=$(count "$samples")
total_peer=$(count "$samples_peer")
printf '\nperf.data, %s, %s samples with addresses\n' "$SIZE" "$total"
line "heatmap, one core" "${BEST[samples_one]}" "$total" "${BEST[samples_cat]}"
line "heatmap, all cores" "${BEST[samples_two]}" "$total" "${BEST[samples_cat]}"
line "cat >/dev/null" "${BEST[samples_cat]}" "$total" "${BEST[samples_cat]}"
if have perf; then
	printf '  perf script -F time,addr, one core %8.3f s %8s M/s (on %s)\n' \
		"${BEST[samples_peer]}" "$(rate "$total_peer" "${BEST[samples_peer]}")" \
		"$PEER_SIZE"
	echo "  ratio to perf script, one core each: $(awk "BEGIN { printf \"%.0f\",
		($total / ${BEST[samples_one]}) / ($total_peer / ${BEST[samples_peer]}) }")"
fi

printf '\nmemory, peak resident: trace.dat %s kB at %s, %s kB at %s;' \
	"$(peak "$DT" report --heatmap --json "$trace_peer")" "$PEER_SIZE" \
	"$(peak "$DT" report --heatmap --json "$trace")" "$SIZE"
printf ' perf.data %s kB, %s kB\n' \
	"$(peak "$DT" report --heatmap --json "$samples_peer")" \
	"$(peak "$DT" report --heatmap --json "$samples")"
printf 'start-up, damon-trace --version: %.1f ms\n' \
	"$(awk "BEGIN { print ${BEST[version]} * 1000 }")"
