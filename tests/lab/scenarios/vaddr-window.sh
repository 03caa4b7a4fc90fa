# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A process touches a window of its memory that moves every 6 s; DAMON watches its addresses.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload moving_window 6 5
busy 2
monitor_process "$workload" 20000 400000 100 200
record window --no-samples
state on
wait "$workload" || die "the workload failed"
record_end INT
state off
