/* SPDX-License-Identifier: GPL-2.0-only */
/* Slices of perf.data: perf_slice.c leads, perf_slice_records.c chooses the records. */
#ifndef READERS_PERF_SLICE_H
#define READERS_PERF_SLICE_H

#include "damon-trace/slice.h"
#include "readers/outfile.h"
#include "readers/perf_format.h"
#include "readers/perf_reader.h"

struct dt_perf_slicer {
	const struct dt_perf_reader *reader;
	const struct dt_slice *slice;
	struct dt_slice_sum *sum;
	const struct dt_source *source; /* of the file that is copied */
	struct dt_outfile out;
	uint64_t latest;      /* time of the samples that were met in this file */
	uint64_t first, last; /* of the samples that stay; first > last: none */
};

/* Does the record stay? */
bool dt_perf_slice_keeps(struct dt_perf_slicer *slicer, const unsigned char *at,
			 struct dt_perf_record record);

#endif
