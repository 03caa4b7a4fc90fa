/* SPDX-License-Identifier: GPL-2.0-only */
/* Logs that were sent by mail: quoted-printable (RFC 2045, 6.7) breaks long lines and writes
 * "=" as "=3D". */
#include <string.h>
#include <strings.h>

#include "readers/perf_log.h"

static const char header[] = "Content-Transfer-Encoding:";

enum encoding { PLAIN, QUOTED, BASE64 };

static int hex_digit(char c)
{
	/* lower case is not allowed, and would be found in the middle of terms */
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Is the "=" at text the end of a line? The bytes up to the next line then, else 0. */
static size_t soft_break(const char *text, size_t length)
{
	size_t at = 1;

	while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r'))
		at++;
	return at < length && text[at] == '\n' ? at + 1 : 0;
}

/* Encoders break lines when they are nearly full; a shorter one that ends in "=" is a setting. */
#define BREAK_COLUMN 60

/* Without a header: does the text have what only the encoding writes, and more of its escapes than
 * of "=" that it would have encoded? */
static bool looks_quoted(const char *text, size_t length)
{
	size_t line = 0, escapes = 0, others = 0;
	bool evident = false;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			line = i + 1;
		if (text[i] != '=')
			continue;
		if (soft_break(text + i, length - i)) {
			escapes++;
			evident = evident || i - line >= BREAK_COLUMN;
		} else if (i + 2 < length && hex_digit(text[i + 1]) >= 0 &&
			   hex_digit(text[i + 2]) >= 0) {
			escapes++;
			evident = evident || (text[i + 1] == '3' && text[i + 2] == 'D');
		} else {
			others++;
		}
	}
	return evident && escapes > others;
}

/* The header at the start of a line, and what it says. */
static bool is_header(const char *line, size_t length, enum encoding *encoding)
{
	size_t at = sizeof(header) - 1;

	if (length < at || strncasecmp(line, header, at) != 0)
		return false;
	while (at < length && (line[at] == ' ' || line[at] == '\t'))
		at++;
	*encoding = PLAIN;
	if (length - at >= 16 && !strncasecmp(line + at, "quoted-printable", 16))
		*encoding = QUOTED;
	else if (length - at >= 6 && !strncasecmp(line + at, "base64", 6))
		*encoding = BASE64;
	return true;
}

static bool has_header(const char *text, size_t length)
{
	enum encoding ignored;

	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);

		if (is_header(text + at, length - at, &ignored))
			return true;
		at = end ? (size_t)(end - text) + 1 : length;
	}
	return false;
}

/* A text that is rewritten in its place, always at or before where it is read. */
struct decoder {
	char *text;
	size_t length, from, to;
	size_t broken; /* newlines taken out of the line that is being written */
};

/* Copy a byte. Lines keep their numbers: those that were joined to one leave empty ones behind. */
static void copy_byte(struct decoder *decoder)
{
	const char byte = decoder->text[decoder->from++];

	decoder->text[decoder->to++] = byte;
	for (; byte == '\n' && decoder->broken; decoder->broken--)
		decoder->text[decoder->to++] = '\n';
}

/* The "=" where the decoder reads: moved over, and its byte, if it stands for one, written. */
static void decode_escape(struct decoder *decoder)
{
	const char *at = decoder->text + decoder->from;
	const size_t left = decoder->length - decoder->from, skip = soft_break(at, left);
	const int high = left > 2 ? hex_digit(at[1]) : -1, low = left > 2 ? hex_digit(at[2]) : -1;

	if (skip) {
		decoder->from += skip;
		decoder->broken++;
	} else if (high >= 0 && low >= 0) {
		decoder->text[decoder->to++] = (char)(high << 4 | low);
		decoder->from += 3;
	} else {
		copy_byte(decoder);
	}
}

size_t dt_mail_decode(char *text, size_t length, bool *base64)
{
	struct decoder decoder = {.text = text, .length = length};
	const bool headers = has_header(text, length);
	enum encoding encoding = !headers && looks_quoted(text, length) ? QUOTED : PLAIN;
	bool line_begins = true;

	*base64 = false;
	while (decoder.from < length) {
		const char *at = text + decoder.from;

		if (headers && line_begins && is_header(at, length - decoder.from, &encoding))
			*base64 = *base64 || encoding == BASE64;
		line_begins = *at == '\n';
		if (encoding == QUOTED && *at == '=')
			decode_escape(&decoder);
		else
			copy_byte(&decoder);
	}
	return decoder.to;
}
