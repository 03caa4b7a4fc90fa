#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Damaged recordings: exit status 3, a warning that names the file and the place, and everything
# that the damage left is in the report. What never was a recording: status 1.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

# patch FROM TO OFFSET LENGTH [BYTE]: a copy with bytes written over; without BYTE, with noise that
# is the same each time. An offset below 0 counts from the end.
patch() {
	python3 - "$@" <<-'PYTHON'
		import random
		import sys
		source, target, offset, length = sys.argv[1:5]
		data = bytearray(open(source, "rb").read())
		offset, length = int(offset), int(length)
		if offset < 0:
		    offset += len(data)
		if not 0 <= offset <= len(data) - length:
		    sys.exit("the patch lies outside the file")
		noise = random.Random(offset).randbytes(length)
		data[offset:offset + length] = bytes([int(sys.argv[5], 0)]) * length if sys.argv[5:] else noise
		open(target, "wb").write(data)
	PYTHON
}

# number EVENT FILE: how many of them a report counts; -1 when it says nothing at all.
number() {
	"$DAMON_TRACE" report --json --resolution 4x4 "$2" 2>/dev/null </dev/null | python3 -c '
import json, sys
try:
    print(json.load(sys.stdin)["events"].get(sys.argv[1], 0))
except ValueError:
    print(-1)' "$1"
}

# left "name" EVENT FILE LEAST [MOST]: a damaged file of which that much is in the report.
left() {
	local most=${5:-$4}

	check_json "$1: at least $4 of $2, at most $most" "report --json --resolution 4x4 '$3'" 3 \
		"0 < $4 <= j['events'].get('$2', 0) <= $most
		and not j['inputs'][0]['complete'] and j['inputs'][0]['warnings_total'] > 0"
	if grep -q -F "warning: $3: offset " "$ERR"; then
		pass "$1: a warning names file and offset"
	else
		fail "$1: a warning names file and offset" "stderr: $(head -5 "$ERR")"
	fi
}

# ---- trace.dat: a page of the only CPU is damaged, those around it are not
for form in "" "--endian big" "--absolute-time" "--page 8192"; do
	# shellcheck disable=SC2086 # options are words
	world t --cpus 1 --snapshots 60 --regions 20 $form
	page=4096
	[ "$form" != "--page 8192" ] || page=8192
	size=$(stat -c %s "$TMP/t.dat")
	total=$(wc -l <"$TMP/t.truth")
	start=$((size - 4 * page))
	head -c $start "$TMP/t.dat" >"$TMP/before.dat"
	head -c $((start + page)) "$TMP/t.dat" >"$TMP/through.dat"
	before=$(number damon_aggregated "$TMP/before.dat")
	inside=$(($(number damon_aggregated "$TMP/through.dat") - before))
	name="trace.dat ${form:-plain}"
	same "$name: the page that will be damaged holds some events, not all" yes \
		"$([ "$inside" -gt 20 ] && [ "$before" -gt 100 ] &&
			[ $((before + inside)) -lt "$total" ] && echo yes || echo "$before, $inside, $total")"

	left "$name, cut at a page" damon_aggregated "$TMP/before.dat" "$before"
	head -c $((start + page / 2)) "$TMP/t.dat" >"$TMP/x.dat"
	left "$name, cut inside a page" damon_aggregated "$TMP/x.dat" $((before + inside / 3)) \
		$((before + inside))
	patch "$TMP/t.dat" "$TMP/x.dat" $((start + 16)) $((page - 16))
	left "$name, garbage inside a page" damon_aggregated "$TMP/x.dat" $((total - inside)) "$total"
	patch "$TMP/t.dat" "$TMP/x.dat" $((start + page / 2)) 200 0xff
	left "$name, garbage in the middle of a page" damon_aggregated "$TMP/x.dat" \
		$((total - inside * 2 / 3)) "$total"
	patch "$TMP/t.dat" "$TMP/x.dat" $((start + 8)) 8 0xff
	left "$name, a page longer than a page" damon_aggregated "$TMP/x.dat" $((total - inside)) "$total"
done

# The CPU's data is said to be larger than the file.
world t --cpus 1 --snapshots 60 --regions 20
total=$(wc -l <"$TMP/t.truth")
place=$(python3 - "$TMP/t.dat" <<'PYTHON'
import sys
data = open(sys.argv[1], "rb").read()
print(data.rindex(b"flyrecord\0") + 10 + 8)
PYTHON
)
patch "$TMP/t.dat" "$TMP/x.dat" "$place" 8 0x7f
left "trace.dat, a size beyond the file" damon_aggregated "$TMP/x.dat" "$total"
patch "$TMP/t.dat" "$TMP/x.dat" $((place - 8)) 8 0x7f
check "trace.dat, data beyond the file" "report '$TMP/x.dat'" 3 "err:warning: $TMP/x.dat: offset "

for size in 20 1000 5000; do
	head -c $size "$TMP/t.dat" >"$TMP/x.dat"
	check "trace.dat, cut in its header at $size" "report '$TMP/x.dat'" 3 \
		"err:warning: $TMP/x.dat: offset "
done
world t --cpus 1 --snapshots 60 --regions 20 --version 7 --compression zstd
for size in 20 1000 6000; do
	head -c $size "$TMP/t.dat" >"$TMP/x.dat"
	check "trace.dat version 7, cut at $size" "report '$TMP/x.dat'" 3 "err:warning: $TMP/x.dat: offset "
done
# its CPU data stands before the last 400 bytes
patch "$TMP/t.dat" "$TMP/x.dat" -6000 300
left "trace.dat version 7, garbage in compressed pages" damon_aggregated "$TMP/x.dat" 1 \
	$(($(wc -l <"$TMP/t.truth") - 1))

# The options with the place of each CPU's data stand behind it: a file cut before them still has
# all of its data, one cut within has what stands before the cut.
for form in "--compression zstd" "--compression zlib" "--compression none" \
	"--compression zstd --endian big" "--compression none --endian big --cpus 3" \
	"--compression zlib --cpus 4 --instance other" "--compression none --long 4"; do
	# shellcheck disable=SC2086 # options are words
	world t --cpus 1 --snapshots 400 --regions 20 --version 7 $form
	total=$(wc -l <"$TMP/t.truth")
	sections=$(python3 tests/cli/v7_sections.py "$TMP/t.dat")
	# those of each instance have a section of their own
	place=$(awk '$2 == 3 { end = $1 + 16 + $3 } END { print end }' <<<"$sections")
	head -c "$place" "$TMP/t.dat" >"$TMP/x.dat"
	left "trace.dat version 7, $form, cut before its last options" damon_aggregated \
		"$TMP/x.dat" "$total"
	read -r place size <<<"$(awk '$2 == 3 && $3 > 0 { print $1, $3; exit }' <<<"$sections")"
	head -c $((place + 16 + size * 3 / 4)) "$TMP/t.dat" >"$TMP/x.dat"
	left "trace.dat version 7, $form, cut in its data" damon_aggregated "$TMP/x.dat" 1 \
		$((total - 1))
	# no options at all: the offset of the first, behind the names of the compression
	first=$(awk 'NR == 1 { print $1 }' <<<"$sections")
	patch "$TMP/t.dat" "$TMP/x.dat" $((first - 8)) 8 0
	left "trace.dat version 7, $form, without its first options" damon_aggregated "$TMP/x.dat" \
		"$total"
done

# A writer that was killed has filled in neither the number of the chunks, nor the size of the data,
# nor where the next options are.
for form in none zstd zlib; do
	world t --cpus 1 --snapshots 400 --regions 20 --version 7 --compression $form
	read -r place size <<<"$(python3 tests/cli/v7_sections.py "$TMP/t.dat" |
		awk '$2 == 3 { print $1, $3 }')"
	head -c $((place + 16 + size)) "$TMP/t.dat" >"$TMP/x.dat"
	patch "$TMP/x.dat" "$TMP/x.dat" $((place - 8)) 8 0
	patch "$TMP/x.dat" "$TMP/x.dat" $((place + 8)) 8 0
	# the data begins on the next page
	[ $form = none ] ||
		patch "$TMP/x.dat" "$TMP/x.dat" $(((place + 16 + 4095) / 4096 * 4096)) 4 0
	left "trace.dat version 7, $form, of a killed writer" damon_aggregated "$TMP/x.dat" \
		"$(wc -l <"$TMP/t.truth")"
done

# ---- perf.data: what stands before the damage
for form in "" "--big-endian" "--identifier --events 2" "--pipe"; do
	# shellcheck disable=SC2086 # options are words
	samples s -n 2000 --fields ip,tid,time,addr $form
	size=$(stat -c %s "$TMP/s.data")
	total=$(number page-faults "$TMP/s.data")
	name="perf.data ${form:-plain}"
	head -c $((size / 2)) "$TMP/s.data" >"$TMP/half.data"
	half=$(number page-faults "$TMP/half.data")
	same "$name: half a file has about half of the samples" yes \
		"$([ "$half" -gt $((total * 4 / 10)) ] && [ "$half" -lt $((total * 6 / 10)) ] &&
			echo yes || echo "$half of $total")"
	left "$name, cut" page-faults "$TMP/half.data" "$half"
	patch "$TMP/s.data" "$TMP/x.data" $((size / 2)) 2000
	left "$name, garbage" page-faults "$TMP/x.data" "$half" $((total - 1))
	patch "$TMP/s.data" "$TMP/x.data" $((size / 2)) 400 0xff
	left "$name, records of a wrong size" page-faults "$TMP/x.data" "$half" $((total - 1))
done
samples s -n 2000 --fields ip,tid,time,addr --unterminated
left "perf.data, unterminated" page-faults "$TMP/s.data" 2000
size=$(stat -c %s "$TMP/s.data")
head -c $((size - 20)) "$TMP/s.data" >"$TMP/x.data"
left "perf.data, unterminated and cut" page-faults "$TMP/x.data" 1999
# The contents of a frame have no checksum; the header of a block tells that it is none.
samples s -n 2000 --fields ip,tid,time,addr --zstd 81 --chunk 4K
place=$(python3 - "$TMP/s.data" <<'PYTHON'
import struct
import sys
data = open(sys.argv[1], "rb").read()
at, size = struct.unpack_from("<QQ", data, 40)
end = at + size
records = []
while at < end:
    kind, _, length = struct.unpack_from("<IHH", data, at)
    if kind == 81:
        records.append(at + 8)
    at += length
print(records[len(records) // 2])
PYTHON
)
patch "$TMP/s.data" "$TMP/x.data" "$place" 8 0xff
left "perf.data, garbage in a compressed record" page-faults "$TMP/x.data" 1 1999

# A directory of which a part is cut.
samples s -n 2000 --fields ip,tid,time,addr --directory --cpus 2
for part in "$TMP/s.data"/data.*; do
	last=$part
done
truncate -s $(($(stat -c %s "$last") - 4004)) "$last"
left "perf.data directory, a part of it is cut" page-faults "$TMP/s.data" 1899 1900

# ---- DAMON's map of what was left agrees with the reference: formats.t

# ---- no recording at all
check "no recording: text" "report tests/cli/lib.sh" 1 "err:lib\.sh" "err:trace\.dat" "!out:."
check "no recording: a program" "report '$DAMON_TRACE'" 1 "err:trace\.dat" "!out:."
head -c 65536 /dev/zero >"$TMP/zeros"
check "no recording: zeros" "report '$TMP/zeros'" 1 "err:$TMP/zeros" "!out:."
check "no recording: zeros, info" "info '$TMP/zeros'" 1 "err:$TMP/zeros" "!out:."
head -c 5 "$TMP/t.dat" >"$TMP/x.dat"
check "no recording: five bytes of one" "report '$TMP/x.dat'" 1 "err:$TMP/x.dat" "!out:."
INPUT=$TMP/zeros check "no recording: zeros on stdin" "report -" 1 "err:." "!out:."

# ---- two inputs: the damaged one does not harm the other
world t --cpus 1 --snapshots 60 --regions 20
head -c 40000 "$TMP/t.dat" >"$TMP/x.dat"
check_json "a damaged input beside a whole one" "report --json '$TMP/t.dat' '$TMP/x.dat'" 3 \
	"[i['complete'] for i in j['inputs']] == [True, False] and j['events']['damon_aggregated']
	== $(wc -l <"$TMP/t.truth") + $(number damon_aggregated "$TMP/x.dat")"

# ---- what fuzzers of other readers found, beside the checkout
if [ -d "$SHARED/corpus/malformed" ]; then
	bad=
	for file in "$SHARED"/corpus/malformed/*; do
		for command in "report --json" "info"; do
			run "$command '$file'"
			case $STATUS in
			0 | 1 | 3) ;;
			*) bad="$bad $command ${file##*/}: $STATUS" ;;
			esac
		done
	done
	same "malformed files: no crash" "" "$bad"
else
	skip "malformed files" "$SHARED/corpus is absent"
fi

done_testing
