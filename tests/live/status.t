#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# status listens in a trace instance of its own, which is gone afterwards, however it ends. DAMON's
# sysfs is that of the tests' fake kernel, so no evaluation ever comes.
# shellcheck source=tests/live/live.sh
. tests/live/live.sh

need_damon
FAKE=$TEST_BUILD/tests/fake/damon-trace
"$TEST_BUILD/tests/tools/gen_tree" "$FIXTURES/host-cxl.tree" "$TMP/cxl" || exit 1
"$TEST_BUILD/tests/tools/gen_fake" "$TMP/cxl/sys" 703 0 || exit 1
export FAKE_DAMON="sysfs=$TMP/cxl/sys"
options="--sysfs $TMP/cxl/sys --proc $TMP/cxl/proc --state $TMP/state"
# what others have there
before=$(traces_left)

DAMON_TRACE=$FAKE check "a pair is set up" \
	"setup $options --pull-push near=0,far=1,target=60%,window=200ms" 0
# whose BTF is read is the running kernel's
options="--sysfs $TMP/both --proc $TMP/cxl/proc --state $TMP/state"
mkdir -p "$TMP/both/kernel/mm"
ln -s "$TMP/cxl/sys/devices" "$TMP/cxl/sys/module" "$TMP/both/" 2>/dev/null
ln -s "$TMP/cxl/sys/kernel/mm/damon" "$TMP/both/kernel/mm/"
ln -s /sys/kernel/btf "$TMP/both/kernel/"
check "no evaluation comes" "status $options" 0 "out:now \? \(\*\)" \
	"out:no evaluation|does not tell|BTF" "!err:."
same "no instance and no event is left" "$before" "$(traces_left)"

# shellcheck disable=SC2086 # options are words
"$DAMON_TRACE" status $options --wait 60s >"$OUT" 2>"$ERR" &
pid=$!
for _ in $(seq 100); do
	[ ! -d "$TRACEFS/instances/damon-trace-$pid" ] || break
	kill -0 $pid 2>/dev/null || break
	sleep 0.02
done
kill -INT $pid 2>/dev/null
wait $pid
same "interrupted: exit status 0" 0 $?
same "no instance and no event is left either" "$before" "$(traces_left)"

done_testing
