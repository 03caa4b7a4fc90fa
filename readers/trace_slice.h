/* SPDX-License-Identifier: GPL-2.0-only */
/* Slices of trace.dat: what both versions share. */
#ifndef READERS_TRACE_SLICE_H
#define READERS_TRACE_SLICE_H

#include "damon-trace/slice.h"
#include "readers/outfile.h"
#include "readers/trace_dat.h"

/* A number in the text of CPUSTAT: where its digits stand in the output. */
struct dt_trace_counter {
	uint64_t offset;
	uint32_t width;
	uint64_t value;
};

struct dt_trace_slicer {
	struct dt_trace_dat *dat;
	const struct dt_slice *slice;
	struct dt_slice_sum *sum;
	struct dt_outfile *out;
	bool *taken; /* which of the input's CPUs are in it already */
	/* losses that the pages tell with a count: all, and those that stay */
	uint64_t missed, missed_kept;
	size_t nr_counters, counters_room;
	struct dt_trace_counter *counters; /* of what the rings lost */
};

#define DT_NO_DATA UINT64_MAX

/* Where one CPU's data came to stand. */
struct dt_trace_place {
	uint64_t offset, size;
};

/*
 * Write the pages of one CPU that stay, in chunks when `compressed`. offset: of its data in the
 * input; DT_NO_DATA: it has none, and gets an empty place. 0 or -errno.
 */
int dt_trace_slice_cpu(struct dt_trace_slicer *slicer, uint64_t offset, bool compressed,
		       struct dt_trace_place *place);

/* The text of a CPUSTAT option came to stand at offset. 0 or -ENOMEM. */
int dt_trace_slice_cpustat(struct dt_trace_slicer *slicer, const char *text, uint64_t offset);
/* All pages are written: make the counters those of the slice. */
void dt_trace_slice_counters(struct dt_trace_slicer *slicer);

/* Numbers in the byte order of the file. */
void dt_trace_slice_store(const struct dt_trace_slicer *slicer, void *to, uint64_t value,
			  size_t size);
void dt_trace_slice_write(struct dt_trace_slicer *slicer, uint64_t value, size_t size);

/* trace_slice_v6.c, trace_slice_v7.c: 0 or -errno; *error is filled only for what they say. */
int dt_trace_slice_v6(struct dt_trace_slicer *slicer, struct dt_error *error);
int dt_trace_slice_v7(struct dt_trace_slicer *slicer, struct dt_error *error);

#endif
