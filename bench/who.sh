#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who accessed memory against tiers and the heatmap of the same perf.data, SIZE (1G) of samples.
# Mappings and symbols take a second walk, as maps with a given time do.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

SIZE=${SIZE:-1G}
GEN=$BUILD/tests/tools

samples=$DATA/tiers-$SIZE.data
fields=ip,tid,time,addr,cpu,period,weight,phys,data_src

[ -e "$samples" ] || "$GEN/gen_perf" --size "$SIZE" --fields $fields -o "$samples"

for ((run = 0; run < RUNS; run++)); do
	once heatmap one_core "$DT" report --heatmap --json "$samples"
	once tiers one_core "$DT" report --tiers --json "$samples"
	once pid one_core "$DT" report --by pid --json "$samples"
	once tier one_core "$DT" report --by pid --tier local_dram --json "$samples"
	once mapping one_core "$DT" report --by mapping --json "$samples"
	once symbol one_core "$DT" report --by symbol --json "$samples"
	once latency one_core "$DT" report --latency --json "$samples"
done

total=$("$DT" info --json "$samples" |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["samples"]["total"])')

# line WHAT NAME
line() {
	printf '  %-34s %8.3f s %8s M/s %8s of the tiers\n' "$1" "${BEST[$2]}" \
		"$(rate "$total" "${BEST[$2]}")" \
		"$(awk "BEGIN { printf \"%.2f\", ${BEST[tiers]} / ${BEST[$2]} }")"
}

machine
printf '\nperf.data, %s, %s samples with source, one core\n' "$SIZE" "$total"
line "heatmap" heatmap
line "tiers by source" tiers
line "by pid" pid
line "by pid, of one tier" tier
line "by mapping" mapping
line "by symbol" symbol
line "latency" latency
