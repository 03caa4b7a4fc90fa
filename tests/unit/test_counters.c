/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting by key in bounded memory, against counts that have room for everything; names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/counters.h"
#include "analyzers/name_pool.h"

#define KEYS  1000u
#define LIMIT 64u

static uint64_t seed = 1;

static uint32_t next_random(uint32_t below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((seed >> 33) % below);
}

static void count(struct dt_counters *counters, uint64_t key)
{
	struct dt_counter *counter = dt_counters_at(counters, key);

	counter->samples++;
	counter->periods += 3;
	counter->latencies += (double)(key + 1);
	counter->latency_samples++;
}

static void test_few_keys_are_exact(void **state)
{
	struct dt_counters counters;
	struct dt_counter *sorted;

	(void)state;
	assert_int_equal(dt_counters_init(&counters, LIMIT), 0);
	/* key k so many times: 64 - k; keys far apart and next to each other, 0 too */
	for (uint64_t round = 0; round < LIMIT; round++)
		for (uint64_t key = 0; key < LIMIT - round; key++)
			count(&counters, key % 2 ? key : key << 40);
	sorted = dt_counters_sorted(&counters);
	assert_int_equal(counters.nr, LIMIT);
	assert_int_equal(counters.nr_fallen, 0);
	assert_int_equal(counters.others.samples, 0);
	for (uint64_t key = 0; key < LIMIT; key++) {
		assert_int_equal(sorted[key].key, key % 2 ? key : key << 40);
		assert_int_equal(sorted[key].samples, LIMIT - key);
		assert_true(sorted[key].periods == 3.0 * (double)(LIMIT - key));
	}
	free(sorted);
	dt_counters_free(&counters);
}

/* Sums stay exact, and no listed key lacks more than is said. */
static void test_many_keys_stay_in_bounds(void **state)
{
	uint64_t truth[KEYS] = {0}, samples = 0, heavy = 0;
	struct dt_counter all = {0}, *sorted;
	struct dt_counters counters;

	(void)state;
	assert_int_equal(dt_counters_init(&counters, LIMIT), 0);
	for (uint32_t i = 0; i < 200000; i++) {
		/* from the middle on, every second sample is of one key that came late */
		const uint32_t key = i > 100000 && i % 2 ? KEYS - 1 : next_random(KEYS - 1);

		truth[key]++;
		samples++;
		count(&counters, key);
		assert_in_range(counters.nr, 1, LIMIT);
	}
	sorted = dt_counters_sorted(&counters);
	assert_non_null(sorted);
	for (uint32_t i = 0; i < counters.nr; i++) {
		assert_in_range(sorted[i].key, 0, KEYS - 1);
		assert_in_range(sorted[i].samples, 1, truth[sorted[i].key]);
		assert_in_range(truth[sorted[i].key] - sorted[i].samples, 0, sorted[i].lack);
		assert_in_range(sorted[i].lack, 0, counters.lack);
		assert_int_equal(sorted[i].latencies, sorted[i].samples * (sorted[i].key + 1));
		dt_counter_add(&all, &sorted[i]);
		heavy |= sorted[i].key == KEYS - 1;
	}
	assert_true(counters.nr_fallen > 0);
	assert_true(heavy);
	assert_int_equal(sorted[0].key, KEYS - 1);
	/* of LIMIT / 2 keys that stay, each has had as much as any that is gone can have had */
	assert_in_range(counters.lack, 1, samples / (LIMIT / 2));
	dt_counter_add(&all, &counters.others);
	assert_int_equal(all.samples, samples);
	assert_int_equal(all.latency_samples, samples);
	assert_true(all.periods == 3.0 * (double)samples);
	free(sorted);
	dt_counters_free(&counters);
}

static void test_names(void **state)
{
	struct dt_name_pool pool = {0};
	char name[32];

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 5000; i++) {
			(void)snprintf(name, sizeof(name), "name %u", i);
			assert_int_equal(dt_name_put(&pool, name), i);
		}
	assert_int_equal(pool.nr, 5000);
	assert_string_equal(dt_name_text(&pool, 4321), "name 4321");
	assert_string_equal(dt_name_text(&pool, DT_NAME_NONE), "(others)");
	dt_name_pool_free(&pool);
}

/* A recording may be full of long names. */
static void test_names_have_a_bound(void **state)
{
	const size_t length = 1u << 20;
	struct dt_name_pool pool = {0};
	char *name = malloc(length + 1);
	uint32_t fits = 0;

	(void)state;
	assert_non_null(name);
	memset(name, 'x', length);
	name[length] = '\0';
	for (int first = 'A'; first <= 'Z' + 26; first++) {
		name[0] = (char)first;
		fits += dt_name_put(&pool, name) != DT_NAME_NONE;
	}
	/* 32 MiB hold 31 names of 1 MiB and their ends */
	assert_int_equal(fits, 31);
	name[0] = 'A';
	assert_int_equal(dt_name_put(&pool, name), 0);
	free(name);
	dt_name_pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_keys_are_exact),
		cmocka_unit_test(test_many_keys_stay_in_bounds),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_have_a_bound),
	};

	return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
