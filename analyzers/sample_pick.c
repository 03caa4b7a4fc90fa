/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples in view. A sample without the column that a choice needs is not among the chosen. */
#include <string.h>

#include "analyzers/sample_pick.h"

/* The addresses of a node are physical ones. */
static bool is_physical(const struct dt_view *view)
{
	return view->phys || view->node >= 0;
}

bool dt_sample_pick_begin(struct dt_sample_pick *pick, const struct dt_view *view, unsigned pass,
			  const struct dt_span *span, bool after_first, bool *done)
{
	const unsigned counts = after_first || (view->has_time && view->time_relative) ? 1 : 0;
	const uint64_t origin =
		pass && view->time_relative && span->first <= span->last ? span->first : 0;

	*done = pass > counts;
	*pick = (struct dt_sample_pick){.view = view, .to = UINT64_MAX};
	pick->all = !view->has_time && !view->nr_pids && !view->nr_addresses;
	if (view->has_time)
		pick->from = origin + view->from_ns;
	if (view->has_time && view->to_ns < UINT64_MAX - origin)
		pick->to = origin + view->to_ns;
	return pass == counts;
}

bool dt_sample_pick_pass(struct dt_sample_pick *pick, const struct dt_view *view, unsigned pass,
			 const struct dt_span *span, bool after_first, struct dt_wants *wants)
{
	if (!dt_sample_pick_begin(pick, view, pass, span, after_first, &wants->done))
		return false;
	wants->kinds = 1u << DT_KIND_SAMPLE;
	wants->columns = dt_sample_pick_columns(view);
	return true;
}

uint32_t dt_sample_pick_columns(const struct dt_view *view)
{
	return (view->has_time ? DT_COL_TIME : 0) | (view->nr_pids ? DT_COL_PID : 0) |
	       (view->nr_addresses ? (is_physical(view) ? DT_COL_PHYS : DT_COL_ADDR) : 0);
}

uint64_t dt_sample_pick_length(const struct dt_sample_pick *pick, uint64_t start, uint64_t end)
{
	start = start > pick->from ? start : pick->from;
	end = end < pick->to ? end : pick->to;
	return end > start ? end - start : 0;
}

static bool has_pid(const struct dt_view *view, int32_t pid)
{
	for (size_t i = 0; i < view->nr_pids; i++)
		if (view->pids[i] == pid)
			return true;
	return false;
}

void dt_sample_pick_mark(const struct dt_sample_pick *pick, const struct dt_samples *samples,
			 uint32_t count, uint8_t *keep)
{
	const struct dt_view *view = pick->view;
	const uint32_t needed = dt_sample_pick_columns(view);
	const uint64_t *address = is_physical(view) ? samples->phys : samples->addr;

	memset(keep, (samples->columns & needed) == needed, count);
	if ((samples->columns & needed) != needed)
		return;
	for (uint32_t i = 0; view->has_time && i < count; i++)
		keep[i] &= dt_sample_pick_time(pick, samples->time[i]);
	for (uint32_t i = 0; view->nr_pids && i < count; i++)
		keep[i] &= has_pid(view, samples->pid[i]);
	for (uint32_t i = 0; view->nr_addresses && i < count; i++)
		keep[i] &= dt_ranges_hold(view->addresses, view->nr_addresses, address[i]);
}
