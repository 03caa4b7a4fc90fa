/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tiers: samples, estimated accesses and latency by data source and by node, over time, in one
 * pass. The loops here are what it costs beside reading.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/tiers.h"

static bool applies(const struct dt_view *view)
{
	return view->tiers;
}

static void end(void *state)
{
	struct dt_tiers *tiers = state;

	for (unsigned tier = 0; tier < DT_NR_TIERS; tier++)
		for (unsigned place = 0; place < DT_PLACES; place++) {
			if (!tiers->latency[tier][place])
				continue;
			dt_quantile_free(tiers->latency[tier][place]);
			free(tiers->latency[tier][place]);
		}
	dt_time_bins_free(&tiers->bins);
}

static int begin(void *state, const struct dt_view *view)
{
	struct dt_tiers *tiers = state;

	if (dt_time_bins_init(&tiers->bins, DT_TIER_SERIES))
		return -ENOMEM;
	tiers->view = view;
	dt_sources_init(&tiers->sources);
	dt_place_map_init(&tiers->map, view);
	return 0;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct dt_tiers *tiers = state;

	(void)error;
	if (!dt_sample_pick_pass(&tiers->pick, tiers->view, number, span, false, wants))
		return 0;
	wants->columns |= DT_SOURCE_COLUMNS | DT_COL_TIME | DT_COL_PERIOD;
	if (tiers->view->nr_cpu_nodes)
		wants->columns |= DT_COL_CPU;
	return 0;
}

static void input_begin(void *state, const struct dt_reader *reader)
{
	dt_sources_input(&((struct dt_tiers *)state)->sources, reader);
}

/* The node that a CPU belongs to, -1: not known. */
static int32_t node_of_cpu(const struct dt_view *view, int32_t cpu)
{
	return cpu >= 0 && (size_t)cpu < view->nr_cpu_nodes ? view->cpu_nodes[cpu] : -1;
}

static void find_places(struct dt_tiers *tiers, const struct dt_samples *samples, uint32_t count)
{
	const uint64_t *phys = tiers->sources.phys;
	const struct dt_place *places = tiers->map.places;

	memset(tiers->near, DT_NEAR_UNKNOWN, count);
	if (!phys) {
		memset(tiers->place, DT_PLACE_NONE, count);
		return;
	}
	tiers->has_phys_field = true;
	dt_place_map_find(&tiers->map, phys, count, tiers->place);
	if (!(samples->columns & DT_COL_CPU) || !tiers->view->nr_cpu_nodes)
		return;
	for (uint32_t i = 0; i < count; i++) {
		const int32_t own = node_of_cpu(tiers->view, samples->cpu[i]);
		const bool known = own >= 0 && tiers->place[i] >= DT_PLACE_NODES &&
				   places[tiers->place[i]].node >= 0;

		tiers->near[i] =
			known ? (places[tiers->place[i]].node == own ? DT_NEAR_OWN : DT_NEAR_OTHER)
			      : DT_NEAR_UNKNOWN;
	}
}

static struct dt_quantile *new_latency(struct dt_tiers *tiers, unsigned tier, unsigned place)
{
	struct dt_quantile *latency = malloc(sizeof(*latency));

	if (!latency || dt_quantile_init(latency)) {
		free(latency);
		return NULL;
	}
	return tiers->latency[tier][place] = latency;
}

static int add_latencies(struct dt_tiers *tiers, uint32_t count)
{
	const uint64_t *latency = tiers->sources.latency;

	for (uint32_t i = 0; latency && i < count; i++) {
		const uint8_t tier = tiers->sources.tier[i];
		struct dt_quantile *quantile;

		if (tier >= DT_NR_TIERS || !latency[i])
			continue;
		quantile = tiers->latency[tier][tiers->place[i]];
		if (__builtin_expect(!quantile, 0))
			quantile = new_latency(tiers, tier, tiers->place[i]);
		if (!quantile)
			return -ENOMEM;
		dt_quantile_count(quantile, latency[i]);
	}
	return 0;
}

static void add_samples(struct dt_tiers *tiers, const struct dt_samples *samples, uint32_t count)
{
	const uint64_t *period = samples->columns & DT_COL_PERIOD ? samples->period : NULL;
	const uint64_t *time = samples->columns & DT_COL_TIME ? samples->time : NULL;
	const bool weighs = tiers->view->weight == DT_WEIGHT_PERIOD;

	for (uint32_t i = 0; i < count; i++) {
		const uint8_t tier = tiers->sources.tier[i], place = tiers->place[i];
		const double accesses = period ? (double)period[i] : 0;
		struct dt_tier_cell *cell;
		double *bin;

		if (__builtin_expect(tier >= DT_NR_TIERS, 0))
			continue;
		cell = &tiers->cells[tier][place][tiers->near[i]];
		cell->samples += 1;
		cell->periods += accesses;
		if (!time)
			continue;
		bin = dt_time_bins_at(&tiers->bins, time[i]);
		bin[tier] += weighs ? accesses : 1;
		bin[DT_NR_TIERS + place] += weighs ? accesses : 1;
	}
}

/* Those out of view are marked as if they were no accesses, and not counted as such. */
static void leave_out(struct dt_tiers *tiers, const struct dt_samples *samples, uint32_t count)
{
	uint8_t *tier = tiers->sources.tier;

	if (!tiers->pick.all) {
		dt_sample_pick_mark(&tiers->pick, samples, count, tiers->keep);
		for (uint32_t i = 0; i < count; i++)
			tier[i] = tiers->keep[i] ? tier[i] : DT_NR_TIERS + 1;
	}
	if (!tiers->sources.has_registers)
		return;
	for (uint32_t i = 0; i < count; i++)
		tiers->no_access += tier[i] == DT_TIER_NO_ACCESS;
}

static int batch(void *state, const struct dt_batch *records)
{
	const struct dt_samples *samples = records->samples;
	struct dt_tiers *tiers = state;

	tiers->has_samples = true;
	dt_sources_decode(&tiers->sources, samples, records->count);
	tiers->has_source |= tiers->sources.known;
	if (!tiers->sources.known && (!tiers->sources.phys || tiers->map.nr == DT_PLACE_NODES)) {
		tiers->has_phys_field |= tiers->sources.phys != NULL;
		for (uint32_t i = 0; tiers->sources.phys && i < records->count; i++)
			tiers->has_phys |= tiers->sources.phys[i] != 0;
		tiers->no_source += records->count;
		return 0;
	}
	find_places(tiers, samples, records->count);
	leave_out(tiers, samples, records->count);
	add_samples(tiers, samples, records->count);
	return add_latencies(tiers, records->count);
}

static bool any_phys(const struct dt_tiers *tiers)
{
	for (unsigned tier = 0; tier < DT_NR_TIERS; tier++)
		for (unsigned place = DT_PLACE_NONE + 1; place < DT_PLACES; place++)
			for (unsigned near = 0; near < DT_NR_NEAR; near++)
				if (tiers->cells[tier][place][near].samples > 0)
					return true;
	return false;
}

static int finish(void *state, struct dt_report *report)
{
	struct dt_tiers *tiers = state;

	tiers->has_phys |= any_phys(tiers);
	if (dt_tiers_report(tiers, report) || dt_tiers_follow(tiers, report))
		return -ENOMEM;
	return 0;
}

const struct dt_analyzer dt_tiers_analyzer = {
	.name = "tiers",
	.summary = "where samples were served from: tiers and nodes, latency, shares over time",
	.applies = applies,
	.state_size = sizeof(struct dt_tiers),
	.begin = begin,
	.pass = pass,
	.input_begin = input_begin,
	.batch = batch,
	.finish = finish,
	.end = end,
};
