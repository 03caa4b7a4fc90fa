#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tiers and the facts of samples against the heatmap of the same perf.data: samples with address,
# CPU, period, latency, data source and physical address, SIZE (1G) of them.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

SIZE=${SIZE:-1G}
GEN=$BUILD/tests/tools

samples=$DATA/tiers-$SIZE.data
small=$DATA/tiers-64M.data
fields=ip,tid,time,addr,cpu,period,weight,phys,data_src
nodes=0=0x100000000-0x108000000,1=0x108000000-0x120000000

[ -e "$samples" ] || "$GEN/gen_perf" --size "$SIZE" --fields $fields -o "$samples"
[ -e "$small" ] || "$GEN/gen_perf" --size 64M --fields $fields -o "$small"

for ((run = 0; run < RUNS; run++)); do
	once heatmap one_core "$DT" report --heatmap --json "$samples"
	once tiers one_core "$DT" report --tiers --nodes $nodes --json "$samples"
	once sources one_core "$DT" report --tiers --json "$samples"
	once facts one_core "$DT" report --samples --json "$samples"
	once tiers_two "$DT" report --tiers --nodes $nodes --json "$samples"
	once info one_core "$DT" info --json "$samples"
done

total=$("$DT" info --json "$samples" |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["samples"]["total"])')

# line WHAT NAME
line() {
	printf '  %-34s %8.3f s %8s M/s %8s of the heatmap\n' "$1" "${BEST[$2]}" \
		"$(rate "$total" "${BEST[$2]}")" \
		"$(awk "BEGIN { printf \"%.2f\", ${BEST[heatmap]} / ${BEST[$2]} }")"
}

machine
printf '\nperf.data, %s, %s samples with source and physical address\n' "$SIZE" "$total"
line "heatmap, one core" heatmap
line "tiers by source and node, one core" tiers
line "tiers by source, one core" sources
line "tiers by source and node, all cores" tiers_two
line "facts of the samples, one core" facts
line "reading alone (info), one core" info
printf '\nmemory, peak resident, tiers: %s kB at 64M, %s kB at %s\n' \
	"$(peak "$DT" report --tiers --nodes $nodes --json "$small")" \
	"$(peak "$DT" report --tiers --nodes $nodes --json "$samples")" "$SIZE"
