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

static int begin(void *state, const struct dt_view *view)
{
	struct dt_snapshots *snapshots = state;

	dt_snapshots_init(snapshots, view->sample_ns, view->aggr_ns);
	dt_snapshots_know(snapshots, &view->known);
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

static int finish(void *state, struct dt_report *report)
{
	return dt_report_snapshots(report, state) ? -ENOMEM : 0;
}

static void end(void *state)
{
	dt_snapshots_free(state);
}

const struct dt_analyzer dt_snapshots_analyzer = {
	.name = "snapshots",
	.summary = "snapshots of each stream: complete, incomplete, cut by the recording",
	.applies = applies,
	.state_size = sizeof(struct dt_snapshots),
	.begin = begin,
	.kinds = 1u << DT_KIND_REGION | 1u << DT_KIND_LOSS,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
