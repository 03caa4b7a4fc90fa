/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See goal_cycle.h. The autocorrelation goes through a Fourier transform: all lags of a long step
 * one by one would take longer than everything else together.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/goal_cycle.h"

/* Faster cycles cannot be told from the steps of the quota window. */
#define LEAST_LAG 5
/* What a swing must reach, and what it must fall to before. */
#define LEAST_PEAK   0.5
#define LEAST_TROUGH (-0.5)
/* The first swing counts when it is nearly as high as the highest. */
#define OF_HIGHEST 0.8

/*
 * From trough to peak r must rise by more than the two limits have between them, by so many
 * standard errors 1/sqrt(n) of an autocorrelation of n samples. The limits alone call AR(1) noise
 * of 10 to 120 samples a cycle in up to 11 % of the cases; with this it is 5 % or less at every
 * length and correlation up to 0.9 (tests/unit/test_goal_noise.c), and a long series is judged by
 * the limits almost alone.
 */
#define BEYOND_LIMITS 1.2

/* Evaluations that are further apart than so many periods on average show no cycle. */
#define SPARSE 16

/* One value a period, linear between evaluations; *n of them. NULL when memory is out. */
static double *sample(const struct dt_goal_series *series, size_t first, double period, size_t *n)
{
	const double start = series->t[first], length = dt_goal_length(series) - start;
	double *x;
	size_t k = first;

	*n = (size_t)(length / period) + 1;
	x = malloc(*n * sizeof(*x));
	if (!x)
		return NULL;
	for (size_t i = 0; i < *n; i++) {
		const double at = start + (double)i * period;
		double part;

		while (k + 2 < series->n && series->t[k + 1] <= at)
			k++;
		if (k + 1 >= series->n) {
			x[i] = series->y[k];
			continue;
		}
		part = (at - series->t[k]) / (series->t[k + 1] - series->t[k]);
		x[i] = series->y[k] + fmin(part, 1) * (series->y[k + 1] - series->y[k]);
	}
	return x;
}

/* Take the least-squares line away; returns the mean square of the rest. */
static double level(double *x, size_t n)
{
	const double middle = ((double)n - 1) / 2;
	double sum = 0, products = 0, squares = 0, rest = 0, slope;

	for (size_t i = 0; i < n; i++) {
		sum += x[i];
		products += ((double)i - middle) * x[i];
		squares += ((double)i - middle) * ((double)i - middle);
	}
	slope = squares > 0 ? products / squares : 0;
	for (size_t i = 0; i < n; i++) {
		x[i] -= sum / (double)n + slope * ((double)i - middle);
		rest += x[i] * x[i];
	}
	return rest / (double)n;
}

struct complex {
	double re, im;
};

static void reorder(struct complex *a, size_t n)
{
	for (size_t i = 1, j = 0; i < n; i++) {
		const struct complex kept = a[i];
		size_t bit = n >> 1;

		for (; j & bit; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			a[i] = a[j];
			a[j] = kept;
		}
	}
}

/* In place, n a power of two (Cooley and Tukey). roots: n / 2 of them. */
static void transform(struct complex *a, size_t n, const struct complex *roots)
{
	reorder(a, n);
	for (size_t half = 1; half < n; half *= 2) {
		const size_t stride = n / (2 * half);

		for (size_t i = 0; i < n; i += 2 * half) {
			for (size_t j = 0; j < half; j++) {
				struct complex *even = &a[i + j], *odd = &a[i + j + half];
				const struct complex w = roots[j * stride];
				const double re = odd->re * w.re - odd->im * w.im;
				const double im = odd->re * w.im + odd->im * w.re;

				*odd = (struct complex){even->re - re, even->im - im};
				even->re += re;
				even->im += im;
			}
		}
	}
}

/*
 * x becomes its unbiased autocorrelation, r(0) = 1, for lags below n; beyond half of that little
 * is left to compare. 0 or -ENOMEM.
 */
static int correlate(double *x, size_t n, double variance)
{
	struct complex *a, *roots;
	size_t size = 2;

	/* room for zeroes, so that the ends do not meet */
	while (size < 2 * n)
		size *= 2;
	a = calloc(size, sizeof(*a));
	roots = malloc(size / 2 * sizeof(*roots));
	if (!a || !roots) {
		free(a);
		free(roots);
		return -ENOMEM;
	}
	for (size_t i = 0; i < size / 2; i++) {
		const double angle = -2 * M_PI * (double)i / (double)size;

		roots[i] = (struct complex){cos(angle), sin(angle)};
	}
	for (size_t i = 0; i < n; i++)
		a[i].re = x[i];
	transform(a, size, roots);
	for (size_t i = 0; i < size; i++)
		a[i] = (struct complex){a[i].re * a[i].re + a[i].im * a[i].im, 0};
	/* the power spectrum is symmetric: forward is as good as back */
	transform(a, size, roots);
	for (size_t lag = 0; lag < n; lag++)
		x[lag] = a[lag].re / (double)size / (double)(n - lag) / variance;
	free(a);
	free(roots);
	return 0;
}

/* The lag of the cycle in n samples, 0 when there is none. */
static size_t find_lag(const double *r, size_t n)
{
	const double least_swing = LEAST_PEAK - LEAST_TROUGH + BEYOND_LIMITS / sqrt((double)n);
	const size_t last = n / 2;
	size_t k = 1, start;
	double highest = 0, trough = 1;

	while (k <= last && r[k] >= 0)
		k++;
	for (size_t i = k; i <= last; i++)
		highest = i >= LEAST_LAG ? fmax(highest, r[i]) : highest;
	while (k <= last) {
		size_t peak = 0;

		for (; k <= last && r[k] <= 0; k++)
			trough = fmin(trough, r[k]);
		for (start = k; k <= last && r[k] > 0; k++)
			if (k >= LEAST_LAG && (!peak || r[k] > r[peak]))
				peak = k;
		if (k == start)
			break;
		if (peak && r[peak] >= LEAST_PEAK && r[peak] >= OF_HIGHEST * highest)
			return trough <= LEAST_TROUGH && r[peak] - trough >= least_swing ? peak : 0;
	}
	return 0;
}

static double swing(const double *x, size_t n)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < n; i++) {
		low = fmin(low, x[i]);
		high = fmax(high, x[i]);
	}
	return high - low;
}

static int judge(struct dt_goal_cycle *cycle, double *x, size_t n,
		 const struct dt_goal_rules *rules)
{
	const double variance = level(x, n), amplitude = sqrt(2 * variance);
	double *r;
	size_t lag;
	int ret;

	/* flat or small: no need to look */
	if (!(amplitude > rules->band))
		return 0;
	r = malloc(n * sizeof(*r));
	if (!r)
		return -ENOMEM;
	memcpy(r, x, n * sizeof(*r));
	ret = correlate(r, n, variance);
	lag = ret ? 0 : find_lag(r, n);
	free(r);
	if (!lag)
		return ret;
	cycle->found = true;
	cycle->period_s = (double)lag * rules->period;
	cycle->amplitude = amplitude;
	cycle->decay = swing(x + n - lag, lag) / swing(x + n - 2 * lag, lag);
	return 0;
}

int dt_goal_find_cycle(struct dt_goal_cycle *cycle, const struct dt_goal_series *series,
		       size_t first, const struct dt_goal_rules *rules)
{
	double *x;
	size_t n;
	int ret = 0;

	*cycle = (struct dt_goal_cycle){false, NAN, NAN, NAN};
	if (!(rules->period > 0) || series->n - first < 2 * LEAST_LAG ||
	    dt_goal_length(series) / rules->period > SPARSE * (double)series->n)
		return 0;
	x = sample(series, first, rules->period, &n);
	if (!x)
		return -ENOMEM;
	if (n >= 2 * LEAST_LAG)
		ret = judge(cycle, x, n, rules);
	free(x);
	return ret;
}
