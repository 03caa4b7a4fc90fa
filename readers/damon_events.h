/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * damon:* events from raw bytes: one decoder for trace.dat and for perf.data's tracepoint samples.
 * The fields come from the event's own format, wherever they stand.
 */
#ifndef READERS_DAMON_EVENTS_H
#define READERS_DAMON_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "readers/emit.h"
#include "readers/format_text.h"

/* common_type, common_flags, common_preempt_count; then common_pid on every kernel. */
#define DT_COMMON_PID_OFFSET 4

/* Most records that one event holds: goals of a scheme (damon_goals.h). */
#define DT_GOALS_MAX 4

struct dt_damon_decoder;

/*
 * Make the decoder of one event from the text of its format file ("name: ...\nID: ...").
 *
 * Returns 0 with *decoder NULL when this is no event of DAMON's (by its name; the system of a
 * dynamic probe is the user's choice); -EBADMSG when a format is damaged or lacks a needed field.
 * big_endian: of the recorded machine.
 */
int dt_damon_decoder_new(struct dt_damon_decoder **decoder, const char *format, size_t format_size,
			 bool big_endian);

/* The same from the layout that current 64-bit kernels have, for files without formats; NULL for
 * names that are not DAMON's. name: without system. */
struct dt_damon_decoder *dt_damon_decoder_builtin(const char *name, bool big_endian);

void dt_damon_decoder_free(struct dt_damon_decoder *decoder);

/*
 * Regions are nearly all of the events. Where a region event has the usual widths in our byte
 * order, this is where its fields stand, for decoding without a loop; else NULL.
 */
struct dt_plain_region {
	uint32_t min_size;					      /* payload bytes */
	uint16_t target_id, nr_regions, start, end, nr_accesses, age; /* offsets */
	uint8_t event;						      /* enum dt_region_event */
};

const struct dt_plain_region *dt_damon_decoder_plain(const struct dt_damon_decoder *decoder);

/* raw: from common_type on, at least plain->min_size bytes. */
static inline void dt_plain_region_decode(const struct dt_plain_region *plain,
					  struct dt_region *region, uint64_t time,
					  const unsigned char *raw)
{
	region->time = time;
	__builtin_memcpy(&region->target_id, raw + plain->target_id, 8);
	__builtin_memcpy(&region->nr_regions, raw + plain->nr_regions, 4);
	__builtin_memcpy(&region->start, raw + plain->start, 8);
	__builtin_memcpy(&region->end, raw + plain->end, 8);
	__builtin_memcpy(&region->nr_accesses, raw + plain->nr_accesses, 4);
	__builtin_memcpy(&region->age, raw + plain->age, 4);
	__builtin_memcpy(&region->kdamond, raw + DT_COMMON_PID_OFFSET, 4);
	region->event = plain->event;
	region->nr_probes = 0;
}

/* The kind of record that it yields. */
enum dt_kind dt_damon_decoder_kind(const struct dt_damon_decoder *decoder);

/*
 * Decode one event and hand it to the emitter (when the sink wants it). raw: the event's payload
 * from common_type on, size bytes of it. Returns 0, or -EBADMSG when the payload is too short.
 */
int dt_damon_decode(const struct dt_damon_decoder *decoder, struct dt_emitter *emitter,
		    uint64_t time, const unsigned char *raw, size_t size);

/* The largest record of those kinds, for readers that must sort before they emit. */
union dt_damon_record {
	uint64_t time; /* every record begins with its time */
	struct dt_region region;
	struct dt_intervals intervals;
	struct dt_loss loss;
	struct dt_apply apply;
	struct dt_esz esz;
	struct dt_stat stat;
	struct dt_goal goal;
	struct dt_overflow overflow;
};

struct dt_event_spec; /* damon_layouts.h */
struct dt_field_spec;

/* A record of an event without any of its fields: what an event may lack is marked as unknown. */
void dt_damon_record_begin(union dt_damon_record *record, const struct dt_event_spec *event,
			   uint64_t time, uint32_t pid);
/* Put a field in its place; a value that does not fit becomes the largest that does. */
void dt_damon_record_set(union dt_damon_record *record, const struct dt_field_spec *field,
			 uint64_t value);

/* Decode into *record instead: the only one, or the first goal. Returns 0 or -EBADMSG. */
int dt_damon_decode_record(const struct dt_damon_decoder *decoder, union dt_damon_record *record,
			   uint64_t time, const unsigned char *raw, size_t size);

/* All records of one event: how many there are, 0 for a scheme without goals, or -EBADMSG. */
int dt_damon_decode_records(const struct dt_damon_decoder *decoder,
			    union dt_damon_record records[DT_GOALS_MAX], uint64_t time,
			    const unsigned char *raw, size_t size);

/* sizeof the record of a kind (not DT_KIND_SAMPLE). */
size_t dt_record_size(enum dt_kind kind);

#endif
