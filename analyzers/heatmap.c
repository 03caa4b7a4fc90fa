/* SPDX-License-Identifier: GPL-2.0-only */
/* The heatmap analysis: survey, then cells, of DAMON's regions and of memory samples. */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/heat.h"

struct heatmap {
	const struct dt_view *view;
	unsigned pass;
	struct dt_heat_damon *damon;
	struct dt_heat_samples *samples;
	struct dt_heat_shared shared;
	bool samples_done; /* counted in the first pass */
};

static void end(void *state)
{
	struct heatmap *heatmap = state;

	dt_heat_damon_free(heatmap->damon);
	dt_heat_samples_free(heatmap->samples);
	dt_extents_free(&heatmap->shared.extents);
}

static bool applies(const struct dt_view *view)
{
	return view->damon || view->samples;
}

static int begin(void *state, const struct dt_view *view)
{
	struct heatmap *heatmap = state;

	heatmap->view = view;
	if ((view->damon && dt_heat_damon_new(&heatmap->damon, view)) ||
	    (view->samples && dt_heat_samples_new(&heatmap->samples, view)))
		return -ENOMEM;
	return 0;
}

/* Resolve --time, now that the recording's own times are known. */
static int fix_time(const struct dt_view *view, const struct dt_span *span,
		    struct dt_heat_time *fixed, struct dt_error *error)
{
	const uint64_t origin = view->time_relative && span->first <= span->last ? span->first : 0;

	*fixed = (struct dt_heat_time){.fixed = view->has_time};
	if (!view->has_time)
		return 0;
	fixed->start = origin + view->from_ns;
	fixed->end = view->to_ns == UINT64_MAX ? span->last + 1 : origin + view->to_ns;
	if (fixed->start < fixed->end && fixed->start <= span->last && fixed->end > span->first)
		return 0;
	return dt_fail(error, EINVAL, NULL,
		       "--time lies outside the recording, which runs from @%.6f to @%.6f s "
		       "(%.6f s long)",
		       (double)span->first * 1e-9, (double)span->last * 1e-9,
		       (double)(span->last - span->first) * 1e-9);
}

/*
 * One grid for both sources where they mean the same addresses: physical ones, or those of the one
 * process that the user named.
 */
static void share_axes(struct heatmap *heatmap)
{
	const struct dt_view *view = heatmap->view;
	struct dt_heat_shared *shared = &heatmap->shared;

	shared->virtual_space = !view->phys;
	if (!heatmap->damon || !heatmap->samples || (!view->phys && view->nr_pids != 1))
		return;
	dt_heat_damon_share(heatmap->damon, shared);
	if (shared->on)
		dt_heat_samples_share(heatmap->samples, shared);
}

static int lay(struct heatmap *heatmap, const struct dt_span *span, struct dt_error *error)
{
	struct dt_heat_time fixed;
	int ret;

	if (span->first > span->last)
		return 0;
	ret = fix_time(heatmap->view, span, &fixed, error);
	if (ret)
		return ret;
	if (heatmap->damon)
		ret = dt_heat_damon_prepare(heatmap->damon);
	if (!ret && heatmap->samples)
		ret = dt_heat_samples_prepare(heatmap->samples);
	if (!ret)
		share_axes(heatmap);
	if (!ret && heatmap->damon)
		ret = dt_heat_damon_lay(heatmap->damon, &fixed, &heatmap->shared);
	if (!ret && heatmap->samples)
		ret = dt_heat_samples_lay(heatmap->samples, &fixed, &heatmap->shared,
					  &heatmap->samples_done);
	return ret ? dt_fail(error, -ret, NULL, "out of memory") : 0;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct heatmap *heatmap = state;
	int ret = number == 1 ? lay(heatmap, span, error) : 0;

	heatmap->pass = number;
	if (heatmap->damon && dt_heat_damon_wants(heatmap->damon))
		wants->kinds |= 1u << DT_KIND_REGION | 1u << DT_KIND_INTERVALS | 1u << DT_KIND_LOSS;
	/* drawn over the cells, so not before there are any */
	if (wants->kinds && heatmap->view->schemes && number == 1)
		wants->kinds |= 1u << DT_KIND_APPLY;
	if (heatmap->samples && !heatmap->samples_done) {
		wants->kinds |= 1u << DT_KIND_SAMPLE;
		wants->columns = dt_heat_samples_columns(heatmap->view);
	}
	wants->done = number > 1 || !wants->kinds;
	return ret;
}

static int batch(void *state, const struct dt_batch *records)
{
	struct heatmap *heatmap = state;

	if (records->kind == DT_KIND_SAMPLE) {
		if (!heatmap->samples)
			return 0;
		return heatmap->pass ? dt_heat_samples_fill(heatmap->samples, records->samples,
							    records->count)
				     : dt_heat_samples_survey(heatmap->samples, records->samples,
							      records->count);
	}
	if (!heatmap->damon)
		return 0;
	return heatmap->pass ? dt_heat_damon_fill(heatmap->damon, records)
			     : dt_heat_damon_survey(heatmap->damon, records);
}

static void input_end(void *state)
{
	struct heatmap *heatmap = state;

	if (heatmap->damon)
		dt_heat_damon_input_end(heatmap->damon);
}

/* Both sources drawn, but not on one grid: the reader will ask why. */
static void explain_apart(const struct heatmap *heatmap, size_t nr_damon, struct dt_report *report)
{
	const size_t nr_samples = report->nr_grids - nr_damon;
	bool is_virtual = true;

	if (!nr_damon || !nr_samples || heatmap->shared.on)
		return;
	for (size_t i = 0; i < nr_damon; i++)
		is_virtual &= report->grids[i].space == DT_SPACE_VIRTUAL;
	if (heatmap->view->phys)
		dt_report_note(report, "regions and samples are drawn on grids of their own: the "
				       "regions are virtual addresses, the samples physical ones");
	else if (is_virtual)
		dt_report_note(report, "regions and samples are drawn on grids of their own: the "
				       "recording does not say whose addresses the regions are; "
				       "--pid names the process");
	else
		dt_report_note(report, "regions and samples are drawn on grids of their own: the "
				       "regions look like physical addresses, the samples are "
				       "virtual ones; --phys draws their physical addresses");
}

static int finish(void *state, struct dt_report *report)
{
	struct heatmap *heatmap = state;
	size_t nr_damon;
	int ret = 0;

	report->has_grids = true;
	if (heatmap->damon)
		ret = dt_heat_damon_finish(heatmap->damon, report);
	nr_damon = report->nr_grids;
	if (!ret && heatmap->samples)
		ret = dt_heat_samples_finish(heatmap->samples, report);
	if (!ret)
		explain_apart(heatmap, nr_damon, report);
	return ret;
}

const struct dt_analyzer dt_heatmap_analyzer = {
	.name = "heatmap",
	.summary = "where and when memory was hot: time x address",
	.applies = applies,
	.state_size = sizeof(struct heatmap),
	.begin = begin,
	.pass = pass,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
