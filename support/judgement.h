/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came out of an expectation, or of a comparison with a baseline: an outcome, and the facts
 * that led to it in words. Renderers know nothing else of a check.
 */
#ifndef SUPPORT_JUDGEMENT_H
#define SUPPORT_JUDGEMENT_H

#include <stddef.h>
#include <stdint.h>

/* From good to bad: the worst one decides. */
enum dt_outcome {
	DT_OUTCOME_HOLDS,
	DT_OUTCOME_UNKNOWN, /* nothing to tell it by */
	DT_OUTCOME_FAILS,
	DT_OUTCOME_WRONG, /* the question makes no sense */
	DT_NR_OUTCOMES,
};

/* Facts kept of each outcome; the rest are only counted. */
#define DT_FACTS_KEPT 10

struct dt_judgement {
	enum dt_outcome outcome; /* the worst of all facts */
	uint64_t count[DT_NR_OUTCOMES];
	char *fact[DT_NR_OUTCOMES][DT_FACTS_KEPT]; /* in the order found */
	char hint[512];				   /* what to do about it, or empty */
};

/* Add one fact. Never fails; its words are lost when memory is out. */
void dt_judge(struct dt_judgement *judgement, enum dt_outcome outcome, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Free what the judgement owns. */
void dt_judgement_clear(struct dt_judgement *judgement);

#endif
