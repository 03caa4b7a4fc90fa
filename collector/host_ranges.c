/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of address ranges: memory blocks are many and small, a node's memory is few and large. */
#include <errno.h>
#include <stdlib.h>

#include "collector/host_impl.h"

int dt_ranges_add(struct dt_ranges *ranges, uint64_t start, uint64_t end)
{
	if (start >= end)
		return 0;
	if (ranges->nr == ranges->room) {
		const size_t room = ranges->room ? ranges->room * 2 : 16;
		struct dt_address_range *at = realloc(ranges->at, room * sizeof(*at));

		if (!at)
			return -ENOMEM;
		ranges->at = at;
		ranges->room = room;
	}
	ranges->at[ranges->nr++] = (struct dt_address_range){start, end};
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct dt_address_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

void dt_ranges_settle(struct dt_ranges *ranges)
{
	size_t kept = 0;

	if (!ranges->nr)
		return;
	qsort(ranges->at, ranges->nr, sizeof(*ranges->at), by_start);
	for (size_t i = 1; i < ranges->nr; i++) {
		struct dt_address_range *last = &ranges->at[kept];

		if (ranges->at[i].start > last->end)
			ranges->at[++kept] = ranges->at[i];
		else if (ranges->at[i].end > last->end)
			last->end = ranges->at[i].end;
	}
	ranges->nr = kept + 1;
}

int dt_ranges_common(const struct dt_ranges *a, const struct dt_ranges *b, struct dt_ranges *common)
{
	size_t i = 0, j = 0;
	int ret = 0;

	while (i < a->nr && j < b->nr && !ret) {
		const struct dt_address_range *left = &a->at[i], *right = &b->at[j];

		ret = dt_ranges_add(common, left->start > right->start ? left->start : right->start,
				    left->end < right->end ? left->end : right->end);
		if (left->end < right->end)
			i++;
		else
			j++;
	}
	return ret;
}
