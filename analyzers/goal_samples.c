/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goals beside samples: a goal of eligible memory on a node steers which share of the hot memory
 * lies there, so the share of the sampled accesses that went there should follow it.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/tiers.h"
#include "damon-trace/result.h"

#define LEAST_PAIRS 3

static const char *const names[] = {[DT_SERIES_DRAM] = "dram_share",
				    [DT_SERIES_FAR] = "far_share",
				    [DT_SERIES_NODE] = "node_share"};

static const struct dt_place *find_node(const struct dt_place_map *map, int32_t node)
{
	for (uint32_t i = DT_PLACE_NODES; i < map->nr; i++)
		if (map->places[i].node == node && node >= 0)
			return &map->places[i];
	return NULL;
}

static bool has_memory_source(const struct dt_tiers *tiers)
{
	for (unsigned tier = 0; tier < DT_NR_TIERS; tier++)
		for (unsigned place = 0; place < DT_PLACES; place++)
			for (unsigned near = 0; near < DT_NR_NEAR; near++)
				if (dt_tier_is_memory(tier) &&
				    tiers->cells[tier][place][near].samples > 0)
					return true;
	return false;
}

/* Addresses are exact; sources know of near and far only. False: neither is there. */
static bool choose(const struct dt_tiers *tiers, int32_t nid, enum dt_tier_series *series,
		   bool *assumed)
{
	const struct dt_place *place = find_node(&tiers->map, nid);

	*assumed = false;
	*series = DT_SERIES_NODE;
	if (place && tiers->has_phys)
		return true;
	*assumed = !place || !place->cpus;
	*series = (place && place->cpus ? place->cpus > 0 : nid == 0) ? DT_SERIES_DRAM
								      : DT_SERIES_FAR;
	return has_memory_source(tiers);
}

/* Goal and samples in one bin. */
struct pairs {
	size_t nr;
	double sum[2], square[2], product;
};

static void add_pair(struct pairs *pairs, double goal, double samples)
{
	pairs->nr++;
	pairs->sum[0] += goal;
	pairs->sum[1] += samples;
	pairs->square[0] += goal * goal;
	pairs->square[1] += samples * samples;
	pairs->product += goal * samples;
}

static double correlation(const struct pairs *pairs)
{
	const double n = (double)pairs->nr;
	const double left = pairs->square[0] - pairs->sum[0] * pairs->sum[0] / n;
	const double right = pairs->square[1] - pairs->sum[1] * pairs->sum[1] / n;
	const double both = pairs->product - pairs->sum[0] * pairs->sum[1] / n;
	double r;

	if (pairs->nr < LEAST_PAIRS)
		return NAN;
	/* what is left of two equal numbers is no change */
	if (left <= 1e-12 * pairs->square[0] || right <= 1e-12 * pairs->square[1])
		return NAN;
	r = both / sqrt(left * right);
	return r > 1 ? 1 : r < -1 ? -1 : r;
}

/*
 * The mean of the goal's value over [start, end), each value held until the next; *at moves along
 * with the calls, whose bins ascend. The bin must lie within the evaluations.
 */
static double mean_between(const struct dt_goal_stream *stream, size_t *at, uint64_t start,
			   uint64_t end)
{
	double area = 0;
	uint64_t from = start;

	while (*at + 1 < stream->count && stream->evaluations[*at + 1].time <= start)
		(*at)++;
	for (size_t i = *at; from < end; i++) {
		const uint64_t next = i + 1 < stream->count ? stream->evaluations[i + 1].time : end;
		const uint64_t to = next < end ? next : end;

		if (to <= from)
			continue;
		area += stream->evaluations[i].value * (double)(to - from);
		from = to;
	}
	return area / (double)(end - start);
}

static void compare(struct dt_goal_stream *stream)
{
	struct dt_goal_samples *samples = &stream->samples;
	struct pairs pairs = {0};
	size_t at = 0;

	for (size_t i = 0; i < samples->nr && stream->count; i++) {
		const uint64_t start = samples->start_ns + i * samples->step_ns;
		const uint64_t end = start + samples->step_ns;

		if (isnan(samples->values[i]) || start < stream->evaluations[0].time ||
		    end > stream->evaluations[stream->count - 1].time)
			continue;
		add_pair(&pairs, mean_between(stream, &at, start, end), samples->values[i]);
	}
	samples->nr_pairs = pairs.nr;
	samples->correlation = correlation(&pairs);
	samples->mean_difference =
		pairs.nr ? (pairs.sum[1] - pairs.sum[0]) / (double)pairs.nr : NAN;
}

static int follow(const struct dt_tiers *tiers, struct dt_goal_stream *stream)
{
	const struct dt_time_bins *bins = &tiers->bins;
	struct dt_goal_samples *samples = &stream->samples;
	const char *metric = dt_goal_metric_name(stream->metric);
	enum dt_tier_series series;

	if (!bins->nr || !metric || strcmp(metric, "node_eligible_mem_bp") != 0 ||
	    !choose(tiers, stream->nid, &series, &samples->assumed))
		return 0;
	samples->values = malloc(bins->nr * sizeof(*samples->values));
	if (!samples->values)
		return -ENOMEM;
	(void)snprintf(samples->series, sizeof(samples->series), "%s", names[series]);
	samples->nr = bins->nr;
	samples->start_ns = dt_time_bins_start(bins);
	samples->step_ns = dt_time_bins_step(bins);
	for (uint32_t i = 0; i < bins->nr; i++)
		samples->values[i] = DT_GOAL_WHOLE * dt_tiers_share(tiers, series, stream->nid, i);
	compare(stream);
	return 0;
}

int dt_tiers_follow(const struct dt_tiers *tiers, struct dt_report *report)
{
	int ret = 0;

	for (size_t i = 0; i < report->goals.nr && !ret; i++)
		ret = follow(tiers, &report->goals.streams[i]);
	return ret;
}
