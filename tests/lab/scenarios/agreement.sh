# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Sets of different heat, each given back before it is touched again: the page faults are as many as
# the touches, so DAMON and the samples look at the same thing.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload heat_sets 16 8 1
busy 2
monitor_process "$workload" 20000 400000 100 200
# before the recorder looks at it: when the workload ends kdamond does so too
state on
record agreement -p "$workload" -e page-faults
wait "$workload" || die "the workload failed"
record_end none
state off
