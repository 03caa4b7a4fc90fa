#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# --samples and --tiers of generated hardware samples, every figure against one computed anew from
# the list of what was written; of real recordings, and of those that lack something.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

# recording NAME KIND [OPTIONS of gen_samples...]: $TMP/NAME with its perf.data and the nodes of its
# machine: node 0 has the CPUs, node 1 none; and the truth, $TMP/NAME.json.
recording() {
	local name=$1

	shift
	mkdir "$TMP/$name"
	"$TOOLS/gen_samples" "$@" --list --truth "$TMP/$name.json" -o "$TMP/$name/perf.data" \
		2>"$ERR" || fail "gen_samples $*" "$(cat "$ERR")"
	cat >"$TMP/$name/host.json" <<'JSON'
{"schema": 1, "recording": {"ended": true}, "nodes": [
 {"nid": 0, "has_cpus": true, "cpus": "0-3", "ranges": [["0x0", "0x200000000"]]},
 {"nid": 1, "has_cpus": false, "cpus": "", "ranges": [["0x200000000", "0x400000000"]]}],
 "damon": {"at_start": {"kdamonds": []}, "at_end": {"kdamonds": []}}}
JSON
}

# true_of NAME STATUS INTERVAL_NS "options": the report of a recording is what its truth says
true_of() {
	run "report --samples --tiers --json $4 '$TMP/$1'"
	same "$1 $4: exit status" "$2" "$STATUS"
	same "$1 $4: every figure" "" \
		"$(python3 tests/cli/sample_figures.py "$TMP/$1.json" "$OUT" "$3" 2>&1)"
}

recording pebs pebs -n 20000 --disagree 10
recording rough pebs -n 20000 --seed 3 --disagree 7 --silent-cpu 2 --lost 1000 --throttle 3000
recording ibs ibs-op -n 20000 --disagree 9
recording zen4 ibs-op -n 20000 --zen4
recording registers ibs-op -n 20000 --zen4 --no-data-src --disagree 11
true_of pebs 0 5000000 ""
true_of pebs 0 200000000 "--intervals 200ms,2s"
true_of rough 3 5000000 ""
true_of ibs 0 5000000 ""
true_of zen4 0 5000000 ""
true_of registers 0 5000000 ""

# so that the check above is known to be able to fail
run "report --samples --tiers --json '$TMP/pebs'"
sed 's/"tier": "cxl"/"tier": "pmem"/' "$TMP/pebs.json" >"$TMP/other.json"
same "a wrong tier is noticed" yes \
	"$(python3 tests/cli/sample_figures.py "$TMP/other.json" "$OUT" | grep -q '^tier' && echo yes)"

# ---- what people read
check "the CPUs without samples are named" "report --samples '$TMP/rough'" 3 \
	"out:^  1 of 4 CPUs gave no sample: 2\."
check "the worst CPU is named" "report --samples --intervals 200ms,2s '$TMP/pebs'" 0 \
	"out:emptied every 200 ms" "out:overflow"
check "tiers and contradictions" "report --tiers '$TMP/pebs'" 0 "out:^  local DRAM " \
	"out:local DRAM, but the node has no CPUs" "out:Share of each node" "!out:no room for"
check "nodes by option" "report --tiers --nodes 0=0-8G,1=8G-16G '$TMP/pebs/perf.data'" 0 \
	"out:^  node 1 " "!out:has no CPUs"
check_json "--node has the samples of its memory alone" "report --tiers --json --node 1 '$TMP/pebs'" \
	0 "j['tiers']['samples'] == sum(s['node'] == 1 for s in json.load(
		open('$TMP/pebs.json'))['list'])"
check_json "--pid and --time choose samples" \
	"report --tiers --samples --json --pid 1000 --time 0.2,0.5 '$TMP/pebs'" 0 \
	"j['tiers']['samples'] == j['sample_facts']['samples'] == sum(s['pid'] == 1000 and
		200000000 <= s['time'] - j['inputs'][0]['start_ns'] < 500000000
		for s in json.load(open('$TMP/pebs.json'))['list'])
	and abs(j['sample_facts']['seconds'] - 0.3) < 1e-9"
check "CSV has the tables" "report --tiers --csv '$TMP/pebs'" 0 "out:^tier,name,samples,share"
check "a picture of tiers" "report --tiers --plot '$TMP/tiers.gp' '$TMP/pebs'" 0
same "the picture has the shares" yes "$(grep -q 'Local DRAM against far memory' "$TMP/tiers.gp" &&
	echo yes)"

# ---- goals that the shares should follow
"$TOOLS/gen_perf" -n 40000 --fields ip,tid,time,addr,cpu,phys,period,data_src --identifier \
	--damon 80 --regions 4 --truth "$TMP/both.raw" -o "$TMP/both.data"
nodes="--nodes 0=0x100000000-0x108000000,1=0x108000000-0x120000000"
run "report --goals --tiers --json $nodes '$TMP/both.data'"
same "correlation and difference of goals and samples" "" \
	"$(python3 tests/cli/goal_samples.py "$TMP/both.raw" "$OUT" 2>&1)"
run "report --goals --tiers --json --weight period $nodes '$TMP/both.data'"
same "the same by estimated accesses" "" \
	"$(python3 tests/cli/goal_samples.py "$TMP/both.raw" "$OUT" period 2>&1)"
check "they are drawn over the goal" "report --goals --tiers --ascii $nodes '$TMP/both.data'" 0 \
	"out:o samples on node 0" "out:share of the samples on node 1: correlation"
check "and into the goal's picture" \
	"report --goals --tiers --plot '$TMP/goals.gp' $nodes '$TMP/both.data'" 0
same "the picture has the samples" yes "$(grep -q "title 'samples on node 0'" "$TMP/goals.gp" &&
	echo yes)"
check_json "goals alone have none" "report --goals --json $nodes '$TMP/both.data'" 0 \
	"all(goal['samples'] is None for goal in j['goals'])"
check "one view a picture still holds for others" \
	"report --goals --samples --plot '$TMP/x.png' '$TMP/both.data'" 2 "err:takes one view"

# ---- DAMON's own ring
world full --overflow 50 --snapshots 40 --cpus 4
overflows=$(grep -c ' damon_perf_ring_overflow ' "$TMP/full.truth")
check_json "reports that DAMON's ring lost, by CPU" "report --samples --json '$TMP/full.dat'" 0 \
	"j['sample_facts']['ring_overflows'] == $overflows > 0
	and sum(c['overflows'] for c in j['sample_facts']['ring_overflows_by_cpu']) == $overflows
	and abs(j['sample_facts']['ring_overflows_hz'] * j['sample_facts']['seconds'] -
		$overflows) < 1e-6"

# ---- what a recording lacks
samples noaddr -n 300 --fields ip,tid,time
check "no address: how to record it" "report --samples '$TMP/noaddr.data'" 0 \
	"out:ADDR was not recorded" "out:perf record"
check "no data source: how to record it" "report --tiers '$TMP/noaddr.data'" 0 \
	"out:no data source" "out:perf record -d -W"
recording nophys pebs -n 500 --no-phys 1
check "physical addresses all 0: the causes" "report --tiers --samples '$TMP/nophys'" 0 \
	"out:all physical addresses are 0" "out:CAP_SYS_ADMIN" "out:event has none"
check "no samples at all" "report --tiers --samples '$FIXTURES/temporal-steps-7.3.dat'" 0 \
	"out:no memory samples"

# ---- real ones
intel=$SHARED/corpus/third-party/quipper/perf.data.weight_struct
if [ -e "$intel" ]; then
	# perf script -F data_src,weight of the same file
	check_json "load latency of a Skylake" "report --tiers --samples --json '$intel'" 0 \
		"{t['tier']: t['samples'] for t in j['tiers']['tiers']} ==
			{'l1': 4, 'lfb': 5, 'l2': 1, 'l3': 4}
		and j['sample_facts']['accesses'][0]['access'] == 'load'
		and j['sample_facts']['accesses'][0]['samples'] == 14
		and {t['tlb']: t['samples'] for t in j['sample_facts']['tlb']} != {}
		and j['sample_facts']['cpus_without_samples'] == 107"
else
	skip "load latency of a Skylake" "there is no $intel"
fi
faults=$SHARED/corpus/own/pf_phys_cpu_weight_page.data
if [ -e "$faults" ]; then
	check_json "page faults with a physical address" "report --tiers --samples --json '$faults'" 0 \
		"j['sample_facts']['samples'] == 1085 and j['sample_facts']['usable_share'] == 1
		and sum(u['samples'] for u in j['sample_facts']['use']) == 1085
		and j['tiers']['with_phys'] == 7 and j['tiers']['known_share'] == 0"
else
	skip "page faults with a physical address" "there is no $faults"
fi
done_testing
