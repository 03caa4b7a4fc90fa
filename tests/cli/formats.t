#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One world in every form that a file can give it: the reports are equal to the last bit. What is
# equal to them is right, as the plain form is held against the slow reference first.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

map="--resolution 64x64"

# variants BASE STATUS KEYS "options of all" VARIANT...: each variant of a world reports as BASE.
variants() {
	local base=$1 status=$2 keys=$3 common=$4 variant

	shift 4
	for variant; do
		# shellcheck disable=SC2086 # options are words
		world x $common $variant
		equals "trace.dat: $variant" "$base" "$status" \
			"$map '$TMP/x.dat'" "$keys"
	done
}

perf_variants() {
	local base=$1 status=$2 keys=$3 common=$4 variant

	shift 4
	for variant; do
		# shellcheck disable=SC2086 # options are words
		samples x $common $variant
		equals "perf.data: $variant" "$base" "$status" "$map '$TMP/x.data'" "$keys"
	done
}

# piped "name" BASE STATUS FILE: the same through a pipe, where nothing can be sought.
piped() {
	rm -f "$TMP/fifo"
	mkfifo "$TMP/fifo"
	cat "$4" >"$TMP/fifo" &
	INPUT=$TMP/fifo equals "$1" "$2" "$3" "$map -"
	wait
}

# ---- trace.dat
plain="--kdamonds 2 --targets 2 --regions 12 --snapshots 40 --holes"
# shellcheck disable=SC2086 # options are words
world plain $plain
agrees "trace.dat: version 6 is as the reference computes" 0 "$TMP/plain.truth" "$TMP/plain.dat" "$map"
cp "$OUT" "$TMP/plain.json"
same "trace.dat: all events of the world" \
	"damon_aggregated=$(grep -c ' damon_aggregated ' "$TMP/plain.truth")" "$(counted "$OUT")"

variants "$TMP/plain.json" 0 "" "$plain" \
	"--version 7" "--version 7 --compression zstd" "--version 7 --compression zlib" \
	"--endian big" "--endian big --version 7 --compression zstd" \
	"--endian big --absolute-time --page 8192" \
	"--page 8192" "--page 65536" "--page 65536 --version 7 --compression zlib" \
	"--subbuf 8192" "--subbuf 16384" "--subbuf 65536 --version 7 --compression zstd" \
	"--page 8192 --subbuf 65536 --endian big" \
	"--absolute-time" "--absolute-time --version 7 --compression zstd" \
	"--align-8" "--align-8 --endian big" \
	"--cpus 1" "--cpus 8" "--cpus 8 --version 7 --compression zstd" \
	"--instance one" "--instance one --instance two" \
	"--instance one --instance two --version 7 --compression zstd" \
	"--padding 5" "--no-clock" \
	"--layout no-age" "--layout extra" "--layout no-age --endian big" \
	"--layout extra --version 7 --compression zlib"
variants "$TMP/plain.json" 0 snapshots,heatmaps,samples,losses "$plain" \
	"--foreign 3" "--foreign 3 --padding 4 --overflow 5" "--layout v2"

narrow="--regions 20 --snapshots 40 --base 0x10000000"
# shellcheck disable=SC2086 # options are words
world narrow $narrow
agrees "trace.dat: low addresses" 0 "$TMP/narrow.truth" "$TMP/narrow.dat" "$map"
cp "$OUT" "$TMP/narrow.json"
variants "$TMP/narrow.json" 0 "" "$narrow" \
	"--long 4" "--long 4 --endian big" "--long 4 --version 7 --compression zstd" \
	"--long 4 --page 8192 --absolute-time" "--long 4 --layout no-age"

piped "trace.dat: version 6 from a pipe" "$TMP/plain.json" 0 "$TMP/plain.dat"
# shellcheck disable=SC2086 # options are words
world x $plain --version 7 --compression zstd
piped "trace.dat: version 7 from a pipe" "$TMP/plain.json" 0 "$TMP/x.dat"

# ---- losses, as the ring tells them
lossy="$plain --drop 300:7 --drop 900:50 --mark known"
# shellcheck disable=SC2086 # options are words
world lossy $lossy
agrees "trace.dat: known losses" 3 "$TMP/lossy.truth" "$TMP/lossy.dat" "$map"
cp "$OUT" "$TMP/lossy.json"
same "trace.dat: 57 events are missing" \
	"damon_aggregated=$(($(grep -c ' damon_aggregated ' "$TMP/plain.truth") - 57))" "$(counted "$OUT")"
check_json "trace.dat: and said to be lost" "report --json '$TMP/lossy.dat'" 3 \
	'j["losses"]["events"] == 57 and j["losses"]["unknown"] == 0'
variants "$TMP/lossy.json" 3 "" "$lossy" \
	"--version 7 --compression zstd" "--endian big" "--page 65536" "--subbuf 16384" \
	"--absolute-time" "--layout extra" "--instance one"
unknown="${lossy% *} unknown"
# shellcheck disable=SC2086 # options are words
world unknown $unknown
agrees "trace.dat: unknown losses" 3 "$TMP/unknown.truth" "$TMP/unknown.dat" "$map"
cp "$OUT" "$TMP/unknown.json"
check_json "trace.dat: losses of unknown number" "report --json '$TMP/unknown.dat'" 3 \
	"j['losses']['events'] == 0 and j['losses']['unknown'] == $(grep -c ' lost ' "$TMP/unknown.truth")"
variants "$TMP/unknown.json" 3 "" "$unknown" \
	"--version 7 --compression zlib" "--endian big --page 8192" "--instance one"
world x --regions 20 --snapshots 40 --base 0x10000000 --drop 300:7 --mark known --long 4 --endian big
agrees "trace.dat: known losses, 32-bit long, big endian" 3 "$TMP/x.truth" "$TMP/x.dat" "$map"

# ---- truncated: the events that are left are the first ones, and make their map
for form in "--version 6" "--version 6 --page 65536" "--version 6 --endian big --absolute-time"; do
	# shellcheck disable=SC2086 # options are words
	world x --cpus 1 --regions 20 --snapshots 40 $form
	size=$(($(stat -c %s "$TMP/x.dat") * 3 / 4))
	truncate -s "$size" "$TMP/x.dat"
	run "report --json '$TMP/x.dat'"
	left=$(counted "$OUT")
	left=${left#damon_aggregated=}
	all=$(wc -l <"$TMP/x.truth")
	head -n "$left" "$TMP/x.truth" >"$TMP/left.truth"
	same "trace.dat: $form cut: most events are left" "yes" \
		"$([ "$left" -gt $((all / 3)) ] && [ "$left" -lt "$all" ] && echo yes || echo "$left of $all")"
	agrees "trace.dat: $form cut: their map" 3 "$TMP/left.truth" "$TMP/x.dat" "$map"
done

# ---- perf.data
plain="-n 2000 --fields ip,tid,time,addr,cpu,period"
# shellcheck disable=SC2086 # options are words
samples plain $plain
agrees "perf.data: file mode is as the reference computes" 0 "$TMP/plain.truth" "$TMP/plain.data" "$map"
cp "$OUT" "$TMP/plain.json"
perf_variants "$TMP/plain.json" 0 "" "$plain" \
	"--pipe" "--directory" "--zstd 81" "--zstd 83" "--zstd 81 --pipe" "--zstd 83 --pipe" \
	"--zstd 83 --directory" "--zstd 81 --chunk 100" "--zstd 83 --chunk 100 --big-endian" \
	"--big-endian" "--big-endian --pipe" "--big-endian --zstd 81" "--big-endian --directory" \
	"--attr-size 64" "--attr-size 72" "--attr-size 80" "--attr-size 96" "--attr-size 104" \
	"--attr-size 112" "--attr-size 120" "--attr-size 128" "--attr-size 136" "--attr-size 144" \
	"--attr-size 192" "--attr-size 248" "--attr-size 248 --pipe" "--attr-size 64 --big-endian" \
	"--attr-size 248 --pipe --big-endian" \
	"--identifier" "--no-ids" "--identifier --no-ids" "--identifier --pipe --no-ids" \
	"--auxtrace" "--auxtrace --pipe" "--mono"
perf_variants "$TMP/plain.json" 0 samples,losses,heatmaps "$plain" \
	"--events 3 --identifier" "--events 3 --identifier --mixed" \
	"--events 3 --identifier --mixed --pipe --zstd 83" \
	"--events 8 --identifier --mixed --big-endian" "--events 2 --identifier --directory"
perf_variants "$TMP/plain.json" 3 samples,losses,heatmaps "$plain" \
	"--unterminated" "--unterminated --identifier --events 3" "--unterminated --big-endian"

piped "perf.data: file mode from a pipe" "$TMP/plain.json" 0 "$TMP/plain.data"
# shellcheck disable=SC2086 # options are words
samples x $plain --pipe --zstd 83
piped "perf.data: pipe mode from a pipe" "$TMP/plain.json" 0 "$TMP/x.data"

# Fields that nobody asked for are stepped over.
for fields in read,callchain,raw,branch,regs_user,stack_user stream_id,id,weight,data_src,transaction \
	weight_struct,regs_intr,phys,cgroup,data_page,code_page; do
	# shellcheck disable=SC2086 # options are words
	samples x $plain,$fields --read-format 15
	equals "perf.data: with $fields" "$TMP/plain.json" 0 "$map '$TMP/x.data'" heatmaps,losses
	# shellcheck disable=SC2086 # options are words
	samples x $plain,$fields --read-format 31 --big-endian
	equals "perf.data: big endian with $fields" "$TMP/plain.json" 0 "$map '$TMP/x.data'" \
		heatmaps,losses
done

# perf.data: losses
# shellcheck disable=SC2086 # options are words
samples lossy $plain --lost 100 --dropped 70 --throttle 90
lost=$(awk '/^(lost|dropped) / { n += $2 } END { print n }' "$TMP/lossy.totals")
throttles=$(sed -n 's/^throttles //p' "$TMP/lossy.totals")
agrees "perf.data: losses do not change the map" 3 "$TMP/lossy.truth" "$TMP/lossy.data" "$map"
cp "$OUT" "$TMP/lossy.json"
check_json "perf.data: losses and throttles" "report --json '$TMP/lossy.data'" 3 \
	"j['losses'] == {'events': 0, 'unknown': 0, 'samples': $lost or 1, 'throttles': $throttles or 1}"
perf_variants "$TMP/lossy.json" 3 "" "$plain --lost 100 --dropped 70 --throttle 90" \
	"--pipe" "--directory" "--zstd 83" "--big-endian" "--identifier"
# shellcheck disable=SC2086 # options are words
samples x $plain --lost-total 77
check_json "perf.data: the recorder's own sum of losses" "report --json '$TMP/x.data'" 3 \
	'j["losses"]["samples"] == 77'

# ---- DAMON's tracepoints in a perf.data
both="-n 500 --fields ip,tid,time,addr,cpu --identifier --damon 30 --regions 15"
# shellcheck disable=SC2086 # options are words
samples both $both
agrees "perf.data with DAMON: as the reference computes" 0 "$TMP/both.truth" "$TMP/both.data" \
	"$map --source damon"
run "report --json $map '$TMP/both.data'"
cp "$OUT" "$TMP/both.json"
same "perf.data with DAMON: all regions" "$(sed -n 's/^regions //p' "$TMP/both.totals")" \
	"$(counted "$OUT" | sed 's/.*damon_aggregated=\([0-9]*\).*/\1/')"
perf_variants "$TMP/both.json" 0 "" "$both" \
	"--pipe" "--directory" "--zstd 81" "--zstd 83 --pipe" "--big-endian" \
	"--big-endian --pipe --zstd 83" "--attr-size 248"
# this form of the goals names neither context nor scheme
perf_variants "$TMP/both.json" 0 events,samples,losses,snapshots,heatmaps "$both" "--goals probe"
perf_variants "$TMP/both.json" 0 events,samples,snapshots,heatmaps "$both" "--no-formats"
check "perf.data with DAMON: it says that the formats are missing" "report '$TMP/x.data'" 0 \
	"err:no format of damon_aggregated"

# A killed recorder leaves not even their names: they are known by their content.
# shellcheck disable=SC2086 # options are words
samples x $both --unterminated
equals "perf.data with DAMON: unterminated" "$TMP/both.json" 3 "$map '$TMP/x.data'" \
	events,samples,snapshots,heatmaps
check "perf.data with DAMON: it says how unnamed tracepoints are read" "report '$TMP/x.data'" 3 \
	"err:looks like damon_aggregated" "err:looks like damos_node_eligible_mem_bp"

# ---- of another time
{
	printf PERFFILE
	head -c 4096 /dev/zero
} >"$TMP/v1.data"
check "perf.data version 1 is refused by name" "report '$TMP/v1.data'" 1 "err:PERFFILE|version 1" "!out:."
{
	printf ELIFFREP
	head -c 4096 /dev/zero
} >"$TMP/v1.data"
check "and the other byte order's" "report '$TMP/v1.data'" 1 "err:PERFFILE|ELIFFREP|version 1" "!out:."

done_testing
