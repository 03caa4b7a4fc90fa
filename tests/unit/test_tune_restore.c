/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Restoring: wherever a tuner was killed, DAMON gets back what it had before, and what others wrote
 * is left to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/wait.h>

#include "damon-trace/setup.h"
#include "tests/unit/sysfs_tree.h"
#include "tests/unit/tune_world.h"

static struct tune_world world;
static unsigned kill_at;

static int set_up(void **state)
{
	const int ret = sysfs_tree_set_up(state);

	if (!ret)
		tune_world_begin(&world);
	return ret;
}

static int tear_down(void **state)
{
	tune_world_end(&world);
	return sysfs_tree_tear_down(state);
}

static int restore(struct dt_tune_restored *restored)
{
	struct dt_tune_record record;
	struct dt_warnings notes = {0};
	int ret = dt_tune_record_read(&record, world.state, &world.error);

	if (!ret)
		ret = dt_tune_restore(&world.sysfs, &record, restored, &notes, &world.error);
	return ret;
}

static void kill_there(struct fake_kernel *kernel, const char *path)
{
	(void)path;
	if (kernel->nr_writes == kill_at)
		(void)raise(SIGKILL);
}

/* A process that tunes, and is killed before its write number `at`. Did it get that far? */
static bool tune_until_killed(unsigned at)
{
	pid_t child;
	int status;

	world.kernel.nr_writes = 0;
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		kill_at = at;
		world.kernel.on_write = kill_there;
		(void)tune_world_write(&world, 8000);
		(void)tune_world_write(&world, 3000);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void test_killed_everywhere(void **state)
{
	struct dt_tune_restored restored = {0};
	unsigned at;

	(void)state;
	for (at = 0; tune_until_killed(at); at++) {
		assert_int_equal(restore(&restored), 0);
		tune_world_expect(&world, 6000, 4000);
		assert_int_equal(restored.foreign + restored.gone, 0);
		tune_world_journal(&world);
	}
	/* two files and a command, twice */
	assert_int_equal(at, 6);
	tune_world_expect(&world, 3000, 7000);
	assert_int_equal(restore(&restored), 0);
	assert_int_equal(restored.restored, 2);
	tune_world_expect(&world, 6000, 4000);
}

/* restore itself may be killed, too: the next one finishes its work */
static void test_restore_killed(void **state)
{
	struct dt_tune_restored restored = {0};

	(void)state;
	for (unsigned at = 0; at < 3; at++) {
		pid_t child;
		int status;

		assert_int_equal(tune_world_write(&world, 8000), 0);
		child = fork();
		assert_true(child >= 0);
		if (!child) {
			kill_at = world.kernel.nr_writes + at;
			world.kernel.on_write = kill_there;
			(void)restore(&restored);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(restore(&restored), 0);
		tune_world_expect(&world, 6000, 4000);
		tune_world_journal(&world);
	}
}

static void test_foreign_is_left(void **state)
{
	struct dt_tune_restored restored = {0};

	(void)state;
	assert_int_equal(tune_world_write(&world, 8000), 0);
	tune_world_foreign(&world, tune_world_path(0), "5555");
	assert_int_equal(restore(&restored), 0);
	assert_int_equal(restored.foreign, 1);
	assert_int_equal(restored.restored, 1);
	tune_world_expect(&world, 5555, 4000);
}

static void test_earlier_values_are_not_ours(void **state)
{
	struct dt_tune_restored restored = {0};

	(void)state;
	assert_int_equal(tune_world_write(&world, 8000), 0);
	assert_int_equal(tune_world_write(&world, 7000), 0);
	assert_int_equal(tune_world_write(&world, 6500), 0);
	tune_world_foreign(&world, tune_world_path(0), "8000");
	assert_int_equal(restore(&restored), 0);
	assert_int_equal(restored.foreign, 1);
	tune_world_expect(&world, 8000, 4000);
}

static void test_kdamond_ended(void **state)
{
	struct dt_tune_restored restored = {0};

	(void)state;
	assert_int_equal(tune_world_write(&world, 8000), 0);
	assert_int_equal(dt_damon_sysfs_command(&world.sysfs, 0, "off", &world.error), 0);
	assert_int_equal(restore(&restored), 0);
	assert_int_equal(restored.restored, 2);
	assert_int_equal(tune_world_file(&world, tune_world_path(0)), 6000);
	assert_int_equal(tune_world_file(&world, tune_world_path(1)), 4000);
}

static void test_kdamond_is_another(void **state)
{
	struct dt_tune_restored restored = {0};

	(void)state;
	world.actuator.pid = 4711;
	assert_int_equal(dt_tune_journal_begin(&world.journal, &world.facts, &world.error), 0);
	assert_int_equal(tune_world_write(&world, 8000), 0);
	assert_int_equal(restore(&restored), 0);
	assert_int_equal(restored.foreign, 2);
	tune_world_expect(&world, 8000, 2000);
}

static void test_files_are_gone(void **state)
{
	struct dt_tune_restored restored = {0};

	(void)state;
	assert_int_equal(tune_world_write(&world, 8000), 0);
	assert_int_equal(dt_damon_sysfs_command(&world.sysfs, 0, "off", &world.error), 0);
	assert_int_equal(dt_damon_sysfs_put(&world.sysfs, "nr_kdamonds", "0", &world.error), 0);
	assert_int_equal(restore(&restored), 0);
	assert_int_equal(restored.gone, 2);
	assert_int_equal(restored.restored, 0);
}

static void test_busy_and_refused(void **state)
{
	struct dt_tune_restored restored = {0};

	(void)state;
	assert_int_equal(tune_world_write(&world, 8000), 0);
	world.kernel.busy = 3;
	assert_int_equal(restore(&restored), 0);
	tune_world_expect(&world, 6000, 4000);
	tune_world_journal(&world);
	assert_int_equal(tune_world_write(&world, 8000), 0);
	world.kernel.fail_path = "0/state";
	world.kernel.fail_errno = EINVAL;
	world.kernel.fail_once = true;
	assert_int_equal(restore(&restored), -EINVAL);
	tune_world_expect(&world, 8000, 2000);
	assert_int_equal(restore(&restored), 0);
	tune_world_expect(&world, 6000, 4000);
}

/* A signal that ended the tuner does not keep the values from coming back. */
static void test_signal_is_no_hindrance(void **state)
{
	static volatile sig_atomic_t stop = 1;
	struct dt_tune_restored restored = {0};

	(void)state;
	assert_int_equal(tune_world_write(&world, 8000), 0);
	world.sysfs.stop = &stop;
	assert_int_equal(restore(&restored), 0);
	tune_world_expect(&world, 6000, 4000);
}

static void append(const char *text)
{
	char path[600];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/" DT_TUNE_JOURNAL, world.state);
	file = fopen(path, "a");
	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void test_cut_line(void **state)
{
	struct dt_tune_restored restored = {0};

	(void)state;
	assert_int_equal(tune_world_write(&world, 8000), 0);
	append("{\"what\":\"intend\",\"time_n");
	assert_int_equal(restore(&restored), 0);
	tune_world_expect(&world, 6000, 4000);
}

static void test_goes_on_behind_a_cut_line(void **state)
{
	struct dt_tune_journal journal = {.nr = 0};
	struct dt_tune_record record;

	(void)state;
	append("{\"what\":\"inte");
	assert_int_equal(dt_tune_journal_open(&journal, world.state, false, &world.error), 0);
	assert_int_equal(dt_tune_journal_settle(&journal, 0, "by a test", &world.error), 0);
	dt_tune_journal_close(&journal);
	assert_int_equal(dt_tune_record_read(&record, world.state, &world.error), 0);
	assert_true(record.settled);
}

static void test_damaged_journal(void **state)
{
	static const char *const lines[] = {
		"{\"what\":\"intend\",\"values\":[1]}\n",
		"{\"what\":\"intend\",\"values\":[1,-2]}\n",
		"{\"what\":\"tune\",\"schema\":1}\n",
		"{\"what\":\"tune\",\"schema\":1,\"pid\":1,\"kdamond\":0,\"kdamond_pid\":1,"
		"\"boot_id\":\"b\",\"command\":\"off\",\"files\":[[\"0/a\",1]]}\n",
		"{\"what\":\"tune\",\"schema\":1,\"pid\":1,\"kdamond\":0,\"kdamond_pid\":1,"
		"\"boot_id\":\"b\",\"command\":\"commit\",\"files\":[[\"../a\",1]]}\n",
		"{\"what\":\"tune\",\"schema\":1,\"pid\":1,\"kdamond\":0,\"kdamond_pid\":1,"
		"\"boot_id\":\"b\",\"command\":\"commit\",\"files\":[[\"0/../../a\",1]]}\n",
		/* an instance that is not the tuner's own */
		"{\"what\":\"tune\",\"schema\":1,\"pid\":1,\"kdamond\":0,\"kdamond_pid\":1,"
		"\"boot_id\":\"b\",\"command\":\"commit\",\"files\":[[\"0/a\",1]],"
		"\"instance\":\"damon-trace-2\"}\n",
		"[]\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct dt_tune_record record;

		tune_world_journal(&world);
		append(lines[i]);
		assert_int_equal(dt_tune_record_read(&record, world.state, &world.error), -EINVAL);
		assert_non_null(strstr(world.error.message, "line 2"));
	}
}

static void test_instance(void **state)
{
	struct dt_tune_record record;
	char own[64];

	(void)state;
	assert_int_equal(dt_tune_record_read(&record, world.state, &world.error), 0);
	assert_string_equal(record.instance, "");
	(void)snprintf(own, sizeof(own), "damon-trace-%ld", (long)getpid());
	world.facts.instance = own;
	assert_int_equal(dt_tune_journal_begin(&world.journal, &world.facts, &world.error), 0);
	assert_int_equal(dt_tune_record_read(&record, world.state, &world.error), 0);
	assert_string_equal(record.instance, own);
	/* as journals of earlier versions */
	append("{\"what\":\"tune\",\"schema\":1,\"pid\":1,\"kdamond\":0,\"kdamond_pid\":1,"
	       "\"boot_id\":\"b\",\"command\":\"commit\",\"files\":[[\"0/a\",1]]}\n");
	assert_int_equal(dt_tune_record_read(&record, world.state, &world.error), 0);
	assert_string_equal(record.instance, "");
}

static void test_full_disk(void **state)
{
	struct dt_tune_journal journal = {.nr = 0};
	const uint64_t values[] = {1, 2};
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full)
		skip();
	dt_tune_journal_tee(&journal, full);
	assert_int_equal(dt_tune_journal_intend(&journal, 1, 1, values, 2, &world.error), -ENOSPC);
	assert_non_null(strstr(world.error.message, DT_TUNE_JOURNAL));
	dt_tune_journal_close(&journal);
	(void)fclose(full);
}

static void test_second_tuner(void **state)
{
	char number[32];
	int lock, second;

	(void)state;
	assert_int_equal(dt_state_lock(world.state, DT_TUNE_LOCK, &lock, &world.error), 0);
	assert_int_equal(dt_state_lock(world.state, DT_TUNE_LOCK, &second, &world.error), -EBUSY);
	(void)snprintf(number, sizeof(number), "pid %ld tunes", (long)getpid());
	assert_non_null(strstr(world.error.message, number));
	(void)close(lock);
	assert_int_equal(dt_state_lock(world.state, DT_TUNE_LOCK, &lock, &world.error), 0);
	(void)close(lock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_killed_everywhere),
		TEST(test_restore_killed),
		TEST(test_foreign_is_left),
		TEST(test_earlier_values_are_not_ours),
		TEST(test_kdamond_ended),
		TEST(test_kdamond_is_another),
		TEST(test_files_are_gone),
		TEST(test_busy_and_refused),
		TEST(test_signal_is_no_hindrance),
		TEST(test_cut_line),
		TEST(test_goes_on_behind_a_cut_line),
		TEST(test_damaged_journal),
		TEST(test_instance),
		TEST(test_full_disk),
		TEST(test_second_tuner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
