/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Snapshots of many streams at once: each keeps its own counts, place and intervals, however alike
 * the ids are, and the report is in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "damon-trace/snapshot.h"

#define MS	   1000000ull
#define AGGR	   (100 * MS)
#define NR_TARGETS 5000u
#define NR_STREAMS (4 * NR_TARGETS)

/* Targets as indexes, as kernel pointers, and in high bits only; kdamonds with equal targets. */
static struct dt_stream_id stream_id(uint32_t number)
{
	const uint32_t target = number / 4;

	switch (number % 4) {
	case 0:
		return (struct dt_stream_id){.kdamond = 77, .target = target};
	case 1:
		return (struct dt_stream_id){.kdamond = 78, .target = target};
	case 2:
		return (struct dt_stream_id){.kdamond = (int32_t)(1000 + target), .target = 0};
	default:
		/* no two with the same high half */
		return (struct dt_stream_id){.kdamond = 79, .target = ((uint64_t)target + 1) << 40};
	}
}

/* How many whole snapshots a stream is given; never 0. */
static uint64_t nr_snapshots(uint32_t number)
{
	return 1 + number * 7919u % 5;
}

static void feed(struct dt_snapshots *snapshots, uint32_t number, uint64_t time, uint32_t index)
{
	const struct dt_stream_id id = stream_id(number);
	const struct dt_region region = {.time = time + index,
					 .start = 4096 * (1 + index),
					 .end = 4096 * (2 + index),
					 .nr_regions = 2,
					 .kdamond = id.kdamond,
					 .target_id = id.target};
	enum dt_taken taken;
	const struct dt_stream *stream = dt_snapshots_take(snapshots, &region, &taken);

	assert_non_null(stream);
	assert_int_equal(stream->index, number);
	assert_int_equal(stream->count.stream.kdamond, id.kdamond);
	assert_int_equal(stream->count.stream.target, id.target);
	assert_int_equal(taken, index ? DT_TAKEN : DT_TAKEN_FIRST);
}

/* All streams take turns, region by region. */
static void feed_all(struct dt_snapshots *snapshots)
{
	for (uint64_t round = 0; round < 5; round++)
		for (uint32_t index = 0; index < 2; index++)
			for (uint32_t i = 0; i < NR_STREAMS; i++)
				if (round < nr_snapshots(i))
					feed(snapshots, i, (1 + round) * AGGR, index);
}

static void test_each_its_own(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	feed_all(&snapshots);
	assert_int_equal(snapshots.nr_streams, NR_STREAMS);
	dt_snapshots_input_end(&snapshots);
	/* the streams of the next input are the same ones */
	feed_all(&snapshots);
	dt_snapshots_input_end(&snapshots);
	assert_false(snapshots.failed);
	assert_int_equal(snapshots.nr_streams, NR_STREAMS);
	for (uint32_t i = 0; i < NR_STREAMS; i++) {
		assert_int_equal(snapshots.streams[i]->count.complete, 2 * nr_snapshots(i));
		assert_int_equal(snapshots.streams[i]->count.incomplete, 0);
		assert_int_equal(snapshots.streams[i]->count.partial, 0);
	}
	dt_snapshots_free(&snapshots);
}

static void test_report_in_order(void **state)
{
	struct dt_snapshots snapshots;
	struct dt_report report = {0};
	uint64_t complete = 0, expected = 0;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	feed_all(&snapshots);
	dt_snapshots_input_end(&snapshots);
	assert_int_equal(dt_report_snapshots(&report, &snapshots), 0);
	assert_int_equal(report.nr_snapshots, NR_STREAMS);
	for (uint32_t i = 0; i < NR_STREAMS; i++) {
		complete += report.snapshots[i].complete;
		expected += nr_snapshots(i);
		if (i)
			assert_true(dt_stream_compare(&report.snapshots[i - 1].stream,
						      &report.snapshots[i].stream) < 0);
	}
	assert_int_equal(complete, expected);
	free(report.snapshots);
	dt_snapshots_free(&snapshots);
}

static void tune_all(struct dt_snapshots *snapshots, uint64_t step_us)
{
	for (uint32_t i = 0; i < NR_TARGETS; i++) {
		const struct dt_intervals tuned = {
			.time = 1, .sample_us = 1000 + i * step_us, .kdamond = (int32_t)(1 + i)};

		dt_snapshots_intervals(snapshots, &tuned);
	}
}

/* Each kdamond uses the interval that was told last, from the snapshot after the next on. */
static void test_tuned_each(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 5 * MS, AGGR);
	tune_all(&snapshots, 3);
	tune_all(&snapshots, 1);
	assert_int_equal(snapshots.nr_tuned, NR_TARGETS);
	for (uint64_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i <= NR_TARGETS; i++) {
			const struct dt_region region = {.time = (1 + round) * AGGR,
							 .end = 4096,
							 .nr_regions = 1,
							 .kdamond = (int32_t)(1 + i)};
			const uint64_t tuned = (1000ull + i) * 1000;
			enum dt_taken taken;
			const struct dt_stream *stream =
				dt_snapshots_take(&snapshots, &region, &taken);

			assert_non_null(stream);
			assert_int_equal(taken, DT_TAKEN_FIRST);
			/* the last kdamond was never tuned */
			assert_int_equal(stream->sample_ns,
					 round && i < NR_TARGETS ? tuned : 5 * MS);
		}
	dt_snapshots_free(&snapshots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_its_own),
		cmocka_unit_test(test_report_in_order),
		cmocka_unit_test(test_tuned_each),
	};

	return cmocka_run_group_tests_name("snapshots_many", tests, NULL, NULL);
}
