/* SPDX-License-Identifier: GPL-2.0-only */
/* Axes of grids. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/axis.h"

/* A gap is folded when it is longer than the monitored bytes divided by this. */
#define FOLD_SHARE 16
/* At most one folded gap per this many cells. */
#define CELLS_PER_FOLD 8

/* Cells of 2^shift that [start, end) touches; end > start. */
static uint64_t touched(uint64_t start, uint64_t end, int shift)
{
	return ((end - 1) >> shift) - (start >> shift) + 1;
}

static int fill_edges(struct dt_axis *axis)
{
	const unsigned __int128 length = axis->end - axis->start;

	axis->edges = malloc(((size_t)axis->cells + 1) * sizeof(uint64_t));
	if (!axis->edges)
		return -ENOMEM;
	for (uint32_t i = 0; i <= axis->cells; i++)
		axis->edges[i] = axis->shift >= 0
					 ? axis->start + ((uint64_t)i << axis->shift)
					 : axis->start + (uint64_t)(length * i / axis->cells);
	/* the last cell before 2^64 ends one unit early, for want of a larger number */
	axis->edges[axis->cells] = axis->end;
	return 0;
}

/* Cells of 2^shift, the first one holding start, the last one end - 1. */
static int aligned(struct dt_axis *axis, uint64_t start, uint64_t end, int shift)
{
	const uint64_t last = (end - 1) >> shift;

	*axis = (struct dt_axis){.shift = shift};
	axis->start = start >> shift << shift;
	axis->cells = (uint32_t)(last - (start >> shift) + 1);
	axis->end = last == UINT64_MAX >> shift ? UINT64_MAX : (last + 1) << shift;
	return fill_edges(axis);
}

int dt_axis_free_edges(struct dt_axis *axis, uint64_t start, uint64_t end, uint32_t max_cells)
{
	int shift = 0;

	while (shift < 63 && touched(start, end, shift) > max_cells)
		shift++;
	if (touched(start, end, shift) > max_cells)
		return dt_axis_fixed_edges(axis, start, end, max_cells);
	return aligned(axis, start, end, shift);
}

int dt_axis_fixed_edges(struct dt_axis *axis, uint64_t start, uint64_t end, uint32_t cells)
{
	if (end - start < cells)
		cells = (uint32_t)(end - start);
	*axis = (struct dt_axis){.start = start, .end = end, .cells = cells, .shift = -1};
	axis->scale = (double)cells / (double)(end - start);
	return fill_edges(axis);
}

void dt_axis_clear(struct dt_axis *axis)
{
	free(axis->edges);
	*axis = (struct dt_axis){0};
}

static int allocate(struct dt_address_axis *axis, uint32_t nr_segments)
{
	*axis = (struct dt_address_axis){0};
	axis->segments = calloc(nr_segments + 1, sizeof(*axis->segments));
	axis->first_column = calloc(nr_segments + 1, sizeof(*axis->first_column));
	if (axis->segments && axis->first_column)
		return 0;
	dt_address_axis_clear(axis);
	return -ENOMEM;
}

/* A new segment, whose edges the caller has just made. */
static void append(struct dt_address_axis *axis)
{
	axis->first_column[axis->nr_segments] = axis->nr_columns;
	axis->nr_columns += axis->segments[axis->nr_segments].cells;
	axis->nr_segments++;
}

void dt_address_axis_clear(struct dt_address_axis *axis)
{
	for (uint32_t i = 0; axis->segments && i < axis->nr_segments; i++)
		dt_axis_clear(&axis->segments[i]);
	free(axis->segments);
	free(axis->first_column);
	*axis = (struct dt_address_axis){0};
}

int dt_address_axis_fixed(struct dt_address_axis *axis, const struct dt_extent *ranges,
			  uint32_t nr_ranges, uint32_t max_cells)
{
	unsigned __int128 total = 0;
	int ret = allocate(axis, nr_ranges);

	for (uint32_t i = 0; i < nr_ranges; i++)
		total += ranges[i].end - ranges[i].start;
	for (uint32_t i = 0; i < nr_ranges && !ret; i++) {
		const uint64_t length = ranges[i].end - ranges[i].start;
		uint32_t cells = (uint32_t)((unsigned __int128)max_cells * length / total);

		ret = dt_axis_fixed_edges(&axis->segments[i], ranges[i].start, ranges[i].end,
					  cells ? cells : 1);
		if (!ret)
			append(axis);
	}
	if (ret)
		dt_address_axis_clear(axis);
	return ret;
}

/* The gap behind range `index`. */
struct gap {
	uint64_t length;
	size_t index;
};

static int longest_first(const void *a, const void *b)
{
	const struct gap *left = a, *right = b;

	if (left->length != right->length)
		return left->length > right->length ? -1 : 1;
	return left->index < right->index ? -1 : 1;
}

/* The monitored ranges with all gaps closed but those to fold: nr of them, or -ENOMEM. */
static int fold(const struct dt_extents *monitored, uint32_t max_cells, struct dt_extent *segments)
{
	struct gap *gaps = calloc(monitored->nr, sizeof(*gaps));
	bool *folded = calloc(monitored->nr, sizeof(*folded));
	uint64_t bytes = 0;
	size_t nr_gaps = 0;
	int nr = 0;

	if (!gaps || !folded) {
		free(gaps);
		free(folded);
		return -ENOMEM;
	}
	for (size_t i = 0; i < monitored->nr; i++)
		bytes += monitored->ranges[i].end - monitored->ranges[i].start;
	for (size_t i = 0; i + 1 < monitored->nr; i++) {
		uint64_t length = monitored->ranges[i + 1].start - monitored->ranges[i].end;

		/* length > bytes / FOLD_SHARE without its rounding */
		if ((unsigned __int128)length * FOLD_SHARE > bytes)
			gaps[nr_gaps++] = (struct gap){.length = length, .index = i};
	}
	qsort(gaps, nr_gaps, sizeof(*gaps), longest_first);
	for (size_t i = 0; i < nr_gaps && i < max_cells / CELLS_PER_FOLD; i++)
		folded[gaps[i].index] = true;
	for (size_t i = 0; i < monitored->nr; i++) {
		if (i && !folded[i - 1])
			segments[nr - 1].end = monitored->ranges[i].end;
		else
			segments[nr++] = monitored->ranges[i];
	}
	free(gaps);
	free(folded);
	return nr;
}

/* A cell that two segments touch is one cell. */
static uint64_t cells_needed(const struct dt_extent *segments, int nr, int shift)
{
	unsigned __int128 cells = 0;

	for (int i = 0; i < nr; i++) {
		cells += touched(segments[i].start, segments[i].end, shift);
		if (i && segments[i].start >> shift == (segments[i - 1].end - 1) >> shift)
			cells--;
	}
	return cells > UINT64_MAX ? UINT64_MAX : (uint64_t)cells;
}

static int lay_aligned(struct dt_address_axis *axis, struct dt_extent *segments, int nr,
		       uint32_t max_cells)
{
	int shift = 0, merged = 0, ret;

	while (shift < 63 && cells_needed(segments, nr, shift) > max_cells)
		shift++;
	if (cells_needed(segments, nr, shift) > max_cells)
		return dt_address_axis_fixed(axis, segments, (uint32_t)nr, max_cells);
	/* rounded to cells, neighbours may touch: then there is nothing left to fold */
	for (int i = 1; i < nr; i++) {
		if (segments[i].start >> shift <= ((segments[merged].end - 1) >> shift) + 1)
			segments[merged].end = segments[i].end;
		else
			segments[++merged] = segments[i];
	}
	ret = allocate(axis, (uint32_t)merged + 1);
	for (int i = 0; i <= merged && !ret; i++) {
		ret = aligned(&axis->segments[i], segments[i].start, segments[i].end, shift);
		if (!ret)
			append(axis);
	}
	if (ret)
		dt_address_axis_clear(axis);
	return ret;
}

int dt_address_axis_fold(struct dt_address_axis *axis, const struct dt_extents *monitored,
			 const struct dt_address_rule *rule)
{
	struct dt_extent *segments = calloc(monitored->nr + 1, sizeof(*segments));
	int nr, ret;

	if (!segments)
		return -ENOMEM;
	nr = fold(monitored, rule->max_cells, segments);
	if (nr < 0)
		ret = nr;
	else if (rule->fit)
		ret = dt_address_axis_fixed(axis, segments, (uint32_t)nr, rule->max_cells);
	else
		ret = lay_aligned(axis, segments, nr, rule->max_cells);
	free(segments);
	return ret;
}
