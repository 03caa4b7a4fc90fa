/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of address ranges: what was monitored, or where samples fell. */
#ifndef ANALYZERS_EXTENTS_H
#define ANALYZERS_EXTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Most ranges kept. When there are more, those with the smallest gap between them become one:
 * such gaps are far too small to be folded away in a picture.
 */
#define DT_EXTENTS_MAX 4096

/* [start, end) in bytes. */
struct dt_extent {
	uint64_t start, end;
};

/* Sorted, disjoint, not touching. A zeroed struct is the empty set. */
struct dt_extents {
	size_t nr, room;
	struct dt_extent *ranges;
	size_t last; /* index of the range that held the last one added */
	bool failed; /* out of memory: ranges are missing */
};

void dt_extents_add_slow(struct dt_extents *extents, uint64_t start, uint64_t end);
void dt_extents_free(struct dt_extents *extents);

/* Add [start, end); nothing when it is empty. */
static inline void dt_extents_add(struct dt_extents *extents, uint64_t start, uint64_t end)
{
	if (extents->last < extents->nr && start >= extents->ranges[extents->last].start &&
	    end <= extents->ranges[extents->last].end)
		return;
	dt_extents_add_slow(extents, start, end);
}

/* Add all ranges of another set. */
void dt_extents_add_all(struct dt_extents *extents, const struct dt_extents *others);

#endif
