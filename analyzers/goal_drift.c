/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See goal_drift.h. The slope is Theil's and Sen's with Sen's interval, the test Mann's and
 * Kendall's with the variance of Hamed and Rao (J. Hydrology 204, 1998) for correlated values:
 * without it an autocorrelated loop seems to drift. The interval uses that variance too.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/goal_drift.h"

#define BLOCK_PERIODS 50
#define MOST_BLOCKS   500
#define LEAST_BLOCKS  20
#define LAGS	      10

#define SIGNIFICANCE 0.01
/* The normal distribution lies within -Z95..Z95 with 95 %. */
#define Z95 1.959963984540054

#define SECONDS_PER_HOUR 3600.0

struct blocks {
	size_t n;
	double t[MOST_BLOCKS]; /* h */
	double y[MOST_BLOCKS];
};

static void fill(struct blocks *blocks, const struct dt_goal_series *series, size_t first,
		 double period)
{
	const double start = series->t[first], length = dt_goal_length(series) - start;
	double block = BLOCK_PERIODS * period;
	size_t i = first, nr = block > 0 ? (size_t)fmin(length / block, MOST_BLOCKS + 1) : 0;

	if (nr > MOST_BLOCKS) {
		nr = MOST_BLOCKS;
		block = length / MOST_BLOCKS;
	}
	blocks->n = 0;
	for (size_t b = 0; b < nr; b++) {
		double sum = 0;
		size_t count = 0;

		for (; i < series->n && series->t[i] < start + (double)(b + 1) * block; i++) {
			sum += series->y[i];
			count++;
		}
		/* a block in which nothing was evaluated says nothing */
		if (!count)
			continue;
		blocks->t[blocks->n] = (start + ((double)b + 0.5) * block) / SECONDS_PER_HOUR;
		blocks->y[blocks->n++] = sum / (double)count;
	}
}

/* All slopes, ascending; *nr of them. NULL when memory is out. */
static double *find_slopes(const struct blocks *blocks, size_t *nr)
{
	double *slopes = malloc(blocks->n * (blocks->n - 1) / 2 * sizeof(*slopes));

	*nr = 0;
	if (!slopes)
		return NULL;
	for (size_t i = 0; i < blocks->n; i++)
		for (size_t j = i + 1; j < blocks->n; j++)
			slopes[(*nr)++] =
				(blocks->y[j] - blocks->y[i]) / (blocks->t[j] - blocks->t[i]);
	qsort(slopes, *nr, sizeof(*slopes), dt_goal_ascending);
	return slopes;
}

/* Ranks from 1; equal values share the mean of theirs. */
static void rank(const double *values, size_t n, double *ranks)
{
	for (size_t i = 0; i < n; i++) {
		size_t below = 0, equal = 0;

		for (size_t j = 0; j < n; j++) {
			below += values[j] < values[i];
			equal += values[j] == values[i];
		}
		ranks[i] = (double)below + ((double)equal + 1) / 2;
	}
}

/* How much larger the variance of S is for these values than for independent ones; at least 1. */
static double inflation(const struct blocks *blocks, double slope)
{
	const double n = (double)blocks->n, mean = (n + 1) / 2;
	double rest[MOST_BLOCKS], ranks[MOST_BLOCKS], squares = 0, sum = 0;

	for (size_t i = 0; i < blocks->n; i++)
		rest[i] = blocks->y[i] - slope * blocks->t[i];
	rank(rest, blocks->n, ranks);
	for (size_t i = 0; i < blocks->n; i++)
		squares += (ranks[i] - mean) * (ranks[i] - mean);
	for (size_t lag = 1; lag <= LAGS && lag < blocks->n; lag++) {
		const double l = (double)lag;
		double products = 0;

		for (size_t i = lag; i < blocks->n; i++)
			products += (ranks[i] - mean) * (ranks[i - lag] - mean);
		if (squares > 0)
			sum += (n - l) * (n - l - 1) * (n - l - 2) * products / squares;
	}
	return fmax(1, 1 + 2 * sum / (n * (n - 1) * (n - 2)));
}

/* Mann-Kendall's S, and its variance for independent values, with the correction for ties. */
static double concordance(const struct blocks *blocks, double *variance)
{
	const double n = (double)blocks->n;
	double sum = 0, ties = 0;

	for (size_t i = 0; i < blocks->n; i++) {
		size_t equal = 0, before = 0;

		for (size_t j = 0; j < blocks->n; j++) {
			equal += blocks->y[j] == blocks->y[i];
			before += j < i && blocks->y[j] == blocks->y[i];
			if (j > i)
				sum += (blocks->y[j] > blocks->y[i]) -
				       (blocks->y[j] < blocks->y[i]);
		}
		/* each group of equal values once, at its first */
		if (!before) {
			const double t = (double)equal;

			ties += t * (t - 1) * (2 * t + 5);
		}
	}
	*variance = (n * (n - 1) * (2 * n + 5) - ties) / 18;
	return sum;
}

static void judge(struct dt_goal_drift *drift, double limit)
{
	if (drift->low >= -limit && drift->high <= limit)
		drift->verdict = DT_DRIFT_NONE;
	else if ((drift->low > limit || drift->high < -limit) && drift->p < SIGNIFICANCE)
		drift->verdict = DT_DRIFT_DRIFTING;
}

int dt_goal_find_drift(struct dt_goal_drift *drift, const struct dt_goal_series *series,
		       size_t first, const struct dt_goal_rules *rules)
{
	double s, variance, deviation, *slopes;
	struct blocks blocks;
	long low, high;
	size_t nr;

	*drift = (struct dt_goal_drift){NAN, NAN, NAN, NAN, DT_DRIFT_UNDECIDED};
	fill(&blocks, series, first, rules->period);
	if (blocks.n < LEAST_BLOCKS)
		return 0;
	slopes = find_slopes(&blocks, &nr);
	if (!slopes)
		return -ENOMEM;
	drift->bp_per_h = nr % 2 ? slopes[nr / 2] : (slopes[nr / 2 - 1] + slopes[nr / 2]) / 2;
	s = concordance(&blocks, &variance);
	variance *= inflation(&blocks, drift->bp_per_h);
	deviation = sqrt(variance);
	/* S counts in steps of two, hence the one towards zero */
	drift->p = variance > 0 ? erfc(fmax(fabs(s) - 1, 0) / deviation / sqrt(2)) : 1;
	low = lround(((double)nr - Z95 * deviation) / 2) - 1;
	high = lround(((double)nr + Z95 * deviation) / 2);
	drift->low = slopes[low > 0 ? low : 0];
	drift->high = slopes[high < (long)nr ? high : (long)nr - 1];
	free(slopes);
	judge(drift, rules->drift_limit);
	return 0;
}
