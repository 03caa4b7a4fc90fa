/* SPDX-License-Identifier: GPL-2.0-only */
/* See text_damon.h. */
#include <errno.h>

#include "readers/text_damon.h"
#include "readers/text_goals.h"
#include "readers/text_scan.h"

/* Of one event's text. */
struct parse {
	const struct dt_event_spec *event;
	union dt_damon_record *record;
	uint32_t seen;		     /* 1u << index of the field */
	unsigned next;		     /* fields mostly come in the order of the table */
	bool in_range;		     /* behind "START-END:": nr_accesses, then age */
	bool in_probes;		     /* behind "probe_hits=": bytes in hexadecimal */
	struct dt_text_goals *goals; /* NULL: no event of goals */
};

/* What is printed under another name than the field has. */
static const struct {
	const char *printed, *field;
} renamed[] = {
	{"ctx_idx", "context_idx"},
};

static bool is_named(const struct dt_field_spec *field, const char *name, size_t length)
{
	return !strncmp(field->name, name, length) && !field->name[length];
}

static int find_field(struct parse *parse, const char *name, size_t length)
{
	const unsigned nr = parse->event->nr_fields;

	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strlen(renamed[i].printed) == length &&
		    !memcmp(renamed[i].printed, name, length)) {
			name = renamed[i].field;
			length = strlen(name);
		}
	for (unsigned i = 0; i < nr; i++) {
		const unsigned place = (parse->next + i) % nr;

		if (is_named(&parse->event->fields[place], name, length)) {
			parse->next = place + 1;
			return (int)place;
		}
	}
	return -1;
}

static void set_field(struct parse *parse, int place, uint64_t value)
{
	if (place < 0 || parse->event->fields[place].flags & DT_FIELD_DYNAMIC)
		return;
	dt_damon_record_set(parse->record, &parse->event->fields[place], value);
	parse->seen |= 1u << place;
}

/* Decimal with a sign, or hexadecimal behind "0x". */
static bool take_value(const char *at, const char *end, uint64_t *value)
{
	if (dt_begins(at, end, "0x"))
		return dt_hexadecimal(at + 2, value) == end && at + 2 < end;
	if (*at != '-')
		return dt_decimal(at, value) == end && at < end;
	if (dt_decimal(at + 1, value) != end || at + 1 == end)
		return false;
	*value = -*value;
	return true;
}

static bool add_probe(struct parse *parse, const char *at, const char *end)
{
	struct dt_region *region = &parse->record->region;
	uint64_t value;

	if (at == end)
		return true;
	if (end - at > 2 || dt_hexadecimal(at, &value) != end)
		return false;
	if (region->nr_probes < DT_MAX_PROBES)
		region->probe_hits[region->nr_probes++] = (uint8_t)value;
	return true;
}

static void take_named(struct parse *parse, const char *name, const char *equals, const char *end)
{
	const size_t length = (size_t)(equals - name);
	uint64_t value;
	int place;

	if (parse->event->kind == DT_KIND_REGION && length == strlen("probe_hits") &&
	    !memcmp(name, "probe_hits", length)) {
		parse->in_probes = add_probe(parse, equals + 1, end);
		return;
	}
	if (!take_value(equals + 1, end, &value))
		return;
	if (parse->goals && dt_text_goals_put(parse->goals, name, length, value))
		return;
	place = find_field(parse, name, length);
	/* Linux 7.0 prints sz_applied under the name of sz_tried, which thus comes twice */
	if (place >= 0 && parse->seen & (1u << place) && parse->event->kind == DT_KIND_STAT &&
	    is_named(&parse->event->fields[place], "sz_tried", strlen("sz_tried")))
		place = find_field(parse, "sz_applied", strlen("sz_applied"));
	set_field(parse, place, value);
}

/* "START-END:" */
static bool take_range(struct parse *parse, const char *at, const char *end)
{
	uint64_t low, high;
	const char *dash = dt_decimal(at, &low);

	if (dash == at || *dash != '-' || dt_decimal(dash + 1, &high) != end - 1 ||
	    end[-1] != ':' || dash + 1 == end - 1)
		return false;
	set_field(parse, find_field(parse, "start", strlen("start")), low);
	set_field(parse, find_field(parse, "end", strlen("end")), high);
	parse->in_range = true;
	return true;
}

static void take_bare(struct parse *parse, const char *at, const char *end)
{
	static const char *const names[] = {"nr_accesses", "age"};
	uint64_t value;

	if (parse->in_probes && add_probe(parse, at, end))
		return;
	if (!parse->in_range) {
		(void)take_range(parse, at, end);
		return;
	}
	if (!take_value(at, end, &value))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const int place = find_field(parse, names[i], strlen(names[i]));

		if (place >= 0 && !(parse->seen & (1u << place))) {
			set_field(parse, place, value);
			return;
		}
	}
}

static bool is_whole(const struct parse *parse)
{
	for (unsigned i = 0; i < parse->event->nr_fields; i++)
		if (parse->event->fields[i].flags & DT_FIELD_NEEDED && !(parse->seen & (1u << i)))
			return false;
	return true;
}

int dt_text_damon(union dt_damon_record records[DT_GOALS_MAX], const struct dt_event_spec *event,
		  uint64_t time, int32_t pid, const char *at, const char *end)
{
	struct dt_text_goals goals = {.seen = 0};
	struct parse parse = {.event = event, .record = &records[0]};

	if (event->kind == DT_KIND_GOAL)
		parse.goals = &goals;
	dt_damon_record_begin(records, event, time, (uint32_t)pid);
	for (at = dt_skip_blanks(at); at < end;) {
		const char *const stop = dt_word_end(at, end);
		const char *const equals = memchr(at, '=', (size_t)(stop - at));

		if (equals)
			take_named(&parse, at, equals, stop);
		else
			take_bare(&parse, at, stop);
		at = dt_skip_blanks(stop);
	}
	if (!parse.goals || !dt_text_goals_are_listed(&goals))
		return is_whole(&parse) ? 1 : -EBADMSG;
	return dt_text_goals_take(&goals, records);
}
