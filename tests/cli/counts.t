#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events, samples and losses are counted as the recorders' own tools count them, and as the
# generators wrote them.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

# sums FILE: samples "total with_address address_zero with_phys", then losses "events unknown
# samples throttles".
sums() {
	python3 -c '
import json, sys
j = json.load(open(sys.argv[1]))
print(*(j["samples"][key] for key in ("total", "with_address", "address_zero", "with_phys")),
      *(j["losses"][key] for key in ("events", "unknown", "samples", "throttles")))' "$1" 2>&1
}

# names_to_counts: event names, one a line, as "name=count ...", sorted.
names_to_counts() {
	sort | uniq -c | awk '{ printf "%s%s=%d", sep, $2, $1; sep = " " } END { print "" }'
}

trace_cmd_counts() {
	trace-cmd report -t "$1" 2>/dev/null |
		sed -nE 's/^.*-[0-9]+ +\[[0-9]+\]( +[^ ]+)? +[0-9]+\.[0-9]{9}: +([A-Za-z0-9_]+):.*/\2/p' |
		names_to_counts
}

# perf's names end in a colon; tracepoints lose their system.
perf_counts() {
	perf script -f --ns -F event -i "$1" 2>/dev/null </dev/null |
		sed -E 's/^ +//; s/:? *$//; s/^damon://' | names_to_counts
}

truth_counts() {
	awk '$3 != "lost" { print $3 == "sample" ? "samples" : $3 }' "$1" | names_to_counts
}

# truth_losses FILE: "known unknown"
truth_losses() {
	awk '$3 == "lost" { sub(".*count=", ""); if ($0 == "unknown") u++; else n += $0 }
		END { print n + 0, u + 0 }' "$1"
}

trace_cmd_losses() {
	trace-cmd report -t "$1" 2>/dev/null |
		sed -nE 's/^.*CPU:[0-9]+ \[((([0-9]+) )?)EVENTS DROPPED\].*/n\3/p' |
		awk '$0 == "n" { u++ } $0 != "n" { n += substr($0, 2) } END { print n + 0, u + 0 }'
}

# expect "name" STATUS INPUT COUNTS [SUMS]: what the program counts is this.
expect() {
	local name=$1 status=$2 input=$3 counts=$4 sums=${5-} got

	run "report --json --resolution 1x1 '$input'"
	if [ "$STATUS" != "$status" ]; then
		report_run "$name" "report --json $input" "expected exit status $status"
		return
	fi
	got=$(counted "$OUT")${sums:+, $(sums "$OUT")}
	same "$name" "$counts${sums:+, $sums}" "$got"
}

# against PEER "name" COUNTS COMMAND...: the peer counts the same.
against() {
	local peer=$1 name=$2 counts=$3

	shift 3
	if have_peer "$peer"; then
		same "$name" "$counts" "$("$@")"
	else
		skip_peer "$name" "$peer"
	fi
}

# ---- captures of trace-cmd
capture() {
	local file=$FIXTURES/$1

	expect "$1" 0 "$file" "$2" "0 0 0 0 0 0 0 0"
	against trace-cmd "$1: trace-cmd report" "$2" trace_cmd_counts "$file"
}
capture consist-oscillation-7.3.dat "damon_aggregated=16406 damos_before_apply=189 damos_esz=300\
 damos_node_eligible_mem_bp=378 damos_stat_after_apply_interval=378"
capture temporal-steps-7.3.dat "damon_aggregated=13045 damos_before_apply=288 damos_esz=132\
 damos_node_eligible_mem_bp=230 damos_stat_after_apply_interval=232"
capture vaddr-phases-7.3.dat "damon_aggregated=4388 damos_stat_after_apply_interval=92"

# ---- generated trace.dat, everything that trace-cmd reads
# generated "name" READERS OPTIONS...: READERS is trace-cmd, or none where it refuses the file.
generated() {
	local name=$1 readers=$2 counts losses status=0

	shift 2
	world variant --snapshots 10 --regions 12 --foreign 7 --padding 11 "$@"
	counts=$(truth_counts "$TMP/variant.truth")
	losses=$(truth_losses "$TMP/variant.truth")
	[ "$losses" = "0 0" ] || status=3
	expect "$name" $status "$TMP/variant.dat" "$counts" "0 0 0 0 $losses 0 0"
	[ "$readers" = trace-cmd ] || return
	against trace-cmd "$name: trace-cmd report" "$counts, $losses" trace_cmd_all
}

trace_cmd_all() {
	echo "$(trace_cmd_counts "$TMP/variant.dat"), $(trace_cmd_losses "$TMP/variant.dat")"
}

generated "version 6" trace-cmd
generated "version 7, plain" trace-cmd --version 7
generated "version 7, zstd" trace-cmd --version 7 --compression zstd
generated "version 7, zlib" none --version 7 --compression zlib
generated "big endian" trace-cmd --endian big
generated "version 7, big endian" trace-cmd --endian big --version 7
generated "long of 4 bytes" trace-cmd --long 4
generated "big endian, long of 4 bytes" trace-cmd --endian big --long 4 --version 7
generated "pages of 8 KiB" trace-cmd --page 8192
generated "pages of 64 KiB" trace-cmd --page 65536
generated "sub-buffers of four pages" none --subbuf 16384
generated "one instance" trace-cmd --instance one
generated "three kdamonds in two instances" trace-cmd --instance one --instance two --kdamonds 3
generated "instances, version 7" trace-cmd --version 7 --compression zstd --instance one \
	--instance two --kdamonds 3
generated "absolute time stamps" trace-cmd --absolute-time
generated "records aligned to 8" trace-cmd --align-8
generated "1 CPU" trace-cmd --cpus 1
generated "8 CPUs" trace-cmd --cpus 8 --migrate 100
generated "regions without age" trace-cmd --layout no-age
generated "regions with extra fields" trace-cmd --layout extra
generated "the older name v2" trace-cmd --layout v2 --events probes
generated "region and probes in pairs" trace-cmd --events pairs
generated "losses of known size" trace-cmd --drop 30:3 --drop 60:20 --mark known
generated "losses of unknown size" trace-cmd --drop 30:3 --drop 60 --mark unknown
generated "losses that nothing tells" trace-cmd --drop 30:3 --mark none
generated "overflows of the ring" trace-cmd --overflow 9
generated "schemes and native goals" trace-cmd --schemes --goals native
generated "goals through a dynamic event" trace-cmd --goals probe
generated "tuned intervals" trace-cmd --tune 3:10000 --tune 7:2500
generated "clock not named" trace-cmd --no-clock

# ---- recordings of perf
# recording "name" READERS STATUS INPUT COUNTS SAMPLES: the four sums of samples; nothing was lost.
recording() {
	local name=$1 readers=$2 status=$3 input=$4 counts=$5

	expect "$name" "$status" "$input" "$counts" "$6 0 0 0 0"
	[ "$readers" = perf ] || return
	against perf "$name: perf script" "$counts" perf_counts "$input"
}

fixture() {
	local name=$1

	shift
	recording "$name" perf 0 "$FIXTURES/perf/$name" "$@"
}
fixture damon_pipe.data "damon_aggregated=1445" "0 0 0 0"
fixture pf_basic.data "page-faults=1080" "1080 1080 0 0"
fixture pf_clockmono.data "page-faults=141" "141 141 0 0"
fixture pf_multi_event.data "minor-faults=568 page-faults=568" "1136 1136 0 0"
fixture pf_phys_cpu_weight_page.data "page-faults=1085" "1085 1085 0 7"
fixture pf_pipe.data "page-faults=1081" "1081 1081 0 0"
fixture pf_threads.dir "page-faults=2112" "2112 2112 0 0"

# perf script prints a sample of a group once for each member: 105 rows. Its statistics do not.
recording pf_group_read.data none 0 $FIXTURES/perf/pf_group_read.data "page-faults=53" "53 53 0 0"
perf_total() {
	perf report -f --stats -i "$1" 2>/dev/null </dev/null |
		awk '/SAMPLE events/ { print $3; exit }'
}
against perf "pf_group_read.data: perf report --stats" 53 perf_total $FIXTURES/perf/pf_group_read.data

# Addresses of 0 and physical ones, as perf script prints them.
perf_addresses() {
	perf script -f -F "$2" -i "$1" 2>/dev/null </dev/null |
		awk '{ if ($1 ~ /^0+$/) zero++; else other++ } END { print other + 0, zero + 0 }'
}
against perf "pf_threads.dir: addresses" "2112 0" perf_addresses $FIXTURES/perf/pf_threads.dir addr
against perf "pf_phys_cpu_weight_page.data: physical addresses" "7 1078" perf_addresses \
	$FIXTURES/perf/pf_phys_cpu_weight_page.data phys_addr

# ---- the corpus of other people's recordings
# The expected numbers are those of perf, and of the corpus's README where perf 6.1 refuses.
other() {
	local readers=$1 status=$2 name=$3

	shift 3
	if [ ! -d $SHARED/corpus ]; then
		skip "corpus: $name" "$SHARED/corpus is not here"
		return
	fi
	recording "corpus: $name" "$readers" "$status" "$SHARED/corpus/$name" "$@"
}
other perf 0 own/damon_passive.data \
	"damon_aggregated=2961 damos_before_apply=38 page-faults=19343" "19343 19343 0 0"
other perf 0 own/damon_paddr_plus_phys.data \
	"damon_aggregated=3059 damos_before_apply=41 page-faults/period=20/=25117" "25117 25117 0 130"
other perf 0 own/pf_mixed_freq.data \
	"cpu-clock/freq=1000/=12 page-faults/period=1/=3407" "3419 3407 12 0"
other perf 0 own/pf_callgraph_dwarf.data "page-faults=35" "35 35 0 0"
other none 3 own/pf_killed.data "page-faults=7111" "7111 7111 0 0"
other perf 0 third-party/quipper/perf.data.weight_struct \
	"MEM_TRANS_RETIRED.LOAD_LATENCY:ldlat=64:precise=2:mh:mg:pinned=14" "14 14 0 0"
other perf 0 third-party/quipper/perf.data.piped.header_features_aligned-6.12 "cycles:u=9" "9 0 0 0"
other perf 0 third-party/quipper/perf.data.piped.no_attr_ids-4.14 "cycles=7" "7 0 0 0"
other perf 0 third-party/damo/perf.data "damon_aggregated=10260" "0 0 0 0"
other perf 0 third-party/linux-perf-data/sleep.compressed.pipe.data "cycles:P=8" "8 0 0 0"
other none 0 third-party/linux-perf-data/sleep.compressed.data "cycles:P=8" "8 0 0 0"
other none 0 third-party/linux-perf-data/sleep.compressed2.data "cycles:Pu=7" "7 0 0 0"
other none 3 third-party/linux-perf-data/sleep.compressed2.pipe.data "cycles:P=7" "7 0 0 0"
other none 0 third-party/linux-perf-data/sleep.data "cycles:Pu=7" "7 0 0 0"
other none 0 third-party/linux-perf-data/fibo.compressed2.pipe.data "cycles:P=547" "547 257 290 0"

# ---- generated perf.data
# made "name" READERS OPTIONS...: counts, addresses, losses and throttles as written.
made() {
	local name=$1 readers=$2 counts sums status

	shift 2
	samples variant -n 600 "$@"
	counts=$(awk '$1 == "samples" && $3 { print $2 "=" $3 }
		$1 == "regions" && $2 { print "damon_aggregated=" $2 }
		$1 == "goals" && $2 { print "damos_node_eligible_mem_bp=" $2 }' "$TMP/variant.totals" |
		sort | paste -s -d ' ')
	sums=$(awk '$1 == "samples" { n += $3 } { sum[$1] = $2 }
		END { print n, sum["with_address"], sum["address_zero"], sum["with_phys"], 0, 0,
			sum["lost"] + sum["dropped"], sum["throttles"] }' "$TMP/variant.totals")
	status=0
	[ "$(echo "$sums" | cut -d ' ' -f 7)" = 0 ] || status=3
	expect "perf.data: $name" $status "$TMP/variant.data" "$counts" "$sums"
	[ "$readers" = perf ] || return
	against perf "perf.data: $name: perf script" "$counts" perf_counts "$TMP/variant.data"
}
made "plain" perf
made "big endian" perf --big-endian
made "zstd 81" perf --zstd 81
made "zstd 83" none --zstd 83
made "attr of 64 bytes" perf --attr-size 64
made "attr of 104 bytes" perf --attr-size 104
made "attr of 248 bytes" none --attr-size 248
made "a directory" perf --directory
made "pipe mode" perf --pipe
made "pipe mode, AUXTRACE" none --pipe --auxtrace
made "three events with identifiers" perf --events 3 --identifier
made "three events with ids" perf --events 3 --fields ip,tid,time,addr,id
made "two kinds of samples" perf --events 2 --mixed --identifier
made "physical addresses" perf --fields ip,tid,time,addr,cpu,phys,weight_struct
made "no addresses" perf --fields ip,tid,time
made "every field" none --fields "ip,tid,time,addr,period,cpu,phys,weight_struct,data_src,read\
,callchain,branch,regs_user,stack_user,regs_intr,transaction,cgroup,data_page,code_page"
made "DAMON and samples" perf --damon 10 --identifier
made "DAMON, goals through a dynamic event" perf --damon 10 --identifier --goals probe
made "LOST records" perf --lost 50
made "LOST_SAMPLES records" perf --dropped 50
made "THROTTLE records" perf --throttle 50
samples variant -n 600 --lost-total 77
check_json "perf.data: the recorder's own sum of losses" "report --json $TMP/variant.data" 3 \
	'j["losses"]["samples"] == 77 and j["samples"]["total"] == 600'

# ---- info counts the same
run "report --json --resolution 1x1 $FIXTURES/perf/pf_multi_event.data"
whole=$(counted "$OUT"), && whole+=$(sums "$OUT")
run "info --json $FIXTURES/perf/pf_multi_event.data"
same "info counts what report counts" "$whole" "$(counted "$OUT"),$(sums "$OUT")"

done_testing
