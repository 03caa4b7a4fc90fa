#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Slices: the whole is the input event for event, a part is what the generator's truth has in it,
# trace-cmd and perf print of both the same lines, and nothing half-written is left behind.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

world v6 --scenario lost --schemes --goals native --foreign 50 --snapshots 60 --kdamonds 2
world big --scenario lost --endian big --long 4 --base 64M --absolute-time --snapshots 60 --schemes
world wide --scenario lost --subbuf 16384 --page 16384 --align-8 --snapshots 60
world two --scenario lost --kdamonds 3 --instance one --instance other --snapshots 60
world none --scenario lost --version 7 --compression none --kdamonds 2 --snapshots 60
world zstd --scenario lost --version 7 --compression zstd --instance one --kdamonds 2 --snapshots 60 \
	--schemes --foreign 50
world zlib --scenario lost --version 7 --compression zlib --kdamonds 2 --snapshots 60
worlds="v6 big wide two none zstd zlib"

# perf NAME OPTIONS: $TMP/NAME.data and what gen_perf wrote down of it.
perf_world() {
	local name=$1

	shift
	"$TOOLS/gen_perf" "$@" --truth "$TMP/$name.truth" -o "$TMP/$name.data" 2>"$ERR" ||
		fail "gen_perf $*" "$(cat "$ERR")"
}
perf_world file -n 4000 --identifier --damon 20 --lost 300 --throttle 700 --lost-total 500 --auxtrace
perf_world mixed -n 4000 --identifier --events 3 --mixed --fields ip,tid,time,addr,phys,raw,callchain
perf_world other -n 4000 --big-endian --dropped 500
perf_world packed -n 4000 --identifier --damon 20 --zstd 81
perf_world packed2 -n 4000 --identifier --damon 20 --zstd 83
perf_world pipe -n 4000 --identifier --damon 20 --pipe --zstd 81
perf_world directory -n 4000 --identifier --damon 20 --directory
perf_world killed -n 4000 --unterminated
perfs="file mixed other packed packed2 pipe directory killed"

# rows FILE: the records that it holds
rows() {
	"$TOOLS/gen_rows" "$1" 2>/dev/null
}

# slice "name" INPUT OUTPUT "OPTIONS": made, whatever was lost in the input
slice() {
	rm -rf "$3"
	run "slice $4 -o '$3' '$2'"
	case $STATUS in
	0 | 3) ;;
	*) report_run "$1" "slice $4 $2" "expected exit status 0 or 3" ;;
	esac
}

# holds "name" TRUTH OUTPUT WORDS...: the slice has of the truth what slice_truth.py says
holds() {
	local name=$1 truth=$2 output=$3 why

	shift 3
	rows "$output" >"$TMP/.rows"
	if why=$(python3 tests/cli/slice_truth.py "$truth" "$TMP/.rows" "$@" 2>&1); then
		pass "$name ($why)"
	else
		fail "$name" "$why"
	fi
}

# events FILE: counts of all events, also those that are not DAMON's
events() {
	"$DAMON_TRACE" info --json "$1" 2>/dev/null | python3 -c '
import json, sys
j = json.load(sys.stdin)
print({name: n for name, n in j["events"].items() if n}, j["samples"]["total"], j["losses"])'
}

# ---- without a filter: all that the input has
for name in $worlds; do
	slice "$name" "$TMP/$name.dat" "$TMP/out.dat" ""
	same "whole $name: the same records" "$(rows "$TMP/$name.dat" | cksum)" "$(rows "$TMP/out.dat" | cksum)"
	same "whole $name: the same counts" "$(events "$TMP/$name.dat")" "$(events "$TMP/out.dat")"
	holds "whole $name: what the generator wrote down" "$TMP/$name.truth" "$TMP/out.dat"
done
for name in $perfs; do
	slice "$name" "$TMP/$name.data" "$TMP/out.data" ""
	same "whole $name: the same records" "$(rows "$TMP/$name.data" | cksum)" "$(rows "$TMP/out.data" | cksum)"
	same "whole $name: the same counts" "$(events "$TMP/$name.data")" "$(events "$TMP/out.data")"
	holds "whole $name: what the generator wrote down" "$TMP/$name.truth" "$TMP/out.data"
done
for capture in consist-oscillation-7.3 temporal-steps-7.3 vaddr-phases-7.3; do
	slice "$capture" "$FIXTURES/$capture.dat" "$TMP/out.dat" ""
	same "whole $capture: the same records" "$(rows "$FIXTURES/$capture.dat" | cksum)" \
		"$(rows "$TMP/out.dat" | cksum)"
	same "whole $capture: the same counts" "$(events "$FIXTURES/$capture.dat")" "$(events "$TMP/out.dat")"
done

# ---- filters
for name in $worlds; do
	slice "$name" "$TMP/$name.dat" "$TMP/out.dat" "--time @1236.2,@1238.000000001"
	holds "$name, --time" "$TMP/$name.truth" "$TMP/out.dat" from=1236200000000 to=1238000000001
done
slice "from the first event" "$TMP/v6.dat" "$TMP/out.dat" "--time 1.5,3"
holds "--time from the first event" "$TMP/v6.truth" "$TMP/out.dat" \
	from=1236067890123 to=1237567890123
slice "open end" "$TMP/v6.dat" "$TMP/out.dat" "--time 1.5,"
holds "--time with an open end" "$TMP/v6.truth" "$TMP/out.dat" from=1236067890123
for name in v6 zstd; do
	slice "$name" "$TMP/$name.dat" "$TMP/out.dat" "--address 0x42000000,0x43000000"
	holds "$name, --address" "$TMP/$name.truth" "$TMP/out.dat" low=0x42000000 high=0x43000000
	slice "$name" "$TMP/$name.dat" "$TMP/out.dat" "--stream kdamond=1001"
	holds "$name, --stream" "$TMP/$name.truth" "$TMP/out.dat" kdamond=1001
done
slice "all at once" "$TMP/v6.dat" "$TMP/out.dat" \
	"--time @1235,@1239 --address 0x40000000,0x48000000 --stream kdamond=1000"
holds "all filters at once" "$TMP/v6.truth" "$TMP/out.dat" from=1235000000000 to=1239000000000 \
	low=0x40000000 high=0x48000000 kdamond=1000
slice "node" "$TMP/v6.dat" "$TMP/out.dat" "--nodes 0=0x40000000-0x42000000,1=0x42000000-0x80000000 --node 1"
holds "--node" "$TMP/v6.truth" "$TMP/out.dat" low=0x42000000 high=0x80000000
run "slice --address 0x42000000,0x43000000 -o '$TMP/address.dat' '$TMP/v6.dat'"
same "--address: events without addresses stay" \
	"$(awk '$3 ~ /esz|goal|node_eligible|stat|sched|lost/' "$TMP/v6.truth" | wc -l)" \
	"$("$DAMON_TRACE" info --json "$TMP/address.dat" | python3 -c '
import json, sys
j = json.load(sys.stdin)
print(sum(n for name, n in j["events"].items() if name not in ("damon_aggregated", "damos_before_apply"))
	+ '"$(grep -c ' lost ' "$TMP/v6.truth")"')')"
for name in $perfs; do
	slice "$name" "$TMP/$name.data" "$TMP/out.data" "--time @1000.000050,@1000.000200001"
	holds "$name, --time" "$TMP/$name.truth" "$TMP/out.data" from=1000000050000 to=1000000200001
	slice "$name" "$TMP/$name.data" "$TMP/out.data" "--pid 1001"
	holds "$name, --pid" "$TMP/$name.truth" "$TMP/out.data" pid=1001
	slice "$name" "$TMP/$name.data" "$TMP/out.data" "--address 0x7f0000000000,0x7f0002000000"
	holds "$name, --address" "$TMP/$name.truth" "$TMP/out.data" low=0x7f0000000000 high=0x7f0002000000
done

# ---- the tools that wrote such files: lines of the slice are those of the whole
# trace_lines FILE
trace_lines() {
	trace-cmd report -N "$1" 2>/dev/null | grep -E -v '^(version|cpus)|EVENTS DROPPED'
}
if have_peer trace-cmd; then
	# Debian's trace-cmd has no zlib, and takes only the pages of this machine
	for name in v6 two none zstd; do
		slice "$name" "$TMP/$name.dat" "$TMP/out.dat" ""
		same "trace-cmd: the lines of $name" "$(trace_lines "$TMP/$name.dat" | cksum)" \
			"$(trace_lines "$TMP/out.dat" | cksum)"
		slice "$name" "$TMP/$name.dat" "$TMP/out.dat" "--time @1236.2,@1238"
		trace_lines "$TMP/$name.dat" | sort >"$TMP/.all"
		trace_lines "$TMP/out.dat" | sort >"$TMP/.lines"
		same "trace-cmd: as many lines of a slice of $name as there are events" \
			"$(awk '$3 != "lost" && $1 >= 1236200000000 && $1 < 1238000000000' "$TMP/$name.truth" | wc -l)" \
			"$(wc -l <"$TMP/.lines")"
		same "trace-cmd: and all of them of $name" "" "$(comm -13 "$TMP/.all" "$TMP/.lines" | head -3)"
	done
else
	skip_peer "trace-cmd opens slices" trace-cmd
fi
# perf_lines FILE
perf_lines() {
	case $1 in
	*pipe*) perf script -i - <"$1" 2>/dev/null ;;
	*) perf script -f -i "$1" 2>/dev/null ;;
	esac | sed 's/^ *//'
}
# between FROM TO: lines of perf script at these times, in seconds; to nanoseconds they are printed
between() {
	awk -v from="$1" -v to="$2" '{ for (i = 1; i < NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) break
		if ($i + 0 >= from && $i + 0 < to) print }'
}
if have_peer perf; then
	for name in damon_pipe.data pf_basic.data pf_multi_event.data pf_group_read.data \
		pf_phys_cpu_weight_page.data pf_pipe.data pf_threads.dir; do
		slice "$name" "$FIXTURES/perf/$name" "$TMP/out.$name" ""
		perf_lines "$FIXTURES/perf/$name" >"$TMP/.all"
		perf_lines "$TMP/out.$name" >"$TMP/.lines"
		same "perf: the lines of $name" "$(cksum <"$TMP/.all")" "$(cksum <"$TMP/.lines")"
		# a third of the way in, between two microseconds
		read -r from to < <("$DAMON_TRACE" info --json "$FIXTURES/perf/$name" | python3 -c '
import json, sys
i = json.load(sys.stdin)["inputs"][0]
first, last = i["start_ns"], i["end_ns"]
step = (last - first) // 3
print(*("%d.%06d" % divmod((first + k * step) // 1000, 10**6) for k in (1, 2)))')
		slice "$name" "$FIXTURES/perf/$name" "$TMP/out.$name" "--time @$from,@$to"
		# perf makes the periods of a group from the sample before, which the slice lacks
		[ $name = pf_group_read.data ] && continue
		perf_lines "$TMP/out.$name" >"$TMP/.lines"
		same "perf: the lines of a slice of $name, which are not none" \
			"$(between "$from" "$to" <"$TMP/.all" | cksum) yes" \
			"$(cksum <"$TMP/.lines") $([ -s "$TMP/.lines" ] && echo yes)"
	done
else
	skip_peer "perf opens slices" perf
fi

# ---- a recording
recording=$FIXTURES/vaddr-window-lab
slice "recording" "$recording" "$TMP/rec" ""
run "report --json '$recording'"
cp "$OUT" "$TMP/base"
equals "a whole recording reports the same" "$TMP/base" "$STATUS" "'$TMP/rec'"
same "a recording: the other files are copies" "$(cat "$recording"/{host.json,witness.jsonl} | cksum)" \
	"$(cat "$TMP/rec"/{host.json,witness.jsonl} | cksum)"
slice "a recorder that was killed" "$FIXTURES/deaths-lab" "$TMP/dead" ""
same "a recorder that was killed: its events, in one closed file" \
	"$(rows "$FIXTURES/deaths-lab" | cksum) host.json trace.dat witness.jsonl" \
	"$(rows "$TMP/dead" | cksum) $(cd "$TMP/dead" && echo *)"
slice "time of a recording" "$recording" "$TMP/part" "--time 5,10"
run "info --json '$TMP/part'"
same "--time of a recording" yes "$(python3 - "$OUT" "$TMP/base" <<'PYTHON'
import json, sys
part, whole = (json.load(open(path))["inputs"][0] for path in sys.argv[1:])
start = whole["start_ns"] + 5 * 10**9
print("yes" if start <= part["start_ns"] < start + 10**9 and part["end_ns"] < start + 5 * 10**9 else part)
PYTHON
)"

# ---- what there is not
check "a time outside says which there is" "slice --time 100,200 -o '$TMP/absent' '$TMP/v6.dat'" 1 \
	"err:from 0 to [0-9.]+ s, on its own clock from @1234\.567890 to @12[0-9.]+" "!out:."
check "a clock time before it" "slice --time @1,@2 -o '$TMP/absent' '$TMP/v6.dat'" 1 "err:@1234\.567890"
check "addresses outside" "slice --address 1,2 -o '$TMP/absent' '$TMP/v6.dat'" 1 \
	"err:regions lie in 0x40000000-0x[0-9a-f]+"
check "a stream that is not there" "slice --stream kdamond=5 -o '$TMP/absent' '$TMP/v6.dat'" 1 "err:1000, 1001"
check "a process that is not there" "slice --pid 5 -o '$TMP/absent' '$TMP/file.data'" 1 "err:1000"
same "nothing was written" "" "$(ls -d "$TMP"/absent* 2>/dev/null)"

# ---- usage and failures
check "no OUT" "slice '$TMP/v6.dat'" 2 "err:-o OUT"
check "no input" "slice -o '$TMP/absent'" 2 "err:which input"
check "two inputs" "slice -o '$TMP/absent' '$TMP/v6.dat' '$TMP/two.dat'" 2 "err:one input"
check "stdout" "slice -o - '$TMP/v6.dat'" 2 "err:needs a file"
cp "$TMP/v6.dat" "$TMP/self.dat"
check "OUT is the input" "slice -o '$TMP/./self.dat' '$TMP/self.dat'" 2 "err:the input itself"
same "which is left alone" "$(cksum <"$TMP/v6.dat")" "$(cksum <"$TMP/self.dat")"
check "text" "slice -o '$TMP/absent' '$TMP/v6.truth'" 1 "err:."
mkdir "$TMP/there"
check "a directory is not replaced" "slice -o '$TMP/there' '$recording'" 1 "err:File exists" "err:not replaced"
check "no such directory" "slice -o '$TMP/none/x' '$TMP/v6.dat'" 1 "err:No such file"
INPUT=$TMP/v6.dat check "of standard input" "slice --time 1,2 -o '$TMP/stdin.dat' -" 3 "err:events"
slice "the same of the file" "$TMP/v6.dat" "$TMP/file.dat" "--time 1,2"
same "the same as of the file" "$(cksum <"$TMP/file.dat")" "$(cksum <"$TMP/stdin.dat")"
check "help" "slice --help" 0 "out:Usage: damon-trace slice" "out:--time FROM,TO" "!err:."
for input in v6.dat zstd.dat file.data; do
	STATUS=0
	(
		trap '' XFSZ
		ulimit -f 16
		"$DAMON_TRACE" slice -o "$TMP/full" "$TMP/$input"
	) >"$OUT" 2>"$ERR" || STATUS=$?
	same "no room for $input: an error, and nothing stays" "1 yes " \
		"$STATUS $(grep -q "cannot write $TMP/full: " "$ERR" && echo yes) $(ls -d "$TMP"/full* 2>/dev/null)"
done
# damaged: an answer, not a crash, and no more than the file has
for size in 100 5000 20000 60000 150000; do
	for name in v6.dat none.dat zstd.dat file.data packed.data; do
		head -c "$size" "$TMP/$name" >"$TMP/cut"
		rm -rf "$TMP/cut.out"
		run "slice -o '$TMP/cut.out' '$TMP/cut'"
		if [ "$STATUS" != 1 ]; then
			same "$name cut at $size: what can be read of it" "$(rows "$TMP/cut" | cksum)" \
				"$(rows "$TMP/cut.out" | cksum)"
		else
			same "$name cut at $size: an error, and nothing stays" "1 yes " \
				"$STATUS $([ -s "$ERR" ] && echo yes) $(ls -d "$TMP"/cut.out* 2>/dev/null)"
		fi
	done
done
# an instance whose data is nowhere, beside a CPU whose data is at the very beginning
odd=tests/fuzz/corpus-slice/instance-nowhere.dat
slice "an instance whose data is nowhere" "$odd" "$TMP/out.dat" ""
same "an instance whose data is nowhere has none in the slice" "$(rows "$odd" | cksum)" \
	"$(rows "$TMP/out.dat" | cksum)"
# what perf never writes: lists of identifiers behind the header, which would move
check "identifiers among the records: no slice" \
	"slice -o '$TMP/absent' tests/fuzz/corpus-slice/identifiers-in-data.data" 1 \
	"err:not described in front of its data"

# ---- memory
# peak FILE: in KB
peak() {
	rm -rf "$TMP/out.peak"
	/usr/bin/time -f %M -o "$TMP/.peak" "$DAMON_TRACE" slice --address 0,1M --address 0x40000000,0x44000000 \
		--address 0x7f0000000000,0x7f0002000000 -o "$TMP/out.peak" "$1" >/dev/null 2>&1
	tail -1 "$TMP/.peak"
}
if grep -q __asan_init "$DAMON_TRACE"; then
	skip "memory of long files" "a sanitizer's own memory would be measured"
elif ! [ -x /usr/bin/time ]; then
	skip "memory of long files" "/usr/bin/time is not installed"
else
	for size in 8M 64M; do
		"$TOOLS/gen_trace" --snapshots 0 --size $size --regions 1000 "$TMP/$size.dat"
		"$TOOLS/gen_perf" --size $size --fields ip,tid,time,addr -o "$TMP/$size.data"
	done
	for kind in dat data; do
		short=$(peak "$TMP/8M.$kind")
		long=$(peak "$TMP/64M.$kind")
		same "memory, $kind: no more for eight times the length ($short KB, $long KB)" yes \
			"$([ "$long" -lt $((short * 5 / 4 + 2048)) ] && echo yes || echo "$short, then $long")"
	done
fi

done_testing
