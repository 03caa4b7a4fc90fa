/* SPDX-License-Identifier: GPL-2.0-only */
/* What each scheme did: from its cumulative statistics, its effective quota, and its applications.
 */
#ifndef DAMON_TRACE_SCHEME_H
#define DAMON_TRACE_SCHEME_H

#include <stddef.h>
#include <stdint.h>

#include "damon-trace/distribution.h"

/* Address ranges that are told apart; those with the smallest gaps between them become one. */
#define DT_SCHEME_RANGES 16

/* Figures are of the recording's own time; NaN: the events do not tell. */
struct dt_scheme_report {
	int32_t kdamond;
	uint32_t context, scheme;
	uint64_t start_ns, end_ns; /* its first and last event */
	/* damos_stat_after_apply_interval, growth from the first of them to the last */
	uint64_t nr_stats;
	uint32_t restarts; /* times that the counters began anew: the kdamond was restarted */
	double seconds;	   /* from the first to the last */
	uint64_t nr_tried, nr_applied, qt_exceeds;
	double tried_bytes, applied_bytes, passed_bytes;
	double tried_bytes_per_s, applied_bytes_per_s, applied_per_tried, qt_exceeds_per_s;
	struct dt_series applied; /* bytes/s */
	/* damos_esz */
	uint64_t nr_esz;
	double esz_first, esz_last, esz_low, esz_high; /* bytes */
	double esz_mean;      /* over time, each value held until the next */
	struct dt_series esz; /* mean bytes */
	/* damos_before_apply */
	uint64_t nr_applies;
	double apply_bytes; /* of the regions, before filters and quota cut them */
	size_t nr_ranges;
	struct dt_range_of_scheme {
		uint64_t start, end;
	} ranges[DT_SCHEME_RANGES]; /* ascending */
	/* with the scheme's goal */
	double points_moved;	/* of its goal's value, summed over all evaluations */
	double bytes_per_point; /* applied bytes for each */
};

#endif
