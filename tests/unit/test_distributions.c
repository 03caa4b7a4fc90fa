/* SPDX-License-Identifier: GPL-2.0-only */
/* Quantiles and timelines in fixed memory, against the sorted values and plain sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/quantile.h"
#include "analyzers/timeline.h"

#define NR 20000

static uint64_t random_state = 88172645463325252ull;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static int compare(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* Values of every magnitude: each quantile within its promise of the sorted array's. */
static void test_quantiles(void **state)
{
	static uint64_t values[NR];
	struct dt_quantile quantile;
	struct dt_distribution distribution;
	double sum = 0;

	(void)state;
	assert_int_equal(dt_quantile_init(&quantile), 0);
	for (unsigned i = 0; i < NR; i++) {
		values[i] = next_random() >> (next_random() % 60);
		sum += (double)values[i];
		dt_quantile_add(&quantile, values[i], 1);
	}
	qsort(values, NR, sizeof(values[0]), compare);
	dt_quantile_distribution(&quantile, 1, &distribution);
	for (unsigned i = 0; i < DT_NR_QUANTILES; i++) {
		size_t place = (size_t)ceil(dt_quantiles[i] * NR);
		double exact = (double)values[place ? place - 1 : 0];

		assert_true(fabs(distribution.at[i] - exact) <= exact / 256 + 1e-9);
	}
	assert_true(distribution.at[0] == (double)values[0]);
	assert_true(distribution.at[DT_NR_QUANTILES - 1] == (double)values[NR - 1]);
	assert_true(fabs(distribution.mean - sum / NR) <= sum / NR * 1e-12);
	dt_quantile_free(&quantile);
}

/* Three parts of the values, merged, are the same as one of all, bucket by bucket. */
static void test_merge(void **state)
{
	static const double places[] = {0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1};
	struct dt_quantile parts[3], whole;

	(void)state;
	assert_int_equal(dt_quantile_init(&whole), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(dt_quantile_init(&parts[i]), 0);
	for (unsigned i = 0; i < NR; i++) {
		const uint64_t value = next_random() >> (next_random() % 60);

		dt_quantile_add(&whole, value, 1);
		dt_quantile_count(&parts[i % 2], value);
	}
	/* the third stays empty: that changes nothing */
	dt_quantile_merge(&parts[0], &parts[2]);
	dt_quantile_merge(&parts[2], &parts[1]);
	dt_quantile_merge(&parts[2], &parts[0]);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		assert_true(dt_quantile_at(&parts[2], places[i]) ==
			    dt_quantile_at(&whole, places[i]));
	assert_true(parts[2].total == NR);
	assert_true(fabs(parts[2].sum - whole.sum) <= whole.sum * 1e-12);
	assert_true(parts[2].low == whole.low && parts[2].high == whole.high);
	dt_quantile_free(&whole);
	for (int i = 0; i < 3; i++)
		dt_quantile_free(&parts[i]);
}

static void test_edges(void **state)
{
	const uint64_t edges[] = {0, 1, 127, 128, 129, 255, 256, 257, UINT64_MAX - 1, UINT64_MAX};
	struct dt_quantile quantile;

	(void)state;
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		assert_int_equal(dt_quantile_init(&quantile), 0);
		assert_true(isnan(dt_quantile_at(&quantile, 0.5)));
		dt_quantile_add(&quantile, edges[i], 3);
		assert_true(dt_quantile_at(&quantile, 0.5) == (double)edges[i]);
		dt_quantile_free(&quantile);
	}
}

/* 10 bytes idle for 1, 90 bytes for 1000: the tenth percentile is the border. */
static void test_weights(void **state)
{
	struct dt_quantile quantile;

	(void)state;
	assert_int_equal(dt_quantile_init(&quantile), 0);
	dt_quantile_add(&quantile, 1000, 90);
	dt_quantile_add(&quantile, 1, 10);
	dt_quantile_add(&quantile, 7, 0);
	assert_true(dt_quantile_at(&quantile, 0.1) == 1);
	assert_true(fabs(dt_quantile_at(&quantile, 0.11) - 1000) <= 1000.0 / 256);
	dt_quantile_free(&quantile);
}

/* Whatever the order and the span, nothing is lost and cells hold what lies in them. */
static void test_timeline(void **state)
{
	static const uint64_t spans[] = {1000, 1000000000, 3600ull * 1000000000, (uint64_t)1 << 60};

	(void)state;
	for (size_t s = 0; s < sizeof(spans) / sizeof(spans[0]); s++) {
		struct dt_timeline timeline;
		double expected[DT_TIMELINE_CELLS] = {0}, sum = 0, kept = 0;
		static uint64_t times[NR];

		dt_timeline_init(&timeline);
		for (unsigned i = 0; i < NR; i++) {
			times[i] = 5000000000ull + next_random() % spans[s];
			dt_timeline_add(&timeline, times[i], i, 2);
			sum += 2.0 * i;
		}
		assert_true(timeline.nr >= 1 && timeline.nr <= DT_TIMELINE_CELLS);
		for (unsigned i = 0; i < NR; i++) {
			uint64_t cell = (times[i] >> timeline.shift) - timeline.base;

			assert_true(cell < timeline.nr);
			expected[cell] += 2.0 * i;
		}
		for (uint32_t i = 0; i < timeline.nr; i++) {
			assert_true(fabs(expected[i] - timeline.sum[i]) <= 1e-9 * sum);
			kept += timeline.sum[i];
		}
		assert_true(fabs(kept - sum) <= 1e-9 * sum);
		/* as fine as it can be: half the cells at least, but for the least cell */
		assert_true(timeline.shift == 20 || timeline.nr > DT_TIMELINE_CELLS / 2 - 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quantiles), cmocka_unit_test(test_merge),
		cmocka_unit_test(test_edges),	  cmocka_unit_test(test_weights),
		cmocka_unit_test(test_timeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
