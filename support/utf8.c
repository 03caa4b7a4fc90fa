/* SPDX-License-Identifier: GPL-2.0-only */
/* See utf8.h. Sequences are judged by table 3-7 of the Unicode standard, 15.0. */
#include "support/utf8.h"

static bool within(unsigned char byte, unsigned char low, unsigned char high)
{
	return byte >= low && byte <= high;
}

size_t dt_utf8_sequence(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (s[0] < 0x80)
		return s[0] ? 1 : 0;
	if (within(s[0], 0xc2, 0xdf))
		length = 2;
	else if (within(s[0], 0xe0, 0xef))
		length = 3;
	else if (within(s[0], 0xf0, 0xf4))
		length = 4;
	else
		return 0;
	/* the second byte keeps out overlong forms, surrogates and what lies above U+10FFFF */
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (!within(s[1], low, high))
		return 0;
	for (size_t i = 2; i < length; i++) {
		if (!within(s[i], 0x80, 0xbf))
			return 0;
	}
	return length;
}

bool dt_utf8_control(const char *text, size_t length)
{
	unsigned char first = (unsigned char)text[0];

	if (length == 1)
		return first < 0x20 || first == 0x7f;
	return length == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0;
}

void dt_utf8_print(FILE *out, const char *text)
{
	while (*text) {
		size_t length = dt_utf8_sequence(text);

		if (length == 0 || dt_utf8_control(text, length)) {
			(void)fprintf(out, "\\x%02x", (unsigned char)*text);
			length = 1;
		} else {
			(void)fwrite(text, 1, length, out);
		}
		text += length;
	}
}

char *dt_utf8_ascii(char *buffer, size_t size, const char *text)
{
	size_t length = 0;

	for (; *text && length + 1 < size; text++)
		buffer[length++] = within((unsigned char)*text, 0x20, 0x7e) ? *text : '?';
	buffer[length] = '\0';
	return buffer;
}
