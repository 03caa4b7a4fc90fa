/* SPDX-License-Identifier: GPL-2.0-only */
/* See config_units.h. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "control/config_units.h"

/* Digits behind the point that count: no unit is larger than an exbibyte or a day in ns. */
#define FRACTION_DIGITS 18

struct decimal {
	uint64_t whole;
	uint64_t fraction, scale; /* fraction / scale, scale a power of 10 */
};

/* Digits, which commas may part, and a fraction; *rest is behind them and blanks. */
static int read_decimal(const char *text, struct decimal *decimal, const char **rest)
{
	unsigned digits = 0;

	*decimal = (struct decimal){.scale = 1};
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	for (; isdigit((unsigned char)*text) || (*text == ',' && isdigit((unsigned char)text[1]));
	     text++) {
		if (*text == ',')
			continue;
		if (__builtin_mul_overflow(decimal->whole, 10, &decimal->whole) ||
		    __builtin_add_overflow(decimal->whole, (uint64_t)(*text - '0'),
					   &decimal->whole))
			return -ERANGE;
	}
	if (*text == '.' && isdigit((unsigned char)text[1]))
		for (text++; isdigit((unsigned char)*text); text++)
			if (digits++ < FRACTION_DIGITS) {
				decimal->fraction =
					decimal->fraction * 10 + (uint64_t)(*text - '0');
				decimal->scale *= 10;
			}
	*rest = text + strspn(text, " \t");
	return 0;
}

static int multiply(const struct decimal *decimal, uint64_t unit, uint64_t divisor, uint64_t *value)
{
	const unsigned __int128 total =
		((unsigned __int128)decimal->whole * unit +
		 (unsigned __int128)decimal->fraction * unit / decimal->scale) /
		divisor;

	if (total > UINT64_MAX)
		return -ERANGE;
	*value = (uint64_t)total;
	return 0;
}

static bool is_limit(const char *text, uint64_t *value)
{
	if (!strcmp(text, "max"))
		*value = UINT64_MAX;
	else if (!strcmp(text, "min"))
		*value = 0;
	else
		return false;
	return true;
}

/* Addresses may be written with 0x. */
static int read_hexadecimal(const char *text, uint64_t *value)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t number = 0;

	text += 2;
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		const char *digit = strchr(digits, tolower((unsigned char)*text));

		if (!digit)
			return -EINVAL;
		if (number >> 60)
			return -ERANGE;
		number = number << 4 | (uint64_t)(digit - digits);
	}
	*value = number;
	return 0;
}

int dt_units_number(const char *text, uint64_t *value)
{
	struct decimal decimal;
	const char *rest;
	int ret;

	if (is_limit(text, value))
		return 0;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return read_hexadecimal(text, value);
	ret = read_decimal(text, &decimal, &rest);
	if (ret)
		return ret;
	if (*rest || decimal.fraction)
		return -EINVAL;
	*value = decimal.whole;
	return 0;
}

int dt_units_signed(const char *text, int64_t *value)
{
	const bool negative = *text == '-';
	uint64_t number;
	const int ret = dt_units_number(text + negative, &number);

	if (ret)
		return ret;
	if (number > INT64_MAX)
		return -ERANGE;
	*value = negative ? -(int64_t)number : (int64_t)number;
	return 0;
}

int dt_units_bytes(const char *text, uint64_t *value)
{
	static const char prefixes[] = "KMGTPE";
	struct decimal decimal;
	const char *rest, *prefix;
	unsigned shift = 0;
	int ret;

	if (is_limit(text, value))
		return 0;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return read_hexadecimal(text, value);
	ret = read_decimal(text, &decimal, &rest);
	if (ret)
		return ret;
	prefix = *rest ? strchr(prefixes, *rest) : NULL;
	if (prefix) {
		shift = 10 * (unsigned)(prefix - prefixes + 1);
		rest++;
		if (*rest == 'i' && rest[1] == 'B')
			rest++;
	}
	if (*rest == 'B')
		rest++;
	if (*rest)
		return -EINVAL;
	/* 16 EiB is how damo writes what is one byte less */
	ret = multiply(&decimal, 1ull << shift, 1, value);
	if (ret == -ERANGE && decimal.whole == 16 && shift == 60 && !decimal.fraction) {
		*value = UINT64_MAX;
		ret = 0;
	}
	return ret;
}

static uint64_t time_unit(const char **text, uint64_t bare)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{"ns", 1},
		{"us", 1000},
		{"ms", 1000000},
		{"s", 1000000000ull},
		{"m", 60000000000ull},
		{"h", 3600000000000ull},
		{"d", 86400000000000ull},
	};
	const size_t length = strspn(*text, "abcdefghijklmnopqrstuvwxyz");

	if (!length && !**text)
		return bare;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].name) == length && !strncmp(*text, units[i].name, length)) {
			*text += length;
			*text += strspn(*text, " \t");
			return units[i].ns;
		}
	return 0;
}

int dt_units_time(const char *text, uint64_t unit_ns, uint64_t *value)
{
	uint64_t total = 0, part;
	bool first = true;

	if (is_limit(text, value))
		return 0;
	do {
		struct decimal decimal;
		uint64_t unit;
		int ret = read_decimal(text, &decimal, &text);

		if (ret)
			return ret;
		unit = time_unit(&text, first ? unit_ns : 0);
		if (!unit)
			return -EINVAL;
		/* a bare number must not overflow in ns only to be divided again */
		if (first && !*text && unit == unit_ns) {
			if (decimal.fraction && unit_ns == 1)
				return -EINVAL;
			*value = decimal.whole;
			return 0;
		}
		ret = multiply(&decimal, unit, 1, &part);
		if (ret || __builtin_add_overflow(total, part, &total))
			return -ERANGE;
		first = false;
	} while (*text);
	*value = total / unit_ns;
	return 0;
}

int dt_units_part(const char *text, uint64_t whole, uint64_t *value)
{
	struct decimal decimal;
	const char *rest;
	int ret;

	if (is_limit(text, value))
		return 0;
	ret = read_decimal(text, &decimal, &rest);
	if (ret)
		return ret;
	if (!strcmp(rest, "%"))
		return multiply(&decimal, whole, 100, value);
	if (*rest || decimal.fraction)
		return -EINVAL;
	*value = decimal.whole;
	return 0;
}

int dt_units_word(const char *text, double *value, const char **word)
{
	struct decimal decimal;
	const int ret = read_decimal(text, &decimal, word);

	if (ret)
		return ret;
	*value = (double)decimal.whole + (double)decimal.fraction / (double)decimal.scale;
	return 0;
}

int dt_units_bool(const char *text, bool *value)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off",
					    "on",    "n",    "y",  "0",	  "1"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(text, words[i])) {
			*value = i % 2;
			return 0;
		}
	return -EINVAL;
}
