/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Axes: aligned cells of the smallest power of two that fits, evenly divided ones, folded gaps;
 * borders of every rule, and random axes against the definitions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/axis.h"

static uint64_t next(uint64_t *random)
{
	*random = *random * 6364136223846793005ull + 1442695040888963407ull;
	return *random >> 32 | *random << 32;
}

/* A number of any magnitude: as many bits as chance says. */
static uint64_t any_number(uint64_t *random)
{
	const unsigned shift = (unsigned)(next(random) % 64);

	return next(random) >> shift;
}

static uint64_t needed(uint64_t start, uint64_t end, int shift)
{
	return ((end - 1) >> shift) - (start >> shift) + 1;
}

/* Rising edges from start to end, and every point in the cell that they say. */
static void check_cells(const struct dt_axis *axis, uint64_t *random)
{
	assert_true(axis->cells >= 1);
	assert_int_equal(axis->edges[0], axis->start);
	assert_int_equal(axis->edges[axis->cells], axis->end);
	for (uint32_t i = 0; i < axis->cells; i++) {
		assert_true(axis->edges[i] < axis->edges[i + 1]);
		assert_int_equal(dt_axis_cell(axis, axis->edges[i]), i);
		assert_int_equal(dt_axis_cell(axis, axis->edges[i + 1] - 1), i);
	}
	for (int i = 0; i < 20; i++) {
		const uint64_t x = axis->start + next(random) % (axis->end - axis->start);
		const uint32_t cell = dt_axis_cell(axis, x);

		assert_true(cell < axis->cells);
		assert_true(x >= axis->edges[cell] && x < axis->edges[cell + 1]);
	}
}

static void check_free(uint64_t start, uint64_t end, uint32_t max_cells, uint64_t *random)
{
	struct dt_axis axis;

	assert_int_equal(dt_axis_free_edges(&axis, start, end, max_cells), 0);
	assert_in_range(axis.cells, 1, max_cells);
	check_cells(&axis, random);
	if (axis.shift < 0) {
		/* no power of two is large enough for both sides of 2^63 */
		assert_true(needed(start, end, 63) > max_cells);
		assert_int_equal(axis.start, start);
		assert_int_equal(axis.end, end);
	} else {
		assert_int_equal(axis.cells, needed(start, end, axis.shift));
		if (axis.shift)
			assert_true(needed(start, end, axis.shift - 1) > max_cells);
		assert_int_equal(axis.start, start >> axis.shift << axis.shift);
		for (uint32_t i = 0; i < axis.cells; i++)
			assert_int_equal(axis.edges[i], axis.start + ((uint64_t)i << axis.shift));
		/* the last edge before 2^64 is cut for want of a larger number */
		assert_true(axis.end == UINT64_MAX ||
			    axis.end == axis.start + ((uint64_t)axis.cells << axis.shift));
	}
	assert_true(axis.start <= start && axis.end >= end);
	dt_axis_clear(&axis);
}

static void test_free_edges(void **state)
{
	static const uint64_t edges[] = {0,
					 1,
					 2,
					 4095,
					 4096,
					 4097,
					 1ull << 32,
					 1ull << 62,
					 1ull << 63,
					 INT64_MAX,
					 UINT64_MAX,
					 UINT64_MAX - 1,
					 (1ull << 63) + 1};
	const size_t nr = sizeof(edges) / sizeof(edges[0]);
	uint64_t random = 1;

	(void)state;
	for (size_t i = 0; i < nr * nr; i++)
		for (uint32_t cells = 1; cells <= 64; cells += cells < 4 ? 1 : cells)
			if (edges[i / nr] < edges[i % nr])
				check_free(edges[i / nr], edges[i % nr], cells, &random);
	for (int i = 0; i < 20000; i++) {
		uint64_t start = any_number(&random), end = any_number(&random);
		const uint32_t cells = 1 + (uint32_t)next(&random) % 300;

		if (start > end) {
			const uint64_t swapped = start;

			start = end;
			end = swapped;
		}
		if (start < end)
			check_free(start, end, cells, &random);
	}
}

static void check_fixed(uint64_t start, uint64_t end, uint32_t cells, uint64_t *random)
{
	const unsigned __int128 length = end - start;
	struct dt_axis axis;

	assert_int_equal(dt_axis_fixed_edges(&axis, start, end, cells), 0);
	assert_int_equal(axis.cells, end - start < cells ? end - start : cells);
	assert_int_equal(axis.start, start);
	assert_int_equal(axis.end, end);
	for (uint32_t i = 0; i <= axis.cells; i++)
		assert_int_equal(axis.edges[i], start + (uint64_t)(length * i / axis.cells));
	check_cells(&axis, random);
	dt_axis_clear(&axis);
}

static void test_fixed_edges(void **state)
{
	uint64_t random = 2;

	(void)state;
	check_fixed(0, 1, 1, &random);
	check_fixed(0, 1, 100, &random);
	check_fixed(10, 17, 100, &random);
	check_fixed(10, 17, 7, &random);
	check_fixed(10, 17, 6, &random);
	check_fixed(0, UINT64_MAX, 1, &random);
	check_fixed(0, UINT64_MAX, 8192, &random);
	check_fixed(UINT64_MAX - 1, UINT64_MAX, 5, &random);
	check_fixed(1ull << 63, UINT64_MAX, 3, &random);
	for (int i = 0; i < 20000; i++) {
		const uint64_t start = any_number(&random), length = 1 + any_number(&random) / 2;

		if (length <= UINT64_MAX - start)
			check_fixed(start, start + length, 1 + (uint32_t)next(&random) % 300,
				    &random);
	}
}

static void add(struct dt_extents *extents, uint64_t start, uint64_t end)
{
	dt_extents_add(extents, start, end);
	assert_false(extents->failed);
}

/* Lay an axis over ranges and compare its segments: pairs of start and end. */
static void expect_segments(const struct dt_extents *extents, uint32_t max_cells, bool fit,
			    uint32_t nr, const uint64_t (*segments)[2])
{
	const struct dt_address_rule rule = {.max_cells = max_cells, .fit = fit};
	struct dt_address_axis axis;

	assert_int_equal(dt_address_axis_fold(&axis, extents, &rule), 0);
	assert_int_equal(axis.nr_segments, nr);
	for (uint32_t i = 0; i < nr; i++) {
		assert_int_equal(axis.segments[i].start, segments[i][0]);
		assert_int_equal(axis.segments[i].end, segments[i][1]);
	}
	dt_address_axis_clear(&axis);
}

#define EXPECT(extents, cells, fit, ...)                                                   \
	expect_segments(extents, cells, fit,                                               \
			sizeof((const uint64_t[][2])__VA_ARGS__) / (2 * sizeof(uint64_t)), \
			(const uint64_t[][2])__VA_ARGS__)

/* A gap is folded when it is longer than 1/16 of the monitored bytes: at 1/16 it is not. */
static void test_fold_border(void **state)
{
	struct dt_extents extents = {0};

	(void)state;
	/* 1600 bytes monitored, gaps of 99, 100 and 101 */
	add(&extents, 0, 400);
	add(&extents, 499, 899);
	add(&extents, 999, 1399);
	add(&extents, 1500, 1900);
	EXPECT(&extents, 64, true, {{0, 1399}, {1500, 1900}});
	dt_extents_free(&extents);
	/* 1601 bytes: 1/16 is 100.06, and 101 is still longer */
	add(&extents, 0, 401);
	add(&extents, 501, 901);
	add(&extents, 1002, 1802);
	EXPECT(&extents, 64, true, {{0, 901}, {1002, 1802}});
	dt_extents_free(&extents);
}

/* The longest gaps first, one per 8 cells; of equal ones those at lower addresses. */
static void test_fold_limit(void **state)
{
	struct dt_extents extents = {0};

	(void)state;
	add(&extents, 0, 1000);
	add(&extents, 2000, 3000);   /* gap 1000 */
	add(&extents, 6000, 7000);   /* gap 3000 */
	add(&extents, 8000, 9000);   /* gap 1000 */
	add(&extents, 11000, 12000); /* gap 2000 */
	EXPECT(&extents, 7, true, {{0, 12000}});
	EXPECT(&extents, 8, true, {{0, 3000}, {6000, 12000}});
	EXPECT(&extents, 15, true, {{0, 3000}, {6000, 12000}});
	EXPECT(&extents, 16, true, {{0, 3000}, {6000, 9000}, {11000, 12000}});
	EXPECT(&extents, 24, true, {{0, 1000}, {2000, 3000}, {6000, 9000}, {11000, 12000}});
	EXPECT(&extents, 32, true,
	       {{0, 1000}, {2000, 3000}, {6000, 7000}, {8000, 9000}, {11000, 12000}});
	/* rounded to cells: of 256 bytes, and of 1024 with one gap folded */
	EXPECT(&extents, 32, false,
	       {{0, 1024}, {1792, 3072}, {5888, 7168}, {7936, 9216}, {10752, 12032}});
	EXPECT(&extents, 12, false, {{0, 3072}, {5120, 12288}});
	dt_extents_free(&extents);
}

static void test_touching_segments(void **state)
{
	struct dt_extents extents = {0};

	(void)state;
	/* 8192 bytes in cells of 1024: a gap of 600 is long enough, but lies within two cells */
	add(&extents, 0, 4000);
	add(&extents, 4600, 8792);
	EXPECT(&extents, 9, false, {{0, 9216}});
	EXPECT(&extents, 256, false, {{0, 4032}, {4544, 8832}});
	dt_extents_free(&extents);
	/* one cell apart */
	add(&extents, 0, 4096);
	add(&extents, 5120, 9216);
	EXPECT(&extents, 8, false, {{0, 4096}, {5120, 9216}});
	/* one cell is enough for all */
	EXPECT(&extents, 1, false, {{0, 16384}});
	dt_extents_free(&extents);
	/* the whole address space */
	add(&extents, 0, UINT64_MAX);
	EXPECT(&extents, 2, false, {{0, UINT64_MAX}});
	EXPECT(&extents, 1, false, {{0, UINT64_MAX}});
	EXPECT(&extents, 8192, true, {{0, UINT64_MAX}});
	dt_extents_free(&extents);
	/* both of its ends */
	add(&extents, 0, 4096);
	add(&extents, UINT64_MAX - 4095, UINT64_MAX);
	EXPECT(&extents, 8, false, {{0, 4096}, {UINT64_MAX - 4095, UINT64_MAX}});
	dt_extents_free(&extents);
}

/* The cells of an axis as the definition has them: aligned powers of two, each at most once. */
static uint64_t cells_of(const struct dt_extent *segments, size_t nr, int shift)
{
	uint64_t cells = 0, behind = 0;

	for (size_t i = 0; i < nr; i++) {
		uint64_t first = segments[i].start >> shift;
		const uint64_t last = (segments[i].end - 1) >> shift;

		if (i && first < behind)
			first = behind;
		cells += last + 1 - first;
		behind = last + 1;
	}
	return cells;
}

/* Aligned cells are the smallest that need no more than the asked number. */
static void test_smallest_cells(void **state)
{
	/* at 16 bytes [0, 52) and [60, 124) are 8 cells together, one of which they share */
	const struct dt_extent segments[] = {{0, 52}, {60, 124}};
	const struct dt_address_rule rule = {.max_cells = 8, .fit = false};
	struct dt_extents extents = {0};
	struct dt_address_axis axis;
	int shift = 0;

	(void)state;
	while (cells_of(segments, 2, shift) > rule.max_cells)
		shift++;
	assert_int_equal(shift, 4);
	add(&extents, segments[0].start, segments[0].end);
	add(&extents, segments[1].start, segments[1].end);
	assert_int_equal(dt_address_axis_fold(&axis, &extents, &rule), 0);
	assert_int_equal(axis.segments[0].shift, shift);
	assert_int_equal(axis.nr_columns, 8);
	dt_address_axis_clear(&axis);
	dt_extents_free(&extents);
}

static void check_address_axis(const struct dt_address_axis *axis, const struct dt_extents *extents,
			       uint64_t *random)
{
	uint32_t hint = 0, columns = 0;

	for (uint32_t i = 0; i < axis->nr_segments; i++) {
		const struct dt_axis *segment = &axis->segments[i];

		check_cells(segment, random);
		assert_int_equal(axis->first_column[i], columns);
		columns += segment->cells;
		if (i)
			assert_true(segment->start > axis->segments[i - 1].end);
		assert_int_equal(dt_address_axis_find(axis, segment->start, &hint), i);
		assert_int_equal(dt_address_axis_find(axis, segment->end - 1, &hint), i);
		if (i + 1 < axis->nr_segments)
			assert_int_equal(dt_address_axis_find(axis, segment->end, &hint),
					 axis->nr_segments);
	}
	assert_int_equal(axis->nr_columns, columns);
	/* everything that was monitored has a place */
	for (size_t i = 0; i < extents->nr; i++) {
		const uint32_t segment =
			dt_address_axis_find(axis, extents->ranges[i].start, &hint);

		assert_true(segment < axis->nr_segments);
		assert_true(extents->ranges[i].end <= axis->segments[segment].end);
	}
}

static void test_random_folds(void **state)
{
	uint64_t random = 3;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		const struct dt_address_rule rule = {.max_cells = 1 + next(&random) % 256,
						     .fit = round & 1};
		const unsigned ranges = 1 + next(&random) % 30;
		struct dt_extents extents = {0};
		struct dt_address_axis axis;

		for (unsigned i = 0; i < ranges; i++) {
			const uint64_t start = any_number(&random) / 2;

			add(&extents, start, start + 1 + any_number(&random) / 2);
		}
		assert_int_equal(dt_address_axis_fold(&axis, &extents, &rule), 0);
		assert_in_range(axis.nr_segments, 1, rule.max_cells / 8 + 1);
		if (!rule.fit && axis.segments[0].shift >= 0)
			assert_in_range(axis.nr_columns, 1, rule.max_cells);
		check_address_axis(&axis, &extents, &random);
		dt_address_axis_clear(&axis);
		dt_extents_free(&extents);
	}
}

/* Cells by length, at least one each; no segment is dropped. */
static void test_fixed_ranges(void **state)
{
	const struct dt_extent ranges[] = {
		{0, 100}, {100, 101}, {1000, 1300}, {1ull << 63, (1ull << 63) + 99}};
	const uint32_t cells[] = {20, 1, 60, 19};
	struct dt_address_axis axis;
	uint32_t hint = 0;

	(void)state;
	assert_int_equal(dt_address_axis_fixed(&axis, ranges, 4, 100), 0);
	assert_int_equal(axis.nr_segments, 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(axis.segments[i].start, ranges[i].start);
		assert_int_equal(axis.segments[i].end, ranges[i].end);
		assert_int_equal(axis.segments[i].cells, cells[i]);
	}
	assert_int_equal(dt_address_axis_find(&axis, 100, &hint), 1);
	assert_int_equal(dt_address_axis_find(&axis, 99, &hint), 0);
	assert_int_equal(dt_address_axis_find(&axis, 500, &hint), 4);
	assert_int_equal(dt_address_axis_find(&axis, UINT64_MAX, &hint), 4);
	dt_address_axis_clear(&axis);
	/* more ranges than cells */
	assert_int_equal(dt_address_axis_fixed(&axis, ranges, 4, 2), 0);
	assert_int_equal(axis.nr_segments, 4);
	assert_in_range(axis.nr_columns, 4, 4);
	dt_address_axis_clear(&axis);
	/* nothing at all holds no address */
	assert_int_equal(dt_address_axis_fixed(&axis, ranges, 0, 2), 0);
	hint = 0;
	assert_int_equal(dt_address_axis_find(&axis, 0, &hint), 0);
	assert_int_equal(axis.nr_segments, 0);
	dt_address_axis_clear(&axis);
	dt_address_axis_clear(&axis);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_free_edges),	  cmocka_unit_test(test_fixed_edges),
		cmocka_unit_test(test_fold_border),	  cmocka_unit_test(test_fold_limit),
		cmocka_unit_test(test_touching_segments), cmocka_unit_test(test_smallest_cells),
		cmocka_unit_test(test_random_folds),	  cmocka_unit_test(test_fixed_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
