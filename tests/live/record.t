# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 30 s of the running kernel's DAMON through an instance of our own: what the recording holds equals
# what other tools read in it, and nothing of DAMON's was opened for writing.
# shellcheck source=tests/live/live.sh
. tests/live/live.sh
need_damon
need_tool strace trace-cmd perf

before=$(traces_left)
recording=$TMP/live
strace -f -qq -e trace=open,openat,openat2,creat,rename,renameat2,unlink,unlinkat,mkdir,rmdir \
	-o "$TMP/strace" "$DAMON_TRACE" record -o "$recording" -d 30 >"$OUT" 2>"$ERR"
STATUS=$?
same "30 s are recorded" 0 "$STATUS"
[ $STATUS = 0 ] || sed 's/^/# /' "$ERR"
same "the instance is gone" "$before" "$(traces_left)"
if matches 'err:^recording .*clock perf' && matches 'err:^recorded 3[0-9]\.[0-9] s \(duration\)'; then
	pass "the first and the last line say what was recorded"
else
	fail "the first and the last line say what was recorded" "$(cat "$ERR")"
fi

# Opened to be read, or not at all.
if grep -q '/sys/kernel/mm/damon' "$TMP/strace"; then
	pass "DAMON's sysfs tree was looked at"
else
	fail "DAMON's sysfs tree was looked at"
fi
same "nothing below /sys/kernel/mm/damon was opened for writing" "" \
	"$(grep '/sys/kernel/mm/damon' "$TMP/strace" |
		grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|creat\(|rename|unlink|mkdir|rmdir' || true)"

"$DAMON_TRACE" info --json "$recording" >"$TMP/info.json" 2>"$TMP/info.err"
same "info reads it" 0 $?
same "it is complete" True "$(value "$TMP/info.json" 'j["complete"] if "complete" in j else j["inputs"][0]["complete"]')"
events=$(value "$TMP/info.json" 'sum(n for name, n in j["events"].items() if name.startswith("damo"))')
if [ "$events" -gt 0 ]; then
	pass "it holds DAMON events"
else
	fail "it holds DAMON events" "$(cat "$TMP/info.json")"
fi
same "trace-cmd reads as many" "$events" \
	"$(trace-cmd report -i "$recording/trace.dat" 2>/dev/null | grep -c -E ': +damo[a-z_]*:')"
same "perf script reads as many samples" "$(value "$TMP/info.json" 'j["samples"]["total"]')" \
	"$(perf script -F time -i "$recording/perf.data" 2>/dev/null | wc -l)"
check_json "report draws it" "report --heatmap --json $recording" 0 \
	'len(j["heatmaps"]) > 0 and j["losses"]["events"] == 0'
same "host.json names the kernel" "$(uname -r)" \
	"$(value "$recording/host.json" 'j["kernel"]["release"]')"
done_testing
