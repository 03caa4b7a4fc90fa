/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The axes of a grid: where cells begin and end (DEFINITIONS, "Cells" and "Segments").
 *
 * Free axes have aligned cells of a power of two, the smallest that need no more than the asked
 * number, so that grids can be refined and added up. Fixed axes divide given edges evenly.
 */
#ifndef ANALYZERS_AXIS_H
#define ANALYZERS_AXIS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzers/extents.h"

/* A stretch [start, end) in cells; edges has cells + 1 entries, rising. */
struct dt_axis {
	uint64_t start, end;
	uint32_t cells;
	int shift;    /* cells are 2^shift long, aligned; -1: divided evenly */
	double scale; /* cells per unit, for divided ones */
	uint64_t *edges;
};

/* Free axis around [start, end), start < end, of at most max_cells cells. 0 or -ENOMEM. */
int dt_axis_free_edges(struct dt_axis *axis, uint64_t start, uint64_t end, uint32_t max_cells);
/* Fixed axis with exactly these edges; fewer cells when there are fewer units. 0 or -ENOMEM. */
int dt_axis_fixed_edges(struct dt_axis *axis, uint64_t start, uint64_t end, uint32_t cells);
void dt_axis_clear(struct dt_axis *axis);

/* The cell that holds x, start <= x < end. */
static inline uint32_t dt_axis_cell(const struct dt_axis *axis, uint64_t x)
{
	uint32_t cell;

	if (axis->shift >= 0)
		return (uint32_t)((x - axis->start) >> axis->shift);
	cell = (uint32_t)((double)(x - axis->start) * axis->scale);
	if (cell >= axis->cells)
		cell = axis->cells - 1;
	while (x < axis->edges[cell])
		cell--;
	while (x >= axis->edges[cell + 1])
		cell++;
	return cell;
}

/* The address axis: segments with folded gaps between them. */
struct dt_address_axis {
	uint32_t nr_segments;
	struct dt_axis *segments;
	uint32_t *first_column; /* of each segment */
	uint32_t nr_columns;
};

/* The rules for making one. */
struct dt_address_rule {
	uint32_t max_cells;
	bool fit; /* edges as they are and evenly divided, instead of aligned powers of two */
};

/* Fold the gaps of what was monitored and lay cells over the rest. 0 or -ENOMEM. */
int dt_address_axis_fold(struct dt_address_axis *axis, const struct dt_extents *monitored,
			 const struct dt_address_rule *rule);
/* One segment per given range, cells by length, at least one each. 0 or -ENOMEM. */
int dt_address_axis_fixed(struct dt_address_axis *axis, const struct dt_extent *ranges,
			  uint32_t nr_ranges, uint32_t max_cells);
void dt_address_axis_clear(struct dt_address_axis *axis);

/*
 * Index of the segment that holds the address, or nr_segments. hint: of the last one found, to be
 * kept by the caller.
 */
static inline uint32_t dt_address_axis_find(const struct dt_address_axis *axis, uint64_t address,
					    uint32_t *hint)
{
	uint32_t low = 0, high = axis->nr_segments;
	const struct dt_axis *segment = &axis->segments[*hint];

	if (address >= segment->start && address < segment->end)
		return *hint;
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (axis->segments[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == axis->nr_segments || address < axis->segments[low].start)
		return axis->nr_segments;
	*hint = low;
	return low;
}

#endif
