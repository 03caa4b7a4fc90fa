#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Records of damo, read and written: a record says the same as the trace.dat that it came from, and
# damo reads what was written. damo's own part is skipped where it is not (tests/tools/fetch_damo).
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

# to_record NAME: $TMP/NAME.dat as a record, as JSON and as damo names its own.
to_record() {
	local form

	for form in json zz; do
		"$DAMON_TRACE" export --to damo -o "$TMP/$1.$form" "$TMP/$1.dat" 2>>"$ERR"
		[ $? = "${2:-0}" ] || fail "export of $1 as $form" "$(cat "$ERR")"
	done
}

# same_views "name" RECORD INPUT OPTIONS: are all figures and cells equal, but for whose pid it is?
same_views() {
	local views="--json --heatmap --wss --regions --source damon --intervals 5ms,100ms $4"

	# shellcheck disable=SC2086 # options are words
	"$DAMON_TRACE" report $views "$3" >"$TMP/a.json" 2>/dev/null
	# shellcheck disable=SC2086
	"$DAMON_TRACE" report $views "$2" >"$TMP/b.json" 2>/dev/null
	same "$1" "" "$(python3 - "$TMP/a.json" "$TMP/b.json" 2>&1 <<'PYTHON'
import json
import sys

def strip(value):
    """Who saw it is not in a record: kdamonds are counted from 0 there."""
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in ("kdamond_pid", "space")}
    return [strip(v) for v in value] if isinstance(value, list) else value

a, b = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
keys = ("snapshots", "heatmaps", "working_sets", "regions")
if not a["heatmaps"] or not a["working_sets"]:
    print("nothing to compare")
for key in keys:
    if strip(a[key]) != strip(b[key]):
        print(key, str(strip(a[key]))[:1500], "|||", str(strip(b[key]))[:1500])
PYTHON
)"
}

# A record has no place for losses: those worlds come without.
for form in "" "--kdamonds 2 --targets 3" "--events pairs" "--regions 300 --holes" \
	"--scenario tuned" "--skip 17 --limit 3000"; do
	# shellcheck disable=SC2086 # options are words
	world r --snapshots 60 --sample 5000 --aggr 100000 $form
	to_record r
	for record in json zz; do
		same_views "as ${record}: ${form:-one stream}" "$TMP/r.$record" "$TMP/r.dat" ""
	done
done
# damo cannot do without ages: those of kernels that print none are 0 there.
world r --snapshots 60 --sample 5000 --aggr 100000 --layout no-age
to_record r
"$DAMON_TRACE" report --json --heatmap --wss --intervals 5ms,100ms "$TMP/r.dat" |
	sed 's/"kdamond_pid": *[0-9]*/"kdamond_pid":0/g' >"$TMP/base.json"
equals "of a kernel without ages" "$TMP/base.json" 0 \
	"--heatmap --wss --intervals 5ms,100ms '$TMP/r.json'" snapshots,heatmaps,working_sets
same "zlib holds the same JSON" "" "$(python3 -c '
import sys, zlib
if zlib.decompress(open(sys.argv[1], "rb").read()) != open(sys.argv[2], "rb").read():
    print("it differs")' "$TMP/r.zz" "$TMP/r.json" 2>&1)"
for name in vaddr-phases-7.3.dat temporal-steps-7.3.dat; do
	"$DAMON_TRACE" export --to damo -o "$TMP/damon.data" "$FIXTURES/$name"
	same_views "the record of $name" "$TMP/damon.data" "$FIXTURES/$name" ""
done

# The record is what damo documents by its own reader: every region of the trace, in its snapshot.
world t --snapshots 20 --targets 2
to_record t
same "regions of the record are the events" "" "$(python3 - "$TMP/t.truth" "$TMP/t.json" <<'PYTHON'
import json
import sys

want = []
for line in open(sys.argv[1], encoding="ascii"):
    words = line.split()
    if words[2] == "damon_aggregated":
        f = dict(w.split("=") for w in words[3:])
        want.append(tuple(int(f[k]) for k in ("target_id", "start", "end", "nr_accesses", "age")))
got, times = [], []
for record in json.load(open(sys.argv[2], encoding="utf-8")):
    for snapshot in record["snapshots"]:
        if int(snapshot["start_time"]) > int(snapshot["end_time"]):
            print("a snapshot ends before it starts")
        if int(snapshot["total_bytes"]) != sum(int(r["end"]) - int(r["start"])
                                               for r in snapshot["regions"]):
            print("total_bytes is wrong")
        got += [(record["target_id"], int(r["start"]), int(r["end"]), r["nr_accesses"]["samples"],
                 int(r["age"]["aggr_intervals"])) for r in snapshot["regions"]]
if not want or sorted(want) != sorted(got):
    print(len(want), len(got))
PYTHON
)"

# ---- what damo 2.8.3 wrote, and other forms of it
sample=$FIXTURES/damo/vaddr-phases
regions=$(python3 - "$sample.data" "$TMP" <<'PYTHON'
import json
import sys
import zlib

records = json.loads(zlib.decompress(open(sys.argv[1], "rb").read()))
print(sum(len(s["regions"]) for r in records for s in r["snapshots"]))

def write(name, edit):
    """The same record in another form that damo has, or had."""
    copy = json.loads(json.dumps(records))
    for record in copy:
        edit(record)
        for snapshot in record["snapshots"]:
            edit(snapshot)
            for region in snapshot["regions"]:
                edit(region)
    with open(f"{sys.argv[2]}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(copy, file, indent=4)

def old(thing):
    if "age" in thing:
        thing["age"] = int(thing["age"]["aggr_intervals"])
        thing["nr_accesses"] = thing["nr_accesses"]["samples"]
        del thing["sz_filter_passed"]
    for key in ("kdamond_idx", "context_idx", "scheme_idx", "scheme_filters", "total_bytes",
                "damos_stats"):
        thing.pop(key, None)

def units(thing):
    if "age" in thing:
        usec = int(thing["age"]["aggr_intervals"]) * 400000
        thing["age"] = {"usec": f"{usec // 1000000} s {usec % 1000000} us", "aggr_intervals": None}
        thing["nr_accesses"] = {"samples": None, "percent": thing["nr_accesses"]["samples"] * 5}
        thing["start"] = int(thing["start"].replace(",", ""))
    if "intervals" in thing:
        thing["intervals"] = {"sample_us": "20 ms", "aggr_us": "400 ms", "ops_update_us": "1 s"}
    if "end_time" in thing:
        ns = int(thing["end_time"])
        thing["end_time"] = f"{ns // 10**9} s {ns // 10**6 % 1000} ms {ns % 10**6} ns"

def backwards(thing):
    if "regions" in thing:
        thing["regions"].reverse()

write("plain", lambda thing: None)
write("old", old)
write("units", units)
write("backwards", backwards)
PYTHON
)
views="--json --heatmap --wss --regions"
# shellcheck disable=SC2086
"$DAMON_TRACE" report $views "$sample.data" >"$TMP/sample.json"
check "damo's own record is whole" "info $sample.data" 0 "kind +damo record" \
	"events +$regions  damon_aggregated" "complete +yes"
for form in plain old units backwards; do
	equals "its form \"$form\" says the same" "$TMP/sample.json" 0 \
		"--heatmap --wss --regions '$TMP/$form.json'" snapshots,heatmaps,working_sets,regions
done
# Times in texts are rounded: figures that no time goes into are equal.
"$DAMON_TRACE" report --json --regions --intervals 20ms,400ms "$sample.data" >"$TMP/sample.json"
for form in raw perf; do
	check "text \"$form\" is whole" "info $sample.$form.txt" 0 "kind +damo text" \
		"events +$regions  damon_aggregated" "complete +yes"
	equals "and says the same of the regions" "$TMP/sample.json" 0 \
		"--regions --intervals 20ms,400ms $sample.$form.txt" snapshots
done
check "a heatmap of a record" "report --heatmap --ascii $sample.data" 0 "access rate"
INPUT=$sample.data
check "from standard input" "report --wss -" 0
INPUT=/dev/null

# ---- damage
head -c 40000 "$TMP/plain.json" >"$TMP/cut.json"
check "a record that was cut gives what is there" "report --regions $TMP/cut.json" 3 \
	"err:offset 40000: it ends before its end"
head -c 2000 "$sample.data" >"$TMP/cut.data"
check "also one in zlib" "report --regions $TMP/cut.data" 3 "err:it ends"
check_json "damage behind a record that is left out: its snapshot is nobody else's" \
	"info --json tests/fuzz/corpus-damo/left-out.json" 3 "j['events']['damon_aggregated'] == 1"
check "which report says too" "report --regions tests/fuzz/corpus-damo/left-out.json" 3 \
	"err:this is not what damo writes"
sed '0,/"end": "[0-9,]*"/s//"end": "here"/' "$TMP/plain.json" >"$TMP/bad.json"
check "a number that is none ends it" "info $TMP/bad.json" 3 "err:warning" "complete +no"
echo '{"a": [1, 2]}' >"$TMP/other.json"
check "other JSON is no recording" "info $TMP/other.json" 1 "err:is no recording"
python3 -c 'print("[" + "{\"target_id\": 0, \"snapshots\": [" + "[" * 100000)' >"$TMP/deep.json"
check "nesting is bounded" "info $TMP/deep.json" 3 "err:not what damo writes|nested"

# ---- damo reads it
damo=${DAMO:-}
[ -n "$damo" ] || damo=$(command -v damo) || true
cache=${DAMON_TRACE_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/damon-trace-lab}
unpacked=$cache/damo/usr/lib/python3/dist-packages/damo/damo.py
[ -n "$damo" ] || [ ! -e "$unpacked" ] || damo="python3 $unpacked"
if [ -z "$damo" ]; then
	skip "damo reads what was written" "damo is not here: tests/tools/fetch_damo"
elif ! command -v file >/dev/null; then
	skip "damo reads what was written" "damo needs the program file"
else
	world d --snapshots 40 --sample 5000 --aggr 100000
	"$DAMON_TRACE" export --to damo --intervals 5ms,100ms -o "$TMP/damon.data" "$TMP/d.dat"
	(cd "$TMP" && $damo report wss --raw_number --input damon.data --range 0 101 50 --exclude_samples 0 \
		>wss.txt 2>"$ERR")
	"$DAMON_TRACE" report --json --wss "$TMP/d.dat" >"$TMP/wss.json"
	same "its working set is ours" "" "$(python3 - "$TMP/wss.txt" "$TMP/d.truth" <<'PYTHON'
import sys

# damo: sorted working sets; percentile p is element int(p / 100 * n) of them.
sets, time = {}, None
for line in open(sys.argv[2], encoding="ascii"):
    words = line.split()
    if words[2] != "damon_aggregated":
        continue
    f = dict(w.split("=") for w in words[3:])
    nr = sets.setdefault("open", [0, 0])
    nr[0] += 1
    nr[1] += (int(f["end"]) - int(f["start"])) * (int(f["nr_accesses"]) > 0)
    if nr[0] == int(f["nr_regions"]):
        sets.setdefault("all", []).append(sets.pop("open")[1])
want = sorted(sets["all"])
lines = [line.split() for line in open(sys.argv[1], encoding="utf-8") if line.strip()]
got = {int(w[0]): int(w[1].replace(",", "")) for w in lines if w[0].isdigit()}
if got.get(0) != want[0] or got.get(100) != want[-1] or got.get(50) not in want:
    print(got, want[0], want[len(want) // 2], want[-1])
PYTHON
)"
	(cd "$TMP" && $damo report heatmap --output raw --input damon.data >heat.txt 2>"$ERR")
	same "and its heatmap has cells" "yes" \
		"$(awk 'NF == 3 && $3 > 0 { found = 1 } END { print found ? "yes" : "no" }' "$TMP/heat.txt")"
	(cd "$TMP" && $damo report access --input damon.data --raw_form >raw.txt 2>"$ERR")
	"$DAMON_TRACE" report --json --regions --intervals 5ms,100ms "$TMP/d.dat" >"$TMP/d.json"
	same "what it prints comes back" \
		"$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["snapshots"][0]["complete"])' "$TMP/d.json")" \
		"$("$DAMON_TRACE" report --json --regions "$TMP/raw.txt" 2>/dev/null | python3 -c '
import json, sys
print(json.load(sys.stdin)["snapshots"][0]["complete"])')"
fi
done_testing
