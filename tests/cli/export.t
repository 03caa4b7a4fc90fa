#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Exports: rows are the events that were written, OpenMetrics and Perfetto's trace are well-formed
# and hold the same values, targets that cannot be written lose nothing.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/worlds.sh
. tests/cli/worlds.sh

TRUTH=tests/cli/export_truth.py

# rows FORMAT TABLE NAME: the export of $TMP/NAME.dat or .data equals its truth.
rows() {
	local input=$TMP/$3.dat truth=$TMP/$3.truth

	[ "$2" != samples ] || { input=$TMP/$3.data truth=$TMP/$3.raw; }
	check "$1 of $2" "export --to $1 --what $2 -o $TMP/rows $input" 0 "!err:."
	same "are the events" "" "$(python3 $TRUTH "$1" "$2" "$truth" "$TMP/rows" 2>&1)"
}

world w --snapshots 40 --targets 2 --kdamonds 2 --schemes --goals probe
"$TOOLS/gen_perf" -n 3000 --fields ip,tid,time,addr,cpu,period,phys,weight_struct,data_src \
	--truth "$TMP/s.raw" -o "$TMP/s.data"
for format in csv jsonl; do
	for table in regions goals schemes; do
		rows $format $table w
	done
	rows $format samples s
done

# ---- tables
check "several tables in CSV are a file each" "export --to csv -o $TMP/all.csv $TMP/w.dat" 0
same "with the table in its name" "all.goals.csv all.regions.csv all.schemes.csv" \
	"$(cd "$TMP" && echo all*)"
check "and are no standard output" "export --to csv $TMP/w.dat" 2 \
	"err:regions, goals and schemes: CSV on standard output is one table" "err:hint: .*--what"
check "a table that is not there" "export --to csv --what samples $TMP/w.dat" 0 \
	"out:^time_ns,event,pid" "err:note: the input has no samples"
check "a table that does not exist" "export --to csv --what region $TMP/w.dat" 2 \
	"err:did you mean regions"
check "a format has no place for it" "export --to damo --what goals $TMP/w.dat" 2 \
	"err:--to damo has no place for goals"
check "a format that does not exist" "export --to xml $TMP/w.dat" 2 "err:csv, jsonl"
check "to what?" "export $TMP/w.dat" 2 "err:to what"
check "help" "export --help" 0 "out:--to FORMAT" "out:Examples" "out:perfetto"
check "of two inputs, which one it is" "export --to csv --what goals $TMP/w.dat $TMP/w.dat" 0 \
	"out:^input,time_ns" "out:^0," "out:^1,"
INPUT=$TMP/w.dat
check "from standard input" "export --to csv --what regions -" 0 "out:^[0-9]+,[0-9]+,0,"
INPUT=/dev/null

# ---- filters
cut() {
	"$DAMON_TRACE" export --to csv --what "$1" "${@:2}" 2>/dev/null | tail -n +2
}
# The expected number of rows, from the truth alone.
of_truth() {
	python3 - "$TMP/$1" "$2" <<'PYTHON'
import sys

rows = [line.split() for line in open(sys.argv[1], encoding="ascii")]
start = min(int(r[0]) for r in rows if r[0].isdigit())
count = 0
for r in rows:
    f = dict(w.split("=", 1) for w in r[3:] if "=" in w)
    name, time = r[2], int(r[0]) - start
    count += bool(eval(sys.argv[2]))
print(count)
PYTHON
}
same "--stream" "$(of_truth w.truth 'name == "damon_aggregated" and r[1] == "1001"')" \
	"$(cut regions --stream kdamond=1001 "$TMP/w.dat" | wc -l)"
same "--time of goals" \
	"$(of_truth w.truth 'name == "damos_node_eligible_mem_bp" and 1e9 <= time < 2e9')" \
	"$(cut goals --time 1,2 "$TMP/w.dat" | wc -l)"
low=$(cut regions "$TMP/w.dat" | sed -n 20p | command cut -d, -f4)
high=$((low + (64 << 20)))
same "--address" \
	"$(of_truth w.truth "name == 'damon_aggregated' and int(f['start']) < $high and int(f['end']) > $low")" \
	"$(cut regions --address "$low,$high" "$TMP/w.dat" | wc -l)"
same "--pid" "$(awk '$1 == "sample" && $4 == 1001' "$TMP/s.raw" | wc -l)" \
	"$(cut samples --pid 1001 "$TMP/s.data" | wc -l)"
same "access rates are accesses over what an aggregation could see" "" \
	"$(cut regions --intervals 5ms,100ms "$TMP/w.dat" | awk -F, '$9 != $7 / 20')"
world p --snapshots 30 --events pairs
same "what is printed twice is one row" \
	"$(of_truth p.truth 'name == "damon_aggregated"')" "$(cut regions "$TMP/p.dat" | wc -l)"
same "with the hits of its probes" "" "$(cut regions "$TMP/p.dat" | awk -F, '$12 == ""')"
same "tiers add up to the samples" "$(grep -c '^sample' "$TMP/s.raw")" \
	"$(cut tiers "$TMP/s.data" | awk -F, '{ n += $4 } END { print n }')"

# ---- OpenMetrics
"$DAMON_TRACE" export --to csv --what goals,schemes -o "$TMP/m.csv" "$TMP/w.dat" 2>/dev/null
check "OpenMetrics" "export --to openmetrics -o $TMP/m.om $TMP/w.dat" 0 \
	"err:does not say when its clock began"
same "is well-formed and has the values of the rows" "" \
	"$(python3 tests/cli/openmetrics_check.py "$TMP/m.om" "$TMP/m.goals.csv" "$TMP/m.schemes.csv" 2>&1)"
check "of a recording, in times since 1970" \
	"export --to openmetrics -o $TMP/l.om $FIXTURES/pull-push-temporal-lab" 0 "!err:."
"$DAMON_TRACE" export --to csv --what goals,schemes -o "$TMP/l.csv" "$FIXTURES/pull-push-temporal-lab"
same "by the offset that its host.json tells" "" "$(python3 - "$TMP" \
	"$FIXTURES/pull-push-temporal-lab/host.json" <<'PYTHON'
import csv
import json
import sys

offset = json.load(open(sys.argv[2]))["recording"]["realtime_offset_start_ns"]
want = sorted((int(row["time_ns"]) + offset) // 10**6
              for row in csv.DictReader(open(sys.argv[1] + "/l.goals.csv", newline="")))
got = sorted(int(line.split()[-1].replace(".", "")) for line in open(sys.argv[1] + "/l.om")
             if line.startswith("damon_trace_goal_value_bp"))
if not want or got != want:
    print(got[:3], want[:3])
PYTHON
)"
check "--epoch" "export --to openmetrics --what goals --epoch 1000 $TMP/w.dat" 0 \
	"out:^damon_trace_goal_value_bp.* 2234\.567" "!err:clock"
promtool=${PROMTOOL:-$(command -v promtool)} || true
if [ -n "$promtool" ]; then
	"$promtool" tsdb create-blocks-from openmetrics "$TMP/l.om" "$TMP/tsdb" >"$OUT" 2>"$ERR"
	# its dump wants a log of what came later, too
	mkdir -p "$TMP/tsdb/wal"
	same "promtool back-fills all of it" "$(grep -vc '^#' "$TMP/l.om")" \
		"$("$promtool" tsdb dump "$TMP/tsdb" 2>/dev/null | wc -l)"
else
	skip "promtool back-fills all of it" "promtool (package prometheus) is not installed"
fi

# ---- Perfetto
check "a Perfetto trace" \
	"export --to perfetto -o $TMP/t.pftrace $FIXTURES/pull-push-temporal-lab" 0 "!err:."
if command -v protoc >/dev/null; then
	protoc --decode=Trace -I "$FIXTURES/perfetto" fields.proto <"$TMP/t.pftrace" >"$TMP/t.txt" \
		2>"$ERR" || fail "protoc reads it" "$(cat "$ERR")"
	"$DAMON_TRACE" report --json --goals "$FIXTURES/pull-push-temporal-lab" >"$TMP/goals.json"
	same "protoc knows every field, and it says what the rows and the verdicts say" "" \
		"$(python3 tests/cli/perfetto_check.py "$TMP/t.txt" "$TMP/goals.json" \
			"$TMP/l.goals.csv" "$TMP/l.schemes.csv" 2>&1)"
else
	skip "protoc reads it" "protoc (package protobuf-compiler) is not installed"
fi

# ---- targets
echo precious >"$TMP/kept"
chmod 640 "$TMP/kept"
check "a directory that is not there" "export --to jsonl -o $TMP/no/where $TMP/w.dat" 1 \
	"err:cannot write .*/no/where: No such file" "err:hint: name a file"
mkfifo "$TMP/fifo"
(cat "$TMP/w.dat" >"$TMP/fifo" &)
exec 9<"$TMP/fifo"
INPUT=/dev/fd/9
check "it is found before the input is read" "export --to jsonl -o $TMP/no/where -" 1
check "so that the pipe still has all of it" "export --to csv --what regions -" 0
exec 9<&-
# shellcheck disable=SC2034 # run reads it
INPUT=/dev/null
check "a directory as target" "export --to jsonl -o $TMP $TMP/w.dat" 1 "err:cannot write"
check "an input that is none" "export --to jsonl -o $TMP/kept $TMP/w.truth" 1
same "leaves the target as it was" precious "$(cat "$TMP/kept")"
for format in csv jsonl openmetrics perfetto damo; do
	check "a full disk: $format" "export --to $format --what regions -o /dev/full $TMP/w.dat" 1 \
		"err:cannot write /dev/full: No space left" "err:hint: free some space"
done
check "a full disk below standard output" "export --to jsonl $TMP/w.dat" 0
STATUS=0
"$DAMON_TRACE" export --to jsonl "$TMP/w.dat" >/dev/full 2>"$ERR" || STATUS=$?
same "is an error, too" "1 1" "$STATUS $(grep -c 'No space left' "$ERR")"
if (ulimit -f 8 && trap '' XFSZ && ! head -c 100000 /dev/zero >"$TMP/limit") 2>/dev/null; then
	(ulimit -f 8 && trap '' XFSZ &&
		exec "$DAMON_TRACE" export --to jsonl -o "$TMP/kept" "$TMP/w.dat") 2>"$ERR" || true
	same "a file too large leaves the target as it was" precious "$(cat "$TMP/kept")"
fi
STATUS=0
TMPDIR=$TMP/none "$DAMON_TRACE" export --to damo "$TMP/w.dat" >"$OUT" 2>"$ERR" || STATUS=$?
same "no place for what has to wait" "1 1" "$STATUS $(grep -c 'hint: set TMPDIR' "$ERR")"
same "and nothing beside it" "" "$(find "$TMP" -name 'kept.*')"
check "a good one takes its place" "export --to jsonl -o $TMP/kept $TMP/w.dat" 0
same "with its rights" "640 yes" \
	"$(stat -c %a "$TMP/kept") $(grep -q regions "$TMP/kept" && echo yes)"
STATUS=0
"$DAMON_TRACE" export --to jsonl "$TMP/w.dat" 2>"$ERR" | head -1 >"$OUT"
same "a closed pipe is quiet" "" "$(cat "$ERR")"
world l --snapshots 50 --drop 700:5 --mark known
check "losses are told" "export --to csv --what regions $TMP/l.dat" 3 "err:note: 5 events were lost"
done_testing
