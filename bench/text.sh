#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Texts of perf script: a heatmap of LINES_READ (3M) lines in three forms, from a file and through a pipe,
# against cat and wc -l, the floor, and against awk and Python that only take time and address out of
# the lines (of PEER_LINES, 300K, compared by lines a second). All on one core, what feeds the pipe
# on another. Times are those that the processor spent, so that other work on the machine counts
# little.
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/lib.sh"

LINES_READ=${LINES_READ:-3000000}
PEER_LINES=${PEER_LINES:-300000}
GEN=$BUILD/tests/tools

# The smallest script that a user would write: the field behind the event, as a number.
python='
import sys
total = 0
for line in sys.stdin:
    words = line.split()
    for i, word in enumerate(words):
        if word[-1] == ":" and "." in word:
            time = float(word[:-1])
        elif word[-1] == ":" and i + 1 < len(words):
            total += int(words[i + 1], 16) and 1
            break
print(total)'
# shellcheck disable=SC2016 # awk's own fields
awk='{ for (i = 1; i <= NF; i++) if ($i ~ /:$/) { if ($i ~ /^[0-9]+\.[0-9]+:$/) t = $i + 0
	else { n += $(i + 1) != "0"; break } } } END { print n }'

# spent NAME COMMAND...: run it on one core with its output thrown away and note the time that the
# processor spent on it. Its standard input is the caller's.
spent() {
	local name=$1 TIMEFORMAT='%U %S' times

	shift
	times=$({ time one_core "$@" >/dev/null 2>&1; } 2>&1) || {
		echo "bench: failed: $*" >&2
		exit 1
	}
	note "$name" "$(awk "BEGIN { print ${times/ /+} }")"
}

# line WHAT SECONDS LINES
line() {
	printf '  %-34s %8.3f s %8s M lines/s\n' "$1" "$2" "$(rate "$3" "$2")"
}

machine
for form in short plain full; do
	text=$DATA/text-$form-$LINES_READ.txt
	peer=$DATA/text-$form-$PEER_LINES.txt
	[ -e "$text" ] || "$GEN/gen_text" -n "$LINES_READ" -f $form >"$text"
	[ -e "$peer" ] || "$GEN/gen_text" -n "$PEER_LINES" -f $form >"$peer"
	for ((run = 0; run < RUNS; run++)); do
		spent $form-cat cat "$text"
		spent $form-wc wc -l "$text"
		spent $form-file "$DT" report --heatmap --json "$text"
		spent $form-pipe "$DT" report --heatmap --json - < <(cat "$text")
		spent $form-pipewc wc -l < <(cat "$text")
		spent $form-awk awk "$awk" "$peer"
		spent $form-python python3 -c "$python" <"$peer"
	done
	printf '\n%s form, %s lines of %s bytes: %s\n' $form "$LINES_READ" \
		"$(awk "BEGIN { printf \"%.0f\", $(stat -c %s "$text") / $LINES_READ }")" \
		"$(head -n 1 "$text" | cut -c 1-100)"
	line "heatmap of a file" "${BEST[$form-file]}" "$LINES_READ"
	line "heatmap through a pipe" "${BEST[$form-pipe]}" "$LINES_READ"
	line "wc -l through a pipe" "${BEST[$form-pipewc]}" "$LINES_READ"
	line "wc -l" "${BEST[$form-wc]}" "$LINES_READ"
	line "cat >/dev/null" "${BEST[$form-cat]}" "$LINES_READ"
	line "awk" "${BEST[$form-awk]}" "$PEER_LINES"
	line "Python" "${BEST[$form-python]}" "$PEER_LINES"
	echo "  ratios, lines a second: to awk $(awk "BEGIN { printf \"%.1f\",
		($LINES_READ / ${BEST[$form-file]}) / ($PEER_LINES / ${BEST[$form-awk]}) }"), to Python $(
		awk "BEGIN { printf \"%.1f\",
		($LINES_READ / ${BEST[$form-file]}) / ($PEER_LINES / ${BEST[$form-python]}) }")"
	# shellcheck disable=SC2016 # the arguments of the inner shell
	printf '  peak resident memory through a pipe: %s kB\n' \
		"$(peak bash -c 'exec "$0" report --heatmap --json - < <(exec cat "$1")' "$DT" "$text")"
done
