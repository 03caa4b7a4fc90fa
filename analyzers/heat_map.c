/* SPDX-License-Identifier: GPL-2.0-only */
/* What the maps of both sources share: axes, cells, and the grid made of them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/heat.h"

void dt_heat_shared_add(struct dt_heat_shared *shared, const struct dt_extents *extents,
			uint64_t start, uint64_t end)
{
	if (start >= end)
		return;
	if (shared->start >= shared->end) {
		shared->start = start;
		shared->end = end;
	}
	shared->start = start < shared->start ? start : shared->start;
	shared->end = end > shared->end ? end : shared->end;
	dt_extents_add_all(&shared->extents, extents);
}

static int lay_address(struct dt_heat_map *map, const struct dt_view *view)
{
	const struct dt_address_rule rule = {.max_cells = view->address_cells, .fit = view->fit};
	struct dt_extent *ranges;
	int ret;

	if (!view->nr_addresses)
		return dt_address_axis_fold(&map->address, &map->extents, &rule);
	ranges = calloc(view->nr_addresses, sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	for (size_t i = 0; i < view->nr_addresses; i++)
		ranges[i] = (struct dt_extent){.start = view->addresses[i].start,
					       .end = view->addresses[i].end};
	ret = dt_address_axis_fixed(&map->address, ranges, (uint32_t)view->nr_addresses,
				    view->address_cells);
	free(ranges);
	return ret;
}

static int lay_time(struct dt_heat_map *map, const struct dt_view *view,
		    const struct dt_heat_time *fixed, uint64_t start, uint64_t end)
{
	if (fixed->fixed)
		return dt_axis_fixed_edges(&map->time, fixed->start, fixed->end, view->time_cells);
	if (view->fit)
		return dt_axis_fixed_edges(&map->time, start, end, view->time_cells);
	return dt_axis_free_edges(&map->time, start, end, view->time_cells);
}

int dt_heat_map_lay(struct dt_heat_map *map, const struct dt_view *view,
		    const struct dt_heat_time *fixed, uint64_t start, uint64_t end, bool quotient)
{
	size_t cells;
	int ret;

	if (start >= end || (!map->extents.nr && !view->nr_addresses))
		return 0;
	ret = lay_time(map, view, fixed, start, end);
	if (!ret)
		ret = lay_address(map, view);
	if (ret)
		return ret;
	cells = (size_t)map->time.cells * map->address.nr_columns;
	map->above = calloc(cells ? cells : 1, sizeof(double));
	map->below = quotient ? calloc(cells ? cells : 1, sizeof(double)) : NULL;
	return map->above && (map->below || !quotient) ? 0 : -ENOMEM;
}

void dt_heat_map_free(struct dt_heat_map *map)
{
	dt_extents_free(&map->extents);
	dt_axis_clear(&map->time);
	dt_address_axis_clear(&map->address);
	free(map->above);
	free(map->below);
	*map = (struct dt_heat_map){0};
}

static int copy_segments(const struct dt_heat_map *map, struct dt_grid *grid)
{
	const struct dt_address_axis *address = &map->address;

	grid->segments = calloc(address->nr_segments + 1, sizeof(*grid->segments));
	if (!grid->segments)
		return -ENOMEM;
	grid->nr_segments = address->nr_segments;
	for (uint32_t i = 0; i < address->nr_segments; i++)
		grid->segments[i] = (struct dt_segment){.start = address->segments[i].start,
							.end = address->segments[i].end,
							.cells = address->segments[i].cells};
	return 0;
}

int dt_heat_map_grid(struct dt_heat_map *map, struct dt_grid *grid)
{
	const size_t cells = (size_t)map->time.cells * map->address.nr_columns;
	int ret = copy_segments(map, grid);

	if (ret)
		return ret;
	grid->start_ns = map->time.start;
	grid->end_ns = map->time.end;
	grid->time_cells = map->time.cells;
	grid->nr_columns = map->address.nr_columns;
	grid->minimum = NAN;
	grid->maximum = NAN;
	grid->sum_records = map->sum_records;
	grid->value = map->above;
	map->above = NULL;
	for (size_t i = 0; i < cells; i++) {
		double *value = &grid->value[i];

		grid->sum_cells += *value;
		if (map->below)
			*value = map->below[i] > 0 ? *value / map->below[i] : NAN;
		if (isnan(*value))
			continue;
		grid->minimum =
			*value < grid->minimum || isnan(grid->minimum) ? *value : grid->minimum;
		grid->maximum =
			*value > grid->maximum || isnan(grid->maximum) ? *value : grid->maximum;
	}
	return 0;
}

struct dt_grid *dt_report_add_grid(struct dt_report *report)
{
	struct dt_grid *grids =
		realloc(report->grids, (report->nr_grids + 1) * sizeof(*report->grids));

	if (!grids)
		return NULL;
	report->grids = grids;
	grids[report->nr_grids] = (struct dt_grid){.pid = -1};
	return &grids[report->nr_grids++];
}
