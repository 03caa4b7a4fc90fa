/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Snapshots out of single region events.
 *
 * A snapshot is the nr_regions regions that one aggregation printed for a stream. Events can be
 * lost, so counting alone would shift every later snapshot for good: a snapshot also ends where
 * the address goes back, where nr_regions changes, or at a gap in time (DEFINITIONS, "Snapshots
 * and heat").
 */
#ifndef DAMON_TRACE_SNAPSHOT_H
#define DAMON_TRACE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/event.h"
#include "damon-trace/known.h"
#include "damon-trace/result.h"

/* One stream and its snapshot at hand. */
struct dt_stream {
	struct dt_snapshot_count count; /* with the stream's identity */
	uint32_t index;			/* among the streams, in order of appearance */
	/* the snapshot at hand: */
	uint64_t time;		     /* of its first event, ns */
	uint64_t previous;	     /* the same of the one before, when has_previous */
	bool has_previous;	     /* false at the start of each input */
	uint64_t sample_ns, aggr_ns; /* intervals that it used; 0: not known */
	/* what is known of it beforehand, or NULL */
	const struct dt_known_stream *known;
	uint32_t nr_regions, seen;
	/* for the assembler alone: */
	bool open, started, first, lossy;
	bool paired; /* the last region came through both events already */
	uint8_t last_event;
	uint64_t last_time, last_start, last_end;
	uint64_t gap;		 /* start to start, of the last two snapshots */
	uint64_t next_sample_ns; /* in use from the next snapshot on */
	/* at the start, as given or known: tuning keeps their ratio */
	uint64_t first_sample_ns, first_aggr_ns;
	bool filtered;
	uint64_t losses_seen;
};

/* Where streams stand in a list: a hash table with open addressing. */
struct dt_stream_slot {
	uint64_t target;
	int32_t kdamond;
	uint32_t number; /* its place in the list, from 1; 0: a free slot */
};

struct dt_stream_index {
	size_t used, room; /* room: 0 or a power of two */
	struct dt_stream_slot *slots;
};

struct dt_snapshots {
	const struct dt_known *known; /* NULL: nothing */
	/* as configured; sample_ns 0: not known */
	uint64_t sample_ns, aggr_ns;
	size_t nr_streams, room;
	struct dt_stream **streams;
	struct dt_stream_index index; /* of streams */
	struct dt_stream *last;	      /* that a region was found for */
	uint64_t nr_losses;	      /* loss records so far */
	/* tuned intervals, per kdamond */
	size_t nr_tuned, tuned_room;
	struct dt_intervals *tuned;
	struct dt_stream_index tuned_index; /* of tuned: the target is 0 */
	bool failed;			    /* out of memory: regions were dropped */
};

/* How a region was taken. */
enum dt_taken {
	DT_TAKEN,	/* one more region of the snapshot at hand */
	DT_TAKEN_FIRST, /* it begins a snapshot: time, previous and intervals are set */
	DT_TAKEN_TWICE, /* printed through both tracepoints: the same region once more */
};

/* sample_ns, aggr_ns: the intervals at the start, 0 when not known. */
void dt_snapshots_init(struct dt_snapshots *snapshots, uint64_t sample_ns, uint64_t aggr_ns);
/*
 * What is known beforehand, which outlives the assembler. Intervals given to dt_snapshots_init
 * count more. To be called before the first region.
 */
void dt_snapshots_know(struct dt_snapshots *snapshots, const struct dt_known *known);
void dt_snapshots_free(struct dt_snapshots *snapshots);

/* The slow part of dt_snapshots_take. */
struct dt_stream *dt_snapshots_take_slow(struct dt_snapshots *snapshots,
					 const struct dt_region *region, enum dt_taken *taken);

/* Give a region to its stream. NULL: out of memory. */
static inline struct dt_stream *dt_snapshots_take(struct dt_snapshots *snapshots,
						  const struct dt_region *region,
						  enum dt_taken *taken)
{
	struct dt_stream *stream = snapshots->last;

	/* nearly always: the next region of the same snapshot, a moment later */
	if (__builtin_expect(stream && stream->open && stream->seen < stream->nr_regions &&
				     stream->count.stream.kdamond == region->kdamond &&
				     stream->count.stream.target == region->target_id &&
				     stream->nr_regions == region->nr_regions &&
				     stream->last_event == region->event &&
				     region->start >= stream->last_end &&
				     region->time - stream->last_time <= stream->gap / 2,
			     1)) {
		stream->seen++;
		stream->last_time = region->time;
		stream->last_start = region->start;
		stream->last_end = region->end;
		stream->paired = false;
		*taken = DT_TAKEN;
		return stream;
	}
	return dt_snapshots_take_slow(snapshots, region, taken);
}

void dt_snapshots_intervals(struct dt_snapshots *snapshots, const struct dt_intervals *intervals);
void dt_snapshots_loss(struct dt_snapshots *snapshots, const struct dt_loss *loss);

/* The end of an input: what is unfinished was cut by it; nothing is covered across. */
void dt_snapshots_input_end(struct dt_snapshots *snapshots);

/* Order of streams in every output: by kdamond, then by target. */
int dt_stream_compare(const struct dt_stream_id *left, const struct dt_stream_id *right);

/* Put the counts of all streams into a report. 0 or -ENOMEM. */
int dt_report_snapshots(struct dt_report *report, const struct dt_snapshots *snapshots);

#endif
