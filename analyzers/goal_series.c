/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_series.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/goal_series.h"

double dt_goal_length(const struct dt_goal_series *series)
{
	return series->t[series->n - 1];
}

bool dt_goal_touches(const struct dt_goal_series *series, double band, size_t i)
{
	const double error = series->y[i] - series->target;

	if (fabs(error) <= band)
		return true;
	return i > 0 && (error > 0) != (series->y[i - 1] - series->target > 0);
}

/* integral[i]: of the values from the start to t[i]. Long double: it is exact for whole bp. */
static long double *integrate(const struct dt_goal_series *series)
{
	long double *integral = malloc(series->n * sizeof(*integral));

	if (!integral)
		return NULL;
	integral[0] = 0;
	for (size_t i = 1; i < series->n; i++)
		integral[i] = integral[i - 1] +
			      (long double)series->y[i - 1] * (series->t[i] - series->t[i - 1]);
	return integral;
}

int dt_goal_means(const struct dt_goal_series *series, double window, double **means, size_t *count)
{
	const double end = dt_goal_length(series);
	long double *integral;
	size_t nr = 0, k = 0;

	*means = NULL;
	*count = 0;
	while (nr < series->n && series->t[nr] + window <= end)
		nr++;
	if (!nr || !(window > 0))
		return 0;
	integral = integrate(series);
	*means = malloc(nr * sizeof(**means));
	if (!integral || !*means) {
		free(integral);
		free(*means);
		*means = NULL;
		return -ENOMEM;
	}
	for (size_t i = 0; i < nr; i++) {
		const double stop = series->t[i] + window;

		while (k + 1 < series->n && series->t[k + 1] <= stop)
			k++;
		(*means)[i] = (double)((integral[k] - integral[i] +
					(long double)series->y[k] * (stop - series->t[k])) /
				       window);
	}
	free(integral);
	*count = nr;
	return 0;
}

int dt_goal_ascending(const void *a, const void *b)
{
	const double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

double dt_goal_median(double *values, size_t n)
{
	if (!n)
		return NAN;
	qsort(values, n, sizeof(*values), dt_goal_ascending);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
