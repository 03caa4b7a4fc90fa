#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where records come from and where reports go: standard input, several inputs, both sources, any
# number of cores; files, pictures; and how much memory that takes.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

map="--resolution 32x32"
world t --kdamonds 2 --snapshots 60 --regions 20
world v --kdamonds 2 --snapshots 60 --regions 20 --version 7 --compression zstd
samples s -n 2000 --fields ip,tid,time,addr,cpu,period
samples p -n 2000 --fields ip,tid,time,addr,cpu,period --pipe
samples both -n 500 --fields ip,tid,time,addr,cpu --identifier --damon 30 --regions 15

# ---- standard input
for input in t.dat v.dat s.data p.data; do
	run "report --json $map '$TMP/$input'"
	cp "$OUT" "$TMP/base"
	INPUT=$TMP/$input equals "stdin is the file $input" "$TMP/base" 0 "$map -"
	rm -f "$TMP/fifo"
	mkfifo "$TMP/fifo"
	cat "$TMP/$input" >"$TMP/fifo" &
	INPUT=$TMP/fifo equals "stdin is a pipe with $input" "$TMP/base" 0 "$map -"
	wait
done
INPUT=$TMP/t.dat check_json "stdin, whose kind is found by its content" "report --json $map -" 0 \
	'(j["inputs"][0]["kind"] == "trace.dat" and j["inputs"][0]["path"] == "-" and
	j["events"]["damon_aggregated"] > 1000)'
INPUT=$TMP/s.data check "info of stdin" "info -" 0 "out:perf\.data" "out:2,?000"
INPUT=$TMP/s.data check_json "stdin beside a file" "report --json $map '$TMP/t.dat' -" 0 \
	'[i["kind"] for i in j["inputs"]] == ["trace.dat", "perf.data"] and j["samples"]["total"] == 2000'

# ---- sources
sources='[g["source"] for g in j["heatmaps"]]'
check_json "--source damon: regions alone" "report --json $map --source damon '$TMP/both.data'" 0 \
	"$sources == ['damon']"
check_json "--source samples: samples alone" "report --json $map --source samples '$TMP/both.data'" 0 \
	"$sources == ['samples', 'samples']"
check_json "--source both" "report --json $map --source both '$TMP/both.data'" 0 \
	"$sources == ['damon', 'samples', 'samples']"
run "report --json $map '$TMP/both.data'"
cp "$OUT" "$TMP/base"
equals "without --source: what the file has" "$TMP/base" 0 "$map --source both '$TMP/both.data'"
grids='[(g["time"], g["segments"]) for g in j["heatmaps"]]'
check_json "both, of unknown processes: grids of their own, and a line that says why" \
	"report --json $map --source both '$TMP/both.data'" 0 \
	"${grids}[0] != ${grids}[1] and any('grids of their own' in note for note in j['notes'])"
check_json "both, of one process: one grid" \
	"report --json $map --source both --pid 1000 '$TMP/both.data'" 0 \
	"$sources == ['damon', 'samples'] and ${grids}[0] == ${grids}[1]"
check "a source that the file lacks: no picture, status 1" \
	"report --heatmap --source samples '$TMP/t.dat'" 1 "err:." "!out:."

# ---- a recording: a directory with one or both of the files
mkdir "$TMP/recording"
cp "$TMP/t.dat" "$TMP/recording/trace.dat"
run "report --json $map '$TMP/t.dat'"
cp "$OUT" "$TMP/base"
equals "a directory with a trace.dat" "$TMP/base" 0 "$map '$TMP/recording'"
cp "$TMP/s.data" "$TMP/recording/perf.data"
check_json "a directory with both: one input, all of both" "report --json $map '$TMP/recording'" 0 \
	"[i['kind'] for i in j['inputs']] == ['recording'] and j['events'] == {'page-faults': 2000,
	'damon_aggregated': $(wc -l <"$TMP/t.truth")} and j['samples'] == {'total': 2000, 'with_phys': 0,
	'with_address': $(sed -n 's/^with_address //p' "$TMP/s.totals"),
	'address_zero': $(sed -n 's/^address_zero //p' "$TMP/s.totals")}"
check_json "a directory with both: all of their maps" "report --json $map '$TMP/recording'" 0 \
	"$sources == ['damon', 'damon', 'samples', 'samples']"
# shellcheck disable=SC2086 # options are words
(cd "$TMP" && mv recording damon-trace.data && "$DAMON_TRACE" report --json $map) >"$OUT" 2>"$ERR"
same "it is the default input" "0 2000" "$? $(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["samples"]["total"])' "$OUT" 2>&1)"
head -c 40000 "$TMP/t.dat" >"$TMP/damon-trace.data/trace.dat"
check_json "a directory with both, of which one is cut" "report --json $map '$TMP/damon-trace.data'" 3 \
	"j['samples']['total'] == 2000 and 0 < j['events']['damon_aggregated'] < $(wc -l <"$TMP/t.truth")"

# ---- one core and two: equal bytes
if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then
	for input in "$TMP/t.dat" "$TMP/v.dat" "$TMP/s.data" "$TMP/both.data" \
		"$FIXTURES/consist-oscillation-7.3.dat" "$FIXTURES/perf/pf_threads.dir"; do
		"$DAMON_TRACE" report --json "$input" >"$TMP/two" 2>"$ERR"
		taskset -c "$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')" \
			"$DAMON_TRACE" report --json "$input" >"$TMP/one" 2>>"$ERR"
		if [ -s "$TMP/one" ] && cmp "$TMP/one" "$TMP/two" >>"$ERR" 2>&1; then
			pass "one core and two, ${input##*/}: equal bytes"
		else
			fail "one core and two, ${input##*/}: equal bytes" "$(cat "$ERR")"
		fi
	done
else
	skip "one core and two: equal bytes" "taskset or a second core is missing"
fi

# ---- several inputs add up
check_json "several inputs: counts add up" "report --json $map '$TMP/t.dat' '$TMP/v.dat' '$TMP/s.data'" 0 \
	"j['events'] == {'damon_aggregated': 2 * $(wc -l <"$TMP/t.truth"), 'page-faults': 2000}"
# Two parts of one recording: the samples of the one and of the other are those of the whole.
samples other -n 1500 --seed 2 --fields ip,tid,time,addr,cpu,period
sort -s -n -k 1,1 "$TMP/s.truth" "$TMP/other.truth" >"$TMP/together.truth"
for weight in count period; do
	run "report --json $map --weight $weight '$TMP/s.data' '$TMP/other.data'"
	cp "$OUT" "$TMP/together.json"
	# shellcheck disable=SC2086 # options are words
	python3 $REFERENCE report $map --weight $weight "$TMP/together.truth" >"$TMP/.reference" 2>"$ERR"
	if grep -q '"segments"' "$TMP/.reference" &&
		why=$(python3 $REFERENCE compare "$TMP/.reference" "$TMP/together.json" 2>&1); then
		pass "several inputs: one map of all samples, $weight"
	else
		fail "several inputs: one map of all samples, $weight" "${why-}" "$(cat "$ERR")"
	fi
done
run "report --json $map '$TMP/other.data' '$TMP/s.data'"
cp "$OUT" "$TMP/turned"
equals "several inputs: their order does not change the maps" "$TMP/turned" 0 \
	"$map '$TMP/s.data' '$TMP/other.data'" events,samples,losses,heatmaps
check "several inputs: one that is missing" "report '$TMP/t.dat' '$TMP/none'" 1 "err:$TMP/none"

# ---- a file in place of stdout
run "report --json $map '$TMP/t.dat'"
cp "$OUT" "$TMP/base"
check "-o FILE: nothing on stdout" "report --json $map -o '$TMP/out.json' '$TMP/t.dat'" 0 "!out:." "!err:."
same "-o FILE: the same bytes" "$(cksum <"$TMP/base")" "$(cksum <"$TMP/out.json" 2>&1)"
check "-o -: stdout" "report --json $map -o - '$TMP/t.dat'" 0 'out:"damon_trace"'
check "-o FILE, text" "report -o '$TMP/out.txt' '$TMP/t.dat'" 0 "!out:."
same "-o FILE, text: no escapes" "yes" \
	"$(grep -q damon "$TMP/out.txt" && ! grep -q "$(printf '\033')" "$TMP/out.txt" && echo yes)"
check "--csv -o FILE" "report --csv $map -o '$TMP/out.csv' '$TMP/t.dat'" 0 "!out:."
same "--csv: a row for each cell" "$(python3 -c '
import json, sys
print(sum(len(row) for g in json.load(open(sys.argv[1]))["heatmaps"] for row in g["cells"]))' "$TMP/base")" \
	"$(grep -c '^damon,' "$TMP/out.csv")"

# ---- pictures
# picture KIND MAGIC: its first bytes, in hexadecimal.
picture() {
	rm -f "$TMP/map.$1"
	check "--plot map.$1" "report $map --plot '$TMP/map.$1' '$TMP/t.dat'" 0 "!out:^damon-trace"
	same "--plot map.$1: it is one" "$2" \
		"$(head -c $((${#2} / 2)) "$TMP/map.$1" 2>&1 | od -An -tx1 | tr -d ' \n')"
	same "--plot map.$1: more than a frame" yes \
		"$([ "$(stat -c %s "$TMP/map.$1")" -gt 3000 ] && echo yes)"
}
picture gp 2320
if have_peer gnuplot; then
	picture png 89504e470d0a1a0a
	picture svg 3c3f786d6c
	picture pdf 255044462d
	mv "$TMP/map.png" "$TMP/first.png"
	mkdir -p "$TMP/elsewhere"
	(cd "$TMP/elsewhere" && gnuplot "$TMP/map.gp") >"$OUT" 2>"$ERR"
	same "the .gp runs again, from anywhere" "0 89504e470d0a1a0a" \
		"$? $(head -c 8 "$TMP/map.png" 2>&1 | od -An -tx1 | tr -d ' \n')"
	same "and draws the same picture" "$(cksum <"$TMP/first.png")" "$(cksum <"$TMP/map.png" 2>&1)"
	check "--plot of a place that is not there" "report --plot '$TMP/no/map.png' '$TMP/t.dat'" 1 \
		"err:$TMP/no/map\.png"
	check "--plot of samples" "report --plot '$TMP/s.png' '$TMP/s.data'" 0
	same "--plot of samples: a picture" 89504e47 \
		"$(head -c 4 "$TMP/s.png" 2>&1 | od -An -tx1 | tr -d ' \n')"
else
	skip_peer "pictures" gnuplot
fi

# ---- memory: under 64 MB, and the same for a file ten times as long
# peak FILE: KB of anonymous and mapped memory, of one report that counts all of the file's records.
peak() {
	python3 - "$1" 3>&1 >/dev/null <<-'PYTHON'
		import os
		import resource
		import subprocess
		import sys
		status = subprocess.run([os.environ["DAMON_TRACE"], "report", "--json", sys.argv[1]],
		                        stdin=subprocess.DEVNULL).returncode
		peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		os.write(3, f"{peak if not status else 'exit status ' + str(status)}\n".encode())
	PYTHON
}
# memory "name" SHORT LONG
memory() {
	local short long

	short=$(peak "$2")
	long=$(peak "$3")
	same "memory, $1: under 64 MB ($long KB)" yes "$([ "$long" -lt 65536 ] && echo yes || echo "$long")"
	same "memory, $1: no more for ten times the length ($short KB, $long KB)" yes \
		"$([ "$long" -lt $((short * 5 / 4 + 2048)) ] && echo yes || echo "$short, then $long")"
}
if grep -q __asan_init "$DAMON_TRACE"; then
	skip "memory of long files" "a sanitizer's own memory would be measured"
else
	for size in 10M 100M; do
		"$TOOLS/gen_trace" --snapshots 0 --size $size --regions 1000 "$TMP/$size.dat"
		"$TOOLS/gen_perf" --size $size --fields ip,tid,time,addr -o "$TMP/$size.data"
	done
	memory "trace.dat" "$TMP/10M.dat" "$TMP/100M.dat"
	memory "perf.data" "$TMP/10M.data" "$TMP/100M.data"
	same "the long files are long" yes "$([ "$(stat -c %s "$TMP/100M.dat")" -gt 100000000 ] &&
		[ "$(stat -c %s "$TMP/100M.data")" -gt 100000000 ] && echo yes)"
	rm "$TMP"/10*M.dat*
	for size in 1M 10M; do
		"$TOOLS/gen_trace" --snapshots 0 --size $size --regions 1000 --version 7 --compression zstd \
			"$TMP/$size.dat"
		"$TOOLS/gen_perf" --size $size --fields ip,tid,time,addr --zstd 81 -o "$TMP/$size.data"
	done
	memory "compressed trace.dat" "$TMP/1M.dat" "$TMP/10M.dat"
	memory "compressed perf.data" "$TMP/1M.data" "$TMP/10M.data"
fi

done_testing
