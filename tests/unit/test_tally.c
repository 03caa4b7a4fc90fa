/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting before the ranges are known must end in the same cells as filling free axes that were
 * laid afterwards, whatever the samples and the order they come in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/blocks.h"
#include "analyzers/tally.h"

struct sample {
	uint64_t time, address;
	double value;
};

static uint64_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

/* Samples in a few clusters of random place and width, times mostly rising. */
static void make_samples(struct sample *samples, size_t nr, uint64_t *random)
{
	const unsigned nr_clusters = 1 + next_random(random) % 6;
	uint64_t starts[6], widths[6];
	uint64_t time = next_random(random) >> (8 + next_random(random) % 50);
	const unsigned step = (unsigned)(next_random(random) % 40);

	for (unsigned i = 0; i < nr_clusters; i++) {
		starts[i] = next_random(random) >> (1 + next_random(random) % 40);
		widths[i] = 1 + (next_random(random) >> (24 + next_random(random) % 30));
	}
	for (size_t i = 0; i < nr; i++) {
		const unsigned cluster = (unsigned)(next_random(random) % nr_clusters);
		const uint64_t back = next_random(random) % 16 ? 0 : time / 8;

		time += next_random(random) >> (63 - step);
		samples[i].time = time - back;
		samples[i].address = starts[cluster] + next_random(random) % widths[cluster];
		samples[i].value = (double)(1 + next_random(random) % 5);
	}
}

static void check_world(const struct sample *samples, size_t nr, uint32_t max_times,
			uint32_t max_rows, bool quotient)
{
	const struct dt_address_rule rule = {.max_cells = max_rows};
	struct dt_extents extents = {0};
	struct dt_address_axis address;
	struct dt_blocks blocks;
	struct dt_tally tally;
	struct dt_axis time;
	double *poured, *counted, *filled, *numbers;
	uint64_t first = UINT64_MAX, last = 0;
	uint32_t hint = 0;
	size_t cells;

	assert_int_equal(dt_tally_init(&tally, max_times, max_rows, quotient), 0);
	assert_int_equal(dt_blocks_init(&blocks), 0);
	for (size_t i = 0; i < nr; i++) {
		bool is_new;

		assert_int_equal(dt_tally_add(&tally, samples[i].time, samples[i].address,
					      samples[i].value, &is_new),
				 0);
		/* as the heatmap does: old rows have told their block */
		if (is_new || tally.address_shift > DT_BLOCK_SHIFT)
			assert_int_equal(dt_blocks_add(&blocks, 0, samples[i].address), 0);
		first = samples[i].time < first ? samples[i].time : first;
		last = samples[i].time > last ? samples[i].time : last;
	}
	assert_int_equal(tally.first, first);
	assert_int_equal(tally.last, last);
	assert_int_equal(dt_blocks_extents(&blocks, 0, &extents), 0);
	assert_int_equal(dt_axis_free_edges(&time, first, last + 1, max_times), 0);
	assert_int_equal(dt_address_axis_fold(&address, &extents, &rule), 0);
	cells = (size_t)time.cells * address.nr_columns;
	poured = calloc(cells, sizeof(double));
	counted = calloc(cells, sizeof(double));
	filled = calloc(cells, sizeof(double));
	numbers = calloc(cells, sizeof(double));
	if (time.shift >= 0 && address.segments[0].shift >= 0) {
		dt_tally_pour(&tally, &time, &address, poured, quotient ? counted : NULL);
		for (size_t i = 0; i < nr; i++) {
			uint32_t segment =
				dt_address_axis_find(&address, samples[i].address, &hint);
			size_t cell;

			/* the blocks cover every sample */
			assert_true(segment < address.nr_segments);
			cell = (size_t)dt_axis_cell(&time, samples[i].time) * address.nr_columns +
			       address.first_column[segment] +
			       dt_axis_cell(&address.segments[segment], samples[i].address);
			filled[cell] += samples[i].value;
			numbers[cell] += quotient;
		}
		/* small whole numbers: sums in any order are the same */
		assert_memory_equal(poured, filled, cells * sizeof(double));
		assert_memory_equal(counted, numbers, cells * sizeof(double));
	}
	free(poured);
	free(counted);
	free(filled);
	free(numbers);
	dt_axis_clear(&time);
	dt_address_axis_clear(&address);
	dt_extents_free(&extents);
	dt_blocks_free(&blocks);
	dt_tally_free(&tally);
}

static void test_equals_filling(void **state)
{
	static const uint32_t sizes[] = {1, 2, 3, 7, 16, 64, 100, 256};
	static struct sample samples[3000];
	uint64_t random = 88172645463325252ull;

	(void)state;
	for (unsigned world = 0; world < 300; world++) {
		const size_t nr = 1 + next_random(&random) % 3000;

		make_samples(samples, nr, &random);
		check_world(samples, nr, sizes[next_random(&random) % 8],
			    sizes[next_random(&random) % 8], world % 3 == 0);
	}
}

/* A tally needs no more than it says, even for samples all over the address space. */
static void test_is_bounded(void **state)
{
	uint64_t random = 1234567;
	struct dt_tally tally;
	double sum = 0;
	bool is_new;

	(void)state;
	assert_int_equal(dt_tally_init(&tally, 16, 32, false), 0);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(dt_tally_add(&tally, next_random(&random) >> 4,
					      next_random(&random), 1, &is_new),
				 0);
	assert_true(tally.nr_rows <= 32);
	assert_true(tally.rows_room <= 32);
	assert_true((tally.last >> tally.time_shift) - (tally.first >> tally.time_shift) < 32);
	for (size_t i = 0; i < (size_t)tally.nr_rows * tally.width; i++)
		sum += tally.cells[i];
	assert_true(sum == 100000);
	dt_tally_free(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equals_filling),
		cmocka_unit_test(test_is_bounded),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
