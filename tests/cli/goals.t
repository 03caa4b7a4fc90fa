#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# report --goals: what real recordings give is what was seen when they were made; any form of the
# goal events gives the same; and where nothing can be said, why.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

steps=$FIXTURES/temporal-steps-7.3.dat
swing=$FIXTURES/consist-oscillation-7.3.dat

# ---- the recordings
check_json "three steps are reached on both nodes, after 8.4, 2.8 and 5.8 s" \
	"report --goals --json '$steps'" 0 \
	"[(g['nid'], [(s['target_bp'], s['verdict'], round(s['settling_s'], 1)) for s in g['steps']])
	for g in j['goals']] == [
	(0, [(6000, 'REACHED', 8.4), (8000, 'REACHED', 2.8), (3000, 'REACHED', 5.8)]),
	(1, [(4000, 'REACHED', 8.4), (2000, 'REACHED', 2.8), (7000, 'REACHED', 5.8)])]"
check_json "a slowly damped oscillation on both nodes: period, half amplitude, decay" \
	"report --goals --json '$swing'" 0 \
	"[(s['verdict'], s['target_bp'], abs(s['cycle']['period_s'] - 37.3) < 0.1,
	abs(s['cycle']['amplitude_bp'] - 3320) < 1, abs(s['cycle']['decay'] - 0.40) < 0.005)
	for g in j['goals'] for s in g['steps']] == [('OSCILLATING', t, True, True, True)
	for t in (6000, 4000)]"
for input in "$steps" "$swing"; do
	check_json "${input##*/}: complementary, schemes learned from the probe's quotas" \
		"report --goals --json '$input'" 0 \
		"[(g['complement'], g['stream']['context'], g['stream']['scheme'], g['stream']['place'],
		g['metric']) for g in j['goals']] == [(1, 0, 0, 0, 'node_eligible_mem_bp'),
		(0, 0, 1, 0, 'node_eligible_mem_bp')]"
	check_json "${input##*/}: both nodes agree, mirrored" "report --goals --json '$input'" 0 \
		"all(abs(a['steady']['error_bp'] + b['steady']['error_bp']) < 3 and
		abs(a['steady']['sd_bp'] - b['steady']['sd_bp']) < 1 and
		abs((a['settling_s'] or 0) - (b['settling_s'] or 0)) < 0.1
		for a, b in zip(j['goals'][0]['steps'], j['goals'][1]['steps']))"
	check_json "${input##*/}: the schemes never apply in one window" \
		"report --goals --json '$input'" 0 \
		"{c['cause'] for g in j['goals'] for s in g['steps'] for c in s['causes']} <= {'BOOTSTRAP'}"
done
check_json "each evaluation belongs to a step" "report --goals --json '$steps'" 0 \
	"all(sum(s['evaluations'] for s in g['steps']) == g['evaluations'] for g in j['goals']) and
	sum(g['evaluations'] for g in j['goals']) == j['events']['damos_node_eligible_mem_bp']"

# ---- the definitions can be changed, and the result says so
check_json "--band, --window, --drift-limit are part of the result" \
	"report --goals --json --band 3% --window 1500ms --drift-limit 12.5 '$steps'" 0 \
	"{(g['band_bp'], g['band_source'], g['window_s'], g['drift_limit_bp_per_h'])
	for g in j['goals']} == {(300, 'given', 1.5, 12.5)}"
check "and of the text" "report --goals --band 3% --window 1500ms --drift-limit 12.5 '$steps'" 0 \
	"out:window 1.5 s \(as given\); band \+-3 points" "out:\(as given\); drift limit 12.5"
check_json "a wide band makes the swing stay within it" "report --goals --json --band 40% '$swing'" 0 \
	"[s['verdict'] for g in j['goals'] for s in g['steps']] == ['REACHED', 'REACHED']"
for bad in 0 -1 x 10001 3%% 1e 200points "" .; do
	check "--band '$bad' is none" "report --goals --band '$bad' '$steps'" 2 "err:--band"
done
check "--window 0 is none" "report --goals --window 0 '$steps'" 2 "err:--window"
check "--drift-limit x is none" "report --goals --drift-limit x '$steps'" 2 "err:--drift-limit"

# ---- text
check "in plain words" "report --goals '$steps'" 0 \
	"out:REACHED +60 % reached after 8.4 s, held within \+-5 points 74 % of the" \
	"out:^Goal of node 1 \(kdamond 121, scheme 1\), node_eligible_mem_bp" \
	"out:^0 s = 9.845063099 s on the recording's clock" "!out:events:"
check "a swing in plain words, with its cause" "report --goals '$swing'" 0 \
	"out:OSCILLATING +swings around 60 % by \+-33.2 points every 37.3 s, dying down" \
	"out:BOOTSTRAP +34.72 to 41.64 s: effective quota grew from 1 to 3513"
check "without a view, goals follow the maps" "report '$steps'" 0 "out:events:" "out:^DAMON: " \
	"out:REACHED"
check "only what was asked for" "report --heatmap '$steps'" 0 "!out:REACHED"
check "--ascii says it all the same" "report --goals --ascii '$swing'" 0 "out:OSCILLATING" "out:[*]{5}"
same "--ascii: 72 columns of ASCII" "" "$(LC_ALL=C grep -n '[^ -~]\|^.\{73,\}' "$OUT")"
same "a terminal of UTF-8 draws in braille" yes "$(LC_ALL=C.UTF-8 "$DAMON_TRACE" report --goals \
	--color always "$swing" | grep -q '⡇' && echo yes)"
same "plain characters where no terminal shows them" "" "$(LC_ALL=C.UTF-8 "$DAMON_TRACE" report \
	--goals "$swing" | LC_ALL=C grep -n '[^ -~]')"

# ---- CSV
run "report --goals --csv '$steps'"
cp "$OUT" "$TMP/goals.csv"
same "CSV: steps and the raw series, every row as wide as the header" \
	"6 steps, 230 evaluations, 42 columns" "$(python3 -c '
import csv, sys
rows = list(csv.reader(open(sys.argv[1])))
assert {len(row) for row in rows} == {len(rows[0])}
kinds = [row[0] for row in rows[1:]]
print(kinds.count("step"), "steps,", kinds.count("evaluation"), "evaluations,", len(rows[0]),
      "columns")' "$TMP/goals.csv" 2>&1)"
same "CSV: the figures are those of JSON" "" "$(python3 -c '
import csv, json, subprocess, sys
report = json.loads(subprocess.run(sys.argv[2:], capture_output=True, check=True).stdout)
steps = [(g, s) for g in report["goals"] for s in g["steps"]]
rows = [row for row in csv.DictReader(open(sys.argv[1])) if row["row"] == "step"]
for row, (goal, step) in zip(rows, steps, strict=True):
    assert int(row["nid"]) == goal["nid"] and row["verdict"] == step["verdict"]
    assert float(row["settling_s"]) == step["settling_s"]
    assert float(row["ci95_high_bp"]) == step["steady"]["ci95_bp"][1]
    assert int(row["time_ns"]) == step["start_ns"] and int(row["end_ns"]) == step["end_ns"]
' "$TMP/goals.csv" "$DAMON_TRACE" report --goals --json "$steps" 2>&1)"
if command -v trace-cmd >/dev/null; then
	trace-cmd report -t -i "$steps" 2>"$ERR" | sed -n \
		's/^.* \([0-9]*\)\.\([0-9]\{9\}\): damos_node_eligible_mem_bp:.* nid=\([0-9]*\) target_value=\([0-9]*\) current_value=\([0-9]*\) .*/\1\2 \3 \4 \5/p' |
		sort >"$TMP/theirs"
	python3 -c '
import csv, sys
for row in csv.DictReader(open(sys.argv[1])):
    if row["row"] == "evaluation":
        print(row["time_ns"], row["nid"], row["target_bp"], row["value_bp"])' "$TMP/goals.csv" |
		sort >"$TMP/ours"
	same "CSV: the raw series is trace-cmd's" 230 "$(wc -l <"$TMP/theirs")"
	same "CSV: and value by value" "" "$(diff "$TMP/theirs" "$TMP/ours" | head -5)"
else
	skip_peer "CSV: the raw series is trace-cmd's" trace-cmd
fi

# ---- pictures
for ending in png svg pdf; do
	check "--plot .$ending" "report --goals --plot '$TMP/goals.$ending' '$steps'" 0
	same "a picture was written (.$ending)" yes "$([ -s "$TMP/goals.$ending" ] && echo yes)"
done
check "--plot .gp keeps the data" "report --goals --plot '$TMP/goals.gp' '$swing'" 0
same "with the target, the band, both quotas and what was applied" "target0 quota0 quota1 applied0 lost0" \
	"$(for name in target0 quota0 quota1 applied0 lost0; do
		grep -q "^\$$name << EOD" "$TMP/goals.gp" && echo -n "$name "
	done | sed 's/ $//')"
check "one picture, one view" "report --goals --heatmap --plot '$TMP/x.png' '$steps'" 2 "err:one view"
check "one table, one view" "report --goals --heatmap --csv '$steps'" 2 "err:one view"

# ---- both forms of the event, in every file format, and in time only
world probe --scenario goals --snapshots 200
world native --scenario goals --goals native --snapshots 200
check_json "the dynamic probe's events and the tracepoint's give the same" \
	"report --goals --json '$TMP/native.dat'" 0 \
	"j['goals'] == json.load(open('$(run "report --goals --json '$TMP/probe.dat'" && cp "$OUT" \
		"$TMP/probe.report" && echo "$TMP/probe.report")'))['goals'] and len(j['goals']) == 2 and
	[len(g['steps']) for g in j['goals']] == [2, 2]"
world v7 --scenario goals --snapshots 200 --version 7 --compression zstd --endian big
check_json "big-endian, version 7" "report --goals --json '$TMP/v7.dat'" 0 \
	"j['goals'] == json.load(open('$TMP/probe.report'))['goals']"
INPUT=$TMP/probe.dat
check_json "from standard input" "report --goals --json -" 0 \
	"j['goals'] == json.load(open('$TMP/probe.report'))['goals']"
INPUT=/dev/null
check_json "--time chooses evaluations" "report --goals --json --time 2,5 '$TMP/probe.dat'" 0 \
	"all(g['steps'][0]['start_ns'] >= j['inputs'][0]['start_ns'] + 2 * 10 ** 9 and
	g['steps'][-1]['end_ns'] < j['inputs'][0]['start_ns'] + 5 * 10 ** 9 and
	0 < g['evaluations'] < 40 for g in j['goals'])"
world two --scenario goals --kdamonds 2 --in-step
check_json "two kdamonds with equal schemes and nodes: four goals, two pairs" \
	"report --goals --json '$TMP/two.dat'" 0 \
	"[(g['stream']['kdamond_pid'], g['stream']['scheme'], g['nid'], g['complement'])
	for g in j['goals']] == [(1000, 0, 0, 1), (1000, 1, 1, 0), (1001, 0, 0, 3), (1001, 1, 1, 2)]"
same "equal input, equal bytes" yes "$("$DAMON_TRACE" report --goals "$TMP/two.dat" >"$TMP/a"
	"$DAMON_TRACE" report --goals "$TMP/two.dat" | cmp - "$TMP/a" && [ -s "$TMP/a" ] && echo yes)"

# ---- perf.data
for form in native probe; do
	"$TOOLS/gen_perf" -n 20 --fields ip,tid,time,addr,cpu --identifier --damon 60 --goals $form \
		--truth "$TMP/perf.raw" -o "$TMP/$form.data" 2>"$ERR" || fail "gen_perf" "$(cat "$ERR")"
	run "report --goals --csv '$TMP/$form.data'"
	sed -n 's/^goal //p' "$TMP/perf.raw" | sort >"$TMP/theirs"
	python3 -c '
import csv, sys
for row in csv.DictReader(open(sys.argv[1])):
    if row["row"] == "evaluation":
        print(row["time_ns"], row["nid"], row["target_bp"], row["value_bp"])' "$OUT" |
		sort >"$TMP/ours"
	same "perf.data, $form: the series, value by value" "120 " \
		"$(wc -l <"$TMP/theirs") $(diff "$TMP/theirs" "$TMP/ours" | head -5)"
	check_json "perf.data, $form: a step is judged" "report --goals --json '$TMP/$form.data'" 0 \
		"[(g['nid'], [s['verdict'] for s in g['steps']]) for g in j['goals']] ==
		[(0, ['STALLED']), (1, ['STALLED'])]"
done

# ---- against the slow reference
for name in probe native two; do
	run "report --goals --json '$TMP/$name.dat'"
	same "$name: periods, bands and steps are the reference's" "" \
		"$(python3 tests/tools/goal_reference.py "$TMP/$name.truth" "$OUT" 2>&1)"
done

# ---- losses
world lossy --scenario goals --snapshots 200 --drop 3000:100 --mark known
check_json "lost events are a cause, with their time" "report --goals --json '$TMP/lossy.dat'" 3 \
	"[c['evidence'] for g in j['goals'] for s in g['steps'] for c in s['causes']
	if c['cause'] == 'LOST_EVENTS'] and j['losses']['events'] == 100"

# ---- a recording's host.json says how the goals were set up
# recording NAME NODE0 NODE1 TUNER BYTES: of the probe's world, with these nodes for the two goals.
recording() {
	mkdir -p "$TMP/$1"
	cp "$TMP/probe.dat" "$TMP/$1/trace.dat"
	python3 - "$@" >"$TMP/$1/host.json" <<'PYTHON'
import json
import sys

nodes, tuner, quota = sys.argv[2:4], sys.argv[4], sys.argv[5]
schemes = {str(i): {
    'action': 'migrate_hot', 'target_nid': str(i), 'apply_interval_us': '0',
    'quotas': {'ms': '0', 'bytes': quota, 'goal_tuner': tuner, 'goals': {'nr_goals': '1', '0': {
        'target_metric': 'node_eligible_mem_bp', 'target_value': '6000', 'current_value': '0',
        'nid': nid}}}} for i, nid in enumerate(nodes)}
tree = {'kdamonds': {'nr_kdamonds': '1', '0': {'state': 'on', 'pid': '1000', 'contexts': {
    'nr_contexts': '1', '0': {'operations': 'paddr', 'addr_unit': '1',
                              'schemes': {'nr_schemes': '2', **schemes}}}}}}
print(json.dumps({'recording': {}, 'damon': {'at_start': tree, 'at_end': tree}}))
PYTHON
}
recording right 0 1 consist 67108864
recording wrong 0 2 consist 67108864
causes="sorted({c['cause'] for g in j['goals'] for s in g['steps'] for c in s['causes']})"
check_json "a goal that reads the node it was set to" "report --goals --json '$TMP/right'" 0 \
	"$causes == [] and len(j['goals']) == 2"
check_json "a goal that reads another one" "report --goals --json '$TMP/wrong'" 0 \
	"$causes == ['NID_LOST'] and [c['evidence'] for s in j['goals'][1]['steps'] for c in s['causes']]
	== ['the goal reads node 1; it was set to node 2'] * 2"

# ---- nothing to say
world none --snapshots 20
check "no goal events, and a kernel that could give them" "report --goals '$TMP/none.dat'" 1 \
	"err:no goal events|never came" "err:hint:"
check_json "as JSON: an empty list, and a note" "report --goals --json '$TMP/none.dat'" 0 \
	"j['goals'] == [] and any('goal' in note for note in j['notes'])"
check_json "without a view nothing is said of goals" "report --json '$TMP/none.dat'" 0 "'goals' not in j"
check "the options leave none" "report --goals --time 1000,1001 '$steps'" 1 "err:leave no goal event"
check "a perf.data of a kernel that has no goals" "report --goals '$FIXTURES/perf/pf_basic.data'" 1 \
	"err:no goal events.*its kernel, 6.18.*could not give them" "err:hint: Linux 7.2"
check "too short to judge" "report --goals --time 20,22 '$steps'" 0 \
	"out:NO_DATA +60 %: too short to judge: 3 evaluations in 1.7 s" "out:scheme 0"

# The process whose memory the goals share out counted for itself where its pages lay.
lab=$FIXTURES/pull-push-temporal-lab
"$DAMON_TRACE" report --json --goals "$lab" >"$TMP/lab.json" 2>/dev/null
same "the means are what the process itself counted, on both nodes and in all steps" 6 \
	"$(python3 tests/cli/goal_truth.py "$lab.truth" "$TMP/lab.json" 2>&1)"
done_testing
