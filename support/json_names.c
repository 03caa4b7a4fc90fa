/* SPDX-License-Identifier: GPL-2.0-only */
/* See json_names.h. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/json_names.h"

/* Deeper than any report; one that is deeper was made to hurt. */
#define DEPTH_MAX 64

struct collector {
	struct dt_names *names;
	json_t *places; /* text of a name: its index */
	struct dt_path_part parts[DEPTH_MAX];
	size_t depth;
};

static bool is_plain(const char *key)
{
	if (!isalpha((unsigned char)*key) && *key != '_')
		return false;
	for (; *key; key++)
		if (!isalnum((unsigned char)*key) && *key != '_')
			return false;
	return true;
}

static void put_key(FILE *out, const char *key)
{
	if (is_plain(key)) {
		(void)fputs(key, out);
		return;
	}
	(void)fputc('"', out);
	for (; *key; key++) {
		if (*key == '"' || *key == '\\')
			(void)fputc('\\', out);
		(void)fputc(*key, out);
	}
	(void)fputc('"', out);
}

char *dt_path_text(const struct dt_path *path)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < path->nr; i++) {
		const struct dt_path_part *part = &path->parts[i];

		if (part->kind == DT_PATH_ALL)
			(void)fputs("[]", out);
		else if (part->kind == DT_PATH_INDEX)
			(void)fprintf(out, "[%ld]", part->index);
		else if (i)
			(void)fputc('.', out);
		if (part->kind == DT_PATH_KEY)
			put_key(out, part->key);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* A copy of the collector's present path as a new name. */
static int append(struct collector *collector, char *text)
{
	struct dt_names *names = collector->names;
	const size_t bytes = collector->depth * sizeof(collector->parts[0]);
	struct dt_name *name;

	/* grows at powers of two */
	if (!(names->nr & (names->nr - 1))) {
		const size_t room = names->nr ? names->nr * 2 : 1;

		name = reallocarray(names->names, room, sizeof(*name));
		if (!name)
			return -ENOMEM;
		names->names = name;
	}
	name = &names->names[names->nr];
	*name = (struct dt_name){.path.nr = collector->depth};
	name->text = text;
	name->path.parts = malloc(bytes);
	if (!name->path.parts)
		return -ENOMEM;
	memcpy(name->path.parts, collector->parts, bytes);
	names->nr++;
	return 0;
}

/* The name of the present path, found or made. */
static int note(struct collector *collector, bool leaf)
{
	const struct dt_path path = {collector->depth, collector->parts};
	char *text = dt_path_text(&path);
	json_t *place;

	if (!text)
		return -ENOMEM;
	place = json_object_get(collector->places, text);
	if (!place) {
		place = json_integer((json_int_t)collector->names->nr);
		if (!place || append(collector, text)) {
			json_decref(place);
			free(text);
			return -ENOMEM;
		}
		/* the name owns the text from here on */
		if (json_object_set_new_nocheck(collector->places, text, place))
			return -ENOMEM;
	} else {
		free(text);
	}
	if (leaf)
		collector->names->names[json_integer_value(place)].leaf = true;
	return 0;
}

static int collect(struct collector *collector, json_t *value);

static int collect_part(struct collector *collector, enum dt_path_kind kind, const char *key,
			json_t *value)
{
	int ret;

	if (collector->depth == DEPTH_MAX)
		return -E2BIG;
	collector->parts[collector->depth++] = (struct dt_path_part){.kind = kind, .key = key};
	ret = collect(collector, value);
	collector->depth--;
	return ret;
}

/* Grids have 100,000 numbers under one name: it is noted for the first of them. */
static int collect_array(struct collector *collector, json_t *array)
{
	bool has_leaf = false;
	size_t i;
	json_t *value;
	int ret;

	json_array_foreach(array, i, value)
	{
		const bool leaf = !json_is_object(value) && !json_is_array(value);

		if (leaf && has_leaf)
			continue;
		has_leaf = has_leaf || leaf;
		ret = collect_part(collector, DT_PATH_ALL, NULL, value);
		if (ret)
			return ret;
	}
	return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by DEPTH_MAX */
static int collect(struct collector *collector, json_t *value)
{
	const bool leaf = !json_is_object(value) && !json_is_array(value);
	const char *key;
	json_t *member;
	int ret;

	if (collector->depth) {
		ret = note(collector, leaf);
		if (ret)
			return ret;
	}
	if (json_is_array(value))
		return collect_array(collector, value);
	json_object_foreach(value, key, member)
	{
		ret = collect_part(collector, DT_PATH_KEY, key, member);
		if (ret)
			return ret;
	}
	return 0;
}

int dt_names_read(struct dt_names *names, json_t *root)
{
	struct collector collector = {.names = names, .places = json_object()};
	int ret;

	*names = (struct dt_names){0};
	ret = collector.places ? collect(&collector, root) : -ENOMEM;
	json_decref(collector.places);
	return ret;
}

void dt_names_free(struct dt_names *names)
{
	for (size_t i = 0; i < names->nr; i++) {
		free(names->names[i].path.parts);
		free(names->names[i].text);
	}
	free(names->names);
	*names = (struct dt_names){0};
}

size_t dt_key_unit(const char *key)
{
	static const char *const units[] = {"_bp", "_pct", "_s", "_ms", "_us", "_ns", "_pid"};
	const size_t length = strlen(key);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const size_t unit = strlen(units[i]);

		if (length > unit && !strcmp(key + length - unit, units[i]))
			return unit;
	}
	return 0;
}

const char *dt_path_unit_key(const struct dt_path *path)
{
	const char *key = "", *parent = "";

	for (size_t i = 0; i < path->nr; i++)
		if (path->parts[i].kind == DT_PATH_KEY) {
			parent = key;
			key = path->parts[i].key;
		}
	return strcmp(parent, "events") ? key : "";
}

static bool keys_match(const char *name, const char *given, bool suffixed)
{
	const size_t length = strlen(given);

	if (!suffixed)
		return !strcmp(name, given);
	return !strncmp(name, given, length) && length + dt_key_unit(name) == strlen(name);
}

static bool parts_match(const struct dt_path_part *name, const struct dt_path_part *given,
			bool suffixed)
{
	if (name->kind == DT_PATH_KEY)
		return given->kind == DT_PATH_KEY && keys_match(name->key, given->key, suffixed);
	return given->kind != DT_PATH_KEY;
}

bool dt_name_matches(const struct dt_name *name, size_t base, const struct dt_path *given,
		     bool tail, bool suffixed)
{
	size_t i = name->path.nr, j = given->nr;

	while (i > base && j > 0) {
		const struct dt_path_part *part = &name->path.parts[i - 1];

		if (parts_match(part, &given->parts[j - 1], suffixed && j == given->nr))
			j--;
		else if (part->kind != DT_PATH_ALL || j == given->nr)
			return false;
		i--;
	}
	return !j && (tail || i == base);
}

int dt_name_place(const struct dt_name *name, const struct dt_path *given, struct dt_path *place)
{
	const size_t nr = name->path.nr;
	size_t j = given->nr;

	place->parts = calloc(nr, sizeof(place->parts[0]));
	if (!place->parts)
		return -ENOMEM;
	place->nr = nr;
	memcpy(place->parts, name->path.parts, nr * sizeof(place->parts[0]));
	for (size_t i = nr; i > 0 && j > 0; i--) {
		struct dt_path_part *part = &place->parts[i - 1];
		const struct dt_path_part *from = &given->parts[j - 1];

		if (part->kind == DT_PATH_KEY) {
			j--;
		} else if (from->kind != DT_PATH_KEY) {
			*part = *from;
			j--;
		}
	}
	return 0;
}

char *dt_json_identity(const json_t *element, const char *const *keys, char *buffer, size_t size)
{
	const json_t *stream = json_object_get(element, "stream");
	size_t length = 0;

	buffer[0] = '\0';
	for (size_t i = 0; keys[i] && length < size; i++) {
		const json_t *value = json_object_get(element, keys[i]);

		if (!value)
			value = json_object_get(stream, keys[i]);
		if (json_is_string(value))
			length += (size_t)snprintf(buffer + length, size - length, " %s=%s",
						   keys[i], json_string_value(value));
		else if (json_is_number(value))
			length += (size_t)snprintf(buffer + length, size - length, " %s=%.15g",
						   keys[i], json_number_value(value));
	}
	return buffer;
}
