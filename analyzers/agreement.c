/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agreement analysis: one walk finds what DAMON monitored and when, the next sums its heat and
 * the samples. Which process or address space a stream belongs to is settled in between.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/agreement.h"

static bool applies(const struct dt_view *view)
{
	return view->agreement;
}

static void start_snapshots(struct dt_agreement *agreement)
{
	dt_snapshots_init(&agreement->snapshots, agreement->view->sample_ns,
			  agreement->view->aggr_ns);
	dt_snapshots_know(&agreement->snapshots, &agreement->view->known);
}

static int begin(void *state, const struct dt_view *view)
{
	struct dt_agreement *agreement = state;

	agreement->view = view;
	start_snapshots(agreement);
	return 0;
}

static void end_comparison(struct dt_comparison *comparison)
{
	dt_extents_free(&comparison->extents);
	dt_cover_free(&comparison->cover);
	dt_median_free(&comparison->gaps);
	dt_units_free(&comparison->units);
	dt_pair_free(&comparison->shown);
	dt_pair_free(&comparison->fine);
	free(comparison);
}

static void end(void *state)
{
	struct dt_agreement *agreement = state;

	for (size_t i = 0; i < agreement->nr; i++)
		end_comparison(agreement->list[i]);
	free(agreement->list);
	dt_snapshots_free(&agreement->snapshots);
}

static int prepare(struct dt_agreement *agreement, const struct dt_span *span,
		   struct dt_error *error)
{
	const int ret = dt_agreement_choose(agreement, span);

	/* the second walk assembles anew; the streams come in the same order */
	dt_snapshots_free(&agreement->snapshots);
	start_snapshots(agreement);
	return ret ? dt_fail(error, -ret, NULL, "agreement: %s", strerror(-ret)) : 0;
}

static uint32_t sample_columns(const struct dt_agreement *agreement)
{
	uint32_t columns = DT_COL_TIME;

	for (size_t i = 0; i < agreement->nr; i++) {
		if (!agreement->list[i]->chosen)
			continue;
		columns |= agreement->list[i]->physical ? DT_COL_PHYS : DT_COL_ADDR | DT_COL_PID;
		columns |= agreement->view->nr_pids ? DT_COL_PID : 0;
	}
	return columns;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct dt_agreement *agreement = state;
	int ret = number == 1 ? prepare(agreement, span, error) : 0;

	agreement->pass = number;
	*wants = (struct dt_wants){
		.kinds = 1u << DT_KIND_REGION | 1u << DT_KIND_INTERVALS | 1u << DT_KIND_LOSS,
		.done = number > 1 || (number && !agreement->nr_chosen),
	};
	if (number) {
		wants->kinds |= 1u << DT_KIND_SAMPLE;
		wants->columns = sample_columns(agreement);
	}
	return ret;
}

static int batch(void *state, const struct dt_batch *records)
{
	struct dt_agreement *agreement = state;

	switch (records->kind) {
	case DT_KIND_REGION:
		return agreement->pass
			       ? dt_agreement_fill(agreement, records->regions, records->count)
			       : dt_agreement_survey(agreement, records->regions, records->count);
	case DT_KIND_SAMPLE:
		for (size_t i = 0; i < agreement->nr; i++)
			if (agreement->list[i]->shown.map.above)
				dt_agreement_fill_samples(agreement->list[i], agreement->view,
							  records->samples, records->count);
		return 0;
	case DT_KIND_LOSS:
		for (uint32_t i = 0; i < records->count; i++)
			dt_snapshots_loss(&agreement->snapshots, &records->losses[i]);
		return 0;
	case DT_KIND_INTERVALS:
		for (uint32_t i = 0; i < records->count; i++)
			dt_snapshots_intervals(&agreement->snapshots, &records->intervals[i]);
		return agreement->snapshots.failed ? -ENOMEM : 0;
	default:
		return 0;
	}
}

static void input_end(void *state)
{
	struct dt_agreement *agreement = state;

	dt_snapshots_input_end(&agreement->snapshots);
	if (!agreement->pass)
		dt_agreement_survey_input_end(agreement);
}

/* ---- the results ---- */

/* Among all views, what does not apply is left out; asked for by name, it says why. */
static void refuse(const struct dt_comparison *comparison, const struct dt_view *view,
		   const struct dt_error *reason, struct dt_report *report)
{
	if (view->sections_asked)
		dt_agreement_tell_refusal(comparison, reason, report);
}

static int tell(struct dt_comparison *comparison, const struct dt_view *view,
		struct dt_report *report)
{
	struct dt_error reason;
	uint64_t lost;
	int ret;

	if (comparison->nr_pids == 1) {
		comparison->pid = comparison->pids[0].pid;
		comparison->pid_source = "the only one whose samples lie in them";
		comparison->pid_assumed = true;
	}
	if (dt_agreement_refuses(comparison, report, &reason)) {
		refuse(comparison, view, &reason, report);
		return 0;
	}
	ret = dt_units_settle(&comparison->units, comparison->scale, comparison->total_ns, &lost);
	if (ret)
		return ret;
	comparison->counts.compared -= lost;
	comparison->counts.outside_address += lost;
	if (dt_agreement_refuses(comparison, report, &reason)) {
		refuse(comparison, view, &reason, report);
		return 0;
	}
	return dt_agreement_tell(comparison, view, report);
}

static int finish(void *state, struct dt_report *report)
{
	struct dt_agreement *agreement = state;
	struct dt_error reason;
	uint64_t samples = 0;
	int ret = 0;

	for (size_t i = 0; i < report->nr_inputs; i++)
		samples += report->inputs[i]->samples_total;
	if (!agreement->nr_chosen || !samples) {
		dt_agreement_explain(report, &reason);
		refuse(NULL, agreement->view, &reason, report);
		return 0;
	}
	if (dt_agreement_clocks_differ(report, &reason)) {
		refuse(NULL, agreement->view, &reason, report);
		return 0;
	}
	for (size_t i = 0; i < agreement->nr && !ret; i++)
		if (agreement->list[i]->chosen)
			ret = tell(agreement->list[i], agreement->view, report);
	if (agreement->nr_left_out)
		dt_report_note(report,
			       "agreement: %zu streams with fewer regions are not compared: choose "
			       "with --stream",
			       agreement->nr_left_out);
	return ret;
}

const struct dt_analyzer dt_agreement_analyzer = {
	.name = "agreement",
	.summary = "does DAMON see the heat where the samples are",
	.applies = applies,
	.state_size = sizeof(struct dt_agreement),
	.begin = begin,
	.pass = pass,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
