/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Laws on the built-in plants: no law leaves its bounds, whatever the seed; on every curve the best
 * law comes near the optimum within the writes that it may have; one seed gives one outcome.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/plant_builtin.h"
#include "control/replay.h"
#include "control/welch.h"

#define S 1000000000ull

#define BUDGET 15
#define SEEDS  12

static const struct dt_schedule_point schedule[] = {{0, 6000}, {100 * S, 4500}};

static struct dt_replay_setup setup_of(const char *plant, const char *curve, uint64_t seed)
{
	return (struct dt_replay_setup){
		.p = &dt_plant_builtin_find(plant)->p,
		.curve = curve ? dt_curve_find(curve) : NULL,
		.law = {.minimum = 1,
			.maximum = 9999,
			.initial = 4000,
			.maximize = true,
			.set_point = 90,
			.nr_schedule = 2,
			.schedule = schedule,
			.budget = BUDGET,
			.seed = seed},
		.limits = {.deadline_ns = 3600 * S},
	};
}

static struct dt_replay_outcome run(const char *law, const struct dt_replay_setup *setup)
{
	struct dt_replay_outcome outcome;

	assert_int_equal(dt_replay(&outcome, dt_law_find(law), setup, NULL), 0);
	return outcome;
}

static void test_no_law_leaves_its_bounds(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		for (size_t i = 0; dt_laws[i]; i++) {
			for (const struct dt_curve *curve = dt_curves; curve->name; curve++) {
				const char *plant = dt_plant_builtins[seed % 3].name;
				struct dt_replay_setup setup = setup_of(plant, curve->name, seed);
				struct dt_replay_outcome outcome;

				setup.law.minimum = 1 + (uint32_t)(seed * 200);
				setup.law.maximum = 9999 - (uint32_t)(seed * 300);
				setup.limits.deadline_ns = 1200 * S;
				outcome = run(dt_laws[i]->name, &setup);
				assert_in_range(outcome.lowest, setup.law.minimum,
						setup.law.maximum);
				assert_in_range(outcome.highest, setup.law.minimum,
						setup.law.maximum);
				assert_true(outcome.result.writes <= BUDGET);
				for (size_t j = 0; j < outcome.sim->nr; j++)
					assert_in_range(outcome.sim->points[j].target,
							setup.law.minimum, setup.law.maximum);
				dt_replay_clear(&outcome);
			}
		}
	}
}

/* The law that is nearest at its end; within BUDGET writes, as that is all there are. */
static double best_share(const struct dt_replay_setup *setup, double *near_s)
{
	static const char *const laws[] = {"golden", "hill-climb", "extremum"};
	double best = 0;

	*near_s = NAN;
	for (size_t i = 0; i < sizeof(laws) / sizeof(laws[0]); i++) {
		struct dt_replay_outcome outcome = run(laws[i], setup);

		/* of the curve itself, not of what was measured of it */
		if (outcome.share_of_best > best) {
			best = outcome.share_of_best;
			*near_s = outcome.near_s;
		}
		dt_replay_clear(&outcome);
	}
	return best;
}

static void test_quiet_optima_are_found(void **state)
{
	static const char *const curves[] = {"quadratic", "plateau", "two-peaked"};
	static const char *const plants[] = {"temporal", "server"};

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		for (size_t i = 0; i < 3; i++)
			for (size_t j = 0; j < 2; j++) {
				const struct dt_replay_setup setup =
					setup_of(plants[j], curves[i], seed);
				double near_s;

				assert_true(best_share(&setup, &near_s) >= 0.98);
				assert_false(isnan(near_s));
			}
}

static void test_noise_does_not_hide_the_optimum(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const struct dt_replay_setup setup = setup_of("temporal", "noisy", seed);
		double near_s;

		assert_true(best_share(&setup, &near_s) >= 0.97);
	}
}

/* Two hours, in which the optimum goes all its way: following loses less than staying. */
static void test_moving_optimum_is_followed(void **state)
{
	struct dt_replay_setup setup = setup_of("temporal", "moving", 1);
	struct dt_replay_outcome follows, stays;

	(void)state;
	setup.law.budget = 0;
	setup.limits.deadline_ns = 7200 * S;
	follows = run("extremum", &setup);
	stays = run("hold", &setup);
	assert_true(follows.regret < 0.02);
	assert_true(follows.regret < stays.regret / 2);
	dt_replay_clear(&follows);
	dt_replay_clear(&stays);
}

static void test_set_point(void **state)
{
	/* 100 * (1 - d^2) is 90 at d = 0.3162 of 8000 bp below 6200 bp: at 3670 bp */
	struct dt_replay_setup setup = setup_of("temporal", "quadratic", 3);
	struct dt_replay_outcome outcome;

	(void)state;
	setup.law.initial = 2000;
	setup.law.budget = 0;
	outcome = run("pi", &setup);
	assert_in_range(outcome.target, 3670 - 150, 3670 + 150);
	dt_replay_clear(&outcome);
}

static void test_schedule_is_reached(void **state)
{
	struct dt_replay_setup setup = setup_of("temporal", NULL, 1);
	struct dt_replay_outcome outcome;

	(void)state;
	setup.limits.deadline_ns = 200 * S;
	outcome = run("step", &setup);
	/* the initial target is evaluated never: the first step is due at once */
	assert_int_equal(outcome.nr_steps, 2);
	assert_int_equal(outcome.nr_reached, 2);
	assert_true(outcome.miss_bp > 0 && outcome.miss_bp < 1500);
	assert_true(isnan(outcome.share_of_best));
	dt_replay_clear(&outcome);
}

static void test_one_seed_one_outcome(void **state)
{
	(void)state;
	for (size_t i = 0; dt_laws[i]; i++) {
		const struct dt_replay_setup setup = setup_of("temporal", "noisy", 7);
		const struct dt_replay_setup third_setup = setup_of("temporal", "noisy", 8);
		struct dt_replay_outcome first = run(dt_laws[i]->name, &setup);
		struct dt_replay_outcome second = run(dt_laws[i]->name, &setup);
		struct dt_replay_outcome third = run(dt_laws[i]->name, &third_setup);
		bool differs = third.sim->nr != first.sim->nr;

		assert_int_equal(first.sim->nr, second.sim->nr);
		assert_int_equal(first.target, second.target);
		for (size_t j = 0; j < first.sim->nr; j++) {
			assert_true(first.sim->points[j].value == second.sim->points[j].value);
			assert_true(first.sim->points[j].time_ns == second.sim->points[j].time_ns);
			differs |= !differs &&
				   third.sim->points[j].value != first.sim->points[j].value;
		}
		assert_true(differs);
		dt_replay_clear(&first);
		dt_replay_clear(&second);
		dt_replay_clear(&third);
	}
}

/* Every curve's optimum is where it says, and 100. */
static void test_curves(void **state)
{
	(void)state;
	for (const struct dt_curve *curve = dt_curves; curve->name; curve++)
		for (unsigned step = 0; step < 16; step++) {
			const double seconds = 500.0 * step;
			const double best = curve->value(curve->optimum(seconds), seconds);

			assert_true(fabs(best - 100) < 1e-9);
			for (unsigned share = 0; share <= 10000; share += 50)
				assert_true(curve->value(share, seconds) <= best + 1e-9);
		}
}

/* By hand: 1 2 3 and 2 4 6: variances 1 and 4, means 2 and 4; df = (5/3)^2 / ((1/9 + 16/9) / 2). */
static void test_welch(void **state)
{
	struct dt_sum a = {0}, b = {0};

	(void)state;
	for (int i = 1; i <= 3; i++) {
		assert_true(isnan(dt_welch_half(&a, &b, 0.95)) || i > 2);
		dt_sum_add(&a, i);
		dt_sum_add(&b, 2.0 * i);
	}
	assert_true(fabs(a.mean - 2) < 1e-12 && fabs(b.mean - 4) < 1e-12);
	assert_true(fabs(dt_sum_error(&a) - sqrt(1.0 / 3)) < 1e-12);
	/* t of 97.5 % with 2.9412 degrees of freedom, by integrating the density; sqrt(5 / 3) */
	assert_true(fabs(dt_welch_half(&a, &b, 0.95) - 3.21876 * 1.2909944487) < 1e-3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_law_leaves_its_bounds),
		cmocka_unit_test(test_quiet_optima_are_found),
		cmocka_unit_test(test_noise_does_not_hide_the_optimum),
		cmocka_unit_test(test_moving_optimum_is_followed),
		cmocka_unit_test(test_set_point),
		cmocka_unit_test(test_schedule_is_reached),
		cmocka_unit_test(test_one_seed_one_outcome),
		cmocka_unit_test(test_curves),
		cmocka_unit_test(test_welch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
