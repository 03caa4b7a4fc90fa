/* SPDX-License-Identifier: GPL-2.0-only */
/* The grid's cells as a terminal picture draws them. */
#ifndef RENDER_VIEW_H
#define RENDER_VIEW_H

#include "damon-trace/result.h"

/* View cell (t, a) is value[t * addresses + a]. */
struct dt_view {
	/* set by the layout: cells of the grid in one of the view; columns and units it takes */
	uint32_t reduce_time, reduce_address;
	uint32_t stretch_time, stretch_address;
	uint32_t times, addresses;
	uint32_t *first; /* view cell in which each segment begins; nr_segments + 1 of them */
	double *value;
	/* bit i of marks[t * addresses + a]: scheme i of the grid was applied there; or NULL */
	uint32_t *marks;
};

/* How many view cells a segment or axis of so many cells makes. */
uint32_t dt_view_cells(uint32_t cells, uint32_t reduce);

/*
 * Merge the grid's cells: the mean of those that are not missing, for counts of samples the sum.
 * A cell never reaches over the end of a segment. 0 or -ENOMEM; dt_view_free in both cases.
 */
int dt_view_init(struct dt_view *view, const struct dt_grid *grid);
void dt_view_free(struct dt_view *view);

#endif
