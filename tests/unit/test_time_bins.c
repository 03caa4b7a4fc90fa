/* SPDX-License-Identifier: GPL-2.0-only */
/* Bins over time: whatever the order of the times, the sums are those of the bins at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/time_bins.h"

#define NR 5000

static uint64_t random_state = 88172645463325252ull;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void check(const uint64_t *times, uint32_t nr)
{
	double expected[DT_TIME_BINS][3] = {{0}};
	struct dt_time_bins bins;
	uint64_t first = UINT64_MAX, last = 0;

	assert_int_equal(dt_time_bins_init(&bins, 3), 0);
	for (uint32_t i = 0; i < nr; i++) {
		dt_time_bins_at(&bins, times[i])[i % 3] += i + 1;
		first = times[i] < first ? times[i] : first;
		last = times[i] > last ? times[i] : last;
	}
	assert_true(bins.nr && bins.nr <= DT_TIME_BINS);
	assert_true(bins.base == first >> bins.shift);
	assert_true(bins.base + bins.nr - 1 == last >> bins.shift);
	/* no coarser than it must be */
	assert_true(bins.shift == 20 ||
		    (last >> (bins.shift - 1)) - (first >> (bins.shift - 1)) + 1 > DT_TIME_BINS);
	for (uint32_t i = 0; i < nr; i++)
		expected[(times[i] >> bins.shift) - bins.base][i % 3] += i + 1;
	for (uint32_t i = 0; i < bins.nr; i++)
		for (uint32_t j = 0; j < 3; j++)
			assert_true(bins.sums[(size_t)i * 3 + j] == expected[i][j]);
	dt_time_bins_free(&bins);
}

static void test_orders(void **state)
{
	static uint64_t times[NR];

	(void)state;
	for (unsigned shift = 0; shift < 44; shift += 3) {
		for (uint32_t i = 0; i < NR; i++)
			times[i] = (1ull << 50) + ((uint64_t)i << shift);
		check(times, NR);
		for (uint32_t i = 0; i < NR; i++)
			times[i] = (1ull << 60) - ((uint64_t)i << shift);
		check(times, NR);
		for (uint32_t i = 0; i < NR; i++)
			times[i] = (1ull << 50) + (next_random() >> (20 + shift));
		check(times, NR);
	}
}

static void test_ends(void **state)
{
	const uint64_t times[] = {UINT64_MAX, 0, 1, UINT64_MAX - 1, 1ull << 63};

	(void)state;
	for (uint32_t nr = 1; nr <= 5; nr++)
		check(times, nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests_name("time_bins", tests, NULL, NULL);
}
