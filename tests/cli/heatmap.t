#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Heatmaps against the slow reference, cell by cell to 1e-9, with both exactness sums: generated
# worlds from the text that their generator wrote, recordings from the text of trace-cmd and perf.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

# disagrees "name" TRUTH "options": the last report is not what the reference makes of TRUTH. Shows
# that what TRUTH lacks was noticed, by the program and by the comparison.
disagrees() {
	local -a words=()

	eval "words=($3)"
	python3 $REFERENCE report "${words[@]}" "$2" >"$TMP/.reference" 2>"$ERR"
	if ! grep -q '"segments"' "$TMP/.reference"; then
		fail "$1" "the reference has no heatmap: nothing was compared" "$(tail -3 "$ERR")"
	elif ! python3 $REFERENCE compare "$TMP/.reference" "$OUT" >"$TMP/.why" &&
		grep -q ' cell \[' "$TMP/.why"; then
		pass "$1"
	else
		fail "$1" "the cells agree" "$(cat "$TMP/.why")"
	fi
}

if why=$(python3 $REFERENCE selftest 2>&1); then
	pass "the reference knows the cases that were computed by hand"
else
	fail "the reference knows the cases that were computed by hand" "$why"
fi

# ---- every scenario of the generator, with several sets of options
rates="--resolution 64x64 --intervals 5ms,100ms"
for scenario in world interleaved lost probes pairs tuned late goals; do
	status=0
	[ $scenario != lost ] || status=3
	world "$scenario" --scenario $scenario --snapshots 160 --regions 20
	for options in "$rates" "--resolution 7x13" \
		"--resolution 40x30 --time @1237.25,@1241 --intervals 5000,100000" \
		"--resolution 20x64 --address 0x40100000,0x43210fff --address 0x48000000,0x4a000000" \
		"--resolution 20x20 --time 2,9.5 --address 0x41000000,0x4f000000 --intervals 5ms,100ms"; do
		agrees "$scenario: ${options:-no options}" "$status" "$TMP/$scenario.truth" \
			"$TMP/$scenario.dat" "$options"
	done
done

agrees "world: no options" 0 "$TMP/world.truth" "$TMP/world.dat" ""
agrees "world: fine" 0 "$TMP/world.truth" "$TMP/world.dat" "--resolution 300x500 --intervals 5ms,100ms"

# ---- open ends of --time are the recording's: its first event, and the last one with it
last=$(($(tail -n 1 "$TMP/world.truth" | cut -d' ' -f1) + 1))
first=$(head -n 1 "$TMP/world.truth" | cut -d' ' -f1)
from=$((first + 4000000000))
seconds() {
	printf '@%d.%09d' $(($1 / 1000000000)) $(($1 % 1000000000))
}
agrees "open end" 0 "$TMP/world.truth" "$TMP/world.dat" "--resolution 40x20 --time $(seconds $from)," \
	"--resolution 40x20 --time $(seconds $from),$(seconds "$last")"
agrees "open end, from the first event" 0 "$TMP/world.truth" "$TMP/world.dat" \
	"--resolution 40x20 --time 4," \
	"--resolution 40x20 --time $(seconds $from),$(seconds "$last")"
agrees "open start" 0 "$TMP/world.truth" "$TMP/world.dat" "--resolution 40x20 --time ,4" \
	"--resolution 40x20 --time $(seconds "$first"),$(seconds $from)"

# ---- streams: two kdamonds with equal target numbers stay apart
check_json "two kdamonds, equal targets: two streams" "report --json '$TMP/interleaved.dat'" 0 \
	'([(s["stream"]["kdamond_pid"], s["stream"]["target"]) for s in j["snapshots"]]
	== [(g["stream"]["kdamond_pid"], g["stream"]["target"]) for g in j["heatmaps"]]
	== [(1000, 0), (1001, 0)])'
world many --kdamonds 2 --targets 3 --regions 15 --snapshots 60 --in-step
agrees "two kdamonds of three targets" 0 "$TMP/many.truth" "$TMP/many.dat" "$rates"
for stream in kdamond=1001 target=2 kdamond=1000,target=1; do
	# the snapshots of the other streams are not listed
	run "report --json $rates --stream $stream '$TMP/many.dat'"
	python3 - "$OUT" "$TMP/other" <<-'PYTHON'
		import json, sys
		report = json.load(open(sys.argv[1]))
		report.pop("snapshots")
		json.dump(report, open(sys.argv[2], "w"))
	PYTHON
	# shellcheck disable=SC2086 # options are words
	python3 $REFERENCE report $rates --stream $stream "$TMP/many.truth" |
		python3 -c 'import json, sys
report = json.load(sys.stdin)
report.pop("snapshots")
print(json.dumps(report))' >"$TMP/.reference"
	same "--stream $stream: status and cells" "0 " \
		"$STATUS $(python3 $REFERENCE compare "$TMP/.reference" "$TMP/other" 2>&1 | head -3)"
done
check_json "--stream, repeated: both" \
	"report --json --stream kdamond=1000,target=0 --stream target=2 '$TMP/many.dat'" 0 \
	'([(g["stream"]["kdamond_pid"], g["stream"]["target"]) for g in j["heatmaps"]]
	== [(1000, 0), (1000, 2), (1001, 2)])'

# ---- a loss costs one snapshot and shifts nothing
# Rows of the map that differ from those of the world without the loss: some, in one place.
differing='[r for r, (a, b) in enumerate(zip(j["heatmaps"][0]["cells"],
	json.load(open("'$TMP'/base"))["heatmaps"][0]["cells"])) if a != b]'
one_place="(lambda rows: bool(rows) and rows[-1] - rows[0] < 5)($differing)"
run "report --json '$TMP/world.dat'"
cp "$OUT" "$TMP/base"
for mark in known unknown none; do
	status=3
	[ $mark != none ] || status=0
	world loss --snapshots 160 --regions 20 --drop 800:3 --mark $mark
	check_json "lost events, mark $mark: one snapshot is incomplete" \
		"report --json '$TMP/loss.dat'" $status '((j["snapshots"][0]["complete"],
		j["snapshots"][0]["incomplete"], j["snapshots"][0]["partial"]) == (159, 1, 0))'
	check_json "lost events, mark $mark: the map differs there alone" \
		"report --json '$TMP/loss.dat'" $status "$one_place"
	agrees "lost events, mark $mark" $status "$TMP/loss.truth" "$TMP/loss.dat" "$rates"
done
world loss --snapshots 160 --regions 20 --drop 800:60 --mark known
agrees "whole snapshots lost" 3 "$TMP/loss.truth" "$TMP/loss.dat" "$rates"
check_json "whole snapshots lost: nothing is interpolated" "report --json $rates '$TMP/loss.dat'" 3 \
	'any(cell is None for row in j["heatmaps"][0]["cells"] for cell in row)'
check_json "no loss: no cell is missing" "report --json $rates '$TMP/world.dat'" 0 \
	'not any(cell is None for row in j["heatmaps"][0]["cells"][1:-1] for cell in row)'

# Cut by the start and the end of the recording.
world cut --snapshots 160 --regions 20 --skip 150 --limit 1000
agrees "cut by start and end" 0 "$TMP/cut.truth" "$TMP/cut.dat" "$rates"
check_json "cut by start and end: partial, not incomplete" "report --json '$TMP/cut.dat'" 0 \
	'(j["snapshots"][0]["incomplete"], j["snapshots"][0]["partial"]) == (0, 2)'

# ---- region_aggregated alone, pairs, tuned intervals
check_json "pairs: both events are counted, each region once" "report --json '$TMP/pairs.dat'" 0 \
	'(j["events"]["damon_aggregated"] == j["events"]["damon_region_aggregated"] > 0
	and j["snapshots"][0]["complete"] == 160)'
sed 's/ damon_region_aggregated / damon_aggregated /' "$TMP/probes.truth" >"$TMP/renamed.truth"
agrees "damon_region_aggregated alone: as damon_aggregated would" 0 "$TMP/probes.truth" \
	"$TMP/probes.dat" "$rates"
python3 $REFERENCE report --resolution 64x64 --intervals 5ms,100ms "$TMP/renamed.truth" |
	python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["heatmaps"]))' >"$TMP/1"
python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))["heatmaps"]))' \
	"$TMP/.reference" >"$TMP/2"
same "damon_region_aggregated alone: the name is all that differs" "$(cksum <"$TMP/1")" \
	"$(cksum <"$TMP/2")"
run "report --json $rates '$TMP/tuned.dat'"
grep -v intervals_tune "$TMP/tuned.truth" >"$TMP/untuned.truth"
disagrees "tuned intervals change the map" "$TMP/untuned.truth" "$rates"
# The snapshot after the event still used the old interval: how much of a late one's time is
# covered tells which interval it was given.
world late-tune --snapshots 100 --regions 20 --tune 60:10000 --late 60:3500
agrees "tuned intervals: the next snapshot used the old one" 0 "$TMP/late-tune.truth" \
	"$TMP/late-tune.dat" "$rates"
run "report --json $rates '$TMP/world.dat'"
sed '500d' "$TMP/world.truth" >"$TMP/less.truth"
disagrees "one region less changes the map" "$TMP/less.truth" "$rates"

# ---- holes, and regions that begin anywhere
world holes --holes --snapshots 60 --regions 25 --seed 5
for options in "" "--resolution 50x8" "--resolution 50x17 --intervals 5ms,100ms" "--resolution 9x200"; do
	agrees "holes: ${options:-no options}" 0 "$TMP/holes.truth" "$TMP/holes.dat" "$options"
done
check_json "holes: the large one is folded away" "report --json '$TMP/holes.dat'" 0 \
	'len(j["heatmaps"][0]["segments"]) > 1'

# ---- the captures, through the text of trace-cmd
if have_peer trace-cmd; then
	for capture in consist-oscillation:10ms,200ms temporal-steps:10ms,200ms \
		vaddr-phases:20ms,400ms; do
		file=$FIXTURES/${capture%:*}-7.3.dat
		trace-cmd report -t -R "$file" >"$TMP/text" 2>"$ERR"
		for options in "--resolution 64x64" "--intervals ${capture#*:}" \
			"--resolution 40x100 --intervals ${capture#*:} --time 8,24"; do
			agrees "${capture%:*}: $options" 0 "$TMP/text" "$file" "$options"
		done
	done
	agrees "vaddr-phases: the heap alone" 0 "$TMP/text" "$file" \
		"--intervals 20ms,400ms --address 0x7fa22d200000,0x7fa23d200000"
else
	skip_peer "the captures, through the text of trace-cmd" trace-cmd
fi

# ---- perf.data: the fixtures, through the text of perf script
columns=comm,pid,tid,time,period,event,addr
by_perf() {
	local file=$1 fields=$2 options

	shift 2
	perf script --ns -i "$FIXTURES/perf/$file" -F "$fields" >"$TMP/text" 2>"$ERR"
	for options; do
		REFERENCE_FIELDS=$fields agrees "$file: $options" 0 "$TMP/text" \
			"$FIXTURES/perf/$file" "$options"
	done
}
if have_peer perf; then
	for file in pf_basic.data pf_pipe.data pf_multi_event.data pf_clockmono.data pf_threads.dir; do
		by_perf $file $columns "--resolution 64x64" "--resolution 30x100 --weight period"
	done
	by_perf pf_basic.data $columns "--time 0.001,0.003 --resolution 10x10" \
		"--address 0x7f0000000000,0x7fffffffffff --resolution 16x32"
	by_perf pf_phys_cpu_weight_page.data $columns,weight,phys_addr "--resolution 64x64" \
		"--weight period" "--weight latency" "--resolution 20x20 --phys" \
		"--phys --weight latency --resolution 5x50"
	by_perf damon_pipe.data comm,pid,tid,time,event,trace "--intervals 5ms,100ms --resolution 64x64"
else
	skip_peer "perf.data, through the text of perf script" perf
fi

# ---- generated samples, which have periods, latencies and physical addresses of all kinds
samples s -n 3000 --pids 3 --fields ip,tid,time,addr,cpu,period,weight,phys
for options in "" "--weight period" "--weight latency" "--phys" "--phys --weight latency" \
	"--pid 1001" "--pid 1002 --weight period --resolution 11x17" "--resolution 100x40 --time 0.001,0.002" \
	"--time @1000.0005,@1000.0025 --weight latency" \
	"--resolution 20x20 --address 0x7f0000000000,0x7f0004000000 --address 0x7f0008000000,0x7f0009000000"; do
	agrees "samples: ${options:-no options}" 0 "$TMP/s.truth" "$TMP/s.data" "$options"
done
check_json "samples: the cells sum up to all with an address" "report --json '$TMP/s.data'" 0 \
	'(sum(sum(map(sum, g["cells"])) for g in j["heatmaps"]) == j["samples"]["with_address"] > 2900
	and all(sum(map(sum, g["cells"])) == g["sums"]["cells"] == g["sums"]["records"]
		for g in j["heatmaps"]))'
check_json "samples: the hottest process comes first" "report --json '$TMP/s.data'" 0 \
	'((lambda sums: len(sums) == 3 and sums == sorted(sums, reverse=True))(
		[g["sums"]["records"] for g in j["heatmaps"]]))'
check_json "samples: no process is mixed with another" "report --json '$TMP/s.data'" 0 \
	'sorted(g["pid"] for g in j["heatmaps"]) == [1000, 1001, 1002]'

done_testing
