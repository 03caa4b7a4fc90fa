# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a kdamond costs that watches a process, told by the function_graph tracer, then by dynamic
# events (a tracer in the top instance does not keep them away: the sysctl does).
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload moving_window 8 8
busy 2
monitor_process "$workload" 20000 400000 100 200
state on

# Without tracing calls, for what that costs.
record plain --no-samples -d 12
record_end none

record graph --no-samples --cost -d 20
record_end none

echo 0 >/proc/sys/kernel/ftrace_enabled
record probes --no-samples --cost -d 8
cat /sys/kernel/tracing/dynamic_events >/out/made
record_end none
echo 1 >/proc/sys/kernel/ftrace_enabled
state off
damon-trace doctor >/out/doctor 2>&1 || true
