/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A value over time in fixed memory: time cells that are aligned powers of two of ns and double
 * when the recording grows beyond them.
 */
#ifndef ANALYZERS_TIMELINE_H
#define ANALYZERS_TIMELINE_H

#include <stdint.h>

#include "damon-trace/distribution.h"

/* Cells at most; after doubling there are half as many. */
#define DT_TIMELINE_CELLS 256

struct dt_timeline {
	unsigned shift; /* a cell is 1 << shift ns */
	uint64_t base;	/* number of the first cell */
	uint32_t nr;	/* cells in use */
	double sum[DT_TIMELINE_CELLS];
	double weight[DT_TIMELINE_CELLS]; /* 0: nothing was seen in this cell */
};

void dt_timeline_init(struct dt_timeline *timeline);

/* The weighted mean of each cell. 0 or -ENOMEM; the values are the caller's. */
int dt_timeline_series(const struct dt_timeline *timeline, struct dt_series *series);

/* Add weight x value at a time, ns. */
void dt_timeline_add(struct dt_timeline *timeline, uint64_t time, double value, double weight);

/* Add a value that was in force over [from, until) to each cell of it, weighted by its part. */
void dt_timeline_hold(struct dt_timeline *timeline, uint64_t from, uint64_t until, double value);

#endif
