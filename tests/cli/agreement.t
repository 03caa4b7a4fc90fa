#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Agreement and sparsity: worlds of known agreement against tests/tools/agreement_reference.py, every
# score to 1e-9; and what cannot be compared says why.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

reference=tests/tools/agreement_reference.py
damon="--intervals 5ms,100ms"

# pair NAME [OPTIONS of gen_agreement...]: $TMP/NAME.data and its truth.
pair() {
	local name=$1

	shift
	"$TOOLS/gen_agreement" "$@" --truth "$TMP/$name.truth" -o "$TMP/$name.data" 2>"$ERR" ||
		fail "gen_agreement $*" "$(cat "$ERR")"
}

# scores "name" NAME [PID [OPTIONS]]: the report of a world is what the reference computes.
scores() {
	local name=$1 world=$2 pid=${3-} options=${4-} why

	run "report --agreement --sparsity --json $damon ${pid:+--pid $pid} $options '$TMP/$world.data'"
	if [ "$STATUS" != 0 ]; then
		report_run "$name" "report of $world" "expected exit status 0"
	elif why=$(python3 $reference "$TMP/$world.truth" "$OUT" ${pid:+"$pid"} 2>&1); then
		pass "$name"
	else
		fail "$name" "$why"
	fi
}

# ---- worlds
for common in 10 5 1 0; do
	pair "w$common" --common $common
	scores "$common of 10 hot blocks in common" w$common
done
pair few --common 7 --hot-samples 5 --cold-samples 0
scores "few samples" few
pair many --common 3 --hot-samples 400 --cold-samples 35 --pages 61
scores "many samples, on few pages" many
pair moving --common 10 --move 5 --late 2 --snapshots 201 --hot-samples 300
scores "hot sets that move" moving
pair strays --common 4 --after 9 --above 5 --none 4 --others 30
scores "samples that do not belong" strays 1000
pair odd --blocks 317 --hot 23 --common 11 --snapshots 57
scores "other numbers" odd

run "report --agreement --json $damon '$TMP/moving.data'"
cp "$OUT" "$TMP/base"
check_json "the lag is that of the world" "report --agreement --json $damon '$TMP/moving.data'" 0 \
	'abs(j["agreement"][0]["lag_ns"] - 200e6) <= j["agreement"][0]["lag_step_ns"]'
equals "one core says the same as two" "$TMP/base" 0 \
	"--agreement $damon --resolution 256x256 '$TMP/moving.data'"
run "report --agreement --json $damon --resolution 32x8 '$TMP/moving.data'"
same "the resolution changes the maps alone" "" "$(python3 -c '
import json, sys
left, right = (json.load(open(name))["agreement"][0] for name in sys.argv[1:])
print(*(key for key in left if left[key] != right[key]
	and key not in ("damon", "samples", "difference")))' "$TMP/base" "$OUT")"

# ---- parts of it
check_json "--time: only that time" "report --agreement --json $damon --time 1,3 '$TMP/w5.data'" 0 \
	'j["agreement"][0]["covered_ns"] == 2_000_000_000 and
	0 < j["agreement"][0]["samples_compared"] < 1000 and
	j["agreement"][0]["samples_compared"] + j["agreement"][0]["samples_outside_time"] == 1000'
check_json "--address: only those addresses" \
	"report --agreement --json $damon --address 0x7f0000000000,0x7f0002800000 '$TMP/w5.data'" 0 \
	'j["agreement"][0]["units"] == 20 and j["agreement"][0]["bytes"] == 20 << 21'
check_json "--stream that is not there" \
	"report --agreement --json --stream kdamond=1 '$TMP/w5.data'" 0 \
	'"--stream" in j["agreement"][0]["refused"]'

# ---- as people see it
check "the plain sentence comes first" "report --agreement $damon '$TMP/w5.data'" 0 \
	"out:DAMON's hottest 10 % of bytes hold 46 % of the samples; the samples' own" \
	"out:assumed to be process 1000's" "out:rank correlation" "out:DAMON minus samples"
check "a picture" "report --agreement $damon --plot $TMP/a.png '$TMP/w5.data'" 0
same "a PNG" "PNG" "$(head -c 4 "$TMP/a.png" | tail -c 3)"
check "sparsity in words" "report --sparsity '$TMP/many.data'" 0 \
	"out:100 blocks of 2 MiB with 32 samples or more, 10 % are mostly unused"

# ---- physical addresses
pair phys --physical --common 5
scores "physical addresses" phys "" --phys
check_json "are known by their size" "report --agreement --json $damon '$TMP/phys.data'" 0 \
	'j["agreement"][0]["space"] == "physical" and j["agreement"][0]["space_assumed"] and
	j["agreement"][0]["samples_compared"] == 1000'

# ---- two files on one clock, and on two
world trace --clock perf --snapshots 60 --regions 20
world mono --clock mono --snapshots 60 --regions 20
samples perf -n 3000 --fields ip,tid,time,addr --pids 1
samples clocked -n 3000 --fields ip,tid,time,addr --pids 1 --mono
check "different clocks are not joined" "report --agreement '$TMP/mono.dat' '$TMP/perf.data'" 1 \
	"err:DAMON's events are on the clock \"monotonic\", the samples on \"perf\"" \
	"err:hint: .*trace-cmd record -C perf" "!out:."
check "the same the other way round" "report --agreement '$TMP/clocked.data' '$TMP/trace.dat'" 1 \
	"err:on the clock \"perf\", the samples on \"monotonic\""
check "mono and monotonic are one" "report --agreement --pid 1000 '$TMP/mono.dat' '$TMP/clocked.data'" \
	1 "err:samples" "!err:clock \"" "!out:."
mkdir "$TMP/mixed"
cp "$TMP/mono.dat" "$TMP/mixed/trace.dat"
cp "$TMP/perf.data" "$TMP/mixed/perf.data"
check "nor in a directory" "report --agreement '$TMP/mixed'" 1 \
	"err:on the clock \"monotonic\", the samples on \"perf\""
check_json "JSON says so" "report --agreement --json '$TMP/mixed'" 0 \
	'len(j["agreement"]) == 1 and "on the clock" in j["agreement"][0]["refused"] and
	any("on the clock" in note for note in j["notes"])'

# ---- what is missing
check "no samples" "report --agreement '$TMP/trace.dat'" 1 "err:no memory samples in the input" \
	"err:hint: .*perf record -d" "!out:."
check "no regions" "report --agreement '$TMP/perf.data'" 1 "err:no DAMON regions in the input" \
	"err:hint: .*damon-trace record" "!out:."
# a node is chosen by the physical address, in each view: node 1 as tests/tools/gen_samples places it
"$TOOLS/gen_samples" pebs --no-address 0 --truth "$TMP/pebs.json" --list -o "$TMP/pebs.data"
run "report --sparsity --json --nodes 0=0-8G,1=8G-16G --node 1 '$TMP/pebs.data'"
same "sparsity of a node: the samples whose page is there" "$(python3 -c "
import json
truth = json.load(open('$TMP/pebs.json'))
print(sum(8 << 30 <= sample['phys'] < 16 << 30 for sample in truth['list']))")" \
	"$(python3 -c "import json; print(json.load(open('$OUT'))['sparsity']['samples'])")"
check "sparsity without samples" "report --sparsity '$TMP/trace.dat'" 1 \
	"err:no memory samples in the input" "err:hint: .*perf record -d"
samples noaddr -n 300 --fields ip,tid,time
check "sparsity without addresses" "report --sparsity '$TMP/noaddr.data'" 1 \
	"err:none of the samples has an address" "err:hint: .*-d"
check "sparsity without physical addresses" "report --sparsity --phys '$TMP/perf.data'" 1 \
	"err:no sample has a physical address" "err:hint: .*--phys-data"
check "several processes, and nothing says which" "report --agreement '$TMP/strays.data'" 1 \
	"err:samples of several lie in its regions: 1000 \\(1000\\), 1001 \\(30\\)" \
	"err:hint: --pid"

# ---- the corpus, beside the checkout
own=$SHARED/corpus/own
if [ -d "$own" ]; then
	check "physical regions, virtual samples" "report --agreement '$own/damon_passive.data'" 1 \
		"err:regions look like physical addresses, the samples have only virtual ones" \
		"err:hint: .*--phys-data"
	check "physical addresses that are nearly all 0" \
		"report --agreement '$own/damon_paddr_plus_phys.data'" 0 \
		"out:have physical address 0, more than" "out:page-faults"
	check_json "are counted" "report --agreement --json '$own/damon_paddr_plus_phys.data'" 0 \
		'j["agreement"][0]["samples_without_address"] > 20000 and
		0 < j["agreement"][0]["samples_compared"] < 100'
else
	skip "recordings of other makers" "$own is absent"
fi

done_testing
