# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the tests of the command line: one line a test, TAP on stdout. A script sources this from the
# root of the checkout, makes its checks and ends with done_testing.
#
#   check "name" "arguments" STATUS [PATTERN...]
#	Run damon-trace; the exit status must be STATUS and every pattern (grep -E) must be found:
#	out:RE on stdout, err:RE on stderr, !out:RE and !err:RE nowhere there, a bare RE in either.
#	The arguments are shell words: quotes work. stdin is empty unless INPUT names a file.
#   check_json "name" "arguments" STATUS 'EXPRESSION'
#	The same; stdout must be one JSON value j for which the Python expression is true.
#   same "name" EXPECTED ACTUAL
#	The two strings are equal.
#   pass "name", fail "name" [REASON...], skip "name" REASON
#   skip_peer "name" TOOL
#	For a comparison with a program that is not installed: a skip, in CI a failure.
#
# Left behind by check and check_json: $OUT and $ERR (files), $STATUS. $TMP is the script's own
# directory, removed at its end.
set -u

: "${DAMON_TRACE:=$PWD/build/damon-trace}" "${TEST_BUILD:=$PWD/build}"
FIXTURES=tests/fixtures
SHARED=../shared
export DAMON_TRACE TEST_BUILD FIXTURES SHARED LC_ALL=C TZ=UTC
# A plugin that is installed already leaves the peers' texts alone.
export DAMON_TRACE_PLUGIN=raw

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
OUT=$TMP/.out
ERR=$TMP/.err
INPUT=/dev/null
test_count=0
test_failed=0

pass() {
	test_count=$((test_count + 1))
	echo "ok $test_count - $1"
}

fail() {
	local name=$1 reason

	shift
	test_count=$((test_count + 1))
	test_failed=$((test_failed + 1))
	echo "not ok $test_count - $name"
	for reason in "$@"; do
		printf '%s\n' "$reason" | head -40 | sed 's/^/# /'
	done
}

skip() {
	test_count=$((test_count + 1))
	echo "ok $test_count - $1 # SKIP $2"
}

have_peer() {
	command -v "$1" >/dev/null && { [ "$1" != perf ] || perf --version >/dev/null 2>&1; }
}

skip_peer() {
	if [ "${CI:-}" = true ]; then
		fail "$1" "$2 is not installed, and in CI nothing is skipped for want of a peer"
	else
		skip "$1" "$2 is not installed"
	fi
}

# matches PATTERN: does the last run's output fulfil it?
matches() {
	case $1 in
	'!out:'*) ! grep -E -q -e "${1#!out:}" "$OUT" ;;
	'!err:'*) ! grep -E -q -e "${1#!err:}" "$ERR" ;;
	out:*) grep -E -q -e "${1#out:}" "$OUT" ;;
	err:*) grep -E -q -e "${1#err:}" "$ERR" ;;
	*) cat "$OUT" "$ERR" | grep -E -q -e "$1" ;;
	esac
}

# run ARGUMENTS: run damon-trace and fill $OUT, $ERR and $STATUS; one that hangs has status 124.
run() {
	local -a words=()

	eval "words=($1)"
	STATUS=0
	timeout "${COMMAND_TIMEOUT:-120}" "$DAMON_TRACE" "${words[@]}" <"$INPUT" >"$OUT" 2>"$ERR" ||
		STATUS=$?
}

# report_run NAME REASON: a failure that shows what was run and what it said.
report_run() {
	fail "$1" "$3" "command: damon-trace $2" "exit status: $STATUS" \
		"stdout: $(head -c 2000 "$OUT" | tr -d '\0')" "stderr: $(head -c 4000 "$ERR" | tr -d '\0')"
}

check() {
	local name=$1 arguments=$2 status=$3 pattern

	shift 3
	run "$arguments"
	if [ "$STATUS" != "$status" ]; then
		report_run "$name" "$arguments" "expected exit status $status"
		return
	fi
	for pattern in "$@"; do
		if ! matches "$pattern"; then
			report_run "$name" "$arguments" "expected $pattern"
			return
		fi
	done
	pass "$name"
}

# json FILE EXPRESSION: is the Python expression true of the JSON value j in the file? NaN and
# Infinity, which Python would take, are no JSON.
json() {
	python3 - "$1" "$2" <<'PYTHON'
import json
import sys


def refuse(word):
    raise ValueError(word + " is no JSON")


with open(sys.argv[1], encoding="utf-8") as file:
    j = json.load(file, parse_constant=refuse)
if not eval("(" + sys.argv[2] + ")"):
    print("false:", sys.argv[2])
    sys.exit(1)
PYTHON
}

check_json() {
	local name=$1 arguments=$2 status=$3 expression=$4 why

	run "$arguments"
	if [ "$STATUS" != "$status" ]; then
		report_run "$name" "$arguments" "expected exit status $status"
	elif why=$(json "$OUT" "$expression" 2>&1); then
		pass "$name"
	else
		report_run "$name" "$arguments" "$why"
	fi
}

same() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "expected: $2" "got:      $3"
	fi
}

# A script that ends before this has no plan, which prove reports as a failure.
done_testing() {
	echo "1..$test_count"
	[ $test_failed = 0 ]
}
