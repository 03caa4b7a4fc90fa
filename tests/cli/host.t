#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# host.json of a recording takes the place of the options that tell the same.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

steps=$FIXTURES/temporal-steps-7.3.dat
options="--intervals 10ms,200ms --nodes 0=0x100000-0x3fffffff,1=0x40000000-0x7ffdbfff"

# recording NAME [FILTER]: a recording of the steps' events, with the host.json of their machine.
recording() {
	local filter=null

	[ -n "${2:-}" ] && filter="\"$2\""
	mkdir -p "$TMP/$1"
	cp "$steps" "$TMP/$1/trace.dat"
	cat >"$TMP/$1/host.json" <<-EOF_JSON
		{"schema": 1, "damon_trace": "0.1.0", "of later versions": [{}],
		"recording": {"command": ["damon-trace", "record", "-d", "80"], "ended": true,
		"end_reason": "duration", "clock": "mono", "filter": $filter, "buffer_kb": 4096,
		"realtime_offset_start_ns": 1700000000000000000, "realtime_offset_end_ns": null,
		"events": ["damon:damon_aggregated"], "goal_source": "probe", "goal_reason": null},
		"kernel": {"release": "7.3.4+deb13-cloud-amd64"},
		"machine": {"hostname": "lab", "cpu_model": "QEMU TCG CPU", "cpus_online": 2,
		"mem_total_kb": 2000000, "iomem_known": true},
		"nodes": [
		{"nid": 0, "cpus": "0-1", "has_cpus": true, "mem_total_kb": 1000000,
		"ranges": [["0x100000", "0x40000000"]]},
		{"nid": 1, "cpus": null, "has_cpus": false, "mem_total_kb": 1000000,
		"ranges": [["0x40000000", "0x50000000"], ["0x50001000", "0x7ffdc000"]]}],
		"account": {"cpus": [{"cpu": 0, "events": 14000}, {"cpu": 1, "events": 10, "overrun": 7}]},
		"damon": {"at_start": {"kdamonds": {"0": {"state": "on", "pid": "121", "contexts": {"0": {
		"operations": "paddr", "addr_unit": "1", "monitoring_attrs": {"intervals":
		{"sample_us": "10000", "aggr_us": "200000"}, "nr_regions": {"min": "10", "max": "1000"}},
		"schemes": {"0": {"action": "migrate_hot", "target_nid": "0", "quotas":
		{"bytes": "8388608", "reset_interval_ms": "200", "goal_tuner": "temporal", "goals": {"0":
		{"target_metric": "node_eligible_mem_bp", "target_value": "6000", "nid": "0"}}}}}}}}}},
		"at_end": null}}
	EOF_JSON
}

recording lab
recording filtered 'nr_accesses > 0'

# maps NAME ARGUMENTS: the heatmaps of a report, to a file.
maps() {
	run "report --heatmap --json $2"
	[ "$STATUS" = 0 ] || fail "$1" "$(cat "$ERR")"
	python3 -c 'import json, sys; json.dump(json.load(sys.stdin)["heatmaps"], sys.stdout,
		indent=1, sort_keys=True)' <"$OUT" >"$TMP/$1.json"
}

# ---- report
maps given "$options $steps"
maps known "$TMP/lab"
sed -i 's/"space": "physical"/"space": "unknown"/' "$TMP/given.json" "$TMP/known.json"
same "intervals and nodes from host.json: the same map" "" \
	"$(diff "$TMP/given.json" "$TMP/known.json" | head -5)"
check_json "the unit and the space" "report --heatmap --json $TMP/lab" 0 \
	"[(h['unit'], h['space']) for h in j['heatmaps']] == [('access rate', 'physical')]"
check "the nodes are drawn" "report --heatmap --ascii $TMP/lab" 0 "out:node 1" "out:node 0"
check_json "options count more than host.json" \
	"report --heatmap --json --intervals 20ms,200ms $TMP/lab" 0 \
	"abs(j['heatmaps'][0]['maximum'] - 2 * json.load(open('$TMP/known.json'))[0]['maximum']) < 1e-9"
check_json "--node without --nodes" "report --heatmap --json --node 1 $TMP/lab" 0 \
	"j['heatmaps'][0]['segments'][0]['start'] == '0x40000000'"
check "a node that is not there" "report --heatmap --node 5 $TMP/lab" 2 "err:node 5"
check "without host.json nobody knows" "report --heatmap --node 1 $steps" 2 "err:--nodes"
check_json "a filter: what is missing was not lost" "report --json $TMP/filtered" 0 \
	"j['snapshots'][0]['filtered'] == 0 and j['snapshots'][0]['complete'] == 116"

# ---- info
check "info tells the machine and the options" "info $TMP/filtered" 0 \
	"out:^machine +QEMU TCG CPU, 2 CPUs online" "out:^nodes +0: .*CPUs 0-1, 0x100000-0x40000000" \
	"out:^ +1: .*no CPUs" "out:^filter +nr_accesses > 0" "out:^goals +by a dynamic event" \
	"out:^command +damon-trace record -d 80" "out:^ended by +duration" \
	"out:^lost by CPU +1: 7 events, 0 samples" \
	"out:^kdamond 121 +kdamonds/0, paddr, samples every 10 ms, aggregates every 200 ms" \
	"out:^  scheme 0 +migrate_hot to node 0, at most 8 MiB per 200 ms, tuner temporal" \
	"out:^    goal +node_eligible_mem_bp = 6000 on node 0"
check "info fits 80 columns" "info $TMP/lab" 0 "!out:^(machine|nodes|kdamond|goals|recorded).{72}"
check_json "info --json" "info --json $TMP/lab" 0 "j['inputs'][0]['recording']['ended'] is True
	and j['inputs'][0]['recording']['filter'] is None
	and j['inputs'][0]['recording']['realtime_offset_start_ns'] == 1700000000000000000
	and j['inputs'][0]['recording']['nodes'][1]['ranges'][0] == ['0x40000000', '0x50000000']
	and j['inputs'][0]['recording']['damon_at_start'][0]['contexts'][0]['aggr_us'] == 200000"
check_json "info of a file alone" "info --json $steps" 0 "j['inputs'][0]['recording'] is None"
sed -i 's/"ended": true/"ended": false/' "$TMP/lab/host.json"
check "a recorder that was killed" "info $TMP/lab" 0 "out:^ended by +nothing: its recorder was killed"

# ---- damage
head -c 500 "$TMP/lab/host.json" >"$TMP/cut.json"
mv "$TMP/cut.json" "$TMP/lab/host.json"
check "a damaged host.json is a warning" "report --heatmap $TMP/lab" 0 \
	"err:warning: .*host\.json is damaged" "out:samples per aggregation"
rm "$TMP/lab/host.json"
check "none at all is none" "report --heatmap $TMP/lab" 0 "!err:host\.json" \
	"out:samples per aggregation"

done_testing
