/* SPDX-License-Identifier: GPL-2.0-only */
/* The cells of a terminal picture: the grid's own, or several of them as one where it is small. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/view.h"

/* Counts add up; rates and mean latencies do not. */
static bool adds_up(const struct dt_grid *grid)
{
	return grid->is_samples && !strstr(grid->unit, "latency") && !strstr(grid->unit, "mean") &&
	       !strstr(grid->unit, "rate");
}

/* The value of the grid's cells [t, t_end) x [a, a_end) as one cell; NaN when all are missing. */
static double merge_cells(const struct dt_grid *grid, uint32_t t, uint32_t t_end, uint32_t a,
			  uint32_t a_end)
{
	double sum = 0;
	uint64_t count = 0;

	for (; t < t_end; t++) {
		const double *row = grid->value + (size_t)t * grid->nr_columns;

		for (uint32_t i = a; i < a_end; i++) {
			if (isnan(row[i]))
				continue;
			sum += row[i];
			count++;
		}
	}
	if (count == 0)
		return NAN;
	return adds_up(grid) ? sum : sum / (double)count;
}

/* The schemes that were applied in any of these cells. */
static uint32_t merge_marks(const struct dt_grid *grid, uint32_t t, uint32_t t_end, uint32_t a,
			    uint32_t a_end)
{
	uint32_t marks = 0;

	for (; t < t_end; t++)
		for (uint32_t s = 0; s < grid->nr_schemes; s++)
			for (uint32_t i = a; i < a_end; i++)
				if (grid->schemes[s].cells[(size_t)t * grid->nr_columns + i])
					marks |= 1u << s;
	return marks;
}

static uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static void fill_row(struct dt_view *view, const struct dt_grid *grid, uint32_t t)
{
	double *row = view->value + (size_t)t * view->addresses;
	uint32_t *marks = view->marks ? view->marks + (size_t)t * view->addresses : NULL;
	uint64_t from = (uint64_t)t * view->reduce_time;
	uint32_t until = least(from + view->reduce_time, grid->time_cells);
	uint32_t column = 0;

	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		uint32_t end = column + grid->segments[s].cells;

		while (column < end) {
			uint32_t next = least((uint64_t)column + view->reduce_address, end);

			*row++ = merge_cells(grid, (uint32_t)from, until, column, next);
			if (marks)
				*marks++ = merge_marks(grid, (uint32_t)from, until, column, next);
			column = next;
		}
	}
}

uint32_t dt_view_cells(uint32_t cells, uint32_t reduce)
{
	return cells / reduce + (cells % reduce != 0);
}

int dt_view_init(struct dt_view *view, const struct dt_grid *grid)
{
	uint32_t addresses = 0;

	view->times = dt_view_cells(grid->time_cells, view->reduce_time);
	view->first = calloc((size_t)grid->nr_segments + 1, sizeof(*view->first));
	if (!view->first)
		return -ENOMEM;
	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		view->first[s] = addresses;
		addresses += dt_view_cells(grid->segments[s].cells, view->reduce_address);
	}
	view->first[grid->nr_segments] = addresses;
	view->addresses = addresses;
	view->value = calloc((size_t)view->times * addresses + 1, sizeof(*view->value));
	if (grid->nr_schemes)
		view->marks = calloc((size_t)view->times * addresses + 1, sizeof(*view->marks));
	if (!view->value || (grid->nr_schemes && !view->marks))
		return -ENOMEM;
	for (uint32_t t = 0; t < view->times; t++)
		fill_row(view, grid, t);
	return 0;
}

void dt_view_free(struct dt_view *view)
{
	free(view->first);
	free(view->value);
	free(view->marks);
	view->marks = NULL;
	view->first = NULL;
	view->value = NULL;
}
