/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The figures of goal steps on analytic curves, against a computation of GNU Octave's: run here
 * where Octave is installed, and its stored results always.
 *
 * To store new results (after a curve was added): damon-trace's test_goal_curves --curves FILE,
 * then octave-cli --norc tests/tools/goal_reference.m FILE >tests/fixtures/goal-curves.octave
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzers/goal_verdict.h"

#define STORED "tests/fixtures/goal-curves.octave"
#define SCRIPT "tests/tools/goal_reference.m"

#define MOST	   4000
#define NR_FIGURES 13
#define TOLERANCE  1e-9

static const char *const figure_names[NR_FIGURES] = {
	"rise",	   "settling", "overshoot", "mean", "error",	  "sd",		  "half interval",
	"sojourn", "iae",      "slope",	    "low",  "high slope", "p of no trend"};

/* Even and repeatable, of no period: fractions of multiples of the golden ratio. */
static double flicker(double i)
{
	const double part = i * 0.618033988749894848;

	return 2 * (part - floor(part)) - 1;
}

static double first_order(double t, double lag)
{
	return t < 0 ? 0 : 1 - exp(-t / lag);
}

/* Damped: the step response of w^2 / (s^2 + 2 z w s + w^2), z < 1. */
static double second_order(double t, double w, double z)
{
	const double wd = w * sqrt(1 - z * z);

	if (t < 0)
		return 0;
	return 1 - exp(-z * w * t) * (cos(wd * t) + z * w / wd * sin(wd * t));
}

struct curve {
	const char *name;
	double initial, target, band, window, period;
	size_t n;
	double (*shape)(double t, double i); /* 0: initial, 1: target */
};

static double lag5(double t, double i)
{
	(void)i;
	return first_order(t, 5);
}

static double lag20(double t, double i)
{
	(void)i;
	return first_order(t, 20);
}

static double delayed(double t, double i)
{
	(void)i;
	return first_order(t - 12, 6);
}

static double damped7(double t, double i)
{
	(void)i;
	return second_order(t, 0.4, 0.7);
}

static double damped3(double t, double i)
{
	(void)i;
	return second_order(t, 0.4, 0.3);
}

static double damped1(double t, double i)
{
	(void)i;
	return second_order(t, 0.15, 0.1);
}

static double critical(double t, double i)
{
	(void)i;
	return 1 - (1 + 0.3 * t) * exp(-0.3 * t);
}

static double delayed_damped(double t, double i)
{
	(void)i;
	return second_order(t - 20, 0.25, 0.4);
}

static double staircase(double t, double i)
{
	(void)i;
	return fmin(1, floor(t / 7) * 0.2);
}

static double fine_staircase(double t, double i)
{
	(void)i;
	return fmin(1.04, floor(t / 3) * 0.08);
}

static double saturated(double t, double i)
{
	(void)i;
	return fmin(0.7, t / 40);
}

static double ramp(double t, double i)
{
	(void)i;
	return t / 150;
}

static double ramp_stop(double t, double i)
{
	(void)i;
	return fmin(1, t / 45);
}

static double noisy_lag(double t, double i)
{
	return first_order(t, 8) + 0.03 * flicker(i);
}

static double noisy_damped(double t, double i)
{
	return second_order(t, 0.3, 0.35) + 0.05 * flicker(i * i);
}

static double noisy_wide(double t, double i)
{
	return first_order(t, 3) + 0.2 * flicker(i);
}

static double flat(double t, double i)
{
	(void)t;
	(void)i;
	return 0.4;
}

static double at_once(double t, double i)
{
	(void)i;
	return t > 0;
}

static double lost_again(double t, double i)
{
	(void)i;
	return first_order(t, 5) - fmax(0, (t - 120) / 300);
}

static double bump(double t, double i)
{
	(void)i;
	return first_order(t, 5) + 0.5 * exp(-(t - 90) * (t - 90) / 50);
}

static double late_overshoot(double t, double i)
{
	(void)i;
	return first_order(t, 4) + 0.3 * exp(-(t - 30) * (t - 30) / 8);
}

static double swing(double t, double i)
{
	(void)i;
	return 1 + 0.6 * sin(t / 4);
}

static double steady_noise(double t, double i)
{
	(void)t;
	return 1 + 0.02 * flicker(i * 3.7);
}

static double slow_drift(double t, double i)
{
	return 1 + t / 1e6 + 0.02 * flicker(i * i * 1.3);
}

static double smooth_noise(double t, double i)
{
	return 1 + 0.02 * sin(t / 9) + 0.02 * sin(t / 31 + 1) + 0.01 * flicker(i);
}

static const struct curve curves[] = {
	{"lag5", 1000, 6000, 200, 10, 1, 200, lag5},
	{"lag20", 1000, 6000, 200, 10, 1, 200, lag20},
	{"lag5-down", 8000, 3000, 200, 10, 1, 200, lag5},
	{"lag5-fast", 1000, 6000, 200, 2, 0.2, 800, lag5},
	{"delayed", 500, 7500, 250, 10, 1, 200, delayed},
	{"damped-0.7", 1000, 6000, 200, 10, 1, 200, damped7},
	{"damped-0.3", 1000, 6000, 200, 10, 1, 200, damped3},
	{"damped-0.1", 1000, 6000, 300, 10, 1, 300, damped1},
	{"damped-down", 9000, 1500, 200, 10, 1, 200, damped3},
	{"critical", 1000, 6000, 200, 10, 1, 200, critical},
	{"delayed-damped", 0, 10000, 300, 10, 1, 250, delayed_damped},
	{"staircase", 0, 5000, 200, 10, 1, 150, staircase},
	{"fine-staircase", 2000, 7000, 250, 10, 1, 150, fine_staircase},
	{"saturated", 0, 6000, 200, 10, 1, 200, saturated},
	{"ramp", 2000, 8000, 200, 10, 1, 150, ramp},
	{"ramp-stop", 2000, 8000, 200, 10, 1, 150, ramp_stop},
	{"noisy-lag", 1000, 6000, 200, 10, 1, 300, noisy_lag},
	{"noisy-damped", 1000, 6000, 300, 10, 1, 300, noisy_damped},
	{"noisy-wide", 1000, 6000, 500, 10, 1, 300, noisy_wide},
	{"flat", 1000, 6000, 200, 10, 1, 100, flat},
	{"at-once", 1000, 6000, 200, 10, 1, 60, at_once},
	{"small-step", 5900, 6000, 200, 10, 1, 60, lag5},
	{"lost-again", 1000, 6000, 200, 10, 1, 400, lost_again},
	{"bump", 1000, 6000, 200, 10, 1, 300, bump},
	{"late-overshoot", 1000, 6000, 200, 10, 1, 200, late_overshoot},
	{"swing", 1000, 6000, 200, 10, 1, 300, swing},
	{"short", 1000, 6000, 200, 10, 1, 16, lag5},
	{"steady-noise", 0, 5000, 200, 10, 1, 3000, steady_noise},
	{"slow-drift", 0, 5000, 200, 10, 1, 3500, slow_drift},
	{"smooth-noise", 0, 5000, 200, 10, 1, 2500, smooth_noise},
};

#define NR_CURVES (sizeof(curves) / sizeof(curves[0]))

static double t[MOST], y[MOST];

/* Evaluations a little apart from an even grid, as late quota windows are. */
static void draw(const struct curve *curve)
{
	for (size_t i = 0; i < curve->n; i++) {
		t[i] = curve->period * ((double)i + (i ? 0.2 * flicker((double)i * 5) : 0));
		y[i] = curve->initial +
		       (curve->target - curve->initial) * curve->shape(t[i], (double)i);
	}
}

static void write_curves(FILE *out)
{
	for (size_t c = 0; c < NR_CURVES; c++) {
		const struct curve *curve = &curves[c];

		draw(curve);
		(void)fprintf(out, "%s %zu %.17g %.17g %.17g %.17g %.17g\n", curve->name, curve->n,
			      curve->target, curve->initial, curve->band, curve->window,
			      curve->period);
		for (size_t i = 0; i < curve->n; i++)
			(void)fprintf(out, "%.17g %.17g\n", t[i], y[i]);
	}
}

static void compute(const struct curve *curve, double figures[NR_FIGURES])
{
	const struct dt_goal_rules rules = {.period = curve->period,
					    .window = curve->window,
					    .band = curve->band,
					    .drift_limit = 50};
	const struct dt_goal_series series = {
		.n = curve->n, .t = t, .y = y, .target = curve->target, .initial = curve->initial};
	struct dt_goal_step step = {.target = curve->target, .initial = curve->initial};

	draw(curve);
	assert_int_equal(dt_goal_judge(&step, &series, &rules), 0);
	memcpy(figures,
	       (double[NR_FIGURES]){step.rise_s, step.settling_s, step.overshoot_pct,
				    step.steady.mean, step.steady.error, step.steady.sd,
				    (step.steady.high - step.steady.low) / 2, step.steady.sojourn,
				    step.steady.iae, step.drift.bp_per_h, step.drift.low,
				    step.drift.high, step.drift.p},
	       NR_FIGURES * sizeof(*figures));
	free(step.excursions);
}

static void compare(FILE *in)
{
	for (size_t c = 0; c < NR_CURVES; c++) {
		double figures[NR_FIGURES];
		char name[64], text[64];

		assert_int_equal(fscanf(in, "%63s", name), 1);
		assert_string_equal(name, curves[c].name);
		compute(&curves[c], figures);
		for (size_t f = 0; f < NR_FIGURES; f++) {
			double expected, slack;

			assert_int_equal(fscanf(in, "%63s", text), 1);
			expected = strtod(text, NULL);
			slack = TOLERANCE * fmax(1, fabs(expected));
			if (isnan(expected) != isnan(figures[f]) ||
			    fabs(expected - figures[f]) > slack)
				fail_msg("%s: %s is %.17g, not %.17g", name, figure_names[f],
					 figures[f], expected);
		}
	}
}

static void test_stored(void **state)
{
	FILE *in = fopen(STORED, "r");

	(void)state;
	assert_non_null(in);
	compare(in);
	(void)fclose(in);
}

static void test_octave(void **state)
{
	char path[] = "/tmp/goal-curves.XXXXXX", command[256];
	FILE *file;
	int fd;

	(void)state;
	if (system("octave-cli --version >/dev/null 2>&1") != 0) {
		print_message("skip: octave-cli is not installed; its stored results were used\n");
		skip();
	}
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	write_curves(file);
	assert_int_equal(fclose(file), 0);
	(void)snprintf(command, sizeof(command), "octave-cli --norc " SCRIPT " %s 2>/dev/null",
		       path);
	file = popen(command, "r");
	assert_non_null(file);
	compare(file);
	assert_int_equal(pclose(file), 0);
	(void)unlink(path);
}

/* What is known without any computation. */
static void test_by_hand(void **state)
{
	double figures[NR_FIGURES];

	(void)state;
	for (size_t c = 0; c < NR_CURVES; c++) {
		compute(&curves[c], figures);
		if (!strcmp(curves[c].name, "at-once"))
			assert_true(figures[1] == t[1] && figures[2] == 0);
		if (!strcmp(curves[c].name, "flat"))
			assert_true(isnan(figures[0]) && isnan(figures[1]) && figures[4] == -3000);
		if (!strcmp(curves[c].name, "small-step"))
			assert_true(isnan(figures[0]) && isnan(figures[2]) && figures[1] == 0);
		if (!strcmp(curves[c].name, "saturated"))
			assert_true(isnan(figures[0]) && isnan(figures[1]) && figures[2] == 0);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_octave),
		cmocka_unit_test(test_by_hand),
	};

	if (argc == 3 && !strcmp(argv[1], "--curves")) {
		FILE *out = fopen(argv[2], "w");

		if (!out)
			return 1;
		write_curves(out);
		return fclose(out) != 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
