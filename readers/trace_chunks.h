/* SPDX-License-Identifier: GPL-2.0-only */
/* The data of one CPU in a trace.dat, written: pages as they come, or in compressed chunks. */
#ifndef READERS_TRACE_CHUNKS_H
#define READERS_TRACE_CHUNKS_H

#include "readers/outfile.h"
#include "readers/trace_data.h"

struct dt_trace_chunks {
	struct dt_outfile *out;
	enum dt_codec codec;
	bool big_endian;
	uint32_t page_size;
	uint64_t start; /* in the file */
	uint32_t count; /* chunks that were written */
	unsigned char *bytes, *packed;
	size_t filled, packed_room;
};

/* 0 or -ENOMEM; free it in any case. */
int dt_trace_chunks_begin(struct dt_trace_chunks *chunks, struct dt_outfile *out,
			  enum dt_codec codec, uint32_t page_size, bool big_endian);
int dt_trace_chunks_page(struct dt_trace_chunks *chunks, const unsigned char *page);
/* *size: of the data, as the file's table says it. */
int dt_trace_chunks_end(struct dt_trace_chunks *chunks, uint64_t *size);
void dt_trace_chunks_free(struct dt_trace_chunks *chunks);

#endif
