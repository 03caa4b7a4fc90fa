/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and words of a line of text. A line is [at, end) and *end is a newline, which no scan
 * crosses: that is what makes loops without a second bound safe. The reader of texts sees to it.
 */
#ifndef READERS_TEXT_SCAN_H
#define READERS_TEXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Digits of a 64-bit number. */
#define DT_HEX_DIGITS	  16
#define DT_DECIMAL_DIGITS 20

/* The value of a hexadecimal digit, plus 1; 0: it is none. */
extern const unsigned char dt_hex_value[256];

static inline bool dt_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool dt_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* More than 15: no hexadecimal digit. */
static inline unsigned dt_hex_of(char c)
{
	return dt_hex_value[(unsigned char)c] - 1u;
}

static inline const char *dt_skip_blanks(const char *at)
{
	while (dt_is_blank(*at))
		at++;
	return at;
}

/* The end of the word at `at`. */
static inline const char *dt_word_end(const char *at, const char *end)
{
	while (at < end && !dt_is_blank(*at))
		at++;
	return at;
}

/* Back over the blanks before `at`, not beyond `start`. */
static inline const char *dt_trim(const char *start, const char *at)
{
	while (at > start && dt_is_blank(at[-1]))
		at--;
	return at;
}

/* Where the word that ends at `at` begins. */
static inline const char *dt_word_start(const char *start, const char *at)
{
	while (at > start && !dt_is_blank(at[-1]))
		at--;
	return at;
}

/* The end of the decimal number at `at`; `at` itself, and 0: there is none, or it does not fit. */
static inline const char *dt_decimal(const char *at, uint64_t *value)
{
	const char *p = at;
	uint64_t sum = 0;

	for (; dt_is_digit(*p); p++) {
		const unsigned digit = (unsigned)(*p - '0');

		if (__builtin_expect(sum > (UINT64_MAX - digit) / 10, 0)) {
			*value = 0;
			return at;
		}
		sum = sum * 10 + digit;
	}
	*value = sum;
	return p;
}

/* The same of digits without "0x". */
static inline const char *dt_hexadecimal(const char *at, uint64_t *value)
{
	const char *p = at;
	uint64_t sum = 0;
	unsigned digit;

	for (; (digit = dt_hex_of(*p)) < 16; p++)
		sum = sum << 4 | digit;
	*value = sum;
	return p - at > DT_HEX_DIGITS ? at : p;
}

/* With or without "0x". */
static inline const char *dt_hex_number(const char *at, uint64_t *value)
{
	const char *digits = at[0] == '0' && at[1] == 'x' ? at + 2 : at;
	const char *end = dt_hexadecimal(digits, value);

	return end == digits ? at : end;
}

/* Is [at, end) exactly a decimal number that fits into 31 bits? */
static inline bool dt_whole_int(const char *at, const char *end, int32_t *value)
{
	uint64_t number;

	if (at == end || dt_decimal(at, &number) != end || number > INT32_MAX)
		return false;
	*value = (int32_t)number;
	return true;
}

static inline bool dt_begins(const char *at, const char *end, const char *with)
{
	const size_t length = strlen(with);

	return (size_t)(end - at) >= length && !memcmp(at, with, length);
}

/* The first `needle` in [at, end), or NULL. */
static inline const char *dt_find(const char *at, const char *end, const char *needle)
{
	return at < end ? memmem(at, (size_t)(end - at), needle, strlen(needle)) : NULL;
}

#endif
