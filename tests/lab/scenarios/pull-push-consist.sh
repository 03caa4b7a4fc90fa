# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A hot set begins on the far node. PULL and PUSH share it between the nodes by their quota goals,
# with the consistent tuner: the share swings around the goal and calms down slowly.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload far_set 75 160 1
busy 2
monitor_nodes 10000 200000 100 500
pull_push 6000 consist 67108864
record goals --no-samples
state on
goal_is 6000
sleep 60
goal_is end
record_end TERM
state off
kill "$workload"
