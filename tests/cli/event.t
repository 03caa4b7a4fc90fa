#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# event: names on trees of several machines, and logs of perf in the forms of its versions. The
# numbers are worked out from the trees' format files and from the logs.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

LOGS=$FIXTURES/perf-logs

# on MACHINE: the option for its tree.
on() {
	echo "--sysfs $FIXTURES/sysfs-$1"
}

# ---- wrong use
check "help" "event --help" 0 "out:--from-log" "out:[Ee]xample" "out:--perf_event" "!err:." \
	"!out:^.{81}"
check "no event" "event" 2 "err:which event" "err:hint" "!out:."
check "a name and a log" "event --from-log $LOGS/old.log cycles" 2 "err:cycles" "!out:."
check "two rates" "event --freq 99 --period 99 cycles" 2 "err:exclude each other" "!out:."
check "a rate of 0" "event --freq 0 cycles" 2 "err:--freq" "!out:."
check "a rate that is no number" "event --period 10abc cycles" 2 "err:--period" "!out:."
check "the commands name it" "--help" 0 "out:^  event "

# ---- names: load latency, event 0xcd with umask 1, threshold 30
check "a PMU's event" "event $(on intel) cpu/mem-loads,ldlat=30/P" 0 \
	"out:^  type +4 \(cpu\)$" "out:^  config +0x1cd$" "out:^  config1 +0x1e$" \
	"out:^  config2 +0x0$" "out:^  perf +cpu/config=0x1cd,config1=0x1e/P$" \
	"out:^  damo +--perf_event 4000 1 4 0x1cd 0x1e 0x0$" "!out:^.{81}" "!err:."
check "layout 1" "event $(on intel) cpu/mem-loads,ldlat=30/P" 0 \
	"out:^  echo 1 > sample/perf_events/nr_perf_events$" \
	"out:^  echo 0x1cd > sample/perf_events/0/config$" \
	"out:^  echo 0x1e > sample/perf_events/0/config1$" \
	"out:^  echo 3 > sample/perf_events/0/precise_ip$" \
	"out:^  echo 0 > sample/perf_events/0/exclude_kernel$"
check "layout 2" "event $(on intel) cpu/mem-loads,ldlat=30/P" 0 \
	"out:^  echo 4 > sample/primitives/perf_events/type$" \
	"out:^  echo 4000 > sample/primitives/perf_events/sample_freq$" \
	"!out:primitives/perf_events/precise_ip"
check "layout 3 has a name for IBS only" "event $(on intel) cpu/mem-loads/P" 0 \
	"out:^layout 3, filters .*: not possible$" "!out:perf_event_type"
check "IBS, layout 3" "event $(on amd) ibs_op/cnt_ctl=1/" 0 \
	"out:^  echo ibs_op > probes/0/filters/0/perf_event_type$" \
	"out:^  echo perf_event > probes/0/preps/0/prep_action$" \
	"out:^  echo 0x80000 > probes/0/preps/0/config$"
check "both excludes are 0 for IBS" "event $(on amd) ibs_op//" 0 \
	"out:^  echo 0 > sample/perf_events/0/exclude_kernel$" \
	"out:^  echo 0 > sample/perf_events/0/exclude_hv$"
# shellcheck disable=SC2016 # words of Python
check_json "two events fill two directories, in order" "event --json $(on intel) cpu/mem-stores/P r20d1" 0 '
	[w["value"] for w in j["layouts"][0]["writes"] if w["file"].endswith("/config")]
	== ["0x2cd", "0x20d1"] and j["layouts"][0]["writes"][0]["value"] == "2"
	and [e["perf"] for e in j["events"]] == ["cpu/config=0x2cd/P", "r20d1"]'
check_json "a period: freq off, and a stand-in where only a frequency fits" \
	"event --json $(on amd) ibs_op/period=65536/" 0 '
	{"file": "sample/perf_events/0/freq", "value": "0"} in j["layouts"][0]["writes"]
	and {"file": "sample/perf_events/0/sample_period", "value": "65536"} in j["layouts"][0]["writes"]
	and j["events"][0]["damo"][0] == "4000" and j["events"][0]["sample_freq"] is None
	and any("period" in note for note in j["layouts"][1]["notes"])'
check_json "--freq and --vaddr" "event --json --freq 997 --vaddr $(on vm) page-faults:u" 0 '
	j["events"][0]["damo"] == ["997", "0", "1", "0x2", "0x0", "0x0"]
	and j["events"][0]["exclude_kernel"] and j["events"][0]["perf"] == "page-faults:u"'
check "IBS takes periods in steps of 16" "event $(on amd) --period 1000 ibs_op//" 2 "err:1008"
check "what DAMON has no file for" "event $(on intel) cpu/mem-loads/k" 0 \
	"out:no file for exclude_user"
check "a group" "event $(on intel) '{cpu/mem-loads-aux/,cpu/mem-loads/}:P'" 0 \
	"out:one by one" "out:^  config +0x8203$" "out:^  config +0x1cd$"

# ---- hybrid machines
check "a name of two PMUs is asked back" "event $(on hybrid) mem-loads" 2 \
	"err:cpu_atom and cpu_core" "err:hint: .*--pmu cpu_atom" "!out:."
check "so is a raw event" "event $(on hybrid) r1cd" 2 "err:cpu_atom and cpu_core" "!out:."
check "and a generic one" "event $(on hybrid) cycles" 2 "err:cpu_atom and cpu_core" "!out:."
check "--pmu tells" "event $(on hybrid) --pmu cpu_atom mem-loads" 0 \
	"out:^  type +10 \(cpu_atom, CPUs 4-7\)$" "out:^  config +0x5d0$" "out:^  config1 +0x3$" \
	"!out:cpu_core"
check "a written PMU needs no --pmu" "event $(on hybrid) cpu_core/mem-stores/P" 0 \
	"out:^  config +0x2cd$"
check "raw, of one kind of core" "event $(on hybrid) --pmu cpu_atom r5d0:P" 0 \
	"out:^  type +10 " "out:^  perf +cpu_atom/config=0x5d0/P$"
check "cycles of one kind of core carry its number" "event $(on hybrid) --pmu cpu_atom cycles" 0 \
	"out:^  type +0 " "out:^  config +0xa00000000$" "out:^  perf +cpu_atom/cpu-cycles/$"
check "software events are the kernel's" "event $(on hybrid) page-faults" 0 "out:^  config +0x2$"
check "a PMU without this event" "event $(on hybrid) --pmu software mem-loads" 2 \
	"err:cpu_atom and cpu_core, not of software"
check "no such PMU: the nearest" "event $(on hybrid) --pmu cpu_atmo mem-loads" 2 "err:cpu_atom\?"
check "no such event: the nearest" "event $(on vm) page-fualts" 2 "err:did you mean page-faults" \
	"!out:."
check "a machine without the PMU" "event $(on vm) cpu/mem-loads/" 4 "err:no PMU cpu"

# ---- all named events of all trees
compared=0
for machine in intel hybrid amd vm; do
	result=$(python3 tests/cli/event_words.py "$DAMON_TRACE" "$FIXTURES/sysfs-$machine" 2>&1)
	same "named events of $machine are as its files say" "${result##*$'\n'}" "$result"
	compared=$((compared + ${result##*$'\n'}))
done
same "and there were some" 12 "$compared"

# ---- logs
check "a log of two PMUs is asked back" "event --from-log $LOGS/hybrid.log" 2 \
	"err:cpu_atom, cpu_core" "err:--pmu" "!out:."
check "the attempt that the kernel took" "event --from-log $LOGS/hybrid.log --pmu cpu_atom" 0 \
	"out:^cpu_atom/mem-loads,ldlat=30/P$" "out:^  config +0x5d0$" "out:^  precise +2$" \
	"out:^  damo +--perf_event 5000 1 10 0x5d0 0x1e 0x0$" "out:line 11 +cpu_atom/mem-loads,ldlat=30/P: the kernel refused it" "out:errno 95" \
	"out:cpu/cycles/:HG: it is counted" "out:perf's own" "!out:^.{81}" "!err:."
check "the other PMU, in a group" "event --from-log $LOGS/hybrid.log --pmu cpu_core" 0 \
	"out:^  config +0x1cd$" "out:one by one" "out:mem-loads-aux/: it only helps"
check "a PMU that the log does not have" "event --from-log $LOGS/hybrid.log --pmu ibs_op" 2 \
	"err:no event of ibs_op, but of cpu_atom, cpu_core"
check_json "numbers without names" "event --json --from-log $LOGS/old.log" 0 '
	len(j["events"]) == 1 and j["events"][0]["pmu"] is None and j["events"][0]["name"] is None
	and [j["events"][0][k] for k in ("type", "config", "config1", "config2", "sample_period",
	"precise_ip", "exclude_kernel", "perf")] == [4, "0x20d1", "0x0", "0x0", 10007, 2, True, "r20d1:upp"]'
check "a name for them" "event --from-log $LOGS/old.log --pmu cpu" 0 \
	"out:^  perf +cpu/config=0x20d1,period=10007/upp$"
INPUT=$LOGS/mail.eml
check "a mail, from stdin" "event --from-log -" 0 "out:^ibs_op/cnt_ctl=1,swfilt=1/u$" \
	"out:^  damo +--perf_event 5000 1 11 0x80000 0x0 0x1$" "out:ibs_op had type 11"
INPUT=/dev/null
check "only refusals" "event --from-log $LOGS/refused.log" 1 "err:Invalid argument" \
	"err:cpu/mem-loads,ldlat=30/P, line 3" "err:hint" "!out:."
check "a line that nobody knows is named" "event --from-log $LOGS/later.log" 0 \
	"out:not known: exclude_moon" "out:^  config +0x2cd$"
check "this machine has another number for the PMU" \
	"event $(on amd) --from-log $LOGS/mail.eml" 0 "!out:had type"
mkdir -p "$TMP/sys/bus/event_source/devices/ibs_op"
echo 9 >"$TMP/sys/bus/event_source/devices/ibs_op/type"
check "and says so" "event --sysfs $TMP/sys --from-log $LOGS/mail.eml" 0 \
	"out:had type 11 on the log's machine, and has 9"
sed 's/0x2cd/2cd?/' "$LOGS/later.log" >"$TMP/odd.log"
check "a value that is no number is named, not guessed" "event --from-log $TMP/odd.log" 1 \
	"err:its config is not understood: \"2cd\?\"" "!out:."
head -8 "$LOGS/later.log" >"$TMP/cut.log"
check "half a dump is none" "event --from-log $TMP/cut.log" 1 "err:does not have all of it" "!out:."
head -18 "$LOGS/later.log" | sed '$d' >"$TMP/untold.log"
check "whether it was opened is not told" "event --from-log $TMP/untold.log" 0 \
	"out:does not say whether the kernel took it"
echo "nothing of it" >"$TMP/none.log"
check "no log" "event --from-log $TMP/none.log" 1 "err:no perf_event_attr" "err:hint" "!out:."
check "an empty file" "event --from-log /dev/null" 1 "err:no perf_event_attr" "!out:."
check "no file" "event --from-log $TMP/absent" 1 "err:cannot open .*absent" "!out:."
check "a directory" "event --from-log $TMP" 1 "err:Is a directory" "!out:."

# ---- other people's logs
if [ -d "$SHARED/corpus/text" ]; then
	TEXT=$SHARED/corpus/text
	check "hybrid, perf 6.12" "event --from-log $TEXT/vv_perf-6.12_hybrid_mem_record_-vvv.log" 0 \
		"out:^cpu_atom/mem-loads,ldlat=30/P$" \
		"out:^  damo +--perf_event 4000 1 10 0x5d0 0x1f 0x0$" \
		"out:^  damo +--perf_event 4000 1 10 0x6d0 0x0 0x0$" "!out:_event .*0x9"
	check "refused, perf 6.13" "event --from-log $TEXT/vv_perf-6.13_cpu_mem-loads_failed_open.log" 1 \
		"err:Invalid argument" "!out:."
	check "attr of 144 bytes" "event --from-log $TEXT/vv_perf-7.x_seed001_size144.log" 0 \
		"out:^  damo +--perf_event 4000 1 4 0x1cd 0x1f 0x0$" "out:^  precise +2$"
	check "attr of 248 bytes" "event --from-log $TEXT/vv_perf-next_attr_size_248.log" 0 \
		"out:^  config +0x1cd$" "out:^  config1 +0x3$" "out:does not say whether"
	check "a mail" "event --from-log $TEXT/vv_same_log_quoted-printable_email.eml.txt" 0 \
		"out:^  config +0x5d0$" "out:^  config1 +0x1f$" "!out:does not say"
else
	skip "other people's logs" "the corpus is not there"
fi

# ---- perf's own opinion of what the names mean
# perf_words EVENT: type, config and whether user and kernel are excluded, of perf stat's attr.
perf_words() {
	perf stat -vv -e "$1" true 2>&1 | awk '
		/^perf_event_attr:/ { seen = 1 }
		seen && $1 == "type" { type = $2 }
		seen && $1 == "config" { config = $2 }
		seen && $1 == "exclude_user" { user = $2 }
		seen && $1 == "exclude_kernel" { kernel = $2 }
		/^sys_perf_event_open/ { exit }
		END { print type + 0, config ? config : "0x0", user + 0, kernel + 0 }'
}

our_words() {
	run "event --json $(on vm) $1"
	python3 -c 'import json, sys
e = json.load(open(sys.argv[1]))["events"][0]
print(e["type"], e["config"], int(e["exclude_user"]), int(e["exclude_kernel"]))' "$OUT"
}

if ! have_peer perf; then
	skip_peer "perf reads the names so too" perf
elif ! perf stat -vv -e dummy true 2>&1 | grep -q '^perf_event_attr:'; then
	skip "perf reads the names so too" "perf shows no attr here"
else
	for event in page-faults minor-faults:u major-faults:k cpu-clock task-clock \
		context-switches cpu-migrations alignment-faults r20d1 r1cd:u; do
		same "perf reads $event so too" "$(perf_words $event)" "$(our_words $event)"
	done
	perf stat -vv -e cpu-clock:u true >"$TMP/stat.log" 2>&1
	check "perf stat's log: counted, so no rate" "event --from-log $TMP/stat.log" 0 \
		"out:^  damo +--perf_event 4000 1 1 0x0 0x0 0x0$" "out:perf counted"
fi

done_testing
