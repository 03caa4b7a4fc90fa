/* SPDX-License-Identifier: GPL-2.0-only */
/* Columns from gathered samples. The loops here are what reading perf.data costs. */
#include <errno.h>
#include <stdlib.h>

#include "readers/perf_format.h"
#include "readers/perf_lane.h"

/* Of a batch's heap, bytes: at first, and when the batch goes without being full. */
#define HEAP_FIRST  (16u << 10)
#define HEAP_ENOUGH (512u << 10)

struct dt_perf_lane *dt_perf_lane_new(const struct dt_perf_attr *attr, struct dt_emitter *emitter,
				      bool big, bool counting)
{
	struct dt_perf_lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return NULL;
	lane->attr = attr;
	lane->emitter = emitter;
	lane->big = big;
	lane->counting = counting;
	lane->has = attr->plan.has | (attr->fixed_period ? DT_COL_PERIOD : 0);
	lane->columns = lane->has & emitter->sink->columns;
	lane->late = attr->plan.late || lane->columns & (DT_COL_RAW | DT_COL_CHAIN);
	lane->tally.first = UINT64_MAX;
	lane->batch.kind = DT_KIND_SAMPLE;
	if (!attr->tracepoint && dt_emit_wants(emitter, DT_KIND_SAMPLE)) {
		lane->batch.records = dt_batch_alloc(DT_KIND_SAMPLE);
		if (!lane->batch.records) {
			free(lane);
			return NULL;
		}
	}
	return lane;
}

void dt_perf_lane_free(struct dt_perf_lane *lane)
{
	if (!lane)
		return;
	if (lane->batch.records)
		dt_batch_free(DT_KIND_SAMPLE, lane->batch.records);
	free(lane);
}

bool dt_perf_lane_locate(struct dt_perf_lane *lane, const unsigned char *record, size_t size)
{
	struct dt_perf_bases bases;

	if (!dt_perf_plan_locate(&lane->attr->plan, record, size, lane->big, &bases)) {
		lane->tally.damaged++;
		return false;
	}
	lane->at[DT_PERF_MIDDLE][lane->gathered] = bases.at[DT_PERF_MIDDLE];
	lane->at[DT_PERF_TAIL][lane->gathered] = bases.at[DT_PERF_TAIL];
	lane->raw[lane->gathered] = (struct dt_perf_blob){bases.raw, bases.raw_size};
	lane->chain[lane->gathered] = (struct dt_perf_blob){bases.chain, bases.nr_chain * 8};
	return true;
}

/* Gathered records from..from+count of one field. */
struct stretch {
	const unsigned char *const *at;
	uint32_t count;
	uint16_t offset;
	bool big;
};

static struct stretch stretch_of(const struct dt_perf_lane *lane, struct dt_perf_place place,
				 uint32_t from, uint32_t count)
{
	return (struct stretch){lane->at[place.base] + from, count, place.offset, lane->big};
}

static void fill_u64(uint64_t *to, struct stretch from)
{
	if (from.big)
		for (uint32_t i = 0; i < from.count; i++)
			to[i] = dt_perf_u64(from.at[i] + from.offset, true);
	else
		for (uint32_t i = 0; i < from.count; i++)
			to[i] = dt_perf_u64(from.at[i] + from.offset, false);
}

static void fill_i32(int32_t *to, struct stretch from)
{
	for (uint32_t i = 0; i < from.count; i++)
		to[i] = (int32_t)dt_perf_u32(from.at[i] + from.offset, from.big);
}

static void fill_period(const struct dt_perf_lane *lane, uint64_t *to, uint32_t from,
			uint32_t count)
{
	if (!lane->attr->fixed_period) {
		fill_u64(to, stretch_of(lane, lane->attr->plan.period, from, count));
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		to[i] = lane->attr->fixed_period;
}

/* Of WEIGHT_STRUCT the lower half is the latency, in either byte order. */
static void fill_weight(const struct dt_perf_lane *lane, uint64_t *to, uint32_t from,
			uint32_t count)
{
	fill_u64(to, stretch_of(lane, lane->attr->plan.weight, from, count));
	if (!(lane->attr->plan.layout.sample_type & SAMPLE_WEIGHT_STRUCT))
		return;
	for (uint32_t i = 0; i < count; i++)
		to[i] &= UINT32_MAX;
}

/* And of the upper half, var2_w lies below var3_w. */
static void fill_weights(uint32_t *to, struct stretch from)
{
	for (uint32_t i = 0; i < from.count; i++)
		to[i] = (uint32_t)(dt_perf_u64(from.at[i] + from.offset, from.big) >> 32);
}

static void fill_misc(uint32_t *to, struct stretch from)
{
	for (uint32_t i = 0; i < from.count; i++)
		to[i] = dt_perf_record_at(from.at[i], from.big).misc;
}

/* Room for size bytes more in the batch's heap; NULL when memory is out. */
static unsigned char *heap_take(struct dt_samples *samples, uint32_t size)
{
	const uint32_t padded = (size + 7) & ~7u;
	unsigned char *place;

	if (samples->heap_room - samples->heap_used < padded) {
		const uint32_t room = 2 * (samples->heap_used + padded) + HEAP_FIRST;
		unsigned char *heap = realloc(samples->heap, room);

		if (!heap)
			return NULL;
		samples->heap = heap;
		samples->heap_room = room;
	}
	place = samples->heap + samples->heap_used;
	samples->heap_used += padded;
	return place;
}

static void fill_pieces(struct dt_perf_lane *lane, struct dt_samples *samples,
			struct dt_piece *pieces, const struct dt_perf_blob *blobs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		unsigned char *place;

		pieces[i] = (struct dt_piece){samples->heap_used, blobs[i].size};
		if (!blobs[i].size)
			continue;
		place = heap_take(samples, blobs[i].size);
		if (place) {
			memcpy(place, blobs[i].at, blobs[i].size);
		} else {
			pieces[i].size = 0;
			lane->emitter->error = -ENOMEM;
		}
	}
}

/* Call chains are words for the reader of the batch, in the machine's own byte order. */
static void turn_words(const struct dt_samples *samples, const struct dt_piece *pieces,
		       uint32_t count, bool big)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t at = 0; at < pieces[i].size; at += 8) {
			unsigned char *place = samples->heap + pieces[i].offset + at;
			const uint64_t word = dt_perf_u64(place, big);

			memcpy(place, &word, sizeof(word));
		}
}

/* What has no fixed size goes through the heap. */
static void fill_heap(struct dt_perf_lane *lane, struct dt_samples *samples, uint32_t to,
		      uint32_t from, uint32_t count)
{
	if (lane->columns & DT_COL_RAW)
		fill_pieces(lane, samples, samples->raw + to, lane->raw + from, count);
	if (!(lane->columns & DT_COL_CHAIN))
		return;
	fill_pieces(lane, samples, samples->chain + to, lane->chain + from, count);
	turn_words(samples, samples->chain + to, count, lane->big);
}

/* The columns of a batch that are asked for, but for those that are filled already. */
static void fill_columns(const struct dt_perf_lane *lane, struct dt_samples *samples, uint32_t to,
			 uint32_t from, uint32_t count, uint32_t columns)
{
	const struct dt_perf_plan *plan = &lane->attr->plan;
	struct dt_perf_place tid = {plan->tid.base, plan->tid.offset + 4};

	if (columns & DT_COL_TIME)
		fill_u64(samples->time + to, stretch_of(lane, plan->time, from, count));
	if (columns & DT_COL_ADDR)
		fill_u64(samples->addr + to, stretch_of(lane, plan->addr, from, count));
	if (columns & DT_COL_PID)
		fill_i32(samples->pid + to, stretch_of(lane, plan->tid, from, count));
	if (columns & DT_COL_TID)
		fill_i32(samples->tid + to, stretch_of(lane, tid, from, count));
	if (columns & DT_COL_CPU)
		fill_i32(samples->cpu + to, stretch_of(lane, plan->cpu, from, count));
	if (columns & DT_COL_IP)
		fill_u64(samples->ip + to, stretch_of(lane, plan->ip, from, count));
	if (columns & DT_COL_PHYS)
		fill_u64(samples->phys + to, stretch_of(lane, plan->phys, from, count));
	if (columns & DT_COL_PERIOD)
		fill_period(lane, samples->period + to, from, count);
	if (columns & DT_COL_WEIGHT)
		fill_weight(lane, samples->weight + to, from, count);
	if (columns & DT_COL_DATA_SRC)
		fill_u64(samples->data_src + to, stretch_of(lane, plan->data_src, from, count));
	if (columns & DT_COL_WEIGHTS)
		fill_weights(samples->weights + to, stretch_of(lane, plan->weight, from, count));
	if (columns & DT_COL_PAGE)
		fill_u64(samples->page_size + to, stretch_of(lane, plan->page, from, count));
	if (columns & DT_COL_CGROUP)
		fill_u64(samples->cgroup + to, stretch_of(lane, plan->cgroup, from, count));
	if (columns & DT_COL_MISC)
		fill_misc(samples->misc + to,
			  stretch_of(lane, (struct dt_perf_place){DT_PERF_RECORD, 0}, from, count));
}

static void tally_span(struct dt_perf_lane *lane, uint64_t first, uint64_t last)
{
	if (first < lane->tally.first)
		lane->tally.first = first;
	if (last > lane->recent)
		lane->recent = last;
	if (last > lane->tally.last)
		lane->tally.last = last;
}

static void tally_times(struct dt_perf_lane *lane, struct stretch from)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (uint32_t i = 0; i < from.count; i++) {
		uint64_t time = dt_perf_u64(from.at[i] + from.offset, from.big);

		first = time < first ? time : first;
		last = time > last ? time : last;
	}
	tally_span(lane, first, last);
}

static uint32_t count_nonzero(struct stretch from)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < from.count; i++) {
		uint64_t value;

		memcpy(&value, from.at[i] + from.offset, sizeof(value));
		count += value != 0;
	}
	return count;
}

static void tally_addresses(struct dt_perf_lane *lane, uint32_t nonzero, uint32_t count)
{
	lane->tally.with_address += nonzero;
	lane->tally.address_zero += count - nonzero;
}

/*
 * What heat is made of, time, address and process, in one loop that also tallies: most of what
 * reading perf.data costs is spent here.
 */
#define HEAT_COLUMNS (DT_COL_TIME | DT_COL_ADDR | DT_COL_PID)

static bool fits_heat(const struct dt_perf_lane *lane)
{
	const struct dt_perf_plan *plan = &lane->attr->plan;

	/* all three stand in front of every field of variable size, so their base is the record */
	return (lane->columns & HEAT_COLUMNS) == HEAT_COLUMNS && !lane->big &&
	       plan->time.base == DT_PERF_RECORD;
}

static void fill_heat(struct dt_perf_lane *lane, struct dt_samples *samples, uint32_t to,
		      uint32_t from, uint32_t count)
{
	const unsigned char *const *const at = lane->at[DT_PERF_RECORD] + from;
	const uint16_t time_at = lane->attr->plan.time.offset;
	const uint16_t addr_at = lane->attr->plan.addr.offset;
	const uint16_t pid_at = lane->attr->plan.tid.offset;
	uint64_t *const restrict times = samples->time + to;
	uint64_t *const restrict addresses = samples->addr + to;
	int32_t *const restrict pids = samples->pid + to;
	uint64_t first = UINT64_MAX, last = 0;
	uint32_t nonzero = 0;

	for (uint32_t i = 0; i < count; i++) {
		const uint64_t time = dt_perf_u64(at[i] + time_at, false);
		const uint64_t address = dt_perf_u64(at[i] + addr_at, false);

		times[i] = time;
		addresses[i] = address;
		pids[i] = (int32_t)dt_perf_u32(at[i] + pid_at, false);
		first = time < first ? time : first;
		last = time > last ? time : last;
		nonzero += address != 0;
	}
	tally_span(lane, first, last);
	tally_addresses(lane, nonzero, count);
}

/* What was gathered, as far as filling the columns does not tell it. */
static void tally_gathered(struct dt_perf_lane *lane, bool heat)
{
	const struct dt_perf_plan *plan = &lane->attr->plan;
	const uint32_t count = lane->gathered;

	lane->tally.samples += count;
	if (plan->has & DT_COL_TIME && !heat)
		tally_times(lane, stretch_of(lane, plan->time, 0, count));
	if (!lane->counting)
		return;
	if (plan->has & DT_COL_ADDR && !heat)
		tally_addresses(lane, count_nonzero(stretch_of(lane, plan->addr, 0, count)), count);
	if (plan->has & DT_COL_PHYS)
		lane->tally.with_phys += count_nonzero(stretch_of(lane, plan->phys, 0, count));
}

void dt_perf_lane_flush(struct dt_perf_lane *lane)
{
	struct dt_samples *samples = lane->batch.samples;

	if (!lane->batch.count)
		return;
	/* the sink may have put other storage in place */
	samples->columns = lane->columns;
	samples->has = lane->has;
	samples->event = lane->attr->event;
	dt_emit_samples(lane->emitter, &lane->batch);
	lane->batch.count = 0;
}

void dt_perf_lane_settle(struct dt_perf_lane *lane)
{
	const bool heat = lane->batch.records && fits_heat(lane);
	uint32_t from = 0;

	tally_gathered(lane, heat);
	while (from < lane->gathered && lane->batch.records) {
		uint32_t room = DT_BATCH_MAX - lane->batch.count;
		uint32_t count = lane->gathered - from;

		if (count > room)
			count = room;
		if (!lane->batch.count)
			lane->batch.samples->heap_used = 0;
		if (lane->columns & (DT_COL_RAW | DT_COL_CHAIN))
			fill_heap(lane, lane->batch.samples, lane->batch.count, from, count);
		if (heat)
			fill_heat(lane, lane->batch.samples, lane->batch.count, from, count);
		fill_columns(lane, lane->batch.samples, lane->batch.count, from, count,
			     heat ? lane->columns & ~HEAT_COLUMNS : lane->columns);
		lane->batch.count += count;
		from += count;
		if (lane->batch.count == DT_BATCH_MAX ||
		    lane->batch.samples->heap_used > HEAP_ENOUGH)
			dt_perf_lane_flush(lane);
	}
	lane->gathered = 0;
}
