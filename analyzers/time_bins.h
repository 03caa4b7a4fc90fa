/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several counts over time in fixed memory and one pass, whatever the order of the records: bins
 * that are aligned powers of two of ns, and double when the recording grows beyond them.
 */
#ifndef ANALYZERS_TIME_BINS_H
#define ANALYZERS_TIME_BINS_H

#include <stdint.h>

/* Bins at most; after doubling half as many are in use. */
#define DT_TIME_BINS 512

struct dt_time_bins {
	unsigned shift; /* a bin is 1 << shift ns */
	uint64_t base;	/* number of the first bin */
	uint32_t nr;	/* bins in use */
	uint32_t nr_series;
	double *sums; /* series j of bin i: sums[i * nr_series + j] */
};

/* 0 or -ENOMEM. */
int dt_time_bins_init(struct dt_time_bins *bins, uint32_t nr_series);
void dt_time_bins_free(struct dt_time_bins *bins);

/* Make room for a time, ns. */
void dt_time_bins_reach(struct dt_time_bins *bins, uint64_t time);

/* The sums of the bin of a time, nr_series of them, to be added to. */
static inline double *dt_time_bins_at(struct dt_time_bins *bins, uint64_t time)
{
	if (__builtin_expect((time >> bins->shift) - bins->base >= bins->nr, 0))
		dt_time_bins_reach(bins, time);
	return bins->sums + ((time >> bins->shift) - bins->base) * bins->nr_series;
}

static inline uint64_t dt_time_bins_start(const struct dt_time_bins *bins)
{
	return bins->base << bins->shift;
}

static inline uint64_t dt_time_bins_step(const struct dt_time_bins *bins)
{
	return 1ull << bins->shift;
}

#endif
