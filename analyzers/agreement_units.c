/* SPDX-License-Identifier: GPL-2.0-only */
/* See agreement_units.h. */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/agreement_units.h"
#include "analyzers/blocks.h"

/* Number the blocks of all ranges; ranges that end and begin in one block share it. */
static uint64_t number_blocks(struct dt_units *units)
{
	uint64_t nr = 0, last = 0;

	for (size_t i = 0; i < units->extents->nr; i++) {
		const struct dt_extent *range = &units->extents->ranges[i];
		const uint64_t first = range->start >> units->shift;
		const uint64_t end = (range->end - 1) >> units->shift;

		if (nr && first == last)
			nr--;
		if (nr < DT_UNITS_MAX)
			units->first_unit[i] = (uint32_t)nr;
		units->first_block[i] = first;
		/* the whole of 64 bits may be monitored */
		if (end - first >= UINT64_MAX - nr)
			return UINT64_MAX;
		nr += end - first + 1;
		last = end;
	}
	return nr;
}

int dt_units_lay(struct dt_units *units, const struct dt_extents *extents)
{
	uint64_t nr;

	*units = (struct dt_units){.shift = DT_BLOCK_SHIFT, .extents = extents};
	units->first_unit = calloc(extents->nr, sizeof(*units->first_unit));
	units->first_block = calloc(extents->nr, sizeof(*units->first_block));
	if (!units->first_unit || !units->first_block)
		return -ENOMEM;
	while ((nr = number_blocks(units)) > DT_UNITS_MAX)
		units->shift++;
	units->nr = (size_t)nr;
	units->heat = calloc(units->nr + 1, sizeof(*units->heat));
	units->area = calloc(units->nr + 1, sizeof(*units->area));
	units->samples = calloc(units->nr + 1, sizeof(*units->samples));
	return units->heat && units->area && units->samples ? 0 : -ENOMEM;
}

void dt_units_free(struct dt_units *units)
{
	free(units->first_unit);
	free(units->first_block);
	free(units->heat);
	free(units->area);
	free(units->samples);
	free(units->settled);
	*units = (struct dt_units){0};
}

static void add_run(struct dt_units *units, size_t first, size_t end, uint64_t bytes,
		    uint64_t accesses, uint64_t ns)
{
	const dt_wide area = (dt_wide)bytes * ns;

	units->area[first] += area;
	units->area[end] -= area;
	units->heat[first] += area * accesses;
	units->heat[end] -= area * accesses;
}

/* [start, end) lies in one range. */
static void add_piece(struct dt_units *units, uint32_t range, uint64_t start, uint64_t end,
		      uint64_t accesses, uint64_t ns)
{
	const uint64_t size = 1ull << units->shift, mask = size - 1;
	const size_t base = units->first_unit[range];
	const size_t first = base + (size_t)((start >> units->shift) - units->first_block[range]);
	const size_t last =
		base + (size_t)(((end - 1) >> units->shift) - units->first_block[range]);
	size_t from = first, to = last + 1;

	if (first == last) {
		add_run(units, first, first + 1, end - start, accesses, ns);
		return;
	}
	if (start & mask) {
		add_run(units, first, first + 1, size - (start & mask), accesses, ns);
		from++;
	}
	if (end & mask) {
		add_run(units, last, last + 1, end & mask, accesses, ns);
		to--;
	}
	if (from < to)
		add_run(units, from, to, size, accesses, ns);
}

/* The first range that ends above the address. */
static uint32_t find_range(const struct dt_units *units, uint64_t address)
{
	const struct dt_extent *ranges = units->extents->ranges;
	uint32_t low = 0, high = (uint32_t)units->extents->nr;
	const uint32_t hint = units->range_hint;

	if (address < ranges[hint].end && (!hint || address >= ranges[hint - 1].end))
		return hint;
	while (low < high) {
		const uint32_t middle = (low + high) / 2;

		if (ranges[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void dt_units_region(struct dt_units *units, uint64_t start, uint64_t end, uint64_t accesses,
		     uint64_t ns)
{
	if (start >= end)
		return;
	for (uint32_t i = find_range(units, start); i < units->extents->nr; i++) {
		const struct dt_extent *range = &units->extents->ranges[i];
		const uint64_t from = start > range->start ? start : range->start;
		const uint64_t to = end < range->end ? end : range->end;

		if (range->start >= end)
			break;
		units->range_hint = i;
		if (from < to)
			add_piece(units, i, from, to, accesses, ns);
	}
}

/* The start of every unit's block. */
static void name_blocks(const struct dt_units *units, uint64_t *starts)
{
	for (size_t i = 0; i < units->extents->nr; i++) {
		const uint64_t last = (units->extents->ranges[i].end - 1) >> units->shift;

		for (uint64_t block = units->first_block[i]; block <= last; block++)
			starts[units->first_unit[i] + (block - units->first_block[i])] =
				block << units->shift;
	}
}

int dt_units_settle(struct dt_units *units, double scale, uint64_t total_ns, uint64_t *lost)
{
	uint64_t *starts = calloc(units->nr, sizeof(*starts));
	dt_wide heat = 0, area = 0;

	units->settled = calloc(units->nr, sizeof(*units->settled));
	if (!starts || !units->settled) {
		free(starts);
		return -ENOMEM;
	}
	name_blocks(units, starts);
	*lost = 0;
	for (size_t i = 0; i < units->nr; i++) {
		struct dt_unit_sum *unit = &units->settled[units->nr_settled];

		heat += units->heat[i];
		area += units->area[i];
		if (!area || !total_ns) {
			*lost += units->samples[i][0] + units->samples[i][1];
			continue;
		}
		*unit = (struct dt_unit_sum){
			.start = starts[i],
			.bytes = (double)area / (double)total_ns,
			.rate = (double)heat / (double)area * scale,
			.samples = {units->samples[i][0], units->samples[i][1]}};
		units->nr_settled++;
	}
	free(starts);
	return 0;
}
