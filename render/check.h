/* SPDX-License-Identifier: GPL-2.0-only */
/* What `damon-trace check` found, for people (words), test harnesses (TAP) and CI (JUnit). */
#ifndef RENDER_CHECK_H
#define RENDER_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "support/judgement.h"

/* One expectation, or one figure of a baseline, and what came out. */
struct dt_check {
	const char *subject; /* the report that was judged */
	const char *source;  /* where the expectation stands, or the baseline; NULL: the option */
	bool compared;	     /* with a baseline: in words it is told only when it does not hold */
	char *text;
	struct dt_judgement judgement;
};

struct dt_checks {
	size_t nr;
	struct dt_check *checks; /* those of one subject follow each other */
};

/* A new one, whose text is copied; subject and source are borrowed. NULL: no memory. */
struct dt_check *dt_checks_add(struct dt_checks *checks, const char *subject, const char *source,
			       const char *text);
void dt_checks_free(struct dt_checks *checks);

/* The worst of all. */
enum dt_outcome dt_checks_outcome(const struct dt_checks *checks);

/* Write errors are left to the caller (ferror). */
void dt_check_words(FILE *out, const struct dt_checks *checks);
void dt_check_tap(FILE *out, const struct dt_checks *checks);
void dt_check_junit(FILE *out, const struct dt_checks *checks);

#endif
