#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Slices of recordings of SIZE (256M), in turn with cp (the floor: a slice is a copy that looks into
# what it copies), and with what the writers' own tools offer, of PEER_SIZE (16M) and compared by
# megabytes a second: trace-cmd split of the whole time, perf inject that changes nothing.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

SIZE=${SIZE:-256M}
PEER_SIZE=${PEER_SIZE:-16M}
GEN=$BUILD/tests/tools
OUT=$DATA/slice.out

for size in "$SIZE" "$PEER_SIZE"; do
	[ -e "$DATA/slice-$size.dat" ] ||
		"$GEN/gen_trace" --snapshots 0 --size "$size" --regions 1000 "$DATA/slice-$size.dat"
	[ -e "$DATA/slice-$size.data" ] ||
		"$GEN/gen_perf" --size "$size" --fields ip,tid,time,addr -o "$DATA/slice-$size.data"
done
[ -e "$DATA/slice-$SIZE-7.dat" ] ||
	"$GEN/gen_trace" --snapshots 0 --size "$SIZE" --regions 1000 --version 7 --compression zstd \
		"$DATA/slice-$SIZE-7.dat"

# megabytes FILE SECONDS
speed() {
	awk "BEGIN { printf \"%.0f\", $(stat -c %s "$1") / 1e6 / $2 }"
}

# half FILE: to the middle of its time
half() {
	"$DT" info --json "$1" | python3 -c '
import json, sys
info = json.load(sys.stdin)["inputs"][0]
print(",@%d.%09d" % divmod((info["start_ns"] + info["end_ns"]) // 2, 10**9))'
}

# anew COMMAND...: with no output of the run before in the way
anew() {
	rm -rf "$OUT"
	"$@"
}

for input in "$SIZE.dat" "$SIZE.data" "$SIZE-7.dat"; do
	file=$DATA/slice-$input
	middle=$(half "$file")
	for ((run = 0; run < RUNS; run++)); do
		once "cp $input" anew cp --reflink=never "$file" "$OUT"
		once "whole $input" anew "$DT" slice -o "$OUT" "$file"
		once "time $input" anew "$DT" slice --time "$middle" -o "$OUT" "$file"
		once "address $input" anew "$DT" slice --address 0x40000000,0x44000000 \
			--address 0x7f0000000000,0x7f0002000000 -o "$OUT" "$file"
	done
done
for ((run = 0; run < 2; run++)); do
	! have trace-cmd || once peer.dat anew trace-cmd split -i "$DATA/slice-$PEER_SIZE.dat" -o "$OUT" 0 100000
	rm -f "$OUT".[0-9]*
	! have perf || once peer.data anew perf inject -f -i "$DATA/slice-$PEER_SIZE.data" -o "$OUT"
done
rm -rf "$OUT"

# line WHAT NAME FILE FLOOR
line() {
	printf '  %-34s %8.3f s %8s MB/s %8s of cp\n' "$1" "${BEST[$2]}" "$(speed "$3" "${BEST[$2]}")" \
		"$(ratio "${BEST[$2]}" "${BEST[$4]}")"
}

machine
for input in "$SIZE.dat" "$SIZE-7.dat" "$SIZE.data"; do
	file=$DATA/slice-$input
	printf '\n%s\n' "$(basename "$file")"
	line cp "cp $input" "$file" "cp $input"
	line "whole" "whole $input" "$file" "cp $input"
	line "--time, half of it" "time $input" "$file" "cp $input"
	line "--address, some" "address $input" "$file" "cp $input"
done
for kind in dat data; do
	[ -z "${BEST[peer.$kind]:-}" ] ||
		printf '\n%s of %s: %.3f s, %s MB/s\n' "$([ $kind = dat ] && echo trace-cmd split ||
			echo perf inject)" "$PEER_SIZE" "${BEST[peer.$kind]}" \
			"$(speed "$DATA/slice-$PEER_SIZE.$kind" "${BEST[peer.$kind]}")"
done
printf '\nmemory, peak resident: %s kB at %s, %s kB at %s\n' \
	"$(peak "$DT" slice -o "$OUT" "$DATA/slice-$PEER_SIZE.data")" "$PEER_SIZE" \
	"$(peak "$DT" slice -o "$OUT" "$DATA/slice-$SIZE.data")" "$SIZE"
rm -rf "$OUT"
