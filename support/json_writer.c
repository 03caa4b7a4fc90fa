/* SPDX-License-Identifier: GPL-2.0-only */
/* See json_writer.h. Grids have 100,000 numbers: what is written per number stays unlocked. */
#include <inttypes.h>
#include <math.h>

#include "support/json_writer.h"
#include "support/number.h"
#include "support/utf8.h"

static void put(struct dt_json *json, char character)
{
	(void)putc_unlocked(character, json->out);
}

static void write_escaped(struct dt_json *json, const char *text)
{
	put(json, '"');
	while (*text) {
		size_t length = dt_utf8_sequence(text);

		if (length == 0) {
			(void)fputs("\\ufffd", json->out);
			length = 1;
		} else if (*text == '"' || *text == '\\') {
			put(json, '\\');
			put(json, *text);
		} else if (dt_utf8_control(text, length)) {
			unsigned code = (unsigned char)text[length - 1];

			(void)fprintf(json->out, "\\u%04x", code);
		} else {
			(void)fwrite_unlocked(text, 1, length, json->out);
		}
		text += length;
	}
	put(json, '"');
}

/* What goes before every value: a comma, a line break, the key. */
static void before(struct dt_json *json, const char *key)
{
	uint32_t bit = 1u << json->depth;

	if (json->filled & bit)
		put(json, ',');
	json->filled |= bit;
	if (json->break_line)
		put(json, '\n');
	json->break_line = false;
	if (key) {
		write_escaped(json, key);
		put(json, ':');
	}
}

static void open_container(struct dt_json *json, const char *key, char bracket)
{
	before(json, key);
	put(json, bracket);
	if (json->depth < DT_JSON_DEPTH - 1)
		json->depth++;
	json->filled &= ~(1u << json->depth);
}

static void close_container(struct dt_json *json, char bracket)
{
	if (json->depth > 0)
		json->depth--;
	json->break_line = false;
	put(json, bracket);
}

void dt_json_begin(struct dt_json *json, FILE *out)
{
	*json = (struct dt_json){.out = out};
}

void dt_json_end(struct dt_json *json)
{
	put(json, '\n');
}

void dt_json_line(struct dt_json *json)
{
	json->break_line = true;
}

void dt_json_object(struct dt_json *json, const char *key)
{
	open_container(json, key, '{');
}

void dt_json_object_end(struct dt_json *json)
{
	close_container(json, '}');
}

void dt_json_array(struct dt_json *json, const char *key)
{
	open_container(json, key, '[');
}

void dt_json_array_end(struct dt_json *json)
{
	close_container(json, ']');
}

void dt_json_string(struct dt_json *json, const char *key, const char *value)
{
	if (!value) {
		dt_json_null(json, key);
		return;
	}
	before(json, key);
	write_escaped(json, value);
}

void dt_json_text(struct dt_json *json, const char *key, const char *value)
{
	dt_json_string(json, key, value && *value ? value : NULL);
}

void dt_json_u64(struct dt_json *json, const char *key, uint64_t value)
{
	char text[DT_NUMBER_SIZE];
	int length = dt_number_u64(text, value);

	before(json, key);
	(void)fwrite_unlocked(text, 1, (size_t)length, json->out);
}

void dt_json_i64(struct dt_json *json, const char *key, int64_t value)
{
	before(json, key);
	(void)fprintf(json->out, "%" PRId64, value);
}

void dt_json_hex(struct dt_json *json, const char *key, uint64_t value)
{
	before(json, key);
	(void)fprintf(json->out, "\"0x%" PRIx64 "\"", value);
}

void dt_json_double(struct dt_json *json, const char *key, double value)
{
	char text[DT_NUMBER_SIZE];
	int length;

	if (!isfinite(value)) {
		dt_json_null(json, key);
		return;
	}
	before(json, key);
	length = dt_number_double(text, value);
	(void)fwrite_unlocked(text, 1, (size_t)length, json->out);
}

void dt_json_bool(struct dt_json *json, const char *key, bool value)
{
	before(json, key);
	(void)fputs(value ? "true" : "false", json->out);
}

void dt_json_null(struct dt_json *json, const char *key)
{
	before(json, key);
	(void)fwrite_unlocked("null", 1, 4, json->out);
}
