/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Heatmaps, in two passes: the survey finds the ranges of every map, then the cells are filled.
 * The two sources, DAMON's regions and memory samples, have a file each.
 */
#ifndef ANALYZERS_HEAT_H
#define ANALYZERS_HEAT_H

#include "analyzers/axis.h"
#include "analyzers/extents.h"
#include "analyzers/median.h"
#include "damon-trace/analyzer.h"
#include "damon-trace/snapshot.h"

/* Axes and cells of one map; what `above` and `below` mean is the source's business. */
struct dt_heat_map {
	struct dt_extents extents; /* of the survey */
	struct dt_axis time;
	struct dt_address_axis address;
	double *above; /* [time cell][column]: numerators, counts, sums */
	double *below; /* denominators; NULL for plain sums */
	double sum_records;
	uint32_t hint; /* segment found last */
};

/* The edges that the view fixes, resolved against the recording's first time stamp. */
struct dt_heat_time {
	bool fixed;
	uint64_t start, end; /* ns */
};

/*
 * Axes that regions and samples share, so that their maps can be set beside each other cell by
 * cell. Only where both mean the same addresses.
 */
struct dt_heat_shared {
	bool on;
	bool virtual_space; /* of one process; else physical */
	struct dt_extents extents;
	uint64_t start, end; /* ns */
};

/* Add a map's ranges to the shared ones. */
void dt_heat_shared_add(struct dt_heat_shared *shared, const struct dt_extents *extents,
			uint64_t start, uint64_t end);

/*
 * Lay the axes of a map whose data covers [start, end) ns and map->extents, and zero its cells.
 * 0 with no cells when nothing is in view; -ENOMEM.
 */
int dt_heat_map_lay(struct dt_heat_map *map, const struct dt_view *view,
		    const struct dt_heat_time *fixed, uint64_t start, uint64_t end, bool quotient);
void dt_heat_map_free(struct dt_heat_map *map);

/* Move axes and cells into a grid: above, or above / below with missing where below is 0. */
int dt_heat_map_grid(struct dt_heat_map *map, struct dt_grid *grid);

/* What schemes were applied to, in the cells of one map. */
struct dt_heat_applies {
	uint32_t nr;
	struct dt_grid_scheme schemes[DT_GRID_SCHEMES];
	uint64_t hidden; /* events of schemes beyond those */
	bool failed;	 /* out of memory */
};

/* Count a region in the cells of a map that was laid. 0 or -ENOMEM. */
int dt_heat_applies_add(struct dt_heat_applies *applies, const struct dt_heat_map *map,
			const struct dt_apply *apply);
/* Move them into the grid that was made of the map. 0 or -ENOMEM. */
int dt_heat_applies_grid(struct dt_heat_applies *applies, struct dt_grid *grid);
void dt_heat_applies_free(struct dt_heat_applies *applies);

struct dt_heat_damon;
struct dt_heat_samples;

/* The steps of a source, in this order: new, survey..., prepare, share, lay, fill..., finish. */

int dt_heat_damon_new(struct dt_heat_damon **heat, const struct dt_view *view);
int dt_heat_damon_survey(struct dt_heat_damon *heat, const struct dt_batch *batch);
int dt_heat_damon_prepare(struct dt_heat_damon *heat);
void dt_heat_damon_share(const struct dt_heat_damon *heat, struct dt_heat_shared *shared);
int dt_heat_damon_lay(struct dt_heat_damon *heat, const struct dt_heat_time *fixed,
		      const struct dt_heat_shared *shared);
/* Is there anything for a pass to do? Not when no region came in the survey. */
bool dt_heat_damon_wants(const struct dt_heat_damon *heat);
int dt_heat_damon_fill(struct dt_heat_damon *heat, const struct dt_batch *batch);
void dt_heat_damon_input_end(struct dt_heat_damon *heat);
int dt_heat_damon_finish(struct dt_heat_damon *heat, struct dt_report *report);
void dt_heat_damon_free(struct dt_heat_damon *heat);

int dt_heat_samples_new(struct dt_heat_samples **heat, const struct dt_view *view);
int dt_heat_samples_survey(struct dt_heat_samples *heat, const struct dt_samples *samples,
			   uint32_t count);
int dt_heat_samples_prepare(struct dt_heat_samples *heat);
void dt_heat_samples_share(const struct dt_heat_samples *heat, struct dt_heat_shared *shared);
/* *complete: every map was counted in the survey already; nothing is left to fill. */
int dt_heat_samples_lay(struct dt_heat_samples *heat, const struct dt_heat_time *fixed,
			const struct dt_heat_shared *shared, bool *complete);
int dt_heat_samples_fill(struct dt_heat_samples *heat, const struct dt_samples *samples,
			 uint32_t count);
int dt_heat_samples_finish(struct dt_heat_samples *heat, struct dt_report *report);
void dt_heat_samples_free(struct dt_heat_samples *heat);
/* DT_COL_*: the columns that the view needs. */
uint32_t dt_heat_samples_columns(const struct dt_view *view);

/* One more grid in the report, zeroed. NULL: no memory. */
struct dt_grid *dt_report_add_grid(struct dt_report *report);

#endif
