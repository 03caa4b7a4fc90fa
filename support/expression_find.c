/* SPDX-License-Identifier: GPL-2.0-only */
/* What the names of an expectation mean in a report. */
#include <stdio.h>
#include <string.h>

#include "support/expression_private.h"

/* Names that a message lists. */
#define LISTED_MAX 6

/* How a path is looked for, best way first. */
struct way {
	size_t base;   /* parts of the name that the path is relative to */
	bool tail;     /* by its end */
	bool suffixed; /* without its unit */
	bool leaf;     /* only figures */
};

struct search {
	const struct dt_names *names;
	const struct dt_object *object;
	const struct dt_path *given;
	const struct dt_name *found;
	char *list;
	size_t size;
};

static bool is_key(const struct dt_path_part *part, const char *key)
{
	return part->kind == DT_PATH_KEY && !strcmp(part->key, key);
}

/* Is the name one of an object's, or of the inner ones? */
static bool within(const struct dt_name *name, const struct dt_object *object, size_t base)
{
	const struct dt_path_part *parts = name->path.parts;

	if (!base || !object)
		return true;
	if (name->path.nr <= base || !is_key(&parts[0], object->array))
		return false;
	return base <= 2 || (object->inner && is_key(&parts[2], object->inner));
}

/* Parts of a name that stand for the object: of an element of an array, "goals" and "[]". */
static size_t object_parts(const struct dt_names *names, const struct dt_object *object)
{
	for (size_t i = 0; i < names->nr; i++) {
		const struct dt_path *path = &names->names[i].path;

		if (path->nr == 2 && is_key(&path->parts[0], object->array))
			return path->parts[1].kind == DT_PATH_KEY ? 1 : 2;
	}
	return 2;
}

static void list_name(struct search *search, const struct dt_name *name, size_t nr)
{
	const size_t length = strlen(search->list);

	if (nr < LISTED_MAX)
		(void)snprintf(search->list + length, search->size - length, "%s%s", nr ? ", " : "",
			       name->text);
	else if (nr == LISTED_MAX)
		(void)snprintf(search->list + length, search->size - length, ", ...");
}

/* How many names there are that way; they are listed. */
static size_t look(struct search *search, const struct way *way)
{
	size_t nr = 0;

	search->list[0] = '\0';
	for (size_t i = 0; i < search->names->nr; i++) {
		const struct dt_name *name = &search->names->names[i];

		if ((way->leaf && !name->leaf) || !within(name, search->object, way->base) ||
		    !dt_name_matches(name, way->base, search->given, way->tail, way->suffixed))
			continue;
		search->found = name;
		list_name(search, name, nr++);
	}
	return nr;
}

/* The names that look like the one that is not there. */
static void list_similar(struct search *search)
{
	const char *key = search->given->parts[search->given->nr - 1].key;
	size_t nr = 0;

	search->list[0] = '\0';
	for (size_t i = 0; key && i < search->names->nr; i++) {
		const struct dt_name *name = &search->names->names[i];
		const struct dt_path_part *last = &name->path.parts[name->path.nr - 1];

		if (name->leaf && last->kind == DT_PATH_KEY && strstr(last->key, key))
			list_name(search, name, nr++);
	}
}

static const struct way object_ways[] = {
	/* in the inner object, in the object, by the end of the name, and in the whole report */
	{4, false, false, false}, {2, false, false, false}, {2, true, false, true},
	{2, true, false, false},  {0, false, false, false}, {4, false, true, false},
	{2, false, true, false},  {2, true, true, true},
};

static const struct way root_ways[] = {
	{0, false, false, false},
	{0, true, false, true},
	{0, true, false, false},
};

enum dt_found dt_expression_find(const struct dt_names *names, const struct dt_object *object,
				 const struct dt_path *given, bool suffixed, struct dt_path *place,
				 char *candidates, size_t size)
{
	struct search search = {names, object, given, NULL, candidates, size};
	const struct way *ways = object ? object_ways : root_ways;
	const size_t nr = object ? sizeof(object_ways) / sizeof(object_ways[0])
				 : sizeof(root_ways) / sizeof(root_ways[0]);

	candidates[0] = '\0';
	for (size_t i = 0; i < nr; i++) {
		struct way way = ways[i];
		size_t found;

		/* what selects an object lies in it */
		if ((way.suffixed && !suffixed) || (suffixed && !way.base))
			continue;
		if (object && way.base == 2)
			way.base = object_parts(names, object);
		found = look(&search, &way);
		if (found > 1)
			return DT_FOUND_SEVERAL;
		if (found)
			return dt_name_place(search.found, given, place) ? DT_FOUND_NONE
									 : DT_FOUND_ONE;
	}
	list_similar(&search);
	return DT_FOUND_NONE;
}

/* Is the name that of a value in an element of the array, not in one of an array in it? */
static bool in_element(const struct dt_name *name, const struct dt_path *array)
{
	const struct dt_path_part *parts = name->path.parts;

	if (name->path.nr < array->nr + 2 || parts[array->nr].kind != DT_PATH_ALL)
		return false;
	for (size_t i = 0; i < array->nr; i++) {
		if ((parts[i].kind == DT_PATH_KEY) != (array->parts[i].kind == DT_PATH_KEY))
			return false;
		if (parts[i].kind == DT_PATH_KEY && strcmp(parts[i].key, array->parts[i].key) != 0)
			return false;
	}
	for (size_t i = array->nr + 1; i < name->path.nr; i++)
		if (parts[i].kind != DT_PATH_KEY)
			return false;
	return true;
}

enum dt_found dt_expression_find_in(const struct dt_names *names, const struct dt_path *array,
				    const struct dt_path *given, struct dt_path *place)
{
	const size_t base = array->nr + 1;

	/* in full, with its unit or without; then by its end */
	for (unsigned way = 0; way < 4; way++) {
		const struct dt_name *found = NULL;
		size_t nr = 0;

		for (size_t i = 0; i < names->nr; i++) {
			const struct dt_name *name = &names->names[i];

			if (!name->leaf || !in_element(name, array) ||
			    !dt_name_matches(name, base, given, way >= 2, way & 1))
				continue;
			found = name;
			nr++;
		}
		if (nr > 1)
			return DT_FOUND_SEVERAL;
		if (nr) {
			if (dt_name_place(found, given, place))
				return DT_FOUND_NONE;
			place->nr -= base;
			memmove(place->parts, place->parts + base,
				place->nr * sizeof(place->parts[0]));
			return DT_FOUND_ONE;
		}
	}
	return DT_FOUND_NONE;
}
