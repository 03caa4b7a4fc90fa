#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several inputs: what one machine recorded piece by piece reports as the whole does, and machines
# that have nothing to do with each other are not mixed.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

map="--resolution 32x32"
world t --scenario lost --schemes --goals native --kdamonds 2 --snapshots 120 --regions 25
world z --scenario lost --version 7 --compression zstd --kdamonds 2 --snapshots 120 --regions 25
samples s -n 6000 --fields ip,tid,time,addr,cpu,period --identifier --damon 40 --lost 300

# cut NAME SUFFIX TIME...: $TMP/NAME-1.SUFFIX and so on, slices that begin and end at these times
cut_at() {
	local name=$1 suffix=$2 from='' to number=0

	shift 2
	for to in "$@" ""; do
		number=$((number + 1))
		"$DAMON_TRACE" slice --time "$from,$to" -o "$TMP/$name-$number.$suffix" "$TMP/$name.$suffix" \
			2>"$ERR" || [ $? = 3 ] || fail "slice $number of $name" "$(cat "$ERR")"
		from=$to
	done
}

# whole NAME SUFFIX STATUS: all views, as the base of equals
whole() {
	run "report --json $map --goals --schemes --wss --regions --heatmap --samples --tiers '$TMP/$1.$2'"
	same "the whole $1.$2" "$3" "$STATUS"
	cp "$OUT" "$TMP/base"
}
views="$map --goals --schemes --wss --regions --heatmap --samples --tiers"

# ---- pieces of one recording: in the middle of a snapshot, between two, in any order
for name in t z; do
	whole $name dat 3
	cut_at $name dat @1240.0000105
	equals "$name: two pieces are the whole" "$TMP/base" 3 "$views '$TMP/$name-1.dat' '$TMP/$name-2.dat'"
	equals "$name: in the other order" "$TMP/base" 3 "$views '$TMP/$name-2.dat' '$TMP/$name-1.dat'"
	cut_at $name dat @1236 @1240.5 @1243.2
	equals "$name: four pieces are the whole" "$TMP/base" 3 \
		"$views '$TMP/$name-3.dat' '$TMP/$name-1.dat' '$TMP/$name-4.dat' '$TMP/$name-2.dat'"
	check_json "$name: one input, that names them" "report --json '$TMP/$name-1.dat' '$TMP/$name-2.dat'" 3 \
		"[i['path'] for i in j['inputs']] == ['$TMP/$name-1.dat, $TMP/$name-2.dat']"
	check "$name: and no warning" "report '$TMP/$name-1.dat' '$TMP/$name-2.dat'" 3 "!err:."
done
whole s data 3
cut_at s data @1000.000100 @1000.000300
equals "perf.data: three pieces are the whole" "$TMP/base" 3 \
	"$views '$TMP/s-1.data' '$TMP/s-3.data' '$TMP/s-2.data'"
recording=$FIXTURES/vaddr-window-lab
run "report --json $views '$recording'"
cp "$OUT" "$TMP/base"
for part in ',12' '12,'; do
	"$DAMON_TRACE" slice --time $part -o "$TMP/part$part" "$recording" 2>"$ERR" || fail "slice" "$(cat "$ERR")"
done
equals "recordings: two pieces are the whole" "$TMP/base" "$STATUS" "$views '$TMP/part,12' '$TMP/part12,'"

# ---- the same twice
whole t dat 3
equals "the same input twice counts once" "$TMP/base" 3 "$views '$TMP/t.dat' '$TMP/t.dat'"
check "which is said" "report '$TMP/t.dat' '$TMP/t.dat'" 3 \
	"err:warning: $TMP/t\.dat is the same recording as $TMP/t\.dat: taken once"
cp "$TMP/t.dat" "$TMP/copy.dat"
equals "a copy, too" "$TMP/base" 3 "$views '$TMP/copy.dat' '$TMP/t.dat'"
check "perf.data twice" "report '$TMP/s.data' '$TMP/s.data'" 3 "err:taken once"
cut_at t dat @1236 @1240.5 @1243.2
equals "a piece twice" "$TMP/base" 3 \
	"$views '$TMP/t-1.dat' '$TMP/t-2.dat' '$TMP/t-4.dat' '$TMP/t-2.dat' '$TMP/t-3.dat'"
"$DAMON_TRACE" slice --time @1238,@1242 -o "$TMP/across.dat" "$TMP/t.dat" 2>"$ERR"
check "pieces that overlap are warned of" "report '$TMP/t-2.dat' '$TMP/across.dat'" 3 \
	"err:t-2\.dat and .*across\.dat overlap in time with the same kdamond"

# ---- one that is missing
check "a piece that is missing is noted" "report '$TMP/t-1.dat' '$TMP/t-4.dat' '$TMP/t-3.dat'" 3 \
	"err:note: nothing is known of the 4\.[0-9] s between .*t-1\.dat and .*t-3\.dat" "!err:between .*t-3\.dat and"
"$DAMON_TRACE" slice --stream kdamond=1000 -o "$TMP/first.dat" "$TMP/t.dat" 2>"$ERR"
"$DAMON_TRACE" slice --stream kdamond=1001 -o "$TMP/second.dat" "$TMP/t.dat" 2>"$ERR"
check "other kdamonds at the same time are no such thing" "report '$TMP/first.dat' '$TMP/second.dat'" 3 "!err:overlap"

# ---- two machines
sed 's/testhost/machineB/g' "$TMP/t.dat" >"$TMP/b.dat"
sed 's/testhost/machineC/g' "$TMP/t.dat" >"$TMP/c.dat"
check_json "two machines: a report each" "report --json $map '$TMP/t-1.dat' '$TMP/b.dat' '$TMP/t-2.dat'" 3 \
	"[m['machine'] for m in j['machines']] == ['testhost', 'machineB']"
run "report --json $map '$TMP/t-1.dat' '$TMP/b.dat' '$TMP/t-2.dat' '$TMP/t-3.dat' '$TMP/t-4.dat'"
python3 -c '
import json, sys
for number, machine in enumerate(json.load(open(sys.argv[1]))["machines"]):
	json.dump(machine["report"], open(f"{sys.argv[2]}/machine{number}", "w"))' "$OUT" "$TMP"
equals "two machines: the first, of four pieces, is as alone" "$TMP/machine0" 3 "$map '$TMP/t.dat'"
equals "two machines: the second is as alone" "$TMP/machine1" 3 "$map '$TMP/b.dat'"
mkdir "$TMP/out.d"
check "two machines: an ending is the file's, not its directory's" \
	"report --csv --wss -o '$TMP/out.d/sets' '$TMP/t.dat' '$TMP/b.dat'" 3 "!out:."
same "two machines: both are in the directory" "sets-machineB sets-testhost" "$(cd "$TMP/out.d" && echo *)"
check "two machines: text with their names" "report --goals '$TMP/t.dat' '$TMP/b.dat'" 3 \
	"out:^== testhost: $TMP/t\.dat ==$" "out:^== machineB: $TMP/b\.dat ==$"
# the columns are what each machine's own report says
run "report --json --goals --wss '$TMP/t.dat' '$TMP/b.dat'"
same "two machines: their figures side by side" "" "$(python3 - "$OUT" <<'PYTHON' 2>&1
import json, os, subprocess, sys

machines = json.load(open(sys.argv[1], encoding="utf-8"))["machines"]
text = subprocess.run([os.environ["DAMON_TRACE"], "report", "--ascii", "--goals", "--wss"] +
                      [i["path"] for m in machines for i in m["report"]["inputs"]],
                      capture_output=True, text=True, check=False).stdout
table = text.split("== side by side ==\n")[1].splitlines()
if table[0].split() != [m["machine"] for m in machines]:
    print("names", table[0])

def row(head, group):
    """The cells of a figure below a group's line."""
    return next(line for line in table[table.index(group):] if line.startswith("  " + head)
                )[len(head) + 2:].split()

def mib(number):
    return f"{number / 2 ** 20:.1f}"

steps = 0
for g, goal in enumerate(machines[0]["report"]["goals"]):
    for s in range(len(goal["steps"])):
        steps += 1
        group = f"Goal of node {goal['nid']} (scheme {goal['stream']['scheme']}), step {s + 1}"
        if row("verdict", group) != [m["report"]["goals"][g]["steps"][s]["verdict"]
                                     for m in machines]:
            print(group, row("verdict", group))
want = [m["report"]["working_sets"][0]["bytes"]["p100"] for m in machines]
got = row("working set, most", "DAMON's stream 1")
if not steps or [float(got[0]), float(got[2])] != [float(mib(w)) for w in want]:
    print(steps, got, want)
PYTHON
)"
export COLUMNS=50
check "three machines at 50 columns: the table in two pieces" \
	"report --wss '$TMP/t.dat' '$TMP/b.dat' '$TMP/c.dat'" 3 \
	"out:^ +testhost +machineB$" "out:^ +machineC$"
unset COLUMNS
check "one machine has nobody beside it" "report --wss '$TMP/t.dat'" 3 "!out:side by side"
check "two machines: pictures with their names" \
	"report --heatmap --plot '$TMP/heat.gp' '$TMP/t.dat' '$TMP/b.dat'" 3 "!err:overlap"
same "two machines: both pictures" "heat-machineB.gp heat-testhost.gp" "$(cd "$TMP" && echo heat*.gp)"
check "two machines: no CSV of both" "report --csv '$TMP/t.dat' '$TMP/b.dat'" 2 \
	"err:one machine" "err:testhost, machineB" "err:-o FILE.csv" "!out:."
"$DAMON_TRACE" report --csv --resolution 32x32 -o "$TMP/alone.csv" "$TMP/t.dat" 2>"$ERR"
check "two machines: CSV in a file each" "report --csv $map -o '$TMP/heat.csv' '$TMP/t.dat' '$TMP/b.dat'" 3 "!out:."
same "two machines: each file is as alone" "$(cksum <"$TMP/alone.csv") $(cksum <"$TMP/alone.csv")" \
	"$(cksum <"$TMP/heat-testhost.csv") $(cksum <"$TMP/heat-machineB.csv")"
# export: rows and series say which machine; damo has no place for it
"$DAMON_TRACE" export --to csv --what regions -o "$TMP/rows.csv" "$TMP/t.dat" "$TMP/b.dat" 2>"$ERR"
same "export: rows of both machines" "machine,input machineB,1 testhost,0" \
	"$(cut -d, -f1,2 "$TMP/rows.csv" | sort | uniq | sort -t, -k1,1 | tr '\n' ' ' | sed 's/ $//')"
run "export --to jsonl --what regions '$TMP/b.dat' '$TMP/t.dat'"
same "export: lines of JSON" "['machineB', 'testhost']" "$(python3 -c '
import json, sys
print(sorted({json.loads(line)["machine"] for line in open(sys.argv[1])}))' "$OUT")"
check "export: series of OpenMetrics" "export --to openmetrics '$TMP/t.dat' '$TMP/b.dat'" 3 \
	'out:\{host="testhost",input="0",' 'out:\{host="machineB",input="1",'
check "export: not to damo" "export --to damo -o '$TMP/two.record' '$TMP/t.dat' '$TMP/b.dat'" 2 \
	"err:2 machines: testhost, machineB" "err:hint: "
same "export: nothing was written" "" "$(ls "$TMP/two.record" 2>/dev/null)"
check "export: of one machine nothing is added" "export --to csv --what regions '$TMP/t-1.dat' '$TMP/t-2.dat'" 3 \
	"out:^input,time_ns"

# ---- expectations hold for each machine
"$TOOLS/gen_trace" --schemes --goals native --snapshots 60 --regions 25 "$TMP/few.dat"
sed 's/testhost/machineB/g' "$TMP/few.dat" >"$TMP/c.dat"
regions=$(grep -c damon_aggregated "$TMP/t.truth")
check "check: each machine is judged" "check -x 'events.damon_aggregated == $regions' '$TMP/t.dat' '$TMP/c.dat'" 1 \
	"out:^testhost: $TMP/t\.dat:$" "out:^machineB: $TMP/c\.dat:$" "out:1 holds, 1 fails"
check "check: both hold" "check -x 'events.damon_aggregated > 0' '$TMP/t.dat' '$TMP/c.dat'" 0 "out:2 hold"
check "check: one does not know" "check -x 'losses.nothing == 0' '$TMP/t.dat' '$TMP/c.dat'" 3 "out:machineB"
run "report --json -o '$TMP/two.json' '$TMP/t.dat' '$TMP/c.dat'"
check "check: a saved report of two" "check -x 'events.damon_aggregated == $regions' '$TMP/two.json'" 1 \
	"out:^testhost: $TMP/two\.json:$" "out:1 holds, 1 fails"
check "check: each against its own" "check --against '$TMP/two.json' '$TMP/t.dat' '$TMP/c.dat'" 0
check "check: against a baseline without it" "check --against '$TMP/two.json' '$TMP/t.dat'" 1 "err:2 machines"
check "two machines: -o FILE" "report --json -o '$TMP/both.json' '$TMP/t.dat' '$TMP/b.dat'" 3 "!out:."
same "two machines: -o FILE has both" 2 "$(python3 -c '
import json, sys
print(len(json.load(open(sys.argv[1]))["machines"]))' "$TMP/both.json" 2>&1)"
# another boot of the same machine
for boot in one two; do
	cp -r "$recording" "$TMP/$boot"
	python3 - "$TMP/$boot/host.json" "$boot" <<'PYTHON'
import json, sys
host = json.load(open(sys.argv[1]))
host["machine"]["boot_id"] = sys.argv[2]
json.dump(host, open(sys.argv[1], "w"))
PYTHON
done
check_json "two boots are two" "report --json $map '$TMP/one' '$TMP/two'" 0 "len(j['machines']) == 2"
check_json "one boot is one" "report --json $map '$TMP/one' '$TMP/part12,'" 0 "'machines' not in j"
# a trace.dat and a perf.data of one machine stay in one report
check_json "both kinds of one machine" "report --json $map '$TMP/t.dat' '$TMP/s.data'" 3 \
	"[i['kind'] for i in j['inputs']] == ['trace.dat', 'perf.data']"

done_testing
