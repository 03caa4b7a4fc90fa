/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * damon:* events from raw bytes.
 *
 * A decoder is a small plan: where each field of the record stands in the payload and how wide it
 * is there. The plan comes from the event's own format text, so layouts of older and newer
 * kernels, extra fields and dynamic probes need no code of their own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/damon_events.h"
#include "readers/damon_goals.h"
#include "readers/damon_layouts.h"
#include "readers/format_text.h"

/* More fields than any record has. */
#define MAX_FIELDS 16

/* The fields that all events have. */
#define COMMON_SIZE 8

/* A format text longer than this is damage: the kernel's longest are below 64 KiB. */
#define MAX_FORMAT (1u << 20)

/* Where one field of the record comes from. */
struct field_plan {
	uint16_t offset; /* in the payload */
	uint8_t size;	 /* there: 1, 2, 4 or 8 */
	bool is_signed;
	uint8_t width;	/* in the record: 4 or 8; 1 for probe_hits */
	uint16_t place; /* in the record */
};

struct dt_damon_decoder {
	const struct dt_event_spec *event;
	bool swap; /* the recorded machine's byte order is not ours */
	bool is_plain;
	struct dt_plain_region plain;
	uint32_t min_size;	      /* payload bytes that the plan touches */
	int dynamic;		      /* index of the plan of probe_hits, -1 for none */
	struct dt_goal_fields *goals; /* of an event with several goals, else NULL */
	unsigned nr_plans;
	struct field_plan plans[MAX_FIELDS];
};

static void store(char *place, unsigned width, uint64_t value)
{
	uint32_t middle = value > UINT32_MAX && (int64_t)value > 0 ? UINT32_MAX : (uint32_t)value;

	if (width == 8)
		memcpy(place, &value, 8);
	else
		memcpy(place, &middle, 4);
}

static uint16_t kdamond_place(enum dt_kind kind)
{
	switch (kind) {
	case DT_KIND_REGION:
		return offsetof(struct dt_region, kdamond);
	case DT_KIND_APPLY:
		return offsetof(struct dt_apply, kdamond);
	case DT_KIND_INTERVALS:
		return offsetof(struct dt_intervals, kdamond);
	case DT_KIND_ESZ:
		return offsetof(struct dt_esz, kdamond);
	case DT_KIND_STAT:
		return offsetof(struct dt_stat, kdamond);
	case DT_KIND_GOAL:
		return offsetof(struct dt_goal, kdamond);
	default:
		return offsetof(struct dt_overflow, kdamond);
	}
}

static struct dt_damon_decoder *decoder_alloc(const struct dt_event_spec *event, bool big_endian)
{
	struct dt_damon_decoder *decoder = calloc(1, sizeof(*decoder));

	if (!decoder)
		return NULL;
	decoder->event = event;
	decoder->swap = dt_must_swap(big_endian);
	decoder->min_size = COMMON_SIZE;
	decoder->dynamic = -1;
	return decoder;
}

static void plan_add(struct dt_damon_decoder *decoder, const struct dt_field_spec *spec,
		     unsigned offset, unsigned size, bool is_signed)
{
	struct field_plan *plan = &decoder->plans[decoder->nr_plans];

	*plan = (struct field_plan){.offset = (uint16_t)offset,
				    .size = (uint8_t)size,
				    .is_signed = is_signed,
				    .width = spec->width,
				    .place = spec->place};
	if (spec->flags & DT_FIELD_DYNAMIC)
		decoder->dynamic = (int)decoder->nr_plans;
	decoder->nr_plans++;
	if (offset + size > decoder->min_size)
		decoder->min_size = offset + size;
}

static void choose_fast_path(struct dt_damon_decoder *decoder)
{
	struct dt_plain_region *const plain = &decoder->plain;
	const struct {
		uint16_t place;
		uint8_t size;
		uint16_t *offset;
	} wanted[] = {
		{offsetof(struct dt_region, target_id), 8, &plain->target_id},
		{offsetof(struct dt_region, nr_regions), 4, &plain->nr_regions},
		{offsetof(struct dt_region, start), 8, &plain->start},
		{offsetof(struct dt_region, end), 8, &plain->end},
		{offsetof(struct dt_region, nr_accesses), 4, &plain->nr_accesses},
		{offsetof(struct dt_region, age), 4, &plain->age},
	};
	const size_t nr = sizeof(wanted) / sizeof(wanted[0]);
	size_t found = 0;

	if (decoder->event->kind != DT_KIND_REGION || decoder->swap || decoder->dynamic >= 0)
		return;
	for (size_t i = 0; i < nr; i++)
		for (unsigned j = 0; j < decoder->nr_plans; j++)
			if (decoder->plans[j].place == wanted[i].place &&
			    decoder->plans[j].size == wanted[i].size) {
				*wanted[i].offset = decoder->plans[j].offset;
				found++;
			}
	plain->min_size = decoder->min_size;
	plain->event = decoder->event->region_event;
	decoder->is_plain = found == nr;
}

static bool is_usable(const struct dt_field_line *line, const struct dt_field_spec *spec)
{
	if (line->offset >= UINT16_MAX - 8)
		return false;
	if (spec->flags & DT_FIELD_DYNAMIC)
		return line->is_dynamic && line->size == 4;
	return !line->is_dynamic &&
	       (line->size == 1 || line->size == 2 || line->size == 4 || line->size == 8);
}

static int plan_from_format(struct dt_damon_decoder *decoder, const char *format, size_t size)
{
	const struct dt_event_spec *event = decoder->event;

	for (unsigned i = 0; i < event->nr_fields; i++) {
		const struct dt_field_spec *spec = &event->fields[i];
		struct dt_field_line line;

		if (dt_format_field(&line, format, size, spec->name) && is_usable(&line, spec))
			plan_add(decoder, spec, line.offset, line.size, line.is_signed);
		else if (spec->flags & DT_FIELD_NEEDED)
			return -EBADMSG;
	}
	choose_fast_path(decoder);
	if (event->kind != DT_KIND_GOAL)
		return 0;
	if (dt_goal_fields_new(&decoder->goals, format, size))
		return -ENOMEM;
	if (decoder->goals && dt_goal_fields_size(decoder->goals) > decoder->min_size)
		decoder->min_size = dt_goal_fields_size(decoder->goals);
	return 0;
}

int dt_damon_decoder_new(struct dt_damon_decoder **decoder, const char *format, size_t format_size,
			 bool big_endian)
{
	struct dt_damon_decoder *made;
	const struct dt_event_spec *event;
	char name[64];
	uint32_t id;
	int ret;

	*decoder = NULL;
	if (format_size > MAX_FORMAT || dt_format_identity(format, format_size, name, &id))
		return -EBADMSG;
	event = dt_event_spec_find(name);
	if (!event)
		return 0;
	made = decoder_alloc(event, big_endian);
	if (!made)
		return -ENOMEM;
	ret = plan_from_format(made, format, format_size);
	if (ret) {
		dt_damon_decoder_free(made);
		return ret;
	}
	*decoder = made;
	return 0;
}

struct dt_damon_decoder *dt_damon_decoder_builtin(const char *name, bool big_endian)
{
	const struct dt_event_spec *event = dt_event_spec_find(name);
	struct dt_damon_decoder *decoder = event ? decoder_alloc(event, big_endian) : NULL;

	if (!decoder)
		return NULL;
	for (unsigned i = 0; i < event->nr_fields; i++) {
		const struct dt_field_spec *spec = &event->fields[i];

		if (spec->builtin_size)
			plan_add(decoder, spec, spec->builtin_offset, spec->builtin_size,
				 !strcmp(spec->name, "nid") || !strcmp(spec->name, "cpu"));
	}
	choose_fast_path(decoder);
	return decoder;
}

void dt_damon_decoder_free(struct dt_damon_decoder *decoder)
{
	if (decoder)
		free(decoder->goals);
	free(decoder);
}

const struct dt_plain_region *dt_damon_decoder_plain(const struct dt_damon_decoder *decoder)
{
	return decoder && decoder->is_plain ? &decoder->plain : NULL;
}

enum dt_kind dt_damon_decoder_kind(const struct dt_damon_decoder *decoder)
{
	return decoder->event->kind;
}

/* A __data_loc word: offset from the payload's start in the low half, length in the high one. */
static void copy_probe_hits(const struct dt_damon_decoder *decoder, struct dt_region *region,
			    const unsigned char *raw, size_t size)
{
	uint64_t location = dt_raw_number(raw + decoder->plans[decoder->dynamic].offset, 4, false,
					  decoder->swap);
	size_t offset = location & 0xffff, length = location >> 16;

	if (offset > size || length > size - offset)
		return;
	if (length > DT_MAX_PROBES)
		length = DT_MAX_PROBES;
	memcpy(region->probe_hits, raw + offset, length);
	region->nr_probes = (uint8_t)length;
}

static void set_absent(union dt_damon_record *record, enum dt_kind kind)
{
	switch (kind) {
	case DT_KIND_REGION:
		record->region.age = DT_UNKNOWN_U32;
		break;
	case DT_KIND_APPLY:
		record->apply.context_idx = DT_UNKNOWN_U32;
		record->apply.age = DT_UNKNOWN_U32;
		break;
	case DT_KIND_ESZ:
		record->esz.context_idx = DT_UNKNOWN_U32;
		break;
	case DT_KIND_STAT:
		record->stat.context_idx = DT_UNKNOWN_U32;
		break;
	case DT_KIND_GOAL:
		record->goal.context_idx = DT_UNKNOWN_U32;
		record->goal.scheme_idx = DT_UNKNOWN_U32;
		record->goal.metric = DT_UNKNOWN_U32;
		record->goal.score = UINT64_MAX;
		break;
	default:
		break;
	}
}

void dt_damon_record_begin(union dt_damon_record *record, const struct dt_event_spec *event,
			   uint64_t time, uint32_t pid)
{
	memset(record, 0, sizeof(*record));
	record->time = time;
	set_absent(record, event->kind);
	memcpy((char *)record + kdamond_place(event->kind), &pid, sizeof(pid));
	if (event->kind == DT_KIND_REGION)
		record->region.event = event->region_event;
}

void dt_damon_record_set(union dt_damon_record *record, const struct dt_field_spec *field,
			 uint64_t value)
{
	store((char *)record + field->place, field->width, value);
}

int dt_damon_decode_record(const struct dt_damon_decoder *decoder, union dt_damon_record *record,
			   uint64_t time, const unsigned char *raw, size_t size)
{
	if (size < decoder->min_size)
		return -EBADMSG;
	dt_damon_record_begin(
		record, decoder->event, time,
		(uint32_t)dt_raw_number(raw + DT_COMMON_PID_OFFSET, 4, false, decoder->swap));
	for (unsigned i = 0; i < decoder->nr_plans; i++) {
		const struct field_plan *plan = &decoder->plans[i];

		if ((int)i == decoder->dynamic)
			continue;
		store((char *)record + plan->place, plan->width,
		      dt_raw_number(raw + plan->offset, plan->size, plan->is_signed,
				    decoder->swap));
	}
	if (decoder->dynamic >= 0)
		copy_probe_hits(decoder, &record->region, raw, size);
	return 0;
}

int dt_damon_decode_records(const struct dt_damon_decoder *decoder,
			    union dt_damon_record records[DT_GOALS_MAX], uint64_t time,
			    const unsigned char *raw, size_t size)
{
	struct dt_goal goals[DT_GOALS_MAX];
	const int ret = dt_damon_decode_record(decoder, records, time, raw, size);
	int nr;

	if (ret || !decoder->goals)
		return ret ? ret : 1;
	nr = dt_goal_fields_decode(decoder->goals, &records->goal, goals, raw, decoder->swap);
	for (int i = 0; i < nr; i++)
		records[i].goal = goals[i];
	return nr;
}

int dt_damon_decode(const struct dt_damon_decoder *decoder, struct dt_emitter *emitter,
		    uint64_t time, const unsigned char *raw, size_t size)
{
	enum dt_kind kind = decoder->event->kind;
	union dt_damon_record records[DT_GOALS_MAX];
	size_t width;
	int nr;

	if (size < decoder->min_size)
		return -EBADMSG;
	if (!dt_emit_wants(emitter, kind))
		return 0;
	if (decoder->is_plain) {
		dt_plain_region_decode(&decoder->plain,
				       dt_emit(emitter, kind, sizeof(struct dt_region)), time, raw);
		return 0;
	}
	nr = dt_damon_decode_records(decoder, records, time, raw, size);
	width = dt_record_size(kind);
	for (int i = 0; i < nr; i++)
		memcpy(dt_emit(emitter, kind, width), &records[i], width);
	return nr < 0 ? nr : 0;
}
