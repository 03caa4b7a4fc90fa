/* SPDX-License-Identifier: GPL-2.0-only */
/* Laws against observations by hand: what each asks for next, and that none leaves its bounds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/laws.h"

#define S 1000000000ull

static struct dt_law_setup setup_of(uint32_t minimum, uint32_t maximum, uint32_t initial)
{
	return (struct dt_law_setup){
		.minimum = minimum,
		.maximum = maximum,
		.initial = initial,
		.maximize = true,
		.set_point = NAN,
		.seed = 1,
	};
}

struct trial {
	const struct dt_law *law;
	void *state;
	struct dt_decision decision;
};

static struct trial begin(const char *name, const struct dt_law_setup *setup)
{
	struct trial trial = {.law = dt_law_find(name)};

	assert_non_null(trial.law);
	assert_int_equal(trial.law->begin(&trial.state, setup, NULL), 0);
	return trial;
}

static void see(struct trial *trial, uint32_t target, double objective, double error, uint64_t at)
{
	const struct dt_observation observation = {
		.time_ns = at,
		.target = target,
		.verdict = DT_GOAL_REACHED,
		.value = target,
		.objective = objective,
		.error = error,
		.windows = 5,
	};

	memset(&trial->decision, 0, sizeof(trial->decision));
	trial->law->decide(trial->state, &observation, &trial->decision);
}

static void expect_write(const struct trial *trial, uint32_t target)
{
	assert_int_equal(trial->decision.move, DT_MOVE_WRITE);
	assert_int_equal(trial->decision.target, target);
	assert_true(trial->decision.reason[0] != 0);
}

static void test_registry(void **state)
{
	static const char *const names[] = {"hold",   "step",	  "hill-climb",
					    "golden", "extremum", "pi"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(dt_law_find(names[i])->name, names[i]);
	assert_null(dt_law_find("golde"));
	assert_null(dt_laws[sizeof(names) / sizeof(names[0])]);
}

static void test_hold(void **state)
{
	const struct dt_law_setup setup = setup_of(1, 9999, 6000);
	struct trial trial = begin("hold", &setup);

	(void)state;
	see(&trial, 6000, NAN, NAN, S);
	assert_int_equal(trial.decision.move, DT_MOVE_HOLD);
	see(&trial, 6000, 1, 0.1, 2 * S);
	assert_int_equal(trial.decision.move, DT_MOVE_HOLD);
	trial.law->end(trial.state);
}

static void test_step(void **state)
{
	static const struct dt_schedule_point points[] = {
		{10 * S, 6000}, {20 * S, 8000}, {30 * S, 3000}};
	struct dt_law_setup setup = setup_of(1, 9999, 5000);
	struct trial trial;

	(void)state;
	setup.schedule = points;
	setup.nr_schedule = 3;
	trial = begin("step", &setup);
	see(&trial, 5000, NAN, NAN, 0);
	assert_int_equal(trial.decision.move, DT_MOVE_HOLD);
	assert_true(trial.decision.again_ns == 10 * S);
	see(&trial, 5000, NAN, NAN, 10 * S);
	expect_write(&trial, 6000);
	assert_true(trial.decision.again_ns == 20 * S);
	/* late: a step that is over is not made up for */
	see(&trial, 6000, NAN, NAN, 31 * S);
	expect_write(&trial, 3000);
	assert_true(trial.decision.again_ns == 0);
	see(&trial, 3000, NAN, NAN, 40 * S);
	assert_int_equal(trial.decision.move, DT_MOVE_HOLD);
	trial.law->end(trial.state);
}

static void test_step_refuses(void **state)
{
	static const struct dt_schedule_point outside[] = {{0, 9000}};
	static const struct dt_schedule_point backward[] = {{S, 4000}, {S, 5000}};
	struct dt_law_setup setup = setup_of(1000, 8000, 5000);
	const struct dt_law *law = dt_law_find("step");
	struct dt_error error;
	void *left = NULL;

	(void)state;
	assert_int_equal(law->begin(&left, &setup, &error), -22);
	setup.schedule = outside;
	setup.nr_schedule = 1;
	assert_int_equal(law->begin(&left, &setup, &error), -22);
	assert_non_null(strstr(error.message, "9000"));
	setup.schedule = backward;
	setup.nr_schedule = 2;
	assert_int_equal(law->begin(&left, &setup, &error), -22);
	assert_null(left);
}

/* 2000..6000: steps of a quarter, 1000 bp. */
static void test_hill(void **state)
{
	const struct dt_law_setup setup = setup_of(2000, 6000, 3000);
	struct trial trial = begin("hill-climb", &setup);

	(void)state;
	see(&trial, 3000, 10, 0, 0);
	expect_write(&trial, 4000);
	see(&trial, 4000, 12, 0, 0); /* better: on */
	expect_write(&trial, 5000);
	see(&trial, 5000, 11, 0, 0); /* worse, and so was the other side: half the step */
	expect_write(&trial, 4500);
	see(&trial, 4500, 11, 0, 0);
	expect_write(&trial, 3500);
	see(&trial, trial.decision.target, NAN, NAN, 0);
	assert_int_equal(trial.decision.move, DT_MOVE_MEASURE);
	trial.law->end(trial.state);
}

static void test_hill_ends(void **state)
{
	const struct dt_law_setup setup = setup_of(2000, 6000, 4000);
	struct trial trial = begin("hill-climb", &setup);
	unsigned asked = 0;

	(void)state;
	see(&trial, 4000, 10, 0, 0);
	while (trial.decision.move == DT_MOVE_WRITE && asked++ < 50)
		see(&trial, trial.decision.target, 9, 0, 0);
	assert_int_equal(trial.decision.move, DT_MOVE_DONE);
	/* 1000, 500, 250, 125 to both sides */
	assert_int_equal(asked, 8);
	trial.law->end(trial.state);
}

/* Within the noise is not better. */
static void test_hill_noise(void **state)
{
	const struct dt_law_setup setup = setup_of(2000, 6000, 3000);
	struct trial trial = begin("hill-climb", &setup);

	(void)state;
	see(&trial, 3000, 10, 1, 0);
	see(&trial, 4000, 12, 1, 0);
	expect_write(&trial, 2000);
	trial.law->end(trial.state);
}

/* Scan of 0..1000 scaled: 1000, 3000, 5000, 7000, 9000 within 0..10000 (bounds are 1..9999). */
static void test_golden(void **state)
{
	static const uint32_t scan[] = {1001, 3000, 5000, 7000, 8999};
	static const double worth[] = {1, 5, 3, 2, 1};
	const struct dt_law_setup setup = setup_of(1, 9999, 4000);
	struct trial trial = begin("golden", &setup);

	(void)state;
	see(&trial, 4000, 4, 0, 0);
	for (size_t i = 0; i < 5; i++) {
		expect_write(&trial, scan[i]);
		see(&trial, scan[i], worth[i], 0, 0);
	}
	/* bracket 1001..5000: 5000 - 0.618 * 3999 = 2528.5, 1001 + 0.618 * 3999 = 3472.5 */
	assert_int_equal(trial.decision.move, DT_MOVE_WRITE);
	assert_true(abs((int)trial.decision.target - 2528) <= 1);
	see(&trial, trial.decision.target, 4.5, 0, 0);
	assert_true(abs((int)trial.decision.target - 3472) <= 1);
	see(&trial, trial.decision.target, 4, 0, 0);
	/* bracket 1001..3472: 1945 is new, 2528 is known */
	assert_true(abs((int)trial.decision.target - 1945) <= 1);
	trial.law->end(trial.state);
}

static void test_extremum(void **state)
{
	/* dither 500, first step 1000 */
	const struct dt_law_setup setup = setup_of(1000, 9000, 5000);
	struct trial trial = begin("extremum", &setup);

	(void)state;
	see(&trial, 5000, 1, 0, 0);
	expect_write(&trial, 4500);
	see(&trial, 4500, 1, 0, 0);
	expect_write(&trial, 5500);
	see(&trial, 5500, 2, 0, 0); /* up: centre 6000, the upper side first */
	expect_write(&trial, 6500);
	see(&trial, 6500, 2, 0, 0);
	expect_write(&trial, 5500);
	see(&trial, 5500, 3, 0, 0); /* down, at half the step: centre 5500, the lower side first */
	expect_write(&trial, 5000);
	trial.law->end(trial.state);
}

static void test_pi(void **state)
{
	struct dt_law_setup setup = setup_of(1000, 9000, 5000);
	struct trial trial;

	(void)state;
	setup.set_point = 100;
	trial = begin("pi", &setup);
	see(&trial, 5000, 100, 1, 0);
	assert_int_equal(trial.decision.move, DT_MOVE_HOLD);
	/* 10 % low: (0.3 + 0.3) * 0.1 of 8000 */
	see(&trial, 5000, 90, 1, 0);
	expect_write(&trial, 5480);
	/* far low: a quarter of the range at most */
	see(&trial, 5480, 0, 1, 0);
	expect_write(&trial, 7480);
	see(&trial, 7480, NAN, NAN, 0);
	assert_int_equal(trial.decision.move, DT_MOVE_MEASURE);
	trial.law->end(trial.state);

	setup.maximize = false;
	trial = begin("pi", &setup);
	see(&trial, 5000, 90, 1, 0);
	expect_write(&trial, 4520);
	trial.law->end(trial.state);
}

/* Any objective at all, and any bounds. */
static void test_bounds(void **state)
{
	static const struct dt_schedule_point points[] = {{0, 5000}};
	uint64_t lot = 12345;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		for (size_t i = 0; dt_laws[i]; i++) {
			struct dt_law_setup setup =
				setup_of(1 + round * 16, 9999 - round * 10, 5000);
			struct trial trial;
			uint32_t target;

			setup.set_point = 50;
			setup.schedule = points;
			setup.nr_schedule = 1;
			setup.maximize = round % 2;
			target = dt_law_clamp(&setup, setup.initial);
			trial = begin(dt_laws[i]->name, &setup);
			for (unsigned step = 0; step < 60; step++) {
				lot = lot * 6364136223846793005ull + 1442695040888963407ull;
				see(&trial, target, lot % 7 ? (double)(lot >> 40) / 1e5 : NAN,
				    (double)(lot >> 50) / 1e3, step * S);
				if (trial.decision.move != DT_MOVE_WRITE)
					continue;
				target = trial.decision.target;
				assert_in_range(target, setup.minimum, setup.maximum);
			}
			trial.law->end(trial.state);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registry),   cmocka_unit_test(test_hold),
		cmocka_unit_test(test_step),	   cmocka_unit_test(test_step_refuses),
		cmocka_unit_test(test_hill),	   cmocka_unit_test(test_hill_ends),
		cmocka_unit_test(test_hill_noise), cmocka_unit_test(test_golden),
		cmocka_unit_test(test_extremum),   cmocka_unit_test(test_pi),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
