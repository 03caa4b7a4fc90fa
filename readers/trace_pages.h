/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages of one CPU in a trace.dat, one after the other: plain, or out of compressed chunks. */
#ifndef READERS_TRACE_PAGES_H
#define READERS_TRACE_PAGES_H

#include "readers/trace_data.h"

struct dt_trace_pages {
	const struct dt_trace_data *data;
	const struct dt_trace_cpu *cpu;
	struct dt_warnings *warnings; /* of what is damaged; NULL: it was told before */
	unsigned char *bytes;	      /* whole pages, decompressed */
	size_t room, filled, used;    /* of bytes */
	unsigned char *packed;	      /* one compressed chunk */
	size_t packed_room;
	uint64_t position, end; /* in the file */
	uint64_t offset;	/* in the file: of bytes[0], or of the chunk it came from */
	uint32_t chunks_left;
};

/* data and cpu must outlive it. 0 or -ENOMEM; free it in any case. */
int dt_trace_pages_open(struct dt_trace_pages *pages, const struct dt_trace_data *data,
			const struct dt_trace_cpu *cpu, struct dt_warnings *warnings);
void dt_trace_pages_free(struct dt_trace_pages *pages);

/*
 * The next page, *size bytes (fewer than a page only at the end of the data), valid until the next
 * call. 1, 0 at the end, or -errno.
 */
int dt_trace_pages_next(struct dt_trace_pages *pages, const unsigned char **page, size_t *size);

/* Where a page stands in the file (its chunk, where it was compressed). */
uint64_t dt_trace_pages_place(const struct dt_trace_pages *pages, const unsigned char *page);

#endif
