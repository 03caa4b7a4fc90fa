/* SPDX-License-Identifier: GPL-2.0-only */
/* See agreement_pair.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/agreement_pair.h"

int dt_pair_lay(struct dt_pair *pair, const struct dt_view *view, const struct dt_extents *extents,
		uint64_t start, uint64_t end)
{
	static const struct dt_heat_time not_fixed = {0};
	size_t cells;
	int ret;

	dt_extents_add_all(&pair->map.extents, extents);
	if (pair->map.extents.failed)
		return -ENOMEM;
	ret = dt_heat_map_lay(&pair->map, view, &not_fixed, start, end, true);
	if (ret)
		return ret;
	cells = (size_t)pair->map.time.cells * pair->map.address.nr_columns;
	pair->samples = calloc(cells ? cells : 1, sizeof(*pair->samples));
	return pair->samples ? 0 : -ENOMEM;
}

void dt_pair_free(struct dt_pair *pair)
{
	dt_heat_map_free(&pair->map);
	free(pair->samples);
	free(pair->slices);
	*pair = (struct dt_pair){0};
}

static int add_slice(struct dt_pair *pair, uint32_t cell, uint64_t ns)
{
	if (pair->nr_slices == pair->slices_room) {
		const uint32_t room = pair->slices_room ? pair->slices_room * 2 : 4;
		struct dt_pair_slice *slices = realloc(pair->slices, room * sizeof(*slices));

		if (!slices)
			return -ENOMEM;
		pair->slices = slices;
		pair->slices_room = room;
	}
	pair->slices[pair->nr_slices++] = (struct dt_pair_slice){.cell = cell, .ns = (double)ns};
	pair->total_ns += (double)ns;
	return 0;
}

int dt_pair_snapshot(struct dt_pair *pair, uint64_t from, uint64_t to)
{
	const struct dt_axis *axis = &pair->map.time;
	int ret = 0;

	pair->nr_slices = 0;
	pair->total_ns = 0;
	from = from > axis->start ? from : axis->start;
	to = to < axis->end ? to : axis->end;
	for (uint64_t at = from; at < to && !ret;) {
		const uint32_t cell = dt_axis_cell(axis, at);
		const uint64_t end = axis->edges[cell + 1] < to ? axis->edges[cell + 1] : to;

		ret = add_slice(pair, cell, end - at);
		at = end;
	}
	return ret;
}

/* Add [start, end) of one segment. */
static void add_piece(struct dt_pair *pair, uint32_t segment, uint64_t start, uint64_t end,
		      double rate)
{
	const struct dt_axis *axis = &pair->map.address.segments[segment];
	const uint32_t first = dt_axis_cell(axis, start), last = dt_axis_cell(axis, end - 1);

	pair->map.sum_records += rate * (double)(end - start) * pair->total_ns;
	for (uint32_t cell = first; cell <= last; cell++) {
		const uint64_t from = cell == first ? start : axis->edges[cell];
		const uint64_t to = cell == last ? end : axis->edges[cell + 1];
		const double bytes = (double)(to - from);

		for (uint32_t i = 0; i < pair->nr_slices; i++) {
			const size_t at =
				(size_t)pair->slices[i].cell * pair->map.address.nr_columns +
				pair->map.address.first_column[segment] + cell;

			pair->map.below[at] += bytes * pair->slices[i].ns;
			pair->map.above[at] += bytes * pair->slices[i].ns * rate;
		}
	}
}

void dt_pair_region(struct dt_pair *pair, uint64_t start, uint64_t end, double rate)
{
	const struct dt_address_axis *axis = &pair->map.address;
	uint32_t i = pair->map.hint;

	if (start >= end || !pair->nr_slices)
		return;
	if (start >= axis->segments[i].start && end <= axis->segments[i].end) {
		add_piece(pair, i, start, end, rate);
		return;
	}
	for (i = 0; i < axis->nr_segments; i++) {
		const struct dt_axis *segment = &axis->segments[i];
		const uint64_t from = start > segment->start ? start : segment->start;
		const uint64_t to = end < segment->end ? end : segment->end;

		if (from >= to)
			continue;
		add_piece(pair, i, from, to, rate);
		pair->map.hint = i;
	}
}

/* The range of the cells that are not missing. */
static void find_range(struct dt_grid *grid)
{
	const size_t cells = (size_t)grid->time_cells * grid->nr_columns;

	grid->minimum = NAN;
	grid->maximum = NAN;
	for (size_t i = 0; i < cells; i++) {
		/* fmin and fmax pass over NaN */
		grid->minimum = fmin(grid->minimum, grid->value[i]);
		grid->maximum = fmax(grid->maximum, grid->value[i]);
	}
}

/* A grid with the axes of another and cells of its own, zeroed. */
static int copy_axes(const struct dt_grid *from, struct dt_grid *to)
{
	const size_t cells = (size_t)from->time_cells * from->nr_columns;

	*to = *from;
	to->segments = malloc((from->nr_segments + 1) * sizeof(*to->segments));
	to->value = calloc(cells ? cells : 1, sizeof(*to->value));
	if (!to->segments || !to->value) {
		free(to->segments);
		free(to->value);
		*to = (struct dt_grid){0};
		return -ENOMEM;
	}
	memcpy(to->segments, from->segments, from->nr_segments * sizeof(*to->segments));
	return 0;
}

/* Cells that were observed for too short become unobserved ones. */
static void drop_slivers(struct dt_pair *pair)
{
	const uint32_t times = pair->map.time.cells, columns = pair->map.address.nr_columns;

	for (uint32_t column = 0; column < columns; column++) {
		double whole = 0;

		for (uint32_t i = 0; i < times; i++)
			whole = fmax(whole, pair->map.below[(size_t)i * columns + column]);
		for (uint32_t i = 0; i < times; i++) {
			const size_t at = (size_t)i * columns + column;

			if (pair->map.below[at] >= DT_PAIR_LEAST_COVER * whole)
				continue;
			pair->map.below[at] = 0;
			pair->map.above[at] = 0;
		}
	}
}

static double ratio(double value, double mean)
{
	return mean > 0 ? value / mean : 0;
}

int dt_pair_grids(struct dt_pair *pair, struct dt_grid *damon, struct dt_grid *samples,
		  struct dt_grid *difference)
{
	const size_t cells = (size_t)pair->map.time.cells * pair->map.address.nr_columns;
	double *const below = pair->map.below;
	double area = 0, heat = 0, counted = 0;

	drop_slivers(pair);
	for (size_t i = 0; i < cells; i++) {
		if (!(below[i] > 0))
			continue;
		area += below[i];
		heat += pair->map.above[i];
		counted += pair->samples[i];
	}
	if (dt_heat_map_grid(&pair->map, damon) || copy_axes(damon, samples) ||
	    copy_axes(damon, difference))
		return -ENOMEM;
	difference->sum_cells = 0;
	for (size_t i = 0; i < cells; i++) {
		const bool seen = below[i] > 0;

		samples->value[i] = seen ? ratio(pair->samples[i] / below[i], counted / area) : NAN;
		damon->value[i] = seen ? ratio(damon->value[i], heat / area) : NAN;
		difference->value[i] = damon->value[i] - samples->value[i];
		difference->sum_cells += seen ? difference->value[i] * below[i] : 0;
	}
	samples->is_samples = true;
	samples->sum_cells = counted;
	samples->sum_records = pair->nr_samples;
	damon->sum_cells *= 1e-9;
	damon->sum_records *= 1e-9;
	/* as both are on average 1: what rounding leaves of nothing */
	difference->sum_cells *= 1e-9;
	difference->sum_records = 0;
	find_range(damon);
	find_range(samples);
	find_range(difference);
	return 0;
}
