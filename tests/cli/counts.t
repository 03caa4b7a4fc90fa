#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Events and samples are counted as trace-cmd and perf count them; for files that those refuse, as
# the files' makers say.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

# tally: "name=count ..." of the names on stdin, sorted.
tally() {
	sort | uniq -c | awk '{ n = $1; $1 = ""; print substr($0, 2) "=" n }' | LC_ALL=C sort | paste -sd' '
}

trace_cmd_counts() {
	trace-cmd report "$1" 2>/dev/null |
		sed -nE 's/^.*\[[0-9]+\] .* [0-9]+\.[0-9]+: +([a-zA-Z0-9_]+):.*/\1/p' | tally
}

# The system's name goes, as in the reports.
perf_counts() {
	perf script -i "$1" -F event 2>/dev/null |
		sed -nE 's/^ +//; s/: *$//; s/^(damon|sched)://; /./p' | tally
}

# counts "name" FILE EXPECTED [STATUS]: the events that occurred.
counts() {
	local status=${4:-0}

	run "report --json --resolution 4x4 '$2'"
	if [ -z "$3" ]; then
		fail "$1" "nothing to compare with"
	elif [ "$STATUS" != "$status" ]; then
		report_run "$1" "report --json $2" "expected exit status $status"
	else
		same "$1" "$3" "$(counted "$OUT")"
	fi
}

with_trace_cmd() {
	if have_peer trace-cmd; then
		counts "$1" "$2" "$(trace_cmd_counts "$2")" "${3:-0}"
	else
		skip_peer "$1" trace-cmd
	fi
}

# Samples: of all events that are no tracepoints, and of which address 0.
with_perf() {
	local name=$1 file=$2 totals

	if ! have_peer perf; then
		skip_peer "$name" perf
		return
	fi
	counts "$name: events of perf script" "$file" "$(perf_counts "$file")" "${3:-0}"
	totals=$(perf script -i "$file" -F event,addr 2>/dev/null | awk 'NF && !/damon:/ {
		n++; $NF ~ /^0+$/ ? zero++ : other++ } END { print n + 0, other + 0, zero + 0 }')
	[ "${totals%% *}" != 0 ] || return
	same "$name: samples, with address, with address 0" "$totals" "$(totals_of "$OUT")"
}

totals_of() {
	python3 -c '
import json, sys
samples = json.load(open(sys.argv[1]))["samples"]
print(samples["total"], samples["with_address"], samples["address_zero"])' "$1" 2>&1
}

# ---- the captures
for name in consist-oscillation temporal-steps vaddr-phases; do
	with_trace_cmd "$name: events of trace-cmd report" "$FIXTURES/$name-7.3.dat"
done
counts "consist-oscillation: events of its README" "$FIXTURES/consist-oscillation-7.3.dat" \
	"damon_aggregated=16406 damos_before_apply=189 damos_esz=300 damos_node_eligible_mem_bp=378$(:
	) damos_stat_after_apply_interval=378"
counts "temporal-steps: events of its README" "$FIXTURES/temporal-steps-7.3.dat" \
	"damon_aggregated=13045 damos_before_apply=288 damos_esz=132 damos_node_eligible_mem_bp=230$(:
	) damos_stat_after_apply_interval=232"
counts "vaddr-phases: events of its README" "$FIXTURES/vaddr-phases-7.3.dat" \
	"damon_aggregated=4388 damos_stat_after_apply_interval=92"

# ---- generated trace.dat, of the forms that trace-cmd reads
world="--snapshots 20 --regions 10 --kdamonds 2 --foreign 7 --goals probe"
for variant in "" "--version 7" "--version 7 --compression zstd" "--endian big" \
	"--page 8192" "--page 65536" "--subbuf 16384" "--absolute-time" "--cpus 1" "--cpus 8" \
	"--instance one" "--instance one --instance two --version 7 --compression zstd" \
	"--layout no-age" "--layout extra" "--layout v2" "--padding 3" "--overflow 5" "--goals native" \
	"--long 4 --base 0x10000000" "--events probes" "--events pairs" "--tune 5:10000" "--no-clock"; do
	# shellcheck disable=SC2086 # options are words
	world x $world $variant
	counts "trace.dat ${variant:-plain}: events that were written" "$TMP/x.dat" \
		"$(cut -d' ' -f3 "$TMP/x.truth" | tally)"
	# trace-cmd takes a sub-buffer for a page
	[ "$variant" = "--subbuf 16384" ] ||
		with_trace_cmd "trace.dat ${variant:-plain}: events of trace-cmd report" "$TMP/x.dat"
done

if have_peer trace-cmd; then
	for variant in "" "--version 7 --compression zstd" "--endian big"; do
		# shellcheck disable=SC2086 # options are words
		world x --snapshots 20 --drop 30:4 --drop 100:11 --mark known $variant
		with_trace_cmd "losses ${variant:-plain}: events of trace-cmd report" "$TMP/x.dat" 3
		dropped=$(trace-cmd report "$TMP/x.dat" 2>/dev/null |
			sed -n 's/^CPU:.* \[\([0-9]*\) EVENTS DROPPED\]/\1/p' |
			awk '{ n += $1 } END { print n + 0 }')
		check_json "losses ${variant:-plain}: dropped as trace-cmd says" \
			"report --json '$TMP/x.dat'" 3 "j['losses']['events'] == $dropped == 15"
	done
fi

# ---- perf.data of this project
for file in "$FIXTURES"/perf/*.data "$FIXTURES"/perf/*.dir; do
	case ${file##*/} in
	pf_group_read.data | *.expect) continue ;;
	esac
	with_perf "${file##*/}" "$file"
done
counts "pf_group_read.data: a sample of a group is one" "$FIXTURES/perf/pf_group_read.data" \
	page-faults=53
counts "pf_threads.dir: samples of its README" "$FIXTURES/perf/pf_threads.dir" page-faults=2112
check_json "pf_phys_cpu_weight_page.data: resolved physical addresses" \
	"report --json '$FIXTURES/perf/pf_phys_cpu_weight_page.data'" 0 "j['samples']['with_phys'] == $(
		perf script -i "$FIXTURES/perf/pf_phys_cpu_weight_page.data" -F phys_addr 2>/dev/null |
			grep -E -c '[1-9a-f]' || true) or not $(have_peer perf && echo True || echo False)"

# ---- generated perf.data
for variant in "" "--pipe" "--directory" "--zstd 81" "--events 3 --identifier" \
	"--identifier --damon 10" "--identifier --events 2 --mixed" "--attr-size 136"; do
	# shellcheck disable=SC2086 # options are words
	samples x -n 500 --fields ip,tid,time,addr,cpu $variant
	run "report --json --resolution 4x4 '$TMP/x.data'"
	same "perf.data ${variant:-plain}: samples that were written" \
		"$(awk '$1 == "samples" { n += $NF } $1 == "with_address" { a = $2 } $1 == "address_zero" {
			z = $2 } END { print n, a, z }' "$TMP/x.totals")" "$(totals_of "$OUT")"
	# perf refuses attributes that are larger than its own
	[ "$variant" = "--attr-size 136" ] || with_perf "perf.data ${variant:-plain}" "$TMP/x.data"
done

# ---- the corpus, beside the checkout
corpus=$SHARED/corpus
if [ ! -d "$corpus" ]; then
	skip "recordings of other makers" "$corpus is absent"
	done_testing
	exit
fi
party=$corpus/third-party

# perf reads them
for file in "$corpus"/own/* "$party/quipper/perf.data.weight_struct" \
	"$party"/quipper/perf.data.piped.* "$party/damo/perf.data" \
	"$party/linux-perf-data/sleep.compressed.pipe.data"; do
	case ${file##*/} in
	pf_killed.data | pf_group_read.data) ;;
	*) with_perf "corpus ${file#"$corpus"/}" "$file" ;;
	esac
done

# and what their makers say, also of those that it refuses
while read -r file status expected; do
	counts "corpus $file: as its maker says" "$corpus/$file" "$expected" "$status"
done <<-'END'
	own/damon_passive.data 0 damon_aggregated=2961 damos_before_apply=38 page-faults=19343
	own/damon_paddr_plus_phys.data 0 damon_aggregated=3059 damos_before_apply=41 page-faults/period=20/=25117
	own/damon_pipe.data 0 damon_aggregated=1445
	own/pf_basic.data 0 page-faults=1080
	own/pf_pipe.data 0 page-faults=1081
	own/pf_group_read.data 0 page-faults=53
	own/pf_callgraph_dwarf.data 0 page-faults=35
	own/pf_phys_cpu_weight_page.data 0 page-faults=1085
	own/pf_clockmono.data 0 page-faults=141
	own/pf_killed.data 3 page-faults=7111
	own/pf_threads.dir 0 page-faults=2112
	third-party/damo/perf.data 0 damon_aggregated=10260
	third-party/linux-perf-data/sleep.compressed.data 0 cycles:P=8
	third-party/linux-perf-data/sleep.compressed.pipe.data 0 cycles:P=8
	third-party/linux-perf-data/sleep.compressed2.data 0 cycles:Pu=7
	third-party/linux-perf-data/sleep.compressed2.pipe.data 3 cycles:P=7
	third-party/linux-perf-data/fibo.compressed2.pipe.data 0 cycles:P=547
	third-party/linux-perf-data/sleep.data 0 cycles:Pu=7
END
check "corpus own/pf_killed.data: where it was cut" "report '$corpus/own/pf_killed.data'" 3 \
	"err:pf_killed.data: offset 599944: "

done_testing
