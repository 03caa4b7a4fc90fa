/* SPDX-License-Identifier: GPL-2.0-only */
/* DAMON's heat and samples on one grid, so that they can be set beside each other cell by cell. */
#ifndef ANALYZERS_AGREEMENT_PAIR_H
#define ANALYZERS_AGREEMENT_PAIR_H

#include <stddef.h>
#include <stdint.h>

#include "analyzers/heat.h"

/* A stretch of covered time inside one time cell. */
struct dt_pair_slice {
	uint32_t cell;
	double ns;
};

struct dt_pair {
	struct dt_heat_map map; /* above: rate x bytes x ns; below: bytes x ns */
	double *samples;	/* [time cell][column] */
	double nr_samples;
	uint32_t sample_hint;
	/* the snapshot at hand */
	double total_ns;
	uint32_t nr_slices, slices_room;
	struct dt_pair_slice *slices;
};

/* Lay a grid over [start, end) ns and the extents, at most times x addresses cells. */
int dt_pair_lay(struct dt_pair *pair, const struct dt_view *view, const struct dt_extents *extents,
		uint64_t start, uint64_t end);
void dt_pair_free(struct dt_pair *pair);

/* The regions that follow were seen during [from, to) ns. 0 or -ENOMEM. */
int dt_pair_snapshot(struct dt_pair *pair, uint64_t from, uint64_t to);
void dt_pair_region(struct dt_pair *pair, uint64_t start, uint64_t end, double rate);

/* A sample that lies within the covered time and the monitored addresses. */
static inline void dt_pair_sample(struct dt_pair *pair, uint64_t time, uint64_t address)
{
	const struct dt_address_axis *axis = &pair->map.address;
	const uint32_t segment = dt_address_axis_find(axis, address, &pair->sample_hint);

	if (segment == axis->nr_segments ||
	    time - pair->map.time.start >= pair->map.time.end - pair->map.time.start)
		return;
	pair->samples[(size_t)dt_axis_cell(&pair->map.time, time) * axis->nr_columns +
		      axis->first_column[segment] +
		      dt_axis_cell(&axis->segments[segment], address)] += 1;
	pair->nr_samples += 1;
}

/* A cell that was observed for less than this part of its time says too little to compare. */
#define DT_PAIR_LEAST_COVER 0.25

/*
 * Three grids on the same cells, each in times of its own mean, so that they can be compared: the
 * access rate over its mean, the samples per byte and time over theirs, and the first minus the
 * second; cells with too little cover are missing. Uses up the pair. 0 or -ENOMEM.
 */
int dt_pair_grids(struct dt_pair *pair, struct dt_grid *damon, struct dt_grid *samples,
		  struct dt_grid *difference);

#endif
