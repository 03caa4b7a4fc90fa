/* SPDX-License-Identifier: GPL-2.0-only */
/* One value of a section for people: every unit has one form, wherever it is shown. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/section_parts.h"
#include "render/words.h"

/* Whole numbers below this are grouped, larger ones have an exponent. */
#define GROUPED 1e15

/* Shares below this would be shown as 0.0 %. */
#define SMALL_SHARE 0.00095

uint64_t dt_section_origin(const struct dt_report *report)
{
	uint64_t origin = UINT64_MAX;

	for (size_t i = 0; i < report->nr_inputs; i++)
		if (report->inputs[i]->start_ns <= report->inputs[i]->end_ns &&
		    report->inputs[i]->start_ns < origin)
			origin = report->inputs[i]->start_ns;
	return origin == UINT64_MAX ? 0 : origin;
}

double dt_section_double(const struct dt_value *value)
{
	switch (value->type) {
	case DT_VALUE_NUMBER:
		return value->number;
	case DT_VALUE_INTEGER:
		return (double)value->integer;
	default:
		return NAN;
	}
}

/* 1,234,567 */
static void group(char buffer[DT_SECTION_VALUE], const char *digits)
{
	size_t length = strlen(digits);

	for (; *digits; digits++, length--) {
		*buffer++ = *digits;
		if (length > 1 && length % 3 == 1 && *digits != '-')
			*buffer++ = ',';
	}
	*buffer = '\0';
}

static void count_text(char buffer[DT_SECTION_VALUE], double number)
{
	char digits[DT_SECTION_VALUE / 2];

	if (fabs(number) >= GROUPED || (fabs(number) < 100 && number != floor(number))) {
		(void)snprintf(buffer, DT_SECTION_VALUE, "%.3g", number);
		return;
	}
	(void)snprintf(digits, sizeof(digits), "%.0f", number);
	group(buffer, digits);
}

static void share_text(char buffer[DT_SECTION_VALUE], double share)
{
	if (share != 0 && fabs(share) < SMALL_SHARE)
		(void)snprintf(buffer, DT_SECTION_VALUE, "%.1g %%", share * 100);
	else
		(void)snprintf(buffer, DT_SECTION_VALUE, "%.1f %%", share * 100);
}

/* What follows the number; units that scale it have their own form. */
static const char *suffix(enum dt_unit unit)
{
	switch (unit) {
	case DT_UNIT_BYTES_S:
	case DT_UNIT_HZ:
		return "/s";
	case DT_UNIT_CYCLES:
		return " cycles";
	case DT_UNIT_TIME:
		return " s";
	default:
		return "";
	}
}

/* As long as perf ftrace latency draws it: a whole is 46 characters. */
static void bar_text(char buffer[DT_SECTION_VALUE], double share)
{
	static const char bar[] = "##############################################";
	const double length = share * (double)(sizeof(bar) - 1);

	(void)snprintf(buffer, DT_SECTION_VALUE, "%.*s",
		       length >= 1 ? length < sizeof(bar) ? (int)length : (int)sizeof(bar) - 1 : 0,
		       bar);
}

static void bare_text(char buffer[DT_SECTION_VALUE], enum dt_unit unit, double number,
		      uint64_t origin)
{
	switch (unit) {
	case DT_UNIT_NONE:
		(void)dt_words_value(buffer, DT_SECTION_VALUE, number);
		break;
	case DT_UNIT_COUNT:
	case DT_UNIT_CYCLES:
	case DT_UNIT_HZ:
		count_text(buffer, number);
		break;
	case DT_UNIT_BYTES:
	case DT_UNIT_BYTES_S:
		(void)dt_text_bytes(buffer, DT_SECTION_VALUE, number);
		break;
	case DT_UNIT_NS:
		(void)dt_text_duration(buffer, DT_SECTION_VALUE, number);
		break;
	case DT_UNIT_SECONDS:
		(void)dt_text_duration(buffer, DT_SECTION_VALUE, number * 1e9);
		break;
	case DT_UNIT_SHARE:
		share_text(buffer, number);
		break;
	case DT_UNIT_BP:
		(void)snprintf(buffer, DT_SECTION_VALUE, "%.2f %%", number / 100);
		break;
	case DT_UNIT_ADDRESS:
		(void)snprintf(buffer, DT_SECTION_VALUE, "0x%" PRIx64,
			       number >= 0 && number < 0x1p64 ? (uint64_t)number : 0);
		break;
	case DT_UNIT_BAR:
		bar_text(buffer, number);
		break;
	case DT_UNIT_TIME:
		(void)snprintf(buffer, DT_SECTION_VALUE, "%.3f", (number - (double)origin) * 1e-9);
		break;
	}
}

char *dt_section_number_text(char buffer[DT_SECTION_VALUE], enum dt_unit unit, double number,
			     uint64_t origin)
{
	const char *end = suffix(unit);
	size_t length;

	if (!isfinite(number)) {
		(void)snprintf(buffer, DT_SECTION_VALUE, "-");
		return buffer;
	}
	bare_text(buffer, unit, number, origin);
	length = strlen(buffer);
	(void)snprintf(buffer + length, DT_SECTION_VALUE - length, "%s", end);
	return buffer;
}

/* Integers that a double does not hold. */
static void integer_text(char buffer[DT_SECTION_VALUE], enum dt_unit unit, uint64_t integer,
			 uint64_t origin)
{
	char digits[24];

	if (unit == DT_UNIT_ADDRESS) {
		(void)snprintf(buffer, DT_SECTION_VALUE, "0x%" PRIx64, integer);
	} else if (unit == DT_UNIT_NONE) {
		(void)snprintf(buffer, DT_SECTION_VALUE, "%" PRIu64, integer);
	} else if (unit == DT_UNIT_COUNT) {
		(void)snprintf(digits, sizeof(digits), "%" PRIu64, integer);
		group(buffer, digits);
	} else if (unit == DT_UNIT_TIME) {
		/* the difference is small, the two are not */
		const bool before = integer < origin;
		const double ns = (double)(before ? origin - integer : integer - origin);

		(void)snprintf(buffer, DT_SECTION_VALUE, "%s%.3f", before ? "-" : "", ns * 1e-9);
	} else {
		bare_text(buffer, unit, (double)integer, origin);
	}
}

char *dt_section_value_text(const struct dt_value *value, enum dt_unit unit, bool in_table,
			    uint64_t origin, bool utf8)
{
	char text[DT_SECTION_VALUE] = "-";
	const char *end = in_table && dt_section_unit_below(unit)[0] ? "" : suffix(unit);
	size_t length;

	if (value->type == DT_VALUE_TEXT)
		return dt_section_printable(value->text, utf8);
	if (value->type == DT_VALUE_BOOL)
		return strdup(value->truth ? "yes" : "no");
	if (value->type == DT_VALUE_ABSENT ||
	    (value->type == DT_VALUE_NUMBER && !isfinite(value->number)))
		return strdup("-");
	if (value->type == DT_VALUE_INTEGER)
		integer_text(text, unit, value->integer, origin);
	else
		bare_text(text, unit, value->number, origin);
	length = strlen(text);
	(void)snprintf(text + length, sizeof(text) - length, "%s", end);
	return strdup(text);
}

const char *dt_section_unit_below(enum dt_unit unit)
{
	switch (unit) {
	case DT_UNIT_CYCLES:
		return "cycles";
	case DT_UNIT_HZ:
		return "per s";
	case DT_UNIT_TIME:
		return "s";
	default:
		return "";
	}
}

const char *dt_section_unit_name(enum dt_unit unit)
{
	static const char *const names[] = {
		[DT_UNIT_NONE] = NULL,	       [DT_UNIT_COUNT] = "count",
		[DT_UNIT_BYTES] = "bytes",     [DT_UNIT_BYTES_S] = "bytes_per_s",
		[DT_UNIT_NS] = "ns",	       [DT_UNIT_SECONDS] = "s",
		[DT_UNIT_SHARE] = "share",     [DT_UNIT_BP] = "bp",
		[DT_UNIT_CYCLES] = "cycles",   [DT_UNIT_HZ] = "per_s",
		[DT_UNIT_ADDRESS] = "address", [DT_UNIT_TIME] = "time_ns",
		[DT_UNIT_BAR] = "share",
	};

	return (size_t)unit < sizeof(names) / sizeof(names[0]) ? names[unit] : NULL;
}
