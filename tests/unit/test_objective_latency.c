/* SPDX-License-Identifier: GPL-2.0-only */
/* The objectives of memory samples, on samples of the test's own and on page faults for real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "control/objective_latency.h"
#include "damon-trace/objective.h"
#include "tests/unit/fake_samples.h"
#include "tests/unit/sysfs_tree.h"

#define SECOND 1000000000ull
#define BIN    DT_LATENCY_BIN_NS

static struct dt_objective *objective;
static struct dt_error error;
static struct dt_roots roots;
static struct dt_objective_setup setup;

static int set_up(void **state)
{
	const int ret = sysfs_tree_set_up(state);

	roots = (struct dt_roots){sysfs_tree_root(), sysfs_tree_root(), sysfs_tree_root()};
	setup = (struct dt_objective_setup){.roots = &roots, .clock = "mono"};
	error = (struct dt_error){{0}, {0}};
	objective = NULL;
	sysfs_tree_put("devices/system/cpu/online", "0-1");
	(void)setenv("TMPDIR", sysfs_tree_root(), 1);
	fake_samples_begin(NULL, NULL);
	return ret;
}

static int tear_down(void **state)
{
	dt_objective_close(objective);
	fake_samples_end();
	(void)unsetenv("TMPDIR");
	return sysfs_tree_tear_down(state);
}

static int open_objective(const char *text)
{
	return dt_objective_open(&objective, text, &setup, &error);
}

static int collect(uint64_t now)
{
	return objective->ops->collect(objective, now, &error);
}

static double mean(uint64_t from, uint64_t to)
{
	double value = 0;

	assert_int_equal(objective->ops->mean(objective, from, to, &value, &error), 0);
	return value;
}

static void test_latency(void **state)
{
	(void)state;
	assert_int_equal(open_objective("latency"), 0);
	assert_int_equal(collect(10 * SECOND), 0);
	fake_samples_add(10 * SECOND + 1, FAKE_NEAR_LOAD, 100);
	fake_samples_add(10 * SECOND + 2, FAKE_L1_HIT, 5);
	fake_samples_add(10 * SECOND + 3, FAKE_FAR_LOAD, 300);
	/* neither a load, nor one whose latency is known */
	fake_samples_add(10 * SECOND + 4, FAKE_FAR_STORE, 5000);
	fake_samples_add(10 * SECOND + 5, FAKE_NOTHING, 7000);
	fake_samples_add(10 * SECOND + 6, FAKE_NEAR_LOAD, 0);
	assert_int_equal(collect(10 * SECOND + SECOND / 2), 0);
	assert_float_equal(mean(10 * SECOND, 10 * SECOND + SECOND / 2), 135, 1e-9);
	assert_true(isnan(mean(10 * SECOND + SECOND / 4, 10 * SECOND + SECOND / 2)));
}

static void test_far_share(void **state)
{
	(void)state;
	assert_int_equal(open_objective("far-share"), 0);
	assert_int_equal(collect(10 * SECOND), 0);
	for (unsigned i = 0; i < 5; i++)
		fake_samples_add(10 * SECOND + i, FAKE_NEAR_LOAD, 0);
	fake_samples_add(10 * SECOND + 7, FAKE_FAR_LOAD, 1);
	fake_samples_add(10 * SECOND + 8, FAKE_CXL_LOAD, 1);
	fake_samples_add(10 * SECOND + 9, FAKE_FAR_STORE, 1);
	/* no memory answered these */
	fake_samples_add(10 * SECOND + 8, FAKE_L1_HIT, 1);
	fake_samples_add(10 * SECOND + 8, FAKE_NOTHING, 1);
	assert_int_equal(collect(11 * SECOND), 0);
	assert_float_equal(mean(10 * SECOND, 11 * SECOND), 37.5, 1e-9);
}

/* What belongs to the time before the window, or after it, does not count, whatever its file. */
static void test_by_time(void **state)
{
	const uint64_t from = 20 * SECOND + 3 * BIN, to = from + 5 * BIN;

	(void)state;
	assert_int_equal(open_objective("latency"), 0);
	assert_int_equal(collect(20 * SECOND), 0);
	fake_samples_add(from - 1, FAKE_NEAR_LOAD, 1000);
	fake_samples_add(from, FAKE_NEAR_LOAD, 100);
	fake_samples_add(to, FAKE_NEAR_LOAD, 3000);
	/* the other CPU's ring, behind the first one's */
	fake_samples_add(to - 1, FAKE_NEAR_LOAD, 200);
	assert_int_equal(collect(to + BIN), 0);
	assert_float_equal(mean(from, to), 150, 1e-9);
	/* a bin that was cut by the end of a file goes on in the next */
	fake_samples_add(to + BIN, FAKE_NEAR_LOAD, 10);
	assert_int_equal(collect(to + BIN + 2), 0);
	(void)mean(from, to + BIN + 2);
	fake_samples_add(to + BIN + 3, FAKE_NEAR_LOAD, 40);
	assert_int_equal(collect(to + 3 * BIN), 0);
	assert_float_equal(mean(to + BIN, to + 3 * BIN), 25, 1e-9);
}

/* Files of a second each, over a minute, as a tuner that waits collects them. */
static void test_many_files(void **state)
{
	double sum = 0;
	unsigned count = 0;

	(void)state;
	assert_int_equal(open_objective("latency"), 0);
	for (uint64_t now = 30 * SECOND; now <= 90 * SECOND; now += SECOND / 10) {
		const uint32_t latency = (uint32_t)(now / 7919 % 400) + 1;

		assert_int_equal(collect(now), 0);
		fake_samples_add(now + 5, FAKE_NEAR_LOAD, latency);
		if (now >= 40 * SECOND && now < 70 * SECOND) {
			sum += latency;
			count++;
		}
	}
	assert_int_equal(fake_samples_files, 60);
	assert_int_equal(count, 300);
	assert_float_equal(mean(40 * SECOND, 70 * SECOND), sum / count, 1e-9);
}

/* A clock that jumps, forwards by hours or back, is survived. */
static void test_clock_jumps(void **state)
{
	static const uint64_t times[] = {10 * SECOND, 9000 * SECOND, 0, UINT64_MAX / 2, SECOND};

	(void)state;
	assert_int_equal(open_objective("latency"), 0);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		fake_samples_add(times[i], FAKE_NEAR_LOAD, 3);
		fake_samples_add(UINT64_MAX, FAKE_NEAR_LOAD, 3);
		fake_samples_add(0, FAKE_NEAR_LOAD, 3);
		assert_int_equal(collect(times[i]), 0);
		assert_int_equal(collect(times[i] + SECOND), 0);
	}
}

static unsigned files_left(void)
{
	char command[512], text[32] = "";
	FILE *pipe;

	(void)snprintf(command, sizeof(command), "ls %s | grep -c damon-trace-", sysfs_tree_root());
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(text, sizeof(text), pipe));
	(void)pclose(pipe);
	return (unsigned)strtoul(text, NULL, 10);
}

static void test_no_unit(void **state)
{
	(void)state;
	fake_samples_faults.best_name = "page-faults";
	assert_int_equal(open_objective("latency"), -EOPNOTSUPP);
	assert_non_null(strstr(error.message, "no unit of this machine"));
	assert_non_null(strstr(error.hint, "PEBS"));
	assert_non_null(strstr(error.hint, "exec:"));
	fake_samples_faults.best = EACCES;
	assert_int_equal(open_objective("far-share"), -EACCES);
	/* a unit that is there, and in use: what the sampler would go on with is no help */
	fake_samples_faults.best_refused = "DAMON has it";
	assert_int_equal(open_objective("latency"), -EOPNOTSUPP);
	assert_string_equal(error.message, "DAMON has it");
	fake_samples_faults.best_refused = NULL;
	assert_int_equal(fake_samples_open, 0);
	/* one that is named is tried */
	assert_int_equal(open_objective("far-share:my-event"), 0);
}

static void test_refused_everywhere(void **state)
{
	int *const faults[] = {&fake_samples_faults.open, &fake_samples_faults.segment,
			       &fake_samples_faults.start};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		*faults[i] = ENODEV;
		assert_int_equal(open_objective("latency"), -ENODEV);
		assert_non_null(strstr(error.message, "fails"));
		assert_int_equal(fake_samples_open, 0);
		assert_int_equal(files_left(), 0);
	}
	setup.clock = "local";
	assert_int_equal(open_objective("latency"), -EINVAL);
	assert_non_null(strstr(error.hint, "--clock"));
	setup.clock = "mono";
	(void)setenv("TMPDIR", "/nonexistent", 1);
	assert_int_equal(open_objective("latency"), -ENOENT);
	assert_non_null(strstr(error.hint, "TMPDIR"));
}

static void test_fails_later(void **state)
{
	(void)state;
	assert_int_equal(open_objective("latency"), 0);
	assert_int_equal(collect(SECOND), 0);
	fake_samples_faults.drain = ENOSPC;
	assert_int_equal(collect(SECOND + 1), -ENOSPC);
	fake_samples_faults.segment = EMFILE;
	assert_int_equal(collect(3 * SECOND), -EMFILE);
	assert_int_equal(collect(5 * SECOND), 0);
	assert_int_equal(files_left(), 1);
	dt_objective_close(objective);
	objective = NULL;
	assert_int_equal(files_left(), 0);
}

static void test_fields_are_missing(void **state)
{
	(void)state;
	fake_samples_faults.no_weight = 1;
	assert_int_equal(open_objective("latency"), 0);
	assert_int_equal(collect(SECOND), 0);
	fake_samples_add(SECOND + 1, FAKE_NEAR_LOAD, 3);
	assert_int_equal(collect(2 * SECOND), -EOPNOTSUPP);
	assert_non_null(strstr(error.message, "carry no latency"));
	dt_objective_close(objective);
	/* far-share needs none, but the source */
	assert_int_equal(open_objective("far-share"), 0);
	assert_int_equal(collect(SECOND), 0);
	fake_samples_add(SECOND + 1, FAKE_NEAR_LOAD, 3);
	assert_int_equal(collect(2 * SECOND), 0);
	fake_samples_faults.no_source = 1;
	fake_samples_add(2 * SECOND + 1, FAKE_NEAR_LOAD, 3);
	assert_int_equal(collect(3 * SECOND), -EOPNOTSUPP);
	assert_non_null(strstr(error.message, "source"));
}

static void test_fields_are_empty(void **state)
{
	(void)state;
	assert_int_equal(open_objective("far-share"), 0);
	assert_int_equal(collect(SECOND), 0);
	for (unsigned i = 0; i < 255; i++)
		fake_samples_add(SECOND + i, FAKE_NOTHING, 0);
	/* so few may be chance */
	assert_int_equal(collect(2 * SECOND), 0);
	fake_samples_add(2 * SECOND + 1, FAKE_NOTHING, 0);
	assert_int_equal(collect(3 * SECOND), -EOPNOTSUPP);
	assert_non_null(strstr(error.message, "none of the first 256 samples"));
	assert_non_null(strstr(error.hint, "doctor"));
}

/* The real sampler, and the real kernel's records, of an event that knows of no latency. */
static void test_page_faults(void **state)
{
	static const struct dt_roots real = DT_ROOTS_DEFAULT;
	const size_t pages = 600;
	char *memory;
	int ret;

	(void)state;
	fake_samples_end();
	setup.roots = &real;
	ret = open_objective("latency:page-faults");
	if (ret == -EACCES || ret == -EPERM || ret == -EOPNOTSUPP || ret == -ENOENT) {
		print_message("skip: %s\n", error.message);
		fake_samples_begin(NULL, NULL);
		skip();
	}
	assert_int_equal(ret, 0);
	assert_int_equal(collect(SECOND), 0);
	memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	assert_true(memory != MAP_FAILED);
	(void)madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages; i++)
		memory[i * 4096] = 1;
	(void)munmap(memory, pages * 4096);
	assert_int_equal(collect(2 * SECOND), -EOPNOTSUPP);
	assert_non_null(strstr(error.message, "latency"));
	fake_samples_begin(NULL, NULL);
	/* it was opened by the real one */
	dt_sampler_calls.close = dt_sampler_close;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_latency),
		TEST(test_far_share),
		TEST(test_by_time),
		TEST(test_many_files),
		TEST(test_clock_jumps),
		TEST(test_no_unit),
		TEST(test_refused_everywhere),
		TEST(test_fails_later),
		TEST(test_fields_are_missing),
		TEST(test_fields_are_empty),
		TEST(test_page_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
