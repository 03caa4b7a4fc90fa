#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What users of trace-cmd, perf and bpftool expect of a command line, before any analysis.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

capture=$FIXTURES/vaddr-phases-7.3.dat

# ---- help and version
check "--help on stdout, with an example" "--help" 0 "out:damon-trace report" "out:[Ee]xample" \
	"!err:."
check "-h is --help" "-h" 0 "out:damon-trace report" "!err:."
check "help of report" "report --help" 0 "out:--heatmap" "out:--plot" "out:[Ee]xample" "!err:."
check "help of info" "info --help" 0 "out:[Ee]xample" "!err:."
check "help fits 80 columns" "report --help" 0 "!out:^.{81}"
check "the help names the commands" "--help" 0 "out:report" "out:info"
check "no command: usage on stderr" "" 2 "err:damon-trace" "!out:."
check "--version" "--version" 0 "out:^damon-trace [0-9]+\.[0-9]+" "!err:."
check "--version with its libraries" "--version" 0 "out:zstd [0-9]+\.[0-9]+" "out:zlib [0-9]+\.[0-9]+"
same "the version is the Makefile's" "$(sed -n 's/^VERSION := //p' Makefile)" \
	"$("$DAMON_TRACE" --version | sed -n '1s/^damon-trace \([^ ]*\).*/\1/p')"

# ---- wrong usage: status 2, stderr, nothing on stdout
check "unknown command, nearest match" "reprot" 2 "err:reprot" "err:report" "!out:."
check "unknown command without a near one" "xyzzyplugh" 2 "err:xyzzyplugh" "!out:."
check "unknown option, nearest match" "report --heatmpa $capture" 2 "err:--heatmpa" \
	"err:--heatmap" "!out:."
check "unknown option of info" "info --jsno $capture" 2 "err:--jsno" "!out:."
check "unknown short option" "report -Z $capture" 2 "err:-Z" "!out:."
check "option without its value" "report $capture --plot" 2 "err:--plot" "!out:."
check "value for an option that takes none" "report --heatmap=yes $capture" 2 "err:--heatmap" \
	"!out:."
check "info without an input" "info" 2 "err:info" "!out:."

# ---- strict values
check "number with a tail" "report --node 10abc $capture" 2 "err:10abc" "!out:."
check "resolution that is none" "report --resolution 10abcx5 $capture" 2 "err:10abcx5" "!out:."
check "resolution of nothing" "report --resolution 0x0 $capture" 2 "err:0x0" "!out:."
check "resolution with one number" "report --resolution 40 $capture" 2 "err:40" "!out:."
check "negative pid" "report --pid -5 $capture" 2 "!out:."
check "number that overflows" "report --pid 99999999999999999999 $capture" 2 "err:9999999" "!out:."
check "empty number" "report --pid '' $capture" 2 "!out:."
check "address range backwards" "report --address 0x2000,0x1000 $capture" 2 "err:0x2000" "!out:."
check "address range with a tail" "report --address 0x1000,0x2000z $capture" 2 "err:0x2000z" \
	"!out:."
check "time range with a tail" "report --time 1,2q $capture" 2 "err:2q" "!out:."
check "intervals without a unit's meaning" "report --intervals 5xs,100ms $capture" 2 "err:5xs" \
	"!out:."
check "unknown source" "report --source dammon $capture" 2 "err:dammon" "err:damon" "!out:."
check "unknown weight" "report --weight counts $capture" 2 "err:counts" "!out:."
check "unknown scale" "report --scale lin $capture" 2 "err:lin" "!out:."
check "unknown palette" "report --palette virdis $capture" 2 "err:virdis" "err:viridis" "!out:."
check "unknown color word" "report --color=sometimes $capture" 2 "err:sometimes" "!out:."
check "stream with an unknown part" "report --stream kdamon=1 $capture" 2 "err:kdamon" "!out:."
check "nodes that are no range" "report --nodes 0=5 $capture" 2 "!out:."
check "picture of an unknown kind" "report --plot $TMP/x.bmp $capture" 2 "err:\.png" "!out:."

# ---- inputs that cannot be used: status 1
check "missing file" "report $TMP/none.dat" 1 "err:$TMP/none\.dat" "err:No such file" "!out:."
check "missing file, info" "info $TMP/none.dat" 1 "err:$TMP/none\.dat" "err:No such file" "!out:."
echo "this is no recording" >"$TMP/text"
check "no recording: says what was expected" "report $TMP/text" 1 "err:$TMP/text" "err:trace\.dat" \
	"err:perf\.data" "!out:."
: >"$TMP/empty"
check "an empty file" "report $TMP/empty" 1 "err:$TMP/empty" "!out:."
mkdir "$TMP/dir"
check "a directory that is no recording" "report $TMP/dir" 1 "err:$TMP/dir" "!out:."
check "stdin that is no recording" "report -" 1 "err:." "!out:."
check "missing iomem file" "report --iomem $TMP/none $capture" 1 "err:$TMP/none" "err:No such file"
check "output that cannot be written" "report --json -o $TMP/no/such/dir $capture" 1 \
	"err:$TMP/no/such/dir" "err:No such file"
cd "$TMP" || exit 1
check "the default input is damon-trace.data" "report" 1 "err:damon-trace\.data" "err:No such file"
cd "$OLDPWD" || exit 1

# ---- stdout carries data only, and its loss is no silence
check "-- ends the options" "report --json -- $capture" 0 'out:"damon_trace"'
check "options after the input" "report $capture --json" 0 'out:"damon_trace"'
check "no escapes when not a terminal" "report --heatmap $capture" 0 "!out:$(printf '\033')"
check "--color=always forces escapes" "report --heatmap --color=always $capture" 0 \
	"out:$(printf '\033')\\["
check "--ascii fits a mail" "report --heatmap --ascii $capture" 0 "!out:^.{73}" \
	"!out:$(printf '[\200-\377]')" "!out:$(printf '\033')"
NO_COLOR=1 check "NO_COLOR" "report --heatmap $capture" 0 "!out:$(printf '\033')"

# A reader that leaves early is no error worth a word.
broken=$({ "$DAMON_TRACE" report --csv --resolution 512x512 "$capture" 2>"$ERR" || true; } |
	head -n 2 | wc -l)
same "a broken pipe is quiet" "2 0" "$((broken)) $(wc -c <"$ERR" | tr -d ' ')"
if [ -w /dev/full ]; then
	STATUS=0
	"$DAMON_TRACE" report --json "$capture" >/dev/full 2>"$ERR" || STATUS=$?
	same "a full disk is an error" "1 yes" \
		"$STATUS $(grep -q 'No space left' "$ERR" && echo yes || echo no)"
else
	skip "a full disk is an error" "no /dev/full here"
fi

# ---- output is deterministic
"$DAMON_TRACE" report --json "$capture" >"$TMP/1"
"$DAMON_TRACE" report --json "$capture" >"$TMP/2"
if [ -s "$TMP/1" ] && cmp "$TMP/1" "$TMP/2" >"$OUT" 2>&1; then
	pass "same input, same bytes"
else
	fail "same input, same bytes" "$(cat "$OUT")"
fi

done_testing
