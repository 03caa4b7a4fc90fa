/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A configuration file as values that know where they stand. YAML and JSON alike, as libyaml reads
 * both.
 */
#ifndef CONTROL_CONFIG_DOCUMENT_H
#define CONTROL_CONFIG_DOCUMENT_H

#include <stddef.h>

#include "damon-trace/error.h"

enum dt_config_shape {
	DT_CONFIG_NULL,
	DT_CONFIG_TEXT, /* text, number, boolean: what it is depends on the key */
	DT_CONFIG_LIST,
	DT_CONFIG_MAP,
};

struct dt_config_value {
	enum dt_config_shape shape;
	unsigned line, column; /* from 1 */
	char *key;	       /* of a member of a map */
	unsigned key_line, key_column;
	char *text;
	size_t nr; /* members of a list or map, in their order */
	struct dt_config_value *members;
};

struct dt_config_document {
	char *name; /* for messages */
	struct dt_config_value root;
};

/* Read a file, "-" for stdin. 0 or -errno with *error filled. Clear in any case. */
int dt_config_read(struct dt_config_document *document, const char *path, struct dt_error *error);
/* The same of a text; name is for messages. */
int dt_config_parse(struct dt_config_document *document, const char *name, const char *text,
		    size_t size, struct dt_error *error);
void dt_config_clear(struct dt_config_document *document);

/* A member of a map; NULL: none, or no map. */
const struct dt_config_value *dt_config_member(const struct dt_config_value *map, const char *key);

/* -EINVAL with "NAME:LINE:COLUMN: ..." in *error. */
int dt_config_wrong(const struct dt_config_document *document, unsigned line, unsigned column,
		    const char *hint, struct dt_error *error, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

#endif
