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
