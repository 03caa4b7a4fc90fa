/* SPDX-License-Identifier: GPL-2.0-only */
/* What each record of a perf.data file does to the walk. */
#include <errno.h>
#include <string.h>

#include "readers/perf_format.h"
#include "readers/perf_walk.h"

static void note_time(struct dt_perf_walk *walk, uint64_t time)
{
	if (time > walk->turn->last)
		walk->turn->last = time;
}

void dt_perf_walk_settle(struct dt_perf_walk *walk)
{
	for (uint32_t i = 0; i < walk->reader->attrs.count; i++) {
		struct dt_perf_lane *lane = walk->lanes[i];

		if (!lane)
			continue;
		if (lane->gathered)
			dt_perf_lane_settle(lane);
		note_time(walk, lane->recent);
		lane->recent = 0;
	}
}

void dt_perf_walk_release(struct dt_perf_walk *walk)
{
	uint64_t limit = UINT64_MAX;

	if (!walk->order)
		return;
	for (size_t i = 0; i < walk->reader->nr_parts; i++)
		if (!walk->turns[i].feed.done && walk->turns[i].safe < limit)
			limit = walk->turns[i].safe;
	dt_perf_order_release(walk->order, limit);
}

static struct dt_perf_lane *lane_of(struct dt_perf_walk *walk, int32_t attr)
{
	struct dt_perf_lane *lane;

	if (attr < 0)
		return NULL;
	lane = walk->lanes[attr];
	if (lane)
		return lane;
	lane = dt_perf_lane_new(&walk->reader->attrs.list[attr], &walk->emitter, walk->reader->big,
				walk->counting);
	if (!lane)
		walk->error = -ENOMEM;
	walk->lanes[attr] = lane;
	return lane;
}

/* Samples of one event tend to follow each other: the identifier last looked up is kept. */
static struct dt_perf_lane *lane_of_sample(struct dt_perf_walk *walk, const unsigned char *at,
					   size_t size)
{
	const struct dt_perf_attrs *attrs = &walk->reader->attrs;
	struct dt_perf_lane *lane;
	uint64_t id;

	if (attrs->nr_places != 1 || size < attrs->places[0] + 8u)
		return lane_of(walk, dt_perf_attrs_of_sample(attrs, at, size, walk->reader->big));
	id = dt_perf_u64(at + attrs->places[0], walk->reader->big);
	if (walk->last_lane && id == walk->last_id)
		return walk->last_lane;
	lane = lane_of(walk, dt_perf_attrs_of_sample(attrs, at, size, walk->reader->big));
	walk->last_id = id;
	walk->last_lane = lane;
	return lane;
}

static void decode_damon(struct dt_perf_walk *walk, const struct dt_perf_attr *attr, uint64_t time,
			 const struct dt_perf_bases *bases)
{
	enum dt_kind kind = dt_damon_decoder_kind(attr->decoder);
	union dt_damon_record records[DT_GOALS_MAX];
	int nr;

	if (!walk->order || !dt_emit_wants(&walk->emitter, kind))
		return;
	nr = dt_damon_decode_records(attr->decoder, records, time, bases->raw, bases->raw_size);
	if (nr < 0)
		walk->undecoded++;
	for (int i = 0; i < nr; i++)
		if (dt_perf_order_put(walk->order, kind, &records[i]))
			walk->error = -ENOMEM;
}

/* Samples before the one that gave it away are few: one of regions tells at once. */
static void guess(struct dt_perf_walk *walk, const struct dt_perf_lane *lane,
		  const struct dt_perf_bases *bases)
{
	struct dt_perf_reader *reader = walk->reader;
	struct dt_perf_attr *attr = &reader->attrs.list[lane->attr - reader->attrs.list];
	const char *name;

	if (!walk->counting)
		return;
	name = dt_damon_guess(&reader->guesser, bases->raw, bases->raw_size, reader->big);
	if (!name)
		return;
	attr->found_after = lane->tally.samples - 1;
	dt_perf_attr_found(attr, name, reader->big, &reader->base.info, walk->warnings);
}

static void tracepoint(struct dt_perf_walk *walk, struct dt_perf_lane *lane,
		       const unsigned char *at, size_t size)
{
	const struct dt_perf_attr *attr = lane->attr;
	struct dt_perf_bases bases;
	uint64_t time = 0;

	if (size < attr->plan.min_size) {
		lane->tally.damaged++;
		return;
	}
	lane->tally.samples++;
	if (attr->plan.has & DT_COL_TIME) {
		time = dt_perf_u64(at + attr->plan.time.offset, walk->reader->big);
		if (time < lane->tally.first)
			lane->tally.first = time;
		if (time > lane->tally.last)
			lane->tally.last = time;
		note_time(walk, time);
	}
	if (!attr->decoder && !attr->nameless)
		return;
	if (!dt_perf_plan_locate(&attr->plan, at, size, walk->reader->big, &bases) || !bases.raw) {
		walk->undecoded += attr->decoder != NULL;
		return;
	}
	if (attr->nameless)
		guess(walk, lane, &bases);
	/* every walk yields what the first one did */
	if (attr->decoder && lane->tally.samples > attr->found_after)
		decode_damon(walk, attr, time, &bases);
}

static void sample(struct dt_perf_walk *walk, const unsigned char *at, size_t size)
{
	struct dt_perf_lane *lane = lane_of_sample(walk, at, size);

	if (!lane)
		walk->foreign++;
	else if (lane->attr->tracepoint)
		tracepoint(walk, lane, at, size);
	else
		(void)dt_perf_lane_add(lane, at, size);
}

/*
 * The samples of the only event of a file, or of a run with one identifier, in the tightest loop.
 * Returns the bytes passed; stops at anything that is not such a sample.
 */
static size_t sample_run(struct dt_perf_lane *lane, const unsigned char *at, size_t size, bool big,
			 uint16_t id_place, uint64_t id)
{
	/* type and size of the record before; misc, between them, is not asked for */
	const uint64_t mask = ~((uint64_t)UINT16_MAX << (big ? 16 : 32));
	uint64_t last = UINT64_MAX; /* no header, once masked */
	size_t passed = 0, step = 0;

	while (size - passed >= RECORD_HEADER) {
		const uint64_t header = dt_perf_u64(at + passed, big) & mask;

		/* the same size as before is foretold: the next record needs not wait for this load
		 */
		__asm__("" : "+r"(step));
		if (__builtin_expect(header != last || step > size - passed, 0)) {
			struct dt_perf_record record = dt_perf_record_at(at + passed, big);

			if (record.type != RECORD_SAMPLE || record.size > size - passed ||
			    record.size < lane->attr->plan.min_size)
				break;
			step = record.size;
			last = header;
		}
		if (id_place && dt_perf_u64(at + passed + id_place, big) != id)
			break;
		if (lane->late && !dt_perf_lane_locate(lane, at + passed, step)) {
			passed += step;
			continue;
		}
		lane->at[DT_PERF_RECORD][lane->gathered] = at + passed;
		if (++lane->gathered == DT_PERF_GATHER)
			dt_perf_lane_settle(lane);
		passed += step;
	}
	return passed;
}

void dt_perf_walk_loss(struct dt_perf_walk *walk, const struct dt_loss *loss)
{
	union dt_damon_record record = {.loss = *loss};

	if (walk->order && dt_emit_wants(&walk->emitter, DT_KIND_LOSS) &&
	    dt_perf_order_put(walk->order, DT_KIND_LOSS, &record))
		walk->error = -ENOMEM;
}

/* Losses are counted for the events that the identifier names. */
static enum dt_loss_what loss_of(const struct dt_perf_walk *walk, int32_t attr)
{
	if (attr >= 0 && walk->reader->attrs.list[attr].tracepoint)
		return DT_LOSS_EVENTS;
	return DT_LOSS_SAMPLES;
}

/* The trailer of a record, and the attr that it names. */
static int32_t trailer_of(const struct dt_perf_walk *walk, const unsigned char *at,
			  struct dt_perf_record record, struct dt_perf_trailer *trailer)
{
	const struct dt_perf_attrs *attrs = &walk->reader->attrs;
	int32_t attr = dt_perf_attrs_of_record(attrs, at, record.size, walk->reader->big);

	*trailer = (struct dt_perf_trailer){.cpu = -1};
	if (attr >= 0)
		dt_perf_plan_trailer(&attrs->list[attr].plan, at, record.size, walk->reader->big,
				     trailer);
	return attr;
}

/* u64 id, u64 lost */
static void lost(struct dt_perf_walk *walk, const unsigned char *at, struct dt_perf_record record)
{
	struct dt_perf_trailer trailer;
	struct dt_loss loss;
	int32_t attr, named;

	if (record.size < RECORD_HEADER + 16)
		return;
	attr = trailer_of(walk, at, record, &trailer);
	named = dt_perf_ids_find(&walk->reader->attrs, dt_perf_u64(at + 8, walk->reader->big));
	loss = (struct dt_loss){
		.time = trailer.time ? trailer.time : walk->turn->last,
		.count = dt_perf_u64(at + 16, walk->reader->big),
		.cpu = trailer.cpu,
		.what = (uint8_t)loss_of(walk, named >= 0 ? named : attr),
	};
	walk->losses.records[loss.what] += loss.count;
	note_time(walk, loss.time);
	dt_perf_walk_loss(walk, &loss);
}

/*
 * u64 lost. The kernel writes these for what a PMU dropped, with a time. perf writes one for each
 * event when it ends, without a time: the sum that the event counted itself, which contains what
 * LOST records told before.
 */
static void lost_samples(struct dt_perf_walk *walk, const unsigned char *at,
			 struct dt_perf_record record)
{
	const struct dt_perf_attrs *attrs = &walk->reader->attrs;
	struct dt_perf_trailer trailer;
	struct dt_loss loss;
	int32_t attr;

	if (record.size < RECORD_HEADER + 8 || record.misc & MISC_LOST_SAMPLES_BPF)
		return;
	attr = trailer_of(walk, at, record, &trailer);
	loss = (struct dt_loss){
		.time = trailer.time ? trailer.time : walk->turn->last,
		.count = dt_perf_u64(at + 8, walk->reader->big),
		.cpu = trailer.cpu,
		.what = (uint8_t)loss_of(walk, attr),
	};
	if (attr >= 0 && attrs->list[attr].plan.trailer && !trailer.time &&
	    attrs->list[attr].plan.has & DT_COL_TIME) {
		walk->losses.totals[loss.what] += loss.count;
		return;
	}
	walk->losses.dropped[loss.what] += loss.count;
	note_time(walk, loss.time);
	dt_perf_walk_loss(walk, &loss);
}

/* u64 time, u64 id, u64 stream. How many samples did not come about is not known. */
static void throttle(struct dt_perf_walk *walk, const unsigned char *at,
		     struct dt_perf_record record)
{
	struct dt_perf_trailer trailer;
	struct dt_loss loss;

	if (record.size < RECORD_HEADER + 24)
		return;
	(void)trailer_of(walk, at, record, &trailer);
	loss = (struct dt_loss){
		.time = dt_perf_u64(at + 8, walk->reader->big),
		.cpu = trailer.cpu,
		.what = DT_LOSS_THROTTLE,
	};
	walk->losses.throttles++;
	dt_perf_walk_loss(walk, &loss);
}

static void finished_round(struct dt_perf_walk *walk)
{
	struct dt_perf_turn *turn = walk->turn;

	if (!walk->order)
		return;
	dt_perf_walk_settle(walk);
	turn->sorted = false;
	turn->safe = turn->round_max;
	turn->round_max = turn->last;
	dt_perf_walk_release(walk);
}

/* u32 pid, u32 tid, the name: of the main thread it is the process's. */
static void comm(struct dt_perf_walk *walk, const unsigned char *at, struct dt_perf_record record)
{
	const bool big = walk->reader->big;

	if (!walk->counting || record.size <= RECORD_HEADER + 8 ||
	    dt_perf_u32(at + 8, big) != dt_perf_u32(at + 12, big))
		return;
	dt_perf_comms_put(&walk->reader->comms, (int32_t)dt_perf_u32(at + 8, big),
			  (const char *)at + 16, record.size - RECORD_HEADER - 8);
}

/*
 * u32 pid, tid, u64 start, size, offset; a second version adds 24 bytes of the file's identity and
 * u32 prot, flags. Then the name.
 */
static void mmap_record(struct dt_perf_walk *walk, const unsigned char *at,
			struct dt_perf_record record)
{
	const bool big = walk->reader->big, second = record.type == RECORD_MMAP2;
	const uint16_t name = second ? MMAP2_AT_NAME : MMAP_AT_NAME;
	const uint64_t start = dt_perf_u64(at + 16, big), size = dt_perf_u64(at + 24, big);
	const struct dt_mapping mapping = {
		.start = start,
		.end = start + size,
		.offset = dt_perf_u64(at + 32, big),
		.executable = second ? dt_perf_u32(at + MMAP2_AT_PROT, big) & MMAP_PROT_EXEC
				     : !(record.misc & MISC_MMAP_DATA),
	};

	dt_perf_maps_put(&walk->reader->maps, (int32_t)dt_perf_u32(at + 8, big), &mapping,
			 (const char *)at + name, record.size - name);
	if (second && record.misc & MISC_MMAP_BUILD_ID) {
		struct dt_build_id id = {.size = at[MMAP2_AT_BUILD_ID]};

		memcpy(id.bytes, at + MMAP2_AT_BUILD_ID + 4, sizeof(id.bytes));
		dt_perf_maps_build_id(&walk->reader->maps, (const char *)at + name,
				      record.size - name, &id);
	}
}

/* u32 pid, parent, tid, parent's tid. Until it says otherwise a child is called like its parent. */
static void fork_record(struct dt_perf_walk *walk, const unsigned char *at)
{
	struct dt_perf_reader *reader = walk->reader;
	const int32_t child = (int32_t)dt_perf_u32(at + 8, reader->big);
	const int32_t parent = (int32_t)dt_perf_u32(at + 12, reader->big);
	const char *name = dt_perf_comms_find(&reader->comms, parent);
	char copy[DT_COMM_SIZE];

	if (child == parent)
		return; /* a thread */
	dt_perf_maps_fork(&reader->maps, child, parent);
	if (!name || dt_perf_comms_find(&reader->comms, child))
		return;
	memcpy(copy, name, sizeof(copy)); /* the table may move */
	dt_perf_comms_put(&reader->comms, child, copy, sizeof(copy));
}

/* What tells where addresses belong, once. */
static void map_record(struct dt_perf_walk *walk, const unsigned char *at,
		       struct dt_perf_record record)
{
	const bool big = walk->reader->big;
	struct dt_perf_maps *maps = &walk->reader->maps;

	if (!walk->counting)
		return;
	if ((record.type == RECORD_MMAP && record.size > MMAP_AT_NAME) ||
	    (record.type == RECORD_MMAP2 && record.size > MMAP2_AT_NAME))
		mmap_record(walk, at, record);
	else if (record.type == RECORD_CGROUP && record.size > 16)
		dt_perf_maps_cgroup(maps, dt_perf_u64(at + 8, big), (const char *)at + 16,
				    record.size - 16u);
	else if (record.type == RECORD_FORK && record.size >= 24)
		fork_record(walk, at);
}

static void other_record(struct dt_perf_walk *walk, const unsigned char *at,
			 struct dt_perf_record record)
{
	switch (record.type) {
	case RECORD_COMM:
		comm(walk, at, record);
		break;
	case RECORD_MMAP:
	case RECORD_MMAP2:
	case RECORD_FORK:
	case RECORD_CGROUP:
	case RECORD_BUILD_ID:
		map_record(walk, at, record);
		break;
	case RECORD_LOST:
		lost(walk, at, record);
		break;
	case RECORD_LOST_SAMPLES:
		lost_samples(walk, at, record);
		break;
	case RECORD_THROTTLE:
		throttle(walk, at, record);
		break;
	case RECORD_FINISHED_ROUND:
		finished_round(walk);
		break;
	default:
		break;
	}
}

/* Samples from here on that go into one lane; 0 when the first must be looked at by itself. */
static size_t try_run(struct dt_perf_walk *walk, const unsigned char *at, size_t size)
{
	const struct dt_perf_attrs *attrs = &walk->reader->attrs;
	struct dt_perf_lane *lane = walk->last_lane;
	uint16_t place = 0;

	if (attrs->count == 1)
		lane = walk->lanes[0];
	else if (attrs->nr_places == 1)
		place = attrs->places[0];
	else
		return 0;
	if (!lane || lane->attr->tracepoint || lane->attr->plan.min_size < place + 8u)
		return 0;
	return walk->reader->big ? sample_run(lane, at, size, true, place, walk->last_id)
				 : sample_run(lane, at, size, false, place, walk->last_id);
}

size_t dt_perf_walk_stretch(struct dt_perf_walk *walk, const unsigned char *at, size_t size)
{
	size_t passed = 0;

	while (size - passed >= RECORD_HEADER && !walk->error && !walk->emitter.error) {
		struct dt_perf_record record = dt_perf_record_at(at + passed, walk->reader->big);

		if (record.size < RECORD_HEADER || record.size > size - passed ||
		    dt_perf_feed_stops(record.type))
			break;
		if (record.type == RECORD_SAMPLE) {
			size_t run = try_run(walk, at + passed, size - passed);

			if (run) {
				passed += run;
				continue;
			}
			sample(walk, at + passed, record.size);
		} else {
			other_record(walk, at + passed, record);
		}
		passed += record.size;
	}
	return passed;
}
