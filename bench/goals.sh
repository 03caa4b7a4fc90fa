#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The judgement of quota goals: HOURS (7) of one evaluation a second of two goals, with what their
# schemes did; and the same recording without goals in view, which is what reading it takes.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

HOURS=${HOURS:-7}
GEN=$BUILD/tests/tools
evaluations=$((HOURS * 3600))
trace=$DATA/goals-$HOURS-h.dat

[ -e "$trace" ] || "$GEN/gen_trace" --goals probe --snapshots $evaluations --sample 50000 \
	--aggr 1000000 --regions 4 --goal $((evaluations / 2)):8000 "$trace"

for ((run = 0; run < RUNS; run++)); do
	once goals one_core "$DT" report --goals --json "$trace"
	once read one_core "$DT" info "$trace"
done

machine
printf 'quota goals, %d h of one evaluation a second, two goals, one core:\n' "$HOURS"
printf '  %-34s %8.3f s\n' "report --goals" "${BEST[goals]}" "reading alone (info)" "${BEST[read]}"
