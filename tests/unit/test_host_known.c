/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host context tells of streams: intervals of each kdamond, and filters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "damon-trace/snapshot.h"

#define MS 1000000ull

/* Regions of 1 MiB, of snapshots of NR. */
#define NR   4
#define SIZE (1ull << 20)

static const struct dt_known_stream streams[] = {
	{.kdamond = 10, .sample_ns = 5 * MS, .aggr_ns = 100 * MS},
	{.kdamond = 11, .sample_ns = 20 * MS, .aggr_ns = 400 * MS, .nr_weights = 2},
	{.kdamond = 12, .nr_weights = 2, .weights = {0, 3}},
};

static const struct dt_known known = {.nr = 3, .streams = streams};
static const struct dt_known filtered = {.nr = 3, .streams = streams, .filtered = true};

static const struct dt_stream *feed(struct dt_snapshots *snapshots, int32_t kdamond, uint64_t time,
				    uint32_t i)
{
	const struct dt_region region = {.time = time,
					 .start = i * SIZE,
					 .end = (i + 1) * SIZE,
					 .nr_regions = NR,
					 .kdamond = kdamond};
	enum dt_taken taken;
	const struct dt_stream *stream = dt_snapshots_take(snapshots, &region, &taken);

	assert_non_null(stream);
	return stream;
}

static void feed_whole(struct dt_snapshots *snapshots, int32_t kdamond, uint64_t time)
{
	for (uint32_t i = 0; i < NR; i++)
		(void)feed(snapshots, kdamond, time + i, i);
}

static void test_find(void **state)
{
	(void)state;
	assert_ptr_equal(dt_known_find(&known, 11), &streams[1]);
	assert_null(dt_known_find(&known, 13));
	assert_null(dt_known_find(NULL, 10));
	assert_false(dt_known_weighs(&streams[1]));
	assert_true(dt_known_weighs(&streams[2]));
	assert_false(dt_known_weighs(NULL));
}

/* Each kdamond has its own; what the user gave counts more; unknown ones have none. */
static void test_intervals(void **state)
{
	struct dt_snapshots snapshots;
	const struct dt_stream *stream;

	(void)state;
	dt_snapshots_init(&snapshots, 0, 0);
	dt_snapshots_know(&snapshots, &known);
	stream = feed(&snapshots, 10, MS, 0);
	assert_int_equal(stream->sample_ns, 5 * MS);
	assert_int_equal(stream->aggr_ns, 100 * MS);
	assert_ptr_equal(stream->known, &streams[0]);
	stream = feed(&snapshots, 11, MS, 0);
	assert_int_equal(stream->sample_ns, 20 * MS);
	assert_int_equal(stream->aggr_ns, 400 * MS);
	stream = feed(&snapshots, 99, MS, 0);
	assert_int_equal(stream->aggr_ns, 0);
	assert_null(stream->known);
	dt_snapshots_free(&snapshots);

	dt_snapshots_init(&snapshots, 1 * MS, 10 * MS);
	dt_snapshots_know(&snapshots, &known);
	stream = feed(&snapshots, 10, MS, 0);
	assert_int_equal(stream->sample_ns, 1 * MS);
	assert_int_equal(stream->aggr_ns, 10 * MS);
	assert_ptr_equal(stream->known, &streams[0]);
	dt_snapshots_free(&snapshots);
}

/* Tuning starts from the known ones and keeps their ratio, each kdamond's own. */
static void test_tuned(void **state)
{
	const struct dt_intervals tuned = {.time = 150 * MS, .sample_us = 10000, .kdamond = 10};
	struct dt_snapshots snapshots;
	const struct dt_stream *stream;

	(void)state;
	dt_snapshots_init(&snapshots, 0, 0);
	dt_snapshots_know(&snapshots, &known);
	feed_whole(&snapshots, 10, 100 * MS);
	dt_snapshots_intervals(&snapshots, &tuned);
	/* this one still used the old intervals */
	feed_whole(&snapshots, 10, 200 * MS);
	stream = snapshots.streams[0];
	assert_int_equal(stream->sample_ns, 5 * MS);
	feed_whole(&snapshots, 10, 400 * MS);
	assert_int_equal(stream->sample_ns, 10 * MS);
	assert_int_equal(stream->aggr_ns, 200 * MS);
	stream = feed(&snapshots, 11, 400 * MS, 0);
	assert_int_equal(stream->sample_ns, 20 * MS);
	dt_snapshots_free(&snapshots);
}

static void expect(struct dt_snapshots *snapshots, uint64_t complete, uint64_t incomplete,
		   uint64_t partial, uint64_t by_filter)
{
	const struct dt_snapshot_count *count;

	dt_snapshots_input_end(snapshots);
	count = &snapshots->streams[0]->count;
	assert_int_equal(count->complete, complete);
	assert_int_equal(count->incomplete, incomplete);
	assert_int_equal(count->partial, partial);
	assert_int_equal(count->filtered, by_filter);
	dt_snapshots_free(snapshots);
}

/* The same events with and without a filter: holes of losses, or of the filter. */
static void feed_holes(struct dt_snapshots *snapshots)
{
	feed_whole(snapshots, 10, 100 * MS);
	for (uint64_t time = 200; time < 600; time += 100)
		for (uint32_t i = 0; i < NR; i += 2)
			(void)feed(snapshots, 10, time * MS + i, i);
	feed_whole(snapshots, 10, 600 * MS);
}

static void test_filtered(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 0, 0);
	dt_snapshots_know(&snapshots, &known);
	feed_holes(&snapshots);
	expect(&snapshots, 2, 4, 0, 0);

	dt_snapshots_init(&snapshots, 0, 0);
	dt_snapshots_know(&snapshots, &filtered);
	feed_holes(&snapshots);
	expect(&snapshots, 2, 0, 0, 4);
}

/* A loss is a loss, with a filter too. */
static void test_filtered_loss(void **state)
{
	const struct dt_loss loss = {.what = DT_LOSS_EVENTS};
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 0, 0);
	dt_snapshots_know(&snapshots, &filtered);
	(void)feed(&snapshots, 10, 100 * MS, 0);
	(void)feed(&snapshots, 10, 200 * MS, 0);
	dt_snapshots_loss(&snapshots, &loss);
	(void)feed(&snapshots, 10, 200 * MS + 1, 2);
	(void)feed(&snapshots, 10, 300 * MS, 0);
	expect(&snapshots, 0, 1, 0, 2);
}

/*
 * A filter that let nothing through for long must not make the next snapshots one: addresses that
 * rise from one to the next tell nothing, the interval does.
 */
static void test_filtered_rare(void **state)
{
	static const uint64_t times[] = {100, 200, 1200, 1300, 1400};
	struct dt_snapshots snapshots;

	(void)state;
	dt_snapshots_init(&snapshots, 0, 0);
	dt_snapshots_know(&snapshots, &filtered);
	(void)feed(&snapshots, 10, times[0] * MS, 0);
	(void)feed(&snapshots, 10, times[1] * MS, 0);
	(void)feed(&snapshots, 10, times[2] * MS, 0);
	(void)feed(&snapshots, 10, times[3] * MS, 1);
	(void)feed(&snapshots, 10, times[4] * MS, 2);
	expect(&snapshots, 0, 0, 0, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),	      cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_tuned),	      cmocka_unit_test(test_filtered),
		cmocka_unit_test(test_filtered_loss), cmocka_unit_test(test_filtered_rare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
