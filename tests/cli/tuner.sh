# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For tests of the tuner above the tests' fake kernel. Sourced after tests/cli/lib.sh.

# lines FILE PYTHON: what the expression makes of the list j of the file's objects.
lines() {
	python3 -c 'import json, sys
j = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
print(eval(sys.argv[2]))' "$1" "$2"
}

# until_there FILE PATTERN: wait for a line, some seconds at most.
until_there() {
	local tries=0

	until grep -q -e "$2" "$1" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 500 ] || return 1
		sleep 0.02
	done
}
