/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the walks of agreement: which streams are compared, whose addresses they are, and the
 * room for what the second walk sums up.
 */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/agreement.h"

/* Streams that are compared; the memory of each is bounded, and so is that of all. */
#define MOST_COMPARISONS 8
/* Regions above this are virtual addresses: no machine has physical memory there yet. */
#define PHYSICAL_END (1ull << 46)
/* The grid that the lag is found on. */
#define LAG_TIMES     1024
#define LAG_ADDRESSES 64

static void choose_space(struct dt_comparison *comparison, const struct dt_view *view)
{
	const struct dt_extents *extents = &comparison->extents;

	if (comparison->known && comparison->known->space != DT_SPACE_UNKNOWN) {
		comparison->physical = comparison->known->space == DT_SPACE_PHYSICAL;
	} else if (view->phys || view->nr_pids) {
		comparison->physical = view->phys;
	} else {
		comparison->space_assumed = true;
		comparison->physical =
			!extents->nr || extents->ranges[extents->nr - 1].end <= PHYSICAL_END;
	}
}

/* The process of a stream of virtual addresses, as far as anything tells before the samples. */
static void choose_pid(struct dt_comparison *comparison, const struct dt_view *view)
{
	const struct dt_known_stream *known = comparison->known;

	if (comparison->physical)
		return;
	if (known && comparison->id.target < known->nr_targets &&
	    known->target_pids[comparison->id.target] > 0) {
		comparison->pid = known->target_pids[comparison->id.target];
		comparison->pid_source = "DAMON's configuration";
	} else if (view->nr_pids == 1) {
		comparison->pid = view->pids[0];
		comparison->pid_source = "--pid";
	}
}

static int by_regions(const void *a, const void *b)
{
	const struct dt_comparison *const *left = a, *const *right = b;

	if ((*left)->regions != (*right)->regions)
		return (*left)->regions > (*right)->regions ? -1 : 1;
	return dt_stream_compare(&(*left)->id, &(*right)->id);
}

/* The streams with the most regions. */
static int choose(struct dt_agreement *agreement)
{
	const size_t most = agreement->view->max_stream_maps < MOST_COMPARISONS
				    ? agreement->view->max_stream_maps
				    : MOST_COMPARISONS;
	struct dt_comparison **ranked = calloc(agreement->nr + 1, sizeof(struct dt_comparison *));
	size_t nr = 0;

	if (!ranked)
		return -ENOMEM;
	for (size_t i = 0; i < agreement->nr; i++)
		if (agreement->list[i]->wanted && agreement->list[i]->extents.nr)
			ranked[nr++] = agreement->list[i];
	qsort(ranked, nr, sizeof(struct dt_comparison *), by_regions);
	for (size_t i = 0; i < nr && i < most; i++)
		ranked[i]->chosen = true;
	agreement->nr_chosen = nr < most ? nr : most;
	agreement->nr_left_out = nr - agreement->nr_chosen;
	free(ranked);
	return 0;
}

/* Only the addresses that the user wants. */
static int cut_addresses(struct dt_comparison *comparison, const struct dt_view *view)
{
	struct dt_extents cut = {0};

	if (!view->nr_addresses)
		return comparison->extents.failed ? -ENOMEM : 0;
	for (size_t i = 0; i < comparison->extents.nr; i++)
		for (size_t j = 0; j < view->nr_addresses; j++) {
			const struct dt_extent *range = &comparison->extents.ranges[i];
			const struct dt_range *want = &view->addresses[j];

			dt_extents_add(&cut,
				       range->start > want->start ? range->start : want->start,
				       range->end < want->end ? range->end : want->end);
		}
	dt_extents_free(&comparison->extents);
	comparison->extents = cut;
	return cut.failed ? -ENOMEM : 0;
}

static int lay(struct dt_comparison *comparison, const struct dt_view *view,
	       const struct dt_span *span)
{
	const uint64_t origin = view->time_relative && span->first <= span->last ? span->first : 0;
	const uint64_t from = view->has_time ? origin + view->from_ns : 0;
	const uint64_t to =
		view->has_time && view->to_ns != UINT64_MAX ? origin + view->to_ns : UINT64_MAX;
	struct dt_view fine = *view;
	struct dt_cover *cover = &comparison->cover;
	int ret = dt_median_get(&comparison->gaps, &comparison->median);

	if (!ret)
		ret = cut_addresses(comparison, view);
	if (!ret)
		ret = dt_cover_settle(cover, comparison->median, from, to);
	if (ret || !comparison->extents.nr)
		return ret;
	choose_space(comparison, view);
	choose_pid(comparison, view);
	comparison->by_probes = !comparison->any_access &&
				(comparison->any_hits || dt_known_weighs(comparison->known));
	comparison->scale = comparison->aggr_ns && !comparison->by_probes
				    ? (double)comparison->sample_ns / (double)comparison->aggr_ns
				    : 1;
	fine.time_cells = LAG_TIMES;
	fine.address_cells = LAG_ADDRESSES;
	fine.fit = false;
	fine.nr_addresses = 0;
	ret = dt_units_lay(&comparison->units, &comparison->extents);
	if (ret || cover->start >= cover->end)
		return ret;
	ret = dt_pair_lay(&comparison->shown, view, &comparison->extents, cover->start, cover->end);
	if (!ret)
		ret = dt_pair_lay(&comparison->fine, &fine, &comparison->extents, cover->start,
				  cover->end);
	return ret;
}

int dt_agreement_choose(struct dt_agreement *agreement, const struct dt_span *span)
{
	int ret = choose(agreement);

	for (size_t i = 0; i < agreement->nr && !ret; i++)
		if (agreement->list[i]->chosen)
			ret = lay(agreement->list[i], agreement->view, span);
	return ret;
}
