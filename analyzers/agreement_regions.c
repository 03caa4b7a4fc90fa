/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of regions: neighbouring units that DAMON saw nearly alike, DAMON's rate beside the
 * samples, those first where they disagree most. Disagreement: the region's share of DAMON's heat
 * (rate x bytes) minus its share of the samples.
 */
#include <math.h>
#include <stdlib.h>

#include "analyzers/agreement.h"

/* Rates that differ by no more than this part of the highest are alike. */
#define ALIKE 0.05
/* Rows kept, and those that people see. */
#define MOST_ROWS 256
#define TEXT_ROWS 12

enum column {
	COLUMN_START,
	COLUMN_END,
	COLUMN_BYTES,
	COLUMN_DISAGREEMENT,
	COLUMN_HEAT_SHARE,
	COLUMN_SAMPLE_SHARE,
	COLUMN_RATE,
	COLUMN_DENSITY,
	COLUMN_PEAK,
	COLUMN_SAMPLES,
	NR_COLUMNS,
};

static const struct dt_heading columns[NR_COLUMNS] = {
	{"start", "start", DT_UNIT_ADDRESS},
	{"end", NULL, DT_UNIT_ADDRESS},
	{"bytes", "size", DT_UNIT_BYTES},
	{"disagreement", "DAMON more by", DT_UNIT_SHARE},
	{"heat_share", "of heat", DT_UNIT_SHARE},
	{"sample_share", "of samples", DT_UNIT_SHARE},
	{"rate", "rate", DT_UNIT_NONE},
	{"samples_per_mb", "per MB", DT_UNIT_NONE},
	{"densest_per_mb", "densest", DT_UNIT_NONE},
	{"samples", "samples", DT_UNIT_COUNT},
};

struct region {
	uint64_t start, end;
	double bytes, heat, samples, densest;
	double disagreement;
};

/* The largest ones so far: a heap, the smallest on top. */
struct heap {
	size_t nr, all;
	struct region regions[MOST_ROWS];
};

/* Is left further down the table than right? */
static bool below(const struct region *left, const struct region *right)
{
	const double a = fabs(left->disagreement), b = fabs(right->disagreement);

	return a < b || (!(a > b) && left->start > right->start);
}

static int furthest_first(const void *a, const void *b)
{
	return below(a, b) ? 1 : -1;
}

static void sift_down(struct heap *heap)
{
	size_t at = 0;

	for (;;) {
		size_t least = at;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->nr; child++)
			if (below(&heap->regions[child], &heap->regions[least]))
				least = child;
		if (least == at)
			return;
		struct region other = heap->regions[at];

		heap->regions[at] = heap->regions[least];
		heap->regions[least] = other;
		at = least;
	}
}

static void add_region(struct heap *heap, const struct region *region)
{
	size_t at = heap->nr;

	heap->all++;
	if (heap->nr == MOST_ROWS) {
		if (below(region, &heap->regions[0]))
			return;
		heap->regions[0] = *region;
		sift_down(heap);
		return;
	}
	heap->regions[heap->nr++] = *region;
	for (; at && below(&heap->regions[at], &heap->regions[(at - 1) / 2]); at = (at - 1) / 2) {
		struct region other = heap->regions[at];

		heap->regions[at] = heap->regions[(at - 1) / 2];
		heap->regions[(at - 1) / 2] = other;
	}
}

static double density(const struct dt_unit_sum *unit)
{
	return (double)(unit->samples[0] + unit->samples[1]) / unit->bytes * 1e6;
}

static void add_unit(struct region *region, const struct dt_unit_sum *unit, uint64_t end)
{
	region->end = end;
	region->bytes += unit->bytes;
	region->heat += unit->rate * unit->bytes;
	region->samples += (double)(unit->samples[0] + unit->samples[1]);
	region->densest = fmax(region->densest, density(unit));
}

/* Cut the units into regions; the sums are those of all. */
static void find_regions(const struct dt_units *units, struct heap *heap)
{
	const uint64_t size = 1ull << units->shift;
	double heat = 0, samples = 0, highest = 0;

	for (size_t i = 0; i < units->nr_settled; i++) {
		heat += units->settled[i].rate * units->settled[i].bytes;
		samples += (double)(units->settled[i].samples[0] + units->settled[i].samples[1]);
		highest = fmax(highest, units->settled[i].rate);
	}
	for (size_t i = 0; i < units->nr_settled;) {
		struct region region = {.start = units->settled[i].start};

		do {
			add_unit(&region, &units->settled[i], units->settled[i].start + size);
			i++;
		} while (i < units->nr_settled && units->settled[i].start == region.end &&
			 fabs(units->settled[i].rate - region.heat / region.bytes) <=
				 ALIKE * highest);
		region.disagreement = (heat > 0 ? region.heat / heat : 0) -
				      (samples > 0 ? region.samples / samples : 0);
		region.heat = region.heat / region.bytes;
		add_region(heap, &region);
	}
}

static void fill_row(struct dt_value *row, const struct region *region, double heat, double samples)
{
	dt_value_integer(row, COLUMN_START, region->start);
	dt_value_integer(row, COLUMN_END, region->end);
	dt_value_number(row, COLUMN_BYTES, region->bytes);
	dt_value_number(row, COLUMN_RATE, region->heat);
	dt_value_number(row, COLUMN_SAMPLES, region->samples);
	dt_value_number(row, COLUMN_DENSITY, region->samples / region->bytes * 1e6);
	dt_value_number(row, COLUMN_PEAK, region->densest);
	dt_value_number(row, COLUMN_HEAT_SHARE,
			heat > 0 ? region->heat * region->bytes / heat : NAN);
	dt_value_number(row, COLUMN_SAMPLE_SHARE, samples > 0 ? region->samples / samples : NAN);
	dt_value_number(row, COLUMN_DISAGREEMENT, region->disagreement);
}

void dt_agreement_regions(const struct dt_units *units, struct dt_section *section)
{
	struct heap *heap = calloc(1, sizeof(*heap));
	double heat = 0, samples = 0;
	struct dt_table *table;

	table = dt_section_table(section, "regions", "Regions, the furthest apart first", columns,
				 NR_COLUMNS);
	if (!heap || !table) {
		free(heap);
		return;
	}
	table->text_rows = TEXT_ROWS;
	for (size_t i = 0; i < units->nr_settled; i++) {
		heat += units->settled[i].rate * units->settled[i].bytes;
		samples += (double)(units->settled[i].samples[0] + units->settled[i].samples[1]);
	}
	find_regions(units, heap);
	qsort(heap->regions, heap->nr, sizeof(heap->regions[0]), furthest_first);
	for (size_t i = 0; i < heap->nr; i++)
		fill_row(dt_table_row(table), &heap->regions[i], heat, samples);
	dt_section_integer(section, "regions_all", NULL, DT_UNIT_COUNT, heap->all);
	free(heap);
}
