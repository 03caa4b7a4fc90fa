/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own quota tuners (mm/damon/core.c), step by step as the kernel computes them. */
#ifndef CONTROL_PLANT_TUNER_H
#define CONTROL_PLANT_TUNER_H

#include <stdint.h>

/* CONSIST's own value is in parts of a byte, and never below one byte. */
#define DT_TUNER_BYTE 10000ull

enum dt_tuner_kind {
	DT_TUNER_CONSIST,
	DT_TUNER_TEMPORAL,
};

struct dt_tuner {
	enum dt_tuner_kind kind;
	uint64_t cap;	/* quotas/bytes */
	uint64_t input; /* CONSIST's own value, 1/10000 byte; it is not capped, and winds up */
};

/* Score of one goal: 10000 when the value is at its target. target: above 0. */
uint64_t dt_tuner_score(uint64_t value, uint64_t target);

/* The effective quota of the next quota window, bytes, after an evaluation with that score. */
uint64_t dt_tuner_next(struct dt_tuner *tuner, uint64_t score);

#endif
