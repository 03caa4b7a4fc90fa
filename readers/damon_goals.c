/* SPDX-License-Identifier: GPL-2.0-only */
/* See damon_goals.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "readers/damon_goals.h"
#include "readers/format_text.h"

/* Schemes of a context whose place the event tells. */
#define SCHEMES_MAX 8

struct field {
	uint16_t offset;
	uint8_t size;
	bool is_signed;
};

struct goal {
	struct field node, nid, target_value, current_value, metric;
};

struct dt_goal_fields {
	uint32_t size;
	struct field head;
	unsigned nr_goals;
	struct goal goals[DT_GOALS_MAX];
	struct field scheme;
	unsigned nr_schemes;
	struct field schemes[SCHEMES_MAX];
};

struct text {
	const char *format;
	size_t size;
	uint32_t end; /* of the fields found so far, in the payload */
};

/* The field NAME, or NAMEn for n > 0 and for those that are always numbered. */
static bool find(struct text *text, struct field *field, const char *name, unsigned number,
		 bool numbered)
{
	struct dt_field_line line;
	char full[32];

	(void)snprintf(full, sizeof(full), number || numbered ? "%s%u" : "%s", name, number);
	if (!dt_format_field(&line, text->format, text->size, full) || line.is_dynamic ||
	    line.offset >= UINT16_MAX - 8 || (line.size != 4 && line.size != 8))
		return false;
	*field = (struct field){.offset = (uint16_t)line.offset,
				.size = (uint8_t)line.size,
				.is_signed = line.is_signed};
	if (line.offset + line.size > text->end)
		text->end = line.offset + line.size;
	return true;
}

static bool find_goal(struct text *text, struct goal *goal, unsigned number)
{
	return find(text, &goal->node, "goal", number, false) &&
	       find(text, &goal->nid, "nid", number, false) &&
	       find(text, &goal->target_value, "target_value", number, false) &&
	       find(text, &goal->current_value, "current_value", number, false) &&
	       find(text, &goal->metric, "metric", number, false);
}

int dt_goal_fields_new(struct dt_goal_fields **fields, const char *format, size_t size)
{
	struct text text = {.format = format, .size = size};
	struct dt_goal_fields found = {0};

	*fields = NULL;
	if (!find(&text, &found.head, "goals", 0, false))
		return 0;
	while (found.nr_goals < DT_GOALS_MAX &&
	       find_goal(&text, &found.goals[found.nr_goals], found.nr_goals))
		found.nr_goals++;
	if (!found.nr_goals)
		return 0;
	if (find(&text, &found.scheme, "node", 0, false))
		while (found.nr_schemes < SCHEMES_MAX &&
		       find(&text, &found.schemes[found.nr_schemes], "scheme", found.nr_schemes,
			    true))
			found.nr_schemes++;
	found.size = text.end;
	*fields = malloc(sizeof(found));
	if (!*fields)
		return -ENOMEM;
	**fields = found;
	return 0;
}

uint32_t dt_goal_fields_size(const struct dt_goal_fields *fields)
{
	return fields->size;
}

static uint64_t number(const unsigned char *raw, const struct field *field, bool swap)
{
	return dt_raw_number(raw + field->offset, field->size, field->is_signed, swap);
}

static uint32_t scheme_place(const struct dt_goal_fields *fields, const unsigned char *raw,
			     bool swap)
{
	const uint64_t scheme = fields->nr_schemes ? number(raw, &fields->scheme, swap) : 0;

	/* behind the last scheme the list goes on with its head, then from the beginning */
	for (unsigned i = 0; i < fields->nr_schemes && scheme; i++)
		if (number(raw, &fields->schemes[i], swap) == scheme)
			return i;
	return DT_UNKNOWN_U32;
}

int dt_goal_fields_decode(const struct dt_goal_fields *fields, const struct dt_goal *first,
			  struct dt_goal goals[DT_GOALS_MAX], const unsigned char *raw, bool swap)
{
	const uint64_t head = number(raw, &fields->head, swap);
	const uint32_t scheme = scheme_place(fields, raw, swap);
	unsigned nr = 0;

	for (; nr < fields->nr_goals; nr++) {
		const struct goal *goal = &fields->goals[nr];

		if (number(raw, &goal->node, swap) == head)
			break;
		goals[nr] = *first;
		/* a kdamond has one context, and the tracepoint prints 0 for it */
		goals[nr].context_idx = 0;
		goals[nr].scheme_idx = scheme;
		goals[nr].nid = (int32_t)number(raw, &goal->nid, swap);
		goals[nr].target_value = number(raw, &goal->target_value, swap);
		goals[nr].current_value = number(raw, &goal->current_value, swap);
		goals[nr].metric = (uint32_t)number(raw, &goal->metric, swap);
	}
	return (int)nr;
}
