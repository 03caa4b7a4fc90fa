/* SPDX-License-Identifier: GPL-2.0-only */
/* How many snapshots of each stream are complete, incomplete, or cut by the recording. */
#include <errno.h>
#include <stdlib.h>

#include "damon-trace/analyzer.h"
#include "damon-trace/snapshot.h"

/* The heatmap of DAMON's regions counts their snapshots as it goes. */
static bool applies(const struct dt_view *view)
{
	return !view->damon;
}

static int begin(void **state, const struct dt_view *view, struct dt_error *error)
{
	struct dt_snapshots *snapshots = malloc(sizeof(*snapshots));

	if (!snapshots)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	dt_snapshots_init(snapshots, view->sample_ns, view->aggr_ns);
	dt_snapshots_know(snapshots, &view->known);
	*state = snapshots;
	return 0;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	(void)state;
	(void)span;
	(void)error;
	*wants = (struct dt_wants){.done = number > 0,
				   .kinds = 1u << DT_KIND_REGION | 1u << DT_KIND_LOSS};
	return 0;
}

static int batch(void *state, const struct dt_batch *records)
{
	struct dt_snapshots *snapshots = state;
	enum dt_taken taken;

	if (records->kind == DT_KIND_REGION)
		for (uint32_t i = 0; i < records->count; i++)
			(void)dt_snapshots_take(snapshots, &records->regions[i], &taken);
	else
		for (uint32_t i = 0; i < records->count; i++)
			dt_snapshots_loss(snapshots, &records->losses[i]);
	return snapshots->failed ? -ENOMEM : 0;
}

static void input_end(void *state)
{
	dt_snapshots_input_end(state);
}

static int finish(void *state, struct dt_report *report, struct dt_error *error)
{
	return dt_report_snapshots(report, state) ? dt_fail(error, ENOMEM, NULL, "out of memory")
						  : 0;
}

static void end(void *state)
{
	if (state)
		dt_snapshots_free(state);
	free(state);
}

const struct dt_analyzer dt_snapshots_analyzer = {
	.name = "snapshots",
	.summary = "snapshots of each stream: complete, incomplete, cut by the recording",
	.applies = applies,
	.begin = begin,
	.pass = pass,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
