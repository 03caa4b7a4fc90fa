/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors: what failed and why, and what to do about it.
 *
 * int functions return 0 or -errno. Where a sentence helps the user they also take a struct
 * dt_error and fill it; nothing but cli/ prints one.
 */
#ifndef DAMON_TRACE_ERROR_H
#define DAMON_TRACE_ERROR_H

#include <stdint.h>

struct dt_error {
	char message[512]; /* what failed and why, one line, no full stop */
	char hint[512];	   /* what to do; empty when there is nothing to say */
};

/*
 * Fill *error (may be NULL) and return -code.
 *
 * code: a positive errno value. hint: the remedy, or NULL. format: printf style, what failed.
 */
int dt_fail(struct dt_error *error, int code, const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* How many warnings of one input are kept with their text; the rest are only counted. */
#define DT_WARNINGS_KEPT 16

/* Something in an input that could not be used; the rest of the input was. */
struct dt_warning {
	uint64_t offset; /* bytes from the start of the file; UINT64_MAX when it has no place */
	char text[200];	 /* one line: what is wrong and what was done about it */
};

struct dt_warnings {
	uint64_t count; /* all warnings, kept or not */
	struct dt_warning kept[DT_WARNINGS_KEPT];
};

/* Add one warning; never fails. offset: in bytes, UINT64_MAX for none. */
void dt_warn(struct dt_warnings *warnings, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
