/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of CPUs, threads and children of a process, and the kernel's limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "collector/sample_scope.h"
#include "tests/unit/sysfs_tree.h"

static void check_cpus(const char *text, const int *expected, size_t nr)
{
	struct dt_cpus cpus;

	assert_int_equal(dt_cpus_parse(&cpus, text), 0);
	assert_int_equal(cpus.nr, nr);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(cpus.list[i], expected[i]);
	dt_cpus_free(&cpus);
}

static void test_cpu_lists(void **state)
{
	static const char *const wrong[] = {"a",   "1-",    "-1",  "3-1",  "1,,2",
					    "2,1", "1-3,3", "1 2", "70000"};
	struct dt_cpus cpus;

	(void)state;
	check_cpus("0\n", (int[]){0}, 1);
	check_cpus("0-3,8", (int[]){0, 1, 2, 3, 8}, 5);
	check_cpus("5,7-7,127", (int[]){5, 7, 127}, 3);
	check_cpus("", NULL, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (dt_cpus_parse(&cpus, wrong[i]) != -EINVAL)
			fail_msg("\"%s\" is no list", wrong[i]);
}

static void test_online(void **state)
{
	const struct dt_roots roots = {.sysfs = sysfs_tree_root()};
	struct dt_error error = {0};
	struct dt_cpus cpus;

	(void)state;
	assert_int_equal(dt_cpus_online(&cpus, &roots, &error), -ENOENT);
	assert_non_null(strstr(error.message, sysfs_tree_root()));
	sysfs_tree_put("devices/system/cpu/online", "0,2");
	assert_int_equal(dt_cpus_online(&cpus, &roots, &error), 0);
	assert_true(dt_cpus_have(&cpus, 2));
	assert_false(dt_cpus_have(&cpus, 1));
	dt_cpus_free(&cpus);
}

static bool has(const struct dt_pids *pids, pid_t pid)
{
	for (size_t i = 0; i < pids->nr; i++)
		if (pids->list[i] == pid)
			return true;
	return false;
}

/* 10 has the threads 10 and 11; 11 made 20, which made 30; 21 has gone meanwhile. */
static void test_family(void **state)
{
	static const pid_t family[] = {10, 11, 20, 30, 31};
	const struct dt_roots roots = {.proc = sysfs_tree_root()};
	struct dt_error error = {0};
	struct dt_pids pids;

	(void)state;
	sysfs_tree_put("10/task/10/children", "");
	sysfs_tree_put("10/task/11/children", "20 21 ");
	sysfs_tree_put("20/task/20/children", "30");
	sysfs_tree_put("30/task/30/children", "");
	sysfs_tree_put("30/task/31/comm", "no file children");
	sysfs_tree_put("40/task/40/children", "");
	assert_int_equal(dt_pids_of(&pids, &roots, 10, &error), 0);
	assert_int_equal(pids.nr, 5);
	assert_true(pids.list[0] == 10 || pids.list[0] == 11);
	for (size_t i = 0; i < 5; i++)
		assert_true(has(&pids, family[i]));
	dt_pids_free(&pids);
	assert_int_equal(dt_pids_of(&pids, &roots, 12, &error), -ESRCH);
	assert_non_null(strstr(error.message, "12"));
}

static void test_permission(void **state)
{
	const struct dt_roots roots = {.proc = sysfs_tree_root()};
	char text[512];

	(void)state;
	assert_int_equal(dt_sysctl(&roots, "perf_event_paranoid", -9), -9);
	assert_non_null(strstr(dt_perf_permission(&roots, text, sizeof(text)), "cannot be read"));
	sysfs_tree_put("sys/kernel/perf_event_paranoid", "2");
	assert_int_equal(dt_sysctl(&roots, "perf_event_paranoid", -9), 2);
	(void)dt_perf_permission(&roots, text, sizeof(text));
	assert_non_null(strstr(text, "kernel.perf_event_paranoid is 2"));
	assert_non_null(strstr(text, "of a whole CPU and of the kernel"));
	assert_non_null(strstr(text, "CAP_PERFMON"));
	sysfs_tree_put("sys/kernel/perf_event_paranoid", "-1");
	assert_non_null(strstr(dt_perf_permission(&roots, text, sizeof(text)), "something else"));
	sysfs_tree_put("sys/kernel/perf_event_paranoid", "x");
	assert_int_equal(dt_sysctl(&roots, "perf_event_paranoid", -9), -9);
}

static void test_descriptors(void **state)
{
	const struct dt_roots roots = {.proc = "/proc"};
	struct dt_error error = {0};
	struct rlimit before, now;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	now = before;
	now.rlim_cur = 256;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(dt_descriptors_reserve(&roots, 300, &error), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(now.rlim_cur >= 300);
	/* more than the kernel's own limit, even for root */
	assert_int_equal(dt_descriptors_reserve(&roots, UINT64_C(1) << 40, &error), -EMFILE);
	assert_non_null(strstr(error.message, "10995116"));
	(void)setrlimit(RLIMIT_NOFILE, &before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpu_lists),
		cmocka_unit_test_setup_teardown(test_online, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test_setup_teardown(test_family, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test_setup_teardown(test_permission, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
