/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors and warnings as text, filled where they happen and printed by cli/ alone. */
#include <stdarg.h>
#include <stdio.h>

#include "damon-trace/error.h"

int dt_fail(struct dt_error *error, int code, const char *hint, const char *format, ...)
{
	va_list arguments;

	if (error) {
		va_start(arguments, format);
		(void)vsnprintf(error->message, sizeof(error->message), format, arguments);
		va_end(arguments);
		(void)snprintf(error->hint, sizeof(error->hint), "%s", hint ? hint : "");
	}
	return -code;
}

void dt_warn(struct dt_warnings *warnings, uint64_t offset, const char *format, ...)
{
	va_list arguments;

	if (warnings->count < DT_WARNINGS_KEPT) {
		struct dt_warning *warning = &warnings->kept[warnings->count];

		warning->offset = offset;
		va_start(arguments, format);
		(void)vsnprintf(warning->text, sizeof(warning->text), format, arguments);
		va_end(arguments);
	}
	warnings->count++;
}
