#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Laws on the built-in plants over SEEDS (20) seeds: how near to the optimum each ends, the seconds
# and writes until it is within 2 %, and what it moved (medians); and how much faster than the
# simulated time that goes. Exits 1 when a law left its bounds, or when on a quiet curve even the
# best law ended further than 2 % from the optimum with 15 writes.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

SEEDS=${SEEDS:-20}
LAWS=golden,hill-climb,extremum
# Of the budget, one write is for the way back to the best target.
BUDGET=15
MINIMUM=500 MAXIMUM=9500

out=$DATA/replay.jsonl
: >"$out"
start=$EPOCHREALTIME
for plant in temporal server; do
	for curve in quadratic plateau two-peaked noisy moving; do
		for ((seed = 1; seed <= SEEDS; seed++)); do
			"$DT" tune --json --replay $plant --law $LAWS --objective $curve \
				--budget $BUDGET --min $MINIMUM --max $MAXIMUM --initial 40% \
				--seed $seed | tr -d '\n' | sed "s/^/$plant $curve /; s/\$/\n/" >>"$out"
		done
	done
done
end=$EPOCHREALTIME

python3 - "$out" "$MINIMUM" "$MAXIMUM" "$BUDGET" "$(awk "BEGIN { print $end - $start }")" <<'PYTHON'
import json
import statistics
import sys

path, minimum, maximum, budget, seconds = sys.argv[1], *map(float, sys.argv[2:])
rows, best, simulated, wrong = {}, {}, 0, []
for line in open(path):
    plant, curve, text = line.split(" ", 2)
    laws = json.loads(text)["replay"]["laws"]
    best.setdefault((plant, curve), []).append(max(law["share_of_optimum"] for law in laws))
    for law in laws:
        rows.setdefault((plant, curve, law["law"]), []).append(law)
        simulated += law["time_s"]
        if law["lowest_bp"] < minimum or law["highest_bp"] > maximum or law["writes"] > budget:
            wrong.append(f"{plant} {curve} {law['law']} left its bounds")

def middle(values):
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):8.0f}" if 2 * len(known) > len(values) else "       -"

print(f"{'plant':9} {'curve':11} {'law':11} {'worst':>7} {'median':>7} {'near s':>8} "
      f"{'by write':>8} {'moved GB':>8}")
for (plant, curve, name), laws in rows.items():
    shares = [law["share_of_optimum"] for law in laws]
    print(f"{plant:9} {curve:11} {name:11} {100 * min(shares):6.1f}% "
          f"{100 * statistics.median(shares):6.1f}% {middle([law['near_s'] for law in laws])} "
          f"{middle([law['near_writes'] for law in laws])} "
          f"{middle([law['moved_bytes'] / 1e9 for law in laws])}")
print(f"{simulated / seconds:.0f} simulated seconds a second, starts of the program included")
for (plant, curve), shares in best.items():
    if curve in ("quadratic", "plateau", "two-peaked") and min(shares) < 0.98:
        wrong.append(f"{plant} {curve}: the best law ended at {100 * min(shares):.1f} %")
print("\n".join(wrong) if wrong else
      f"no law left its bounds; on quiet curves the best law ended within 2 % in {budget:.0f} writes")
sys.exit(bool(wrong))
PYTHON
