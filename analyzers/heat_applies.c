/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where and when each scheme was about to be applied, in the cells of a map of DAMON's regions: a
 * region counts in every cell that its range and the time of its event fall in.
 */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/heat.h"

static struct dt_grid_scheme *find(struct dt_heat_applies *applies, const struct dt_heat_map *map,
				   const struct dt_apply *apply)
{
	const size_t cells = (size_t)map->time.cells * map->address.nr_columns;
	struct dt_grid_scheme *scheme;

	for (uint32_t i = 0; i < applies->nr; i++)
		if (applies->schemes[i].context == apply->context_idx &&
		    applies->schemes[i].scheme == apply->scheme_idx)
			return &applies->schemes[i];
	if (applies->nr == DT_GRID_SCHEMES) {
		applies->hidden++;
		return NULL;
	}
	scheme = &applies->schemes[applies->nr];
	scheme->cells = calloc(cells ? cells : 1, sizeof(*scheme->cells));
	if (!scheme->cells) {
		applies->failed = true;
		return NULL;
	}
	scheme->context = apply->context_idx;
	scheme->scheme = apply->scheme_idx;
	scheme->regions = 0;
	applies->nr++;
	return scheme;
}

static void count_segment(const struct dt_axis *segment, uint32_t *cells, uint64_t start,
			  uint64_t end)
{
	const uint32_t last = dt_axis_cell(segment, end - 1);

	for (uint32_t cell = dt_axis_cell(segment, start); cell <= last; cell++)
		if (cells[cell] < UINT32_MAX)
			cells[cell]++;
}

int dt_heat_applies_add(struct dt_heat_applies *applies, const struct dt_heat_map *map,
			const struct dt_apply *apply)
{
	const struct dt_address_axis *address = &map->address;
	struct dt_grid_scheme *scheme = NULL;
	size_t row;

	if (!map->above || apply->time < map->time.start || apply->time >= map->time.end)
		return 0;
	row = (size_t)dt_axis_cell(&map->time, apply->time) * address->nr_columns;
	for (uint32_t i = 0; i < address->nr_segments; i++) {
		const struct dt_axis *segment = &address->segments[i];
		const uint64_t start =
			apply->start > segment->start ? apply->start : segment->start;
		const uint64_t end = apply->end < segment->end ? apply->end : segment->end;

		if (start >= end)
			continue;
		if (!scheme) {
			scheme = find(applies, map, apply);
			if (!scheme)
				return applies->failed ? -ENOMEM : 0;
			scheme->regions++;
		}
		count_segment(segment, scheme->cells + row + address->first_column[i], start, end);
	}
	return 0;
}

static int by_scheme(const void *a, const void *b)
{
	const struct dt_grid_scheme *left = a, *right = b;

	if (left->context != right->context)
		return left->context < right->context ? -1 : 1;
	return left->scheme < right->scheme ? -1 : left->scheme > right->scheme;
}

int dt_heat_applies_grid(struct dt_heat_applies *applies, struct dt_grid *grid)
{
	grid->schemes = calloc(applies->nr + 1, sizeof(*grid->schemes));
	if (!grid->schemes)
		return -ENOMEM;
	for (uint32_t i = 0; i < applies->nr; i++)
		grid->schemes[i] = applies->schemes[i];
	grid->nr_schemes = applies->nr;
	applies->nr = 0;
	qsort(grid->schemes, grid->nr_schemes, sizeof(*grid->schemes), by_scheme);
	return 0;
}

void dt_heat_applies_free(struct dt_heat_applies *applies)
{
	for (uint32_t i = 0; i < applies->nr; i++)
		free(applies->schemes[i].cells);
	applies->nr = 0;
}
