/* SPDX-License-Identifier: GPL-2.0-only */
/* Time cells that double. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/timeline.h"

/* To begin with: about a millisecond. */
#define FIRST_SHIFT 20

void dt_timeline_init(struct dt_timeline *timeline)
{
	*timeline = (struct dt_timeline){.shift = FIRST_SHIFT};
}

/* Two cells become one. */
static void coarsen(struct dt_timeline *timeline)
{
	double sum[DT_TIMELINE_CELLS] = {0}, weight[DT_TIMELINE_CELLS] = {0};
	const uint64_t base = timeline->base >> 1;
	uint32_t nr = 0;

	for (uint32_t i = 0; i < timeline->nr; i++) {
		nr = (uint32_t)(((timeline->base + i) >> 1) - base);
		sum[nr] += timeline->sum[i];
		weight[nr] += timeline->weight[i];
	}
	memcpy(timeline->sum, sum, sizeof(sum));
	memcpy(timeline->weight, weight, sizeof(weight));
	timeline->nr = nr + 1;
	timeline->base = base;
	timeline->shift++;
}

/* Cells in front, for a time that comes late. */
static void extend_front(struct dt_timeline *timeline, uint32_t by)
{
	memmove(timeline->sum + by, timeline->sum, timeline->nr * sizeof(*timeline->sum));
	memmove(timeline->weight + by, timeline->weight, timeline->nr * sizeof(*timeline->weight));
	memset(timeline->sum, 0, by * sizeof(*timeline->sum));
	memset(timeline->weight, 0, by * sizeof(*timeline->weight));
	timeline->base -= by;
	timeline->nr += by;
}

void dt_timeline_add(struct dt_timeline *timeline, uint64_t time, double value, double weight)
{
	uint64_t cell = time >> timeline->shift;

	if (!timeline->nr) {
		timeline->base = cell;
		timeline->nr = 1;
	}
	while ((cell > timeline->base ? cell - timeline->base + 1
				      : timeline->base - cell + timeline->nr) > DT_TIMELINE_CELLS) {
		coarsen(timeline);
		cell = time >> timeline->shift;
	}
	if (cell < timeline->base)
		extend_front(timeline, (uint32_t)(timeline->base - cell));
	if (cell - timeline->base >= timeline->nr)
		timeline->nr = (uint32_t)(cell - timeline->base) + 1;
	timeline->sum[cell - timeline->base] += value * weight;
	timeline->weight[cell - timeline->base] += weight;
}

void dt_timeline_hold(struct dt_timeline *timeline, uint64_t from, uint64_t until, double value)
{
	/* the last cell first: then the cells are as long as they will be, and they are few */
	while (until > from) {
		uint64_t start;

		dt_timeline_add(timeline, until - 1, value, 0);
		start = (until - 1) >> timeline->shift << timeline->shift;
		start = start > from ? start : from;
		dt_timeline_add(timeline, start, value, (double)(until - start));
		until = start;
	}
}

int dt_timeline_series(const struct dt_timeline *timeline, struct dt_series *series)
{
	series->values = malloc((timeline->nr ? timeline->nr : 1) * sizeof(*series->values));
	if (!series->values)
		return -ENOMEM;
	series->nr = timeline->nr;
	series->start_ns = timeline->base << timeline->shift;
	series->cell_ns = 1ull << timeline->shift;
	for (uint32_t i = 0; i < timeline->nr; i++)
		series->values[i] =
			timeline->weight[i] > 0 ? timeline->sum[i] / timeline->weight[i] : NAN;
	return 0;
}
