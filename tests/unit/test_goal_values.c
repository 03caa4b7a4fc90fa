/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of goals that no file has: which these are, and whose an evaluation is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "damon-trace/goal_values.h"

#define SECOND 1000000000ull

static struct dt_damon_node tree;
static struct dt_goal_values values;
static struct dt_error error;

static void put(const char *path, const char *value)
{
	assert_int_equal(dt_damon_node_put(&tree, value, "%s", path), 0);
}

static void put_goal(const char *kdamond, unsigned scheme, unsigned goal, const char *metric,
		     const char *nid, const char *target)
{
	static const char *const names[] = {"target_metric", "nid", "target_value"};
	const char *const texts[] = {metric, nid, target};

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(dt_damon_node_put(&tree, texts[i],
						   "%s/contexts/0/schemes/%u/quotas/goals/%u/%s",
						   kdamond, scheme, goal, names[i]),
				 0);
}

static int set_up(void **state)
{
	(void)state;
	tree = (struct dt_damon_node){0};
	put("0/state", "on");
	put("0/pid", "77");
	put("0/contexts/0/monitoring_attrs/intervals/aggr_us", "100000");
	put_goal("0", 0, 0, "node_eligible_mem_bp", "0", "6000");
	put_goal("0", 1, 0, "node_eligible_mem_bp", "1", "4000");
	put("0/contexts/0/schemes/1/quotas/reset_interval_ms", "250");
	put_goal("0", 2, 0, "user_input", "0", "5");
	put_goal("0", 2, 1, "node_mem_used_bp", "0", "5000");
	put_goal("0", 2, 2, "some_mem_psi_us", "0", "1000");
	put_goal("0", 2, 3, "node_eligible_mem_bp", "0", "1111");
	put_goal("0", 2, 4, "node_eligible_mem_bp", "1", "2222");
	put("1/state", "off");
	put_goal("1", 0, 0, "node_eligible_mem_bp", "0", "6000");
	assert_int_equal(dt_goal_values_find(&values, &tree, &error), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dt_goal_values_clear(&values);
	dt_damon_node_clear(&tree);
	return 0;
}

static const struct dt_goal_value *value_of(unsigned scheme, unsigned goal)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "0/contexts/0/schemes/%u/quotas/goals/%u", scheme, goal);
	return dt_goal_values_of(&values, dt_damon_node_find(&tree, path));
}

static struct dt_goal evaluation(uint32_t scheme, int32_t nid, uint64_t target, uint64_t value)
{
	return (struct dt_goal){.time = 1000,
				.kdamond = 77,
				.context_idx = 0,
				.scheme_idx = scheme,
				.metric = DT_UNKNOWN_U32,
				.nid = nid,
				.target_value = target,
				.current_value = value};
}

static bool take(struct dt_goal goal)
{
	return dt_goal_values_take(&values, &goal);
}

static void test_found(void **state)
{
	(void)state;
	/* two, and three of the third scheme; none of the kdamond that is off */
	assert_int_equal(values.nr, 5);
	assert_null(value_of(2, 0));
	assert_null(value_of(2, 1));
	assert_int_equal(value_of(2, 2)->nid, -1);
	assert_int_equal(value_of(1, 0)->nid, 1);
	assert_true(value_of(1, 0)->alone);
	assert_false(value_of(2, 4)->alone);
	assert_null(dt_goal_values_of(NULL, NULL));
	assert_int_equal(dt_goal_values_missing(&values), 5);
	/* an aggregation; 250 ms are three of them */
	assert_int_equal(value_of(0, 0)->window_ns, SECOND / 10);
	assert_int_equal(value_of(1, 0)->window_ns, 3 * SECOND / 10);
	assert_int_equal(dt_goal_values_wait(&values), 16 * SECOND / 10);
}

static void test_long_windows(void **state)
{
	(void)state;
	put("0/contexts/0/schemes/1/quotas/reset_interval_ms", "18446744073709551615");
	put("0/contexts/0/schemes/0/apply_interval_us", "18446744073709551615");
	dt_goal_values_clear(&values);
	assert_int_equal(dt_goal_values_find(&values, &tree, &error), 0);
	assert_int_equal(dt_goal_values_wait(&values), 10 * SECOND);
}

static void test_whose(void **state)
{
	(void)state;
	assert_true(take(evaluation(0, 0, 6000, 10)));
	assert_int_equal(value_of(0, 0)->latest.current_value, 10);
	/* the node was lost and another target is in force: the scheme's only goal all the same */
	assert_true(take(evaluation(1, 0, 4100, 20)));
	assert_int_equal(value_of(1, 0)->latest.current_value, 20);
	assert_int_equal(value_of(1, 0)->latest.nid, 0);
	/* one of several: by its node */
	assert_true(take(evaluation(2, 1, 2222, 30)));
	assert_int_equal(value_of(2, 4)->latest.current_value, 30);
	assert_false(value_of(2, 3)->known);
	assert_false(take(evaluation(2, 5, 2222, 31)));
	assert_int_equal(dt_goal_values_missing(&values), 2);
}

static void test_whose_by_metric(void **state)
{
	struct dt_goal pressure = evaluation(2, 0, 1000, 40), other = evaluation(2, 0, 5, 41);

	(void)state;
	pressure.metric = 1;
	other.metric = 0;
	assert_true(take(pressure));
	assert_int_equal(value_of(2, 2)->latest.current_value, 40);
	assert_false(take(other));
	assert_int_equal(value_of(2, 2)->latest.current_value, 40);
}

/* Two schemes with more before them than the dynamic event can tell apart. */
static void test_whose_without_a_scheme(void **state)
{
	(void)state;
	assert_true(take(evaluation(DT_UNKNOWN_U32, 1, 4000, 50)));
	assert_int_equal(value_of(1, 0)->latest.current_value, 50);
	assert_true(take(evaluation(DT_UNKNOWN_U32, 1, 2222, 60)));
	assert_int_equal(value_of(2, 4)->latest.current_value, 60);
	assert_int_equal(value_of(1, 0)->latest.current_value, 50);
}

static void test_not_ours(void **state)
{
	struct dt_goal goal = evaluation(0, 0, 6000, 10);

	(void)state;
	goal.kdamond = 78;
	assert_false(take(goal));
	goal.kdamond = 77;
	goal.context_idx = 1;
	assert_false(take(goal));
	assert_false(take(evaluation(7, 0, 6000, 10)));
	assert_int_equal(dt_goal_values_missing(&values), 5);
}

static void test_latest(void **state)
{
	struct dt_goal goal = evaluation(0, 0, 6000, 10);

	(void)state;
	assert_true(take(goal));
	goal.time--;
	goal.current_value = 11;
	assert_false(take(goal));
	assert_int_equal(value_of(0, 0)->latest.current_value, 10);
	goal.time += 2;
	assert_true(take(goal));
	assert_int_equal(value_of(0, 0)->latest.current_value, 11);
}

/* ---- listening to lines ---- */

static int listen_to(const char *text, const volatile sig_atomic_t *stop)
{
	char path[] = "/tmp/test_values-XXXXXX";
	const int fd = mkstemp(path);
	const struct dt_goal_listen how = {.lines = path, .wait_ns = SECOND / 20, .stop = stop};
	int ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	ret = dt_goal_values_listen(&values, &how, &error);
	(void)unlink(path);
	return ret;
}

static void test_listen(void **state)
{
	static const volatile sig_atomic_t stop = 1;

	(void)state;
	assert_int_equal(
		listen_to("goal 1 77 0 0 6000 123\nloss 2 4\ngoal 3 77 1 1 4000 456\n", NULL), 0);
	assert_int_equal(value_of(0, 0)->latest.current_value, 123);
	assert_int_equal(value_of(1, 0)->latest.current_value, 456);
	assert_int_equal(dt_goal_values_missing(&values), 3);
	assert_int_equal(listen_to("", NULL), 0);
	assert_int_equal(listen_to("noise\n", NULL), -EINVAL);
	assert_int_equal(listen_to("goal 1 78 0 0 6000 123\n", &stop), -EINTR);
	{
		const struct dt_goal_listen how = {.lines = "/nonexistent", .wait_ns = 1};

		assert_int_equal(dt_goal_values_listen(&values, &how, &error), -ENOENT);
	}
}

static void test_no_tracefs(void **state)
{
	const struct dt_roots roots = {"/nonexistent", "/nonexistent", "/nonexistent"};
	const struct dt_goal_listen how = {.roots = &roots, .wait_ns = SECOND};

	(void)state;
	assert_int_equal(dt_goal_values_listen(&values, &how, &error), -ENOENT);
	assert_non_null(strstr(error.hint, "mount -t tracefs"));
	dt_goal_values_clear(&values);
	/* nobody wants to know */
	assert_int_equal(dt_goal_values_listen(&values, &how, &error), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_found),
		TEST(test_long_windows),
		TEST(test_whose),
		TEST(test_whose_by_metric),
		TEST(test_whose_without_a_scheme),
		TEST(test_not_ours),
		TEST(test_latest),
		TEST(test_listen),
		TEST(test_no_tracefs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
