#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Texts of perf and trace-cmd: the same recording read as the file and as what the tools print of it
# gives the same records and the same maps. Lines that are no records are counted and shown.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

map="--resolution 32x32"

# rows INPUT OUTPUT
rows() {
	"$TOOLS/gen_rows" "$1" >"$2" 2>"$ERR" || cat "$ERR" >"$2"
}

# same_rows "name" BINARY TEXT COLUMNS [cut|rounded]
same_rows() {
	local name=$1 why

	rows "$2" "$TMP/binary.rows"
	rows "$3" "$TMP/text.rows"
	if why=$(python3 tests/cli/same_rows.py "$TMP/binary.rows" "$TMP/text.rows" "$4" ${5+"$5"} 2>&1); then
		pass "$name: $why records"
	else
		fail "$name" "$why" "$(head -3 "$TMP/text.rows")"
	fi
}

# script INPUT FIELDS [OPTIONS]: perf script's text of it, to $TMP/script.txt.
script() {
	local input=$1 fields=$2

	shift 2
	perf script "$@" -F "$fields" -i "$input" >"$TMP/script.txt" 2>"$TMP/script.err"
}

# ---- perf.data against perf script
front=comm,pid,tid,time,event,period
all=time,pid,tid,addr,ip,period
if have_peer perf; then
	samples g -n 3000 --pids 5 --fields ip,tid,time,addr,cpu,period,phys,data_src,weight
	script "$TMP/g.data" $front,cpu,addr,data_src,weight,ip,sym,dso,phys_addr --ns
	same_rows "perf script, all fields" "$TMP/g.data" "$TMP/script.txt" \
		$all,cpu,phys,data_src,weight
	for view in "$map" "$map --phys" "$map --weight latency" "$map --weight period --pid 1001"; do
		run "report --json $view '$TMP/g.data'"
		cp "$OUT" "$TMP/base"
		equals "the same map, cell by cell: $view" "$TMP/base" 0 \
			"$view '$TMP/script.txt'" heatmaps,samples
		INPUT=$TMP/script.txt equals "and from standard input" "$TMP/base" 0 \
			"$view -" heatmaps,samples
	done
	rm -f "$TMP/fifo"
	mkfifo "$TMP/fifo"
	run "report --json $map '$TMP/g.data'"
	cp "$OUT" "$TMP/base"
	cat "$TMP/script.txt" >"$TMP/fifo" &
	INPUT=$TMP/fifo equals "and from a pipe" "$TMP/base" 0 "$map -" heatmaps,samples
	wait
	samples h -n 9000 --pids 3 --fields ip,tid,time,addr,cpu,period
	script "$TMP/h.data" $front,cpu,addr,ip,sym,dso --ns
	same "the next one is longer than what is kept of a pipe's beginning" yes \
		"$([ "$(stat -c %s "$TMP/script.txt")" -gt 1200000 ] && echo yes)"
	for view in "$map" "$map --weight period" "$map --pid 1001"; do
		run "report --json $view '$TMP/h.data'"
		cp "$OUT" "$TMP/base"
		cat "$TMP/script.txt" >"$TMP/fifo" &
		INPUT=$TMP/fifo equals "a long text from a pipe: $view" "$TMP/base" 0 "$view -" \
			heatmaps,samples,events
		wait
	done
	script "$TMP/g.data" $front,cpu,addr,data_src,weight,ip,sym,dso,phys_addr --ns
	agrees "the map of a text against the reference" 0 "$TMP/g.truth" "$TMP/script.txt" "$map"

	script "$TMP/g.data" $front,cpu,addr,data_src,weight,ip,sym,phys_addr
	same_rows "the same without --ns" "$TMP/g.data" "$TMP/script.txt" \
		$all,cpu,phys,data_src,weight cut
	for fields in addr addr,ip addr,phys_addr addr,weight addr,data_src addr,data_src,ip \
		addr,data_src,phys_addr addr,weight,ip,sym addr,weight,phys_addr ip,sym,dso,phys_addr; do
		columns=${fields//phys_addr/phys}
		columns=${columns//,sym/}
		script "$TMP/g.data" "time,event,$fields" --ns
		same_rows "perf script -F time,event,$fields" "$TMP/g.data" "$TMP/script.txt" \
			"time,${columns//,dso/}"
	done
	for fields in pid,tid,time,addr tid,cpu,time,event,addr comm,pid,tid,cpu,time,period,event,addr \
		time,period,addr; do
		columns=${fields//comm,/}
		columns=${columns//event,/}
		[[ $fields == *pid,tid* ]] || columns=${columns//tid,/}
		script "$TMP/g.data" "$fields" --ns
		same_rows "perf script -F $fields" "$TMP/g.data" "$TMP/script.txt" "$columns"
	done
	script "$TMP/g.data" time,event,phys_addr --ns
	sed -i '1i # fields: time,event,phys_addr' "$TMP/script.txt"
	same_rows "a line that says what the columns are" "$TMP/g.data" "$TMP/script.txt" time,phys

	samples d -n 800 --fields ip,tid,time,addr,cpu,period --identifier --damon 12 --regions 30 \
		--goals probe --lost 100
	script "$TMP/d.data" $front,cpu,addr,ip,trace --ns --show-lost-events --show-task-events
	same_rows "perf script, DAMON's events, goals, losses" "$TMP/d.data" "$TMP/script.txt" $all,cpu
	script "$TMP/d.data" $front,cpu,addr,ip,trace --ns
	run "report --json $map --source damon '$TMP/d.data'"
	cp "$OUT" "$TMP/base"
	equals "DAMON's map, cell by cell" "$TMP/base" 0 "$map --source damon '$TMP/script.txt'" heatmaps

	for fixture in pf_basic pf_multi_event pf_clockmono; do
		script "$FIXTURES/perf/$fixture.data" $front,addr,ip,sym,dso,data_src --ns
		same_rows "recording $fixture" "$FIXTURES/perf/$fixture.data" "$TMP/script.txt" \
			$all,data_src
	done
	perf report -D -i "$TMP/g.data" >"$TMP/dump.txt" 2>"$TMP/script.err"
	same_rows "perf report -D" "$TMP/g.data" "$TMP/dump.txt" $all,cpu,phys,data_src,weight
	perf script -D -i "$TMP/g.data" >"$TMP/dump.txt" 2>"$TMP/script.err"
	same_rows "perf script -D" "$TMP/g.data" "$TMP/dump.txt" $all,cpu,phys,data_src,weight
	for separator in "" "-x," "-x;"; do
		# shellcheck disable=SC2086 # no separator, no word
		perf mem -p $separator -i "$TMP/g.data" report -D >"$TMP/mem.txt" 2>"$TMP/script.err"
		same_rows "perf mem $separator report -D" "$TMP/g.data" "$TMP/mem.txt" \
			pid,tid,ip,addr,phys,weight,data_src
	done
	run "info --json '$TMP/mem.txt'"
	same "the fault of perf's format is in its text" yes \
		"$(perf mem -i "$TMP/g.data" report -D 2>/dev/null | grep -q ' 0x0167f' && echo yes)"
else
	skip_peer "perf.data against perf script" perf
fi

# ---- trace.dat against trace-cmd report
if have_peer trace-cmd; then
	world w --kdamonds 2 --snapshots 40 --regions 30 --goals probe --schemes --tune 3:2500
	for input in "$TMP/w.dat" "$FIXTURES"/consist-oscillation-7.3.dat \
		"$FIXTURES"/temporal-steps-7.3.dat "$FIXTURES"/probes-lab/trace.dat \
		"$FIXTURES"/pull-push-temporal-lab/trace.dat; do
		trace-cmd report -t -i "$input" >"$TMP/trace.txt" 2>/dev/null
		same_rows "trace-cmd report -t, ${input#"$FIXTURES/"}" "$input" "$TMP/trace.txt" time
		trace-cmd report -i "$input" >"$TMP/micro.txt" 2>/dev/null
		same_rows "trace-cmd report, ${input#"$FIXTURES/"}" "$input" "$TMP/micro.txt" time rounded
		run "report --json $map '$input'"
		cp "$OUT" "$TMP/base"
		expected=$STATUS
		equals "the same map, ${input#"$FIXTURES/"}" "$TMP/base" "$expected" \
			"$map '$TMP/trace.txt'" heatmaps
	done
	trace-cmd report -t -l -i "$TMP/w.dat" >"$TMP/trace.txt" 2>/dev/null
	same_rows "trace-cmd report -l" "$TMP/w.dat" "$TMP/trace.txt" time
	trace-cmd report -t -R -i "$TMP/w.dat" >"$TMP/trace.txt" 2>/dev/null
	same_rows "trace-cmd report -R" "$TMP/w.dat" "$TMP/trace.txt" time
	world i --snapshots 10 --regions 20 --kdamonds 2 --instance one --instance two
	trace-cmd report -t -i "$TMP/i.dat" >"$TMP/trace.txt" 2>/dev/null
	same_rows "several buffers" "$TMP/i.dat" "$TMP/trace.txt" time
	world l --snapshots 20 --regions 30 --drop 100:7 --mark known
	trace-cmd report -t -i "$TMP/l.dat" >"$TMP/trace.txt" 2>/dev/null
	run "info --json '$TMP/trace.txt'"
	same "losses that trace-cmd prints are counted" \
		"$(sed -n 's/^CPU:.*\[\([0-9]*\) EVENTS DROPPED\]/\1/p' "$TMP/trace.txt" | awk '{ n += $1 } END { print n }')" \
		"$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["losses"]["events"])' "$OUT" 2>&1)"
	same "and lead to status 3" 3 "$STATUS"
else
	skip_peer "trace.dat against trace-cmd report" trace-cmd
fi

# ---- what is not understood
{
	echo "  12.000001: ev:     7f0000001000"
	echo "a letter"
	for ((i = 0; i < 40; i++)); do
		echo "  12.0000$((i + 10)): ev:     7f0000002000"
		echo "no record $i"
	done
} >"$TMP/mixed.txt"
check "lines that are no records: counted, the first shown with their numbers, status 3" \
	"info '$TMP/mixed.txt'" 3 "out:41  ev" "err:line 2 is not understood: a letter" \
	"err:line 4 is not understood: no record 0" "err:41 of 82 lines were not understood" \
	"!err:no record 9"
printf 'Dear all,\n\nthe count: 12 is right.\nRegards\n' >"$TMP/letter.txt"
check "a letter is no recording" "info '$TMP/letter.txt'" 1 "err:no recording" "err:text of perf script"
check "neither is our own README" "info README.md" 1 "err:no recording"
printf '  12.000001: ev:     7f0000001000\n  12.000' >"$TMP/cut.txt"
check "a text that is cut" "info '$TMP/cut.txt'" 3 "out:1  ev" "err:line 2 is not understood"
head -c 300000 /dev/zero | tr '\0' x >"$TMP/long.txt"
{
	echo "  12.000001: ev:     7f0000001000"
	cat "$TMP/long.txt"
	echo
	echo "  12.000002: ev:     7f0000001000"
} >"$TMP/longer.txt"
check "a line without end" "info '$TMP/longer.txt'" 3 "out:2  ev" "err:line 2 is not understood: xxx"
printf 'cpus=1\n a-1 [000] %s.000000: damon_aggregated: target_id=0 nr_regions=1 0-4096: 0 0\n' 9 8 \
	>"$TMP/back.txt"
check "times that go back" "info '$TMP/back.txt'" 3 "out:2  damon_aggregated" "err:go back in time"

# ---- texts of others
# corpus "name" FILE EVENTS SAMPLES WITH_ADDRESS: the counts come from other tools.
corpus() {
	check_json "corpus, $1" "info --json '$SHARED/corpus/text/$2'" 0 \
		"(j['samples']['total'], j['samples']['with_address']) == ($3, $4)"
}
if [ -d "$SHARED/corpus/text" ]; then
	text=$SHARED/corpus/text
	n=$(grep -c 'cpu_core/mem-loads' $text/script_perf-6.11_hybrid_mem_record_default.txt)
	corpus "perf 6.11" script_perf-6.11_hybrid_mem_record_default.txt "$n" "$n"
	corpus "data_src and weight" script_-F_data_src_weight_perf6.3.txt \
		"$(grep -c '|OP ' $text/script_-F_data_src_weight_perf6.3.txt)" 0
	corpus "perf mem report -D, perf 4.15" mem_report_-D_perf4.15.txt 1 1
	corpus "perf mem report -D, perf 5.11" mem_report_-D_phys_pagesize_perf5.11.txt \
		"$(grep -vc '#' $text/mem_report_-D_phys_pagesize_perf5.11.txt)" 3
	corpus "perf report -D without addresses" report_-D_sample_lines_intel_forum_2018.txt \
		"$(grep -c PERF_RECORD_SAMPLE $text/report_-D_sample_lines_intel_forum_2018.txt)" 0
	# of several machines, so that DAMON's times go back
	check "corpus, lines of all sorts" "info '$text/script_misc_real_lines.txt'" 3 \
		"out:2  damon_aggregated" "!err:not understood" "err:go back in time"
	rows $text/script_misc_real_lines.txt "$TMP/text.rows"
	same "corpus, lines of all sorts: one record for each line that is no comment" \
		"$(grep -vc '^#' $text/script_misc_real_lines.txt)" "$(wc -l <"$TMP/text.rows")"
	rows $text/mem_report_-D_phys_pagesize_perf5.11.txt "$TMP/text.rows"
	same "corpus, addresses without the three wrong digits" \
		"0xffff9a274e96a308 0xffffffffb752b814 0xfffffe00016b8bb0" \
		"$(sed 's/.* addr=\([^ ]*\).*/\1/' "$TMP/text.rows" | paste -sd ' ')"
	rows "$SHARED/corpus/golden/quipper_weight_struct.script.txt" "$TMP/text.rows"
	rows "$SHARED/corpus/third-party/quipper/perf.data.weight_struct" "$TMP/binary.rows"
	if why=$(python3 tests/cli/same_rows.py "$TMP/binary.rows" "$TMP/text.rows" \
		time,pid,tid,cpu,ip,addr,weight,data_src 2>&1); then
		pass "corpus, perf's own text of PEBS samples: $why records"
	else
		fail "corpus, perf's own text of PEBS samples" "$why"
	fi
	for file in "$text"/vv_* "$text"/evlist_* "$text"/c2c*; do
		check "corpus, no recording: ${file##*/}" "info '$file'" 1 "err:no recording"
	done
else
	skip "texts of others" "$SHARED/corpus/text is absent"
fi

done_testing
