/* SPDX-License-Identifier: GPL-2.0-only */
/* The steady part of a step: mean, error, deviation, and how well the mean is known. */
#ifndef ANALYZERS_GOAL_INTERVAL_H
#define ANALYZERS_GOAL_INTERVAL_H

#include "analyzers/goal_series.h"
#include "damon-trace/goal.h"

/*
 * Fill the figures of steady, whose settled and first are set, from the evaluations of the series
 * from steady->first on.
 */
void dt_goal_hold(struct dt_goal_steady *steady, const struct dt_goal_series *series, double band);

/*
 * Half of the 95 % interval of the mean of y, which may be correlated from one value to the next
 * (AR(1)). NaN when there is too little to tell.
 */
double dt_goal_half_interval(const double *y, size_t n, double mean);

/* t such that Student's distribution with df > 0 (not whole) lies within -t..t with `share`. */
double dt_student_two_sided(double share, double df);

#endif
