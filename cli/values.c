/* SPDX-License-Identifier: GPL-2.0-only */
/* Strict parsing of numbers and units: "10abc" is an error. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

static int digit_of(char letter, unsigned base)
{
	int digit = -1;

	if (letter >= '0' && letter <= '9')
		digit = letter - '0';
	else if (letter >= 'a' && letter <= 'f')
		digit = letter - 'a' + 10;
	else if (letter >= 'A' && letter <= 'F')
		digit = letter - 'A' + 10;
	return digit >= 0 && (unsigned)digit < base ? digit : -1;
}

/* Digits up to the first that is none; *end is there. False: no digit, or too large. */
static bool read_digits(const char *text, const char **end, uint64_t *value)
{
	unsigned base = 10;
	uint64_t number = 0;
	const char *first;
	int digit;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	first = text;
	for (; (digit = digit_of(*text, base)) >= 0; text++) {
		if (number > (UINT64_MAX - (unsigned)digit) / base)
			return false;
		number = number * base + (unsigned)digit;
	}
	*end = text;
	*value = number;
	return text != first;
}

int dt_parse_number(const char *text, uint64_t *value, struct dt_error *error)
{
	const char *end;
	uint64_t number;

	if (!read_digits(text, &end, &number) || *end)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is no whole number", text);
	*value = number;
	return 0;
}

int dt_parse_bytes(const char *text, uint64_t *value, struct dt_error *error)
{
	static const char prefixes[] = "KMGT";
	const char *end, *prefix;
	uint64_t number;
	unsigned shift = 0;

	if (!read_digits(text, &end, &number))
		return dt_fail(error, EINVAL, NULL, "\"%s\" is no number of bytes", text);
	prefix = *end ? strchr(prefixes, toupper((unsigned char)*end)) : NULL;
	if (prefix) {
		shift = 10 * (unsigned)(prefix - prefixes + 1);
		end++;
		if (*end == 'i' && end[1] == 'B')
			end++;
	}
	if (*end == 'B')
		end++;
	if (*end || number > UINT64_MAX >> shift)
		return dt_fail(error, EINVAL, NULL,
			       "\"%s\" is no number of bytes (like 4096, 0x1000, 4K, 2M, 1G)",
			       text);
	*value = number << shift;
	return 0;
}

/* The unit's length in ns, 0 when it is none. */
static uint64_t unit_ns(const char *text, uint64_t bare)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"ns", 1},
		     {"us", 1000},
		     {"ms", 1000000},
		     {"s", 1000000000ull},
		     {"min", 60000000000ull},
		     {"h", 3600000000000ull}};

	if (!*text)
		return bare;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(text, units[i].name))
			return units[i].ns;
	return 0;
}

int dt_parse_duration(const char *text, uint64_t unit, uint64_t *ns, struct dt_error *error)
{
	const char *end;
	uint64_t whole, fraction = 0, scale = 1;
	unsigned __int128 total;

	if (!isdigit((unsigned char)*text) || text[1] == 'x' || text[1] == 'X' ||
	    !read_digits(text, &end, &whole))
		return dt_fail(error, EINVAL, NULL, "\"%s\" is no duration", text);
	if (*end == '.' && isdigit((unsigned char)end[1])) {
		end++;
		/* more digits than a nanosecond of an hour has tell nothing */
		for (; isdigit((unsigned char)*end); end++)
			if (scale < 1000000000000ull) {
				fraction = fraction * 10 + (uint64_t)(*end - '0');
				scale *= 10;
			}
	}
	unit = unit_ns(end, unit);
	total = (unsigned __int128)whole * unit + (unsigned __int128)fraction * unit / scale;
	if (!unit || total > UINT64_MAX)
		return dt_fail(error, EINVAL, NULL,
			       "\"%s\" is no duration (like 5ms, 100us, 1.5s, 2min)", text);
	*ns = (uint64_t)total;
	return 0;
}

int dt_split(const char *text, char separator, char *left, char *right, size_t size,
	     struct dt_error *error)
{
	const char *comma = strchr(text, separator);

	if (!comma || (size_t)(comma - text) >= size || strlen(comma + 1) >= size)
		return dt_fail(error, EINVAL, NULL, "\"%s\" has no '%c'", text, separator);
	memcpy(left, text, (size_t)(comma - text));
	left[comma - text] = '\0';
	memcpy(right, comma + 1, strlen(comma + 1) + 1);
	return 0;
}
