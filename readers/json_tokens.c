/* SPDX-License-Identifier: GPL-2.0-only */
/* Tokens of JSON. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/json_tokens.h"

#define BUFFER (64u << 10)

int dt_json_tokens_init(struct dt_json_tokens *tokens, const struct dt_source *source, bool zipped)
{
	*tokens = (struct dt_json_tokens){.source = source};
	tokens->in = malloc(BUFFER);
	tokens->out = zipped ? malloc(BUFFER) : tokens->in;
	if (!tokens->in || !tokens->out)
		return -ENOMEM;
	if (zipped && inflateInit(&tokens->zip) != Z_OK)
		return -ENOMEM;
	tokens->zipped = zipped;
	return 0;
}

void dt_json_tokens_free(struct dt_json_tokens *tokens)
{
	if (tokens->zipped)
		(void)inflateEnd(&tokens->zip);
	if (tokens->out != tokens->in)
		free(tokens->out);
	free(tokens->in);
	*tokens = (struct dt_json_tokens){0};
}

bool dt_json_is_zlib(const unsigned char *head, size_t size)
{
	/* deflate with a window of at most 32 KiB, and a header that is a multiple of 31 (RFC 1950)
	 */
	return size > 2 && (head[0] & 0x0f) == 8 && head[0] >> 4 <= 7 &&
	       (head[0] << 8 | head[1]) % 31 == 0 && !(head[1] & 0x20);
}

/* ---- bytes ---- */

static size_t read_source(struct dt_json_tokens *tokens)
{
	const int64_t got = dt_source_read(tokens->source, tokens->in, tokens->offset, BUFFER);

	if (got < 0)
		tokens->error = (int)got;
	if (got <= 0)
		return 0;
	tokens->offset += (uint64_t)got;
	return (size_t)got;
}

static size_t inflate_more(struct dt_json_tokens *tokens)
{
	z_stream *zip = &tokens->zip;

	zip->next_out = tokens->out;
	zip->avail_out = BUFFER;
	while (zip->avail_out == BUFFER && !tokens->zip_end) {
		int ret;

		if (!zip->avail_in) {
			zip->next_in = tokens->in;
			zip->avail_in = (unsigned)read_source(tokens);
			if (!zip->avail_in)
				break;
		}
		ret = inflate(zip, Z_NO_FLUSH);
		tokens->zip_end = ret != Z_OK && ret != Z_BUF_ERROR;
		if (tokens->zip_end && ret != Z_STREAM_END)
			tokens->why = "the compressed data is damaged";
	}
	return BUFFER - zip->avail_out;
}

/* More bytes; false at the end. */
static bool fill(struct dt_json_tokens *tokens)
{
	tokens->at = 0;
	tokens->filled = tokens->zipped ? inflate_more(tokens) : read_source(tokens);
	return tokens->filled;
}

static inline int peek(struct dt_json_tokens *tokens)
{
	if (tokens->at == tokens->filled && !fill(tokens))
		return -1;
	return tokens->out[tokens->at];
}

static int skip_blanks(struct dt_json_tokens *tokens)
{
	int c = peek(tokens);

	while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
		tokens->at++;
		c = peek(tokens);
	}
	return c;
}

/* ---- tokens ---- */

static enum dt_json_token damage(struct dt_json_tokens *tokens, const char *why)
{
	if (!tokens->why)
		tokens->why = why;
	return DT_JSON_DAMAGE;
}

/* Escapes stand for texts that nobody looks at here; each becomes one character. */
static enum dt_json_token string(struct dt_json_tokens *tokens)
{
	size_t length = 0;

	for (tokens->at++;; tokens->at++) {
		int c = peek(tokens);

		if (c < 0)
			return damage(tokens, "it ends within a text");
		if (c == '"')
			break;
		if (c == '\\') {
			tokens->at++;
			c = peek(tokens);
			if (c < 0)
				return damage(tokens, "it ends within a text");
		}
		if (length < DT_JSON_TEXT - 1)
			tokens->text[length++] = (char)c;
	}
	tokens->at++;
	tokens->text[length] = '\0';
	if (tokens->depth && tokens->open[tokens->depth - 1] == '{' && skip_blanks(tokens) == ':') {
		tokens->at++;
		return DT_JSON_KEY;
	}
	return DT_JSON_STRING;
}

static enum dt_json_token scalar(struct dt_json_tokens *tokens, int c)
{
	size_t length = 0;

	while (c > 0 && strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzEINTF", c)) {
		if (length < DT_JSON_TEXT - 1)
			tokens->text[length++] = (char)c;
		tokens->at++;
		c = peek(tokens);
	}
	tokens->text[length] = '\0';
	return length ? DT_JSON_SCALAR : damage(tokens, "this is no JSON");
}

static enum dt_json_token opened(struct dt_json_tokens *tokens, char c)
{
	if (tokens->depth == DT_JSON_NESTED)
		return damage(tokens, "it is nested too deeply");
	tokens->open[tokens->depth++] = c;
	tokens->at++;
	return c == '{' ? DT_JSON_OBJECT : DT_JSON_ARRAY;
}

static enum dt_json_token closed(struct dt_json_tokens *tokens, char c)
{
	if (!tokens->depth || tokens->open[tokens->depth - 1] != (c == '}' ? '{' : '['))
		return damage(tokens, "a bracket is closed that was not opened");
	tokens->depth--;
	tokens->at++;
	return c == '}' ? DT_JSON_OBJECT_END : DT_JSON_ARRAY_END;
}

enum dt_json_token dt_json_next(struct dt_json_tokens *tokens)
{
	int c = skip_blanks(tokens);

	while (c == ',' || c == ':') {
		tokens->at++;
		c = skip_blanks(tokens);
	}
	switch (c) {
	case -1:
		if (tokens->depth || tokens->why)
			return damage(tokens, "it ends before its end");
		return DT_JSON_END;
	case '{':
	case '[':
		return opened(tokens, (char)c);
	case '}':
	case ']':
		return closed(tokens, (char)c);
	case '"':
		return string(tokens);
	default:
		return scalar(tokens, c);
	}
}

bool dt_json_skip(struct dt_json_tokens *tokens, enum dt_json_token first)
{
	const unsigned depth = tokens->depth;

	if (first == DT_JSON_STRING || first == DT_JSON_SCALAR)
		return true;
	if (first != DT_JSON_OBJECT && first != DT_JSON_ARRAY)
		return false;
	while (tokens->depth >= depth) {
		const enum dt_json_token token = dt_json_next(tokens);

		if (token == DT_JSON_DAMAGE || token == DT_JSON_END)
			return false;
	}
	return true;
}
