/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slices: a smaller recording of the same kind. Records are copied as they stand in the input, so
 * that every tool that opens the input opens the slice.
 */
#ifndef DAMON_TRACE_SLICE_H
#define DAMON_TRACE_SLICE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/analyzer.h"
#include "damon-trace/error.h"
#include "damon-trace/reader.h"

/*
 * What stays. A filter applies to the records that have what it asks for, the others stay:
 * time to all events and losses, addresses to regions and to memory samples that carry addresses,
 * streams to DAMON's events, processes to memory samples. What describes the machine, the
 * processes and the events always stays. Arrays are borrowed.
 */
struct dt_slice {
	bool has_time;
	uint64_t from_ns, to_ns; /* [from, to) on the recording's own clock */
	size_t nr_addresses;
	const struct dt_range *addresses;
	size_t nr_streams;
	const struct dt_stream_filter *streams;
	size_t nr_pids;
	const int32_t *pids;
	bool phys;			   /* addresses of samples are the physical ones */
	const volatile sig_atomic_t *stop; /* not 0: give up; NULL: nothing does that */
};

/* What there was, and what stays. */
struct dt_slice_sum {
	uint64_t events, kept; /* trace events, and samples of perf's */
};

/*
 * Write the slice of an input to `path`, which appears only when it is whole: a file, or a
 * directory where the input is one. Adds to *sum. 0, or -errno with *error filled: -EOPNOTSUPP for
 * formats that have no slices, -EINTR when it was stopped, -ENOSPC and the like from the system.
 */
int dt_reader_slice(struct dt_reader *reader, const struct dt_slice *slice, const char *path,
		    struct dt_slice_sum *sum, struct dt_error *error);

#endif
