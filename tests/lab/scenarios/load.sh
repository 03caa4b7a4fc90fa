# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# 20,000 regions, aggregated every 10 ms: as many events as DAMON can give here. What is lost must be
# told, and what is there must be right: four sets of known heat. Then the same sets with intervals
# that DAMON can keep.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload heat_sets 60 24
busy 3
monitor_process "$workload" 2000 10000 20000 24000
record load --no-samples -b 16384
state on
sleep 12
record_end INT
state off
monitor_process "$workload" 20000 400000 100 400
record sets --no-samples
state on
sleep 14
record_end INT
state off
kill "$workload"
