# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The ways in which a recording ends: each leaves a readable recording and a clean kernel, and says
# why it ended.
# shellcheck source=tests/live/live.sh
. tests/live/live.sh
need_tracing
need_tool perf trace-cmd

before=$(traces_left)
# System calls of this shell's own children: events on any kernel, DAMON or not.
events=(--no-damon -e raw_syscalls:sys_enter)

# busy SECONDS: system calls.
busy() {
	timeout "$1" dd if=/dev/zero of=/dev/null bs=1 2>/dev/null || true
}

# ends_well NAME DIRECTORY REASON: the recording is complete and the kernel clean.
ends_well() {
	local name=$1 directory=$2 reason=$3

	if matches "err:^recorded .*\\($reason\\)"; then
		pass "$name: the account says why"
	else
		fail "$name: the account says why" "$(cat "$ERR")"
	fi
	same "$name: nothing stays in the kernel" "$before" "$(traces_left)"
	check_json "$name: the recording is complete" "info --json $directory" 0 \
		'j["inputs"][0]["complete"] and j["events"]["sys_enter"] > 0'
	same "$name: host.json is closed" True \
		"$(value "$directory/host.json" 'j["recording"]["ended"]')"
}

for signal in INT TERM HUP; do
	case $signal in
	INT) reason=interrupted ;;
	TERM) reason=terminated ;;
	*) reason='terminal closed' ;;
	esac
	record_background -o "$TMP/$signal" "${events[@]}"
	busy 1
	kill -$signal "$RECORDER"
	recorder_status
	case $STATUS in
	0 | 3) pass "SIG$signal: exit status" ;;
	*) fail "SIG$signal: exit status" "$STATUS" "$(cat "$ERR")" ;;
	esac
	cp "$ERR" "$TMP/err"
	ends_well "SIG$signal" "$TMP/$signal" "$reason"
done

# Killed without a chance: what reached the disk is read, and doctor clears up.
record_background -o "$TMP/killed" "${events[@]}"
busy 2
kill -KILL "$RECORDER"
recorder_status
same "SIGKILL: exit status" 137 "$STATUS"
check_json "SIGKILL: what was written is recovered" "info --json $TMP/killed" 3 \
	'not j["inputs"][0]["complete"] and j["events"]["sys_enter"] > 1000'
check "SIGKILL: doctor names the leftovers" "doctor" "$("$DAMON_TRACE" doctor >/dev/null 2>&1; echo $?)" \
	"damon-trace-$RECORDER"
check "SIGKILL: doctor --clean removes them" "doctor --clean" \
	"$("$DAMON_TRACE" doctor >/dev/null 2>&1; echo $?)" "damon-trace-$RECORDER"
same "SIGKILL: nothing stays in the kernel" "$before" "$(traces_left)"

# The command's own status, whatever it is.
check "a command's status is returned" \
	"record -o $TMP/command ${events[*]} -- sh -c 'exit 42'" 42 'err:\(command ended\)'
same "a command: nothing stays in the kernel" "$before" "$(traces_left)"
check "a command killed by a signal" \
	"record -o $TMP/command2 ${events[*]} -- sh -c 'kill -USR1 \$\$'" 138
check "a command that does not exist" \
	"record -o $TMP/command3 ${events[*]} -- /nonexistent/program" 1 'No such file'

# The death of the sampled process ends the recording.
sleep 600 &
target=$!
record_background -o "$TMP/target" "${events[@]}" -p $target
busy 1
kill $target
recorder_status
ends_well "the target's death" "$TMP/target" "process ended"

# A disk that is full: the recording stops by itself, and what it holds is readable.
mkdir "$TMP/small"
if mount -t tmpfs -o size=8M tmpfs "$TMP/small" 2>/dev/null; then
	record_background -o "$TMP/small/rec" -b 1024 --no-damon -e 'raw_syscalls:*' --no-samples
	busy 20
	kill -INT "$RECORDER" 2>/dev/null
	recorder_status
	same "a full disk: exit status" 3 "$STATUS"
	if matches 'err:disk full' && matches 'err:No space left'; then
		pass "a full disk: it is said"
	else
		fail "a full disk: it is said" "$(cat "$ERR")"
	fi
	same "a full disk: nothing stays in the kernel" "$before" "$(traces_left)"
	check_json "a full disk: what was written is read" "info --json $TMP/small/rec" 3 \
		'j["events"]["sys_enter"] > 10000'
	same "a full disk: host.json is closed" "disk full" \
		"$(value "$TMP/small/rec/host.json" 'j["recording"]["end_reason"]')"
	umount "$TMP/small"
else
	skip "a full disk" "tmpfs cannot be mounted here"
fi

# Bounded: segments rotate, the oldest goes, nothing falls between them.
record_background -o "$TMP/bounded" --no-damon -e 'raw_syscalls:*' --no-samples --max-size 16M
busy 15
kill -INT "$RECORDER"
recorder_status
case $STATUS in
0 | 3) pass "--max-size: exit status" ;;
*) fail "--max-size: exit status" "$STATUS" "$(cat "$ERR")" ;;
esac
kilobytes=$(du -sk "$TMP/bounded" | cut -f1)
if [ "$kilobytes" -le 16384 ]; then
	pass "--max-size bounds the recording"
else
	fail "--max-size bounds the recording" "$kilobytes KiB"
fi
segments=("$TMP"/bounded/trace.dat*)
if [ ${#segments[@]} -gt 1 ] && [ ! -e "$TMP/bounded/trace.dat" ]; then
	pass "--max-size: the oldest segment went, others stay"
else
	fail "--max-size: the oldest segment went, others stay" "${segments[*]}"
fi
# what was lost may have gone with the oldest
run "info --json $TMP/bounded"
case $STATUS in
0 | 3) same "--max-size: the report reads the set as one" True \
	"$(value "$OUT" 'j["events"]["sys_enter"] > 0')" ;;
*) fail "--max-size: the report reads the set as one" "$STATUS" "$(cat "$ERR")" ;;
esac
sum=0
for segment in "${segments[@]}"; do
	sum=$((sum + $(trace-cmd report -i "$segment" 2>/dev/null | grep -c 'sys_enter:')))
done
same "--max-size: trace-cmd reads every segment" "$(value "$OUT" 'j["events"]["sys_enter"]')" $sum
done_testing
