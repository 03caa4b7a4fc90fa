# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Physical monitoring with a probe that counts anonymous pages: events that carry probe hits flow
# beside the plain ones.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/lib.sh

workload far_set 40 160 1
busy 2
monitor_nodes 10000 200000 50 200
put "$context/monitoring_attrs/probes/nr_probes" 1
put "$context/monitoring_attrs/probes/0/filters/nr_filters" 1
put "$context/monitoring_attrs/probes/0/filters/0/type" anon
put "$context/monitoring_attrs/probes/0/filters/0/matching" Y
put "$context/monitoring_attrs/probes/0/filters/0/allow" Y
record probes --no-samples
state on
sleep 15
record_end HUP
state off
kill "$workload"
