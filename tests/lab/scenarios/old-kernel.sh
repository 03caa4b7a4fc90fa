# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Linux 6.12 has two of DAMON's tracepoints, no goals that could be traced and less in sysfs: there
# is still everything to be recorded that there is.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload moving_window 6 3
busy 2
monitor_process "$workload" 20000 400000 100 200
record window
state on
wait "$workload" || die "the workload failed"
record_end INT
state off
