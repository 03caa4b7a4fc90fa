#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual and the completion: of every command and option that the program has, and nothing that
# it does not take.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

man=$TEST_BUILD/man
commands=$("$DAMON_TRACE" --help |
	sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | grep -v -x help)

# options COMMAND: the long ones that its help lists
options() {
	"$DAMON_TRACE" "$1" --help | sed -n '/^Example/q; s/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p' | sort
}

# words: each once, without what typesetting may change: lines, hyphenation, quotes
words() {
	tr -s ' \n\t' '\n' | sed '/^$/d' | sort -u
}

# shellcheck disable=SC2001 # of each line
same "a page for every command" \
	"$({ sed 's/.*/damon-trace-&.1/' <<<"$commands"; echo damon-trace.1; } | sort)" \
	"$(cd "$man" && printf '%s\n' *.1 | sort)"
same "and one for the recording" damon-trace-recording.5 "$(cd "$man" && echo *.5)"

for command in $commands; do
	page=$man/damon-trace-$command.1
	same "$command: its options" "$(options "$command")" \
		"$(sed -n 's/\\-/-/g; s/^\\fB\(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p' "$page" | sort)"
done

if command -v groff >/dev/null; then
	for page in "$man"/*; do
		same "${page##*/}: nothing to warn of" "" \
			"$(groff -man -ww -z -Tascii "$page" 2>&1)"
	done
	for command in $commands; do
		# what help says, word by word, is on the page: but the headings, whose letters differ
		"$DAMON_TRACE" "$command" --help |
			sed 's/^Usage://; s/^[A-Z].*ptions:$//; s/^Examples\{0,1\}://
				s/^Exit status: [^ ]*//' | words >"$TMP/help"
		{ echo ".hy 0"; sed 's/^\.TH.*/&\n.nh\n.hy 0/' "$man/damon-trace-$command.1"; } |
			groff -man -rHY=0 -Tascii -P-c -P-b -P-u | words >"$TMP/page"
		same "$command: all that help says" "" "$(comm -23 "$TMP/help" "$TMP/page")"
	done
	# every key of the tables that describe the recording
	sed -n 's/^| \([^|]*\) |.*/\1/p' doc/recording.md | grep -v -e '^key\>' -e '^file$' |
		words >"$TMP/help"
	sed 's/^\.TH.*/&\n.nh\n.hy 0/' "$man/damon-trace-recording.5" |
		groff -man -rHY=0 -Tascii -P-c -P-b -P-u | words >"$TMP/page"
	same "recording: all keys" "" "$(comm -23 "$TMP/help" "$TMP/page")"
else
	skip "typeset" "groff is not installed"
fi

# ---- completion

# shellcheck source=share/bash-completion/damon-trace
. share/bash-completion/damon-trace

# completes NAME EXPECTED WORD...: what stands behind damon-trace, the last one being typed
completes() {
	local name=$1 expected=$2

	shift 2
	COMP_WORDS=("$DAMON_TRACE" "$@")
	COMP_CWORD=$#
	_damon_trace
	same "completion: $name" "$expected" "${COMPREPLY[*]}"
}

completes "commands" "record report restore" re
completes "of help" "doctor" help "do"
completes "a value" "mono mono_raw" record --clock mo
completes "a value behind =" "auto always never 16 256 truecolor" report --color =
completes "a value begun behind =" "always" report --color = al
completes "values in parentheses and sentences" "count period latency" report --weight ""
completes "nothing where anything goes" "" report --time ""
completes "files" "README.md" report READ
completes "files behind an option" "Makefile" report --plot Makef
completes "directories" "tests" record -o test
completes "a command to record" "README.md" record -- ls READ
for command in $commands; do
	COMP_WORDS=("$DAMON_TRACE" "$command" --)
	COMP_CWORD=2
	_damon_trace
	same "completion: options of $command" "$(options "$command")" \
		"$(printf '%s\n' "${COMPREPLY[@]}" | sort)"
	# what is offered as a value is one: the next error is another
	while read -r option argument text; do
		[ "$argument" != - ] || continue
		for value in $(_damon_trace_values "$text"); do
			check "completion: $command $option $value is taken" \
				"$command $option $value --no-such-option" 2 "err:no-such-option"
		done
	done < <(_damon_trace_program=$DAMON_TRACE _damon_trace_options "$command")
done

done_testing
