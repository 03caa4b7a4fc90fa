#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Working sets and regions: the figures equal those of a slow computation from the events.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

for form in "" "--kdamonds 2 --targets 2" "--events pairs" "--drop 700:5 --mark known" \
	"--version 7 --compression zstd --regions 200"; do
	# shellcheck disable=SC2086 # options are words
	world r --snapshots 150 --sample 5000 --aggr 100000 $form
	"$DAMON_TRACE" report --json --wss --regions --intervals 5ms,100ms "$TMP/r.dat" \
		>"$TMP/r.json" 2>/dev/null
	grep -v ' lost ' "$TMP/r.truth" >"$TMP/kept"
	same "figures of ${form:-one stream}" "" \
		"$(python3 tests/cli/region_figures.py "$TMP/kept" "$TMP/r.json" 5000 100000 2>&1)"
done

# ---- other forms of the same
both="--wss --regions --intervals 20ms,400ms $FIXTURES/vaddr-phases-7.3.dat"
run "report --json $both"
cp "$OUT" "$TMP/both.json"
run "report --csv $both"
same "CSV has every number of the JSON" "" "$(python3 - "$TMP/both.json" "$OUT" 2>&1 <<'PYTHON'
import csv
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
with open(sys.argv[2], encoding="utf-8", newline="") as file:
    rows = {(row["figure"], row["kdamond"], row["target"], row["at"]):
            float(row["value"]) if row["value"] else None for row in csv.DictReader(file)}
want = {}
def add(figure, values):
    want.update({(figure, "113", "0", str(at)): value for at, value in values})
def series(line, key):
    return [(line["start_ns"] + i * line["cell_ns"], value) for i, value in enumerate(line[key])]
sets, regions = report["working_sets"][0], report["regions"][0]
add("working_set_bytes", [*sets["bytes"].items(), *sets["by_time_bytes"].items(),
                          *series(sets["timeline"], "bytes")])
add("regions", [*regions["count"].items(), *series(regions["timeline"], "regions")])
for figure in ("size_bytes", "age_aggregations", "bandwidth_bytes_per_s", "idle_s"):
    add(figure, regions[figure].items())
add("bytes_by_access_rate", [(f"{i / 10:g}", value)
                             for i, value in enumerate(regions["access_rate"]["bytes"])])
rows = {(*key[:3], f"{float(key[3]):g}" if key[0] == "bytes_by_access_rate" else key[3]): value
        for key, value in rows.items()}
if rows != want:
    print({k: (rows.get(k), want.get(k)) for k in rows.keys() | want.keys()
           if rows.get(k) != want.get(k) or (k in rows) != (k in want)})
PYTHON
)"
check "a picture of both" "report --plot $TMP/both.gp $both" 0
same "with a line for the working set and one for the number, rates, sizes and ages" \
	"set0 count0 rate0 size0 age0" \
	"$(grep -o '^\(plot\)* *[$][a-z]*0 using' "$TMP/both.gp" | grep -o '[a-z]*0' | xargs)"
check "of the working set alone" "report --wss --plot $TMP/set.gp $FIXTURES/vaddr-phases-7.3.dat" 0
same "there are no regions" "0" "$(grep -c '^plot.*count0' "$TMP/set.gp")"
for format in csv "plot $TMP/x.png"; do
	check "--${format%% *} takes one view" \
		"report --wss --heatmap --$format $FIXTURES/vaddr-phases-7.3.dat" 2 "err:one view"
done
check "a picture without regions" "report --wss --plot $TMP/x.png $FIXTURES/perf/pf_basic.data" 1 \
	"err:no regions" "err:hint: record damon:damon_aggregated"
if command -v gnuplot >/dev/null; then
	check "and as PNG" "report --plot $TMP/both.png $both" 0 "!err:."
	same "which is one" 89504e47 "$(head -c 4 "$TMP/both.png" | od -An -tx1 | tr -d ' \n')"
else
	skip_peer "a PNG of working sets and regions" gnuplot
fi

# The hot window of the capture is 32 MiB, whatever it was split into.
check_json "the working set of the capture is its hot window" \
	"report --json --wss $FIXTURES/vaddr-phases-7.3.dat" 0 \
	"32 * 2**20 <= j['working_sets'][0]['bytes']['p50'] <= 33 * 2**20 and 'heatmaps' not in j
	and 'regions' not in j"
check_json "without intervals there is no bandwidth" \
	"report --json --regions $FIXTURES/vaddr-phases-7.3.dat" 0 \
	"j['regions'][0]['bandwidth_bytes_per_s']['mean'] is None
	and j['regions'][0]['idle_s']['p50'] is None
	and j['regions'][0]['access_rate']['unit'] == 'samples per aggregation'"
check "a table in words" "report --wss --regions --intervals 20ms,400ms $FIXTURES/vaddr-phases-7.3.dat" 0 \
	'out:^Working set: kdamond' 'out:^accessed +17\.4 MiB' 'out:^over time +[_.:=+*#%@-]+ of' \
	'out:^Regions: ' 'out:^bandwidth ' '!out:heatmap|x [0-9.]+ [KM]iB'
check "no regions" "report --wss $FIXTURES/perf/pf_basic.data" 0 'no working set'
done_testing
