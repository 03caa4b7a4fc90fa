/* SPDX-License-Identifier: GPL-2.0-only */
/* Time x latency: how many samples took how long, in rows that each are a constant factor longer.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/quantile.h"
#include "analyzers/sample_choice.h"
#include "analyzers/time_bins.h"
#include "damon-trace/analyzer.h"
#include "damon-trace/result.h"
#include "damon-trace/section.h"

/* Rows per doubling, and of all 64 bits. */
#define ROWS_PER_OCTAVE 4u
#define ROWS		(64 * ROWS_PER_OCTAVE)

struct latency_map {
	const struct dt_view *view;
	struct dt_sample_choice choice;
	struct dt_time_bins bins;
	struct dt_quantile latencies;
	uint64_t edges[ROWS]; /* the least latency of each row */
	uint64_t samples, known;
	double sum;
};

static bool applies(const struct dt_view *view)
{
	return view->latency_map;
}

static void end(void *state)
{
	struct latency_map *map = state;

	dt_time_bins_free(&map->bins);
	dt_quantile_free(&map->latencies);
}

static int begin(void *state, const struct dt_view *view)
{
	struct latency_map *map = state;

	if (dt_time_bins_init(&map->bins, ROWS) || dt_quantile_init(&map->latencies))
		return -ENOMEM;
	map->view = view;
	dt_sample_choice_init(&map->choice, view);
	for (unsigned row = 0; row < ROWS; row++)
		map->edges[row] = (uint64_t)ceil(exp2((double)row / ROWS_PER_OCTAVE));
	return 0;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct latency_map *map = state;

	(void)error;
	if (!dt_sample_choice_pass(&map->choice, number, span, false, wants))
		return 0;
	wants->columns |= DT_COL_TIME | DT_COL_WEIGHT |
			  (map->view->weight == DT_WEIGHT_PERIOD ? DT_COL_PERIOD : 0);
	return 0;
}

static void input_begin(void *state, const struct dt_reader *reader)
{
	dt_sources_input(&((struct latency_map *)state)->choice.sources, reader);
}

static unsigned row_of(const struct latency_map *map, uint64_t latency)
{
	const unsigned octave = 63 - (unsigned)__builtin_clzll(latency);
	const uint64_t *edges = &map->edges[octave * ROWS_PER_OCTAVE];

	return octave * ROWS_PER_OCTAVE + (latency >= edges[1]) + (latency >= edges[2]) +
	       (latency >= edges[3]);
}

static int batch(void *state, const struct dt_batch *records)
{
	const struct dt_samples *samples = records->samples;
	struct latency_map *map = state;
	const uint64_t *period = samples->columns & DT_COL_PERIOD ? samples->period : NULL;
	const bool weighs = map->view->weight == DT_WEIGHT_PERIOD;
	const uint64_t *latency;

	dt_sample_choice_mark(&map->choice, samples, records->count);
	latency = map->choice.sources.latency;
	for (uint32_t i = 0; i < records->count; i++)
		map->samples += map->choice.keep[i];
	if (!latency || !(samples->columns & DT_COL_TIME) || (weighs && !period))
		return 0;
	for (uint32_t i = 0; i < records->count; i++) {
		const double value = weighs ? (double)period[i] : 1;

		if (!map->choice.keep[i] || !latency[i])
			continue;
		dt_time_bins_at(&map->bins, samples->time[i])[row_of(map, latency[i])] += value;
		dt_quantile_count(&map->latencies, latency[i]);
		map->known++;
		map->sum += value;
	}
	return 0;
}

/* The bins and rows that hold something. */
struct extent {
	uint32_t first_bin, last_bin, first_row, last_row;
};

static bool find_extent(const struct latency_map *map, struct extent *extent)
{
	*extent = (struct extent){.first_bin = UINT32_MAX, .first_row = UINT32_MAX};
	for (uint32_t i = 0; i < map->bins.nr; i++)
		for (uint32_t row = 0; row < ROWS; row++) {
			if (!(map->bins.sums[(size_t)i * ROWS + row] > 0))
				continue;
			extent->first_bin = i < extent->first_bin ? i : extent->first_bin;
			extent->last_bin = i;
			extent->first_row = row < extent->first_row ? row : extent->first_row;
			extent->last_row = row > extent->last_row ? row : extent->last_row;
		}
	return extent->first_bin != UINT32_MAX;
}

static bool new_grid(const struct latency_map *map, const struct extent *extent, uint32_t group,
		     struct dt_grid *grid)
{
	const uint32_t nr = extent->last_bin - extent->first_bin + 1;
	const uint64_t step = dt_time_bins_step(&map->bins);

	*grid = (struct dt_grid){
		.is_samples = true,
		.space = DT_SPACE_LATENCY,
		.pid = -1,
		.unit = map->view->weight == DT_WEIGHT_PERIOD ? "accesses" : "samples",
		.start_ns = dt_time_bins_start(&map->bins) + extent->first_bin * step,
		.time_cells = (nr + group - 1) / group,
		.nr_segments = 1,
		.nr_columns = extent->last_row - extent->first_row + 1,
		.minimum = INFINITY,
		.maximum = -INFINITY,
		.sum_records = map->sum,
	};
	grid->end_ns = grid->start_ns + grid->time_cells * group * step;
	grid->segments = calloc(1, sizeof(*grid->segments));
	grid->value = calloc((size_t)grid->time_cells * grid->nr_columns, sizeof(double));
	if (!grid->segments || !grid->value) {
		free(grid->segments);
		free(grid->value);
		return false;
	}
	grid->segments[0] = (struct dt_segment){
		.start = (uint64_t)extent->first_row * (DT_LATENCY_OCTAVE / ROWS_PER_OCTAVE),
		.end = (uint64_t)(extent->last_row + 1) * (DT_LATENCY_OCTAVE / ROWS_PER_OCTAVE),
		.cells = grid->nr_columns,
	};
	return true;
}

static bool add_grid(const struct latency_map *map, const struct extent *extent,
		     struct dt_section *section)
{
	const uint32_t nr = extent->last_bin - extent->first_bin + 1;
	const uint32_t group = (nr + map->view->time_cells - 1) / map->view->time_cells;
	struct dt_grid grid;

	if (!new_grid(map, extent, group, &grid))
		return false;
	for (uint32_t i = 0; i < nr; i++)
		for (uint32_t row = 0; row < grid.nr_columns; row++)
			grid.value[(size_t)(i / group) * grid.nr_columns + row] +=
				map->bins.sums[(size_t)(extent->first_bin + i) * ROWS +
					       extent->first_row + row];
	for (size_t i = 0; i < (size_t)grid.time_cells * grid.nr_columns; i++) {
		const uint32_t row = extent->first_row + (uint32_t)(i % grid.nr_columns);

		/* between 1 and 4 cycles there are rows without a whole number */
		if (row + 1 < ROWS && map->edges[row] == map->edges[row + 1]) {
			grid.value[i] = NAN;
			continue;
		}
		grid.sum_cells += grid.value[i];
		grid.minimum = fmin(grid.minimum, grid.value[i]);
		grid.maximum = fmax(grid.maximum, grid.value[i]);
	}
	return dt_section_grid(section, "map", &grid);
}

static void add_figures(const struct latency_map *map, struct dt_section *section)
{
	const struct dt_quantile *latencies = &map->latencies;

	dt_section_integer(section, "samples", "samples", DT_UNIT_COUNT, map->samples);
	dt_section_integer(section, "latency_samples", "of them with a latency", DT_UNIT_COUNT,
			   map->known);
	if (!map->known) {
		dt_section_absent(section, "latency_p50_cycles", NULL);
		dt_section_absent(section, "latency_p99_cycles", NULL);
		dt_section_absent(section, "latency_max_cycles", NULL);
		return;
	}
	dt_section_number(section, "latency_p50_cycles", "half of them up to", DT_UNIT_CYCLES,
			  dt_quantile_at(latencies, 0.5));
	dt_section_number(section, "latency_p99_cycles", "99 % of them up to", DT_UNIT_CYCLES,
			  dt_quantile_at(latencies, 0.99));
	dt_section_integer(section, "latency_max_cycles", "longest", DT_UNIT_CYCLES,
			   latencies->high);
}

static int finish(void *state, struct dt_report *report)
{
	struct latency_map *map = state;
	struct dt_section *section =
		dt_report_section(report, "latency", "Latency over time", false);
	struct extent extent;

	dt_sample_choice_say(&map->choice, section);
	if (!map->samples)
		dt_section_say(section, "There are no memory samples in view.");
	else if (!map->known)
		dt_section_say(section,
			       "No sample has a latency: record it with perf record -W -d -e "
			       "cpu/mem-loads,ldlat=30/P (Intel), -W -d -e ibs_op// (AMD), or with "
			       "perf mem record.");
	add_figures(map, section);
	if (find_extent(map, &extent) && !add_grid(map, &extent, section))
		return -ENOMEM;
	return 0;
}

const struct dt_analyzer dt_latency_analyzer = {
	.name = "latency",
	.summary = "how long accesses took, over time",
	.applies = applies,
	.state_size = sizeof(struct latency_map),
	.begin = begin,
	.pass = pass,
	.input_begin = input_begin,
	.batch = batch,
	.finish = finish,
	.end = end,
};
