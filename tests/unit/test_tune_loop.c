/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loop on a plant that follows a script: what it writes and when, and how it ends when the
 * user, another tuner, a loss, a refused write or the end of the plant comes in between.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/tuner.h"

#define MS 1000000ull
#define S  1000000000ull

/* One evaluation each 200 ms; the value is at the target so many evaluations after a write. */
#define PERIOD (200 * MS)
#define DELAY  5

struct fake {
	struct dt_plant plant;
	uint64_t now, next;
	unsigned since; /* evaluations after the last write */
	uint32_t former;
	bool deaf; /* the value never follows */
	/* what happens at a time, once */
	uint64_t incident_at;
	enum dt_plant_event_what incident;
	int stop; /* in its place: what wait() returns */
	/* of writes */
	int refusals[8];
	unsigned nr_writes, nr_asked;
	uint64_t writes_at[64];
	uint32_t writes[64];
	/* objective of a target */
	double (*worth)(uint32_t target);
	unsigned nr_measured;
};

static struct fake *fake_of(struct dt_plant *plant)
{
	return (struct fake *)plant;
}

static uint64_t fake_now(struct dt_plant *plant)
{
	return fake_of(plant)->now;
}

static int fake_wait(struct dt_plant *plant, uint64_t until, struct dt_plant_event *event,
		     struct dt_error *error)
{
	struct fake *fake = fake_of(plant);

	if (fake->incident_at && fake->incident_at <= until && fake->incident_at <= fake->next) {
		fake->now = fake->incident_at > fake->now ? fake->incident_at : fake->now;
		fake->incident_at = 0;
		if (fake->stop && fake->stop != -EINTR)
			return dt_fail(error, -fake->stop, NULL, "the pipe broke");
		if (fake->stop)
			return fake->stop;
		event->what = fake->incident;
		event->foreign = 1234;
		(void)strcpy(event->why, "as the script says");
		return 0;
	}
	if (fake->next > until) {
		fake->now = until > fake->now ? until : fake->now;
		event->what = DT_PLANT_TIME;
		return 0;
	}
	fake->now = fake->next;
	fake->next += PERIOD;
	fake->since++;
	event->what = DT_PLANT_GOAL;
	event->goal.time = fake->now;
	event->goal.target_value = plant->target;
	event->goal.current_value =
		fake->deaf || fake->since <= DELAY ? fake->former : plant->target;
	return 0;
}

static int fake_write(struct dt_plant *plant, uint32_t target, struct dt_error *error)
{
	struct fake *fake = fake_of(plant);
	const unsigned nr = fake->nr_asked++;

	if (nr < 8 && fake->refusals[nr])
		return dt_fail(error, -fake->refusals[nr], NULL, "the write was refused");
	assert_true(fake->nr_writes < 64);
	assert_in_range(target, DT_TARGET_LOWEST, DT_TARGET_HIGHEST);
	/* nothing is written when the value would not change */
	assert_int_not_equal(target, plant->target);
	/* and at most once in two quota windows */
	if (fake->nr_writes)
		assert_true(fake->now - fake->writes_at[fake->nr_writes - 1] >= 2 * PERIOD);
	fake->writes_at[fake->nr_writes] = fake->now;
	fake->writes[fake->nr_writes++] = target;
	fake->former = plant->target;
	fake->since = 0;
	plant->target = target;
	return 0;
}

static int fake_objective(struct dt_plant *plant, uint64_t from, uint64_t to, double *value,
			  struct dt_error *error)
{
	struct fake *fake = fake_of(plant);

	(void)error;
	assert_true(from < to && to <= fake->now);
	/* what was measured in transit was left out */
	assert_true(fake->deaf || !fake->nr_writes ||
		    from >= fake->writes_at[fake->nr_writes - 1] + DELAY * PERIOD);
	fake->nr_measured++;
	*value = fake->worth(plant->target);
	return 0;
}

static const struct dt_plant_ops blind_ops = {
	.name = "fake", .now = fake_now, .wait = fake_wait, .write = fake_write};
static const struct dt_plant_ops seeing_ops = {.name = "fake",
					       .now = fake_now,
					       .wait = fake_wait,
					       .write = fake_write,
					       .objective = fake_objective};

/* A journal that counts, and fails when it is told to. */
struct notes {
	struct dt_journal journal;
	unsigned counts[DT_ENTRY_END + 1];
	unsigned fail_at; /* the entry that fails, from 1 on; 0: none */
	unsigned nr;
	bool last_verified;
	enum dt_goal_verdict settled;
	uint64_t settled_ns;
	char end[256];
	uint64_t last_ns;
};

static int note(struct dt_journal *journal, const struct dt_entry *entry)
{
	struct notes *notes = (struct notes *)journal;

	if (++notes->nr == notes->fail_at)
		return -ENOSPC;
	/* in the order of time, and nothing behind the end */
	assert_true(entry->time_ns >= notes->last_ns);
	assert_int_equal(notes->counts[DT_ENTRY_END], 0);
	notes->last_ns = entry->time_ns;
	notes->counts[entry->what]++;
	if (entry->what == DT_ENTRY_WRITE)
		notes->last_verified = entry->verified;
	if (entry->what == DT_ENTRY_SETTLED) {
		notes->settled = entry->verdict;
		notes->settled_ns = entry->time_ns;
	}
	if (entry->what == DT_ENTRY_END)
		(void)snprintf(notes->end, sizeof(notes->end), "%s", entry->text);
	return 0;
}

struct world {
	struct fake fake;
	struct dt_law_setup setup;
	struct dt_loop_limits limits;
	struct notes notes;
	struct dt_tune_result result;
	struct dt_error error;
};

static struct world world_of(uint32_t initial)
{
	return (struct world){
		.fake = {.plant = {.ops = &blind_ops, .target = initial, .quota_ns = PERIOD},
			 .now = 100 * S,
			 .next = 100 * S,
			 .former = initial},
		.setup = {.minimum = 1,
			  .maximum = 9999,
			  .initial = initial,
			  .maximize = true,
			  .set_point = NAN},
		.limits = {.deadline_ns = 600 * S},
		.notes = {.journal = {note}},
	};
}

static int run(struct world *world, const char *law)
{
	return dt_tune_loop(&world->fake.plant, dt_law_find(law), &world->setup, &world->limits,
			    &world->notes.journal, &world->result, &world->error);
}

static const struct dt_schedule_point two_steps[] = {{0, 6000}, {60 * S, 8000}};

static struct world stepping(void)
{
	struct world world = world_of(5000);

	world.setup.schedule = two_steps;
	world.setup.nr_schedule = 2;
	world.limits.deadline_ns = 120 * S;
	return world;
}

static void test_schedule(void **state)
{
	struct world world = stepping();

	(void)state;
	assert_int_equal(run(&world, "step"), 0);
	assert_int_equal(world.result.end, DT_TUNE_DEADLINE);
	assert_int_equal(world.result.writes, 2);
	assert_int_equal(world.fake.writes[0], 6000);
	assert_int_equal(world.fake.writes[1], 8000);
	assert_true(world.fake.writes_at[0] == 100 * S);
	assert_true(world.fake.writes_at[1] == 160 * S);
	assert_int_equal(world.notes.settled, DT_GOAL_REACHED);
	assert_int_equal(world.notes.counts[DT_ENTRY_BEGIN], 1);
	assert_int_equal(world.notes.counts[DT_ENTRY_WRITE], 2);
	assert_int_equal(world.notes.counts[DT_ENTRY_END], 1);
	/* 120 s of one each 200 ms, both ends */
	assert_int_equal(world.notes.counts[DT_ENTRY_EVALUATION], 601);
	assert_int_equal(world.result.best, 8000);
}

static void test_hold_never_writes(void **state)
{
	struct world world = world_of(5000);

	(void)state;
	assert_int_equal(run(&world, "hold"), 0);
	assert_int_equal(world.result.end, DT_TUNE_DEADLINE);
	assert_int_equal(world.fake.nr_asked, 0);
	assert_true(world.result.observations > 10);
}

/* A goal that never comes ends the wait all the same: by STALLED, before the longest wait. */
static void test_never_settles(void **state)
{
	struct world world = world_of(5000);

	(void)state;
	world.fake.deaf = true;
	world.fake.former = 2000;
	world.limits.settle_ns = 500 * S;
	assert_int_equal(run(&world, "hold"), 0);
	assert_int_equal(world.notes.settled, DT_GOAL_STALLED);
	/* 1.5 windows of 2 s until there is a verdict, and 6 of it */
	assert_in_range(world.notes.settled_ns, 114 * S, 117 * S);
	assert_true(world.result.observations > 1);
}

static void test_longest_wait(void **state)
{
	struct world world = world_of(5000);

	(void)state;
	world.fake.deaf = true;
	world.fake.former = 2000;
	world.limits.settle_ns = 3 * S;
	world.limits.deadline_ns = 12 * S;
	assert_int_equal(run(&world, "hold"), 0);
	assert_int_equal(world.notes.counts[DT_ENTRY_SETTLED], 1);
	/* 3 s, then 3 windows of 2 s */
	assert_int_equal(world.result.observations, 1);
}

static double hill(uint32_t target)
{
	return 100 - fabs((double)target - 7000) / 100;
}

static void test_seeks(void **state)
{
	struct world world = world_of(5000);

	(void)state;
	world.fake.plant.ops = &seeing_ops;
	world.fake.worth = hill;
	world.limits.deadline_ns = 0;
	assert_int_equal(run(&world, "hill-climb"), 0);
	assert_int_equal(world.result.end, DT_TUNE_DONE);
	assert_true(abs((int)world.result.best - 7000) <= 200);
	/* the best is in force at the end */
	assert_int_equal(world.fake.plant.target, world.result.best);
	assert_int_equal(world.fake.nr_writes, world.result.writes);
}

static void test_minimize_within_bounds(void **state)
{
	struct world world = world_of(5000);

	(void)state;
	world.fake.plant.ops = &seeing_ops;
	world.fake.worth = hill;
	world.setup.maximize = false;
	world.setup.minimum = 4000;
	world.setup.maximum = 7500;
	assert_int_equal(run(&world, "golden"), 0);
	assert_true(world.result.best <= 4300);
	for (unsigned i = 0; i < world.fake.nr_writes; i++)
		assert_in_range(world.fake.writes[i], 4000, 7500);
}

static double cliff(uint32_t target)
{
	return target > 6000 ? 10 : 100;
}

/* Over the edge the loop goes back by itself, before the law says anything. */
static void test_rolls_back(void **state)
{
	struct world world = world_of(5000);

	(void)state;
	world.fake.plant.ops = &seeing_ops;
	world.fake.worth = cliff;
	assert_int_equal(run(&world, "hill-climb"), 0);
	assert_int_equal(world.fake.writes[0], 7500);
	assert_int_equal(world.fake.writes[1], 5000);
	assert_true(world.result.rollbacks >= 1);
	assert_int_equal(world.notes.counts[DT_ENTRY_ROLLBACK], world.result.rollbacks);
	assert_true(world.fake.plant.target <= 6000);
}

static void test_budget(void **state)
{
	for (unsigned budget = 1; budget < 12; budget++) {
		struct world world = world_of(3000);

		(void)state;
		world.fake.plant.ops = &seeing_ops;
		world.fake.worth = hill;
		world.setup.budget = budget;
		assert_int_equal(run(&world, "extremum"), 0);
		assert_int_equal(world.result.end, DT_TUNE_DEADLINE);
		assert_true(world.fake.nr_writes <= budget);
		assert_int_equal(world.fake.plant.target, world.result.best);
	}
}

static void test_dry_run(void **state)
{
	struct world world = stepping(), seeking = world_of(5000);

	(void)state;
	world.limits.dry_run = true;
	assert_int_equal(run(&world, "step"), 0);
	assert_int_equal(world.fake.nr_asked, 0);
	assert_true(world.notes.counts[DT_ENTRY_DECISION] >= 2);
	seeking.limits.dry_run = true;
	seeking.fake.plant.ops = &seeing_ops;
	seeking.fake.worth = hill;
	assert_int_equal(run(&seeking, "golden"), 0);
	assert_int_equal(seeking.fake.nr_asked, 0);
	assert_int_equal(seeking.result.end, DT_TUNE_DONE);
}

/* ---- what comes in between ---- */

/* At any time of the loop: it ends then, and nothing is written any more. */
static void end_at(uint64_t at, enum dt_plant_event_what what, int stop, enum dt_tune_end end)
{
	struct world world = world_of(5000);
	unsigned writes;

	world.fake.plant.ops = &seeing_ops;
	world.fake.worth = hill;
	world.fake.incident_at = at;
	world.fake.incident = what;
	world.fake.stop = stop;
	assert_int_equal(run(&world, "golden"), stop == -EINTR ? 0 : stop);
	assert_int_equal(world.result.end, end);
	assert_int_equal(world.notes.counts[DT_ENTRY_END], 1);
	writes = world.fake.nr_writes;
	for (unsigned i = 0; i < writes; i++)
		assert_true(world.fake.writes_at[i] < at);
}

static void test_ends(void **state)
{
	(void)state;
	for (uint64_t at = 100 * S; at < 180 * S; at += 130 * MS) {
		end_at(at, DT_PLANT_TIME, -EINTR, DT_TUNE_STOPPED);
		end_at(at, DT_PLANT_TIME, -EIO, DT_TUNE_FAILED);
		end_at(at, DT_PLANT_FOREIGN, 0, DT_TUNE_FOREIGN);
		end_at(at, DT_PLANT_GONE, 0, DT_TUNE_GONE);
	}
}

static void test_loss_throws_the_window_away(void **state)
{
	struct world world = world_of(5000), undisturbed = world_of(5000);

	(void)state;
	/* 3 s to settle, windows of 2 s from then on: 104 s is in the first */
	world.fake.plant.ops = undisturbed.fake.plant.ops = &seeing_ops;
	world.fake.worth = undisturbed.fake.worth = hill;
	world.limits.deadline_ns = undisturbed.limits.deadline_ns = 10 * S;
	world.fake.incident_at = 104 * S;
	world.fake.incident = DT_PLANT_LOSS;
	assert_int_equal(run(&undisturbed, "hold"), 0);
	assert_int_equal(run(&world, "hold"), 0);
	assert_int_equal(undisturbed.notes.counts[DT_ENTRY_MEASUREMENT], 3);
	assert_int_equal(world.notes.counts[DT_ENTRY_MEASUREMENT], 2);
	assert_int_equal(world.notes.counts[DT_ENTRY_LOSS], 1);
}

static void test_refused_write(void **state)
{
	struct world world = stepping();

	(void)state;
	world.fake.refusals[0] = -EINVAL;
	assert_int_equal(run(&world, "step"), -EINVAL);
	assert_int_equal(world.result.end, DT_TUNE_FAILED);
	assert_int_equal(world.fake.nr_asked, 1);
	assert_false(world.notes.last_verified);
	assert_non_null(strstr(world.notes.end, "refused"));
	assert_int_equal(world.fake.plant.target, 5000);
}

/* A verification that fails is no reason to go on. */
static void test_failed_verification(void **state)
{
	struct world world = stepping();

	(void)state;
	world.fake.refusals[1] = -EIO;
	assert_int_equal(run(&world, "step"), -EIO);
	assert_int_equal(world.result.writes, 1);
	assert_int_equal(world.fake.plant.target, 6000);
}

static void test_busy_is_tried_again(void **state)
{
	struct world world = stepping(), storm = stepping();

	(void)state;
	world.fake.refusals[0] = -EBUSY;
	world.fake.refusals[1] = -EBUSY;
	assert_int_equal(run(&world, "step"), 0);
	assert_int_equal(world.result.writes, 2);
	assert_int_equal(world.notes.counts[DT_ENTRY_WRITE], 4);
	for (unsigned i = 0; i < 8; i++)
		storm.fake.refusals[i] = -EBUSY;
	assert_int_equal(run(&storm, "step"), -EBUSY);
	assert_int_equal(storm.fake.nr_asked, 3);
}

static void test_stopped_in_a_write(void **state)
{
	struct world world = stepping();

	(void)state;
	world.fake.refusals[0] = -EINTR;
	assert_int_equal(run(&world, "step"), 0);
	assert_int_equal(world.result.end, DT_TUNE_STOPPED);
	assert_int_equal(world.fake.nr_writes, 0);
}

/* Whichever entry cannot be written: the loop ends there. */
static void test_full_disk(void **state)
{
	(void)state;
	for (unsigned at = 1; at < 60; at++) {
		struct world world = stepping();

		world.notes.fail_at = at;
		assert_int_equal(run(&world, "step"), -ENOSPC);
		assert_int_equal(world.result.end, DT_TUNE_FAILED);
		assert_true(world.fake.nr_writes <= 1);
	}
}

static void test_refuses(void **state)
{
	struct world world = world_of(5000);

	(void)state;
	assert_int_equal(run(&world, "golden"), -EINVAL);
	assert_non_null(strstr(world.error.message, "objective"));
	world.setup.minimum = 0;
	assert_int_equal(run(&world, "hold"), -EINVAL);
	world.setup.minimum = 6000;
	world.setup.maximum = 5000;
	assert_int_equal(run(&world, "hold"), -EINVAL);
	assert_int_equal(world.fake.nr_asked, 0);
}

/* A law that breaks its promise is not obeyed. */
static int rogue_begin(void **state, const struct dt_law_setup *setup, struct dt_error *error)
{
	(void)setup;
	(void)error;
	*state = NULL;
	return 0;
}

static void rogue_decide(void *state, const struct dt_observation *observation,
			 struct dt_decision *decision)
{
	(void)state;
	(void)observation;
	decision->move = DT_MOVE_WRITE;
	decision->target = 10000;
}

static void rogue_end(void *state)
{
	(void)state;
}

static void test_rogue_law(void **state)
{
	static const struct dt_law rogue = {
		.name = "rogue", .begin = rogue_begin, .decide = rogue_decide, .end = rogue_end};
	struct world world = world_of(5000);

	(void)state;
	assert_int_equal(dt_tune_loop(&world.fake.plant, &rogue, &world.setup, &world.limits,
				      &world.notes.journal, &world.result, &world.error),
			 -ERANGE);
	assert_int_equal(world.fake.nr_asked, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schedule),
		cmocka_unit_test(test_hold_never_writes),
		cmocka_unit_test(test_never_settles),
		cmocka_unit_test(test_longest_wait),
		cmocka_unit_test(test_seeks),
		cmocka_unit_test(test_minimize_within_bounds),
		cmocka_unit_test(test_rolls_back),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_loss_throws_the_window_away),
		cmocka_unit_test(test_refused_write),
		cmocka_unit_test(test_failed_verification),
		cmocka_unit_test(test_busy_is_tried_again),
		cmocka_unit_test(test_stopped_in_a_write),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_rogue_law),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
