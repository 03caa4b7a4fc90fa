/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_interval.h. */
#include <float.h>
#include <math.h>

#include "analyzers/goal_interval.h"

/* With fewer independent values nothing is said of the mean. */
#define LEAST_EFFECTIVE 5

#define SHARE 0.95

/* The continued fraction converges in far fewer terms for all that is asked here. */
#define MOST_TERMS 10000
/* Halvings of the bracket: past the precision of a double. */
#define HALVINGS 200

/*
 * Continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz' method, for
 * x < (a + 1) / (a + b + 2).
 */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = DBL_MIN / DBL_EPSILON;
	double c = 1, d = 1 - (a + b) * x / (a + 1), value;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	value = d;
	for (int m = 1; m < MOST_TERMS; m++) {
		const double terms[2] = {
			m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
			-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
		};
		double change = 1;

		for (int i = 0; i < 2; i++) {
			d = 1 + terms[i] * d;
			d = 1 / (fabs(d) < tiny ? tiny : d);
			c = 1 + terms[i] / c;
			c = fabs(c) < tiny ? tiny : c;
			change *= c * d;
			value *= c * d;
		}
		if (fabs(change - 1) < DBL_EPSILON)
			break;
	}
	return value;
}

/* Regularised incomplete beta function. */
static double beta_share(double a, double b, double x)
{
	int sign;
	double front;

	if (x <= 0 || x >= 1)
		return x > 0;
	front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) + a * log(x) +
		    b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/* Share of Student's distribution outside of -t..t. */
static double student_outside(double t, double df)
{
	return beta_share(df / 2, 0.5, df / (df + t * t));
}

double dt_student_two_sided(double share, double df)
{
	double low = 0, high = 1;

	while (student_outside(high, df) > 1 - share && high < DBL_MAX / 4)
		high *= 2;
	for (int i = 0; i < HALVINGS && low < high; i++) {
		const double middle = (low + high) / 2;

		if (middle <= low || middle >= high)
			break;
		if (student_outside(middle, df) > 1 - share)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

double dt_goal_half_interval(const double *y, size_t n, double mean)
{
	double squares = 0, products = 0, rho, effective, deviation;

	for (size_t i = 0; i < n; i++) {
		squares += (y[i] - mean) * (y[i] - mean);
		if (i)
			products += (y[i] - mean) * (y[i - 1] - mean);
	}
	if (n < LEAST_EFFECTIVE)
		return NAN;
	rho = squares > 0 ? products / squares : 0;
	/* the estimate of a short series is too low (Kendall 1954) */
	rho += (1 + 3 * rho) / (double)n;
	rho = fmax(rho, 0);
	effective = (double)n * (1 - rho) / (1 + rho);
	if (!(effective >= LEAST_EFFECTIVE))
		return NAN;
	/* and so is the deviation around a mean that follows the values */
	deviation = sqrt(squares / (double)n * effective / (effective - 1));
	return dt_student_two_sided(SHARE, effective - 1) * deviation / sqrt(effective);
}

/* What is weighted by time: each value lasts until the next, the last one not at all. */
static void weigh(struct dt_goal_steady *steady, const struct dt_goal_series *series, double band)
{
	double within = 0, area = 0, length;

	length = dt_goal_length(series) - series->t[steady->first];
	for (size_t i = steady->first; i + 1 < series->n; i++) {
		const double error = fabs(series->y[i] - series->target);
		const double held = series->t[i + 1] - series->t[i];

		within += error <= band ? held : 0;
		area += error * held;
	}
	/* the sums of all lengths may round up beyond the whole */
	steady->sojourn = length > 0 ? fmin(within / length, 1) : NAN;
	steady->iae = length > 0 ? area / length : NAN;
}

void dt_goal_hold(struct dt_goal_steady *steady, const struct dt_goal_series *series, double band)
{
	const double *y = series->y + steady->first;
	const size_t n = series->n - steady->first;
	double sum = 0, squares = 0, half;

	for (size_t i = 0; i < n; i++)
		sum += y[i];
	steady->count = n;
	steady->start_s = series->t[steady->first];
	steady->mean = sum / (double)n;
	steady->error = steady->mean - series->target;
	for (size_t i = 0; i < n; i++)
		squares += (y[i] - steady->mean) * (y[i] - steady->mean);
	steady->sd = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
	half = dt_goal_half_interval(y, n, steady->mean);
	steady->low = steady->mean - half;
	steady->high = steady->mean + half;
	weigh(steady, series, band);
}
