# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the running kdamond costs: its CPU time in any case, its calls where this kernel lets them be
# traced. Nothing stays behind.
# shellcheck source=tests/live/live.sh
. tests/live/live.sh
need_damon

before=$(traces_left)
recording=$TMP/cost
"$DAMON_TRACE" record -o "$recording" --cost --no-samples -d 12 >"$OUT" 2>"$ERR"
same "12 s are recorded" 0 $?
same "neither instance nor dynamic event is left" "$before" "$(traces_left)"
check_json "the kdamond's CPU time is known" "report --cost --json $recording" 0 \
	'j["cost"]["kdamond_cpu_ns"] is not None and j["cost"]["wall_ns"] > 11e9'
if [ "$(value "$recording/host.json" 'j["recording"]["cost_source"]')" = none ]; then
	reason=$(value "$recording/host.json" 'j["recording"]["cost_reason"]')
	check "the report says why there are no calls" "report --cost $recording" 0 \
		'out:No calls of DAMON.s functions were recorded:'
	skip "ticks are calls of prepare and check" "$reason"
else
	check_json "ticks are calls of prepare and check" "report --cost --json $recording" 0 \
		'j["cost"]["ticks"] > 0 and {"prepare", "check"} <= {p["phase"] for p in j["cost"]["phases"]}'
fi
done_testing
