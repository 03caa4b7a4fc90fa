/* SPDX-License-Identifier: GPL-2.0-only */
/* A walk over all records of a perf.data file or directory, and the counts that it leaves. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_format.h"
#include "readers/perf_walk.h"

/* Large enough to read at the disk's speed, small enough to stay in the cache. */
#define WALK_WINDOW (256u << 10)

static bool needs_order(const struct dt_perf_reader *reader, const struct dt_sink *sink)
{
	if (sink->kinds & (1u << DT_KIND_LOSS))
		return true;
	for (uint32_t i = 0; i < reader->attrs.count; i++) {
		const struct dt_damon_decoder *decoder = reader->attrs.list[i].decoder;

		if (reader->attrs.list[i].nameless)
			return true;
		if (decoder && sink->kinds & (1u << dt_damon_decoder_kind(decoder)))
			return true;
	}
	return false;
}

static void turns_init(struct dt_perf_walk *walk)
{
	struct dt_perf_reader *reader = walk->reader;

	for (size_t i = 0; i < reader->nr_parts; i++) {
		const struct dt_perf_part *part = &reader->parts[i];

		walk->turns[i] = (struct dt_perf_turn){
			.feed = {.source = part->source,
				 .window = &walk->window,
				 .name = part->name[0] ? part->name : NULL,
				 .offset = part->start,
				 .end = part->end,
				 .zeros_end = UINT64_MAX,
				 .big = reader->big,
				 .done = part->start >= part->end,
				 .warnings = walk->warnings},
			.sorted = part->owned != NULL,
		};
	}
}

static int walk_init(struct dt_perf_walk *walk, struct dt_perf_reader *reader,
		     const struct dt_sink *sink, struct dt_warnings *warnings)
{
	int ret;

	*walk = (struct dt_perf_walk){
		.reader = reader,
		.counting = !reader->base.counted,
		.first = UINT64_MAX,
		.warnings = warnings,
	};
	ret = dt_emitter_init(&walk->emitter, sink);
	if (ret)
		return ret;
	ret = dt_window_init(&walk->window, reader->base.source, WALK_WINDOW);
	walk->lanes = calloc(reader->attrs.count + 1, sizeof(struct dt_perf_lane *));
	walk->turns = calloc(reader->nr_parts, sizeof(*walk->turns));
	if (ret || !walk->lanes || !walk->turns)
		return -ENOMEM;
	if (needs_order(reader, sink)) {
		walk->order = dt_perf_order_new(&walk->emitter);
		if (!walk->order)
			return -ENOMEM;
	}
	turns_init(walk);
	return 0;
}

static void walk_free(struct dt_perf_walk *walk)
{
	for (uint32_t i = 0; walk->lanes && i < walk->reader->attrs.count; i++)
		dt_perf_lane_free(walk->lanes[i]);
	for (size_t i = 0; walk->turns && i < walk->reader->nr_parts; i++)
		dt_perf_feed_free(&walk->turns[i].feed);
	free(walk->lanes);
	free(walk->turns);
	dt_perf_order_free(walk->order);
	dt_window_free(&walk->window);
	dt_emitter_free(&walk->emitter);
}

/*
 * The file to go on with. Only DAMON records need the files interleaved: then the one that is
 * furthest behind has the turn, so that little is held back.
 */
static struct dt_perf_turn *choose_turn(struct dt_perf_walk *walk)
{
	struct dt_perf_turn *chosen = NULL;

	for (size_t i = 0; i < walk->reader->nr_parts; i++) {
		struct dt_perf_turn *turn = &walk->turns[i];

		if (turn->feed.done)
			continue;
		if (!chosen || turn->safe < chosen->safe)
			chosen = turn;
		if (!walk->order)
			break;
	}
	return chosen;
}

/* Feeds share the window: the bytes of another file in it are void. */
static void take_turn(struct dt_perf_walk *walk, struct dt_perf_turn *turn)
{
	if (walk->turn != turn) {
		walk->window.source = turn->feed.source;
		walk->window.filled = 0;
	}
	walk->turn = turn;
}

static void walk_turn(struct dt_perf_walk *walk, struct dt_perf_turn *turn)
{
	const unsigned char *at;
	size_t size;

	take_turn(walk, turn);
	at = dt_perf_feed_next(&turn->feed, &size, &walk->error);
	if (at) {
		dt_perf_feed_pass(&turn->feed, dt_perf_walk_stretch(walk, at, size));
		dt_perf_walk_settle(walk);
	}
	if (turn->feed.done)
		dt_perf_feed_free(&turn->feed);
	if (turn->sorted || turn->feed.done) {
		turn->safe = turn->last;
		dt_perf_walk_release(walk);
	}
}

/* What the recorder's sums tell beyond the losses that were reported at their time. */
static void settle_totals(struct dt_perf_walk *walk)
{
	struct dt_perf_losses *losses = &walk->losses;
	uint64_t told = losses->records[0] + losses->records[1];
	uint64_t sum = losses->totals[0] + losses->totals[1];
	uint64_t excess = sum > told ? sum - told : 0;

	for (unsigned what = 0; what < 2; what++) {
		struct dt_loss loss = {.time = walk->last, .cpu = -1, .what = (uint8_t)what};
		uint64_t more = losses->totals[what] > losses->records[what]
					? losses->totals[what] - losses->records[what]
					: 0;

		loss.count = more < excess ? more : excess;
		if (!loss.count)
			continue;
		excess -= loss.count;
		losses->dropped[what] += loss.count;
		dt_perf_walk_loss(walk, &loss);
	}
}

/* The sums over all lanes, in *sum. */
static void sum_lanes(struct dt_perf_walk *walk, struct dt_perf_tally *sum)
{
	for (uint32_t i = 0; i < walk->reader->attrs.count; i++) {
		const struct dt_perf_lane *lane = walk->lanes[i];

		if (!lane)
			continue;
		sum->damaged += lane->tally.damaged;
		if (lane->tally.first < walk->first)
			walk->first = lane->tally.first;
		if (lane->tally.last > walk->last)
			walk->last = lane->tally.last;
		if (lane->attr->tracepoint)
			continue;
		sum->samples += lane->tally.samples;
		sum->with_address += lane->tally.with_address;
		sum->address_zero += lane->tally.address_zero;
		sum->with_phys += lane->tally.with_phys;
	}
}

static void report_damage(struct dt_perf_walk *walk, const struct dt_perf_tally *sum,
			  bool *complete)
{
	if (walk->foreign)
		dt_warn(walk->warnings, UINT64_MAX,
			"%" PRIu64 " samples belong to no event of this file: left out",
			walk->foreign);
	if (sum->damaged)
		dt_warn(walk->warnings, UINT64_MAX,
			"%" PRIu64 " samples are shorter than their event's fields: left out",
			sum->damaged);
	if (walk->undecoded)
		dt_warn(walk->warnings, UINT64_MAX,
			"%" PRIu64 " DAMON events do not fit their format: left out",
			walk->undecoded);
	for (uint32_t i = 0; i < walk->reader->attrs.count; i++)
		if (walk->reader->attrs.list[i].nameless && walk->lanes[i])
			dt_warn(walk->warnings, UINT64_MAX,
				"tracepoint %" PRIu64 " has neither name nor format in this file "
				"and looks like none of DAMON's: its samples are only counted",
				walk->reader->attrs.list[i].config);
	if (walk->order && dt_perf_order_late(walk->order))
		dt_warn(walk->warnings, UINT64_MAX,
			"%" PRIu64 " DAMON events come more than %d records out of order",
			dt_perf_order_late(walk->order), DT_PERF_ORDER_MAX / 2);
	if (walk->foreign || sum->damaged || walk->undecoded)
		*complete = false;
	for (size_t i = 0; i < walk->reader->nr_parts; i++)
		if (walk->turns[i].feed.incomplete)
			*complete = false;
}

static void fill_info(struct dt_perf_walk *walk, const struct dt_perf_tally *sum)
{
	struct dt_input_info *info = &walk->reader->base.info;
	const struct dt_perf_losses *losses = &walk->losses;

	report_damage(walk, sum, &info->complete);
	info->start_ns = walk->first;
	info->end_ns = walk->first > walk->last ? 0 : walk->last;
	info->samples_total = sum->samples;
	info->samples_with_address = sum->with_address;
	info->samples_address_zero = sum->address_zero;
	info->samples_with_phys = sum->with_phys;
	info->lost_events = losses->records[DT_LOSS_EVENTS] + losses->dropped[DT_LOSS_EVENTS];
	info->lost_samples = losses->records[DT_LOSS_SAMPLES] + losses->dropped[DT_LOSS_SAMPLES];
	info->throttles = losses->throttles;
	for (uint32_t i = 0; i < walk->reader->attrs.count; i++)
		if (walk->lanes[i])
			info->events[walk->reader->attrs.list[i].event].count +=
				walk->lanes[i]->tally.samples;
}

static int finish(struct dt_perf_walk *walk)
{
	struct dt_perf_tally sum = {0};

	for (uint32_t i = 0; i < walk->reader->attrs.count; i++)
		if (walk->lanes[i])
			dt_perf_lane_flush(walk->lanes[i]);
	sum_lanes(walk, &sum);
	settle_totals(walk);
	if (walk->order)
		dt_perf_order_release(walk->order, UINT64_MAX);
	if (dt_emit_flush_all(&walk->emitter))
		return walk->emitter.error;
	if (walk->counting)
		fill_info(walk, &sum);
	return 0;
}

int dt_perf_walk(struct dt_reader *base, const struct dt_sink *sink, struct dt_error *error)
{
	struct dt_perf_reader *reader = dt_perf_reader(base);
	/* a walk that is broken off, or not the first, leaves no warnings behind */
	struct dt_warnings warnings = base->info.warnings;
	struct dt_perf_walk walk;
	int ret;

	ret = walk_init(&walk, reader, sink, &warnings);
	while (!ret && !walk.error && !walk.emitter.error) {
		struct dt_perf_turn *turn = choose_turn(&walk);

		if (!turn)
			break;
		walk_turn(&walk, turn);
	}
	if (!ret)
		ret = walk.error;
	if (ret)
		(void)dt_fail(error, -ret, NULL, "cannot read %s: %s", base->info.path,
			      strerror(-ret));
	else
		ret = walk.emitter.error ? walk.emitter.error : finish(&walk);
	if (!ret && walk.counting) {
		dt_perf_maps_sort(&reader->maps);
		base->info.warnings = warnings;
		base->counted = true;
	}
	walk_free(&walk);
	return ret;
}
