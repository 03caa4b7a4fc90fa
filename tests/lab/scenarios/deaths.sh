# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What may end in mid-recording: the kdamond, the target, the recorder, the space on the disk.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

busy 2

# watch_window MIN_REGIONS: a workload, and DAMON on it.
watch_window() {
	workload moving_window 100 1
	monitor_process "$workload" 10000 100000 "$1" 2000
}

watch_window 100
record kdamond --no-samples
state on
sleep 4
state off
sleep 2
state on
sleep 4
record_end INT

# It was asked for this process: the recording ends with it.
record target -p "$workload" -e page-faults
sleep 4
kill -KILL "$workload"
record_end none

watch_window 100
state off
state on
record killed --no-samples
sleep 6
kill -KILL "$recorder"
wait "$recorder"
leftovers >/out/killed.before
damon-trace doctor >/out/doctor.out 2>&1
damon-trace doctor --clean >/out/clean.out 2>&1
echo $? >/out/clean.status
leftovers >/out/killed.left
state off
kill "$workload"

mkdir /out/small
mount -t tmpfs -o size=3m none /out/small
watch_window 1000
record small/full --no-samples
state on
wait_for "the recorder to end" recorder_is_gone
record_end none
cp -r /out/small/full /out/full
umount /out/small
state off
kill "$workload"
