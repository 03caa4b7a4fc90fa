#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check: the figures of a report against expectations and baselines, its exit status, its forms.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

steps=$FIXTURES/temporal-steps-7.3.dat
swing=$FIXTURES/consist-oscillation-7.3.dat
vaddr=$FIXTURES/vaddr-phases-7.3.dat

# ---- the fixtures, each as its own file of expectations says
for expect in "$FIXTURES"/*.expect "$FIXTURES"/perf/*.expect; do
	said="!err:."
	# one recorder was killed: that is said, and no more
	[[ $expect == */deaths-lab.expect ]] && said="err:^[^:]*: warning: .* not closed by its recorder"
	for input in "${expect%.expect}".dat "${expect%.expect}".data "${expect%.expect}".dir \
		"${expect%.expect}"; do
		[ -e "$input" ] && check "${input#"$FIXTURES"/} is as expected" \
			"check --expect '$expect' '$input'" 0 \
			"out:^[0-9]+ expectations: [0-9]+ hold$" "$said"
	done
done
for input in "$FIXTURES"/*.dat "$FIXTURES"/perf/*.d*; do
	same "${input##*/} has expectations" yes "$([ -s "${input%.*}.expect" ] && echo yes)"
done
for input in "$FIXTURES"/*/trace.dat; do
	same "$(basename "${input%/*}") has expectations" yes \
		"$([ -s "${input%/*}.expect" ] && echo yes)"
done
check "expectations of one recording do not hold of another" \
	"check --expect $FIXTURES/temporal-steps-7.3.expect $swing" 1 "out:FAILS +goal: verdict" \
	"out:^ +goals\[1\] nid=1 scheme=1, steps\[0\] target_bp=4000: verdict is OSCILLATING; expected REACHED"

# ---- exit status
check "what holds" "check -x 'losses.events == 0' $vaddr" 0 \
	"out:^  holds    losses.events == 0$" "out:^ +losses.events is 0$" \
	"out:^1 expectation: 1 holds$" "!err:."
check "what does not" "check -x 'events.damon_aggregated < 4K' $vaddr" 1 \
	"out:events.damon_aggregated is 4388; expected less than 4K" "out:^1 expectation: 0 hold, 1 fails$"
check "what cannot be told" "check -x 'events.nothing == 0' $vaddr" 3 \
	"out:^  unknown  events.nothing" "out:has no events.nothing" "out:1 cannot be told"
check "what makes no sense" "check -x 'complete == 92' $vaddr" 2 "out:^  WRONG" \
	"out:ambiguous: inputs\[\]\.complete, snapshots\[\]\.complete" "out:hint: "
bad="-x 'losses.events == 1'"
unknown="-x 'events.nothing == 0'"
wrong="-x 'complete == 92'"
good="-x 'losses.events == 0'"
check "one that fails outweighs one that cannot be told" "check $good $unknown $bad $vaddr" 1
check "one without sense outweighs all" "check $good $bad $wrong $unknown $vaddr" 2
check "one that cannot be told outweighs those that hold" "check $good $unknown $good $vaddr" 3
samples cut -n 300 --fields ip,tid,time,addr --unterminated
run "report $TMP/cut.data"
same "an input that is not complete" 3 "$STATUS"
check "alone it changes nothing, but it is said" "check -x 'samples.total == 300' $TMP/cut.data" 0 \
	"err:warning: .*cut.data" "out:1 holds"
check "unless that is asked" "check -x 'inputs[0].complete == true' $TMP/cut.data" 1 \
	"out:complete is false; expected true"
world lossy --snapshots 40 --drop 100:3 --mark known
check "losses are found" "check -x 'losses.events == 0' $TMP/lossy.dat" 1 \
	"out:losses.events is [1-9][0-9]*; expected 0"
check "a figure that is null" "check -x 'goal: settling_s <= 60' $swing" 3 \
	"out:settling_s is null: it is not known"
check "and one that is absent" "check -x 'goal: verdict == REACHED' $vaddr" 3 \
	"out:the report has no goals" "out:hint: .*damos_node_eligible_mem_bp"
check "an object that is not there" "check -x 'goal nid=7: verdict == REACHED' $steps" 3 \
	"out:no goal matches \"goal nid=7\"" "out:hint: there is goal nid=0 .*, goal nid=1 "

# ---- wrong use: status 2, and nothing on stdout
check "nothing expected" "check $vaddr" 2 "err:-x, --expect or --against" "!out:."
check "an empty expectation" "check -x '' $vaddr" 2 "err:nothing is expected" "!out:."
check "one that does not parse: a caret under the place" "check -x 'losses.events = 0' $vaddr" 2 \
	"err:^damon-trace check: -x: '=' is no comparison$" "err:^  losses.events = 0$" \
	"err:^                \^$" "err:hint: == compares" "!out:."
check "at its end" "check -x 'losses.events ==   ' $vaddr" 2 "err:^                  \^$" "!out:."
check "behind letters of several bytes and a tab" "check -x $'\"\xc3\xa4\xc3\xb6\"\t= 0' $vaddr" 2 \
	"err:^       \^$" "!out:."
check "units that do not fit" "check -x 'goal: settling_s <= 30bp' $steps" 2 \
	"err:30bp does not fit: settling_s is in s" "!out:."
check "all that do not parse are shown" "check -x 'a = 1' -x 'b' -x 'c == 1' $vaddr" 2 \
	"err:^  a = 1$" "err:^  b$" "!err:^  c" "!out:."
check "a missing file of expectations" "check --expect $TMP/none.expect $vaddr" 2 \
	"err:none.expect.*No such file" "!out:."
: >"$TMP/empty.expect"
check "an empty file of expectations" "check --expect $TMP/empty.expect $vaddr" 2 \
	"err:empty.expect: nothing is expected" "!out:."
printf '# first\nlosses.events == 0\n\nlosses.events !!\n' >"$TMP/bad.expect"
check "the line that does not parse" "check --expect $TMP/bad.expect $vaddr" 2 \
	"err:bad.expect:4: " "err:^  losses.events !!$" "err:^                \^$" "!out:."
printf 'losses.events == 0\0 \n' >"$TMP/nul.expect"
check "a NUL byte" "check --expect $TMP/nul.expect $vaddr" 2 "err:nul.expect:1: a NUL byte" "!out:."
printf '  losses.events == 0  # none\r\n# nothing\r\n\tgoal nid=0: verdict == REACHED' >"$TMP/dos.expect"
check "comments, blanks, carriage returns, no newline at the end" \
	"check --expect $TMP/dos.expect $steps" 0 "out:^2 expectations: 2 hold$"
check "the source is told" "check --expect $TMP/dos.expect $swing" 1 \
	"out:FAILS +goal nid=0: verdict == REACHED  \(.*/dos.expect:3\)$"
check "an unknown option" "check --expct x $vaddr" 2 "err:--expect" "!out:."
check "tolerance without a baseline" "check $good --tolerance a=1 $vaddr" 2 "err:--against" "!out:."
check "tolerance that is none" "check --against $vaddr --tolerance mean_bp $vaddr" 2 \
	"err:FIGURE=VALUE" "!out:."
check "tolerance with a tail" "check --against $vaddr --tolerance mean_bp=10abc $vaddr" 2 "err:abc" \
	"!out:."
check "help" "check --help" 0 "out:--tolerance" "out:[Ee]xample" "out:Exit status" "!err:."
check "help fits 80 columns" "check --help" 0 "!out:^.{81}"
check "a missing input" "check $good $TMP/none.dat" 1 "err:damon-trace check: .*none.dat.*No such file" \
	"!out:."

sed -n '/^# nightly.expect/,/^```/p' doc/check.md | sed '/^```/d' >"$TMP/nightly.expect"
check "the documentation's file of expectations parses, and is judged" \
	"check --expect $TMP/nightly.expect $steps" 1 "out:FAILS +goal: sojourn >= 0.9" \
	"out:^7 expectations: 6 hold, 1 fails$"
INPUT=$FIXTURES/perf/pf_pipe.data
check "a recording from standard input" "check -x 'samples.total == 1081' -" 0 "out:^-:$"
INPUT=/dev/null
cd "$TMP" || exit 1
check "the default input is damon-trace.data" "check $good" 1 "err:damon-trace\.data.*No such file"
cd "$OLDPWD" || exit 1

# ---- the same figures as report --json, from a saved one too
run "report --json $steps"
cp "$OUT" "$TMP/steps.json"
run "report --json $swing"
cp "$OUT" "$TMP/swing.json"
check "a saved report is judged as the recording" \
	"check --expect $FIXTURES/temporal-steps-7.3.expect $TMP/steps.json" 0 "out:^48 expect.* 48 hold$"
# every figure of a saved report, one expectation each
python3 - "$TMP/steps.json" >"$TMP/all.expect" <<'PYTHON'
import json
import sys


def walk(path, value):
    if isinstance(value, dict):
        for key, member in value.items():
            walk((path + "." if path else "") + (key if key.isidentifier() else f'"{key}"'), member)
    elif isinstance(value, list):
        for i, element in enumerate(value[:3]):
            walk(f"{path}[{i}]", element)
    else:
        print(path, "==", json.dumps(value))


walk("", json.load(open(sys.argv[1], encoding="utf-8")))
PYTHON
nr=$(grep -c == "$TMP/all.expect")
same "there are many figures" yes "$([ "$nr" -gt 150 ] && echo yes)"
check "each of them is what check sees in the recording" "check --expect $TMP/all.expect $steps" 0 \
	"out:^$nr expectations: $nr hold$"
check "and not in another" "check --expect $TMP/all.expect $swing" 1 "out:FAILS"
check "options of report choose the definitions" "check --band 100bp -x 'goal: band_bp == 100' $steps" 0
check "saved reports are judged one by one" \
	"check -x 'events.damon_aggregated == 13045' $TMP/steps.json $TMP/swing.json" 1 \
	"out:^$TMP/steps.json:$" "out:^$TMP/swing.json:$" "out:1 holds, 1 fails"
check "recordings make one report" "check -x 'events.damon_aggregated == 13045 + 16406' $steps $swing" 0
echo '{"a": 1}' >"$TMP/other.json"
check "JSON that is no report" "check $good $TMP/other.json" 1 "err:other.json: JSON, but no report" "!out:."
echo '{"damon_trace": {"format": 99}}' >"$TMP/newer.json"
check "a report of another format" "check $good $TMP/newer.json" 1 "err:newer.json: .*version" "!out:."
head -c 3000 "$TMP/steps.json" >"$TMP/cut.json"
check "a report that is cut" "check $good $TMP/cut.json" 1 "err:cut.json: line [0-9]+: " "!out:."
python3 -c 'print("{\"damon_trace\":{\"format\":1},\"a\":" + "[" * 500 + "]" * 500 + "}")' >"$TMP/deep.json"
check "a report that is nested without end" "check $good $TMP/deep.json" 1 "err:deep.json" "!out:."

# ---- against a baseline
for baseline in "$steps" "$TMP/steps.json"; do
	for input in "$steps" "$TMP/steps.json"; do
		check "${input##*/} against ${baseline##*/}: the same" "check --against $baseline $input" 0 \
			"out:^[0-9]+ figures: [0-9]+ as in the baseline$" "!out:holds" "!err:."
	done
done
check "another recording is not as the baseline" "check --against $TMP/steps.json $swing" 1 \
	"out:FAILS +goals\[0\]\.steps\[0\]\.verdict" "out:is OSCILLATING; the baseline has REACHED" \
	"out:FAILS +events\.damos_esz" "out:is 300; the baseline has 132" \
	"out:unknown +goals\[0\]\.steps\[0\]\.settling_s" "out:hint: .*--tolerance"
# vary EXPRESSION: the report with a figure changed, in $TMP/varied.json
vary() {
	python3 - "$TMP/steps.json" "$1" >"$TMP/varied.json" <<'PYTHON'
import json
import sys

j = json.load(open(sys.argv[1], encoding="utf-8"))
s = j["goals"][0]["steps"][0]
exec(sys.argv[2])
json.dump(j, sys.stdout)
PYTHON
}
against="check --against $TMP/steps.json $TMP/varied.json"
vary "s['settling_s'] += 2"
check "a measure that differs and has no tolerance cannot be told" "$against" 3 \
	"out:unknown +goals\[0\]\.steps\[0\]\.settling_s" "out:1 cannot be told"
check "within a tolerance" "$against --tolerance settling_s=2.5" 0
check "in another unit" "$against --tolerance settling_s=2500ms" 0
check "of one step alone" "$against --tolerance steps[0].settling_s=2.5" 0
check "of another step" "$against --tolerance steps[1].settling_s=2.5" 3
check "outside of it" "$against --tolerance settling_s=1.5s" 1 "out:tolerance 1.5"
check "relative to the baseline" "$against --tolerance settling_s=25%" 0
check "outside, relatively" "$against --tolerance settling_s=20%" 1
check "the last tolerance counts" "$against --tolerance settling_s=1 --tolerance settling_s=3" 0
check "what does not matter" "$against --tolerance settling_s=any" 0
check "a tolerance of what is not there" "$against --tolerance settling_s=3 --tolerance nothing=3" 3 \
	"out:--tolerance nothing=3" "out:neither report has such a figure"
vary "s['verdict'] = 'MOVING'"
check "a verdict must be the same" "$against" 1 "out:is MOVING; the baseline has REACHED"
vary "s['steady']['mean_bp'] += 200; s['steady']['error_bp'] += 200;
s['steady']['ci95_bp'] = [bp + 200 for bp in s['steady']['ci95_bp']]"
check "two means that chance explains" "$against" 0
vary "s['steady']['mean_bp'] += 300; s['steady']['error_bp'] += 300;
s['steady']['ci95_bp'] = [bp + 300 for bp in s['steady']['ci95_bp']]"
check "two means that it does not" "$against" 1 "out:from both 95 % intervals"
vary "j['goals'].reverse(); j['inputs'][0]['path'] = 'x'; s['start_ns'] += 5
for g in j['goals'] + j['snapshots']: g['stream']['kdamond_pid'] += 1"
check "places, times, names and pids do not matter" "$against" 0
vary "del j['goals'][1]"
check "a goal that is missing" "$against" 1 "out:goals\[1\]" "out:is not in the report" "out:has 1; the baseline has 2"
vary "s['causes'].append({'cause': 'FIGHT', 'from_ns': 1, 'to_ns': 2, 'evidence': 'x'})"
check "a cause that is new" "$against" 1 "out:has 1; the baseline has 0" "out:is not in the baseline"
check "expectations and a baseline at once" "check --against $TMP/steps.json $good -x 'count(goals) == 2' $steps" 0 \
	"out:^2 expectations: 2 hold$" "out:^[0-9]+ figures: "

# ---- for machines
mixed="$good $bad $unknown -x 'a # no directive == 1' -x 'count(notes) == 0 # <x>&\"'"
check "TAP needs expectations that parse" "check --tap $mixed $vaddr" 2 "!out:."
mixed="$good $bad $unknown -x 'inputs[0].path != \"<&#\"'"
check "TAP" "check --tap $mixed $vaddr" 1 "out:^1\.\.4$" "out:^ok 1 - .*: losses.events == 0$" \
	"out:^not ok 2 - .*: losses.events == 1$" "out:^# losses.events is 0; expected 1$" \
	"out:^not ok 3 - " "out:^# unknown$" "out:^ok 4 - .*<&.#\"$" "!out:holds"
cp "$OUT" "$TMP/tap"
same "prove reads it so: 2 of 4" "Failed 2/4" "$(prove --exec cat "$TMP/tap" 2>&1 | grep -o 'Failed 2/4' | head -1)"
run "check --tap $good $vaddr"
cp "$OUT" "$TMP/tap"
same "prove passes what holds" "Result: PASS" "$(prove --exec cat "$TMP/tap" 2>&1 | grep Result)"
check "JUnit beside the words" "check --junit $TMP/junit.xml $mixed $vaddr $TMP/swing.json" 1 "out:FAILS"
junit() {
	python3 - "$1" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree

for suite in tree.parse(sys.argv[1]).getroot():
    print(suite.get("name").split("/")[-1], *(suite.get(n) for n in ("tests", "failures", "errors", "skipped")),
          *("+".join(c.tag for c in case) or "ok" for case in suite))
PYTHON
}
same "it is XML with the same outcomes" \
	"swing.json 4 1 1 0 ok failure error ok
vaddr-phases-7.3.dat 4 1 1 0 ok failure error ok" "$(junit "$TMP/junit.xml" 2>&1)"
check "JUnit in place of the words" "check --junit - $mixed $vaddr" 1 "out:^<testsuites>$" "!out:FAILS"
check "JUnit that cannot be written" "check --junit $TMP/no/such/file $good $vaddr" 1 "err:No such file"
check "TAP and JUnit cannot share stdout" "check --tap --junit - $good $vaddr" 2 "err:--junit" "!out:."
run "check $mixed $vaddr"
cp "$OUT" "$TMP/once"
run "check $mixed $vaddr"
same "equal input, equal bytes" "$(cksum <"$TMP/once")" "$(cksum <"$OUT")"
odd=$TMP/$'a\033[31m\xff.json'
cp "$TMP/steps.json" "$odd"
check "no escapes from a name reach the terminal" "check $good '$odd'" 0 "out:a.x1b\[31m.xff\.json:"
if [ -w /dev/full ]; then
	STATUS=0
	"$DAMON_TRACE" check -x 'losses.events == 0' "$vaddr" >/dev/full 2>"$ERR" || STATUS=$?
	same "a full disk is no pass" 1 $STATUS
else
	skip "a full disk is no pass" "/dev/full is absent"
fi

done_testing
