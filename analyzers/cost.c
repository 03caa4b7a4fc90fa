/* SPDX-License-Identifier: GPL-2.0-only */
/* What monitoring costs, out of the calls that record --cost has written down. */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/cost.h"

struct cost {
	const struct dt_view *view;
	struct dt_cost_calls calls;
	struct dt_span span;
	size_t nr_inputs, nr_infos;
	const struct dt_input_info **infos; /* of the inputs */
};

static bool applies(const struct dt_view *view)
{
	return view->cost;
}

static int begin(void *state, const struct dt_view *view)
{
	struct cost *cost = state;

	cost->view = view;
	return 0;
}

/* Steps of equal length over what is looked at. */
static int make_bins(struct cost *cost, struct dt_error *error)
{
	const struct dt_view *view = cost->view;
	struct dt_cost_calls *calls = &cost->calls;
	uint64_t length;

	if (cost->span.first > cost->span.last)
		return 0;
	calls->nr_bins = view->time_cells && view->time_cells < DT_COST_BINS ? view->time_cells
									     : DT_COST_BINS;
	calls->start_ns = cost->span.first;
	length = cost->span.last - cost->span.first + 1;
	calls->step_ns = length / calls->nr_bins + (length % calls->nr_bins != 0);
	calls->nr_bins = (uint32_t)(length / calls->step_ns + (length % calls->step_ns != 0));
	calls->bins = calloc(calls->nr_bins, sizeof(*calls->bins));
	return calls->bins ? 0 : dt_fail(error, ENOMEM, NULL, "out of memory");
}

/* The first walk tells the time that is spanned. */
static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct cost *cost = state;
	const struct dt_view *view = cost->view;

	*wants = (struct dt_wants){.done = number > 1};
	if (number != 1)
		return 0;
	wants->kinds = 1u << DT_KIND_CALL | 1u << DT_KIND_REGION | 1u << DT_KIND_LOSS;
	cost->nr_inputs = 0;
	cost->nr_infos = 0;
	cost->span = *span;
	if (view->has_time) {
		const uint64_t origin = view->time_relative ? span->first : 0;
		const uint64_t to =
			view->to_ns > UINT64_MAX - origin ? UINT64_MAX : view->to_ns + origin;

		if (view->from_ns + origin > cost->span.first)
			cost->span.first = view->from_ns + origin;
		if (to && to - 1 < cost->span.last)
			cost->span.last = to - 1;
	}
	return make_bins(cost, error);
}

static void input_begin(void *state, const struct dt_reader *reader)
{
	struct cost *cost = state;
	const struct dt_input_info **infos =
		realloc(cost->infos, (cost->nr_infos + 1) * sizeof(const struct dt_input_info *));

	/* without memory, no witnesses */
	if (!infos)
		return;
	cost->infos = infos;
	infos[cost->nr_infos++] = &reader->info;
}

static bool in_view(const struct cost *cost, uint64_t time, int32_t pid)
{
	return time >= cost->span.first && time <= cost->span.last &&
	       dt_filters_pass(cost->view->streams, cost->view->nr_streams, pid, DT_UNKNOWN_U32);
}

static int batch(void *state, const struct dt_batch *records)
{
	struct cost *cost = state;
	int ret = 0;

	for (uint32_t i = 0; i < records->count && !ret; i++) {
		if (records->kind == DT_KIND_LOSS) {
			if (records->losses[i].what == DT_LOSS_EVENTS)
				dt_cost_loss(&cost->calls, cost->nr_inputs);
		} else if (records->kind == DT_KIND_REGION) {
			const struct dt_region *region = &records->regions[i];

			if (in_view(cost, region->time, region->kdamond))
				ret = dt_cost_region(&cost->calls, cost->nr_inputs, region);
		} else if (in_view(cost, records->calls[i].time, records->calls[i].kdamond)) {
			ret = dt_cost_call(&cost->calls, cost->nr_inputs, &records->calls[i]);
		}
	}
	return ret;
}

static void input_end(void *state)
{
	struct cost *cost = state;

	dt_cost_cut(&cost->calls, cost->nr_inputs++);
}

static int finish(void *state, struct dt_report *report)
{
	const struct cost *cost = state;

	dt_cost_report(&cost->calls, cost->view, cost->infos, cost->nr_infos, &cost->span, report);
	return 0;
}

static void end(void *state)
{
	struct cost *cost = state;

	dt_cost_calls_free(&cost->calls);
	free(cost->infos);
}

const struct dt_analyzer dt_cost_analyzer = {
	.name = "cost",
	.summary = "what monitoring costs",
	.applies = applies,
	.state_size = sizeof(struct cost),
	.begin = begin,
	.pass = pass,
	.input_begin = input_begin,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
