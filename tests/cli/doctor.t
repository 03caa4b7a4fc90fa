#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# doctor on trees of other machines. What it asks of the running kernel (which memory event it
# grants) is not looked at.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# on MACHINE: the options for the tree of that machine, which is unpacked.
on() {
	[ -d "$TMP/$1" ] || "$TEST_BUILD/tests/tools/gen_tree" "$FIXTURES/host-$1.tree" "$TMP/$1" ||
		exit 1
	echo "--tracefs $TMP/$1/tracefs --sysfs $TMP/$1/sys --proc $TMP/$1/proc"
}

# ---- wrong use
check "help" "doctor --help" 0 "out:--clean" "out:[Ee]xample" "out:4 the machine" "!err:." \
	"!out:^.{81}"
check "it takes no input" "doctor trace.dat" 2 "err:trace\.dat" "!out:."
check "an unknown option" "doctor --jsno" 2 "err:--json" "!out:."
check "a colour that is none" "doctor --color=red" 2 "err:red" "!out:."
check "--clean has no JSON" "doctor --clean --json" 2 "err:--clean" "!out:."
check "the commands name it" "--help" 0 "out:doctor"

# ---- the table
check "two tiers: record works" "doctor $(on cxl)" 0 "out:^record works here" \
	"out:^tiers: Linux 7\.3\.0-fixture, AMD EPYC 9755" "out:^tracing$" "out:^DAMON$" \
	"out:^  ok +DAMON events +damon_aggregated" "out:^  ok +quota goals" \
	"out:^  ok +node 1 +4\.0 GiB, no CPUs" "out:^  warn +leftovers +damon-trace-99999" \
	"out:remedy: damon-trace doctor --clean" "out:kdamond 0 \(pid 77\), paddr" "!err:."
check "the table fits 80 columns" "doctor $(on vm)" 0 "!out:^.{80}" "out:^  warn +runs +no kdamond"
check "a guest: what is absent, what it costs, what helps" "doctor $(on vm)" 0 \
	"out:^  note +absent event +damos_esz" "out:-> not in recordings" "out:Linux 6\.17 or later"
check "no DAMON: exit status 4" "doctor $(on nodamon)" 4 "out:^record does not work here" \
	"out:^  missing +DAMON events" "out:CONFIG_DAMON"
check "tracefs that is not mounted" "doctor $(on cxl) --tracefs $TMP/none" 4 \
	"out:^  missing +tracefs +not mounted" "out:mount -t tracefs"
check "no colours in a pipe" "doctor $(on cxl)" 0 "!out:$(printf '\033')"
check "colours when asked for" "doctor $(on cxl) --color=always" 0 "out:$(printf '\033')\[32mok"

for layout in "1:sample/perf_events/N" "2:sample/primitives/perf_events" \
	"3:probes/P/filters/F/perf_event_type"; do
	check_json "hardware sampling, layout ${layout%%:*}" \
		"doctor --json $(on "layout${layout%%:*}")" 0 "[c['state'] for c in j['checks']
		if c['detail'] == 'DAMON takes samples by ${layout#*:}'] == ['ok']"
done

# ---- JSON
check_json "JSON: record works" "doctor --json $(on cxl)" 0 "j['record_works'] is True \
	and j['kernel'] == '7.3.0-fixture' and j['cpus'] == 2"
check_json "JSON: every row has its parts" "doctor --json $(on vm)" 0 "all(
	set(c) == {'group', 'name', 'state', 'detail', 'effect', 'remedy'} and c['detail']
	and c['state'] in ('ok', 'note', 'warn', 'missing')
	and (c['remedy'] or c['state'] in ('ok', 'note')) for c in j['checks'])"
check_json "JSON: no DAMON" "doctor --json $(on nodamon)" 4 "j['record_works'] is False
	and any(c['state'] == 'missing' and c['group'] == 'DAMON' for c in j['checks'])"

# ---- leftovers: those of dead recorders go, others stay. In a tree of files instances are no
# directories that vanish with rmdir, so the dead one is emptied here.
check "nothing to clean" "doctor --clean $(on vm)" 0 "out:nothing to remove"
options=$(on cxl)
rm "$TMP/cxl/tracefs/instances/damon-trace-99999/trace"
check "clean" "doctor --clean $options" 0 "out:^removed damon-trace-99999$" "!out:other"
same "what is left" "other" "$(ls "$TMP/cxl/tracefs/instances")"
check "clean again" "doctor --clean $options" 0 "out:nothing to remove"

done_testing
