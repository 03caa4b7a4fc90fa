# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a kdamond costs that watches a process: first without its calls, for what tracing them costs;
# then by the function_graph tracer, and by dynamic events where the kernel does not tell the
# addresses that the tracer would write.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload moving_window 8 14
busy 2
monitor_process "$workload" 20000 400000 100 200
state on
# Nobody takes the CPU from it, so that a call lasts as long as it runs.
renice -n -20 -p "$(cat $kdamonds/0/pid)"

record plain --no-samples -d 15
record_end none

record graph --no-samples --cost -d 20
cat "/sys/kernel/tracing/instances/damon-trace-$recorder/current_tracer" >/out/tracer
record_end none

echo 2 >/proc/sys/kernel/kptr_restrict
mount --bind /dev/null /sys/kernel/tracing/available_filter_functions_addrs
record probes --no-samples --cost -d 15 --filter 'common_pid > 0'
cut -d' ' -f1,2 /sys/kernel/tracing/dynamic_events >/out/made
record_end none
umount /sys/kernel/tracing/available_filter_functions_addrs
echo 0 >/proc/sys/kernel/kptr_restrict

# A killed recorder leaves its events, and the next doctor takes them away.
record killed --no-samples --cost -d 60
kill -KILL "$recorder"
wait "$recorder"
damon-trace doctor --clean >/out/cleaned 2>&1 || true
leftovers >/out/killed.left
damon-trace doctor >/out/doctor 2>&1 || true
state off
