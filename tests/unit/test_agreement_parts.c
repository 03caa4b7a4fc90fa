/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of agreement: covered time with its holes, units and how they grow, shared ties. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzers/agreement_cover.h"
#include "analyzers/agreement_ranking.h"
#include "analyzers/agreement_units.h"

#define MIB	(1ull << 20)
#define EPSILON 1e-12

static bool near(double value, double expected)
{
	return fabs(value - expected) <= EPSILON * fmax(1, fabs(expected));
}

/* Snapshots at 100, 200, ... with one that comes 600 late: 2 x 100 before it are covered. */
static void test_late_snapshot(void **state)
{
	struct dt_cover cover = {0};

	(void)state;
	dt_cover_snapshot(&cover, 100, 100);
	dt_cover_snapshot(&cover, 200, 100);
	dt_cover_snapshot(&cover, 900, 100);
	dt_cover_snapshot(&cover, 1000, 100);
	dt_cover_input_end(&cover);
	assert_int_equal(dt_cover_settle(&cover, 100, 0, UINT64_MAX), 0);
	assert_false(dt_cover_holds(&cover, 99));
	assert_true(dt_cover_holds(&cover, 100));
	assert_true(dt_cover_holds(&cover, 199));
	assert_false(dt_cover_holds(&cover, 200));
	assert_false(dt_cover_holds(&cover, 699));
	assert_true(dt_cover_holds(&cover, 700));
	assert_true(dt_cover_holds(&cover, 999));
	assert_false(dt_cover_holds(&cover, 1000));
	dt_cover_free(&cover);
}

/* Without known intervals the median decides. */
static void test_unknown_interval(void **state)
{
	struct dt_cover cover = {0};

	(void)state;
	for (uint64_t time = 0; time <= 1000; time += 100)
		dt_cover_snapshot(&cover, time, 0);
	dt_cover_snapshot(&cover, 1500, 0);
	dt_cover_input_end(&cover);
	assert_int_equal(dt_cover_settle(&cover, 100, 0, UINT64_MAX), 0);
	assert_int_equal(cover.nr, 1);
	assert_true(dt_cover_holds(&cover, 999));
	assert_false(dt_cover_holds(&cover, 1299));
	assert_true(dt_cover_holds(&cover, 1300));
	dt_cover_free(&cover);
}

/* What lost events is not covered, and neither is the time between inputs, in any order. */
static void test_losses_and_inputs(void **state)
{
	struct dt_cover cover = {0};

	(void)state;
	dt_cover_snapshot(&cover, 5000, 100);
	dt_cover_snapshot(&cover, 5100, 100);
	dt_cover_input_end(&cover);
	dt_cover_snapshot(&cover, 1000, 100);
	dt_cover_snapshot(&cover, 1100, 100);
	dt_cover_snapshot(&cover, 1200, 100);
	dt_cover_spoil(&cover);
	dt_cover_snapshot(&cover, 1300, 100);
	dt_cover_input_end(&cover);
	assert_int_equal(dt_cover_settle(&cover, 100, 0, 5050), 0);
	assert_true(dt_cover_holds(&cover, 1099));
	assert_false(dt_cover_holds(&cover, 1100));
	assert_false(dt_cover_holds(&cover, 1199));
	assert_true(dt_cover_holds(&cover, 1200));
	assert_false(dt_cover_holds(&cover, 1300));
	assert_false(dt_cover_holds(&cover, 4999));
	assert_true(dt_cover_holds(&cover, 5000));
	assert_true(dt_cover_holds(&cover, 5049));
	assert_false(dt_cover_holds(&cover, 5050));
	dt_cover_free(&cover);
}

/* More holes than are kept: the longest stay, and the others are counted. */
static void test_many_holes(void **state)
{
	struct dt_cover cover = {0};
	uint64_t time = 0, longest = 0;

	(void)state;
	for (unsigned i = 0; i < 3 * DT_COVER_HOLES; i++) {
		dt_cover_snapshot(&cover, time, 10);
		if (i == 777)
			longest = time;
		time += i == 777 ? 100000 : 100 + i % 50;
	}
	dt_cover_input_end(&cover);
	assert_int_equal(dt_cover_settle(&cover, 10, 0, UINT64_MAX), 0);
	assert_true(cover.nr <= DT_COVER_HOLES);
	assert_true(cover.forgotten > 0);
	assert_false(dt_cover_holds(&cover, longest + 50000));
	assert_true(dt_cover_holds(&cover, longest + 99999));
	dt_cover_free(&cover);
}

/*
 * Two ranges that meet in one block share it. Seen for 10 ns: [1 MiB, 3 MiB) with 4 accesses; for
 * 30 ns the same and [3.5 MiB, 7 MiB) with none.
 */
static void test_units(void **state)
{
	struct dt_extents extents = {0};
	struct dt_units units;
	uint64_t lost;

	(void)state;
	dt_extents_add(&extents, 1 * MIB, 3 * MIB);
	dt_extents_add(&extents, 3 * MIB + MIB / 2, 7 * MIB);
	assert_int_equal(dt_units_lay(&units, &extents), 0);
	assert_int_equal(units.nr, 4);
	dt_units_region(&units, 1 * MIB, 3 * MIB, 4, 10);
	dt_units_region(&units, 1 * MIB, 3 * MIB, 0, 30);
	dt_units_region(&units, 3 * MIB + MIB / 2, 7 * MIB, 0, 30);
	dt_units_sample(&units, 0, 2 * MIB, 0);
	dt_units_sample(&units, 1, 3 * MIB + MIB / 2, 1);
	dt_units_sample(&units, 1, 6 * MIB, 1);
	assert_int_equal(dt_units_settle(&units, 0.25, 40, &lost), 0);
	assert_int_equal(lost, 0);
	assert_int_equal(units.nr_settled, 4);
	/* [1, 2): all the time, a quarter of it with 4 accesses of 4 */
	assert_true(near(units.settled[0].bytes, (double)MIB));
	assert_true(near(units.settled[0].rate, 0.25));
	/* [2, 3) all the time and [3.5, 4) for three quarters of it */
	assert_true(near(units.settled[1].bytes, MIB * 1.375));
	assert_true(near(units.settled[1].rate, 10.0 / (40 + 15)));
	assert_int_equal(units.settled[1].samples[0], 1);
	assert_int_equal(units.settled[1].samples[1], 1);
	assert_true(near(units.settled[2].bytes, MIB * 1.5));
	assert_true(units.settled[2].rate <= 0);
	assert_true(near(units.settled[3].bytes, MIB * 0.75));
	assert_int_equal(units.settled[3].start, 6 * MIB);
	dt_units_free(&units);
	dt_extents_free(&extents);
}

/* The whole of 47 bits: units become so large that they are few enough; nothing is lost. */
static void test_large_units(void **state)
{
	const uint64_t end = 1ull << 47;
	struct dt_extents extents = {0};
	struct dt_units units;
	double bytes = 0;
	uint64_t lost;

	(void)state;
	dt_extents_add(&extents, 0, end);
	assert_int_equal(dt_units_lay(&units, &extents), 0);
	assert_int_equal(units.nr, DT_UNITS_MAX);
	assert_int_equal(units.shift, 47 - 17);
	dt_units_region(&units, 0, end, 20, 1000000000);
	dt_units_sample(&units, 0, end - 1, 0);
	assert_int_equal(dt_units_settle(&units, 0.05, 1000000000, &lost), 0);
	for (size_t i = 0; i < units.nr_settled; i++) {
		bytes += units.settled[i].bytes;
		assert_true(near(units.settled[i].rate, 1));
	}
	assert_true(near(bytes, (double)end));
	assert_int_equal(units.settled[DT_UNITS_MAX - 1].samples[0], 1);
	dt_units_free(&units);
	dt_extents_free(&extents);

	/* hostile: all there is */
	dt_extents_add(&extents, 0, UINT64_MAX);
	assert_int_equal(dt_units_lay(&units, &extents), 0);
	assert_true(units.nr <= DT_UNITS_MAX);
	dt_units_region(&units, 0, UINT64_MAX, UINT32_MAX, UINT64_MAX);
	dt_units_free(&units);
	dt_extents_free(&extents);
}

/* Samples where nothing was seen monitored in the time that counts. */
static void test_unseen_units(void **state)
{
	struct dt_extents extents = {0};
	struct dt_units units;
	uint64_t lost;

	(void)state;
	dt_extents_add(&extents, 0, 8 * MIB);
	assert_int_equal(dt_units_lay(&units, &extents), 0);
	dt_units_region(&units, 0, 4 * MIB, 1, 10);
	dt_units_sample(&units, 0, 1 * MIB, 0);
	dt_units_sample(&units, 0, 5 * MIB, 0);
	dt_units_sample(&units, 0, 7 * MIB, 1);
	assert_int_equal(dt_units_settle(&units, 1, 10, &lost), 0);
	assert_int_equal(lost, 2);
	assert_int_equal(units.nr_settled, 2);
	dt_units_free(&units);
	dt_extents_free(&extents);
}

/* Four units of 1, 2, 3 and 4 bytes; the two in the middle tie. */
static void test_shared_ties(void **state)
{
	static const double bytes[] = {1, 2, 3, 4}, value[] = {9, 5, 5, 0};
	struct dt_ranking ranking;

	(void)state;
	assert_int_equal(dt_ranking_init(&ranking, bytes, 4), 0);
	for (size_t i = 0; i < 4; i++) {
		ranking.value[i] = value[i];
		ranking.mass[i] = value[i] * bytes[i];
	}
	dt_ranking_sort(&ranking);
	assert_true(near(ranking.rank[0], 4));
	assert_true(near(ranking.rank[1], 2.5));
	assert_true(near(ranking.rank[2], 2.5));
	assert_true(near(ranking.rank[3], 1));
	/* 10 % is the first unit; 20 % takes a fifth of the tie, 50 % four of its five bytes */
	assert_true(near(dt_ranking_part(&ranking, 2, 0), 1));
	assert_true(near(dt_ranking_part(&ranking, 2, 1), 0));
	assert_true(near(dt_ranking_part(&ranking, 3, 1), 0.2));
	assert_true(near(dt_ranking_part(&ranking, 4, 2), 0.8));
	assert_true(near(dt_ranking_part(&ranking, 4, 3), 0));
	/* 9 of 34 in the first, then 25 in a straight line */
	assert_true(near(dt_ranking_captured(&ranking, 3, &ranking), (9 + 5) / 34.0));
	assert_true(near(dt_ranking_area(&ranking, &ranking),
			 (1 * 4.5 + 5 * (9 + 12.5) + 4 * 34) / 340.0));
	/* two bytes: the first, and a fifth of the five squared */
	assert_true(near(dt_ranking_overlap(&ranking, 3, &ranking), (1 + 5 * 0.04) / 2));
	dt_ranking_free(&ranking);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late_snapshot),
		cmocka_unit_test(test_unknown_interval),
		cmocka_unit_test(test_losses_and_inputs),
		cmocka_unit_test(test_many_holes),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_large_units),
		cmocka_unit_test(test_unseen_units),
		cmocka_unit_test(test_shared_ties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
