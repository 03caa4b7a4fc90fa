/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where memory samples were served from: what is counted in one pass, and what the report is made
 * of. A sample has a tier by its data source and, with a physical address, a node by the host's
 * ranges. Both are kept: counts are kept for each pair of them.
 */
#ifndef ANALYZERS_TIERS_H
#define ANALYZERS_TIERS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzers/quantile.h"
#include "analyzers/sample_pick.h"
#include "analyzers/sample_source.h"
#include "analyzers/time_bins.h"
#include "damon-trace/analyzer.h"

/* Places of a sample by its physical address. */
#define DT_PLACES	 32
#define DT_PLACE_NONE	 0 /* no physical address */
#define DT_PLACE_OUTSIDE 1 /* in none of the ranges */
#define DT_PLACE_NODES	 2 /* the first node; further ones follow */

/* Where the CPU stands to the node of the page. */
enum dt_nearness {
	DT_NEAR_UNKNOWN,
	DT_NEAR_OWN,   /* the node is the CPU's own */
	DT_NEAR_OTHER, /* it is another one */
	DT_NR_NEAR,
};

struct dt_tier_cell {
	double samples, periods;
};

/* A node, or a resource of /proc/iomem. */
struct dt_place {
	int32_t node; /* -1: a resource */
	char label[48];
	int8_t cpus; /* as of struct dt_node_range */
};

#define DT_MOST_EDGES (2 * 64 + 1)

struct dt_place_map {
	uint32_t nr; /* with the first two */
	struct dt_place places[DT_PLACES];
	uint32_t nr_edges;
	uint64_t edges[DT_MOST_EDGES];	  /* ascending; the first, 1, ends address 0 */
	uint8_t after[DT_MOST_EDGES + 1]; /* the place of what so many edges are not above */
	size_t nr_left_out;		  /* ranges of further nodes */
};

void dt_place_map_init(struct dt_place_map *map, const struct dt_view *view);

/* The places of physical addresses. */
void dt_place_map_find(const struct dt_place_map *map, const uint64_t *phys, uint32_t count,
		       uint8_t *places);

/* Series of the bins: the tiers, then the places. */
#define DT_TIER_SERIES (DT_NR_TIERS + DT_PLACES)

struct dt_tiers {
	const struct dt_view *view;
	struct dt_sample_pick pick;
	struct dt_sources sources;
	struct dt_place_map map;
	struct dt_time_bins bins;
	struct dt_tier_cell cells[DT_NR_TIERS][DT_PLACES][DT_NR_NEAR];
	struct dt_quantile *latency[DT_NR_TIERS][DT_PLACES]; /* NULL: none was seen */
	double no_access; /* samples of instructions that accessed no memory */
	double no_source; /* samples of events that record neither source nor address */
	bool has_phys_field, has_source, has_samples, has_phys;
	uint8_t place[DT_BATCH_MAX], near[DT_BATCH_MAX], keep[DT_BATCH_MAX];
};

/* Charts of the shares over time. */
struct dt_section;
void dt_tiers_charts(const struct dt_tiers *tiers, struct dt_section *section);

enum dt_tier_series {
	DT_SERIES_DRAM, /* local DRAM among all memory, by data source */
	DT_SERIES_FAR,	/* memory other than that */
	DT_SERIES_NODE, /* a node among all nodes, by physical address */
};

/* The share in bin i, 0 to 1; NaN where nothing was sampled. */
double dt_tiers_share(const struct dt_tiers *tiers, enum dt_tier_series what, int32_t node,
		      uint32_t i);

/* Put what was counted into the report. 0 or -ENOMEM. */
int dt_tiers_report(struct dt_tiers *tiers, struct dt_report *report);

/* Set the goals of the report beside the shares that they should follow. 0 or -ENOMEM. */
int dt_tiers_follow(const struct dt_tiers *tiers, struct dt_report *report);

#endif
