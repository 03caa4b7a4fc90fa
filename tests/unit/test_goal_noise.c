/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the judgement of goals says of noise, whose truth is known: intervals that cover it as
 * often as they claim, drift that is found where there is some and only there, no cycle in what
 * is only correlated, settling in hours of noise. All runs are seeded.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzers/goal_cycle.h"
#include "analyzers/goal_drift.h"
#include "analyzers/goal_interval.h"
#include "analyzers/goal_verdict.h"

/* 7 h of evaluations each second */
#define HOURS		 7
#define LONG		 (HOURS * 3600)
#define SECONDS_PER_HOUR 3600.0

#define RUNS	   1000
#define DRIFT_RUNS 200
#define CYCLE_RUNS 2000
#define LONGISH	   120
#define PERIOD	   1.0

static const double correlations[] = {0, 0.3, 0.6, 0.9};

#define NR_CORRELATIONS (sizeof(correlations) / sizeof(correlations[0]))

/* the published deviations: 70, 30, 90 and 85 % */
static const struct published {
	double target, sd;
} published[] = {{7000, 70}, {3000, 128}, {9000, 64}, {8500, 60}};

#define NR_PUBLISHED (sizeof(published) / sizeof(published[0]))

/* splitmix64 */
static double uniform(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *state)
{
	const double radius = sqrt(-2 * log(uniform(state)));

	return radius * cos(2 * M_PI * uniform(state));
}

struct noise {
	double t[LONG], y[LONG];
};

/* mean + AR(1) of that deviation, from its stationary distribution on; and the times. */
static void fill(struct noise *noise, size_t n, double mean, double sd, double rho, uint64_t seed)
{
	uint64_t state = seed * 7919 + 17;
	double x = normal(&state);

	for (size_t i = 0; i < n; i++) {
		noise->t[i] = (double)i * PERIOD;
		noise->y[i] = mean + sd * x;
		x = rho * x + sqrt(1 - rho * rho) * normal(&state);
	}
}

static struct dt_goal_rules rules_of(double band, double drift_limit)
{
	return (struct dt_goal_rules){
		.period = PERIOD, .window = 10 * PERIOD, .band = band, .drift_limit = drift_limit};
}

static struct dt_goal_series series_of(const struct noise *noise, size_t n, double target)
{
	return (struct dt_goal_series){
		.n = n, .t = noise->t, .y = noise->y, .target = target, .initial = noise->y[0]};
}

static double coverage(struct noise *noise, size_t n, const struct published *truth, double rho)
{
	size_t covered = 0;

	for (size_t run = 0; run < RUNS; run++) {
		double sum = 0, half;

		fill(noise, n, truth->target, truth->sd, rho, run);
		for (size_t i = 0; i < n; i++)
			sum += noise->y[i];
		half = dt_goal_half_interval(noise->y, n, sum / (double)n);
		covered += fabs(sum / (double)n - truth->target) <= half;
	}
	return (double)covered / RUNS;
}

static void test_interval_covers(void **state)
{
	static const size_t lengths[] = {900, 3600};
	struct noise *noise = malloc(sizeof(*noise));

	(void)state;
	assert_non_null(noise);
	for (size_t i = 0; i < NR_CORRELATIONS; i++) {
		for (size_t j = 0; j < 2; j++) {
			const double share =
				coverage(noise, lengths[j], &published[i], correlations[i]);

			printf("rho %.1f, %zu evaluations: %.1f %% covered\n", correlations[i],
			       lengths[j], 100 * share);
			assert_true(share >= 0.93 && share <= 0.97);
		}
	}
	free(noise);
}

/* The error is the realised mean, and the truth within 3 standard errors. */
static void test_published(void **state)
{
	struct noise *noise = malloc(sizeof(*noise));
	const struct dt_goal_rules rules = rules_of(500, 50);

	(void)state;
	assert_non_null(noise);
	for (size_t i = 0; i < NR_PUBLISHED; i++) {
		const double target = published[i].target, rho = 0.6;
		struct dt_goal_series series = series_of(noise, 3600, target);
		struct dt_goal_step step = {.target = target};
		double sum = 0, bound;

		fill(noise, 3600, target - 30, published[i].sd, rho, 100 + i);
		for (size_t k = 0; k < 3600; k++)
			sum += noise->y[k];
		series.initial = 0;
		assert_int_equal(dt_goal_judge(&step, &series, &rules), 0);
		assert_int_equal(step.verdict, DT_GOAL_REACHED);
		assert_int_equal(step.steady.first, 0);
		assert_true(fabs(step.steady.error - (sum / 3600 - target)) < 1e-9);
		bound = 3 * published[i].sd * sqrt((1 + rho) / (1 - rho) / 3600);
		assert_true(fabs(step.steady.error + 30) < bound);
		assert_true(fabs(step.steady.sd / published[i].sd - 1) < 0.1);
		free(step.excursions);
	}
	free(noise);
}

struct rates {
	size_t none, drifting, rejected;
};

static struct rates drift_rates(struct noise *noise, double bp_per_h)
{
	const struct dt_goal_rules rules = rules_of(500, 10);
	struct rates rates = {0};

	for (size_t run = 0; run < DRIFT_RUNS; run++) {
		const struct published *truth = &published[run % NR_PUBLISHED];
		const struct dt_goal_series series = series_of(noise, LONG, truth->target);
		struct dt_goal_drift drift;

		fill(noise, LONG, truth->target, truth->sd, 0.9, 5000 + run);
		for (size_t i = 0; i < LONG; i++)
			noise->y[i] += bp_per_h * noise->t[i] / SECONDS_PER_HOUR;
		assert_int_equal(dt_goal_find_drift(&drift, &series, 0, &rules), 0);
		rates.none += drift.verdict == DT_DRIFT_NONE;
		rates.drifting += drift.verdict == DT_DRIFT_DRIFTING;
		rates.rejected += drift.p < 0.01;
	}
	return rates;
}

static void test_drift(void **state)
{
	struct noise *noise = malloc(sizeof(*noise));
	struct rates rates;

	(void)state;
	assert_non_null(noise);
	rates = drift_rates(noise, 0);
	printf("no drift: %zu of %d none, %zu rejected\n", rates.none, DRIFT_RUNS, rates.rejected);
	assert_true(rates.none >= 0.95 * DRIFT_RUNS);
	assert_true(rates.rejected <= 0.02 * DRIFT_RUNS);
	assert_int_equal(rates.drifting, 0);
	rates = drift_rates(noise, 20);
	printf("20 bp/h: %zu of %d drifting\n", rates.drifting, DRIFT_RUNS);
	assert_true(rates.drifting >= 0.95 * DRIFT_RUNS);
	rates = drift_rates(noise, -20);
	assert_true(rates.drifting >= 0.95 * DRIFT_RUNS);
	free(noise);
}

/*
 * Twice as wide as the band, so that only the autocorrelation can say no. Short series are the
 * hard ones: few samples correlate by chance, the more so the more each follows the one before.
 */
static void test_noise_is_no_cycle(void **state)
{
	static const size_t lengths[] = {5,  8,	 10, 11, 12, 13, 14, 15, 16, 18,  20,  25,
					 30, 35, 40, 45, 50, 60, 70, 80, 90, 120, 300, 900};
	const size_t nr_lengths = sizeof(lengths) / sizeof(lengths[0]);
	struct noise *noise = malloc(sizeof(*noise));
	const struct dt_goal_rules rules = rules_of(200, 50);

	(void)state;
	assert_non_null(noise);
	for (size_t i = 0; i < NR_CORRELATIONS; i++) {
		for (size_t j = 0; j < nr_lengths; j++) {
			/* long ones take long, and are never near the limit */
			const size_t runs = lengths[j] > LONGISH ? CYCLE_RUNS / 4 : CYCLE_RUNS;
			size_t found = 0;

			for (size_t run = 0; run < runs; run++) {
				const struct dt_goal_series series =
					series_of(noise, lengths[j], 6000);
				struct dt_goal_cycle cycle;

				fill(noise, lengths[j], 6000, 400, correlations[i], 9000 + run);
				assert_int_equal(dt_goal_find_cycle(&cycle, &series, 0, &rules), 0);
				found += cycle.found;
			}
			printf("rho %.1f, %zu evaluations: %zu of %zu cycles\n", correlations[i],
			       lengths[j], found, runs);
			assert_true((double)found <= 0.05 * (double)runs);
		}
	}
	free(noise);
}

/* From 1000 to the target like a first-order lag; |mean - target| gets inside the band at 20 s. */
static void test_settling_in_noise(void **state)
{
	const double truth = 20, target = 6000, band = 200;
	const struct dt_goal_rules rules = rules_of(band, 50);
	struct noise *noise = malloc(sizeof(*noise));

	(void)state;
	assert_non_null(noise);
	for (size_t run = 0; run < 8; run++) {
		const double lag = truth / log((target - 1000) / band);
		struct dt_goal_series series = series_of(noise, LONG, target);
		struct dt_goal_step step = {.target = target};

		fill(noise, LONG, target, published[run % NR_PUBLISHED].sd, 0.9, 300 + run);
		for (size_t i = 0; i < LONG; i++)
			noise->y[i] -= (target - 1000) * exp(-noise->t[i] / lag);
		series.initial = 1000;
		assert_int_equal(dt_goal_judge(&step, &series, &rules), 0);
		printf("settling %.0f s\n", step.settling_s);
		assert_int_equal(step.verdict, DT_GOAL_REACHED);
		assert_true(fabs(step.settling_s - truth) <= 2 * rules.window);
		free(step.excursions);
	}
	free(noise);
}

/* Two and a half periods are enough, if the noise is not too loud; and one that dies down is one.
 */
static void test_short_sine(void **state)
{
	static const double periods[] = {6, 9, 17, 33.3};
	const struct dt_goal_rules rules = rules_of(200, 50);
	struct noise *noise = malloc(sizeof(*noise));

	(void)state;
	assert_non_null(noise);
	for (size_t i = 0; i < 2 * sizeof(periods) / sizeof(periods[0]); i++) {
		const double period = periods[i / 2], decay = i % 2 ? 0.5 : 1;
		const size_t n = (size_t)(2.5 * period) + 1;
		const struct dt_goal_series series = series_of(noise, n, 6000);
		size_t found = 0;

		for (size_t run = 0; run < 100; run++) {
			struct dt_goal_cycle cycle;

			fill(noise, n, 6000, 150, 0.3, 800 + run);
			for (size_t k = 0; k < n; k++)
				noise->y[k] += 3000 * pow(decay, noise->t[k] / period) *
					       sin(2 * M_PI * noise->t[k] / period + (double)run);
			assert_int_equal(dt_goal_find_cycle(&cycle, &series, 0, &rules), 0);
			found += cycle.found && fabs(cycle.period_s / period - 1) < 0.2;
		}
		printf("%zu of 100 sines of %g s, each swing %g of the one before\n", found, period,
		       decay);
		assert_true(found >= 95);
	}
	free(noise);
}

static void test_sine(void **state)
{
	static const double periods[] = {9, 12.5, 17, 33.3, 60, 97, 240};
	const struct dt_goal_rules rules = rules_of(200, 50);
	struct noise *noise = malloc(sizeof(*noise));

	(void)state;
	assert_non_null(noise);
	for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
		for (size_t run = 0; run < 20; run++) {
			const struct dt_goal_series series = series_of(noise, 900, 6000);
			struct dt_goal_cycle cycle;

			fill(noise, 900, 6000, 200, 0.3, 700 + run);
			for (size_t k = 0; k < 900; k++)
				noise->y[k] += 1500 * sin(2 * M_PI * noise->t[k] / periods[i] +
							  (double)run);
			assert_int_equal(dt_goal_find_cycle(&cycle, &series, 0, &rules), 0);
			assert_true(cycle.found);
			if (fabs(cycle.period_s / periods[i] - 1) > 0.05)
				fail_msg("period %g found as %g", periods[i], cycle.period_s);
			assert_true(fabs(cycle.amplitude / 1500 - 1) < 0.05);
			assert_true(fabs(cycle.decay - 1) < 0.6);
		}
	}
	free(noise);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interval_covers),
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_noise_is_no_cycle),
		cmocka_unit_test(test_settling_in_noise),
		cmocka_unit_test(test_sine),
		cmocka_unit_test(test_short_sine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
