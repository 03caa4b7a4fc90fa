#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Exports: rows a second to CSV and JSON lines, and the other formats, of recordings of SIZE (256M),
# in turn with cat (the floor), and with perf script and trace-cmd report of PEER_SIZE (16M), which
# write about the same as text, compared by rows a second. Times are of one core but where said.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

SIZE=${SIZE:-256M}
PEER_SIZE=${PEER_SIZE:-16M}
GEN=$BUILD/tests/tools
fields=ip,tid,time,addr,cpu,period,phys,weight_struct,data_src

for size in "$SIZE" "$PEER_SIZE"; do
	[ -e "$DATA/export-$size.dat" ] ||
		"$GEN/gen_trace" --scenario big --size "$size" "$DATA/export-$size.dat"
	[ -e "$DATA/export-$size.data" ] ||
		"$GEN/gen_perf" --size "$size" --fields $fields -o "$DATA/export-$size.data"
done
trace=$DATA/export-$SIZE.dat
samples=$DATA/export-$SIZE.data
trace_peer=$DATA/export-$PEER_SIZE.dat
samples_peer=$DATA/export-$PEER_SIZE.data
record=$DATA/export-$SIZE.json
"$DT" export --to damo -o "$record" "$trace"

for ((run = 0; run < RUNS; run++)); do
	once cat_regions cat "$trace"
	once cat_samples cat "$samples"
	once csv_regions one_core "$DT" export --to csv --what regions "$trace"
	once csv_samples one_core "$DT" export --to csv --what samples "$samples"
	once csv_two "$DT" export --to csv --what samples "$samples"
	once jsonl_regions one_core "$DT" export --to jsonl --what regions "$trace"
	once jsonl_samples one_core "$DT" export --to jsonl --what samples "$samples"
	once damo_regions one_core "$DT" export --to damo "$trace"
	once openmetrics one_core "$DT" export --to openmetrics "$trace"
	once read_damo one_core "$DT" report --wss --json "$record"
done
# The peers are far slower than the noise: twice is enough.
for ((run = 0; run < 2; run++)); do
	! have perf || once peer_samples one_core perf script \
		-F pid,tid,cpu,time,event,ip,addr,period,weight,data_src,phys_addr -i "$samples_peer"
	! have trace-cmd || once peer_regions one_core trace-cmd report -i "$trace_peer"
done

# rows FILE TABLE: as CSV has them.
rows() {
	"$DT" export --to csv --what "$2" "$1" | tail -n +2 | wc -l
}
regions=$(rows "$trace" regions)
nr_samples=$(rows "$samples" samples)

# line WHAT NAME ROWS FLOOR
line() {
	printf '  %-34s %8.3f s %8s M rows/s %8s of cat\n' "$1" "${BEST[$2]}" \
		"$(rate "$3" "${BEST[$2]}")" "$(ratio "${BEST[$2]}" "${BEST[$4]}")"
}

machine
printf '\ntrace.dat of %s, %s regions\n' "$SIZE" "$regions"
line "csv" csv_regions "$regions" cat_regions
line "jsonl" jsonl_regions "$regions" cat_regions
line "damo record" damo_regions "$regions" cat_regions
line "openmetrics" openmetrics "$regions" cat_regions
line "the damo record, read" read_damo "$regions" cat_regions
[ -z "${BEST[peer_regions]:-}" ] ||
	printf '  %-34s %8.3f s %8s M rows/s (of %s)\n' "trace-cmd report" "${BEST[peer_regions]}" \
		"$(rate "$(rows "$trace_peer" regions)" "${BEST[peer_regions]}")" "$PEER_SIZE"
printf '\nperf.data of %s, %s samples\n' "$SIZE" "$nr_samples"
line "csv" csv_samples "$nr_samples" cat_samples
line "csv, all cores" csv_two "$nr_samples" cat_samples
line "jsonl" jsonl_samples "$nr_samples" cat_samples
[ -z "${BEST[peer_samples]:-}" ] ||
	printf '  %-34s %8.3f s %8s M rows/s (of %s)\n' "perf script" "${BEST[peer_samples]}" \
		"$(rate "$(rows "$samples_peer" samples)" "${BEST[peer_samples]}")" "$PEER_SIZE"
printf '\nmemory, peak resident, csv of samples: %s kB at %s, %s kB at %s; damo of regions: %s kB\n' \
	"$(peak "$DT" export --to csv --what samples "$samples_peer")" "$PEER_SIZE" \
	"$(peak "$DT" export --to csv --what samples "$samples")" "$SIZE" \
	"$(peak "$DT" export --to damo "$trace")"
