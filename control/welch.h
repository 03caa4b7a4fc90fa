/* SPDX-License-Identifier: GPL-2.0-only */
/* Means of repeated windows, and whether two of them differ (Welch's t test). */
#ifndef CONTROL_WELCH_H
#define CONTROL_WELCH_H

#include <stdbool.h>

/* A running mean and its spread (Welford). All zero: no values. */
struct dt_sum {
	unsigned n;
	double mean, squares; /* squares: sum of the squared deviations */
};

void dt_sum_add(struct dt_sum *sum, double value);

/* Standard error of the mean; NaN with fewer than two values. */
double dt_sum_error(const struct dt_sum *sum);

/*
 * Half of the interval that holds the difference of the two means with the given share (0 to 1).
 * NaN when either has fewer than two values.
 */
double dt_welch_half(const struct dt_sum *a, const struct dt_sum *b, double share);

#endif
