/* SPDX-License-Identifier: GPL-2.0-only */
/* See geometry.h. */
#include <math.h>
#include <string.h>

#include "render/geometry.h"

/* Finer ticks than this would print digits that a double does not have. */
#define MAX_DECIMALS 9

__extension__ typedef unsigned __int128 dt_u128;

uint64_t dt_share(uint64_t length, uint64_t part, uint64_t parts)
{
	return (uint64_t)((dt_u128)length * part / parts);
}

uint64_t dt_time_edge(const struct dt_grid *grid, uint32_t i)
{
	return grid->start_ns + dt_share(grid->end_ns - grid->start_ns, i, grid->time_cells);
}

uint64_t dt_address_edge(const struct dt_segment *segment, uint32_t i)
{
	return segment->start + dt_share(segment->end - segment->start, i, segment->cells);
}

double dt_latency_edge(uint64_t place)
{
	return exp2((double)place / DT_LATENCY_OCTAVE);
}

const struct dt_node_range *dt_node_of(const struct dt_grid *grid, uint64_t address, uint64_t end)
{
	const struct dt_node_range *found = NULL;

	for (uint32_t i = 0; i < grid->nr_nodes; i++) {
		const struct dt_node_range *range = &grid->nodes[i];

		if (range->end <= address || range->start >= end)
			continue;
		if (!found || range->start < found->start)
			found = range;
	}
	return found;
}

/* The range that begins last among those that begin below the address. */
static const struct dt_node_range *range_below(const struct dt_grid *grid, uint64_t address)
{
	const struct dt_node_range *found = NULL;

	for (uint32_t i = 0; i < grid->nr_nodes; i++) {
		const struct dt_node_range *range = &grid->nodes[i];

		if (range->start < address && (!found || range->start > found->start))
			found = range;
	}
	return found;
}

static bool same_place(const struct dt_node_range *a, const struct dt_node_range *b)
{
	if (a->node >= 0 || b->node >= 0)
		return a->node == b->node;
	return strcmp(a->label, b->label) == 0;
}

uint64_t dt_node_boundary(const struct dt_grid *grid, uint64_t start, uint64_t end)
{
	uint64_t boundary = UINT64_MAX;

	for (uint32_t i = 0; i < grid->nr_nodes; i++) {
		const struct dt_node_range *range = &grid->nodes[i], *below;

		if (range->start <= start || range->start >= end || range->start >= boundary)
			continue;
		below = range_below(grid, range->start);
		if (below && below->end > start && !same_place(below, range))
			boundary = range->start;
	}
	return boundary;
}

double dt_tick_step(double span, unsigned max_ticks)
{
	static const double steps[] = {1, 2, 5, 10};
	double least, power;

	if (!(span > 0) || max_ticks == 0)
		return 1;
	least = span / max_ticks;
	power = pow(10, floor(log10(least)));
	for (int i = 0; i < 3; i++) {
		/* the margin keeps 0.1 + 0.2 from asking for the next step */
		if (steps[i] * power >= least * (1 - 1e-9))
			return steps[i] * power;
	}
	return steps[3] * power;
}

int dt_tick_decimals(double step)
{
	int decimals = (int)ceil(-log10(step) - 1e-9);

	if (decimals < 0)
		return 0;
	return decimals > MAX_DECIMALS ? MAX_DECIMALS : decimals;
}
