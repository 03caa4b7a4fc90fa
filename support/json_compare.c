/* SPDX-License-Identifier: GPL-2.0-only */
/* See json_compare.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/json_compare.h"

#define DEPTH_MAX 64

/* Room for what a tolerance loses when it is written as a decimal number. */
#define ROUNDING 1e-12

/* Names, places and times differ between recordings of one kind; intervals serve their means. */
static const char *const skipped[] = {
	"damon_trace", "notes", "warnings", "path", "kind",	  "version",	 "kernel",  "clock",
	"host",	       "arch",	"pid",	    "comm", "stream",	  "segments",	 "time",    "cells",
	"evidence",    "label", "ci95_bp",  "ci95", "excursions", "kdamond_pid", "command",
};

static const char *const identity_keys[] = {"metric", "nid",	   "context", "scheme", "place",
					    "target", "source",	   "space",   "action", "cause",
					    "name",   "target_bp", NULL};

struct place {
	struct dt_comparison *comparison;
	struct dt_path_part parts[DEPTH_MAX];
	size_t depth;
	const json_t *parents[2]; /* of the figure, baseline's and current: for intervals */
	bool in_picture;
};

static int compare(struct place *place, const json_t *baseline, const json_t *current);

static bool is_skipped(const char *key)
{
	const size_t length = strlen(key);

	if (length > 3 && !strcmp(key + length - 3, "_ns"))
		return true;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (!strcmp(key, skipped[i]))
			return true;
	return false;
}

/* ---- tolerances ---- */

/* Do the tolerance's parts stand at the place's parts from `at` on? Indices may be left out. */
static bool stands_at(const struct place *place, const struct dt_path *path, size_t at)
{
	size_t i = 0;

	for (; at < place->depth && i < path->nr; at++) {
		const struct dt_path_part *mine = &place->parts[at], *given = &path->parts[i];

		if (mine->kind == DT_PATH_KEY) {
			if (given->kind != DT_PATH_KEY || strcmp(given->key, mine->key) != 0)
				return false;
			i++;
		} else if (given->kind != DT_PATH_KEY) {
			if (given->kind == DT_PATH_INDEX && given->index != mine->index)
				return false;
			i++;
		}
	}
	return i == path->nr;
}

/* A path that begins with a member of the report is meant from there; else it is any part. */
static bool covers(const struct place *place, const struct dt_path *path)
{
	const struct dt_comparison *comparison = place->comparison;
	const char *first = path->parts[0].key;

	if (json_object_get(comparison->baseline, first) ||
	    json_object_get(comparison->current, first))
		return stands_at(place, path, 0);
	for (size_t i = 0; i < place->depth; i++)
		if (place->parts[i].kind == DT_PATH_KEY && stands_at(place, path, i))
			return true;
	return false;
}

static const struct dt_tolerance *find_tolerance(struct place *place)
{
	struct dt_comparison *comparison = place->comparison;
	const struct dt_tolerance *found = NULL;

	for (size_t i = 0; i < comparison->nr_tolerances; i++)
		if (covers(place, comparison->tolerances[i].path)) {
			comparison->tolerances[i].used = true;
			found = &comparison->tolerances[i];
		}
	return found;
}

/* Nobody wants to know. A map is one of many that the same heat can give, and so is a chart. */
static bool is_left_out(const struct place *place, const struct dt_tolerance *tolerance)
{
	return tolerance ? tolerance->any : place->in_picture;
}

/* A map, or a chart of a view. */
static bool is_picture(const json_t *value)
{
	return (json_object_get(value, "segments") && json_object_get(value, "cells")) ||
	       (json_object_get(value, "step_ns") && json_object_get(value, "series"));
}

/* ---- figures ---- */

__attribute__((format(printf, 4, 5))) static int tell(struct place *place, enum dt_outcome outcome,
						      const char *hint, const char *format, ...)
{
	const struct dt_path path = {place->depth, place->parts};
	char *text = dt_path_text(&path), *fact = NULL;
	va_list arguments;
	int ret = -ENOMEM;

	va_start(arguments, format);
	if (vasprintf(&fact, format, arguments) < 0)
		fact = NULL;
	va_end(arguments);
	if (text && fact)
		ret = place->comparison->found(place->comparison->context, text, outcome, fact,
					       hint);
	free(text);
	free(fact);
	return ret;
}

static bool half_width(const json_t *parent, const char *key, double *half)
{
	const json_t *interval = json_object_get(parent, key);
	const json_t *low = json_array_get(interval, 0), *high = json_array_get(interval, 1);

	if (!json_is_number(low) || !json_is_number(high))
		return false;
	*half = (json_number_value(high) - json_number_value(low)) / 2;
	return true;
}

/* How far two estimates are apart by chance, 95 %: their half widths, as errors add up. */
static bool from_intervals(const struct place *place, const char *key, double *tolerance)
{
	static const char *const pairs[][2] = {
		{"mean_bp", "ci95_bp"}, {"error_bp", "ci95_bp"}, {"bp_per_h", "ci95"}};
	double theirs, ours;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (strcmp(key, pairs[i][0]) != 0)
			continue;
		if (!half_width(place->parents[0], pairs[i][1], &theirs) ||
		    !half_width(place->parents[1], pairs[i][1], &ours))
			return false;
		*tolerance = sqrt(theirs * theirs + ours * ours);
		return true;
	}
	return false;
}

static int compare_numbers(struct place *place, const json_t *baseline, const json_t *current,
			   const struct dt_tolerance *given)
{
	const struct dt_path path = {place->depth, place->parts};
	const char *key = dt_path_unit_key(&path);
	const double then = json_number_value(baseline), now = json_number_value(current);
	const double room = ROUNDING * fmax(fabs(then), fabs(now));
	const bool counts =
		json_is_integer(baseline) && json_is_integer(current) && !dt_key_unit(key);
	const char *source = "";
	double tolerance = 0;

	if (given) {
		tolerance = given->relative ? given->value * fabs(then) : given->value;
	} else if (counts ? json_equal(baseline, current) : then == now) {
		return tell(place, DT_OUTCOME_HOLDS, NULL, "%.10g, as in the baseline", now);
	} else if (from_intervals(place, key, &tolerance)) {
		source = ", from both 95 % intervals";
	} else if (counts) {
		return tell(place, DT_OUTCOME_FAILS, NULL, "is %.15g; the baseline has %.15g", now,
			    then);
	} else {
		return tell(place, DT_OUTCOME_UNKNOWN,
			    "say how far it may be: --tolerance FIGURE=VALUE, or FIGURE=any",
			    "is %.10g; the baseline has %.10g, and nothing says how much matters",
			    now, then);
	}
	return tell(place,
		    fabs(now - then) <= tolerance + room ? DT_OUTCOME_HOLDS : DT_OUTCOME_FAILS,
		    NULL, "is %.10g; the baseline has %.10g, tolerance %.4g%s", now, then,
		    tolerance, source);
}

static const char *short_text(const json_t *json)
{
	if (json_is_string(json))
		return json_string_value(json);
	return json_is_true(json) ? "true" : "false";
}

/* What is no container on either side. */
static int compare_figures(struct place *place, const json_t *baseline, const json_t *current)
{
	const struct dt_tolerance *tolerance = find_tolerance(place);

	if (is_left_out(place, tolerance))
		return 0;
	/* known on neither side: nothing to compare */
	if (json_is_null(baseline) && json_is_null(current))
		return 0;
	if (json_is_null(baseline) || json_is_null(current))
		return tell(place, DT_OUTCOME_UNKNOWN, NULL, "is %s; the baseline's is %s",
			    json_is_null(current) ? "null" : "known",
			    json_is_null(baseline) ? "null" : "known");
	if (json_is_number(baseline) && json_is_number(current))
		return compare_numbers(place, baseline, current, tolerance);
	if (json_is_object(baseline) || json_is_array(baseline) || json_is_number(baseline) ||
	    json_is_object(current) || json_is_array(current) || json_is_number(current))
		return tell(place, DT_OUTCOME_UNKNOWN, NULL, "is of another kind in the baseline");
	return tell(place, json_equal(baseline, current) ? DT_OUTCOME_HOLDS : DT_OUTCOME_FAILS,
		    NULL, "is %s; the baseline has %s", short_text(current), short_text(baseline));
}

/* ---- containers ---- */

/* Views that a report has only when it was asked for them: all but what each report has. */
static bool is_optional(const struct place *place, const json_t *value)
{
	static const char *const always[] = {"inputs", "events",    "samples", "losses",
					     "goals",  "snapshots", "heatmaps"};

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!strcmp(place->parts[0].key, always[i]))
			return false;
	return place->depth == 1 && (json_is_object(value) || json_is_array(value));
}

static int missing(struct place *place, const json_t *value, const char *where)
{
	if (is_left_out(place, find_tolerance(place)) || is_optional(place, value))
		return 0;
	return tell(place, DT_OUTCOME_UNKNOWN, NULL, "is not in %s", where);
}

static int enter(struct place *place, struct dt_path_part part, const json_t *baseline,
		 const json_t *current)
{
	const bool outside = !place->in_picture;
	int ret;

	if (place->depth == DEPTH_MAX)
		return -E2BIG;
	place->parts[place->depth++] = part;
	if (!strcmp(place->parts[0].key, "heatmaps") || is_picture(baseline) || is_picture(current))
		place->in_picture = true;
	if (!current)
		ret = missing(place, baseline, "the report");
	else if (!baseline)
		ret = missing(place, current, "the baseline");
	else
		ret = compare(place, baseline, current);
	place->depth--;
	if (outside)
		place->in_picture = false;
	return ret;
}

/* Members that only the current report has are news of a newer program, and no figures lost. */
static int compare_objects(struct place *place, const json_t *baseline, const json_t *current)
{
	const char *key;
	json_t *value;
	int ret = 0;

	json_object_foreach((json_t *)baseline, key, value)
	{
		if (is_skipped(key))
			continue;
		place->parents[0] = baseline;
		place->parents[1] = current;
		ret = enter(place, (struct dt_path_part){.kind = DT_PATH_KEY, .key = key}, value,
			    json_object_get(current, key));
		if (ret)
			break;
	}
	return ret;
}

/* The row of a table that has none of those keys is told by its first member, where that is text.
 */
static char *identity_of(const json_t *element, char *buffer, size_t size)
{
	void *first;

	(void)dt_json_identity(element, identity_keys, buffer, size);
	first = json_object_iter((json_t *)element);
	if (!*buffer && first && !is_skipped(json_object_iter_key(first)) &&
	    json_is_string(json_object_iter_value(first)))
		(void)snprintf(buffer, size, " %s",
			       json_string_value(json_object_iter_value(first)));
	return buffer;
}

/* The places of an array's elements by what tells them apart, in their order. */
static json_t *index_elements(const json_t *array)
{
	json_t *lists = json_object(), *element;
	char identity[256];
	size_t i;

	json_array_foreach(array, i, element)
	{
		json_t *list;

		(void)identity_of(element, identity, sizeof(identity));
		list = json_object_get(lists, identity);
		if (!list) {
			list = json_array();
			if (json_object_set_new_nocheck(lists, identity, list))
				goto failed;
		}
		if (json_array_append_new(list, json_integer((json_int_t)i)))
			goto failed;
	}
	return lists;
failed:
	json_decref(lists);
	return NULL;
}

/* The first element of that identity that has no twin yet; NULL: none. */
static const json_t *take_twin(json_t *lists, const json_t *element, const json_t *from)
{
	char identity[256];
	json_t *list;
	size_t place;

	(void)identity_of(element, identity, sizeof(identity));
	list = json_object_get(lists, identity);
	if (!json_array_size(list))
		return NULL;
	place = (size_t)json_integer_value(json_array_get(list, 0));
	(void)json_array_remove(list, 0);
	return json_array_get(from, place);
}

static int compare_sizes(struct place *place, size_t then, size_t now)
{
	if (then == now || is_left_out(place, find_tolerance(place)))
		return 0;
	return tell(place, DT_OUTCOME_FAILS, NULL, "has %zu; the baseline has %zu", now, then);
}

static int enter_element(struct place *place, size_t i, const json_t *baseline,
			 const json_t *current)
{
	return enter(place, (struct dt_path_part){.kind = DT_PATH_INDEX, .index = (long)i},
		     baseline, current);
}

static int compare_arrays(struct place *place, const json_t *baseline, const json_t *current)
{
	int ret = compare_sizes(place, json_array_size(baseline), json_array_size(current));
	json_t *lists = index_elements(current), *element, *left;
	const char *identity;
	size_t i;

	if (!lists)
		return -ENOMEM;
	json_array_foreach(baseline, i, element)
	{
		if (ret)
			break;
		ret = enter_element(place, i, element, take_twin(lists, element, current));
	}
	json_object_foreach(lists, identity, left)
	{
		json_array_foreach(left, i, element)
		{
			const size_t at = (size_t)json_integer_value(element);

			if (ret)
				break;
			ret = enter_element(place, at, NULL, json_array_get(current, at));
		}
	}
	json_decref(lists);
	return ret;
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by DEPTH_MAX */
static int compare(struct place *place, const json_t *baseline, const json_t *current)
{
	if (json_is_object(baseline) && json_is_object(current))
		return compare_objects(place, baseline, current);
	if (json_is_array(baseline) && json_is_array(current))
		return compare_arrays(place, baseline, current);
	return compare_figures(place, baseline, current);
}

int dt_json_compare(struct dt_comparison *comparison)
{
	struct place place = {.comparison = comparison};

	if (!json_is_object(comparison->baseline) || !json_is_object(comparison->current))
		return -EINVAL;
	return compare(&place, comparison->baseline, comparison->current);
}
