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

/* More fields than any record has. */
#define MAX_FIELDS 16

/* The fields that all events have. */
#define COMMON_SIZE 8

/* A format text longer than this is damage: the kernel's longest are below 64 KiB. */
#define MAX_FORMAT (1u << 20)

enum field_flag {
	FIELD_NEEDED = 1,
	FIELD_DYNAMIC = 2, /* __data_loc array of bytes, copied to probe_hits */
};

/* A field of a record: its name in the format, its place and width in the record. */
struct field_spec {
	const char *name;
	uint16_t place;
	uint8_t width;
	uint8_t flags;
	uint16_t builtin_offset; /* in the payload of current 64-bit kernels */
	uint8_t builtin_size;	 /* 0: not there */
};

struct event_spec {
	const char *name;
	enum dt_kind kind;
	uint8_t region_event;
	const struct field_spec *fields;
	uint8_t nr_fields;
	uint16_t builtin_size;
};

/* name, record member, flags, offset and size in the kernel's layout */
#define FIELD(type, field_name, member, flag, offset, size)                 \
	{                                                                   \
		.name = field_name, .place = offsetof(struct type, member), \
		.width = sizeof(((struct type *)0)->member), .flags = flag, \
		.builtin_offset = offset, .builtin_size = size              \
	}

static const struct field_spec aggregated_fields[] = {
	FIELD(dt_region, "target_id", target_id, FIELD_NEEDED, 8, 8),
	FIELD(dt_region, "nr_regions", nr_regions, FIELD_NEEDED, 16, 4),
	FIELD(dt_region, "start", start, FIELD_NEEDED, 24, 8),
	FIELD(dt_region, "end", end, FIELD_NEEDED, 32, 8),
	FIELD(dt_region, "nr_accesses", nr_accesses, FIELD_NEEDED, 40, 4),
	FIELD(dt_region, "age", age, 0, 44, 4),
};

static const struct field_spec region_fields[] = {
	FIELD(dt_region, "target_id", target_id, FIELD_NEEDED, 8, 8),
	FIELD(dt_region, "start", start, FIELD_NEEDED, 16, 8),
	FIELD(dt_region, "end", end, FIELD_NEEDED, 24, 8),
	FIELD(dt_region, "nr_regions", nr_regions, FIELD_NEEDED, 32, 4),
	FIELD(dt_region, "nr_accesses", nr_accesses, FIELD_NEEDED, 36, 4),
	FIELD(dt_region, "age", age, 0, 40, 4),
	FIELD(dt_region, "probe_hits", probe_hits, FIELD_DYNAMIC, 44, 4),
};

static const struct field_spec apply_fields[] = {
	FIELD(dt_apply, "context_idx", context_idx, 0, 8, 4),
	FIELD(dt_apply, "scheme_idx", scheme_idx, FIELD_NEEDED, 12, 4),
	FIELD(dt_apply, "target_idx", target_idx, 0, 16, 8),
	FIELD(dt_apply, "start", start, FIELD_NEEDED, 24, 8),
	FIELD(dt_apply, "end", end, FIELD_NEEDED, 32, 8),
	FIELD(dt_apply, "nr_accesses", nr_accesses, 0, 40, 4),
	FIELD(dt_apply, "age", age, 0, 44, 4),
	FIELD(dt_apply, "nr_regions", nr_regions, 0, 48, 4),
};

static const struct field_spec intervals_fields[] = {
	FIELD(dt_intervals, "sample_us", sample_us, FIELD_NEEDED, 8, 8),
};

static const struct field_spec esz_fields[] = {
	FIELD(dt_esz, "context_idx", context_idx, 0, 8, 4),
	FIELD(dt_esz, "scheme_idx", scheme_idx, FIELD_NEEDED, 12, 4),
	FIELD(dt_esz, "esz", esz, FIELD_NEEDED, 16, 8),
};

static const struct field_spec stat_fields[] = {
	FIELD(dt_stat, "context_idx", context_idx, 0, 8, 4),
	FIELD(dt_stat, "scheme_idx", scheme_idx, FIELD_NEEDED, 12, 4),
	FIELD(dt_stat, "nr_tried", nr_tried, FIELD_NEEDED, 16, 8),
	FIELD(dt_stat, "sz_tried", sz_tried, FIELD_NEEDED, 24, 8),
	FIELD(dt_stat, "nr_applied", nr_applied, FIELD_NEEDED, 32, 8),
	FIELD(dt_stat, "sz_applied", sz_applied, FIELD_NEEDED, 40, 8),
	FIELD(dt_stat, "sz_ops_filter_passed", sz_ops_filter_passed, 0, 48, 8),
	FIELD(dt_stat, "qt_exceeds", qt_exceeds, 0, 56, 8),
	FIELD(dt_stat, "nr_snapshots", nr_snapshots, 0, 64, 8),
};

static const struct field_spec goal_fields[] = {
	FIELD(dt_goal, "context_idx", context_idx, 0, 8, 4),
	FIELD(dt_goal, "scheme_idx", scheme_idx, 0, 12, 4),
	FIELD(dt_goal, "nid", nid, FIELD_NEEDED, 16, 4),
	FIELD(dt_goal, "target_value", target_value, FIELD_NEEDED, 24, 8),
	FIELD(dt_goal, "current_value", current_value, FIELD_NEEDED, 32, 8),
	FIELD(dt_goal, "metric", metric, 0, 0, 0),
	FIELD(dt_goal, "score", score, 0, 0, 0),
};

static const struct field_spec overflow_fields[] = {
	FIELD(dt_overflow, "cpu", cpu, FIELD_NEEDED, 8, 4),
};

#define EVENT(event_name, event_kind, which, event_fields, size)                                   \
	{                                                                                          \
		.name = event_name, .kind = event_kind, .region_event = which,                     \
		.fields = event_fields, .nr_fields = sizeof(event_fields) / sizeof(*event_fields), \
		.builtin_size = size                                                               \
	}

static const struct event_spec events[] = {
	EVENT("damon_aggregated", DT_KIND_REGION, DT_REGION_AGGREGATED, aggregated_fields, 48),
	EVENT("damon_region_aggregated", DT_KIND_REGION, DT_REGION_WITH_PROBES, region_fields, 48),
	EVENT("damon_aggregated_v2", DT_KIND_REGION, DT_REGION_WITH_PROBES, region_fields, 48),
	EVENT("damos_before_apply", DT_KIND_APPLY, 0, apply_fields, 52),
	EVENT("damon_monitor_intervals_tune", DT_KIND_INTERVALS, 0, intervals_fields, 16),
	EVENT("damos_esz", DT_KIND_ESZ, 0, esz_fields, 24),
	EVENT("damos_stat_after_apply_interval", DT_KIND_STAT, 0, stat_fields, 72),
	EVENT("damos_node_eligible_mem_bp", DT_KIND_GOAL, 0, goal_fields, 40),
	EVENT("damon_perf_ring_overflow", DT_KIND_OVERFLOW, 0, overflow_fields, 12),
};

/* Where one field of the record comes from. */
struct field_plan {
	uint16_t offset; /* in the payload */
	uint8_t size;	 /* there: 1, 2, 4 or 8 */
	bool is_signed;
	uint8_t width;	/* in the record: 4 or 8; 1 for probe_hits */
	uint16_t place; /* in the record */
};

struct dt_damon_decoder {
	const struct event_spec *event;
	bool swap; /* the recorded machine's byte order is not ours */
	bool is_plain;
	struct dt_plain_region plain;
	uint32_t min_size;  /* payload bytes that the plan touches */
	uint16_t pid_place; /* of `kdamond` in the record */
	int dynamic;	    /* index of the plan of probe_hits, -1 for none */
	unsigned nr_plans;
	struct field_plan plans[MAX_FIELDS];
};

static uint64_t load(const unsigned char *at, unsigned size, bool is_signed, bool swap)
{
	uint64_t wide;
	uint32_t middle;
	uint16_t narrow;

	switch (size) {
	case 8:
		memcpy(&wide, at, 8);
		return swap ? __builtin_bswap64(wide) : wide;
	case 4:
		memcpy(&middle, at, 4);
		middle = swap ? __builtin_bswap32(middle) : middle;
		return is_signed ? (uint64_t)(int64_t)(int32_t)middle : middle;
	case 2:
		memcpy(&narrow, at, 2);
		narrow = swap ? __builtin_bswap16(narrow) : narrow;
		return is_signed ? (uint64_t)(int64_t)(int16_t)narrow : narrow;
	default:
		return is_signed ? (uint64_t)(int64_t)(int8_t)*at : *at;
	}
}

static void store(char *place, unsigned width, uint64_t value)
{
	uint32_t middle = value > UINT32_MAX && (int64_t)value > 0 ? UINT32_MAX : (uint32_t)value;

	if (width == 8)
		memcpy(place, &value, 8);
	else
		memcpy(place, &middle, 4);
}

static const struct event_spec *find_event(const char *name)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (!strcmp(events[i].name, name))
			return &events[i];
	return NULL;
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

static struct dt_damon_decoder *decoder_alloc(const struct event_spec *event, bool big_endian)
{
	struct dt_damon_decoder *decoder = calloc(1, sizeof(*decoder));

	if (!decoder)
		return NULL;
	decoder->event = event;
	decoder->swap = dt_must_swap(big_endian);
	decoder->min_size = COMMON_SIZE;
	decoder->pid_place = kdamond_place(event->kind);
	decoder->dynamic = -1;
	return decoder;
}

static void plan_add(struct dt_damon_decoder *decoder, const struct field_spec *spec,
		     unsigned offset, unsigned size, bool is_signed)
{
	struct field_plan *plan = &decoder->plans[decoder->nr_plans];

	*plan = (struct field_plan){.offset = (uint16_t)offset,
				    .size = (uint8_t)size,
				    .is_signed = is_signed,
				    .width = spec->width,
				    .place = spec->place};
	if (spec->flags & FIELD_DYNAMIC)
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

/* A field line of a format: "\tfield:unsigned int age;\toffset:44;\tsize:4;\tsigned:0;". */
struct field_line {
	const char *name;
	size_t name_length;
	bool is_dynamic; /* __data_loc: the field is a word that says where the array is */
	uint32_t offset, size;
	bool is_signed;
};

/* "key:NUMBER;" behind *at; *at moves over it. */
static bool read_key(const char **at, const char *end, const char *key, uint32_t *number)
{
	const size_t length = strlen(key);
	uint64_t value = 0;
	const char *digits;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	if ((size_t)(end - *at) <= length || memcmp(*at, key, length) != 0)
		return false;
	*at += length;
	for (digits = *at; *at < end && **at >= '0' && **at <= '9' && value <= UINT32_MAX; (*at)++)
		value = value * 10 + (uint64_t)(**at - '0');
	if (*at == digits || *at == end || **at != ';' || value > UINT32_MAX)
		return false;
	(*at)++;
	*number = (uint32_t)value;
	return true;
}

static bool is_name_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') || letter == '_';
}

/* The name is the last word of the declaration, in front of an array's brackets. */
static void find_name(struct field_line *line, const char *declaration, const char *end)
{
	const char *bracket = memchr(declaration, '[', (size_t)(end - declaration));
	const char *last = end;

	/* "char comm[16]", but "__data_loc unsigned char[] probe_hits" */
	if (bracket && end[-1] == ']')
		last = bracket;
	line->name_length = 0;
	while (last > declaration && is_name_letter(last[-1])) {
		last--;
		line->name_length++;
	}
	line->name = last;
}

static bool parse_field(struct field_line *line, const char *text, const char *end)
{
	static const char key[] = "field:", dynamic[] = "__data_loc ";
	const char *semicolon, *at;
	uint32_t is_signed = 0;

	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	if ((size_t)(end - text) < strlen(key) || memcmp(text, key, strlen(key)) != 0)
		return false;
	text += strlen(key);
	semicolon = memchr(text, ';', (size_t)(end - text));
	if (!semicolon || semicolon == text)
		return false;
	line->is_dynamic = (size_t)(semicolon - text) > strlen(dynamic) &&
			   !memcmp(text, dynamic, strlen(dynamic));
	find_name(line, text, semicolon);
	at = semicolon + 1;
	if (!read_key(&at, end, "offset:", &line->offset) ||
	    !read_key(&at, end, "size:", &line->size))
		return false;
	/* older kernels do not say whether it is signed */
	(void)read_key(&at, end, "signed:", &is_signed);
	line->is_signed = is_signed;
	return line->name_length != 0;
}

/* The line of a field, by name. */
static bool find_field(struct field_line *line, const char *format, size_t size, const char *name)
{
	const char *const end = format + size;

	while (format < end) {
		const char *stop = memchr(format, '\n', (size_t)(end - format));

		if (!stop)
			stop = end;
		if (parse_field(line, format, stop) && line->name_length == strlen(name) &&
		    !memcmp(line->name, name, line->name_length))
			return true;
		format = stop + 1;
	}
	return false;
}

static bool is_usable(const struct field_line *line, const struct field_spec *spec)
{
	if (line->offset >= UINT16_MAX - 8)
		return false;
	if (spec->flags & FIELD_DYNAMIC)
		return line->is_dynamic && line->size == 4;
	return !line->is_dynamic &&
	       (line->size == 1 || line->size == 2 || line->size == 4 || line->size == 8);
}

static int plan_from_format(struct dt_damon_decoder *decoder, const char *format, size_t size)
{
	const struct event_spec *event = decoder->event;

	for (unsigned i = 0; i < event->nr_fields; i++) {
		const struct field_spec *spec = &event->fields[i];
		struct field_line line;

		if (find_field(&line, format, size, spec->name) && is_usable(&line, spec))
			plan_add(decoder, spec, line.offset, line.size, line.is_signed);
		else if (spec->flags & FIELD_NEEDED)
			return -EBADMSG;
	}
	choose_fast_path(decoder);
	return 0;
}

int dt_damon_decoder_new(struct dt_damon_decoder **decoder, const char *format, size_t format_size,
			 bool big_endian)
{
	struct dt_damon_decoder *made;
	const struct event_spec *event;
	char name[64];
	uint32_t id;
	int ret;

	*decoder = NULL;
	if (format_size > MAX_FORMAT || dt_format_identity(format, format_size, name, &id))
		return -EBADMSG;
	event = find_event(name);
	if (!event)
		return 0;
	made = decoder_alloc(event, big_endian);
	if (!made)
		return -ENOMEM;
	ret = plan_from_format(made, format, format_size);
	if (ret) {
		free(made);
		return ret;
	}
	*decoder = made;
	return 0;
}

struct dt_damon_decoder *dt_damon_decoder_builtin(const char *name, bool big_endian)
{
	const struct event_spec *event = find_event(name);
	struct dt_damon_decoder *decoder = event ? decoder_alloc(event, big_endian) : NULL;

	if (!decoder)
		return NULL;
	for (unsigned i = 0; i < event->nr_fields; i++) {
		const struct field_spec *spec = &event->fields[i];

		if (spec->builtin_size)
			plan_add(decoder, spec, spec->builtin_offset, spec->builtin_size,
				 !strcmp(spec->name, "nid") || !strcmp(spec->name, "cpu"));
	}
	choose_fast_path(decoder);
	return decoder;
}

void dt_damon_decoder_free(struct dt_damon_decoder *decoder)
{
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
	uint64_t location =
		load(raw + decoder->plans[decoder->dynamic].offset, 4, false, decoder->swap);
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

int dt_damon_decode_record(const struct dt_damon_decoder *decoder, union dt_damon_record *record,
			   uint64_t time, const unsigned char *raw, size_t size)
{
	uint32_t pid;

	if (size < decoder->min_size)
		return -EBADMSG;
	memset(record, 0, sizeof(*record));
	record->time = time;
	set_absent(record, decoder->event->kind);
	pid = (uint32_t)load(raw + DT_COMMON_PID_OFFSET, 4, false, decoder->swap);
	memcpy((char *)record + decoder->pid_place, &pid, sizeof(pid));
	for (unsigned i = 0; i < decoder->nr_plans; i++) {
		const struct field_plan *plan = &decoder->plans[i];

		if ((int)i == decoder->dynamic)
			continue;
		store((char *)record + plan->place, plan->width,
		      load(raw + plan->offset, plan->size, plan->is_signed, decoder->swap));
	}
	if (decoder->event->kind == DT_KIND_REGION) {
		record->region.event = decoder->event->region_event;
		if (decoder->dynamic >= 0)
			copy_probe_hits(decoder, &record->region, raw, size);
	}
	return 0;
}

int dt_damon_decode(const struct dt_damon_decoder *decoder, struct dt_emitter *emitter,
		    uint64_t time, const unsigned char *raw, size_t size)
{
	enum dt_kind kind = decoder->event->kind;
	union dt_damon_record record;
	size_t width;
	int ret;

	if (size < decoder->min_size)
		return -EBADMSG;
	if (!dt_emit_wants(emitter, kind))
		return 0;
	if (decoder->is_plain) {
		dt_plain_region_decode(&decoder->plain,
				       dt_emit(emitter, kind, sizeof(struct dt_region)), time, raw);
		return 0;
	}
	ret = dt_damon_decode_record(decoder, &record, time, raw, size);
	if (ret)
		return ret;
	width = dt_record_size(kind);
	memcpy(dt_emit(emitter, kind, width), &record, width);
	return 0;
}

/* The rest of the line that begins with key, or NULL; a line of the format's first lines. */
static const char *find_line(const char *text, size_t size, const char *key, size_t *length)
{
	const size_t key_length = strlen(key);
	const char *end = text + size;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (!stop)
			stop = end;
		if ((size_t)(stop - text) >= key_length && !memcmp(text, key, key_length)) {
			*length = (size_t)(stop - text) - key_length;
			return text + key_length;
		}
		text = stop + 1;
	}
	return NULL;
}

int dt_format_identity(const char *format, size_t size, char name[64], uint32_t *id)
{
	const size_t head = size < 512 ? size : 512;
	size_t length;
	const char *text = find_line(format, head, "name: ", &length);
	uint64_t number = 0;

	if (!text || !length || length >= 64)
		return -EBADMSG;
	memcpy(name, text, length);
	name[length] = '\0';
	text = find_line(format, head, "ID: ", &length);
	if (!text || !length || length > 10)
		return -EBADMSG;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EBADMSG;
		number = number * 10 + (uint64_t)(text[i] - '0');
	}
	if (number > UINT32_MAX)
		return -EBADMSG;
	*id = (uint32_t)number;
	return 0;
}
