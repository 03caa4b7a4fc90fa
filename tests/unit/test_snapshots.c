/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The assembler of snapshots: each rule that ends one, what is partial and what incomplete, pairs
 * of events, streams that look alike, and intervals that are tuned meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/snapshot.h"

#define MS	1000000ull
#define AGGR	(100 * MS)
#define STEP	1000ull /* between two regions of a snapshot */
#define NR	10	/* regions of a snapshot, unless said */
#define KDAMOND 77

static struct dt_region region_at(uint64_t time, uint32_t index)
{
	return (struct dt_region){.time = time,
				  .start = 1000 + index * 100,
				  .end = 1100 + index * 100,
				  .nr_regions = NR,
				  .age = 1,
				  .kdamond = KDAMOND};
}

static struct dt_stream *take(struct dt_snapshots *snapshots, const struct dt_region *region,
			      enum dt_taken expected)
{
	enum dt_taken taken;
	struct dt_stream *stream = dt_snapshots_take(snapshots, region, &taken);

	assert_non_null(stream);
	assert_int_equal(taken, expected);
	return stream;
}

/* Regions first to last of one aggregation; `expected` is how the first one is taken. */
static struct dt_stream *feed(struct dt_snapshots *snapshots, uint64_t time, uint32_t first,
			      uint32_t last, enum dt_taken expected)
{
	struct dt_stream *stream = NULL;

	for (uint32_t i = first; i <= last; i++) {
		const struct dt_region region = region_at(time + i * STEP, i);

		stream = take(snapshots, &region, i == first ? expected : DT_TAKEN);
		assert_int_equal(stream->count.stream.kdamond, KDAMOND);
		assert_int_equal(stream->count.stream.context, DT_UNKNOWN_U32);
	}
	return stream;
}

static void feed_whole(struct dt_snapshots *snapshots, uint64_t time)
{
	const struct dt_stream *stream = feed(snapshots, time, 0, NR - 1, DT_TAKEN_FIRST);

	assert_int_equal(stream->time, time);
	assert_int_equal(stream->seen, NR);
}

static void lose(struct dt_snapshots *snapshots)
{
	const struct dt_loss loss = {.what = DT_LOSS_EVENTS};

	dt_snapshots_loss(snapshots, &loss);
}

/* End the input, compare the counts of the only stream, and free. */
static void expect(struct dt_snapshots *snapshots, uint64_t complete, uint64_t incomplete,
		   uint64_t partial)
{
	dt_snapshots_input_end(snapshots);
	assert_int_equal(snapshots->nr_streams, 1);
	assert_int_equal(snapshots->streams[0]->count.complete, complete);
	assert_int_equal(snapshots->streams[0]->count.incomplete, incomplete);
	assert_int_equal(snapshots->streams[0]->count.partial, partial);
	dt_snapshots_free(snapshots);
}

static void begin(struct dt_snapshots *snapshots)
{
	dt_snapshots_init(snapshots, 5 * MS, AGGR);
}

static void test_count(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	feed_whole(&snapshots, AGGR);
	assert_false(snapshots.streams[0]->has_previous);
	for (uint64_t i = 2; i < 20; i++) {
		feed_whole(&snapshots, i * AGGR);
		assert_true(snapshots.streams[0]->has_previous);
		assert_int_equal(snapshots.streams[0]->previous, (i - 1) * AGGR);
	}
	/* even when it comes at once, and begins where the last one ended: counted is counted */
	feed(&snapshots, 20 * AGGR, 0, NR - 1, DT_TAKEN_FIRST);
	for (uint32_t i = NR; i < 2 * NR; i++) {
		const struct dt_region region = region_at(20 * AGGR + i * STEP, i);

		take(&snapshots, &region, i == NR ? DT_TAKEN_FIRST : DT_TAKEN);
	}
	expect(&snapshots, 21, 0, 0);
}

static void test_address_goes_back(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	feed_whole(&snapshots, 1 * AGGR);
	feed(&snapshots, 2 * AGGR, 0, 6, DT_TAKEN_FIRST);
	/* so soon that the time says nothing */
	feed(&snapshots, 2 * AGGR + 10 * STEP, 0, NR - 1, DT_TAKEN_FIRST);
	/* the lost event cost one snapshot; those behind it are whole */
	for (uint64_t i = 3; i < 8; i++)
		feed_whole(&snapshots, i * AGGR);
	expect(&snapshots, 7, 1, 0);
	/* the same address again is back as well */
	begin(&snapshots);
	feed_whole(&snapshots, 1 * AGGR);
	feed(&snapshots, 2 * AGGR, 0, 6, DT_TAKEN_FIRST);
	feed(&snapshots, 2 * AGGR + 100, 6, 9, DT_TAKEN_FIRST);
	expect(&snapshots, 1, 1, 1);
}

static void test_number_changes(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	feed_whole(&snapshots, 1 * AGGR);
	feed(&snapshots, 2 * AGGR, 0, 4, DT_TAKEN_FIRST);
	for (uint32_t i = 5; i < 12; i++) {
		struct dt_region region = region_at(2 * AGGR + i * STEP, i);

		region.nr_regions = 12;
		take(&snapshots, &region, i == 5 ? DT_TAKEN_FIRST : DT_TAKEN);
	}
	feed_whole(&snapshots, 3 * AGGR);
	expect(&snapshots, 2, 2, 0);
}

/* How the second half is taken that comes `gap` ns behind the first half of a snapshot. */
static void check_gap(uint64_t gap, bool contiguous, bool lost, enum dt_taken expected)
{
	struct dt_snapshots snapshots;

	begin(&snapshots);
	feed_whole(&snapshots, 1 * AGGR);
	feed(&snapshots, 2 * AGGR, 0, 4, DT_TAKEN_FIRST);
	if (lost)
		lose(&snapshots);
	/* without the hole in addresses the event is the next one, 5 */
	feed(&snapshots, 2 * AGGR + 4 * STEP + gap - (contiguous ? 5 : 6) * STEP,
	     contiguous ? 5 : 6, 7, expected);
	dt_snapshots_free(&snapshots);
}

/* The snapshots before are AGGR apart. A preempted kdamond goes on where it stopped. */
static void test_time_gap(void **state)
{
	(void)state;
	for (int lost = 0; lost < 2; lost++)
		for (int contiguous = 0; contiguous < 2; contiguous++) {
			const bool suspect = lost || !contiguous;

			check_gap(STEP, contiguous, lost, DT_TAKEN);
			check_gap(AGGR / 2, contiguous, lost, DT_TAKEN);
			check_gap(AGGR / 2 + 1, contiguous, lost,
				  suspect ? DT_TAKEN_FIRST : DT_TAKEN);
			check_gap(AGGR / 10 * 9, contiguous, lost,
				  suspect ? DT_TAKEN_FIRST : DT_TAKEN);
			check_gap(AGGR / 10 * 9 + 1, contiguous, lost, DT_TAKEN_FIRST);
			check_gap(AGGR, contiguous, lost, DT_TAKEN_FIRST);
			check_gap(1000 * AGGR, contiguous, lost, DT_TAKEN_FIRST);
		}
}

/* The end of one and the head of the next are gone, so that counts and addresses fit. */
static void test_end_and_head_lost(void **state)
{
	struct dt_snapshots snapshots;
	const struct dt_stream *stream;

	(void)state;
	begin(&snapshots);
	feed_whole(&snapshots, 1 * AGGR);
	feed(&snapshots, 2 * AGGR, 0, 4, DT_TAKEN_FIRST);
	lose(&snapshots);
	stream = feed(&snapshots, 3 * AGGR, 5, 9, DT_TAKEN_FIRST);
	assert_int_equal(stream->time, 3 * AGGR + 5 * STEP);
	for (uint64_t i = 4; i < 8; i++)
		feed_whole(&snapshots, i * AGGR);
	expect(&snapshots, 5, 2, 0);
	/* time that goes back is no gap */
	begin(&snapshots);
	feed_whole(&snapshots, 1 * AGGR);
	feed(&snapshots, 2 * AGGR, 0, 4, DT_TAKEN_FIRST);
	feed(&snapshots, AGGR, 5, 9, DT_TAKEN);
	expect(&snapshots, 2, 0, 0);
}

/* A snapshot cut by the start or the end of the recording is no loss; one cut by a loss is. */
static void test_partial(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	feed(&snapshots, 1 * AGGR, 7, 9, DT_TAKEN_FIRST);
	feed_whole(&snapshots, 2 * AGGR);
	feed(&snapshots, 3 * AGGR, 0, 2, DT_TAKEN_FIRST);
	expect(&snapshots, 1, 0, 2);
	/* the last of many: only that one */
	begin(&snapshots);
	for (uint64_t i = 1; i < 5; i++)
		feed_whole(&snapshots, i * AGGR);
	feed(&snapshots, 5 * AGGR, 0, 0, DT_TAKEN_FIRST);
	expect(&snapshots, 4, 0, 1);
	/* the only one, cut on both sides */
	begin(&snapshots);
	feed(&snapshots, AGGR, 3, 5, DT_TAKEN_FIRST);
	expect(&snapshots, 0, 0, 1);
	/* a loss inside */
	begin(&snapshots);
	feed(&snapshots, AGGR, 3, 5, DT_TAKEN_FIRST);
	lose(&snapshots);
	feed(&snapshots, AGGR + 2 * STEP, 7, 8, DT_TAKEN);
	expect(&snapshots, 0, 1, 0);
	/* a loss before the stream's first event may have taken the head */
	begin(&snapshots);
	lose(&snapshots);
	feed(&snapshots, AGGR, 3, 9, DT_TAKEN_FIRST);
	feed_whole(&snapshots, 2 * AGGR);
	expect(&snapshots, 1, 1, 0);
	/* a loss behind the last event, before the end */
	begin(&snapshots);
	feed_whole(&snapshots, 1 * AGGR);
	feed(&snapshots, 2 * AGGR, 0, 5, DT_TAKEN_FIRST);
	lose(&snapshots);
	expect(&snapshots, 1, 1, 0);
	/* a loss that took nothing of a snapshot */
	begin(&snapshots);
	feed(&snapshots, 1 * AGGR, 0, 5, DT_TAKEN_FIRST);
	lose(&snapshots);
	feed(&snapshots, 1 * AGGR, 6, 9, DT_TAKEN);
	lose(&snapshots);
	feed_whole(&snapshots, 2 * AGGR);
	expect(&snapshots, 2, 0, 0);
}

/* Samples that were lost or throttled are no events of DAMON's. */
static void test_other_losses(void **state)
{
	const struct dt_loss samples = {.what = DT_LOSS_SAMPLES};
	const struct dt_loss throttle = {.what = DT_LOSS_THROTTLE};
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	dt_snapshots_loss(&snapshots, &samples);
	feed(&snapshots, AGGR, 4, 5, DT_TAKEN_FIRST);
	dt_snapshots_loss(&snapshots, &throttle);
	expect(&snapshots, 0, 0, 1);
}

static struct dt_region of_event(struct dt_region region, enum dt_region_event event)
{
	region.event = (uint8_t)event;
	return region;
}

/* Both events of regions first to last; how the first of each pair is taken depends on its place.
 */
static void feed_pairs(struct dt_snapshots *snapshots, uint64_t time, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		struct dt_region region = region_at(time + i * STEP, i);

		region.nr_regions = nr;
		take(snapshots, &region, i ? DT_TAKEN : DT_TAKEN_FIRST);
		region = of_event(region, DT_REGION_WITH_PROBES);
		region.time += STEP / 2;
		take(snapshots, &region, DT_TAKEN_TWICE);
	}
}

static void test_pairs(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	/* also of one region each, where the next snapshot has the same addresses */
	for (uint32_t nr = 1; nr <= NR; nr++) {
		begin(&snapshots);
		for (uint64_t i = 1; i < 10; i++)
			feed_pairs(&snapshots, i * AGGR, nr);
		expect(&snapshots, 9, 0, 0);
	}
	/* the newer event alone */
	begin(&snapshots);
	for (uint64_t i = 1; i < 10; i++)
		for (uint32_t j = 0; j < NR; j++) {
			const struct dt_region region =
				of_event(region_at(i * AGGR + j * STEP, j), DT_REGION_WITH_PROBES);

			take(&snapshots, &region, j ? DT_TAKEN : DT_TAKEN_FIRST);
		}
	expect(&snapshots, 9, 0, 0);
	/* the same region a third time is none of the pair */
	{
		const struct dt_region region = region_at(AGGR, 0);
		const struct dt_region twin = of_event(region, DT_REGION_WITH_PROBES);

		begin(&snapshots);
		take(&snapshots, &region, DT_TAKEN_FIRST);
		take(&snapshots, &twin, DT_TAKEN_TWICE);
		take(&snapshots, &region, DT_TAKEN_FIRST);
		dt_snapshots_free(&snapshots);
	}
}

/* Every subset of the events of a snapshot's first three pairs. */
static void test_half_pairs(void **state)
{
	(void)state;
	for (unsigned present = 0; present < 64; present++) {
		struct dt_snapshots snapshots;
		uint32_t regions = 0;

		begin(&snapshots);
		feed_pairs(&snapshots, 1 * AGGR, 3);
		lose(&snapshots);
		for (uint32_t i = 0; i < 3; i++) {
			const unsigned pair = present >> 2 * i & 3;

			for (unsigned event = 0; event < 2; event++) {
				struct dt_region region =
					of_event(region_at(2 * AGGR + i * STEP, i),
						 (enum dt_region_event)event);

				region.nr_regions = 3;
				if (!(pair & 1u << event))
					continue;
				take(&snapshots, &region,
				     event && pair == 3 ? DT_TAKEN_TWICE
				     : regions		? DT_TAKEN
							: DT_TAKEN_FIRST);
			}
			regions += pair != 0;
		}
		feed_pairs(&snapshots, 3 * AGGR, 3);
		expect(&snapshots, 2 + (regions == 3), regions && regions < 3, 0);
	}
}

/* The second event of one pair and the first of the next are lost: two snapshots, not a pair. */
static void test_pair_over_a_gap(void **state)
{
	struct dt_region region = region_at(1 * AGGR, 0);
	struct dt_snapshots snapshots;

	(void)state;
	region.nr_regions = 1;
	begin(&snapshots);
	take(&snapshots, &region, DT_TAKEN_FIRST);
	region.time = 2 * AGGR;
	region.event = DT_REGION_WITH_PROBES;
	take(&snapshots, &region, DT_TAKEN_FIRST);
	expect(&snapshots, 2, 0, 0);
}

/* Two kdamonds print target 0, on two CPUs: their events interleave. */
static void test_kdamonds_apart(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	for (uint64_t i = 1; i < 5; i++)
		for (uint32_t j = 0; j < NR * 3; j++) {
			struct dt_region region = region_at(i * AGGR + j * STEP, j / 3);
			const struct dt_stream *stream;

			/* the third stream is another target of the first kdamond's */
			region.kdamond = KDAMOND + (j % 3 == 1);
			region.target_id = j % 3 == 2;
			stream = take(&snapshots, &region, j < 3 ? DT_TAKEN_FIRST : DT_TAKEN);
			assert_int_equal(stream->index, j % 3);
			assert_int_equal(stream->count.stream.kdamond, region.kdamond);
			assert_int_equal(stream->count.stream.target, region.target_id);
		}
	dt_snapshots_input_end(&snapshots);
	assert_int_equal(snapshots.nr_streams, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(snapshots.streams[i]->count.complete, 4);
	dt_snapshots_free(&snapshots);
}

static void tune(struct dt_snapshots *snapshots, int32_t kdamond, uint64_t sample_us)
{
	const struct dt_intervals intervals = {.sample_us = sample_us, .kdamond = kdamond};

	dt_snapshots_intervals(snapshots, &intervals);
}

static void expect_intervals(struct dt_snapshots *snapshots, uint64_t time, uint64_t sample_ns,
			     uint64_t aggr_ns)
{
	feed_whole(snapshots, time);
	assert_int_equal(snapshots->streams[0]->sample_ns, sample_ns);
	assert_int_equal(snapshots->streams[0]->aggr_ns, aggr_ns);
}

/* New intervals are printed before the snapshot that still used the old ones. */
static void test_tuned_intervals(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	expect_intervals(&snapshots, 1 * AGGR, 5 * MS, 100 * MS);
	tune(&snapshots, KDAMOND, 10000);
	expect_intervals(&snapshots, 2 * AGGR, 5 * MS, 100 * MS);
	expect_intervals(&snapshots, 4 * AGGR, 10 * MS, 200 * MS);
	expect_intervals(&snapshots, 6 * AGGR, 10 * MS, 200 * MS);
	/* another kdamond's */
	tune(&snapshots, KDAMOND + 1, 7000);
	expect_intervals(&snapshots, 8 * AGGR, 10 * MS, 200 * MS);
	/* every time */
	tune(&snapshots, KDAMOND, 20000);
	expect_intervals(&snapshots, 10 * AGGR, 10 * MS, 200 * MS);
	tune(&snapshots, KDAMOND, 5000);
	expect_intervals(&snapshots, 14 * AGGR, 20 * MS, 400 * MS);
	expect_intervals(&snapshots, 15 * AGGR, 5 * MS, 100 * MS);
	expect(&snapshots, 8, 0, 0);
	/* tuned before the first snapshot, which still has the configured ones */
	begin(&snapshots);
	tune(&snapshots, KDAMOND, 10000);
	expect_intervals(&snapshots, 1 * AGGR, 5 * MS, 100 * MS);
	expect_intervals(&snapshots, 3 * AGGR, 10 * MS, 200 * MS);
	expect(&snapshots, 2, 0, 0);
	/* nothing configured: the sampling interval alone tells no rate */
	dt_snapshots_init(&snapshots, 0, 0);
	expect_intervals(&snapshots, 1 * AGGR, 0, 0);
	tune(&snapshots, KDAMOND, 10000);
	expect_intervals(&snapshots, 2 * AGGR, 0, 0);
	expect_intervals(&snapshots, 3 * AGGR, 10 * MS, 0);
	expect(&snapshots, 3, 0, 0);
	/* many kdamonds */
	begin(&snapshots);
	for (int32_t i = 0; i < 100; i++)
		tune(&snapshots, i, 1000 + (uint64_t)i);
	tune(&snapshots, 5, 1);
	assert_int_equal(snapshots.nr_tuned, 100);
	assert_int_equal(snapshots.tuned[5].sample_us, 1);
	dt_snapshots_free(&snapshots);
}

static void test_input_end(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	dt_snapshots_input_end(&snapshots);
	feed_whole(&snapshots, 1 * AGGR);
	feed(&snapshots, 2 * AGGR, 0, 4, DT_TAKEN_FIRST);
	lose(&snapshots);
	dt_snapshots_input_end(&snapshots);
	/* the next input goes on where the last one stopped, but it is another one */
	feed(&snapshots, 2 * AGGR, 5, 9, DT_TAKEN_FIRST);
	assert_false(snapshots.streams[0]->has_previous);
	feed_whole(&snapshots, 3 * AGGR);
	assert_true(snapshots.streams[0]->has_previous);
	/* the loss was the first input's */
	expect(&snapshots, 2, 1, 1);
	/* no pair across either */
	begin(&snapshots);
	feed(&snapshots, 1 * AGGR, 0, 0, DT_TAKEN_FIRST);
	dt_snapshots_input_end(&snapshots);
	{
		const struct dt_region region =
			of_event(region_at(1 * AGGR, 0), DT_REGION_WITH_PROBES);

		take(&snapshots, &region, DT_TAKEN_FIRST);
	}
	expect(&snapshots, 0, 0, 2);
}

/*
 * Runs of events are lost somewhere, each marked where the next event comes, none of them longer
 * than one snapshot: exactly the snapshots that lack regions are incomplete.
 */
static void test_random_losses(void **state)
{
	uint64_t random = 5;

	(void)state;
	for (int round = 0; round < 300; round++) {
		uint64_t complete = 0, incomplete = 0, run = 0;
		struct dt_snapshots snapshots;
		bool lost = false;

		begin(&snapshots);
		for (uint64_t i = 1; i < 60; i++) {
			uint32_t seen = 0;

			for (uint32_t j = 0; j < NR; j++) {
				struct dt_region region = region_at(i * AGGR + j * STEP, j);
				const struct dt_stream *stream;

				random = random * 6364136223846793005ull + 1442695040888963407ull;
				/* the first two and the last one show where the losses are */
				if (!run && i > 2 && i < 59 && random >> 59 == 0)
					run = (random >> 33) % NR;
				if (run) {
					run--;
					lost = true;
					continue;
				}
				if (lost)
					lose(&snapshots);
				lost = false;
				stream =
					take(&snapshots, &region, seen ? DT_TAKEN : DT_TAKEN_FIRST);
				seen++;
				if (seen == 1)
					assert_int_equal(stream->time, region.time);
			}
			complete += seen == NR;
			incomplete += seen && seen < NR;
		}
		expect(&snapshots, complete, incomplete, 0);
	}
}

static struct dt_region any_region(uint64_t random, uint64_t *time, uint32_t *index)
{
	struct dt_region region;

	/* mostly the next region, a moment later */
	*time += random >> 60 ? STEP : (random >> 8) % (2 * AGGR);
	*index = random >> 4 & 15 ? *index + (random >> 12 & 1) : (uint32_t)(random >> 16) % NR;
	region = region_at(*time, *index);
	region.nr_regions = random >> 20 & 31 ? 4 : 5;
	region.kdamond += random >> 26 & 15 ? 0 : 1;
	region.event = random >> 30 & 1;
	return region;
}

/* The fast way takes no region otherwise than the slow one would. */
static void test_fast_way(void **state)
{
	struct dt_snapshots fast, slow;
	uint64_t random = 9, time = AGGR;
	uint32_t index = 0;

	(void)state;
	begin(&fast);
	begin(&slow);
	for (int i = 0; i < 300000; i++) {
		enum dt_taken taken_fast, taken_slow;
		const struct dt_stream *a, *b;
		struct dt_region region;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		region = any_region(random >> 1, &time, &index);
		if (random >> 57 == 3) {
			lose(&fast);
			lose(&slow);
		}
		a = dt_snapshots_take(&fast, &region, &taken_fast);
		b = dt_snapshots_take_slow(&slow, &region, &taken_slow);
		assert_int_equal(taken_fast, taken_slow);
		assert_memory_equal(&a->count, &b->count, sizeof(a->count));
		assert_int_equal(a->time, b->time);
		assert_int_equal(a->seen, b->seen);
		assert_true(a->seen <= a->nr_regions);
	}
	dt_snapshots_free(&fast);
	dt_snapshots_free(&slow);
}

/* Times that go back, extreme addresses and counts: still one region each, none forgotten. */
static void test_absurd(void **state)
{
	struct dt_snapshots snapshots;
	uint64_t random = 3, taken = 0;

	(void)state;
	begin(&snapshots);
	for (unsigned i = 0; i < 100000; i++) {
		struct dt_region region;
		enum dt_taken how;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		region = (struct dt_region){.time = random & 8 ? UINT64_MAX - (random >> 40)
							       : random >> 40,
					    .start = random & 16 ? UINT64_MAX : random >> 60,
					    .end = random & 32 ? 0 : UINT64_MAX,
					    .nr_regions = (uint32_t)(random >> 62),
					    .event = (uint8_t)(random >> 59 & 1),
					    .kdamond = (int32_t)(random >> 61 & 1)};
		assert_non_null(dt_snapshots_take(&snapshots, &region, &how));
		taken += how != DT_TAKEN_TWICE;
	}
	dt_snapshots_input_end(&snapshots);
	assert_int_equal(snapshots.nr_streams, 2);
	assert_true(taken > 0);
	dt_snapshots_free(&snapshots);
}

/* A loss is asked about by every stream, also by those that come late after it. */
static void test_loss_reaches_all_streams(void **state)
{
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	for (uint64_t i = 0; i < 3; i++)
		for (uint32_t j = 0; j < NR; j++) {
			for (int32_t kdamond = 0; kdamond < 2; kdamond++) {
				struct dt_region region = region_at(i * AGGR + j * STEP, j);

				region.kdamond = kdamond;
				if (i || j != 2)
					take(&snapshots, &region, j ? DT_TAKEN : DT_TAKEN_FIRST);
			}
			if (!i && j == 1)
				lose(&snapshots);
		}
	dt_snapshots_input_end(&snapshots);
	assert_int_equal(snapshots.nr_streams, 2);
	for (size_t i = 0; i < 2; i++) {
		/* not partial, though they are the first */
		assert_int_equal(snapshots.streams[i]->count.complete, 2);
		assert_int_equal(snapshots.streams[i]->count.incomplete, 1);
		assert_int_equal(snapshots.streams[i]->count.partial, 0);
	}
	dt_snapshots_free(&snapshots);
}

/* Ranges that overlap are of two snapshots; those that touch are not. */
static void test_overlap(void **state)
{
	struct dt_region region = region_at(AGGR + STEP, 1);
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	feed(&snapshots, AGGR, 0, 0, DT_TAKEN_FIRST);
	region.start--;
	take(&snapshots, &region, DT_TAKEN_FIRST);
	expect(&snapshots, 0, 0, 2);
}

static void test_report(void **state)
{
	static const struct dt_stream_id ids[] = {
		{9, 0, 1}, {9, 0, 0}, {3, 0, UINT64_MAX}, {3, 0, 7}, {-1, 0, 0}};
	static const size_t order[] = {4, 3, 2, 1, 0};
	struct dt_report report = {0};
	struct dt_snapshots snapshots;

	(void)state;
	begin(&snapshots);
	assert_int_equal(dt_report_snapshots(&report, &snapshots), 0);
	assert_int_equal(report.nr_snapshots, 0);
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j <= i; j++) {
			struct dt_region region = region_at(j * AGGR, 0);

			region.nr_regions = 1;
			region.kdamond = ids[i].kdamond;
			region.target_id = ids[i].target;
			take(&snapshots, &region, DT_TAKEN_FIRST);
		}
	dt_snapshots_input_end(&snapshots);
	assert_int_equal(dt_report_snapshots(&report, &snapshots), 0);
	assert_true(report.has_snapshots);
	assert_int_equal(report.nr_snapshots, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(report.snapshots[i].stream.kdamond, ids[order[i]].kdamond);
		assert_int_equal(report.snapshots[i].stream.target, ids[order[i]].target);
		assert_int_equal(report.snapshots[i].complete, order[i] + 1);
	}
	dt_snapshots_free(&snapshots);
	free(report.snapshots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_address_goes_back),
		cmocka_unit_test(test_number_changes),
		cmocka_unit_test(test_time_gap),
		cmocka_unit_test(test_end_and_head_lost),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_other_losses),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_half_pairs),
		cmocka_unit_test(test_pair_over_a_gap),
		cmocka_unit_test(test_kdamonds_apart),
		cmocka_unit_test(test_tuned_intervals),
		cmocka_unit_test(test_input_end),
		cmocka_unit_test(test_random_losses),
		cmocka_unit_test(test_fast_way),
		cmocka_unit_test(test_absurd),
		cmocka_unit_test(test_loss_reaches_all_streams),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
