/* SPDX-License-Identifier: GPL-2.0-only */
/* The assembler of snapshot.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/snapshot.h"

/* Half of DAMON's default aggregation interval: until a stream has shown its own. */
#define FIRST_GAP_NS 50000000ull

void dt_snapshots_init(struct dt_snapshots *snapshots, uint64_t sample_ns, uint64_t aggr_ns)
{
	*snapshots = (struct dt_snapshots){.sample_ns = sample_ns, .aggr_ns = aggr_ns};
}

void dt_snapshots_know(struct dt_snapshots *snapshots, const struct dt_known *known)
{
	snapshots->known = known;
}

void dt_snapshots_free(struct dt_snapshots *snapshots)
{
	for (size_t i = 0; i < snapshots->nr_streams; i++)
		free(snapshots->streams[i]);
	free(snapshots->streams);
	free(snapshots->index.slots);
	free(snapshots->tuned);
	free(snapshots->tuned_index.slots);
	*snapshots = (struct dt_snapshots){0};
}

/* splitmix64's finalizer: ids are often pids or addresses, which differ in few bits. */
static uint64_t hash(int32_t kdamond, uint64_t target)
{
	uint64_t mixed = target + (uint32_t)kdamond * 0x9e3779b97f4a7c15ull;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
	return mixed ^ mixed >> 31;
}

/* The slot of a stream, or the free one where it belongs. There must be a free one. */
static struct dt_stream_slot *find_slot(const struct dt_stream_index *index, int32_t kdamond,
					uint64_t target)
{
	size_t at = hash(kdamond, target) & (index->room - 1);

	while (index->slots[at].number &&
	       (index->slots[at].kdamond != kdamond || index->slots[at].target != target))
		at = (at + 1) & (index->room - 1);
	return &index->slots[at];
}

static uint32_t index_find(const struct dt_stream_index *index, int32_t kdamond, uint64_t target)
{
	return index->room ? find_slot(index, kdamond, target)->number : 0;
}

/* Make room for one more: half of the slots stay free. 0 or -ENOMEM. */
static int index_reserve(struct dt_stream_index *index)
{
	struct dt_stream_index larger = {.used = index->used,
					 .room = index->room ? index->room * 2 : 16};

	if (index->used < index->room / 2)
		return 0;
	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < index->room; i++) {
		const struct dt_stream_slot *slot = &index->slots[i];

		if (slot->number)
			*find_slot(&larger, slot->kdamond, slot->target) = *slot;
	}
	free(index->slots);
	*index = larger;
	return 0;
}

/* Add one that is not there, after index_reserve(). */
static void index_add(struct dt_stream_index *index, int32_t kdamond, uint64_t target,
		      uint32_t number)
{
	*find_slot(index, kdamond, target) =
		(struct dt_stream_slot){.target = target, .kdamond = kdamond, .number = number};
	index->used++;
}

/* The newest tuned sampling interval of a stream's kdamond, or the configured one. */
static uint64_t tuned_sample(const struct dt_snapshots *snapshots, const struct dt_stream *stream)
{
	const uint32_t number =
		index_find(&snapshots->tuned_index, stream->count.stream.kdamond, 0);

	return number ? snapshots->tuned[number - 1].sample_us * 1000 : stream->first_sample_ns;
}

/* Its first intervals, those given before those known, and what else is known. */
static void learn_known(const struct dt_snapshots *snapshots, struct dt_stream *stream)
{
	stream->known = dt_known_find(snapshots->known, stream->count.stream.kdamond);
	stream->filtered = snapshots->known && snapshots->known->filtered;
	stream->first_sample_ns = snapshots->sample_ns;
	stream->first_aggr_ns = snapshots->aggr_ns;
	if (!stream->first_sample_ns && stream->known) {
		stream->first_sample_ns = stream->known->sample_ns;
		stream->first_aggr_ns = stream->known->aggr_ns;
	}
}

static struct dt_stream *add_stream(struct dt_snapshots *snapshots, const struct dt_region *region)
{
	struct dt_stream *stream;

	if (snapshots->nr_streams == snapshots->room) {
		size_t room = snapshots->room ? snapshots->room * 2 : 8;
		struct dt_stream **streams =
			realloc(snapshots->streams, room * sizeof(struct dt_stream *));

		if (!streams)
			return NULL;
		snapshots->streams = streams;
		snapshots->room = room;
	}
	if (index_reserve(&snapshots->index))
		return NULL;
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return NULL;
	stream->count.stream = (struct dt_stream_id){
		.kdamond = region->kdamond, .context = DT_UNKNOWN_U32, .target = region->target_id};
	stream->index = (uint32_t)snapshots->nr_streams;
	stream->gap = FIRST_GAP_NS;
	stream->first = true;
	learn_known(snapshots, stream);
	stream->next_sample_ns = stream->first_sample_ns;
	/* a loss before its first event may have taken the head of its first snapshot */
	stream->losses_seen = 0;
	snapshots->streams[snapshots->nr_streams++] = stream;
	index_add(&snapshots->index, region->kdamond, region->target_id,
		  (uint32_t)snapshots->nr_streams);
	return stream;
}

static struct dt_stream *find_stream(struct dt_snapshots *snapshots, const struct dt_region *region)
{
	const uint32_t number = index_find(&snapshots->index, region->kdamond, region->target_id);

	return number ? snapshots->streams[number - 1] : add_stream(snapshots, region);
}

/* Count the snapshot at hand. cut: by the end of the input. */
static void close_snapshot(struct dt_stream *stream, bool cut)
{
	if (!stream->open)
		return;
	if (stream->seen == stream->nr_regions)
		stream->count.complete++;
	else if (!stream->lossy && stream->filtered)
		stream->count.filtered++;
	else if (!stream->lossy && (cut || stream->first))
		stream->count.partial++;
	else
		stream->count.incomplete++;
	stream->open = false;
	stream->first = false;
}

static void open_snapshot(struct dt_snapshots *snapshots, struct dt_stream *stream,
			  const struct dt_region *region)
{
	const uint64_t ratio =
		stream->first_sample_ns ? stream->first_aggr_ns / stream->first_sample_ns : 0;

	stream->has_previous = stream->started;
	stream->started = true;
	stream->previous = stream->time;
	stream->time = region->time;
	if (stream->has_previous && stream->time > stream->previous)
		stream->gap = stream->time - stream->previous;
	/* new intervals are printed before the snapshot that still used the old ones */
	stream->sample_ns = stream->next_sample_ns;
	stream->next_sample_ns = tuned_sample(snapshots, stream);
	stream->aggr_ns = stream->sample_ns == stream->first_sample_ns ? stream->first_aggr_ns
								       : stream->sample_ns * ratio;
	/* a filter may let nothing through for a while, which is no longer interval */
	if (stream->filtered && stream->aggr_ns && stream->gap > stream->aggr_ns)
		stream->gap = stream->aggr_ns;
	stream->nr_regions = region->nr_regions;
	stream->seen = 0;
	stream->lossy = false;
	stream->open = true;
}

/* Does the region belong to another snapshot than the one at hand? */
static bool begins_anew(const struct dt_stream *stream, const struct dt_region *region, bool lost)
{
	const uint64_t passed =
		region->time > stream->last_time ? region->time - stream->last_time : 0;

	if (!stream->open || stream->seen >= stream->nr_regions ||
	    region->nr_regions != stream->nr_regions || region->start < stream->last_end)
		return true;
	/*
	 * Both the end of one snapshot and the head of the next can be missing, so that addresses
	 * and counts fit. Within a snapshot events follow each other in microseconds; a kdamond
	 * that was preempted goes on where it stopped.
	 */
	return passed > stream->gap - stream->gap / 10 ||
	       (passed > stream->gap / 2 && (lost || region->start != stream->last_end));
}

struct dt_stream *dt_snapshots_take_slow(struct dt_snapshots *snapshots,
					 const struct dt_region *region, enum dt_taken *taken)
{
	struct dt_stream *stream = find_stream(snapshots, region);
	bool lost;

	*taken = DT_TAKEN;
	if (!stream) {
		snapshots->failed = true;
		return NULL;
	}
	snapshots->last = stream;
	if (stream->seen && !stream->paired && region->event != stream->last_event &&
	    region->time - stream->last_time <= stream->gap / 2 &&
	    region->start == stream->last_start && region->end == stream->last_end &&
	    region->nr_regions == stream->nr_regions) {
		stream->paired = true;
		*taken = DT_TAKEN_TWICE;
		return stream;
	}
	lost = stream->losses_seen != snapshots->nr_losses;
	stream->losses_seen = snapshots->nr_losses;
	if (lost)
		stream->lossy = true;
	if (begins_anew(stream, region, lost)) {
		close_snapshot(stream, false);
		open_snapshot(snapshots, stream, region);
		/* the gap in the recording may have taken this one's head as well */
		stream->lossy = lost;
		*taken = DT_TAKEN_FIRST;
	}
	stream->seen++;
	stream->paired = false;
	stream->last_event = region->event;
	stream->last_time = region->time;
	stream->last_start = region->start;
	stream->last_end = region->end;
	return stream;
}

/* Append an entry for a kdamond. 0 or -ENOMEM. */
static int add_tuned(struct dt_snapshots *snapshots, int32_t kdamond)
{
	if (snapshots->nr_tuned == snapshots->tuned_room) {
		size_t room = snapshots->tuned_room ? snapshots->tuned_room * 2 : 8;
		struct dt_intervals *tuned = realloc(snapshots->tuned, room * sizeof(*tuned));

		if (!tuned)
			return -ENOMEM;
		snapshots->tuned = tuned;
		snapshots->tuned_room = room;
	}
	if (index_reserve(&snapshots->tuned_index))
		return -ENOMEM;
	snapshots->nr_tuned++;
	index_add(&snapshots->tuned_index, kdamond, 0, (uint32_t)snapshots->nr_tuned);
	return 0;
}

void dt_snapshots_intervals(struct dt_snapshots *snapshots, const struct dt_intervals *intervals)
{
	uint32_t number = index_find(&snapshots->tuned_index, intervals->kdamond, 0);

	if (!number) {
		if (add_tuned(snapshots, intervals->kdamond)) {
			snapshots->failed = true;
			return;
		}
		number = (uint32_t)snapshots->nr_tuned;
	}
	snapshots->tuned[number - 1] = *intervals;
}

void dt_snapshots_loss(struct dt_snapshots *snapshots, const struct dt_loss *loss)
{
	if (loss->what == DT_LOSS_EVENTS) {
		snapshots->nr_losses++;
		/* the next region must take the slow way, which asks what the loss did */
		snapshots->last = NULL;
	}
}

void dt_snapshots_input_end(struct dt_snapshots *snapshots)
{
	for (size_t i = 0; i < snapshots->nr_streams; i++) {
		struct dt_stream *stream = snapshots->streams[i];

		if (stream->losses_seen != snapshots->nr_losses)
			stream->lossy = true;
		close_snapshot(stream, true);
		stream->losses_seen = snapshots->nr_losses;
		stream->seen = 0;
		stream->started = false;
		stream->first = true;
		stream->gap = FIRST_GAP_NS;
	}
	snapshots->last = NULL;
}

static int by_stream(const void *a, const void *b)
{
	const struct dt_stream_id *left = &((const struct dt_snapshot_count *)a)->stream;
	const struct dt_stream_id *right = &((const struct dt_snapshot_count *)b)->stream;

	return dt_stream_compare(left, right);
}

int dt_stream_compare(const struct dt_stream_id *left, const struct dt_stream_id *right)
{
	if (left->kdamond != right->kdamond)
		return left->kdamond < right->kdamond ? -1 : 1;
	return left->target < right->target ? -1 : left->target > right->target;
}

int dt_report_snapshots(struct dt_report *report, const struct dt_snapshots *snapshots)
{
	if (!snapshots->nr_streams)
		return 0;
	report->snapshots = calloc(snapshots->nr_streams, sizeof(*report->snapshots));
	if (!report->snapshots)
		return -ENOMEM;
	for (size_t i = 0; i < snapshots->nr_streams; i++)
		report->snapshots[i] = snapshots->streams[i]->count;
	report->nr_snapshots = snapshots->nr_streams;
	report->has_snapshots = true;
	qsort(report->snapshots, report->nr_snapshots, sizeof(*report->snapshots), by_stream);
	return 0;
}
