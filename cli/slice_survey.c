/* SPDX-License-Identifier: GPL-2.0-only */
/* See slice_survey.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cli/slice_survey.h"

/* Kinds of DAMON's that name a kdamond. */
#define STREAM_KINDS                                                                           \
	(1u << DT_KIND_REGION | 1u << DT_KIND_APPLY | 1u << DT_KIND_ESZ | 1u << DT_KIND_STAT | \
	 1u << DT_KIND_GOAL)

static void name(int32_t *names, size_t *nr, int32_t added)
{
	for (size_t i = 0; i < *nr; i++)
		if (names[i] == added)
			return;
	if (*nr < DT_SURVEY_NAMED)
		names[(*nr)++] = added;
}

static void widen(const struct dt_view *view, struct dt_slice_range *range, uint64_t start,
		  uint64_t end)
{
	range->low = start < range->low ? start : range->low;
	range->high = end > range->high ? end : range->high;
	range->chosen =
		range->chosen || dt_ranges_touch(view->addresses, view->nr_addresses, start, end);
}

static void note_stream(struct dt_slice_survey *survey, int32_t kdamond, uint32_t context,
			const uint64_t *target)
{
	name(survey->kdamonds, &survey->nr_kdamonds, kdamond);
	for (size_t i = 0; i < survey->view->nr_streams && !survey->stream_chosen; i++) {
		const struct dt_stream_filter filter = survey->view->streams[i];

		survey->stream_chosen = dt_filters_pass(&filter, 1, kdamond, context) &&
					(!filter.has_target || !target || filter.target == *target);
	}
}

static void note_samples(struct dt_slice_survey *survey, const struct dt_samples *samples,
			 uint32_t count)
{
	const bool phys = survey->view->phys || survey->view->node >= 0;
	const uint64_t *addresses = phys ? samples->phys : samples->addr;
	const bool has = samples->columns & (phys ? DT_COL_PHYS : DT_COL_ADDR);

	for (uint32_t i = 0; i < count; i++) {
		if (has && addresses[i])
			widen(survey->view, &survey->samples, addresses[i], addresses[i] + 1);
		if (!(samples->columns & DT_COL_PID))
			continue;
		name(survey->pids, &survey->nr_pids, samples->pid[i]);
		for (size_t j = 0; j < survey->view->nr_pids && !survey->pid_chosen; j++)
			survey->pid_chosen = survey->view->pids[j] == samples->pid[i];
	}
}

static int note_batch(void *context, struct dt_batch *batch)
{
	struct dt_slice_survey *survey = context;

	for (uint32_t i = 0; i < batch->count && batch->kind != DT_KIND_SAMPLE; i++) {
		if (batch->kind == DT_KIND_REGION) {
			const struct dt_region *region = &batch->regions[i];

			widen(survey->view, &survey->regions, region->start, region->end);
			note_stream(survey, region->kdamond, DT_UNKNOWN_U32, &region->target_id);
		} else if (batch->kind == DT_KIND_APPLY) {
			const struct dt_apply *apply = &batch->applies[i];

			widen(survey->view, &survey->regions, apply->start, apply->end);
			note_stream(survey, apply->kdamond, apply->context_idx, &apply->target_idx);
		} else if (batch->kind == DT_KIND_ESZ) {
			note_stream(survey, batch->eszs[i].kdamond, batch->eszs[i].context_idx,
				    NULL);
		} else if (batch->kind == DT_KIND_STAT) {
			note_stream(survey, batch->stats[i].kdamond, batch->stats[i].context_idx,
				    NULL);
		} else if (batch->kind == DT_KIND_GOAL) {
			note_stream(survey, batch->goals[i].kdamond, batch->goals[i].context_idx,
				    NULL);
		}
	}
	if (batch->kind == DT_KIND_SAMPLE)
		note_samples(survey, batch->samples, batch->count);
	return 0;
}

int dt_slice_survey(struct dt_slice_survey *survey, struct dt_reader *reader,
		    const struct dt_view *view, struct dt_error *error)
{
	struct dt_sink sink = {.batch = note_batch, .context = survey};

	*survey = (struct dt_slice_survey){
		.view = view,
		.regions = {.low = UINT64_MAX},
		.samples = {.low = UINT64_MAX},
	};
	if (view->nr_addresses)
		sink.kinds |= 1u << DT_KIND_REGION | 1u << DT_KIND_APPLY | 1u << DT_KIND_SAMPLE;
	if (view->nr_streams)
		sink.kinds |= STREAM_KINDS;
	if (view->nr_pids)
		sink.kinds |= 1u << DT_KIND_SAMPLE;
	sink.columns = DT_COL_PID | DT_COL_ADDR | DT_COL_PHYS;
	return dt_reader_walk(reader, &sink, error);
}

/* "the regions lie in 0x1000-0x2000" */
static int describe(const struct dt_slice_range *range, const char *what, char *to, size_t size)
{
	if (range->low > range->high)
		return 0;
	return snprintf(to, size, "; %s lie in 0x%" PRIx64 "-0x%" PRIx64, what, range->low,
			range->high);
}

static int no_addresses(const struct dt_slice_survey *survey, const char *path,
			struct dt_error *error)
{
	char there[160] = "";
	const int length = describe(&survey->regions, "regions", there, sizeof(there));

	(void)describe(&survey->samples, "sampled addresses", there + length,
		       sizeof(there) - (size_t)length);
	return dt_fail(error, ENODATA, there[0] ? NULL : "nothing in it has addresses",
		       "%s has no region and no memory sample at these addresses%s", path, there);
}

static int none_of(const char *path, const char *what, const int32_t *names, size_t nr,
		   struct dt_error *error)
{
	char there[160] = "none";
	size_t length = 0;

	for (size_t i = 0; i < nr && length < sizeof(there); i++)
		length += (size_t)snprintf(there + length, sizeof(there) - length, "%s%" PRId32,
					   i ? ", " : "", names[i]);
	return dt_fail(error, ENODATA, NULL, "%s has no such %s; it has %s%s", path, what, there,
		       nr == DT_SURVEY_NAMED ? ", ..." : "");
}

static int no_time(const struct dt_input_info *info, struct dt_error *error)
{
	if (info->start_ns > info->end_ns)
		return dt_fail(error, ENODATA, NULL, "%s has no events with a time", info->path);
	return dt_fail(error, ENODATA, NULL,
		       "nothing of %s is in that time: it reaches from 0 to %.6f s, on its own "
		       "clock from @%.6f to @%.6f",
		       info->path, (double)(info->end_ns - info->start_ns) / 1e9,
		       (double)info->start_ns / 1e9, (double)info->end_ns / 1e9);
}

int dt_slice_survey_judge(const struct dt_slice_survey *survey, const struct dt_reader *reader,
			  const struct dt_slice *slice, struct dt_error *error)
{
	const struct dt_input_info *info = &reader->info;

	if (slice->has_time && (info->start_ns > info->end_ns || slice->from_ns > info->end_ns ||
				slice->to_ns <= info->start_ns))
		return no_time(info, error);
	if (slice->nr_addresses && !survey->regions.chosen && !survey->samples.chosen)
		return no_addresses(survey, info->path, error);
	if (slice->nr_streams && !survey->stream_chosen)
		return none_of(info->path, "stream of DAMON's; its kdamonds", survey->kdamonds,
			       survey->nr_kdamonds, error);
	if (slice->nr_pids && !survey->pid_chosen)
		return none_of(info->path, "process among its samples", survey->pids,
			       survey->nr_pids, error);
	return 0;
}
