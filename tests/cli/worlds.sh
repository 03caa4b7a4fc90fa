# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Recordings of known content, and what reports of them are held against. Sourced after lib.sh.
#
#   world NAME [OPTIONS of gen_trace...]
#	Writes $TMP/NAME.dat and its events, $TMP/NAME.truth.
#   samples NAME [OPTIONS of gen_perf...]
#	Writes $TMP/NAME.data, its events, $TMP/NAME.truth, and its sums, $TMP/NAME.totals.
#   agrees "name" STATUS TRUTH INPUT "OPTIONS" ["OPTIONS of the reference"]
#	`report --json OPTIONS INPUT` ends with STATUS, and shows what tests/tools/reference.py
#	computes from the text TRUTH, every cell to 1e-9. The reference's options are the same
#	unless given; $REFERENCE_FIELDS names the columns when the text is perf script's.
#   equals "name" BASE STATUS "arguments" [KEYS]
#	`report --json arguments` ends with STATUS, and what it prints is exactly that of BASE (a
#	file), but for the inputs and notes. KEYS: only those, by commas.
#   counted FILE
#	The events of a report that occurred, "name=count ...", sorted.
: "${TMP:?lib.sh comes first}"

TOOLS=$TEST_BUILD/tests/tools
REFERENCE=tests/tools/reference.py
REFERENCE_FIELDS=
export TOOLS REFERENCE

world() {
	local name=$1

	shift
	"$TOOLS/gen_trace" "$@" --truth "$TMP/$name.truth" "$TMP/$name.dat" 2>"$ERR" ||
		fail "gen_trace $*" "$(cat "$ERR")"
}

samples() {
	local name=$1

	shift
	rm -rf "$TMP/$name.data"
	if "$TOOLS/gen_perf" "$@" --truth "$TMP/$name.raw" -o "$TMP/$name.data" 2>"$ERR"; then
		python3 tests/cli/perf_truth.py "$TMP/$name.raw" >"$TMP/$name.truth"
		sed -n 's/^total //p' "$TMP/$name.raw" >"$TMP/$name.totals"
		rm "$TMP/$name.raw"
	else
		fail "gen_perf $*" "$(cat "$ERR")"
	fi
}

agrees() {
	local name=$1 status=$2 truth=$3 input=$4 options=$5 reference=${6-$5} why
	local -a words=()

	run "report --json $options '$input'"
	# shellcheck disable=SC2153 # lib.sh sets STATUS
	if [ "$STATUS" != "$status" ]; then
		report_run "$name" "report --json $options $input" "expected exit status $status"
		return
	fi
	eval "words=($reference)"
	[ -z "$REFERENCE_FIELDS" ] || words+=(--fields "$REFERENCE_FIELDS")
	if ! python3 $REFERENCE report "${words[@]}" "$truth" >"$TMP/.reference" 2>"$ERR"; then
		fail "$name" "the reference failed: $(tail -3 "$ERR")"
	elif ! grep -q '"segments"' "$TMP/.reference"; then
		fail "$name" "the reference has no heatmap: nothing was compared"
	elif why=$(python3 $REFERENCE compare "$TMP/.reference" "$OUT" 2>&1); then
		pass "$name"
	else
		fail "$name" "command: damon-trace report --json $options $input" "$why"
	fi
}

equals() {
	local name=$1 base=$2 status=$3 arguments=$4 keys=${5-} why

	run "report --json $arguments"
	if [ "$STATUS" != "$status" ]; then
		report_run "$name" "report --json $arguments" "expected exit status $status"
	elif why=$(python3 tests/cli/same_report.py "$base" "$OUT" "$keys" 2>&1); then
		pass "$name"
	else
		fail "$name" "command: damon-trace report --json $arguments" "$why"
	fi
}

counted() {
	python3 -c '
import json, sys
events = json.load(open(sys.argv[1]))["events"]
print(*(f"{name}={count}" for name, count in sorted(events.items()) if count))' "$1" 2>&1
}
