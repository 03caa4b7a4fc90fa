/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of texts have in common: a text in, its records as rows out. */
#ifndef TESTS_UNIT_TEXT_CHECK_H
#define TESTS_UNIT_TEXT_CHECK_H

#include "damon-trace/reader.h"

/* A text, its kind, and the rows that it must give (tests/tools/rows.h), in any order of kinds. */
struct text_case {
	const char *name;
	const char *text;
	const char *rows;
	unsigned unknown; /* lines that are not understood */
};

/* Open the text; fails the test when it does not open. */
struct dt_reader *text_open(const char *text, size_t size);

/* The rows of one walk; free with free(). */
char *text_rows(struct dt_reader *reader, uint32_t columns);

/* Walk the case twice and compare; kind: of the reader that must have taken it. */
void text_check(const struct text_case *test, const char *kind);

#endif
