/* SPDX-License-Identifier: GPL-2.0-only */
/* A plan as a shell script that does the same, to be read before it is run. */
#include <string.h>

#include "damon-trace/damon_sysfs.h"

/* In single quotes; one inside is written as '\''. */
static void print_quoted(FILE *out, const char *text)
{
	(void)fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fputc(*text, out);
	}
	(void)fputc('\'', out);
}

/* Words that no shell takes apart need no quotes. */
static bool is_plain(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789_-./")];
}

static void print_word(FILE *out, const char *text)
{
	if (is_plain(text))
		(void)fputs(text, out);
	else
		print_quoted(out, text);
}

/* Tries as often as the program does by itself: for some ten seconds. */
static const char put[] = "\n"
			  "# put FILE VALUE: write it; again while DAMON is busy.\n"
			  "put() {\n"
			  "\ttries=0\n"
			  "\tuntil printf '%s\\n' \"$2\" >\"$damon/$1\"; do\n"
			  "\t\ttries=$((tries + 1))\n"
			  "\t\tif [ \"$tries\" -ge 10 ]; then\n"
			  "\t\t\techo \"$1 does not take '$2'\" >&2\n"
			  "\t\t\texit 1\n"
			  "\t\tfi\n"
			  "\t\tsleep 1\n"
			  "\tdone\n"
			  "}\n"
			  "\n";

void dt_damon_plan_script(FILE *out, const struct dt_damon_plan *plan, const char *root,
			  const char *const *comment)
{
	(void)fputs("#!/bin/sh\n", out);
	for (; comment && *comment; comment++)
		(void)fprintf(out, "# %s\n", *comment);
	(void)fputs("set -eu\ndamon=", out);
	print_word(out, root);
	(void)fputc('\n', out);
	(void)fputs(put, out);
	for (size_t i = 0; i < plan->nr; i++) {
		(void)fputs("put ", out);
		print_word(out, plan->writes[i].path);
		(void)fputc(' ', out);
		print_word(out, plan->writes[i].value);
		(void)fputc('\n', out);
	}
}
