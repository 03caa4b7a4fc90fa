/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The values of one step as arrays, and what all judgements of them share: the median and the
 * means over a sliding window. Pure arithmetic; times in seconds from the start of the step.
 */
#ifndef ANALYZERS_GOAL_SERIES_H
#define ANALYZERS_GOAL_SERIES_H

#include <stdbool.h>
#include <stddef.h>

/* What the judgement is made with; see DEFINITIONS. */
struct dt_goal_rules {
	double period, window; /* s */
	double band;	       /* bp */
	double drift_limit;    /* bp/h */
};

/* A step: times ascending from t[0] = 0, each value held until the next. Arrays are borrowed. */
struct dt_goal_series {
	size_t n; /* at least 1 */
	const double *t, *y;
	double target;
	double initial; /* the value before the step */
};

/* Length of the step, s. */
double dt_goal_length(const struct dt_goal_series *series);

/* A single goal value is within the band, or on the other side of the target than the one before */
bool dt_goal_touches(const struct dt_goal_series *series, double band, size_t i);

/*
 * The time-weighted mean over [t, t + window) for each evaluation from which the window fits into
 * the step. *count of them; *means is the caller's to free, NULL when there are none. 0 or -ENOMEM.
 */
int dt_goal_means(const struct dt_goal_series *series, double window, double **means,
		  size_t *count);

/* The median of values, which are left in another order; NaN of none. */
double dt_goal_median(double *values, size_t n);

/* For qsort of doubles without NaN. */
int dt_goal_ascending(const void *a, const void *b);

#endif
