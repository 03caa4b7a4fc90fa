/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of `damon-trace check`: its options, what is expected, what is judged. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli/report.h"
#include "render/check.h"
#include "support/expression.h"
#include "support/json_compare.h"

#define DT_EXPECTATIONS_MAX 4096

struct dt_expectation {
	char *source; /* "FILE:LINE", or NULL: -x */
	struct dt_expression *expression;
};

struct dt_expectations {
	size_t nr;
	struct dt_expectation *expectations;
};

/*
 * Add those of a text (-x) or a file (--expect). Prints what does not parse, with a caret under the
 * place. An enum dt_exit.
 */
int dt_expectations_add(struct dt_expectations *expectations, const char *text);
int dt_expectations_read(struct dt_expectations *expectations, const char *path);
void dt_expectations_free(struct dt_expectations *expectations);

/* A report to judge: of recordings, or read from a file that `report --json` wrote. */
struct dt_subject {
	char *name;
	struct dt_document document;
	char *machine; /* of several in one document; else NULL */
};

struct dt_subjects {
	size_t nr;
	struct dt_subject *subjects;
};

/*
 * Load the inputs: all recordings together make one report by the options, each saved report is
 * one. nr 0: the default recording. Prints errors and the inputs' warnings. DT_EXIT_OK or
 * DT_EXIT_FAILED; free in any case.
 */
int dt_subjects_load(struct dt_subjects *subjects, struct dt_report_options *options, int nr,
		     char **paths);
void dt_subjects_free(struct dt_subjects *subjects);

#endif
