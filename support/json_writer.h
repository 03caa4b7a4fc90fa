/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A streaming JSON writer that every command shares: it places commas and escapes, the caller
 * places the structure. Nothing is kept in memory; write errors are left to ferror.
 *
 * key is the member's name inside an object and NULL inside an array.
 */
#ifndef SUPPORT_JSON_WRITER_H
#define SUPPORT_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Objects and arrays inside each other; one bit each in the writer. */
#define DT_JSON_DEPTH 32

struct dt_json {
	FILE *out;
	unsigned depth;
	uint32_t filled; /* bit d: the container at depth d has a member already */
	bool break_line; /* the next member begins on a line of its own */
};

/* A writer whose text begins with the object that the caller opens next. */
void dt_json_begin(struct dt_json *json, FILE *out);
/* The newline after the last container was closed. */
void dt_json_end(struct dt_json *json);

/* Put the next member on a line of its own, for those who read the file with their eyes. */
void dt_json_line(struct dt_json *json);

void dt_json_object(struct dt_json *json, const char *key);
void dt_json_object_end(struct dt_json *json);
void dt_json_array(struct dt_json *json, const char *key);
void dt_json_array_end(struct dt_json *json);

/* Invalid UTF-8 becomes U+FFFD, a byte at a time. NULL is written as null. */
void dt_json_string(struct dt_json *json, const char *key, const char *value);
/* The same; an empty text is null: what an input does not say is unknown. */
void dt_json_text(struct dt_json *json, const char *key, const char *value);
void dt_json_u64(struct dt_json *json, const char *key, uint64_t value);
void dt_json_i64(struct dt_json *json, const char *key, int64_t value);
/* As a string, "0x...": JSON's numbers do not hold addresses. */
void dt_json_hex(struct dt_json *json, const char *key, uint64_t value);
/* Reads back as the same double; null when it is not finite. */
void dt_json_double(struct dt_json *json, const char *key, double value);
void dt_json_bool(struct dt_json *json, const char *key, bool value);
void dt_json_null(struct dt_json *json, const char *key);

#endif
