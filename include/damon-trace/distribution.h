/* SPDX-License-Identifier: GPL-2.0-only */
/* How values are distributed, and how they go over time: the shapes that reports share. */
#ifndef DAMON_TRACE_DISTRIBUTION_H
#define DAMON_TRACE_DISTRIBUTION_H

#include <stdint.h>

/* 0, 5, 25, 50, 75, 95, 100 percent. */
#define DT_NR_QUANTILES 7

extern const double dt_quantiles[DT_NR_QUANTILES]; /* 0 to 1 */

/* 0, 25, 50, 75, 100 percent of the time. */
#define DT_NR_TIMES 5

/* NaN where there is no value. */
struct dt_distribution {
	double mean;
	double at[DT_NR_QUANTILES];
};

/* A value per time cell; NaN where nothing was seen. */
struct dt_series {
	uint64_t start_ns, cell_ns;
	uint32_t nr;
	double *values;
};

#endif
