/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of a JSON document's values, each array counted once: "goals[].steps[].settling_s".
 * With them a value is found by a part of its path, and two documents are matched.
 */
#ifndef SUPPORT_JSON_NAMES_H
#define SUPPORT_JSON_NAMES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum dt_path_kind {
	DT_PATH_KEY,   /* a member of an object */
	DT_PATH_INDEX, /* one element of an array; negative: from its end */
	DT_PATH_ALL,   /* every element of an array */
};

struct dt_path_part {
	enum dt_path_kind kind;
	const char *key; /* borrowed */
	long index;
};

/* A place in a document, from its root or from some value in it. */
struct dt_path {
	size_t nr;
	struct dt_path_part *parts;
};

struct dt_name {
	struct dt_path path; /* keys and DT_PATH_ALL only */
	char *text;
	bool leaf; /* text, number, boolean or null, in one place at least */
};

struct dt_names {
	size_t nr;
	struct dt_name *names; /* in the order of the document */
};

/*
 * All names of a document, whose keys are borrowed. 0, -ENOMEM, or -E2BIG for a document that is
 * nested too deeply; free in any case.
 */
int dt_names_read(struct dt_names *names, json_t *root);
void dt_names_free(struct dt_names *names);

/*
 * Does the given path name this one? It must match the name's parts from `base` on: all of them, or
 * (tail) those at its end. An index matches DT_PATH_ALL, and DT_PATH_ALL between keys may be left
 * out. suffixed: the last key may lack its unit, "target" for "target_bp".
 */
bool dt_name_matches(const struct dt_name *name, size_t base, const struct dt_path *given,
		     bool tail, bool suffixed);

/* The name with the given path's indices; parts are allocated. 0 or -ENOMEM. */
int dt_name_place(const struct dt_name *name, const struct dt_path *given, struct dt_path *place);

/* The path as it is written, with quotes where a key needs them; allocated, NULL: no memory. */
char *dt_path_text(const struct dt_path *path);

/* Length of the last part of a key that is a unit, with its underscore: 3 in "mean_bp", or 0. */
size_t dt_key_unit(const char *key);

/*
 * The key of which the unit is the path's, or "": the last one, but not the name of an event, which
 * counts whatever it ends in.
 */
const char *dt_path_unit_key(const struct dt_path *path);

/*
 * What tells the elements of an array apart: those of the keys (ending with NULL) that the element
 * or the stream in it has as text or number, " nid=0 target_bp=6000". Returns buffer.
 */
char *dt_json_identity(const json_t *element, const char *const *keys, char *buffer, size_t size);

#endif
