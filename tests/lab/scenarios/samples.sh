# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Page faults with their addresses beside DAMON's events, on one clock: the process gives the pages
# of its window back whenever the window moves, so both must see it there and then.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload moving_window 6 5 32 1
busy 2
monitor_process "$workload" 20000 400000 100 200
record samples -p "$workload" -e page-faults
state on
wait "$workload" || die "the workload failed"
record_end none
state off
