/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The working set of each stream over time, and the make-up of its regions. A snapshot counts when
 * all of it was seen: half a snapshot has half a working set.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/history.h"
#include "analyzers/quantile.h"
#include "analyzers/timeline.h"
#include "damon-trace/analyzer.h"
#include "damon-trace/regions.h"
#include "damon-trace/snapshot.h"

/* Access counts told apart; what is above falls into the last one. */
#define MOST_ACCESSES 4096

/* Regions of a snapshot that are kept; beyond it a snapshot is skipped (DAMON's default is 1000).
 */
#define MOST_REGIONS (1u << 20)

#define NS_PER_S 1e9

/* A region of the snapshot at hand, kept until the snapshot is complete. */
struct kept {
	uint64_t bytes;
	uint32_t accesses, age;
};

enum quantity { SET, COUNT, SIZE, AGE, BANDWIDTH, IDLE, BUSY, NR_QUANTITIES };

struct stream_stats {
	const struct dt_stream *stream;
	uint32_t nr, room; /* of the regions kept */
	struct kept *regions;
	bool pending; /* a snapshot is at hand and not complete yet */
	uint64_t snapshots, skipped;
	uint32_t most_seen; /* accesses */
	double most;	    /* accesses of the last snapshot's intervals; 0: not known */
	bool has_age;
	struct dt_quantile values[NR_QUANTITIES];
	struct dt_timeline timeline, counts;
	struct dt_history history; /* of the working set */
	double *bytes_by_accesses;
};

struct region_stats {
	const struct dt_view *view;
	struct dt_snapshots snapshots;
	size_t nr, room;
	struct stream_stats **streams; /* by the stream's index */
	uint64_t hidden;	       /* streams beyond those that can be shown */
};

static void free_stats(struct stream_stats *stats)
{
	if (!stats)
		return;
	for (unsigned i = 0; i < NR_QUANTITIES; i++)
		dt_quantile_free(&stats->values[i]);
	dt_history_free(&stats->history);
	free(stats->bytes_by_accesses);
	free(stats->regions);
	free(stats);
}

static struct stream_stats *new_stats(const struct dt_stream *stream)
{
	struct stream_stats *stats = calloc(1, sizeof(*stats));
	int ret = 0;

	if (!stats)
		return NULL;
	stats->stream = stream;
	dt_timeline_init(&stats->timeline);
	dt_timeline_init(&stats->counts);
	for (unsigned i = 0; i < NR_QUANTITIES && !ret; i++)
		ret = dt_quantile_init(&stats->values[i]);
	stats->bytes_by_accesses = calloc(MOST_ACCESSES + 1, sizeof(*stats->bytes_by_accesses));
	if (ret || !stats->bytes_by_accesses) {
		free_stats(stats);
		return NULL;
	}
	return stats;
}

/* *stats: of the stream, NULL where it is not wanted. 0 or -ENOMEM. */
static int find_stats(struct region_stats *all, const struct dt_stream *stream,
		      struct stream_stats **stats)
{
	if (stream->index >= all->room) {
		size_t room = all->room ? all->room * 2 : 16;
		struct stream_stats **streams;

		while (room <= stream->index)
			room *= 2;
		streams = realloc(all->streams, room * sizeof(struct stream_stats *));
		if (!streams)
			return -ENOMEM;
		for (size_t i = all->room; i < room; i++)
			streams[i] = NULL;
		all->streams = streams;
		all->room = room;
	}
	*stats = all->streams[stream->index];
	if (*stats || !dt_view_wants_stream(all->view, &stream->count.stream))
		return 0;
	if (all->nr == all->view->max_stream_maps) {
		/* told once, by its first snapshot */
		all->hidden +=
			stream->count.complete + stream->count.incomplete == 0 && stream->seen == 1;
		return 0;
	}
	*stats = new_stats(stream);
	if (!*stats)
		return -ENOMEM;
	all->streams[stream->index] = *stats;
	all->nr++;
	return 0;
}

static int begin(void *state, const struct dt_view *view)
{
	struct region_stats *all = state;

	all->view = view;
	dt_snapshots_init(&all->snapshots, view->sample_ns, view->aggr_ns);
	dt_snapshots_know(&all->snapshots, &view->known);
	return 0;
}

/* DEFINITIONS: (age + 1) aggregations, below 0 while accessed; here by magnitude. */
static void add_idle(struct stream_stats *stats, const struct kept *region, uint64_t aggr_ns)
{
	const uint64_t ns = ((uint64_t)region->age + 1) * aggr_ns;

	dt_quantile_add(&stats->values[region->accesses ? BUSY : IDLE], ns, (double)region->bytes);
}

static void add_region(struct stream_stats *stats, const struct kept *region)
{
	const uint32_t place = region->accesses < MOST_ACCESSES ? region->accesses : MOST_ACCESSES;

	dt_quantile_add(&stats->values[SIZE], region->bytes, 1);
	stats->bytes_by_accesses[place] += (double)region->bytes;
	if (region->accesses > stats->most_seen)
		stats->most_seen = region->accesses;
	if (region->age == DT_UNKNOWN_U32)
		return;
	stats->has_age = true;
	dt_quantile_add(&stats->values[AGE], region->age, (double)region->bytes);
	if (stats->stream->aggr_ns)
		add_idle(stats, region, stats->stream->aggr_ns);
}

/* All regions of a snapshot are there. 0 or -ENOMEM. */
static int close_snapshot(struct stream_stats *stats)
{
	const struct dt_stream *stream = stats->stream;
	uint64_t accessed = 0;
	double touched = 0;

	for (uint32_t i = 0; i < stats->nr; i++) {
		const struct kept *region = &stats->regions[i];

		add_region(stats, region);
		accessed += region->accesses ? region->bytes : 0;
		touched += (double)region->bytes * region->accesses;
	}
	stats->snapshots++;
	dt_quantile_add(&stats->values[SET], accessed, 1);
	dt_quantile_add(&stats->values[COUNT], stats->nr, 1);
	dt_timeline_add(&stats->timeline, stream->time, (double)accessed, 1);
	dt_timeline_add(&stats->counts, stream->time, stats->nr, 1);
	if (stream->aggr_ns) {
		const double rate = touched * NS_PER_S / (double)stream->aggr_ns;

		dt_quantile_add(&stats->values[BANDWIDTH], rate < 1e18 ? (uint64_t)rate : 0, 1);
		stats->most = (double)stream->aggr_ns / (double)stream->sample_ns;
	}
	stats->pending = false;
	return dt_history_add(&stats->history, stream->time, (double)accessed);
}

static int keep(struct stream_stats *stats, const struct dt_region *region)
{
	if (stats->nr == stats->room) {
		uint32_t room = stats->room ? stats->room * 2 : 256;
		struct kept *regions = realloc(stats->regions, room * sizeof(*regions));

		if (!regions)
			return -ENOMEM;
		stats->regions = regions;
		stats->room = room;
	}
	stats->regions[stats->nr++] = (struct kept){.bytes = region->end - region->start,
						    .accesses = region->nr_accesses,
						    .age = region->age};
	return 0;
}

static int take_region(struct region_stats *all, const struct dt_region *region)
{
	enum dt_taken taken;
	const struct dt_stream *stream = dt_snapshots_take(&all->snapshots, region, &taken);
	struct stream_stats *stats;

	if (!stream || find_stats(all, stream, &stats))
		return -ENOMEM;
	if (!stats || taken == DT_TAKEN_TWICE)
		return 0;
	if (taken == DT_TAKEN_FIRST) {
		stats->skipped += stats->pending;
		stats->pending = true;
		stats->nr = 0;
	}
	if (!stats->pending || region->end < region->start || stats->nr == MOST_REGIONS)
		return 0;
	if (keep(stats, region))
		return -ENOMEM;
	if (stream->seen == stream->nr_regions && stats->nr == stream->nr_regions)
		return close_snapshot(stats);
	return 0;
}

static int batch(void *state, const struct dt_batch *records)
{
	struct region_stats *all = state;
	int ret = 0;

	switch (records->kind) {
	case DT_KIND_REGION:
		for (uint32_t i = 0; i < records->count && !ret; i++)
			ret = take_region(all, &records->regions[i]);
		break;
	case DT_KIND_INTERVALS:
		for (uint32_t i = 0; i < records->count; i++)
			dt_snapshots_intervals(&all->snapshots, &records->intervals[i]);
		break;
	default:
		for (uint32_t i = 0; i < records->count; i++)
			dt_snapshots_loss(&all->snapshots, &records->losses[i]);
		break;
	}
	return ret ? ret : all->snapshots.failed ? -ENOMEM : 0;
}

static void input_end(void *state)
{
	struct region_stats *all = state;

	dt_snapshots_input_end(&all->snapshots);
	for (size_t i = 0; i < all->room; i++)
		if (all->streams[i]) {
			all->streams[i]->skipped += all->streams[i]->pending;
			all->streams[i]->pending = false;
		}
}

/* Tenths of the highest rate; accesses of none have a class of their own. */
static void fill_rates(struct dt_region_report *report, const struct stream_stats *stats)
{
	report->intervals_known = stats->most > 0;
	report->highest_accesses = stats->most > 0 ? stats->most : stats->most_seen;
	for (uint32_t i = 0; i <= MOST_ACCESSES; i++) {
		double tenth = i && report->highest_accesses > 0
				       ? ceil(i / report->highest_accesses * 10 - 1e-9)
				       : 0;
		unsigned rate = tenth > DT_NR_RATES - 1 ? DT_NR_RATES - 1 : (unsigned)tenth;

		if (stats->snapshots)
			report->rate_bytes[rate] +=
				stats->bytes_by_accesses[i] / (double)stats->snapshots;
	}
}

/* Busy regions come first, the longest busy one at the very front. */
static void fill_idle(struct dt_distribution *idle, const struct stream_stats *stats)
{
	const struct dt_quantile *rest = &stats->values[IDLE], *busy = &stats->values[BUSY];
	const double total = rest->total + busy->total;

	idle->mean = total > 0 ? (rest->sum - busy->sum) / total / NS_PER_S : NAN;
	for (unsigned i = 0; i < DT_NR_QUANTILES; i++) {
		const double wanted = dt_quantiles[i] * total;

		if (!(total > 0))
			idle->at[i] = NAN;
		else if (busy->total > 0 && wanted <= busy->total)
			idle->at[i] = -dt_quantile_at(busy, 1 - wanted / busy->total) / NS_PER_S;
		else
			idle->at[i] = dt_quantile_at(rest, (wanted - busy->total) / rest->total) /
				      NS_PER_S;
	}
}

static int fill_report(struct dt_region_report *report, struct stream_stats *stats)
{
	static const double parts[DT_NR_TIMES] = {0, 0.25, 0.5, 0.75, 1};

	*report = (struct dt_region_report){.stream = stats->stream->count.stream,
					    .snapshots = stats->snapshots,
					    .skipped = stats->skipped};
	dt_quantile_distribution(&stats->values[SET], 1, &report->working_set);
	dt_quantile_distribution(&stats->values[COUNT], 1, &report->count);
	dt_quantile_distribution(&stats->values[SIZE], 1, &report->size);
	dt_quantile_distribution(&stats->values[AGE], 1, &report->age);
	dt_quantile_distribution(&stats->values[BANDWIDTH], 1, &report->bandwidth);
	dt_history_at(&stats->history, parts, DT_NR_TIMES, report->working_set_at);
	fill_rates(report, stats);
	fill_idle(&report->idle, stats);
	if (dt_timeline_series(&stats->counts, &report->count_series))
		return -ENOMEM;
	return dt_timeline_series(&stats->timeline, &report->working_set_series);
}

static int by_stream(const void *a, const void *b)
{
	return dt_stream_compare(&((const struct dt_region_report *)a)->stream,
				 &((const struct dt_region_report *)b)->stream);
}

static int finish(void *state, struct dt_report *report)
{
	const struct region_stats *all = state;

	report->regions = calloc(all->nr ? all->nr : 1, sizeof(*report->regions));
	if (!report->regions)
		return -ENOMEM;
	for (size_t i = 0; i < all->room; i++) {
		if (!all->streams[i])
			continue;
		if (fill_report(&report->regions[report->nr_regions++], all->streams[i]))
			return -ENOMEM;
	}
	qsort(report->regions, report->nr_regions, sizeof(*report->regions), by_stream);
	report->has_working_sets = all->view->wss;
	report->has_regions = all->view->regions;
	if (all->hidden)
		dt_report_note(report,
			       "working sets and regions of %" PRIu64
			       " more streams are left out; --stream chooses others",
			       all->hidden);
	if (!report->nr_regions)
		dt_report_note(report, "no working set: no DAMON regions in the input; record "
				       "damon:damon_aggregated");
	return 0;
}

static void end(void *state)
{
	struct region_stats *all = state;

	for (size_t i = 0; i < all->room; i++)
		free_stats(all->streams[i]);
	free(all->streams);
	dt_snapshots_free(&all->snapshots);
}

static bool applies(const struct dt_view *view)
{
	return view->wss || view->regions;
}

const struct dt_analyzer dt_regions_analyzer = {
	.name = "regions",
	.summary = "working sets over time; number, sizes, ages and access rates of regions",
	.applies = applies,
	.state_size = sizeof(struct region_stats),
	.begin = begin,
	.kinds = 1u << DT_KIND_REGION | 1u << DT_KIND_LOSS | 1u << DT_KIND_INTERVALS,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
