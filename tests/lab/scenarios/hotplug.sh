# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A CPU goes and comes back during a recording, and one that was away at its start comes.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

# cpu1 0|1: take it away or bring it back, and say when.
cpu1() {
	echo "$(uptime_seconds) begin $1" >>/out/cpu1
	echo "$1" >/sys/devices/system/cpu/cpu1/online || die "CPU 1 does not change"
	echo "$(uptime_seconds) end $1" >>/out/cpu1
	sleep 5
}

workload moving_window 1 100 4 1
busy 3
monitor_process "$workload" 20000 400000 100 200
record plugged -a -e page-faults
state on
sleep 5
cpu1 0
cpu1 1
record_end INT

cpu1 0
record unplugged -a -e page-faults
sleep 3
cpu1 1
sleep 3
record_end INT
state off
kill "$workload"
