/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls put together from their ends: nesting, ends that were lost, ends that were cut off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/cost.h"

#define PID 7

static uint16_t function(const char *name)
{
	const uint16_t number = dt_function_find(name, strlen(name));

	assert_int_not_equal(number, DT_NO_FUNCTION);
	return number;
}

#define CHECK  function("damon_va_check_accesses")
#define SCHEME function("kdamond_apply_schemes")
#define REGION function("damon_va_apply_scheme")

static void put(struct dt_cost_calls *calls, int32_t pid, uint64_t time, uint16_t number,
		enum dt_call_what what, uint64_t duration)
{
	const struct dt_call call = {.time = time,
				     .duration = duration,
				     .kdamond = pid,
				     .function = number,
				     .what = (uint8_t)what};

	assert_int_equal(dt_cost_call(calls, 0, &call), 0);
}

static void enter(struct dt_cost_calls *calls, uint64_t time, uint16_t number)
{
	put(calls, PID, time, number, DT_CALL_ENTER, 0);
}

static void leave(struct dt_cost_calls *calls, uint64_t time, uint16_t number)
{
	put(calls, PID, time, number, DT_CALL_LEAVE, UINT64_MAX);
}

static void check(const struct dt_cost_calls *calls, uint16_t number, uint64_t nr, uint64_t total,
		  uint64_t self)
{
	assert_int_equal(calls->tallies[number].calls, nr);
	assert_int_equal(calls->tallies[number].total_ns, total);
	assert_int_equal(calls->tallies[number].self_ns, self);
}

static void check_ends(const struct dt_cost_calls *calls, uint64_t lost_enter, uint64_t lost_leave,
		       uint64_t cut)
{
	assert_int_equal(calls->lost_enter, lost_enter);
	assert_int_equal(calls->lost_leave, lost_leave);
	assert_int_equal(calls->cut, cut);
}

static void test_nested(void **state)
{
	struct dt_cost_calls calls = {0};

	(void)state;
	enter(&calls, 100, SCHEME);
	enter(&calls, 110, REGION);
	leave(&calls, 140, REGION);
	enter(&calls, 150, REGION);
	leave(&calls, 155, REGION);
	leave(&calls, 200, SCHEME);
	check(&calls, SCHEME, 1, 100, 65);
	check(&calls, REGION, 2, 35, 35);
	check_ends(&calls, 0, 0, 0);
	/* no time is counted twice */
	assert_int_equal(calls.threads[0].self_ns, 100);
	dt_cost_calls_free(&calls);
}

/* What the tracer measured goes before what the events' times say. */
static void test_told_duration(void **state)
{
	struct dt_cost_calls calls = {0};

	(void)state;
	enter(&calls, 100, SCHEME);
	enter(&calls, 110, REGION);
	put(&calls, PID, 140, REGION, DT_CALL_LEAVE, 27);
	put(&calls, PID, 200, SCHEME, DT_CALL_LEAVE, 90);
	check(&calls, SCHEME, 1, 90, 63);
	check(&calls, REGION, 1, 27, 27);
	/* without its entry it is still a call of that length */
	put(&calls, PID, 300, CHECK, DT_CALL_LEAVE, 50);
	check(&calls, CHECK, 1, 50, 50);
	check_ends(&calls, 1, 0, 0);
	dt_cost_calls_free(&calls);
}

static void test_two_threads(void **state)
{
	struct dt_cost_calls calls = {0};

	(void)state;
	put(&calls, 1, 100, CHECK, DT_CALL_ENTER, 0);
	put(&calls, 2, 105, CHECK, DT_CALL_ENTER, 0);
	put(&calls, 1, 110, CHECK, DT_CALL_LEAVE, UINT64_MAX);
	put(&calls, 2, 125, CHECK, DT_CALL_LEAVE, UINT64_MAX);
	check(&calls, CHECK, 2, 30, 30);
	check_ends(&calls, 0, 0, 0);
	assert_int_equal(calls.nr, 2);
	assert_int_equal(calls.threads[0].self_ns, 10);
	assert_int_equal(calls.threads[1].self_ns, 20);
	assert_int_equal(dt_cost_ticks(&calls.threads[1]), 1);
	dt_cost_calls_free(&calls);
}

/* The next entry tells; the call in between is not made longer by it. */
static void test_lost_return(void **state)
{
	struct dt_cost_calls calls = {0};

	(void)state;
	enter(&calls, 100, CHECK);
	enter(&calls, 200, CHECK);
	leave(&calls, 210, CHECK);
	check(&calls, CHECK, 1, 10, 10);
	check_ends(&calls, 0, 1, 0);
	/* the return of the outer call ends the inner one, which is not counted */
	enter(&calls, 300, SCHEME);
	enter(&calls, 310, REGION);
	leave(&calls, 400, SCHEME);
	check(&calls, SCHEME, 1, 100, 100);
	check(&calls, REGION, 0, 0, 0);
	check_ends(&calls, 0, 2, 0);
	dt_cost_calls_free(&calls);
}

static void test_lost_entry(void **state)
{
	struct dt_cost_calls calls = {0};

	(void)state;
	enter(&calls, 100, CHECK);
	leave(&calls, 110, CHECK);
	leave(&calls, 220, CHECK);
	check(&calls, CHECK, 1, 10, 10);
	check_ends(&calls, 1, 0, 0);
	/* inside of another call: that one goes on */
	enter(&calls, 300, SCHEME);
	leave(&calls, 320, REGION);
	leave(&calls, 400, SCHEME);
	check(&calls, SCHEME, 1, 100, 100);
	check_ends(&calls, 2, 0, 0);
	/* a return before its entry is no duration */
	enter(&calls, 500, CHECK);
	leave(&calls, 499, CHECK);
	check(&calls, CHECK, 1, 10, 10);
	check_ends(&calls, 3, 0, 0);
	dt_cost_calls_free(&calls);
}

/* An entry and a return of two calls would make one long call. */
static void test_loss(void **state)
{
	struct dt_cost_calls calls = {0};

	(void)state;
	enter(&calls, 100, CHECK);
	dt_cost_loss(&calls, 1);
	dt_cost_loss(&calls, 0);
	leave(&calls, 9000, CHECK);
	check(&calls, CHECK, 0, 0, 0);
	check_ends(&calls, 1, 1, 0);
	dt_cost_calls_free(&calls);
}

/* What the beginning and the end of a recording cut off is no loss. */
static void test_cut(void **state)
{
	struct dt_cost_calls calls = {0};

	(void)state;
	leave(&calls, 50, CHECK);
	enter(&calls, 100, SCHEME);
	enter(&calls, 110, REGION);
	dt_cost_cut(&calls, 0);
	check_ends(&calls, 0, 0, 3);
	check(&calls, CHECK, 0, 0, 0);
	/* a thread of another input */
	assert_int_equal(dt_cost_call(&calls, 1,
				      &(struct dt_call){.time = 120,
							.duration = UINT64_MAX,
							.kdamond = PID,
							.function = REGION,
							.what = DT_CALL_LEAVE}),
			 0);
	check_ends(&calls, 0, 0, 4);
	dt_cost_calls_free(&calls);
}

/* A file may hold anything. */
static void test_deep(void **state)
{
	struct dt_cost_calls calls = {0};

	(void)state;
	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++)
		enter(&calls, i, i);
	assert_in_range(calls.threads[0].depth, 1, DT_COST_DEPTH);
	assert_int_equal(calls.lost_leave, DT_COST_DEPTH);
	put(&calls, PID, 99, DT_NR_FUNCTIONS, DT_CALL_ENTER, 0);
	put(&calls, PID, 99, DT_NO_FUNCTION, DT_CALL_LEAVE, 1);
	assert_int_equal(calls.events, DT_NR_FUNCTIONS);
	dt_cost_calls_free(&calls);
}

static void test_buckets(void **state)
{
	static const struct {
		uint64_t ns;
		unsigned bucket;
	} cases[] = {
		{0, 0},	       {999, 0},	 {1000, 1},	   {1999, 1},
		{2000, 2},     {3999, 2},	 {4000, 3},	   {1023999, 10},
		{1024000, 11}, {1048575999, 20}, {1048576000, 21}, {UINT64_MAX, 21},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(dt_cost_bucket(cases[i].ns), cases[i].bucket);
	assert_int_equal(dt_cost_bucket_low(0), 0);
	assert_int_equal(dt_cost_bucket_low(1), 1);
	assert_int_equal(dt_cost_bucket_low(21), 1 << 20);
}

/* Regions of the first target begin anew once an aggregation. */
static void test_aggregations(void **state)
{
	static const struct {
		uint64_t target, start;
	} regions[] = {
		{3, 10}, {3, 20}, {4, 5}, {4, 7}, {3, 10}, {4, 5}, {3, 8}, {3, 9}, {3, 9},
	};
	struct dt_cost_calls calls = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		assert_int_equal(dt_cost_region(&calls, 0,
						&(struct dt_region){.kdamond = PID,
								    .target_id = regions[i].target,
								    .start = regions[i].start}),
				 0);
	assert_int_equal(calls.threads[0].aggregations, 4);
	assert_false(calls.threads[0].seen);
	dt_cost_calls_free(&calls);
}

static void test_names(void **state)
{
	static const char *const same[] = {"damon_va_update", "damon_va_update.isra.0",
					   "damon_va_update.constprop.0.isra.0"};
	static const char *const others[] = {"damon_va_updat", "damon_va_update2",
					     "damon_va_update.cold", "",
					     "damon_va_update.isra.0.cold"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(dt_function_find(same[i], strlen(same[i])),
				 function("damon_va_update"));
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(dt_function_find(others[i], strlen(others[i])), DT_NO_FUNCTION);
	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++) {
		assert_non_null(dt_functions[i].name);
		assert_int_equal(function(dt_functions[i].name), i);
		assert_true(!i || dt_functions[i].phase >= dt_functions[i - 1].phase);
	}
	for (int i = 0; i < DT_NR_PHASES; i++)
		assert_non_null(dt_phase_words((enum dt_phase)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested),	    cmocka_unit_test(test_told_duration),
		cmocka_unit_test(test_two_threads), cmocka_unit_test(test_lost_return),
		cmocka_unit_test(test_lost_entry),  cmocka_unit_test(test_loss),
		cmocka_unit_test(test_cut),	    cmocka_unit_test(test_deep),
		cmocka_unit_test(test_buckets),	    cmocka_unit_test(test_aggregations),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
