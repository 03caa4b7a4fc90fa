/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts from anywhere in the columns of a terminal: measured, shortened and broken into lines. */
#include <stdlib.h>
#include <string.h>

#include "render/section_parts.h"
#include "support/utf8.h"

/* Narrower terminals are written to as if they had this width. */
#define WIDTH_LEAST 40

char *dt_section_printable(const char *text, bool utf8)
{
	char *printable = NULL;
	size_t size = strlen(text) + 1;
	FILE *out;

	if (!utf8) {
		printable = malloc(size);
		return printable ? dt_utf8_ascii(printable, size, text) : NULL;
	}
	out = open_memstream(&printable, &size);
	if (!out)
		return NULL;
	dt_utf8_print(out, text);
	if (fclose(out)) {
		free(printable);
		return NULL;
	}
	return printable;
}

static unsigned long code_point(const char *text, size_t length)
{
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	unsigned long code = (unsigned char)text[0] & masks[length];

	for (size_t i = 1; i < length; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	return code;
}

/* Columns of a character: Unicode's East Asian Width W and F take two, combining marks none. */
static unsigned character_columns(const char *text, size_t length)
{
	static const struct {
		unsigned long first, last;
		unsigned columns;
	} ranges[] = {
		{0x300, 0x36f, 0},     {0x200b, 0x200f, 0},   {0xfe00, 0xfe0f, 0},
		{0x1100, 0x115f, 2},   {0x2e80, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
		{0xf900, 0xfaff, 2},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},
		{0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2}, {0x1f900, 0x1faff, 2},
		{0x20000, 0x3fffd, 2},
	};
	const unsigned long code = code_point(text, length);

	for (size_t i = 0; code >= 0x300 && i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return ranges[i].columns;
	return 1;
}

/* Bytes of a text that fill at most so many columns; *used: how many they do. */
static size_t fitting(const char *text, unsigned columns, unsigned *used)
{
	size_t at = 0;

	*used = 0;
	while (text[at]) {
		size_t length = dt_utf8_sequence(text + at);
		unsigned wide;

		length = length ? length : 1;
		wide = character_columns(text + at, length);
		if (*used + wide > columns)
			break;
		*used += wide;
		at += length;
	}
	return at;
}

unsigned dt_section_columns(const char *text)
{
	unsigned used;

	(void)fitting(text, ~0u, &used);
	return used;
}

void dt_section_field(FILE *out, const char *text, unsigned columns, bool right, bool fill,
		      bool utf8)
{
	const char *ellipsis = "";
	unsigned used, blanks;
	size_t length = fitting(text, columns, &used);

	if (text[length]) {
		const unsigned dots = utf8 ? 1 : columns < 3 ? columns : 3;

		length = fitting(text, columns - dots, &used);
		ellipsis = utf8 ? "\u2026" : &"..."[3 - dots];
		used += dots;
	}
	blanks = columns - used;
	(void)fprintf(out, "%*s%.*s%s%*s", right ? (int)blanks : 0, "", (int)length, text, ellipsis,
		      !right && fill ? (int)blanks : 0, "");
}

void dt_section_wrap(const struct dt_section_page *page, const char *text, unsigned indent)
{
	const unsigned width = page->style->width > WIDTH_LEAST ? page->style->width : WIDTH_LEAST;
	char *printable = dt_section_printable(text, page->style->utf8);
	const char *rest = printable;

	while (rest && *rest) {
		unsigned used;
		size_t length = fitting(rest, width - indent, &used);

		if (rest[length]) {
			size_t blank = length;

			while (blank && rest[blank] != ' ')
				blank--;
			length = blank ? blank : length;
		}
		(void)fprintf(page->out, "%*s%.*s\n", (int)indent, "", (int)length, rest);
		rest += length;
		rest += strspn(rest, " ");
	}
	free(printable);
}
