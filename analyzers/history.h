/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A value at given parts of a recording's time. All values are kept until there are too many, from
 * then on every second, fourth, ... of them: a part of the time then finds one near by.
 */
#ifndef ANALYZERS_HISTORY_H
#define ANALYZERS_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* Values kept at most: up to so many are exact. */
#define DT_HISTORY_MOST 65536

struct dt_history {
	size_t nr, room;
	struct dt_history_value {
		uint64_t time; /* ns */
		double value;
	} * values, last;
	unsigned shift; /* every 1 << shift-th is kept */
	uint64_t offered;
};

/* 0 or -ENOMEM. */
int dt_history_add(struct dt_history *history, uint64_t time, double value);

/*
 * The value at each of these parts of the time from the first to the last, 0 to 1: of the first
 * that comes then or later, as a snapshot tells what was before it. NaN when there is none.
 * To be asked once, when all were added: the values are sorted on the way.
 */
void dt_history_at(struct dt_history *history, const double *parts, size_t nr, double *values);

void dt_history_free(struct dt_history *history);

#endif
