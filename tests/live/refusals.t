# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad use of record on a real kernel: each error names its remedy and leaves nothing behind.
# shellcheck source=tests/live/live.sh
. tests/live/live.sh
need_tracing

before=$(traces_left)
check "an unknown event, with the nearest name" "record -o $TMP/a -e raw_syscalls:sys_entre" 2 \
	'raw_syscalls:sys_enter'
check "an unknown system" "record -o $TMP/a -e nosuchsystem:some_event_here" 2 'nosuchsystem'
check "an unknown sampled event" "record -o $TMP/a --no-damon -e page-fautls" 2 'page-faults'
check "an unknown PMU" "record -o $TMP/a --no-damon -e nopmu/config=1/" 2 'nopmu'
if [ ! -e /sys/bus/event_source/devices/ibs_op ]; then
	check "a PMU that this machine lacks" "record -o $TMP/a --no-damon -e ibs_op//" 4 'ibs_op'
else
	skip "a PMU that this machine lacks" "it has ibs_op"
fi
check "no such pid" "record -o $TMP/a --no-damon -e page-faults -p 4194303" 1 'no process'
check "a clock that the kernel lacks" "record -o $TMP/a --clock sundial --no-samples" 2 'sundial'
check "a clock that samples lack" "record -o $TMP/a --clock counter --no-damon -e page-faults" 2 \
	'counter' 'mono'
check "a filter that does not parse" \
	"record -o $TMP/a --no-damon --no-samples -e raw_syscalls:sys_enter --filter 'nosuchfield == 1'" 2 \
	'nosuchfield|filter'
check "nothing to record" "record -o $TMP/a --no-damon --no-samples" 2 'nothing'
check "a directory that is in no place" "record -o $TMP/no/where -d 1 --no-damon -e page-faults" 1 \
	'cannot make'
same "no directory is left" "" "$(ls -d "$TMP/a" 2>/dev/null)"
mkdir "$TMP/exists"
check "an output that exists" "record -o $TMP/exists -d 1 --no-damon -e page-faults" 1 'exists' \
	'force'
echo mine >"$TMP/exists/thesis.tex"
check "--force replaces recordings only" \
	"record -o $TMP/exists --force -d 1 --no-damon -e page-faults" 1 'thesis.tex'
same "and removes nothing of others" mine "$(cat "$TMP/exists/thesis.tex")"
check "tracefs is not there" "record -o $TMP/a --tracefs $TMP/none --no-samples" 4 'tracefs' 'mount'
same "nothing stays in the kernel" "$before" "$(traces_left)"

# Without root: which capability, or which setting.
if command -v setpriv >/dev/null; then
	mkdir -m 777 "$TMP/open"
	chmod 755 "$TMP"
	cp "$DAMON_TRACE" "$TMP/open/damon-trace"
	STATUS=0
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$TMP/open/damon-trace" record -o "$TMP/open/rec" -d 1 >"$OUT" 2>"$ERR" || STATUS=$?
	same "no root: exit status" 4 $STATUS
	if matches 'err:root|CAP_'; then
		pass "no root: the error says what is needed"
	else
		fail "no root: the error says what is needed" "$(cat "$ERR")"
	fi
else
	skip "no root" "setpriv is not installed"
fi

# Few descriptors: the number that is needed.
STATUS=0
(
	ulimit -n 10
	exec "$DAMON_TRACE" record -o "$TMP/few" -d 1 --no-damon -e page-faults
) >"$OUT" 2>"$ERR" || STATUS=$?
same "few descriptors: exit status" 4 $STATUS
if matches 'err:ulimit -n|descriptors'; then
	pass "few descriptors: the error says how many"
else
	fail "few descriptors: the error says how many" "$(cat "$ERR")"
fi
same "nothing stays in the kernel after all" "$before" "$(traces_left)"
done_testing
