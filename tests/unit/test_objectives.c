/* SPDX-License-Identifier: GPL-2.0-only */
/* Objectives on trees and counters of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "control/objective_latency.h"
#include "control/series.h"
#include "damon-trace/objective.h"
#include "tests/unit/sysfs_tree.h"

#define SECOND 1000000000ull

static struct dt_objective *objective;
static struct dt_error error;
static struct dt_roots roots;
static struct dt_objective_setup setup = {.roots = &roots, .clock = "mono"};

static int set_up(void **state)
{
	const int ret = sysfs_tree_set_up(state);

	roots = (struct dt_roots){sysfs_tree_root(), sysfs_tree_root(), sysfs_tree_root()};
	objective = NULL;
	return ret;
}

static int tear_down(void **state)
{
	dt_objective_close(objective);
	return sysfs_tree_tear_down(state);
}

static int open_objective(const char *text)
{
	return dt_objective_open(&objective, text, &setup, &error);
}

static void collect(uint64_t now)
{
	assert_int_equal(objective->ops->collect(objective, now, &error), 0);
}

static double mean(uint64_t from, uint64_t to)
{
	double value = 0;

	assert_int_equal(objective->ops->mean(objective, from, to, &value, &error), 0);
	return value;
}

static void put(const char *path, const char *text)
{
	sysfs_tree_put(path, text);
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(open_objective("speed"), -EINVAL);
	assert_non_null(strstr(error.hint, "mbm-total"));
	assert_int_equal(open_objective("exec"), -EINVAL);
	assert_int_equal(open_objective("exec:"), -EINVAL);
	assert_int_equal(open_objective("psi:memory/most"), -EINVAL);
	assert_int_equal(open_objective("psi:memor/some"), -EINVAL);
	assert_int_equal(open_objective("ipc:x"), -EINVAL);
	assert_int_equal(open_objective("psi"), -ENOENT);
	assert_int_equal(open_objective("mbm-total"), -ENODEV);
	assert_non_null(strstr(error.hint, "mount -t resctrl"));
}

static void put_pressure(const char *some, const char *full)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "some avg10=0.00 avg60=0.00 avg300=0.00 total=%s\n"
		       "full avg10=0.00 avg60=0.00 avg300=0.00 total=%s",
		       some, full);
	put("pressure/memory", text);
}

/* 250 ms of 1 s, then 1 s of 2 s */
static void test_psi(void **state)
{
	(void)state;
	put_pressure("1000", "10");
	assert_int_equal(open_objective("psi:memory/some"), 0);
	collect(10 * SECOND);
	put_pressure("251000", "10");
	collect(11 * SECOND);
	put_pressure("1251000", "10");
	collect(13 * SECOND);
	assert_float_equal(mean(10 * SECOND, 11 * SECOND), 25, 1e-9);
	assert_float_equal(mean(11 * SECOND, 13 * SECOND), 50, 1e-9);
	/* straight between readings: half of the first and half of the second */
	assert_float_equal(mean(10 * SECOND + SECOND / 2, 12 * SECOND), 100 * .625 / 1.5, 1e-9);
	assert_true(isnan(mean(1 * SECOND, 2 * SECOND)));
	assert_true(isnan(mean(9 * SECOND, 11 * SECOND)));
	assert_true(isnan(mean(14 * SECOND, 15 * SECOND)));
	assert_true(isnan(mean(11 * SECOND, 11 * SECOND)));
}

static void test_psi_full(void **state)
{
	(void)state;
	put_pressure("0", "0");
	assert_int_equal(open_objective("psi:memory/full"), 0);
	collect(SECOND);
	put_pressure("900000", "300000");
	collect(2 * SECOND);
	assert_float_equal(mean(SECOND, 2 * SECOND), 30, 1e-9);
}

static void put_mbm(const char *group, const char *first, const char *second)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/mon_data/mon_L3_00/mbm_total_bytes", group);
	put(path, first);
	(void)snprintf(path, sizeof(path), "%s/mon_data/mon_L3_01/mbm_total_bytes", group);
	put(path, second);
}

static void test_mbm(void **state)
{
	(void)state;
	put_mbm("fs/resctrl", "1000", "5000");
	put("fs/resctrl/mon_data/mon_L3_00/llc_occupancy", "7");
	assert_int_equal(open_objective("mbm-local"), -ENOENT);
	assert_int_equal(open_objective("mbm-total"), 0);
	collect(SECOND);
	put_mbm("fs/resctrl", "Unavailable", "6000");
	collect(2 * SECOND);
	put_mbm("fs/resctrl", "9000", "7000");
	collect(3 * SECOND);
	assert_float_equal(mean(SECOND, 3 * SECOND), 5000, 1e-9);
}

static void test_mbm_of_a_process(void **state)
{
	char group[400], text[512] = "";
	FILE *file;

	(void)state;
	(void)snprintf(group, sizeof(group), "fs/resctrl/mon_groups/damon-trace-%d", (int)getpid());
	put_mbm("fs/resctrl", "0", "0");
	put_mbm(group, "0", "0");
	put("77/task/77/children", "");
	put("77/task/78/children", "");
	put("77/stat", "77 (x) S 1");
	(void)snprintf(text, sizeof(text), "%s/tasks", group);
	put(text, "");
	assert_int_equal(open_objective("mbm-total:77"), 0);
	(void)snprintf(group, sizeof(group), "%s/fs/resctrl/mon_groups/damon-trace-%d/tasks",
		       sysfs_tree_root(), (int)getpid());
	file = fopen(group, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	assert_non_null(strstr(text, "77\n"));
	assert_non_null(strstr(text, "78\n"));
	collect(SECOND);
	(void)snprintf(group, sizeof(group), "fs/resctrl/mon_groups/damon-trace-%d", (int)getpid());
	put_mbm("fs/resctrl", "900000", "0");
	put_mbm(group, "300", "100");
	collect(2 * SECOND);
	assert_float_equal(mean(SECOND, 2 * SECOND), 400, 1e-9);
}

/* ---- counters ---- */

static double counts[2]; /* instructions, cycles; of each CPU */
static int open_error;
static unsigned opened;

static int fake_open(struct perf_event_attr *attr, int pid, int cpu, int group)
{
	(void)pid;
	(void)cpu;
	(void)group;
	if (open_error)
		return -open_error;
	assert_int_equal(attr->type, PERF_TYPE_HARDWARE);
	opened++;
	/* beyond any descriptor: closing it does nothing */
	return attr->config == PERF_COUNT_HW_INSTRUCTIONS ? 1000000 : 1000001;
}

static int fake_read(int fd, double *count)
{
	*count = counts[fd - 1000000];
	return 0;
}

static void test_ipc(void **state)
{
	const struct dt_perf_calls real = dt_perf_calls;

	(void)state;
	put("devices/system/cpu/online", "0-2");
	dt_perf_calls = (struct dt_perf_calls){fake_open, fake_read};
	open_error = ENOENT;
	assert_int_equal(open_objective("ipc"), -ENOENT);
	assert_non_null(strstr(error.hint, "no such counters"));
	open_error = EACCES;
	assert_int_equal(open_objective("ipc"), -EACCES);
	assert_non_null(strstr(error.hint, "perf_event_paranoid"));
	open_error = 0;
	opened = 0;
	assert_int_equal(open_objective("ipc"), 0);
	assert_int_equal(opened, 6);
	collect(SECOND);
	counts[0] += 3000;
	counts[1] += 2000;
	collect(2 * SECOND);
	collect(3 * SECOND);
	assert_float_equal(mean(SECOND, 2 * SECOND), 1.5, 1e-9);
	assert_true(isnan(mean(2 * SECOND, 3 * SECOND)));
	dt_perf_calls = real;
}

/* ---- a command ---- */

static int collect_until(double wanted_lines, uint64_t *now)
{
	const struct timespec pause = {0, 5000000};
	double lines = 0;
	int ret = 0;

	(void)wanted_lines;
	for (int i = 0; i < 2000 && !ret && lines < wanted_lines; i++) {
		ret = objective->ops->collect(objective, *now, &error);
		lines = isnan(mean(0, UINT64_MAX)) ? 0 : wanted_lines;
		*now += 1000;
		(void)nanosleep(&pause, NULL);
	}
	return ret;
}

static void test_exec(void **state)
{
	uint64_t now = SECOND;

	(void)state;
	assert_int_equal(open_objective("exec:printf '1\\n2.5\\n 4 \\n'; sleep 100"), 0);
	assert_int_equal(collect_until(1, &now), 0);
	assert_float_equal(mean(0, now), 2.5, 1e-9);
	assert_true(isnan(mean(now + SECOND, now + 2 * SECOND)));
}

static void test_exec_ends(void **state)
{
	static const struct {
		const char *command, *says;
	} cases[] = {
		{"exec:exit 3", "has ended with status 3"},
		{"exec:kill -9 $$", "signal 9"},
		{"exec:echo many", "printed \"many\""},
		{"exec:echo 1 2; sleep 100", "printed \"1 2\""},
		{"exec:echo nan; sleep 100", "printed \"nan\""},
		{"exec:/nonexistent", "has ended with status 127"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t now = SECOND;

		assert_int_equal(open_objective(cases[i].command), 0);
		assert_int_not_equal(collect_until(INFINITY, &now), 0);
		/* the end of the output may be seen before that of the process */
		if (!strstr(error.message, "closed its output"))
			assert_non_null(strstr(error.message, cases[i].says));
		dt_objective_close(objective);
		objective = NULL;
	}
}

static void test_series(void **state)
{
	struct dt_series series = {.nr = 0};
	double growth[2];

	(void)state;
	assert_false(dt_series_steps(&series, 0, 10, growth));
	for (uint64_t i = 1; i <= DT_SERIES_KEPT + 100; i++)
		assert_int_equal(dt_series_add(&series, i * 10, (double)i, (double)i * 2), 0);
	assert_int_equal(dt_series_add(&series, 10, 1, 1), 0);
	assert_int_equal(series.nr, DT_SERIES_KEPT);
	/* those of 120000, 120010, 120020 */
	assert_true(dt_series_steps(&series, 120000, 120030, growth));
	assert_float_equal(growth[0], 3, 1e-9);
	assert_float_equal(growth[1], 6, 1e-9);
	/* the oldest are gone */
	assert_false(dt_series_rates(&series, 500, 2000, growth));
	assert_true(dt_series_rates(&series, 2000, 2010, growth));
	assert_float_equal(growth[0], 1e8, 1);
	dt_series_free(&series);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_psi),
		TEST(test_psi_full),
		TEST(test_mbm),
		TEST(test_mbm_of_a_process),
		TEST(test_ipc),
		TEST(test_exec),
		TEST(test_exec_ends),
		TEST(test_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
