/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON of any length, plain or in zlib, token by token in fixed memory: a library that builds the
 * whole document would need a multiple of the file. Strict enough to find where a file is damaged,
 * no judge of JSON: commas are not counted.
 */
#ifndef READERS_JSON_TOKENS_H
#define READERS_JSON_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "readers/source.h"

enum dt_json_token {
	DT_JSON_END,	/* the end of the text */
	DT_JSON_DAMAGE, /* no JSON, or the end inside of a value; why says which */
	DT_JSON_OBJECT,
	DT_JSON_OBJECT_END,
	DT_JSON_ARRAY,
	DT_JSON_ARRAY_END,
	DT_JSON_KEY,
	DT_JSON_STRING,
	DT_JSON_SCALAR, /* a number, true, false or null */
};

/* Longest text of a token that is kept; the rest of it is passed over. */
#define DT_JSON_TEXT 256
/* Objects and arrays inside each other. */
#define DT_JSON_NESTED 64

struct dt_json_tokens {
	const struct dt_source *source;
	uint64_t offset; /* in the source, behind what was read */
	bool zipped, zip_end;
	z_stream zip;
	unsigned char *in, *out; /* buffers; out is in for plain text */
	size_t at, filled;	 /* in out */
	unsigned depth;
	char open[DT_JSON_NESTED]; /* '{' or '[' */
	char text[DT_JSON_TEXT];   /* of the last key, string or scalar */
	int error;		   /* -errno of reading */
	const char *why;	   /* of damage */
};

/* Begin at the start of the source. 0 or -ENOMEM; end with dt_json_tokens_free in any case. */
int dt_json_tokens_init(struct dt_json_tokens *tokens, const struct dt_source *source, bool zipped);
void dt_json_tokens_free(struct dt_json_tokens *tokens);

enum dt_json_token dt_json_next(struct dt_json_tokens *tokens);

/* Pass over the rest of the value that began with this token. False: damage. */
bool dt_json_skip(struct dt_json_tokens *tokens, enum dt_json_token first);

/* Is this the beginning of a zlib stream? */
bool dt_json_is_zlib(const unsigned char *head, size_t size);

#endif
