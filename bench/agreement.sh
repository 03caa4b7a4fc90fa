#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Agreement and sparsity against the heatmap of the same recordings: one that is nearly all samples,
# one that is nearly all regions. Agreement reads both, so it is held against the heatmap of both.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

GEN=$BUILD/tests/tools
samples=$DATA/agreement-samples.data
regions=$DATA/agreement-regions.data
damon="--intervals 5ms,100ms"

[ -e "$samples" ] || "$GEN/gen_agreement" --blocks 400 --hot 40 --common 20 --hot-samples 80000 \
	--cold-samples 2000 --snapshots 1000 -o "$samples"
[ -e "$regions" ] || "$GEN/gen_agreement" --blocks 1000 --hot 100 --common 50 --hot-samples 100 \
	--cold-samples 10 --snapshots 3000 -o "$regions"

for ((run = 0; run < RUNS; run++)); do
	for input in samples regions; do
		# shellcheck disable=SC2086 # options
		once "heatmap $input" one_core "$DT" report --heatmap --pid 1000 $damon --json "${!input}"
		# shellcheck disable=SC2086
		once "agreement $input" one_core "$DT" report --agreement $damon --json "${!input}"
	done
	once "sparsity samples" one_core "$DT" report --sparsity --json "$samples"
done

machine
for input in samples regions; do
	printf '%s (%s), one core:\n' "nearly all $input" "$(stat -c %s "${!input}") bytes"
	printf '  %-34s %8.3f s\n' "report --heatmap" "${BEST[heatmap $input]}" \
		"report --agreement" "${BEST[agreement $input]}"
	ratio=$(awk -v a="${BEST[heatmap $input]}" -v b="${BEST[agreement $input]}" 'BEGIN { print a / b }')
	printf '  %-34s %8.2f (goal: 0.5 or more)\n' "speed of the heatmap's" "$ratio"
done
printf '  %-34s %8.3f s\n' "report --sparsity, nearly all samples" "${BEST[sparsity samples]}"
