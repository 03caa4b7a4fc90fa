#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# JSON is read by programs: it is what doc/report-json.md says, no more and no less.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

doc=doc/report-json.md
cells="--resolution 16x16"

# ---- the inputs: of every kind, whole and damaged
world t --kdamonds 2 --targets 2 --snapshots 40 --regions 12 --holes
world v --version 7 --compression zstd --goals probe --snapshots 20
world lossy --snapshots 40 --drop 100:3 --mark known --no-clock
samples s -n 1000 --pids 2 --fields ip,tid,time,addr,cpu,period,weight,phys,data_src
samples both -n 300 --fields ip,tid,time,addr,cpu --identifier --damon 20 --regions 10
samples cut -n 300 --fields ip,tid,time,addr --unterminated
samples noaddr -n 300 --fields ip,tid,time
head -c 20 "$TMP/t.dat" >"$TMP/none.dat"

reports=()
infos=()
for input in t.dat v.dat lossy.dat s.data both.data cut.data noaddr.data none.dat; do
	run "report --json $cells '$TMP/$input'"
	cp "$OUT" "$TMP/$input.report"
	reports+=("$TMP/$input.report")
	run "info --json '$TMP/$input'"
	cp "$OUT" "$TMP/$input.info"
	infos+=("$TMP/$input.info")
done
run "report --json --goals --band 250 --window 2s '$FIXTURES/temporal-steps-7.3.dat'"
cp "$OUT" "$TMP/steps.report"
run "report --json --goals '$FIXTURES/consist-oscillation-7.3.dat'"
cp "$OUT" "$TMP/swing.report"
mkdir "$TMP/tuned"
cp "$FIXTURES/temporal-steps-7.3.dat" "$TMP/tuned/trace.dat"
tests/tools/tune_lines.py "$TMP/steps.report" >"$TMP/tuned/tune.jsonl"
run "report --json --goals '$TMP/tuned'"
cp "$OUT" "$TMP/tuned.report"
reports+=("$TMP/tuned.report")
run "report --json --schemes '$FIXTURES/temporal-steps-7.3.dat'"
cp "$OUT" "$TMP/schemes.report"
run "report --json --schemes --goals '$FIXTURES/pull-push-temporal-lab'"
cp "$OUT" "$TMP/witnesses.report"
reports+=("$TMP/witnesses.report")
reports+=("$TMP/schemes.report")
run "report --json --heatmap --schemes $cells '$FIXTURES/temporal-steps-7.3.dat'"
cp "$OUT" "$TMP/applied.report"
reports+=("$TMP/applied.report")
world held --goals native --snapshots 1200 --regions 4
run "report --json --goals '$TMP/held.dat'"
cp "$OUT" "$TMP/held.report"
reports+=("$TMP/steps.report" "$TMP/swing.report" "$TMP/held.report")
run "report --json --wss --regions --intervals 5ms,100ms '$TMP/t.dat'"
cp "$OUT" "$TMP/regions.report"
reports+=("$TMP/regions.report")
"$TOOLS/gen_agreement" --common 5 --move 10 --late 2 --snapshots 81 -o "$TMP/worlds.data"
run "report --json --agreement --sparsity $cells '$TMP/worlds.data'"
cp "$OUT" "$TMP/agreement.report"
"$TOOLS/gen_agreement" --physical --hot-samples 1000 -o "$TMP/physical.data"
run "report --json --agreement --sparsity --phys $cells '$TMP/physical.data'"
cp "$OUT" "$TMP/physical.report"
reports+=("$TMP/agreement.report" "$TMP/physical.report")
world calls --calls graph --kdamonds 2 --snapshots 20
run "report --json --cost '$TMP/calls.dat'"
cp "$OUT" "$TMP/calls.report"
cp -r "$FIXTURES/vaddr-window-lab" "$TMP/counted"
printf '%s\n' '{"time_ns":1000,"interrupts":{"cpus":[0,1],"nmi":[5,7],"pmi":[1]}}' \
	'{"time_ns":2000,"interrupts":{"cpus":[0,1],"nmi":[15,8],"pmi":[9]}}' >"$TMP/counted/witness.jsonl"
run "report --json --cost '$TMP/counted'"
cp "$OUT" "$TMP/counted.report"
run "report --json --cost '$FIXTURES/vaddr-window-lab'"
cp "$OUT" "$TMP/uncalled.report"
reports+=("$TMP/calls.report" "$TMP/counted.report" "$TMP/uncalled.report")
for weight in period latency; do
	run "report --json $cells --weight $weight --phys '$TMP/s.data'"
	cp "$OUT" "$TMP/$weight.report"
	reports+=("$TMP/$weight.report")
done
run "report --json $cells '$TMP/t.dat' '$TMP/s.data' '$TMP/cut.data'"
cp "$OUT" "$TMP/three.report"
reports+=("$TMP/three.report")

mkdir "$TMP/tiers"
"$TOOLS/gen_samples" pebs -n 3000 --disagree 5 -o "$TMP/tiers/perf.data"
cat >"$TMP/tiers/host.json" <<'JSON'
{"schema": 1, "recording": {"ended": true}, "nodes": [
 {"nid": 0, "has_cpus": true, "cpus": "0-3", "ranges": [["0x0", "0x200000000"]]},
 {"nid": 1, "has_cpus": false, "cpus": "", "ranges": [["0x200000000", "0x400000000"]]}]}
JSON
run "report --json --samples --tiers '$TMP/tiers'"
cp "$OUT" "$TMP/tiers.report"
run "report --json --by pid --by comm --by cgroup --by mapping --by symbol --latency '$TMP/tiers'"
cp "$OUT" "$TMP/who.report"
reports+=("$TMP/who.report")
samples nameless -n 300 --fields ip,tid,time,addr
run "report --json --by pid --by symbol --latency '$TMP/nameless.data'"
cp "$OUT" "$TMP/nameless.report"
reports+=("$TMP/nameless.report")
world full --overflow 50 --snapshots 20
run "report --json --samples --tiers '$TMP/full.dat'"
cp "$OUT" "$TMP/full.report"
samples follow -n 3000 --fields ip,tid,time,addr,phys,data_src --identifier --damon 30 --regions 4
run "report --json --goals --tiers --nodes 0=0-4160M,1=4160M-8G '$TMP/follow.data'"
cp "$OUT" "$TMP/follow.report"
reports+=("$TMP/tiers.report" "$TMP/full.report" "$TMP/follow.report")

same "report: the keys and types are those of the documentation, both ways" "" \
	"$(python3 tests/cli/json_doc.py $doc report "${reports[@]}" 2>&1)"
same "info: the keys and types are those of the documentation, both ways" "" \
	"$(python3 tests/cli/json_doc.py $doc info "${infos[@]}" 2>&1)"

# so that the check above is known to be able to fail
sed '/^| samples\.with_phys /d' $doc >"$TMP/doc.md"
same "a key without documentation is noticed" ".samples.with_phys" "$(python3 tests/cli/json_doc.py \
	"$TMP/doc.md" report "${reports[@]}" 2>&1 | sed -n 's/^samples\(.*\): not documented/.samples\1/p')"
sed 's/^| unit | string .*/&\n| invented | string | | |/' $doc >"$TMP/doc.md"
same "a documented key that is missing is noticed" yes "$(python3 tests/cli/json_doc.py "$TMP/doc.md" \
	report "${reports[@]}" 2>&1 | grep -q 'heatmaps\[\]\.invented: documented' && echo yes)"
sed 's/^| samples\.total | number/| samples.total | string/' $doc >"$TMP/doc.md"
same "a wrong type is noticed" yes "$(python3 tests/cli/json_doc.py "$TMP/doc.md" \
	report "${reports[@]}" 2>&1 | grep -q 'samples\.total: 0 is not string' && echo yes)"

# a view made of sections, with all that it can have, and its documentation
cat $doc - >"$TMP/view.md" <<'END'
## invented
| key | type | unit | meaning |
|---|---|---|---|
| samples | number | samples | |
| lag_s | number or null or absent | s | |
| rows[].name | string | | |
| rows[].share | number or null | | |
| over_time | chart | share | |
| heat | map | samples | |

## twins[]
| key | type | unit | meaning |
|---|---|---|---|
| pid | number | | |
END
python3 - "$TMP/s.data.report" "$TMP/view.report" <<'END'
import json
import sys
report = json.load(open(sys.argv[1]))
report['invented'] = {
    'samples': 3, 'rows': [{'name': 'a', 'share': None}], 'heat': report['heatmaps'][0],
    'over_time': {'unit': None, 'start_ns': 1, 'step_ns': 2, 'series': {'x': [1, None]}}}
report['twins'] = [{'pid': 7}, {'pid': 8}]
json.dump(report, open(sys.argv[2], 'w'))
END
same "a documented view is what it says, both ways" "" "$(python3 tests/cli/json_doc.py "$TMP/view.md" \
	report "${reports[@]}" "$TMP/view.report" 2>&1 | grep -v '^invented.lag_s: documented, but in none')"
same "a view without documentation is noticed" ".invented: not documented .twins: not documented" \
	"$(python3 tests/cli/json_doc.py $doc report "${reports[@]}" "$TMP/view.report" 2>&1 | xargs)"
sed '/^| rows\[\].share /d; s/^| samples | number | samples | |$/| samples | string | | |/' "$TMP/view.md" \
	>"$TMP/wrong.md"
same "and so are a wrong type in it, and a column without documentation" \
	"invented.rows[].share: not documented, invented.samples: 3 is not string" \
	"$(python3 tests/cli/json_doc.py "$TMP/wrong.md" report "${reports[@]}" "$TMP/view.report" 2>&1 |
		grep -v lag_s | sed 's/$/,/' | xargs | sed 's/,$//')"

# ---- what a value looks like
check_json "addresses are hexadecimal strings, ascending" "report --json $cells '$TMP/t.dat'" 0 \
	"all(__import__('re').fullmatch('0x[0-9a-f]+', s[end]) for g in j['heatmaps']
	for s in g['segments'] for end in ('start', 'end')) and all(
		int(s['start'], 16) < int(s['end'], 16) for g in j['heatmaps'] for s in g['segments'])
	and all(int(a['end'], 16) < int(b['start'], 16) for g in j['heatmaps']
		for a, b in zip(g['segments'], g['segments'][1:])) and len(j['heatmaps']) == 4"
for name in t.dat s.data both.data three period latency; do
	if why=$(json "$TMP/$name.report" "all(len(g['cells']) == g['time']['cells'] > 0
		and {len(row) for row in g['cells']} == {sum(s['cells'] for s in g['segments'])}
		for g in j['heatmaps']) and j['heatmaps']" 2>&1); then
		pass "$name: the cells have the shape that is announced"
	else
		fail "$name: the cells have the shape that is announced" "$why"
	fi
	if why=$(json "$TMP/$name.report" "all((g['minimum'], g['maximum']) == (min(v), max(v))
		for g in j['heatmaps'] for v in [[c for row in g['cells'] for c in row if c is not None]])
		and j['heatmaps']" 2>&1); then
		pass "$name: minimum and maximum are those of the cells"
	else
		fail "$name: minimum and maximum are those of the cells" "$why"
	fi
done
check_json "units by name" "report --json $cells --intervals 5ms,100ms '$TMP/t.dat'" 0 \
	"{g['unit'] for g in j['heatmaps']} == {'access rate'}"
for unit in t.dat:"samples per aggregation" s.data:samples period:accesses latency:latency; do
	same "unit of ${unit%%:*}" "${unit#*:}" "$(python3 -c '
import json, sys
print(*{g["unit"] for g in json.load(open(sys.argv[1]))["heatmaps"]})' "$TMP/${unit%%:*}.report" 2>&1)"
done

# ---- unknown is null
check_json "an unknown context is null" "report --json $cells '$TMP/t.dat'" 0 \
	"all(s['stream']['context'] is None for s in j['snapshots']) and j['snapshots']"
check_json "an unknown clock is null" "report --json $cells '$TMP/lossy.dat'" 3 \
	"j['inputs'][0]['clock'] is None"
check_json "an unknown kernel is null" "report --json $cells '$TMP/cut.data'" 3 \
	"j['inputs'][0]['kernel'] is None"
check_json "no events: no times" "report --json $cells '$TMP/none.dat'" 3 \
	"(j['inputs'][0]['start_ns'], j['inputs'][0]['end_ns'], j['inputs'][0]['complete'])
	== (None, None, False) and j['inputs'][0]['warnings_total'] > 0"
check_json "memory that was not observed is null" "report --json --resolution 64x64 '$TMP/t.dat'" 0 \
	"any(c is None for g in j['heatmaps'] for row in g['cells'] for c in row)"
check_json "physical samples have no process" "report --json $cells --phys '$TMP/s.data'" 0 \
	"[(g['space'], g['pid'], g['stream']) for g in j['heatmaps']] == [('physical', None, None)]"
check_json "samples without addresses: no map, and a note" "report --json $cells '$TMP/noaddr.data'" 0 \
	"not j.get('heatmaps') and j['samples'] == {'total': 300, 'with_address': 0, 'address_zero': 0,
	'with_phys': 0} and any('address' in note for note in j['notes'])"
damo=$SHARED/corpus/third-party/damo/perf.data
if [ -f "$damo" ]; then
	check_json "a target that is a kernel address is a string" "report --json $cells '$damo'" 0 \
		"all(isinstance(s['stream']['target'], str) and int(s['stream']['target'], 16) > 2 ** 53
		for s in j['snapshots']) and j['snapshots']"
else
	skip "a target that is a kernel address is a string" "$damo is absent"
fi

# ---- inputs
check_json "times are those of the first and last event" "report --json $cells '$TMP/t.dat'" 0 \
	"(j['inputs'][0]['start_ns'], j['inputs'][0]['end_ns']) == ($(
		head -n 1 "$TMP/t.truth" | cut -d' ' -f1), $(tail -n 1 "$TMP/t.truth" | cut -d' ' -f1))"
check_json "each input, in the order given" \
	"report --json $cells '$TMP/s.data' '$TMP/t.dat' '$TMP/v.dat'" 0 \
	"[(i['path'], i['kind'], i['version'][0]) for i in j['inputs']] == [('$TMP/s.data', 'perf.data',
	'2'), ('$TMP/t.dat', 'trace.dat', '6'), ('$TMP/v.dat', 'trace.dat', '7')]"
odd=$TMP/$'a "quoted\\\tname\xff'
cp "$TMP/t.dat" "$odd"
check_json "a path with quotes, a backslash, a tab and a byte that is no UTF-8" \
	"info --json '$odd'" 0 \
	"j['inputs'][0]['path'] == '''$TMP/a \"quoted\\\\\\tname\\ufffd'''"

# ---- counts are of the whole input, whatever is shown
always=inputs,events,samples,losses,damon_trace
for options in "--time 1,2" "--address 0x40000000,0x41000000" "--stream kdamond=1000" \
	"--stream target=1" "--source samples" "--time @1236,@1237 --intervals 5ms,100ms"; do
	equals "report $options: counts of the whole trace.dat" "$TMP/t.dat.report" 0 \
		"$cells $options '$TMP/t.dat'" $always
	equals "report $options: counts of the whole lossy trace.dat" "$TMP/lossy.dat.report" 3 \
		"$cells ${options/kdamond=1000/target=0} '$TMP/lossy.dat'" $always
done
for options in "--time 0.0001,0.0005" "--pid 1000" "--address 0x7f0000000000,0x7f0000100000" \
	"--source damon" "--phys" "--weight latency"; do
	equals "report $options: counts of the whole perf.data" "$TMP/s.data.report" 0 \
		"$cells $options '$TMP/s.data'" $always
done
check_json "a narrow view is narrow" \
	"report --json $cells --pid 1000 --address 0x7f0000000000,0x7f0000100000 '$TMP/s.data'" 0 \
	"sum(g['sums']['records'] for g in j['heatmaps']) < j['samples']['with_address'] / 2"
check_json "info counts as report does" "info --json '$TMP/both.data'" 0 \
	"all(j[key] == json.load(open('$TMP/both.data.report'))[key]
	for key in ('events', 'samples', 'losses'))"

# ---- the bytes
for name in t.dat s.data both.data; do
	# shellcheck disable=SC2086 # options are words
	"$DAMON_TRACE" report --json $cells "$TMP/$name" >"$TMP/again"
	if cmp "$TMP/again" "$TMP/$name.report" >"$ERR" 2>&1 && [ -s "$TMP/again" ]; then
		pass "$name: equal input, equal bytes"
	else
		fail "$name: equal input, equal bytes" "$(cat "$ERR")"
	fi
done
same "a newline ends it" "0a" "$(tail -c 1 "$TMP/t.dat.report" | od -An -tx1 | tr -d ' ')"
check_json "numbers read back as the same double" "report --json '$TMP/t.dat'" 0 \
	"all(float(repr(c)) == c for g in j['heatmaps'] for row in g['cells'] for c in row if c)
	and any(c and c != int(c) for g in j['heatmaps'] for row in g['cells'] for c in row)"

done_testing
