/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The live plant above the fake kernel: whatever goes wrong at whichever write, no wrong value is
 * left behind and nothing hangs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "damon-trace/plant_live.h"
#include "tests/unit/goal_feeder.h"
#include "tests/unit/sysfs_tree.h"
#include "tests/unit/tune_world.h"

static struct tune_world world;
static struct goal_feeder feeder;
static struct dt_plant *plant;
static struct dt_error error;
static volatile sig_atomic_t stop;
static unsigned stop_at, writes_after_stop;

static void open_plant(void)
{
	const struct dt_live_options options = {.sysfs = &world.sysfs,
						.actuator = &world.actuator,
						.journal = &world.journal,
						.record = &world.record};
	const int fd = goal_feeder_begin(&feeder, &world.kernel);

	assert_int_equal(dt_plant_live_open_lines(&plant, &options, fd, &error), 0);
}

static int set_up(void **state)
{
	if (sysfs_tree_set_up(state))
		return -1;
	/* a reader that went away is an error of the write, not the end of the test */
	(void)signal(SIGPIPE, SIG_IGN);
	tune_world_begin(&world);
	stop = 0;
	world.sysfs.stop = &stop;
	open_plant();
	return 0;
}

static int tear_down(void **state)
{
	goal_feeder_end(&feeder);
	plant->ops->close(plant);
	tune_world_end(&world);
	return sysfs_tree_tear_down(state);
}

/* A new world and plant in the same test. */
static void again(void)
{
	goal_feeder_end(&feeder);
	plant->ops->close(plant);
	tune_world_end(&world);
	(void)sysfs_tree_tear_down(NULL);
	assert_int_equal(set_up(NULL), 0);
}

static int write_target(uint32_t target)
{
	return plant->ops->write(plant, target, &error);
}

/* What a tuner does at its end, however it came. */
static void restore(void)
{
	struct dt_warnings notes = {0};
	struct dt_tune_restored restored;

	world.kernel.fail_path = NULL;
	world.kernel.busy = 0;
	world.kernel.on_write = NULL;
	assert_int_equal(dt_tune_restore(&world.sysfs, &world.record, &restored, &notes, &error),
			 0);
	assert_int_equal(restored.foreign, 0);
}

/* The next event that is no evaluation as it should be; bounded, as nothing may hang. */
static void wait_for(enum dt_plant_event_what what, struct dt_plant_event *event)
{
	const uint64_t until = plant->ops->now(plant) + 20000000000u;

	do
		assert_int_equal(plant->ops->wait(plant, until, event, &error), 0);
	while (event->what != what && event->what != DT_PLANT_TIME);
	assert_int_equal(event->what, what);
}

static void test_writes_are_in_force(void **state)
{
	static const uint32_t targets[] = {8000, 3000, 1, 9999};
	struct dt_plant_event event;

	(void)state;
	assert_int_equal(plant->target, 6000);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		assert_int_equal(write_target(targets[i]), 0);
		assert_int_equal(plant->target, targets[i]);
		tune_world_expect(&world, targets[i], 10000 - targets[i]);
		wait_for(DT_PLANT_GOAL, &event);
	}
	assert_int_equal(write_target(0), -ERANGE);
	assert_int_equal(write_target(10000), -ERANGE);
	for (unsigned i = 0; i < world.kernel.nr_writes; i++)
		assert_true(!strstr(world.kernel.writes[i].path, "state") ||
			    !strcmp(world.kernel.writes[i].value, "commit_schemes_quota_goals"));
	restore();
	tune_world_expect(&world, 6000, 4000);
}

/* The events after a write are those of PULL alone, with the new target. */
static void test_events(void **state)
{
	struct dt_plant_event event;
	uint64_t last = 0;

	(void)state;
	assert_int_equal(write_target(7000), 0);
	for (int i = 0; i < 20; i++) {
		wait_for(DT_PLANT_GOAL, &event);
		assert_int_equal(event.goal.scheme_idx, 0);
		assert_true(event.goal.time > last);
		last = event.goal.time;
	}
	assert_int_equal(event.goal.target_value, 7000);
	assert_int_equal(plant->ops->wait(plant, plant->ops->now(plant), &event, &error), 0);
}

static void test_refused_everywhere(void **state)
{
	static const int codes[] = {EINVAL, EBUSY, EIO, ENOENT};

	(void)state;
	for (size_t c = 0; c < sizeof(codes) / sizeof(codes[0]); c++)
		for (unsigned at = 0; at < 3; at++) {
			again();
			assert_int_equal(write_target(8000), 0);
			world.kernel.fail_path = "";
			world.kernel.fail_after = at;
			world.kernel.fail_errno = codes[c];
			world.kernel.fail_once = codes[c] != EBUSY;
			assert_int_equal(write_target(3000), -codes[c]);
			if (codes[c] == EBUSY)
				restore(); /* the way back was barred, too */
			else
				tune_world_expect(&world, 8000, 2000);
			restore();
			tune_world_expect(&world, 6000, 4000);
		}
}

static void test_busy_for_a_while(void **state)
{
	(void)state;
	world.sysfs.busy_ms = 5000;
	for (unsigned busy = 1; busy < 8; busy++) {
		world.kernel.busy = busy;
		assert_int_equal(write_target(6000 + busy), 0);
		tune_world_expect(&world, 6000 + busy, 4000 - busy);
	}
}

static void test_death_everywhere(void **state)
{
	struct dt_plant_event event;

	(void)state;
	for (unsigned at = 1; at <= 4; at++) {
		again();
		world.kernel.dies_after = at;
		/* three writes of a target, then the first of the next */
		if (at <= 3)
			assert_int_not_equal(write_target(8000), 0);
		else
			assert_int_equal(write_target(8000), 0);
		if (at == 4)
			assert_int_not_equal(write_target(3000), 0);
		wait_for(DT_PLANT_GONE, &event);
		assert_non_null(strstr(event.why, "kdamond 0 has ended"));
		restore();
		assert_int_equal(tune_world_file(&world, tune_world_path(0)), 6000);
		assert_int_equal(tune_world_file(&world, tune_world_path(1)), 4000);
	}
}

static void test_files_vanish(void **state)
{
	struct dt_plant_event event;

	(void)state;
	for (unsigned scheme = 0; scheme < 2; scheme++) {
		again();
		world.kernel.vanishing = tune_world_path(scheme);
		assert_int_not_equal(write_target(8000), 0);
		wait_for(DT_PLANT_GONE, &event);
		assert_non_null(strstr(event.why, "target_value"));
		restore();
		assert_int_equal(tune_world_file(&world, tune_world_path(!scheme)),
				 scheme ? 6000 : 4000);
	}
}

static void find_node_at_commit(struct fake_kernel *kernel, const char *path)
{
	(void)kernel;
	if (!strcmp(path, "0/state"))
		feeder.wrong_nid = feeder.wrong_nid < 0 ? 1 : -1;
}

/* The first commit loses the node, the repair's brings it back. */
static void test_lost_nid_is_repaired(void **state)
{
	const struct fake_write *last;

	(void)state;
	world.kernel.on_write = find_node_at_commit;
	assert_int_equal(write_target(8000), 0);
	tune_world_expect(&world, 8000, 2000);
	last = &world.kernel.writes[world.kernel.nr_writes - 1];
	assert_string_equal(last->value, "commit");
}

static void test_lost_nid_for_good(void **state)
{
	(void)state;
	assert_int_equal(write_target(7000), 0);
	feeder.wrong_nid = 1;
	assert_int_equal(write_target(8000), -EILSEQ);
	assert_non_null(strstr(error.message, "node 1, not for node 0"));
	assert_int_equal(plant->target, 7000);
	tune_world_expect(&world, 7000, 3000);
}

static void test_kernel_keeps_the_old_target(void **state)
{
	(void)state;
	feeder.wrong_target = 6000;
	assert_int_equal(write_target(8000), -EILSEQ);
	assert_non_null(strstr(error.message, "6000 bp, not 8000"));
	assert_int_equal(plant->target, 6000);
	tune_world_expect(&world, 6000, 4000);
}

static void test_no_evaluation(void **state)
{
	const struct dt_live_options options = {.sysfs = &world.sysfs,
						.actuator = &world.actuator,
						.journal = &world.journal,
						.record = &world.record,
						.verify_ns = 100000000};
	struct dt_plant *silent;
	int pipe_fds[2];

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(dt_plant_live_open_lines(&silent, &options, pipe_fds[0], &error), 0);
	assert_int_equal(silent->ops->write(silent, 8000, &error), -ETIMEDOUT);
	assert_int_equal(silent->target, 6000);
	tune_world_expect(&world, 6000, 4000);
	silent->ops->close(silent);
	(void)close(pipe_fds[1]);
}

static void test_foreign_in_sysfs(void **state)
{
	struct dt_plant_event event;
	unsigned writes;

	(void)state;
	assert_int_equal(write_target(8000), 0);
	feeder.silent = true;
	tune_world_foreign(&world, tune_world_path(0), "5555");
	writes = world.kernel.nr_writes;
	assert_int_equal(write_target(3000), -ESTALE);
	assert_int_equal(world.kernel.nr_writes, writes);
	wait_for(DT_PLANT_FOREIGN, &event);
	assert_int_equal(event.foreign, 5555);
}

static void test_foreign_in_the_trace(void **state)
{
	struct dt_plant_event event;

	(void)state;
	assert_int_equal(write_target(8000), 0);
	feeder.wrong_target = 4321;
	wait_for(DT_PLANT_FOREIGN, &event);
	assert_int_equal(event.foreign, 4321);
}

static void test_loss(void **state)
{
	struct dt_plant_event event;

	(void)state;
	goal_feeder_say(&feeder, "loss 1 17\n");
	wait_for(DT_PLANT_LOSS, &event);
}

static void test_what_is_no_line(void **state)
{
	static const char *const lines[] = {
		"goal\n",
		"goal 1 1000 0 0 6000\n",
		"goal 1 1000 0 0 6000 5000 7\n",
		"goal 1 1000 0 0 6000 5000x\n",
		"goal -1 1000 0 0 6000 5000\n",
		"goal 1 0 0 0 6000 5000\n",
		"goal 1 1000 0 0 6000 99999999999\n",
		"loss 1\n",
		"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct dt_plant_event event;
		int ret;

		again();
		goal_feeder_say(&feeder, lines[i]);
		do
			ret = plant->ops->wait(plant, UINT64_MAX, &event, &error);
		while (!ret);
		assert_int_equal(ret, -EINVAL);
		assert_non_null(strstr(error.message, "cannot be read"));
	}
}

static void test_stream_ends(void **state)
{
	struct dt_plant_event event;

	(void)state;
	goal_feeder_end(&feeder);
	wait_for(DT_PLANT_GONE, &event);
	assert_non_null(strstr(event.why, "has ended"));
	(void)goal_feeder_begin(&feeder, &world.kernel);
	(void)close(feeder.pipe[0]);
}

static void stop_there(struct fake_kernel *kernel, const char *path)
{
	(void)path;
	writes_after_stop += stop != 0;
	if (kernel->nr_writes == stop_at)
		stop = 1;
}

/* The write under way ends; after it only those that put things back are made. */
static void test_signal_everywhere(void **state)
{
	struct dt_plant_event event;

	(void)state;
	for (stop_at = 0; stop_at < 3; stop_at++) {
		again();
		world.kernel.on_write = stop_there;
		assert_int_equal(write_target(8000), -EINTR);
		writes_after_stop = 0;
		assert_int_equal(write_target(3000), -EINTR);
		assert_int_equal(plant->ops->wait(plant, UINT64_MAX, &event, &error), -EINTR);
		assert_int_equal(writes_after_stop, 0);
		restore();
		tune_world_expect(&world, 6000, 4000);
	}
}

static void test_journal_is_full(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full)
		skip();
	dt_tune_journal_tee(&world.journal, full);
	assert_int_equal(write_target(8000), -ENOSPC);
	assert_int_equal(world.kernel.nr_writes, 0);
	tune_world_expect(&world, 6000, 4000);
	(void)fclose(full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_writes_are_in_force),
		TEST(test_events),
		TEST(test_refused_everywhere),
		TEST(test_busy_for_a_while),
		TEST(test_death_everywhere),
		TEST(test_files_vanish),
		TEST(test_lost_nid_is_repaired),
		TEST(test_lost_nid_for_good),
		TEST(test_kernel_keeps_the_old_target),
		TEST(test_no_evaluation),
		TEST(test_foreign_in_sysfs),
		TEST(test_foreign_in_the_trace),
		TEST(test_loss),
		TEST(test_what_is_no_line),
		TEST(test_stream_ends),
		TEST(test_signal_everywhere),
		TEST(test_journal_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
