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

/* 0 or -ENOMEM. */
int dt_quantile_init(struct dt_quantile *quantile);
void dt_quantile_free(struct dt_quantile *quantile);

/* weight: how many values this one stands for; not negative. */
void dt_quantile_add(struct dt_quantile *quantile, uint64_t value, double weight);

/* The value below or at which the share q (0 to 1) of the weights lies; NaN when there is none. */
double dt_quantile_at(const struct dt_quantile *quantile, double q);

/* The usual ones, and the mean; scale: what one unit of the values is worth. */
void dt_quantile_distribution(const struct dt_quantile *quantile, double scale,
			      struct dt_distribution *distribution);

#endif
