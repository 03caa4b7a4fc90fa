/* SPDX-License-Identifier: GPL-2.0-only */
/* Each verdict with a stream that yields it and a near miss; what belongs to a step at its edges.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/goal_world.h"

#define PERIOD 200000000u
#define SECOND 5 /* rounds */

/* The value at round i of so many. */
typedef double (*shape)(unsigned i);

static struct dt_report run_with(shape value, unsigned rounds, const struct dt_view *options)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	for (unsigned i = 0; i < rounds; i++) {
		struct goal_round round = goal_round_at(6000, (uint64_t)lround(value(i)));

		round.alone = true;
		goal_world_round(world, &round);
	}
	goal_world_analyze(world, options, &report);
	free(world);
	assert_int_equal(report.goals.nr, 1);
	return report;
}

static struct dt_report run(shape value, unsigned rounds)
{
	return run_with(value, rounds, &(struct dt_view){0});
}

static enum dt_goal_verdict verdict_of(shape value, unsigned rounds)
{
	struct dt_report report = run(value, rounds);
	const enum dt_goal_verdict verdict = report.goals.streams[0].steps[0].verdict;

	dt_report_clear(&report);
	return verdict;
}

static double at_target(unsigned i)
{
	(void)i;
	return 6000;
}

static double rising(unsigned i)
{
	return 1000 + 5000 * (1 - exp(-(double)i / 8));
}

static double swinging(unsigned i)
{
	return 6000 + 1500 * sin(i * 2 * M_PI / 30);
}

/* sqrt(2) sd is the amplitude: this is within the least band */
static double swinging_little(unsigned i)
{
	return 6000 + 195 * sin(i * 2 * M_PI / 30);
}

static double lost_later(unsigned i)
{
	return i < 60 ? rising(i) : 6000 - 40.0 * (i - 60);
}

static double lost_at_once(unsigned i)
{
	return i < 12 ? 6000 : 3000;
}

static double climbing(unsigned i)
{
	return 1000 + 30.0 * i;
}

static double climbing_little(unsigned i)
{
	return 1000 + 3.0 * i;
}

static double stuck(unsigned i)
{
	(void)i;
	return 4000;
}

static void test_each(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(rising, 200), DT_GOAL_REACHED);
	assert_int_equal(verdict_of(swinging, 200), DT_GOAL_OSCILLATING);
	assert_int_equal(verdict_of(swinging_little, 200), DT_GOAL_REACHED);
	assert_int_equal(verdict_of(lost_later, 150), DT_GOAL_DRIFTING);
	assert_int_equal(verdict_of(lost_at_once, 150), DT_GOAL_STALLED);
	assert_int_equal(verdict_of(climbing, 100), DT_GOAL_MOVING);
	assert_int_equal(verdict_of(climbing_little, 100), DT_GOAL_STALLED);
	assert_int_equal(verdict_of(stuck, 100), DT_GOAL_STALLED);
}

/* 1.5 windows of 10 periods: 15 periods lie between 16 evaluations. */
static void test_too_short(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(at_target, 1), DT_GOAL_NO_DATA);
	assert_int_equal(verdict_of(at_target, 4), DT_GOAL_NO_DATA);
	assert_int_equal(verdict_of(at_target, 15), DT_GOAL_NO_DATA);
	assert_int_equal(verdict_of(at_target, 16), DT_GOAL_REACHED);
}

static void test_single_evaluation(void **state)
{
	struct dt_report report = run(at_target, 1);
	const struct dt_goal_stream *stream = &report.goals.streams[0];
	const struct dt_goal_step *step = &stream->steps[0];

	(void)state;
	assert_true(isnan(stream->period_s) && isnan(stream->window_s));
	assert_int_equal(stream->band_source, DT_BAND_DEFAULT);
	assert_int_equal(stream->nr_steps, 1);
	assert_true(isnan(step->settling_s) && isnan(step->steady.sd) && isnan(step->steady.low));
	assert_true(isnan(step->steady.sojourn) && isnan(step->drift.bp_per_h));
	assert_true(step->steady.mean == 6000);
	dt_report_clear(&report);
}

static void test_none(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	assert_int_equal(report.goals.nr, 0);
	assert_true(report.has_goals);
	dt_report_clear(&report);
}

/* Options change the definitions, and the result says so. */
static void test_options(void **state)
{
	const struct dt_view options = {
		.band_bp = 1700, .window_ns = 3000000000u, .drift_limit = 7};
	struct dt_report report = run_with(swinging, 200, &options);
	const struct dt_goal_stream *stream = &report.goals.streams[0];

	(void)state;
	assert_true(stream->band == 1700 && stream->band_source == DT_BAND_GIVEN);
	assert_true(stream->window_s == 3 && stream->window_given);
	assert_true(stream->drift_limit == 7);
	/* the swing is within that band */
	assert_int_equal(stream->steps[0].verdict, DT_GOAL_REACHED);
	dt_report_clear(&report);
}

static double tame(unsigned i)
{
	return i % 2 ? 6000 : 6100;
}

static double middling(unsigned i)
{
	return i % 2 ? 6000 : 6300;
}

static double wild(unsigned i)
{
	return i % 2 ? 6000 : 7000;
}

static void test_band(void **state)
{
	static const struct {
		shape value;
		double band, median;
		enum dt_band_source source;
	} cases[] = {{tame, 200, 100, DT_BAND_LOWEST},
		     {middling, 300, 300, DT_BAND_MEDIAN},
		     {wild, 500, 1000, DT_BAND_HIGHEST}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct dt_report report = run(cases[i].value, 60);
		const struct dt_goal_stream *stream = &report.goals.streams[0];

		assert_true(stream->band == cases[i].band);
		assert_true(stream->band_median == cases[i].median);
		assert_int_equal(stream->band_source, cases[i].source);
		dt_report_clear(&report);
	}
}

/* A new target begins a step; the value before it is where that one starts. */
static void test_steps(void **state)
{
	static const uint64_t targets[] = {6000, 8000, 3000, 6000};
	struct goal_world *world = goal_world_new(PERIOD);
	const struct dt_goal_stream *stream;
	struct dt_report report;

	(void)state;
	for (unsigned s = 0; s < 4; s++)
		for (unsigned i = 0; i < 50; i++) {
			const double from = s ? (double)targets[s - 1] : 1000;
			const double way = (double)targets[s] - from;
			struct goal_round round = goal_round_at(
				targets[s],
				(uint64_t)lround(from + way * (1 - exp(-(double)i / 4))));

			goal_world_round(world, &round);
		}
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	stream = &report.goals.streams[0];
	assert_int_equal(stream->nr_steps, 4);
	for (unsigned s = 0; s < 4; s++) {
		const struct dt_goal_step *step = &stream->steps[s];

		assert_int_equal(step->first, s * 50);
		assert_int_equal(step->count, 50);
		assert_true(step->target == (double)targets[s]);
		assert_int_equal(step->start_ns, stream->evaluations[s * 50].time);
		assert_int_equal(step->end_ns, stream->evaluations[s * 50 + 49].time);
		assert_true(step->initial == stream->evaluations[s ? s * 50 - 1 : 0].value);
		assert_int_equal(step->verdict, DT_GOAL_REACHED);
		assert_true(fabs(step->rise_s - 4 * log(9) / SECOND) < 0.1);
		/* the pair agrees, mirrored */
		assert_true(fabs(step->settling_s - report.goals.streams[1].steps[s].settling_s) <
			    1e-9);
		assert_int_equal(report.goals.streams[1].steps[s].verdict, DT_GOAL_REACHED);
	}
	dt_report_clear(&report);
}

static double visits(unsigned i)
{
	return i >= 200 && i < 230 ? 7000 : 6000;
}

static void test_excursion(void **state)
{
	struct dt_report report = run(visits, 1000);
	const struct dt_goal_step *step = &report.goals.streams[0].steps[0];

	(void)state;
	assert_int_equal(step->verdict, DT_GOAL_REACHED);
	assert_int_equal(step->nr_excursions, 1);
	/* windows with more than 2 of 10 values outside are: the first begins at round 193 */
	assert_int_equal((step->excursions[0].from_ns - step->start_ns) / PERIOD, 193);
	assert_int_equal((step->excursions[0].to_ns - step->start_ns) / PERIOD, 228);
	dt_report_clear(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_single_evaluation),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_band),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_excursion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
