# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The counts of TAP logs, for the runners.

# tap DIRECTORY PATTERN: how many lines of the TAP logs match.
tap() {
	cat "$1"/*.tap /dev/null | grep -E -c "$2" || true
}

# tap_counts DIRECTORY STATUS: set passed, failed and skipped. A status that is not 0 is a failure
# at least.
# shellcheck disable=SC2034 # for who sources this
tap_counts() {
	skipped=$(tap "$1" '^ok .*# SKIP|^1\.\.0 # SKIP')
	failed=$(tap "$1" '^not ok')
	passed=$(($(tap "$1" '^ok') - $(tap "$1" '^ok .*# SKIP')))
	[ "$2" = 0 ] || [ "$failed" != 0 ] || failed=1
}
