#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Slices of every recording at hand, held against their inputs by trace-cmd, by perf and by our own
# readers: the whole is the input, pieces are the whole, a slice of a slice is the slice at once.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

ROWS=$TEST_BUILD/tests/tools/gen_rows

# rows FILE: checksum of its records
rows() {
	"$ROWS" "$1" 2>/dev/null | cksum
}

# lines KIND FILE: checksum of what the tool that wrote such files prints of it; "-": it cannot
lines() {
	local -a text=()

	case $1 in
	trace.dat) mapfile -t text < <(trace-cmd report -N "$2" 2>/dev/null | grep -E -v '^(version|cpus)|EVENTS DROPPED') ;;
	*)
		if [ -f "$2" ] && [ "$(od -An -tx1 -j8 -N1 "$2" | tr -d ' ')" = 10 ]; then
			mapfile -t text < <(perf script -i - <"$2" 2>/dev/null)
		else
			mapfile -t text < <(perf script -f -i "$2" 2>/dev/null)
		fi
		;;
	esac
	[ ${#text[@]} -gt 0 ] && printf '%s\n' "${text[@]}" | cksum || echo -
}

# cut_to OUTPUT TIME INPUT
cut_to() {
	rm -rf "$1"
	"$DAMON_TRACE" slice ${2:+--time "$2"} -o "$1" "$3" >/dev/null 2>"$ERR"
	STATUS=$?
	[ $STATUS = 0 ] || [ $STATUS = 3 ]
}

# times INPUT: two between its first and last event, in thirds; nothing when there are none
times() {
	"$DAMON_TRACE" info --json "$1" 2>/dev/null | python3 -c '
import json, sys
info = json.load(sys.stdin)["inputs"][0]
first, last = info["start_ns"], info["end_ns"]
if first is not None and last - first > 2:
	print(*("%d.%09d" % divmod(first + (last - first) * k // 3, 10**9) for k in (1, 2)))'
}

whole() {
	local name=$1 kind=$2 file=$3 tool=perf before

	same "$name: the same records" "$(rows "$file")" "$(rows "$TMP/whole")"
	cut_to "$TMP/again" "" "$TMP/whole"
	same "$name: the slice of the slice is the same file" "" "$(diff -rq "$TMP/whole" "$TMP/again" 2>&1)"
	[ "$kind" != trace.dat ] || tool=trace-cmd
	if ! have_peer $tool; then
		skip_peer "$name: the same lines" $tool
		return
	fi
	before=$(lines "$kind" "$file")
	if [ "$before" = - ]; then
		skip "$name: the same lines" "this $tool prints nothing of the input"
	else
		same "$name: $tool prints the same lines" "$before" "$(lines "$kind" "$TMP/whole")"
	fi
}

# Losses stand at the next event, which may lie in the next piece: the report knows what to do.
pieces() {
	local name=$1 file=$2 one two why

	read -r one two < <(times "$file") || return
	if ! cut_to "$TMP/p1" ",@$one" "$file" || ! cut_to "$TMP/p2" "@$one,@$two" "$file" ||
		! cut_to "$TMP/p3" "@$two," "$file"; then
		fail "$name: pieces" "$(cat "$ERR")"
		return
	fi
	same "$name: the pieces have its records" \
		"$("$ROWS" "$file" 2>/dev/null | grep -v ^loss | sort | cksum)" \
		"$(for piece in 1 2 3; do "$ROWS" "$TMP/p$piece" 2>/dev/null; done | grep -v ^loss | sort | cksum)"
	cut_to "$TMP/p12" ",@$two" "$file"
	cut_to "$TMP/p2b" "@$one," "$TMP/p12"
	same "$name: a slice of a slice" "$(rows "$TMP/p2")" "$(rows "$TMP/p2b")"
	"$DAMON_TRACE" report --json "$file" >"$TMP/whole.json" 2>/dev/null
	"$DAMON_TRACE" report --json "$TMP/p2" "$TMP/p1" "$TMP/p3" >"$TMP/pieces.json" 2>/dev/null
	if why=$(python3 tests/cli/same_report.py "$TMP/whole.json" "$TMP/pieces.json" 2>&1); then
		pass "$name: the report of the pieces is that of the whole"
	else
		fail "$name: the report of the pieces is that of the whole" "$why"
	fi
}

found=0
while read -r file; do
	kind=$("$DAMON_TRACE" info --json "$file" 2>/dev/null | python3 -c '
import json, sys
print(json.load(sys.stdin)["inputs"][0]["kind"])' 2>/dev/null)
	case $kind in trace.dat | perf.data) ;; *) continue ;; esac
	name=${file#"$SHARED/"}
	if cut_to "$TMP/whole" "" "$file"; then
		found=$((found + 1))
		whole "$name" "$kind" "$file"
		pieces "$name" "$file"
	else
		fail "$name: a slice of it" "$(cat "$ERR")"
	fi
done < <(for place in "$FIXTURES" "$FIXTURES/perf" "$SHARED/captures" "$SHARED/corpus/own" \
	"$SHARED"/corpus/third-party/*; do
	[ ! -d "$place" ] || find "$place" -maxdepth 1 \( -name '*.dat' -o -name '*.data' -o -name '*.dir' \)
done | sort)
same "there were some" yes "$([ $found -ge 10 ] && echo yes || echo $found)"
[ -d "$SHARED/corpus" ] || skip "recordings of others" "they are not beside the checkout"

done_testing
