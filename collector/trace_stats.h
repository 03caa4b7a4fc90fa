/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel counts for the ring of one CPU: per_cpu/cpuN/stats of a trace instance. */
#ifndef COLLECTOR_TRACE_STATS_H
#define COLLECTOR_TRACE_STATS_H

#include <stddef.h>
#include <stdint.h>

struct dt_trace_stats {
	uint64_t entries;	 /* in the ring now */
	uint64_t overrun;	 /* overwritten before they were read */
	uint64_t commit_overrun; /* found the ring busy */
	uint64_t dropped;	 /* found the ring full */
	uint64_t read;
	uint64_t now_ns; /* the clock; 0 where it does not count in seconds */
};

/* Read the file. instance: its directory. 0 or -errno. */
int dt_trace_stats_read(const char *instance, int cpu, struct dt_trace_stats *stats);

/* The file's text; what it does not say stays 0. */
void dt_trace_stats_parse(const char *text, struct dt_trace_stats *stats);

/* What was counted since. */
struct dt_trace_stats dt_trace_stats_since(const struct dt_trace_stats *now,
					   const struct dt_trace_stats *before);

/* The text of trace.dat's CPUSTAT option, as trace-cmd writes it. Returns its length. */
size_t dt_trace_stats_text(char *text, size_t size, int cpu, const struct dt_trace_stats *stats);

#endif
