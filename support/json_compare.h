/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two JSON reports, figure by figure: one is the baseline that the other is held against. What is
 * compared and how is described in doc/check.md.
 */
#ifndef SUPPORT_JSON_COMPARE_H
#define SUPPORT_JSON_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "support/json_names.h"
#include "support/judgement.h"

/* How far a figure may be from the baseline's. */
struct dt_tolerance {
	const struct dt_path *path; /* the figure, or what it lies in */
	double value;
	bool relative; /* to the baseline's figure */
	bool any;      /* it does not matter at all */
	bool used;     /* set: a figure was there for it */
};

struct dt_comparison {
	json_t *baseline, *current;
	size_t nr_tolerances;
	struct dt_tolerance *tolerances; /* of several that fit, the last one */
	/* Called for each figure. path: as in an expectation. 0 or -ENOMEM. */
	int (*found)(void *context, const char *path, enum dt_outcome outcome, const char *fact,
		     const char *hint);
	void *context;
};

/* 0, or -errno: of found, -E2BIG for documents that are nested too deeply. */
int dt_json_compare(struct dt_comparison *comparison);

#endif
