/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The language of `damon-trace check`: one expectation over the figures of a JSON report. Its
 * grammar and meaning are those of doc/check.md.
 */
#ifndef SUPPORT_EXPRESSION_H
#define SUPPORT_EXPRESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "damon-trace/error.h"
#include "support/json_names.h"
#include "support/judgement.h"

/* Longest text of one expectation, bytes. */
#define DT_EXPRESSION_MAX 4096

struct dt_expression;

/*
 * Parse one expectation; a comment may follow it. *expression is NULL, and 0 is returned, when the
 * text has nothing but blanks and a comment. -EINVAL with *error and *at, the byte of the text at
 * which it went wrong; -ENOMEM. Free with dt_expression_free (NULL is allowed).
 */
int dt_expression_parse(struct dt_expression **expression, const char *text, size_t *at,
			struct dt_error *error);
void dt_expression_free(struct dt_expression *expression);

/* The text without blanks around it and comments. */
const char *dt_expression_text(const struct dt_expression *expression);

/* A report to hold expectations against. */
struct dt_document {
	json_t *root;
	struct dt_names names;
};

/*
 * Judge the document by the expectation; *judgement is filled and cleared by the caller in any
 * case. 0 or -ENOMEM.
 */
int dt_expression_judge(const struct dt_expression *expression, const struct dt_document *document,
			struct dt_judgement *judgement);

/*
 * A number with its unit ("200", "2%", "1.5min") in the unit that a figure has by its name; for
 * figures without one, % is a share of 1 and *relative is set. 0 or -EINVAL with *error filled.
 */
int dt_expression_number(const char *text, const struct dt_path *figure, double *value,
			 bool *relative, struct dt_error *error);

/* A path alone, as in an expectation; parts and their keys live until *expression is freed. */
int dt_expression_path(struct dt_expression **expression, const char *text,
		       const struct dt_path **path, size_t *at, struct dt_error *error);

#endif
