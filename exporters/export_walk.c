/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk over the inputs of an export: it filters, gives regions to their snapshots, counts
 * tiers, and hands on what is left.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/sample_pick.h"
#include "analyzers/time_bins.h"
#include "exporters/export.h"
#include "support/pipeline.h"

/* A region that waits for its twin: with probes the kernel prints each region twice. */
struct pending {
	bool waits, first;
	struct dt_region region;
	/* what the stream said when it came */
	struct dt_stream stream;
};

struct walk {
	struct dt_export *export;
	struct dt_sample_pick pick;
	struct dt_snapshots snapshots;
	size_t nr_pending;
	struct pending *pending; /* by the stream's index */
	struct dt_sources sources;
	struct dt_time_bins bins;
	uint8_t keep[DT_BATCH_MAX];
};

/* ---- regions ---- */

static bool has_addresses(const struct dt_view *view, uint64_t start, uint64_t end)
{
	return !view->nr_addresses ||
	       dt_ranges_touch(view->addresses, view->nr_addresses, start, end);
}

static int send_pending(struct walk *walk, struct pending *pending)
{
	const bool first = pending->first;

	if (!pending->waits)
		return 0;
	pending->waits = false;
	pending->first = false;
	return walk->export->format->region(walk->export, &pending->region, &pending->stream,
					    first);
}

static struct pending *pending_of(struct walk *walk, const struct dt_stream *stream)
{
	if (stream->index >= walk->nr_pending) {
		const size_t nr = stream->index * 2 + 8;
		struct pending *more = realloc(walk->pending, nr * sizeof(*more));

		if (!more)
			return NULL;
		memset(more + walk->nr_pending, 0, (nr - walk->nr_pending) * sizeof(*more));
		walk->pending = more;
		walk->nr_pending = nr;
	}
	return &walk->pending[stream->index];
}

static int take_region(struct walk *walk, const struct dt_region *region)
{
	const struct dt_view *view = walk->export->view;
	enum dt_taken taken;
	const struct dt_stream *stream = dt_snapshots_take(&walk->snapshots, region, &taken);
	struct pending *pending = stream ? pending_of(walk, stream) : NULL;
	int ret;

	if (!pending)
		return -ENOMEM;
	if (taken == DT_TAKEN_TWICE) {
		/* whichever of the two has the probes' hits */
		if (pending->waits && region->nr_probes)
			pending->region = *region;
		return 0;
	}
	ret = send_pending(walk, pending);
	if (ret)
		return ret;
	/* the first region of a snapshot may be filtered away: the next one in view begins it */
	pending->first |= taken == DT_TAKEN_FIRST;
	if (!dt_view_wants_stream(view, &stream->count.stream) ||
	    !dt_sample_pick_time(&walk->pick, stream->time) ||
	    !has_addresses(view, region->start, region->end))
		return 0;
	pending->waits = true;
	pending->region = *region;
	pending->stream = *stream;
	return 0;
}

static int take_regions(struct walk *walk, const struct dt_batch *batch)
{
	int ret = 0;

	for (uint32_t i = 0; i < batch->count && !ret; i++)
		ret = take_region(walk, &batch->regions[i]);
	return ret;
}

/* ---- samples ---- */

static void count_tiers(struct walk *walk, const struct dt_export_samples *batch)
{
	if (!(batch->samples->columns & DT_COL_TIME) || !walk->sources.known)
		return;
	for (uint32_t i = 0; i < batch->count; i++) {
		if ((batch->keep && !batch->keep[i]) || walk->sources.tier[i] >= DT_NR_TIERS)
			continue;
		dt_time_bins_at(&walk->bins, batch->samples->time[i])[walk->sources.tier[i]] += 1;
	}
}

static int take_samples(struct walk *walk, const struct dt_batch *batch)
{
	struct dt_export *export = walk->export;
	struct dt_export_samples samples = {.samples = batch->samples,
					    .sources = &walk->sources,
					    .keep = walk->pick.all ? NULL : walk->keep,
					    .count = batch->count};

	dt_sources_decode(&walk->sources, batch->samples, batch->count);
	if (samples.keep)
		dt_sample_pick_mark(&walk->pick, batch->samples, batch->count, walk->keep);
	if (export->tables & (1u << DT_EXPORT_TIERS))
		count_tiers(walk, &samples);
	if (export->tables & (1u << DT_EXPORT_SAMPLES) && export->format->samples)
		return export->format->samples(export, &samples);
	return 0;
}

static int send_tiers(struct walk *walk)
{
	struct dt_export *export = walk->export;
	int ret = 0;

	for (uint32_t i = 0; i < walk->bins.nr && !ret; i++) {
		const uint64_t step = dt_time_bins_step(&walk->bins);
		const struct dt_export_tiers tiers = {
			.start_ns = dt_time_bins_start(&walk->bins) + i * step,
			.length_ns = step,
			.samples = walk->bins.sums + (size_t)i * walk->bins.nr_series};

		for (uint32_t tier = 0; tier < DT_NR_TIERS; tier++)
			if (tiers.samples[tier] > 0) {
				ret = export->format->tiers(export, &tiers);
				break;
			}
	}
	return ret;
}

/* ---- what else there is ---- */

/* Events of schemes and goals in view. */
static bool in_view(const struct walk *walk, uint64_t time, int32_t kdamond, uint32_t context)
{
	const struct dt_view *view = walk->export->view;

	return dt_sample_pick_time(&walk->pick, time) &&
	       dt_filters_pass(view->streams, view->nr_streams, kdamond, context);
}

#define TAKE(noun, records, context, extra)                                                   \
	static int take_##noun(struct walk *walk, const struct dt_batch *batch)               \
	{                                                                                     \
		struct dt_export *export = walk->export;                                      \
		int ret = 0;                                                                  \
                                                                                              \
		for (uint32_t i = 0; i < batch->count && !ret && export->format->noun; i++) { \
			const struct dt_##noun *record = &batch->records[i];                  \
                                                                                              \
			if (in_view(walk, record->time, record->kdamond, context) && (extra)) \
				ret = export->format->noun(export, record);                   \
		}                                                                             \
		return ret;                                                                   \
	}

TAKE(goal, goals, record->context_idx, true)
TAKE(stat, stats, record->context_idx, true)
TAKE(esz, eszs, record->context_idx, true)
TAKE(apply, applies, record->context_idx, has_addresses(export->view, record->start, record->end))

static int take_losses(struct walk *walk, const struct dt_batch *batch)
{
	struct dt_export *export = walk->export;
	int ret = 0;

	for (uint32_t i = 0; i < batch->count && !ret; i++) {
		dt_snapshots_loss(&walk->snapshots, &batch->losses[i]);
		if (export->format->loss && dt_sample_pick_time(&walk->pick, batch->losses[i].time))
			ret = export->format->loss(export, &batch->losses[i]);
	}
	return ret;
}

static int take_batch(void *context, struct dt_batch *batch)
{
	struct walk *walk = context;

	if (walk->export->stop && *walk->export->stop)
		return -EINTR;
	switch (batch->kind) {
	case DT_KIND_REGION:
		return take_regions(walk, batch);
	case DT_KIND_INTERVALS:
		for (uint32_t i = 0; i < batch->count; i++)
			dt_snapshots_intervals(&walk->snapshots, &batch->intervals[i]);
		return 0;
	case DT_KIND_LOSS:
		return take_losses(walk, batch);
	case DT_KIND_SAMPLE:
		return take_samples(walk, batch);
	case DT_KIND_GOAL:
		return take_goal(walk, batch);
	case DT_KIND_STAT:
		return take_stat(walk, batch);
	case DT_KIND_ESZ:
		return take_esz(walk, batch);
	case DT_KIND_APPLY:
		return take_apply(walk, batch);
	default:
		return 0;
	}
}

/* ---- the walk ---- */

static int fail_walk(const struct dt_export *export, int ret, struct dt_error *error)
{
	if (!ret || error->message[0])
		return ret;
	/* an output's own error is told by its commit */
	if (ret == -ENOSPC)
		return dt_fail(error, ENOSPC,
			       "set TMPDIR to a directory with room for what has to wait",
			       "cannot write a temporary file: %s", strerror(ENOSPC));
	return dt_fail(error, -ret, NULL, "%s: %s", export->readers[export->input]->info.path,
		       strerror(-ret));
}

/* A first walk, where the time is given from the start of the recordings. */
static int find_start(struct walk *walk, struct dt_error *error)
{
	const struct dt_export *export = walk->export;
	const struct dt_sink nothing = {.batch = take_batch, .context = walk};
	struct dt_span span = {.first = UINT64_MAX};
	bool done;
	int ret = 0;

	if (dt_sample_pick_begin(&walk->pick, export->view, 0, &span, false, &done))
		return 0;
	for (size_t i = 0; i < export->nr_inputs && !ret; i++) {
		const struct dt_input_info *info = &export->readers[i]->info;

		walk->export->input = i;
		if (!export->readers[i]->counted)
			ret = dt_reader_walk(export->readers[i], &nothing, error);
		if (info->start_ns > info->end_ns)
			continue;
		span.first = info->start_ns < span.first ? info->start_ns : span.first;
		span.last = info->end_ns > span.last ? info->end_ns : span.last;
	}
	(void)dt_sample_pick_begin(&walk->pick, export->view, 1, &span, false, &done);
	return fail_walk(export, ret, error);
}

static int end_input(struct walk *walk)
{
	struct dt_export *export = walk->export;
	int ret = 0;

	for (size_t i = 0; i < walk->nr_pending && !ret; i++) {
		ret = send_pending(walk, &walk->pending[i]);
		walk->pending[i].first = false;
	}
	dt_snapshots_input_end(&walk->snapshots);
	if (!ret && export->format->input_end)
		ret = export->format->input_end(export);
	return ret;
}

/* Decoding and writing each take a core when there are two. */
static int walk_one(struct walk *walk, const struct dt_sink *sink, struct dt_error *error)
{
	struct dt_reader *reader = walk->export->readers[walk->export->input];
	struct dt_pipeline *pipeline;
	struct dt_sink queue;
	int ret, result;

	if (dt_pipeline_start(&pipeline, sink, &queue))
		return dt_reader_walk(reader, sink, error);
	ret = dt_reader_walk(reader, &queue, error);
	result = dt_pipeline_finish(pipeline);
	return ret ? ret : result;
}

static int walk_inputs(struct walk *walk, struct dt_error *error)
{
	struct dt_export *export = walk->export;
	const struct dt_sink sink = {.batch = take_batch,
				     .context = walk,
				     .kinds = dt_export_kinds(export->tables),
				     .columns = DT_COL_ALL & ~(DT_COL_CHAIN | DT_COL_MISC)};
	int ret = 0;

	for (size_t i = 0; i < export->nr_inputs && !ret; i++) {
		export->input = i;
		dt_sources_input(&walk->sources, export->readers[i]);
		ret = walk_one(walk, &sink, error);
		if (!ret)
			ret = end_input(walk);
	}
	if (!ret && export->format->tiers)
		ret = send_tiers(walk);
	return fail_walk(export, ret, error);
}

int dt_export_run(struct dt_export *export, struct dt_error *error)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int ret = walk ? 0 : -ENOMEM;

	error->message[0] = '\0';
	error->hint[0] = '\0';
	if (walk) {
		walk->export = export;
		ret = dt_time_bins_init(&walk->bins, DT_NR_TIERS);
	}
	if (ret) {
		free(walk);
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	dt_sources_init(&walk->sources);
	dt_snapshots_init(&walk->snapshots, export->view->sample_ns, export->view->aggr_ns);
	dt_snapshots_know(&walk->snapshots, &export->view->known);
	ret = find_start(walk, error);
	if (!ret && export->format->begin)
		ret = export->format->begin(export, error);
	if (!ret) {
		ret = walk_inputs(walk, error);
		if (!ret && export->format->finish)
			ret = export->format->finish(export, error);
	}
	if (export->format->end)
		export->format->end(export);
	dt_snapshots_free(&walk->snapshots);
	dt_time_bins_free(&walk->bins);
	free(walk->pending);
	free(walk);
	return ret;
}
