/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of address ranges. */
#include <stdlib.h>
#include <string.h>

#include "analyzers/extents.h"

void dt_extents_free(struct dt_extents *extents)
{
	free(extents->ranges);
	*extents = (struct dt_extents){0};
}

/* Index of the first range that ends at or behind `start`. */
static size_t find(const struct dt_extents *extents, uint64_t start)
{
	size_t low = 0, high = extents->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (extents->ranges[middle].end < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void remove_ranges(struct dt_extents *extents, size_t at, size_t nr)
{
	memmove(&extents->ranges[at], &extents->ranges[at + nr],
		(extents->nr - at - nr) * sizeof(extents->ranges[0]));
	extents->nr -= nr;
}

static void close_smallest_gap(struct dt_extents *extents)
{
	size_t best = 0;

	for (size_t i = 1; i + 1 < extents->nr; i++)
		if (extents->ranges[i + 1].start - extents->ranges[i].end <
		    extents->ranges[best + 1].start - extents->ranges[best].end)
			best = i;
	extents->ranges[best].end = extents->ranges[best + 1].end;
	remove_ranges(extents, best + 1, 1);
}

static bool insert(struct dt_extents *extents, size_t at, uint64_t start, uint64_t end)
{
	if (extents->nr == extents->room) {
		size_t room = extents->room ? extents->room * 2 : 16;
		struct dt_extent *ranges = realloc(extents->ranges, room * sizeof(*ranges));

		if (!ranges)
			return false;
		extents->ranges = ranges;
		extents->room = room;
	}
	memmove(&extents->ranges[at + 1], &extents->ranges[at],
		(extents->nr - at) * sizeof(extents->ranges[0]));
	extents->ranges[at] = (struct dt_extent){.start = start, .end = end};
	extents->nr++;
	return true;
}

void dt_extents_add_slow(struct dt_extents *extents, uint64_t start, uint64_t end)
{
	size_t at = find(extents, start), joined = 0;

	if (start >= end)
		return;
	while (at + joined < extents->nr && extents->ranges[at + joined].start <= end)
		joined++;
	if (!joined) {
		if (!insert(extents, at, start, end)) {
			extents->failed = true;
			return;
		}
	} else {
		struct dt_extent *range = &extents->ranges[at];

		if (start < range->start)
			range->start = start;
		if (extents->ranges[at + joined - 1].end > end)
			end = extents->ranges[at + joined - 1].end;
		range->end = end;
		remove_ranges(extents, at + 1, joined - 1);
	}
	extents->last = at;
	if (extents->nr > DT_EXTENTS_MAX)
		close_smallest_gap(extents);
}

void dt_extents_add_all(struct dt_extents *extents, const struct dt_extents *others)
{
	for (size_t i = 0; i < others->nr; i++)
		dt_extents_add(extents, others->ranges[i].start, others->ranges[i].end);
}
