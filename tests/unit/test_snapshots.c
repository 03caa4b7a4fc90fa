/* SPDX-License-Identifier: GPL-2.0-only */
/* Where one snapshot ends and the next begins, and how each is counted: one rule per test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "damon-trace/snapshot.h"

#define MS   1000000ull
#define KB   4096ull
#define AGGR (100 * MS)

static struct dt_region region_at(uint64_t time, uint64_t start_kb, uint32_t nr_regions)
{
	return (struct dt_region){.time = time,
				  .start = start_kb * KB,
				  .end = (start_kb + 1) * KB,
				  .nr_regions = nr_regions,
				  .kdamond = 7};
}

static enum dt_taken give(struct dt_snapshots *snapshots, struct dt_region region)
{
	enum dt_taken taken;

	assert_non_null(dt_snapshots_take(snapshots, &region, &taken));
	return taken;
}

/* Regions first..last-1 (one page each) of a snapshot that begins at `time`, a microsecond apart.
 */
static void give_part(struct dt_snapshots *snapshots, uint64_t time, uint32_t nr_regions,
		      uint32_t first, uint32_t last)
{
	for (uint32_t i = first; i < last; i++)
		(void)give(snapshots, region_at(time + i * 1000, i, nr_regions));
}

static void give_whole(struct dt_snapshots *snapshots, uint64_t time, uint32_t nr_regions)
{
	give_part(snapshots, time, nr_regions, 0, nr_regions);
}

static void lose(struct dt_snapshots *snapshots, enum dt_loss_what what)
{
	const struct dt_loss loss = {.cpu = 0, .what = (uint8_t)what};

	dt_snapshots_loss(snapshots, &loss);
}

static void tune(struct dt_snapshots *snapshots, int32_t kdamond, uint64_t sample_us)
{
	const struct dt_intervals intervals = {.sample_us = sample_us, .kdamond = kdamond};

	dt_snapshots_intervals(snapshots, &intervals);
}

static void expect_counts(const struct dt_snapshots *snapshots, size_t stream, uint64_t complete,
			  uint64_t incomplete, uint64_t partial)
{
	const struct dt_snapshot_count *count = &snapshots->streams[stream]->count;

	assert_true(stream < snapshots->nr_streams);
	assert_int_equal(count->complete, complete);
	assert_int_equal(count->incomplete, incomplete);
	assert_int_equal(count->partial, partial);
}

/* Ends the input, checks the counts of the only stream, and begins anew. */
static void expect(struct dt_snapshots *snapshots, uint64_t complete, uint64_t incomplete,
		   uint64_t partial)
{
	dt_snapshots_input_end(snapshots);
	assert_int_equal(snapshots->nr_streams, 1);
	expect_counts(snapshots, 0, complete, incomplete, partial);
	dt_snapshots_free(snapshots);
	dt_snapshots_init(snapshots, 5 * MS, AGGR);
}

static void test_count(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (uint32_t i = 0; i < 10; i++) {
		assert_int_equal(give(&snapshots, region_at(i * AGGR, 0, 3)), DT_TAKEN_FIRST);
		assert_int_equal(snapshots.streams[0]->time, i * AGGR);
		assert_int_equal(snapshots.streams[0]->has_previous, i != 0);
		if (i)
			assert_int_equal(snapshots.streams[0]->previous, (i - 1) * AGGR);
		assert_int_equal(give(&snapshots, region_at(i * AGGR + 9, 1, 3)), DT_TAKEN);
		assert_int_equal(give(&snapshots, region_at(i * AGGR + 10, 5, 3)), DT_TAKEN);
		assert_int_equal(snapshots.streams[0]->seen, 3);
	}
	expect(&snapshots, 10, 0, 0);
	/* at the count it ends even where addresses and time would go on */
	give_part(&snapshots, 0, 2, 0, 4);
	expect(&snapshots, 2, 0, 0);
	give_whole(&snapshots, 0, 1);
	give_whole(&snapshots, AGGR, 1);
	expect(&snapshots, 2, 0, 0);
	dt_snapshots_free(&snapshots);
}

/* A region less shifts nothing: the next snapshot starts where its first region stands. */
static void test_address_goes_back(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	give_whole(&snapshots, 0, 5);
	give_part(&snapshots, AGGR, 5, 0, 4);
	for (uint32_t i = 2; i < 8; i++)
		give_whole(&snapshots, i * AGGR, 5);
	expect(&snapshots, 7, 1, 0);
	/* even when nothing else tells, not the time and not the count */
	give_whole(&snapshots, 0, 5);
	give_part(&snapshots, 10000, 5, 0, 3);
	give_whole(&snapshots, 13000, 5);
	expect(&snapshots, 2, 1, 0);
	/* ranges that overlap are of two snapshots; those that touch are not */
	(void)give(&snapshots, region_at(0, 0, 2));
	(void)give(&snapshots, region_at(1, 1, 2));
	expect(&snapshots, 1, 0, 0);
	(void)give(&snapshots, region_at(0, 0, 2));
	assert_int_equal(give(&snapshots, (struct dt_region){.time = 1,
							     .start = KB - 1,
							     .end = 2 * KB,
							     .nr_regions = 2,
							     .kdamond = 7}),
			 DT_TAKEN_FIRST);
	expect(&snapshots, 0, 0, 2);
	dt_snapshots_free(&snapshots);
}

static void test_nr_regions_changes(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	give_whole(&snapshots, 0, 5);
	give_part(&snapshots, AGGR, 5, 0, 3);
	lose(&snapshots, DT_LOSS_EVENTS);
	/* the head is missing as well, so the address goes on upwards */
	assert_int_equal(give(&snapshots, region_at(AGGR + 4000, 3, 8)), DT_TAKEN_FIRST);
	give_part(&snapshots, AGGR, 8, 4, 8);
	give_whole(&snapshots, 2 * AGGR, 8);
	expect(&snapshots, 2, 2, 0);
	dt_snapshots_free(&snapshots);
}

/* Tail of one and head of the next are missing, and count and addresses fit. */
static void test_time_gap(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (int lossy = 0; lossy < 2; lossy++) {
		give_whole(&snapshots, 0, 6);
		give_whole(&snapshots, AGGR, 6);
		give_part(&snapshots, 2 * AGGR, 6, 0, 3);
		if (lossy)
			lose(&snapshots, DT_LOSS_EVENTS);
		assert_int_equal(give(&snapshots, region_at(3 * AGGR, 3, 6)), DT_TAKEN_FIRST);
		give_part(&snapshots, 3 * AGGR, 6, 4, 6);
		give_whole(&snapshots, 4 * AGGR, 6);
		expect(&snapshots, 3, 2, 0);
	}
	dt_snapshots_free(&snapshots);
}

/* A kdamond that was preempted in the middle goes on where it stopped, without a loss. */
static void test_preempted(void **state)
{
	static const struct {
		uint64_t pause; /* ms, of intervals of 100 */
		uint32_t next;	/* the region that follows region 2 */
		bool lost, anew;
	} cases[] = {
		{40, 3, false, false}, {40, 4, false, false}, {40, 3, true, false},
		{70, 3, false, false}, {70, 4, false, true},  {70, 3, true, true},
		{95, 3, false, true},
	};
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		give_whole(&snapshots, 0, 6);
		give_whole(&snapshots, AGGR, 6);
		give_part(&snapshots, 2 * AGGR, 6, 0, 3);
		if (cases[i].lost)
			lose(&snapshots, DT_LOSS_EVENTS);
		assert_int_equal(give(&snapshots, region_at(2 * AGGR + 2000 + cases[i].pause * MS,
							    cases[i].next, 6)),
				 cases[i].anew ? DT_TAKEN_FIRST : DT_TAKEN);
		dt_snapshots_free(&snapshots);
		dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	}
	dt_snapshots_free(&snapshots);
}

/* Cut by the recording is no loss; a hole made by a loss is one, wherever it is. */
static void test_partial(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	give_part(&snapshots, 0, 5, 2, 5);
	give_whole(&snapshots, AGGR, 5);
	give_part(&snapshots, 2 * AGGR, 5, 0, 2);
	expect(&snapshots, 1, 0, 2);
	/* a snapshot that is both the first and the last */
	give_part(&snapshots, 0, 5, 1, 4);
	expect(&snapshots, 0, 0, 1);
	/* the first one, with a loss in it */
	give_part(&snapshots, 0, 5, 0, 2);
	lose(&snapshots, DT_LOSS_EVENTS);
	give_part(&snapshots, 0, 5, 3, 5);
	give_whole(&snapshots, AGGR, 5);
	expect(&snapshots, 1, 1, 0);
	/* the last one, with a loss in it */
	give_whole(&snapshots, 0, 5);
	give_part(&snapshots, AGGR, 5, 0, 1);
	lose(&snapshots, DT_LOSS_EVENTS);
	give_part(&snapshots, AGGR, 5, 2, 4);
	expect(&snapshots, 1, 1, 0);
	/* the middle one, short without any loss being known */
	give_whole(&snapshots, 0, 5);
	give_part(&snapshots, AGGR, 5, 1, 5);
	give_whole(&snapshots, 2 * AGGR, 5);
	expect(&snapshots, 2, 1, 0);
	/* lost samples are no lost events, and a loss elsewhere takes nothing from a whole one */
	give_part(&snapshots, 0, 5, 2, 5);
	lose(&snapshots, DT_LOSS_SAMPLES);
	lose(&snapshots, DT_LOSS_THROTTLE);
	give_whole(&snapshots, AGGR, 5);
	lose(&snapshots, DT_LOSS_EVENTS);
	give_whole(&snapshots, 2 * AGGR, 5);
	expect(&snapshots, 2, 0, 1);
	dt_snapshots_free(&snapshots);
}

static void give_both(struct dt_snapshots *snapshots, struct dt_region region, enum dt_taken first)
{
	region.event = DT_REGION_AGGREGATED;
	assert_int_equal(give(snapshots, region), first);
	region.event = DT_REGION_WITH_PROBES;
	region.time++;
	assert_int_equal(give(snapshots, region), DT_TAKEN_TWICE);
}

/* With probes each region is printed through both tracepoints: one region, never two. */
static void test_pairs(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (uint32_t i = 0; i < 5; i++) {
		const uint64_t time = i * AGGR;

		for (uint32_t j = 0; j < 4; j++)
			give_both(&snapshots, region_at(time + j * 1000, j, 4),
				  j ? DT_TAKEN : DT_TAKEN_FIRST);
		assert_int_equal(snapshots.streams[0]->seen, 4);
	}
	expect(&snapshots, 5, 0, 0);
	/* the same single region in every snapshot: the twin is the one with the other name */
	for (uint32_t i = 0; i < 5; i++)
		give_both(&snapshots, region_at(i * AGGR, 0, 1), DT_TAKEN_FIRST);
	expect(&snapshots, 5, 0, 0);
	dt_snapshots_free(&snapshots);
}

/* One of the two prints is lost: the region still counts, once. */
static void test_half_pairs(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (uint32_t missing = 0; missing < 8; missing++) {
		for (uint32_t i = 0; i < 4; i++) {
			struct dt_region region = region_at(i * 1000, i, 4);

			if (missing != 2 * i)
				(void)give(&snapshots, region);
			if (missing == 2 * i || missing == 2 * i + 1)
				lose(&snapshots, DT_LOSS_EVENTS);
			region.event = DT_REGION_WITH_PROBES;
			if (missing != 2 * i + 1)
				(void)give(&snapshots, region);
		}
		assert_int_equal(snapshots.streams[0]->seen, 4);
		expect(&snapshots, 1, 0, 0);
	}
	/* the same region a third time is none of the pair */
	give_both(&snapshots, region_at(0, 0, 2), DT_TAKEN_FIRST);
	assert_int_equal(give(&snapshots, region_at(5, 0, 2)), DT_TAKEN_FIRST);
	dt_snapshots_free(&snapshots);
}

/* Two kdamonds both use target 0, and two targets share a kdamond: four streams, interleaved. */
static void test_streams(void **state)
{
	struct dt_snapshots snapshots;
	struct dt_report report = {0};

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (uint32_t i = 0; i < 6; i++) {
		for (uint32_t j = 0; j < 3; j++) {
			for (uint32_t stream = 0; stream < 4; stream++) {
				struct dt_region region = region_at(i * AGGR + j * 1000, j, 3);

				region.kdamond = stream & 1 ? 3 : 9;
				region.target_id = stream >> 1 ? UINT64_MAX : 0;
				if (i == 2 && j == 1 && stream == 2)
					continue;
				assert_int_equal(give(&snapshots, region),
						 j ? DT_TAKEN : DT_TAKEN_FIRST);
			}
		}
	}
	dt_snapshots_input_end(&snapshots);
	assert_int_equal(snapshots.nr_streams, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(snapshots.streams[i]->index, i);
		expect_counts(&snapshots, i, i == 2 ? 5 : 6, i == 2, 0);
	}
	assert_int_equal(dt_report_snapshots(&report, &snapshots), 0);
	assert_int_equal(report.nr_snapshots, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct dt_stream_id *id = &report.snapshots[i].stream;

		assert_int_equal(id->kdamond, i < 2 ? 3 : 9);
		assert_int_equal(id->target, i & 1 ? UINT64_MAX : 0);
		assert_int_equal(id->context, DT_UNKNOWN_U32);
	}
	dt_report_clear(&report);
	dt_snapshots_free(&snapshots);
}

/* A loss is asked about by every stream, also by those that come late after it. */
static void test_loss_reaches_all_streams(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (uint32_t i = 0; i < 3; i++) {
		for (uint32_t j = 0; j < 4; j++) {
			for (int32_t kdamond = 0; kdamond < 2; kdamond++) {
				struct dt_region region = region_at(i * AGGR + j, j, 4);

				region.kdamond = kdamond;
				if (i == 0 && j == 2)
					continue;
				(void)give(&snapshots, region);
			}
			if (i == 0 && j == 1)
				lose(&snapshots, DT_LOSS_EVENTS);
		}
	}
	dt_snapshots_input_end(&snapshots);
	/* not partial, though they are the first */
	expect_counts(&snapshots, 0, 2, 1, 0);
	expect_counts(&snapshots, 1, 2, 1, 0);
	dt_snapshots_free(&snapshots);
}

static void expect_intervals(const struct dt_snapshots *snapshots, size_t stream, uint64_t sample,
			     uint64_t aggr)
{
	assert_int_equal(snapshots->streams[stream]->sample_ns, sample);
	assert_int_equal(snapshots->streams[stream]->aggr_ns, aggr);
}

/* New intervals are printed before the snapshot that still used the old ones. */
static void test_tuned_intervals(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	give_whole(&snapshots, 0, 2);
	expect_intervals(&snapshots, 0, 5 * MS, AGGR);
	tune(&snapshots, 7, 10000);
	tune(&snapshots, 8, 1);
	give_whole(&snapshots, AGGR, 2);
	expect_intervals(&snapshots, 0, 5 * MS, AGGR);
	give_whole(&snapshots, 3 * AGGR, 2);
	expect_intervals(&snapshots, 0, 10 * MS, 2 * AGGR);
	tune(&snapshots, 7, 5000);
	give_whole(&snapshots, 5 * AGGR, 2);
	expect_intervals(&snapshots, 0, 10 * MS, 2 * AGGR);
	give_whole(&snapshots, 6 * AGGR, 2);
	expect_intervals(&snapshots, 0, 5 * MS, AGGR);
	expect(&snapshots, 5, 0, 0);
	/* tuned before the first snapshot of the recording: that one used the configured ones */
	tune(&snapshots, 7, 20000);
	give_whole(&snapshots, 0, 2);
	expect_intervals(&snapshots, 0, 5 * MS, AGGR);
	give_whole(&snapshots, 4 * AGGR, 2);
	expect_intervals(&snapshots, 0, 20 * MS, 4 * AGGR);
	dt_snapshots_free(&snapshots);
	/* what is not known stays so */
	dt_snapshots_init(&snapshots, 0, 0);
	give_whole(&snapshots, 0, 2);
	expect_intervals(&snapshots, 0, 0, 0);
	tune(&snapshots, 7, 20000);
	give_whole(&snapshots, AGGR, 2);
	give_whole(&snapshots, 2 * AGGR, 2);
	expect_intervals(&snapshots, 0, 20 * MS, 0);
	dt_snapshots_free(&snapshots);
}

static void test_many_tuned(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (int32_t kdamond = 0; kdamond < 100; kdamond++) {
		struct dt_region region = region_at(0, 0, 1);

		region.kdamond = kdamond;
		(void)give(&snapshots, region);
		tune(&snapshots, kdamond, 1000 * (uint64_t)(kdamond + 1));
	}
	for (int32_t kdamond = 0; kdamond < 100; kdamond++) {
		for (uint64_t i = 1; i <= 2; i++) {
			struct dt_region region = region_at(i * AGGR, 0, 1);

			region.kdamond = kdamond;
			assert_int_equal(give(&snapshots, region), DT_TAKEN_FIRST);
		}
		expect_intervals(&snapshots, (size_t)kdamond, (uint64_t)(kdamond + 1) * MS,
				 (uint64_t)(kdamond + 1) * 20 * MS);
	}
	assert_int_equal(snapshots.nr_streams, 100);
	assert_int_equal(snapshots.nr_tuned, 100);
	dt_snapshots_free(&snapshots);
}

/* Nothing is covered from one input to the next, and what ends with an input was cut. */
static void test_input_end(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	give_whole(&snapshots, 0, 4);
	give_part(&snapshots, AGGR, 4, 0, 2);
	dt_snapshots_input_end(&snapshots);
	/* would have gone on with the snapshot at hand */
	assert_int_equal(give(&snapshots, region_at(AGGR + 2000, 2, 4)), DT_TAKEN_FIRST);
	assert_false(snapshots.streams[0]->has_previous);
	(void)give(&snapshots, region_at(AGGR + 3000, 3, 4));
	give_whole(&snapshots, 2 * AGGR, 4);
	assert_true(snapshots.streams[0]->has_previous);
	expect(&snapshots, 2, 0, 2);
	/* without a region there is nothing to end */
	dt_snapshots_input_end(&snapshots);
	assert_int_equal(snapshots.nr_streams, 0);
	dt_snapshots_free(&snapshots);
}

/* Times that go back, extreme addresses and counts: still one region each, none forgotten. */
static void test_absurd(void **state)
{
	struct dt_snapshots snapshots;
	uint64_t random = 3, taken = 0;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	for (unsigned i = 0; i < 100000; i++) {
		struct dt_region region;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		region = (struct dt_region){.time = random & 8 ? UINT64_MAX - (random >> 40)
							       : random >> 40,
					    .start = random & 16 ? UINT64_MAX : random >> 60,
					    .end = random & 32 ? 0 : UINT64_MAX,
					    .nr_regions = (uint32_t)(random >> 62),
					    .event = (uint8_t)(random >> 59 & 1),
					    .kdamond = (int32_t)(random >> 61 & 1)};
		taken += give(&snapshots, region) != DT_TAKEN_TWICE;
	}
	dt_snapshots_input_end(&snapshots);
	assert_int_equal(snapshots.nr_streams, 2);
	assert_true(taken > 0);
	dt_snapshots_free(&snapshots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_address_goes_back),
		cmocka_unit_test(test_nr_regions_changes),
		cmocka_unit_test(test_time_gap),
		cmocka_unit_test(test_preempted),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_half_pairs),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_loss_reaches_all_streams),
		cmocka_unit_test(test_tuned_intervals),
		cmocka_unit_test(test_many_tuned),
		cmocka_unit_test(test_input_end),
		cmocka_unit_test(test_absurd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
