/* SPDX-License-Identifier: GPL-2.0-only */
/* damo's numbers, as its formatting functions print them. */
#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "readers/damo_units.h"

#define DIGITS_MAX 48

struct unit {
	const char *name;
	double scale;
};

static const struct unit times[] = {
	{"ns", 1},   {"us", 1e3},   {"ms", 1e6},	{"s", 1e9},
	{"m", 60e9}, {"h", 3600e9}, {"d", 24 * 3600e9}, {NULL, 0},
};

static const struct unit sizes[] = {
	{"B", 1},
	{"K", 1024.0},
	{"KB", 1024.0},
	{"KiB", 1024.0},
	{"M", 1048576.0},
	{"MB", 1048576.0},
	{"MiB", 1048576.0},
	{"G", 1073741824.0},
	{"GB", 1073741824.0},
	{"GiB", 1073741824.0},
	{"T", 1099511627776.0},
	{"TB", 1099511627776.0},
	{"TiB", 1099511627776.0},
	{"P", 1125899906842624.0},
	{"PiB", 1125899906842624.0},
	{"E", 1152921504606846976.0},
	{"EiB", 1152921504606846976.0},
	{NULL, 0},
};

static const struct unit none[] = {{NULL, 0}};

/* A whole number without losing any of its 64 bits. */
static bool whole(const char *digits, uint64_t *value)
{
	uint64_t sum = 0;

	for (; *digits; digits++) {
		if (!isdigit((unsigned char)*digits) || sum > (UINT64_MAX - 9) / 10)
			return false;
		sum = sum * 10 + (uint64_t)(*digits - '0');
	}
	*value = sum;
	return true;
}

static uint64_t rounded(double value)
{
	return !(value > 0)			 ? 0
	       : value >= 18446744073709551615.0 ? UINT64_MAX
						 : (uint64_t)nearbyint(value);
}

/* The digits of a number without its commas; *text moves behind them. */
static bool take_digits(const char **text, char digits[DIGITS_MAX])
{
	const char *at = *text;
	size_t length = 0;

	for (; *at && (isdigit((unsigned char)*at) || strchr(",.+-eE", *at)); at++) {
		/* the E of EiB is none of an exponent */
		if ((*at == 'e' || *at == 'E') && !isdigit((unsigned char)at[1]) &&
		    !strchr("+-", at[1] ? at[1] : 'x'))
			break;
		if (*at != ',' && length < DIGITS_MAX - 1)
			digits[length++] = *at;
	}
	digits[length] = '\0';
	*text = at;
	return length;
}

/* The unit at text, which moves behind it; without one `bare`. 0: no known unit. */
static double take_unit(const char **text, const struct unit *units, double bare)
{
	size_t length = 0;

	while (isalpha((unsigned char)(*text)[length]))
		length++;
	if (!length)
		return bare;
	for (; units->name; units++)
		if (strlen(units->name) == length && !strncmp(*text, units->name, length)) {
			*text += length;
			return units->scale;
		}
	return 0;
}

static const char *skip(const char *text)
{
	return text + strspn(text, " \t");
}

static bool parse(const char *text, const struct unit *units, double bare, uint64_t *value)
{
	double sum = 0;
	bool any = false;

	text = skip(text);
	if (!strncmp(text, "max", 3)) {
		*value = UINT64_MAX;
		return true;
	}
	while (*text) {
		char digits[DIGITS_MAX], *end;
		double scale, number;

		if (!take_digits(&text, digits))
			return false;
		text = skip(text);
		scale = take_unit(&text, units, bare);
		text = skip(text);
		if (scale == 0)
			return false;
		if (!any && !*text && scale == 1 && whole(digits, value))
			return true;
		number = strtod(digits, &end);
		if (*end)
			return false;
		sum += number * scale;
		any = true;
	}
	*value = rounded(sum);
	return any;
}

bool dt_damo_number(const char *text, uint64_t *value)
{
	return parse(text, none, 1, value);
}

bool dt_damo_time(const char *text, uint64_t unit, uint64_t *ns)
{
	return parse(text, times, (double)unit, ns);
}

bool dt_damo_bytes(const char *text, uint64_t *bytes)
{
	return parse(text, sizes, 1, bytes);
}

bool dt_damo_percent(const char *text, double *percent)
{
	char *end;

	*percent = strtod(text, &end);
	return end != text && (!*skip(end) || *skip(end) == '%') && *percent >= 0;
}
