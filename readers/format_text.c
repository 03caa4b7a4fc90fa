/* SPDX-License-Identifier: GPL-2.0-only */
/* See format_text.h. */
#include <errno.h>
#include <string.h>

#include "readers/format_text.h"

/* "key:NUMBER;" behind *at; *at moves over it. */
static bool read_key(const char **at, const char *end, const char *key, uint32_t *number)
{
	const size_t length = strlen(key);
	uint64_t value = 0;
	const char *digits;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	if ((size_t)(end - *at) <= length || memcmp(*at, key, length) != 0)
		return false;
	*at += length;
	for (digits = *at; *at < end && **at >= '0' && **at <= '9' && value <= UINT32_MAX; (*at)++)
		value = value * 10 + (uint64_t)(**at - '0');
	if (*at == digits || *at == end || **at != ';' || value > UINT32_MAX)
		return false;
	(*at)++;
	*number = (uint32_t)value;
	return true;
}

static bool is_name_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') || letter == '_';
}

/* The name is the last word of the declaration, in front of an array's brackets. */
static void find_name(struct dt_field_line *line, const char *declaration, const char *end)
{
	const char *bracket = memchr(declaration, '[', (size_t)(end - declaration));
	const char *last = end;

	/* "char comm[16]", but "__data_loc unsigned char[] probe_hits" */
	if (bracket && end[-1] == ']')
		last = bracket;
	line->name_length = 0;
	while (last > declaration && is_name_letter(last[-1])) {
		last--;
		line->name_length++;
	}
	line->name = last;
}

static bool parse_field(struct dt_field_line *line, const char *text, const char *end)
{
	static const char key[] = "field:", dynamic[] = "__data_loc ";
	const char *semicolon, *at;
	uint32_t is_signed = 0;

	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	if ((size_t)(end - text) < strlen(key) || memcmp(text, key, strlen(key)) != 0)
		return false;
	text += strlen(key);
	semicolon = memchr(text, ';', (size_t)(end - text));
	if (!semicolon || semicolon == text)
		return false;
	line->is_dynamic = (size_t)(semicolon - text) > strlen(dynamic) &&
			   !memcmp(text, dynamic, strlen(dynamic));
	find_name(line, text, semicolon);
	at = semicolon + 1;
	if (!read_key(&at, end, "offset:", &line->offset) ||
	    !read_key(&at, end, "size:", &line->size))
		return false;
	/* older kernels do not say whether it is signed */
	(void)read_key(&at, end, "signed:", &is_signed);
	line->is_signed = is_signed;
	return line->name_length != 0;
}

bool dt_format_field(struct dt_field_line *line, const char *format, size_t size, const char *name)
{
	const char *const end = format + size;

	while (format < end) {
		const char *stop = memchr(format, '\n', (size_t)(end - format));

		if (!stop)
			stop = end;
		if (parse_field(line, format, stop) && line->name_length == strlen(name) &&
		    !memcmp(line->name, name, line->name_length))
			return true;
		format = stop + 1;
	}
	return false;
}

/* The rest of the line that begins with key, or NULL; a line of the format's first lines. */
static const char *find_line(const char *text, size_t size, const char *key, size_t *length)
{
	const size_t key_length = strlen(key);
	const char *end = text + size;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (!stop)
			stop = end;
		if ((size_t)(stop - text) >= key_length && !memcmp(text, key, key_length)) {
			*length = (size_t)(stop - text) - key_length;
			return text + key_length;
		}
		text = stop + 1;
	}
	return NULL;
}

int dt_format_identity(const char *format, size_t size, char name[64], uint32_t *id)
{
	const size_t head = size < 512 ? size : 512;
	size_t length;
	const char *text = find_line(format, head, "name: ", &length);
	uint64_t number = 0;

	if (!text || !length || length >= 64)
		return -EBADMSG;
	memcpy(name, text, length);
	name[length] = '\0';
	text = find_line(format, head, "ID: ", &length);
	if (!text || !length || length > 10)
		return -EBADMSG;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EBADMSG;
		number = number * 10 + (uint64_t)(text[i] - '0');
	}
	if (number > UINT32_MAX)
		return -EBADMSG;
	*id = (uint32_t)number;
	return 0;
}
