/* SPDX-License-Identifier: GPL-2.0-only */
/* See trace_chunks.h; trace-cmd.dat.v7(5) has the format. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_chunks.h"

/* As trace-cmd has them. */
#define CHUNK_PAGES 10u

static void write_u32(const struct dt_trace_chunks *chunks, uint32_t value)
{
	if (dt_must_swap(chunks->big_endian))
		value = __builtin_bswap32(value);
	dt_outfile_write(chunks->out, &value, sizeof(value));
}

int dt_trace_chunks_begin(struct dt_trace_chunks *chunks, struct dt_outfile *out,
			  enum dt_codec codec, uint32_t page_size, bool big_endian)
{
	*chunks = (struct dt_trace_chunks){.out = out,
					   .codec = codec,
					   .big_endian = big_endian,
					   .page_size = page_size,
					   .start = out->position};
	if (codec == DT_CODEC_NONE)
		return 0;
	chunks->packed_room = dt_codec_room(codec, (size_t)CHUNK_PAGES * page_size);
	chunks->bytes = malloc((size_t)CHUNK_PAGES * page_size);
	chunks->packed = malloc(chunks->packed_room);
	if (!chunks->bytes || !chunks->packed)
		return -ENOMEM;
	write_u32(chunks, 0); /* their count, when it is known */
	return 0;
}

static int write_chunk(struct dt_trace_chunks *chunks)
{
	size_t size = chunks->packed_room;
	int ret;

	if (!chunks->filled)
		return 0;
	ret = dt_codec_compress(chunks->codec, chunks->packed, &size, chunks->bytes,
				chunks->filled);
	if (ret)
		return ret;
	write_u32(chunks, (uint32_t)size);
	write_u32(chunks, (uint32_t)chunks->filled);
	dt_outfile_write(chunks->out, chunks->packed, size);
	chunks->filled = 0;
	chunks->count++;
	return 0;
}

int dt_trace_chunks_page(struct dt_trace_chunks *chunks, const unsigned char *page)
{
	if (chunks->codec == DT_CODEC_NONE) {
		dt_outfile_write(chunks->out, page, chunks->page_size);
		return 0;
	}
	memcpy(chunks->bytes + chunks->filled, page, chunks->page_size);
	chunks->filled += chunks->page_size;
	return chunks->filled == (size_t)CHUNK_PAGES * chunks->page_size ? write_chunk(chunks) : 0;
}

int dt_trace_chunks_end(struct dt_trace_chunks *chunks, uint64_t *size)
{
	uint32_t count;
	int ret;

	if (chunks->codec == DT_CODEC_NONE) {
		*size = chunks->out->position - chunks->start;
		return 0;
	}
	ret = write_chunk(chunks);
	count = dt_must_swap(chunks->big_endian) ? __builtin_bswap32(chunks->count) : chunks->count;
	dt_outfile_patch(chunks->out, chunks->start, &count, sizeof(count));
	/* trace-cmd does not count this word in the size of the CPU's data */
	*size = chunks->count ? chunks->out->position - chunks->start - sizeof(count) : 0;
	return ret;
}

void dt_trace_chunks_free(struct dt_trace_chunks *chunks)
{
	free(chunks->bytes);
	free(chunks->packed);
}
