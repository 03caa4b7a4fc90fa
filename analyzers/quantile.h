/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quantiles of any number of values in fixed memory: counts in buckets that grow with the value, so
 * that a quantile is off by less than 1/256 of itself. Smallest and largest are exact.
 */
#ifndef ANALYZERS_QUANTILE_H
#define ANALYZERS_QUANTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "damon-trace/distribution.h"

struct dt_quantile {
	double total;	    /* sum of the weights */
	double sum;	    /* of weight x value */
	uint64_t low, high; /* smallest and largest value; low > high: none */
	double *counts;	    /* per bucket */
};

/* Buckets per power of two, 2^7: the width of one is 1/128 of its value, the middle 1/256 away. */
#define DT_QUANTILE_BITS 7
#define DT_QUANTILE_SUB	 (1u << DT_QUANTILE_BITS)

/* 0 or -ENOMEM. */
int dt_quantile_init(struct dt_quantile *quantile);
void dt_quantile_free(struct dt_quantile *quantile);

/* weight: how many values this one stands for; not negative. */
void dt_quantile_add(struct dt_quantile *quantile, uint64_t value, double weight);

/* The bucket of a value; values below DT_QUANTILE_SUB have one each. */
static inline uint32_t dt_quantile_bucket(uint64_t value)
{
	unsigned shift;

	if (value < DT_QUANTILE_SUB)
		return (uint32_t)value;
	shift = 63 - (unsigned)__builtin_clzll(value) - DT_QUANTILE_BITS;
	return (shift + 1) * DT_QUANTILE_SUB + (uint32_t)((value >> shift) - DT_QUANTILE_SUB);
}

/* One value that stands for itself: dt_quantile_add with weight 1, for loops over samples. */
static inline void dt_quantile_count(struct dt_quantile *quantile, uint64_t value)
{
	quantile->counts[dt_quantile_bucket(value)] += 1;
	quantile->total += 1;
	quantile->sum += (double)value;
	if (__builtin_expect(value < quantile->low, 0))
		quantile->low = value;
	if (__builtin_expect(value > quantile->high, 0))
		quantile->high = value;
}

/* Add what another one counted: the same as if its values had been added here. */
void dt_quantile_merge(struct dt_quantile *quantile, const struct dt_quantile *other);

/* The value below or at which the share q (0 to 1) of the weights lies; NaN when there is none. */
double dt_quantile_at(const struct dt_quantile *quantile, double q);

/* The usual ones, and the mean; scale: what one unit of the values is worth. */
void dt_quantile_distribution(const struct dt_quantile *quantile, double scale,
			      struct dt_distribution *distribution);

#endif
