/* SPDX-License-Identifier: GPL-2.0-only */
/* DAMON's tree: read, planned, written back, on a kernel that refuses, goes away and forgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "damon-trace/damon_sysfs.h"
#include "tests/unit/fake_kernel.h"
#include "tests/unit/sysfs_tree.h"

#define GOAL "0/contexts/0/schemes/0/quotas/goals/0/"

static struct fake_kernel kernel;
static struct dt_damon_sysfs sysfs;
static struct dt_error error;
static struct dt_roots roots = DT_ROOTS_DEFAULT;

static int set_up(void **state)
{
	if (sysfs_tree_set_up(state) ||
	    fake_kernel_make(&kernel, sysfs_tree_root(), 703, FAKE_NO_SAMPLES))
		return -1;
	roots.sysfs = sysfs_tree_root();
	return dt_damon_sysfs_open(&sysfs, &roots, &kernel.files, &error);
}

static void put(const char *path, const char *value)
{
	if (dt_damon_sysfs_put(&sysfs, path, value, &error))
		fail_msg("%s", error.message);
}

static const char *get(const char *path)
{
	static char text[DT_DAMON_TEXT];

	if (dt_damon_sysfs_get(&sysfs, path, text, &error))
		fail_msg("%s", error.message);
	return text;
}

/* Two schemes with a goal each, as PULL and PUSH have them. */
static void set_goals(void)
{
	put("nr_kdamonds", "1");
	put("0/contexts/nr_contexts", "1");
	put("0/contexts/0/operations", "paddr");
	put("0/contexts/0/targets/nr_targets", "1");
	put("0/contexts/0/schemes/nr_schemes", "2");
	for (int scheme = 0; scheme < 2; scheme++) {
		char path[DT_DAMON_PATH];

#define GOALS(file, value)                                                                        \
	(void)snprintf(path, sizeof(path), "0/contexts/0/schemes/%d/quotas/goals/" file, scheme); \
	put(path, value)
		GOALS("nr_goals", "1");
		GOALS("0/target_metric", "node_eligible_mem_bp");
		GOALS("0/nid", scheme ? "1" : "0");
		GOALS("0/target_value", scheme ? "4000" : "6000");
#undef GOALS
	}
}

static void test_no_damon(void **state)
{
	(void)state;
	roots.sysfs = "/nowhere";
	assert_int_equal(dt_damon_sysfs_open(&sysfs, &roots, &kernel.files, &error), -ENOENT);
	assert_non_null(strstr(error.message, "/nowhere/kernel/mm/damon"));
	assert_non_null(strstr(error.hint, "CONFIG_DAMON_SYSFS"));
}

static void test_read(void **state)
{
	struct dt_damon_node tree = {0};
	int64_t number;
	uint64_t large;

	(void)state;
	set_goals();
	assert_int_equal(dt_damon_sysfs_read(&sysfs, &tree, &error), 0);
	assert_string_equal(dt_damon_node_text(&tree, "%d/contexts/0/operations", 0), "paddr");
	assert_string_equal(dt_damon_node_text(&tree, GOAL "target_metric"),
			    "node_eligible_mem_bp");
	assert_true(dt_damon_node_number(&tree, &number, "0/pid"));
	assert_int_equal(number, -1);
	assert_false(dt_damon_node_u64(&tree, &large, "0/pid"));
	assert_true(dt_damon_node_u64(&tree, &large, GOAL "target_value"));
	assert_int_equal(large, 6000);
	assert_null(dt_damon_node_find(&tree, "1"));
	assert_null(dt_damon_node_text(&tree, "0"));
	assert_false(dt_damon_node_find(&tree, "0/pid")->writable);
	/* it can be written only, and is there all the same */
	assert_non_null(dt_damon_node_find(&tree, "0/contexts/0/targets/0/obsolete_target"));
	assert_null(dt_damon_node_text(&tree, "0/contexts/0/targets/0/obsolete_target"));
	dt_damon_node_clear(&tree);
}

/* What was read is written to a kernel that has nothing, and is the same there. */
static void test_write_back(void **state)
{
	struct dt_damon_node before = {0}, after = {0};
	struct dt_damon_plan plan = {0};
	size_t done, first_value = 0;

	(void)state;
	set_goals();
	put("0/contexts/0/monitoring_attrs/nr_regions/max", "5000");
	put("0/refresh_ms", "1000");
	assert_int_equal(dt_damon_sysfs_read(&sysfs, &before, &error), 0);
	assert_int_equal(dt_damon_plan_make(&plan, &before, NULL, &error), 0);
	put("nr_kdamonds", "0");
	assert_int_equal(dt_damon_plan_run(&sysfs, &plan, 0, plan.nr, &done, &error), 0);
	assert_int_equal(done, plan.nr);

	assert_int_equal(plan.nr_skeleton, 3);
	assert_string_equal(plan.writes[0].path, "nr_kdamonds");
	assert_string_equal(plan.writes[1].path, "0/contexts/nr_contexts");
	assert_string_equal(plan.writes[2].path, "0/contexts/0/schemes/nr_schemes");
	/* every nr_ stands before every value, and neither state nor results are among them */
	for (size_t i = 0; i < plan.nr; i++) {
		const char *name = strrchr(plan.writes[i].path, '/');

		name = name ? name + 1 : plan.writes[i].path;
		assert_string_not_equal(name, "state");
		assert_string_not_equal(name, "pid");
		assert_string_not_equal(name, "nr_tried");
		if (strncmp(name, "nr_", 3) != 0 || !strcmp(name, "nr_accesses_permil"))
			first_value = i;
		else
			assert_int_equal(first_value, 0);
	}

	assert_int_equal(dt_damon_sysfs_read(&sysfs, &after, &error), 0);
	dt_damon_plan_clear(&plan);
	assert_int_equal(dt_damon_plan_make(&plan, &before, &after, &error), 0);
	assert_int_equal(plan.nr, 0);
	dt_damon_plan_clear(&plan);
	dt_damon_node_clear(&before);
	dt_damon_node_clear(&after);
}

/* Only what differs is written, but below a count that differs everything. */
static void test_differences(void **state)
{
	struct dt_damon_node wanted = {0}, now = {0};
	struct dt_damon_plan plan = {0};

	(void)state;
	set_goals();
	assert_int_equal(dt_damon_sysfs_read(&sysfs, &wanted, &error), 0);
	put(GOAL "target_value", "7000");
	assert_int_equal(dt_damon_sysfs_read(&sysfs, &now, &error), 0);
	assert_int_equal(dt_damon_plan_make(&plan, &wanted, &now, &error), 0);
	assert_int_equal(plan.nr, 1);
	assert_string_equal(plan.writes[0].path, GOAL "target_value");
	assert_string_equal(plan.writes[0].value, "6000");
	dt_damon_plan_clear(&plan);
	dt_damon_node_clear(&now);

	put("0/contexts/0/schemes/0/quotas/goals/nr_goals", "0");
	assert_int_equal(dt_damon_sysfs_read(&sysfs, &now, &error), 0);
	assert_int_equal(dt_damon_plan_make(&plan, &wanted, &now, &error), 0);
	/* nr_goals, target_metric, target_value, current_value, nid; the path is empty */
	assert_int_equal(plan.nr, 5);
	dt_damon_plan_clear(&plan);
	dt_damon_node_clear(&now);
	dt_damon_node_clear(&wanted);
}

static void test_busy(void **state)
{
	(void)state;
	kernel.busy = 3;
	put("nr_kdamonds", "1");
	assert_int_equal(sysfs.retries, 3);
	assert_string_equal(get("nr_kdamonds"), "1");

	kernel.busy = 1000000;
	sysfs.busy_ms = 20;
	assert_int_equal(dt_damon_sysfs_put(&sysfs, "0/refresh_ms", "5", &error), -EBUSY);
	assert_non_null(strstr(error.message, "\"5\""));
	assert_non_null(strstr(error.message, "kdamonds/0/refresh_ms"));
	assert_non_null(strstr(error.message, "busy, "));
	assert_non_null(strstr(error.hint, "status"));
}

static void expect_error(const char *path, const char *value, int code, const char *message,
			 const char *hint)
{
	assert_int_equal(dt_damon_sysfs_put(&sysfs, path, value, &error), -code);
	if (!strstr(error.message, message) || !strstr(error.message, path) ||
	    !strstr(error.message, value))
		fail_msg("message: %s", error.message);
	if (!strstr(error.hint, hint))
		fail_msg("hint: %s", error.hint);
}

static void test_errors(void **state)
{
	char text[DT_DAMON_TEXT];

	(void)state;
	set_goals();
	expect_error("0/contexts/0/schemes/0/action", "migrate_hott", EINVAL, "Invalid argument",
		     "migrate_hot");
	expect_error("0/contexts/0/schemes/0/quotas/bytes", "many", EINVAL, "Invalid argument",
		     "bytes for the scheme");
	expect_error("0/contexts/nr_contexts", "2", EINVAL, "Invalid argument", "1 at most");
	expect_error("0/contexts/0/dunno", "1", ENOENT, "No such file", "it has gone");
	kernel.fail_path = "refresh_ms";
	kernel.fail_errno = EPERM;
	expect_error("0/refresh_ms", "7", EPERM, "not permitted", "root");
	assert_int_equal(dt_damon_sysfs_get(&sysfs, "7/state", text, &error), -ENOENT);
	assert_non_null(strstr(error.message, "kdamonds/7/state"));
}

/* An older kernel: what it lacks is said with the version that has it. */
static void test_older(void **state)
{
	(void)state;
	assert_int_equal(fake_kernel_make(&kernel, sysfs_tree_root(), 618, FAKE_NO_SAMPLES), 0);
	put("nr_kdamonds", "1");
	put("0/contexts/nr_contexts", "1");
	put("0/contexts/0/schemes/nr_schemes", "1");
	expect_error("0/contexts/0/schemes/0/quotas/goal_tuner", "temporal", ENOENT, "No such file",
		     "Linux 7.1");
	put("0/contexts/0/schemes/0/quotas/goals/nr_goals", "1");
	expect_error(GOAL "target_metric", "node_eligible_mem_bp", EINVAL, "Invalid argument",
		     "node_eligible_mem_bp (7.2)");
}

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void *send_signal(void *thread)
{
	const struct timespec wait = {0, 30000000};

	(void)nanosleep(&wait, NULL);
	(void)pthread_kill(*(pthread_t *)thread, SIGUSR1);
	return NULL;
}

/* A kernel that is busy for ever: only the signal ends the waiting, else the alarm ends the test.
 */
static void test_signal(void **state)
{
	const struct sigaction action = {.sa_handler = on_signal};
	pthread_t self = pthread_self(), sender;

	(void)state;
	put("nr_kdamonds", "1");
	kernel.busy = 1000000000;
	sysfs.busy_ms = 3600000;
	sysfs.stop = &stop;
	stop = 0;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	(void)alarm(60);
	assert_int_equal(pthread_create(&sender, NULL, send_signal, &self), 0);
	assert_int_equal(dt_damon_sysfs_put(&sysfs, "0/refresh_ms", "9", &error), -EINTR);
	(void)alarm(0);
	assert_int_equal(pthread_join(sender, NULL), 0);
	assert_non_null(strstr(error.message, "kdamonds/0/refresh_ms"));
	/* and once it is set nothing more is written */
	kernel.busy = 0;
	kernel.nr_writes = 0;
	assert_int_equal(dt_damon_sysfs_put(&sysfs, "0/refresh_ms", "9", &error), -EINTR);
	assert_int_equal(kernel.nr_writes, 0);
}

static void plan_targets(struct dt_damon_plan *plan, const char *pull, const char *push)
{
	assert_int_equal(dt_damon_plan_add(plan, GOAL "target_value", pull), 0);
	assert_int_equal(
		dt_damon_plan_add(plan, "0/contexts/0/schemes/1/quotas/goals/0/target_value", push),
		0);
}

static void expect_targets(long pull, long push)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", pull);
	assert_string_equal(get(GOAL "target_value"), text);
	assert_int_equal(fake_kernel_live_target(&kernel, 0, 0), pull);
	assert_int_equal(fake_kernel_live_target(&kernel, 0, 1), push);
}

static int commit(const char *pull, const char *push)
{
	struct dt_damon_plan plan = {0};
	int ret;

	plan_targets(&plan, pull, push);
	ret = dt_damon_sysfs_transaction(&sysfs, &plan, 0, "commit_schemes_quota_goals", &error);
	dt_damon_plan_clear(&plan);
	return ret;
}

static void test_transaction(void **state)
{
	(void)state;
	set_goals();
	assert_int_equal(dt_damon_sysfs_command(&sysfs, 0, "on", &error), 0);
	assert_int_equal(commit("8000", "2000"), 0);
	expect_targets(8000, 2000);

	/* the second of two writes is refused: the first is taken back */
	kernel.fail_path = "schemes/1/quotas/goals/0/target_value";
	kernel.fail_errno = EINVAL;
	assert_int_equal(commit("3000", "7000"), -EINVAL);
	expect_targets(8000, 2000);

	/* the commit is refused once: both are, and the kernel is told so */
	kernel.fail_path = NULL;
	assert_int_equal(commit("0", "10000"), -EINVAL);
	expect_targets(8000, 2000);

	/* busy all along the way, but not for ever */
	kernel.busy = 9;
	assert_int_equal(commit("3000", "7000"), 0);
	expect_targets(3000, 7000);
}

/* At whichever write the kdamond dies: an error or success, never a hang, nor half of a pair. */
static void test_death(void **state)
{
	(void)state;
	for (unsigned at = 1; at <= 4; at++) {
		int32_t pid;
		int ret;

		assert_int_equal(fake_kernel_make(&kernel, sysfs_tree_root(), 703, FAKE_NO_SAMPLES),
				 0);
		set_goals();
		assert_int_equal(dt_damon_sysfs_command(&sysfs, 0, "on", &error), 0);
		assert_int_equal(dt_damon_sysfs_running(&sysfs, 0, &pid, &error), 0);
		assert_int_equal(pid, 1000);
		kernel.dies_after = at;
		ret = commit("8000", "2000");
		assert_int_equal(ret, at > 3 ? 0 : -EINVAL);
		assert_string_equal(get(GOAL "target_value"), at > 3 ? "8000" : "6000");
		if (!ret)
			continue;
		assert_int_equal(dt_damon_sysfs_running(&sysfs, 0, &pid, &error), 0);
		assert_int_equal(pid, 0);
	}
}

static void test_lost_nid(void **state)
{
	(void)state;
	set_goals();
	assert_int_equal(dt_damon_sysfs_command(&sysfs, 0, "on", &error), 0);
	kernel.loses_nid = true;
	put(GOAL "nid", "1");
	assert_int_equal(commit("8000", "2000"), 0);
	assert_string_equal(get(GOAL "nid"), "1");
	assert_int_equal(fake_kernel_live_nid(&kernel, 0, 0), 0);
}

static void test_vanished(void **state)
{
	(void)state;
	set_goals();
	assert_int_equal(dt_damon_sysfs_command(&sysfs, 0, "on", &error), 0);
	kernel.vanishing = "schemes/0/quotas/goals/0/target_value";
	/* the first was written and is gone: that it does not come back is told */
	kernel.fail_path = "schemes/1/quotas/goals/0/target_value";
	kernel.fail_errno = EINVAL;
	assert_int_equal(commit("8000", "2000"), -EINVAL);
	assert_non_null(strstr(error.hint, "not all back"));
	assert_int_equal(commit("8000", "2000"), -ENOENT);
}

static void test_known_files(void **state)
{
	static const char *const paths[][2] = {
		{"nr_kdamonds", "nr_kdamonds"},
		{"0/refresh_ms", "N/refresh_ms"},
		{"0/contexts/0/targets/0/regions/11/start", "regions/N/start"},
		{GOAL "nid", "goals/N/nid"},
		{"0/contexts/0/schemes/0/core_filters/3/max", "N/max"},
		{"0/contexts/0/schemes/0/access_pattern/age/max", "age/max"},
		{"0/contexts/0/monitoring_attrs/probes/0/filters/nr_filters", "filters/nr_filters"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct dt_damon_file *file = dt_damon_file_find(paths[i][0]);

		assert_non_null(file);
		assert_string_equal(file->pattern, paths[i][1]);
	}
	assert_null(dt_damon_file_find("0/contexts/0/something"));
	assert_null(dt_damon_file_find("goals/x/nid"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, sysfs_tree_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_damon),	TEST(test_read),     TEST(test_write_back),
		TEST(test_differences), TEST(test_busy),     TEST(test_errors),
		TEST(test_older),	TEST(test_signal),   TEST(test_transaction),
		TEST(test_death),	TEST(test_lost_nid), TEST(test_vanished),
		TEST(test_known_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
