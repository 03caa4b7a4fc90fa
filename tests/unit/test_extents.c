/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of ranges against a plain bitmap, and what happens when there are too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/extents.h"

#define UNITS 2048

static uint64_t next_random(uint64_t *random)
{
	*random = *random * 6364136223846793005ull + 1442695040888963407ull;
	return *random >> 33;
}

/* Sorted, disjoint, not touching, not empty. */
static void check_shape(const struct dt_extents *extents)
{
	assert_false(extents->failed);
	assert_true(extents->nr <= DT_EXTENTS_MAX);
	for (size_t i = 0; i < extents->nr; i++) {
		assert_true(extents->ranges[i].start < extents->ranges[i].end);
		if (i)
			assert_true(extents->ranges[i - 1].end < extents->ranges[i].start);
	}
}

static void check_bitmap(const struct dt_extents *extents, const bool *map)
{
	bool found[UNITS] = {false};

	check_shape(extents);
	for (size_t i = 0; i < extents->nr; i++)
		for (uint64_t unit = extents->ranges[i].start; unit < extents->ranges[i].end;
		     unit++)
			found[unit] = true;
	assert_memory_equal(found, map, sizeof(found));
}

static void test_random(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct dt_extents extents = {0}, copy = {0};
		bool map[UNITS] = {false};
		uint64_t random = seed;

		for (unsigned i = 0; i < 200; i++) {
			const uint64_t start = next_random(&random) % UNITS;
			uint64_t end = start + next_random(&random) % (seed % 60 + 2);

			end = end < UNITS ? end : UNITS;
			dt_extents_add(&extents, start, end);
			for (uint64_t unit = start; unit < end; unit++)
				map[unit] = true;
			if (i % 20 == 0)
				check_bitmap(&extents, map);
		}
		check_bitmap(&extents, map);
		dt_extents_add(&copy, 5, 7);
		memset(map + 5, true, 2 * sizeof(bool));
		dt_extents_add_all(&copy, &extents);
		check_bitmap(&copy, map);
		dt_extents_free(&extents);
		dt_extents_free(&copy);
	}
}

static void expect_one(const struct dt_extents *extents, uint64_t start, uint64_t end)
{
	assert_int_equal(extents->nr, 1);
	assert_int_equal(extents->ranges[0].start, start);
	assert_int_equal(extents->ranges[0].end, end);
}

static void test_borders(void **state)
{
	struct dt_extents extents = {0};

	(void)state;
	dt_extents_add(&extents, 10, 10);
	dt_extents_add(&extents, 10, 5);
	assert_int_equal(extents.nr, 0);
	dt_extents_add(&extents, 10, 20);
	dt_extents_add(&extents, 20, 30);
	dt_extents_add(&extents, 5, 10);
	expect_one(&extents, 5, 30);
	dt_extents_add(&extents, 31, 40);
	assert_int_equal(extents.nr, 2);
	dt_extents_add(&extents, 30, 31);
	expect_one(&extents, 5, 40);
	dt_extents_add(&extents, UINT64_MAX - 1, UINT64_MAX);
	dt_extents_add(&extents, 0, 1);
	assert_int_equal(extents.nr, 3);
	dt_extents_add(&extents, 0, UINT64_MAX);
	expect_one(&extents, 0, UINT64_MAX);
	dt_extents_free(&extents);
	assert_int_equal(extents.nr, 0);
	dt_extents_free(&extents);
}

/* Ranges far apart, every third gap small: of those the smallest are closed, no other. */
static void test_full(void **state)
{
	const uint64_t far = 1 << 20;
	const uint64_t nr = DT_EXTENTS_MAX + 500;
	struct dt_extents extents = {0};
	uint64_t bytes = 0;

	(void)state;
	for (uint64_t i = 0; i < nr; i++) {
		const uint64_t at = i / 2 * far + (i % 2 ? 110 + i % 7 : 0);

		dt_extents_add(&extents, at, at + 100);
	}
	check_shape(&extents);
	assert_int_equal(extents.nr, DT_EXTENTS_MAX);
	for (size_t i = 0; i < extents.nr; i++)
		bytes += extents.ranges[i].end - extents.ranges[i].start;
	/* every closed gap is one of the small ones */
	assert_true(bytes >= nr * 100 + 500 * 10);
	assert_true(bytes <= nr * 100 + 500 * 16);
	for (uint64_t i = 0; i < nr; i++) {
		const uint64_t at = i / 2 * far + (i % 2 ? 110 + i % 7 : 0);
		size_t held = 0;

		for (size_t j = 0; j < extents.nr; j++)
			held += extents.ranges[j].start <= at && at + 100 <= extents.ranges[j].end;
		assert_int_equal(held, 1);
	}
	dt_extents_free(&extents);
}

/* However many and in whatever order: all that was added is in, and the form holds. */
static void test_very_many(void **state)
{
	const unsigned nr = 3 * DT_EXTENTS_MAX;
	struct dt_extents extents = {0};
	uint64_t random = 12;

	(void)state;
	for (unsigned i = 0; i < nr; i++) {
		const uint64_t start =
			(next_random(&random) << 20 ^ next_random(&random)) & ~4095ull;

		dt_extents_add(&extents, start, start + 4096);
	}
	check_shape(&extents);
	random = 12;
	for (unsigned i = 0; i < nr; i++) {
		const uint64_t start =
			(next_random(&random) << 20 ^ next_random(&random)) & ~4095ull;
		size_t at = 0;

		while (at < extents.nr && extents.ranges[at].end < start + 4096)
			at++;
		assert_true(at < extents.nr && extents.ranges[at].start <= start);
	}
	dt_extents_free(&extents);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_very_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
