/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What DAMON's regions say without a map: the working set, how the regions are made, and the
 * estimates of the kernel's own DAMON_STAT module (mm/damon/stat.c).
 */
#ifndef DAMON_TRACE_REGIONS_H
#define DAMON_TRACE_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/distribution.h"
#include "damon-trace/result.h"

/* Classes of access rates: 0, then tenths up to 1. */
#define DT_NR_RATES 11

/* Of one stream; its snapshots that are complete. */
struct dt_region_report {
	struct dt_stream_id stream;
	uint64_t snapshots;		    /* complete ones, that the figures are of */
	uint64_t skipped;		    /* incomplete or cut ones */
	struct dt_distribution working_set; /* bytes of accessed regions, over the snapshots */
	/* at parts of the time from the first of these snapshots to the last */
	double working_set_at[DT_NR_TIMES];
	struct dt_series working_set_series; /* mean bytes */
	struct dt_distribution count;	     /* regions of a snapshot */
	struct dt_series count_series;	     /* mean of them */
	struct dt_distribution size;	     /* bytes of a region, over the regions */
	struct dt_distribution age;	/* aggregations, by bytes; NaN when the events have none */
	double rate_bytes[DT_NR_RATES]; /* mean bytes of a snapshot in each class of access rates */
	double highest_accesses;	/* what rate 1 is, in samples per aggregation */
	bool intervals_known;		/* else rate 1 is the highest number that was seen */
	struct dt_distribution bandwidth; /* bytes/s, over the snapshots; NaN: intervals unknown */
	struct dt_distribution idle; /* seconds, by bytes; below 0 while accessed; NaN likewise */
};

#endif
