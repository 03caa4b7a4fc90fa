/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace.dat while it is written: NAME holds the header up to its options, the pages of each CPU
 * go to NAME.cpuN as they come. Finishing puts both together in NAME.new, which then takes the
 * place of NAME: whenever the recorder dies, what stands on the disk can be read.
 */
#ifndef COLLECTOR_TRACE_SEGMENT_H
#define COLLECTOR_TRACE_SEGMENT_H

#include "collector/trace_header.h"
#include "collector/tracer.h"

/* facts must outlive the segment. 0 or -errno with *error filled and nothing left behind. */
int dt_trace_segment_begin(struct dt_trace_segment **segment, const struct dt_trace_facts *facts,
			   const char *directory, const char *name, struct dt_error *error);

/* The file that takes the pages of a CPU, made when it is needed first. The descriptor or -errno.
 */
int dt_trace_segment_file(struct dt_trace_segment *segment, uint32_t cpu);
/* Whole pages were written to it. */
void dt_trace_segment_grow(struct dt_trace_segment *segment, uint32_t cpu, uint64_t bytes);
/* Take away what was written behind the last whole page. */
void dt_trace_segment_trim(struct dt_trace_segment *segment, uint32_t cpu);

/* What the CPUs counted when the segment began, and when it ended: one each. */
struct dt_trace_stats *dt_trace_segment_first(struct dt_trace_segment *segment);
struct dt_trace_stats *dt_trace_segment_last(struct dt_trace_segment *segment);

/* Close it as it stands. NULL is allowed. */
void dt_trace_segment_free(struct dt_trace_segment *segment);

#endif
