/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical addresses to nodes, many at a time. */
#include <stdlib.h>
#include <string.h>

#include "analyzers/tiers.h"

/* Up to so many edges are looked at one after the other, which takes no branches. */
#define FEW_EDGES 8

static uint8_t place_of(struct dt_place_map *map, const struct dt_node_range *range)
{
	for (uint32_t i = DT_PLACE_NODES; i < map->nr; i++)
		if (map->places[i].node == range->node &&
		    (range->node >= 0 || !strcmp(map->places[i].label, range->label)))
			return (uint8_t)i;
	if (map->nr == DT_PLACES) {
		map->nr_left_out++;
		return DT_PLACE_OUTSIDE;
	}
	map->places[map->nr] = (struct dt_place){.node = range->node, .cpus = range->cpus};
	memcpy(map->places[map->nr].label, range->label, sizeof(range->label));
	return (uint8_t)map->nr++;
}

static int by_start(const void *a, const void *b)
{
	const struct dt_node_range *const *left = a, *const *right = b;

	return (*left)->start < (*right)->start ? -1 : (*left)->start > (*right)->start;
}

/* From an edge on, addresses belong to that place. */
static void add_edge(struct dt_place_map *map, uint64_t edge, uint8_t place)
{
	if (map->nr_edges && map->edges[map->nr_edges - 1] == edge) {
		map->after[map->nr_edges] = place;
		return;
	}
	map->edges[map->nr_edges++] = edge;
	map->after[map->nr_edges] = place;
}

void dt_place_map_init(struct dt_place_map *map, const struct dt_view *view)
{
	const struct dt_node_range *ranges[DT_MOST_EDGES / 2] = {NULL};
	const size_t nr = view->nr_nodes < DT_MOST_EDGES / 2 ? view->nr_nodes : DT_MOST_EDGES / 2;
	uint64_t end = 1;

	*map = (struct dt_place_map){.nr = DT_PLACE_NODES, .nr_left_out = view->nr_nodes - nr};
	/* what lies behind all edges, and edges that are not there: never below an address */
	memset(map->after, DT_PLACE_OUTSIDE, sizeof(map->after));
	memset(map->edges, 0xff, sizeof(map->edges));
	/* address 0 is none */
	map->after[0] = DT_PLACE_NONE;
	add_edge(map, 1, DT_PLACE_OUTSIDE);
	for (size_t i = 0; i < nr; i++)
		ranges[i] = &view->nodes[i];
	qsort(ranges, nr, sizeof(const struct dt_node_range *), by_start);
	for (size_t i = 0; i < nr; i++) {
		/* where two overlap, the one that begins first has it */
		const uint64_t start = ranges[i]->start > end ? ranges[i]->start : end;

		if (ranges[i]->end <= start)
			continue;
		end = ranges[i]->end;
		add_edge(map, start, place_of(map, ranges[i]));
		add_edge(map, end, DT_PLACE_OUTSIDE);
	}
}

static uint32_t count_edges(const struct dt_place_map *map, uint64_t address)
{
	uint32_t low = 0, high = map->nr_edges;

	while (low < high) {
		const uint32_t middle = (low + high) / 2;

		if (map->edges[middle] <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void dt_place_map_find(const struct dt_place_map *map, const uint64_t *phys, uint32_t count,
		       uint8_t *restrict places)
{
	const uint64_t *const edges = map->edges;

	if (map->nr_edges > FEW_EDGES) {
		for (uint32_t i = 0; i < count; i++)
			places[i] = map->after[count_edges(map, phys[i])];
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const uint64_t address = phys[i];
		const uint32_t low = (edges[0] <= address) + (edges[1] <= address) +
				     (edges[2] <= address) + (edges[3] <= address);
		const uint32_t high = (edges[4] <= address) + (edges[5] <= address) +
				      (edges[6] <= address) + (edges[7] <= address);

		places[i] = map->after[low + high];
	}
}
