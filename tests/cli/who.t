#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# --by, --latency, --folded and --tier: of generated hardware samples, every figure counted anew from
# the list of what was written; of a program that this test compiles and records, against perf.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

views="--by pid --by comm --by cgroup --by mapping --by symbol --latency --json"

# true_of NAME "options" [TIER...]: the report is what the truth says
true_of() {
	local name=$1 options=$2

	shift 2
	run "report $views $options '$TMP/$name.data'"
	same "$name $options: exit status" 0 "$STATUS"
	same "$name $options: every figure" "" \
		"$(python3 tests/cli/who_figures.py "$TMP/$name.json" "$OUT" "$@" 2>&1)"
}

for kind in pebs ibs-op; do
	"$TOOLS/gen_samples" $kind -n 20000 --disagree 10 --list --truth "$TMP/$kind.json" \
		-o "$TMP/$kind.data" || fail "gen_samples $kind"
done
true_of pebs ""
true_of pebs "--tier cxl --tier l3" cxl l3
true_of pebs "--resolution 7x7"
true_of ibs-op ""
true_of ibs-op "--tier remote_dram" remote_dram

# so that the check above is known to be able to fail
run "report $views --tier pmem '$TMP/pebs.data'"
sed 's/"tier": "cxl"/"tier": "pmem"/' "$TMP/pebs.json" >"$TMP/other.json"
same "a wrong tier is noticed" yes \
	"$(python3 tests/cli/who_figures.py "$TMP/other.json" "$OUT" pmem | grep -q pid && echo yes)"

# ---- a part of the recording
truth="json.load(open('$TMP/pebs.json'))['list']"
check_json "--address, --time and --pid choose samples" \
	"report --by mapping --json --pid 1000 --time 0.2,0.5 --address 0x7f1000000000,0x7f1000200000 \
		'$TMP/pebs.data'" 0 \
	"j['who'][0]['samples'] == sum(s['pid'] == 1000 and
		0x7f1000000000 <= s['addr'] < 0x7f1000200000 and
		200000000 <= s['time'] - j['inputs'][0]['start_ns'] < 500000000
		for s in $truth) > 0
	and [row['name'] for row in j['who'][0]['top']] == ['[heap]']"
check_json "--node chooses samples" \
	"report --by pid --json --nodes 0=0-8G,1=8G-16G --node 1 '$TMP/pebs.data'" 0 \
	"j['who'][0]['samples'] == sum(s['node'] == 1 for s in $truth) > 0"
check_json "two inputs are counted together" "report --by cgroup --by pid --json '$TMP/pebs.data' \
	'$TMP/ibs-op.data'" 0 \
	"sum(w['samples'] for w in j['who']) == 2 * (20000 + sum(s['tier'] != 'none'
		for s in json.load(open('$TMP/ibs-op.json'))['list']))
	and sorted(row['name'] for row in j['who'][1]['top']) ==
		['/system.slice/redis.service', '/user.slice/batch']"

# ---- what people read
check "commands and shares" "report --by comm '$TMP/pebs.data'" 0 \
	"out:^  redis-server +[0-9,]+ +[45][0-9]\.[0-9] %" "out:^  batch job 7 "
check "what has no symbols is told" "report --by symbol '$TMP/pebs.data'" 0 \
	"out:Without symbols: synthetic \(not here" "out:\[synthetic\]\+0x"
check "tiers are named" "report --by pid --tier cxl '$TMP/pebs.data'" 0 \
	"out:Only samples served from: CXL"
check "CSV" "report --by pid --csv '$TMP/pebs.data'" 0 "out:^name,file,pid,samples,share"
check "latency as a picture" "report --latency --plot '$TMP/latency.gp' '$TMP/pebs.data'" 0
same "the picture's axis has cycles" yes \
	"$(grep -q "^set ytics .*'128' " "$TMP/latency.gp" && echo yes)"
check "latency in the terminal" "report --latency --ascii '$TMP/pebs.data'" 0 \
	"out:latency in cycles" "out:a factor of 1\."
check "maps name what lies in them" "report --heatmap --ascii --pid 1000 '$TMP/pebs.data'" 0 \
	"out:\| \[heap\]"
check_json "labels in JSON" "report --heatmap --json --pid 1000 '$TMP/pebs.data'" 0 \
	"[s['label'] for s in j['heatmaps'][0]['segments']][0].startswith('[heap]')"

# ---- wrong use, and what a recording lacks
check "--tier alone has nothing to choose" "report --tier cxl '$TMP/pebs.data'" 2 "err:--by"
check "a tier that is none" "report --by pid --tier dram '$TMP/pebs.data'" 2 "err:local_dram"
check "--by what" "report --by process '$TMP/pebs.data'" 2 "err:none of: pid, comm"
check "--folded is a form of its own" "report --folded --json '$TMP/pebs.data'" 2 "err:--json"
check "no chains: how to record them" "report --folded '$TMP/pebs.data'" 1 "err:perf record -g"
check "no latency: how to record it" "report --latency '$FIXTURES/temporal-steps-7.3.dat'" 0 \
	"out:no memory samples"
samples plain -n 300 --fields ip,tid,time
check "no latency in samples" "report --latency '$TMP/plain.data'" 0 "out:perf record -W"
check "no address" "report --by mapping '$TMP/plain.data'" 0 "out:\(no address\) +300 +100"
check "no tier" "report --by pid --tier cxl '$TMP/plain.data'" 0 "out:300 samples do not say where"

# ---- call chains: every chain of gen_perf is ip, ip + 16, ... 1 + time % 7 of them, of code that is
# not mapped
samples chains -n 3000 --fields ip,tid,time,addr,period,callchain
check "chains of code that nobody knows" "report --folded '$TMP/chains.data'" 0
same "are counted all" 3000 "$(awk '{ sum += $NF } END { print sum }' "$OUT")"
check "by what they stand for" "report --folded --weight period -o '$TMP/folded' '$TMP/chains.data'" 0
same "the sum of the periods" "$(sed -n 's/.* sample .* period=\([0-9]*\) .*/\1/p' \
	"$TMP/chains.truth" | awk '{ sum += $1 } END { printf "%.0f", sum }')" "$(awk '{ sum += $NF } END { printf "%.0f", sum }' "$TMP/folded")"

# ---- a real program, recorded here
cat >"$TMP/workload.c" <<'C'
#include <stddef.h>
#include <sys/mman.h>

__attribute__((noinline)) void nothing(void)
{
	__asm__ volatile("" ::: "memory");
}

/* calls something: a function that does not may go without a frame of its own */
__attribute__((noinline)) void inner(char *memory, size_t size)
{
	for (size_t i = 0; i < size; i += 4096)
		*(volatile char *)(memory + i) = 1;
	nothing();
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) void outer(char *memory, size_t size)
{
	inner(memory, size);
	__asm__ volatile("" ::: "memory");
}

int main(void)
{
	const size_t size = 2 << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(memory, size, MADV_NOHUGEPAGE);
	outer(memory, size / 2);
	inner(memory + size / 2, size / 2);
	__asm__ volatile("" ::: "memory");
	return 0;
}
C
if ! have_peer perf; then
	skip_peer "stacks and symbols of a real program, as perf sees them" perf
elif ! "${CC:-cc}" -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls -o "$TMP/workload" \
	"$TMP/workload.c" 2>"$ERR"; then
	skip "stacks and symbols of a real program, as perf sees them" "no compiler"
elif ! perf record -q -e page-faults -c 1 -d -g -o "$TMP/real.data" "$TMP/workload" \
	>/dev/null 2>"$ERR"; then
	skip "stacks and symbols of a real program, as perf sees them" "perf cannot record here"
else
	perf script -i "$TMP/real.data" -F comm,ip,sym --no-inline >"$TMP/script" 2>/dev/null
	check "stacks of a real program" "report --folded -o '$TMP/folded' '$TMP/real.data'" 0
	same "as perf sees them" "" \
		"$(python3 tests/cli/fold_script.py "$TMP/script" "$TMP/folded" main 2>&1)"
	# 1 MiB each, in pages
	same "who called whom" "256 256" "$(awk '/;main;outer;inner / { outer += $NF }
		/;main;inner / { main += $NF } END { print outer, main }' "$TMP/folded")"
	perf script -i "$TMP/real.data" -G -F ip,sym --no-inline 2>/dev/null |
		awk '$2 ~ /^(inner|outer|main)$/ { count[$2]++ }
			END { for (name in count) print name, count[name] }' | sort >"$TMP/perf.symbols"
	run "report --by symbol --json '$TMP/real.data'"
	same "samples by symbol" "$(cat "$TMP/perf.symbols")" "$(python3 -c "
import json
for row in sorted(json.load(open('$OUT'))['who'][0]['top'], key=lambda row: row['name']):
    if row['name'] in ('inner', 'outer', 'main'):
        print(row['name'], row['samples'])")"
	perf script -i "$TMP/real.data" -G -F comm 2>/dev/null | sort | uniq -c |
		awk '{ print $2, $1 }' >"$TMP/perf.comms"
	run "report --by comm --json '$TMP/real.data'"
	same "samples by command" "$(cat "$TMP/perf.comms")" "$(python3 -c "
import json
for row in json.load(open('$OUT'))['who'][0]['top']:
    print(row['name'], row['samples'])")"
	perf record -q -e page-faults -c 1 -d -o "$TMP/forks.data" bash -c '( : ); ( : ); :' \
		>/dev/null 2>&1
	check "a child without a name of its own is called like its parent" \
		"report --by comm '$TMP/forks.data'" 0 "out:^  bash " "!out:\(process"
	check "the memory of the program" "report --by mapping --tier unknown '$TMP/real.data'" 0 \
		"out:^  //anon "
	cp "$TMP/workload.c" "$TMP/other.c"
	sed -i 's/2 << 20/4 << 20/' "$TMP/other.c"
	"${CC:-cc}" -O1 -Wl,--build-id -o "$TMP/workload" "$TMP/other.c"
	check "a program that changed since gives no names" "report --by symbol '$TMP/real.data'" 0 \
		"out:workload \(another build" "out:\[workload\]\+0x" "!out:^  inner"
fi

dwarf=$SHARED/corpus/own/pf_callgraph_dwarf.data
if [ -e "$dwarf" ]; then
	check "stacks that are not unwound" "report --folded '$dwarf'" 1 "err:call-graph fp"
	check_json "by mapping, as perf's dso_daddr" "report --by mapping --json '$dwarf'" 0 \
		"{row['name']: row['samples'] for row in j['who'][0]['top']} ==
			{'//anon': 33, '[vdso]': 1, 'libc.so.6': 1}"
else
	skip "stacks that are not unwound" "there is no $dwarf"
fi
done_testing
