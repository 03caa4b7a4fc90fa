/* SPDX-License-Identifier: GPL-2.0-only */
/* Bins of several series that double. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/time_bins.h"

/* To begin with: about a millisecond. */
#define FIRST_SHIFT 20

int dt_time_bins_init(struct dt_time_bins *bins, uint32_t nr_series)
{
	*bins = (struct dt_time_bins){.shift = FIRST_SHIFT, .nr_series = nr_series};
	bins->sums = calloc((size_t)DT_TIME_BINS * nr_series, sizeof(*bins->sums));
	return bins->sums ? 0 : -ENOMEM;
}

void dt_time_bins_free(struct dt_time_bins *bins)
{
	free(bins->sums);
	bins->sums = NULL;
}

/* Two bins become one: each is moved to a place that was read already, or is its own. */
static void coarsen(struct dt_time_bins *bins)
{
	const uint32_t nr_series = bins->nr_series;
	const uint64_t base = bins->base >> 1;
	uint32_t nr = 0;

	for (uint32_t i = 0; i < bins->nr; i++) {
		const uint32_t to = (uint32_t)(((bins->base + i) >> 1) - base);
		const double *from = bins->sums + (size_t)i * nr_series;
		double *sum = bins->sums + (size_t)to * nr_series;

		for (uint32_t j = 0; j < nr_series; j++)
			sum[j] = to < nr ? sum[j] + from[j] : from[j];
		nr = to + 1;
	}
	memset(bins->sums + (size_t)nr * nr_series, 0,
	       (size_t)(bins->nr - nr) * nr_series * sizeof(*bins->sums));
	bins->nr = nr;
	bins->base = base;
	bins->shift++;
}

/* Bins in front, for a time that comes late. */
static void extend_front(struct dt_time_bins *bins, uint32_t by)
{
	const size_t row = bins->nr_series * sizeof(*bins->sums);

	memmove(bins->sums + (size_t)by * bins->nr_series, bins->sums, bins->nr * row);
	memset(bins->sums, 0, by * row);
	bins->base -= by;
	bins->nr += by;
}

void dt_time_bins_reach(struct dt_time_bins *bins, uint64_t time)
{
	uint64_t bin = time >> bins->shift;

	if (!bins->nr) {
		bins->base = bin;
		bins->nr = 1;
	}
	while ((bin > bins->base ? bin - bins->base + 1 : bins->base - bin + bins->nr) >
	       DT_TIME_BINS) {
		coarsen(bins);
		bin = time >> bins->shift;
	}
	if (bin < bins->base)
		extend_front(bins, (uint32_t)(bins->base - bin));
	if (bin - bins->base >= bins->nr)
		bins->nr = (uint32_t)(bin - bins->base) + 1;
}
