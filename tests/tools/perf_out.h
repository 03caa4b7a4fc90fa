/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the perf.data writer puts bytes: a file or memory, plain or through one zstd stream. */
#ifndef TESTS_TOOLS_PERF_OUT_H
#define TESTS_TOOLS_PERF_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct perf_out {
	FILE *file;	      /* NULL: memory */
	bool big;	      /* byte order */
	unsigned char *bytes; /* memory, or what is not yet in the file */
	size_t used, room;
	uint64_t flushed; /* bytes that are in the file */
	bool failed;
	/* compression of records: the type of record to wrap them in, 0 for none */
	unsigned compress;
	size_t chunk; /* plain bytes in one compressed record */
	void *stream;
	unsigned char *plain, *packed;
	size_t plain_used, packed_room;
};

void perf_out_init(struct perf_out *out, FILE *file, bool big);
void perf_out_free(struct perf_out *out);
/* Bytes written so far, compressed records that are still open not counted. */
uint64_t perf_out_position(const struct perf_out *out);
/* Write what is kept back; 0 or -1. */
int perf_out_flush(struct perf_out *out);

/* From now on records go into compressed records of a type (81 or 83), chunk bytes in each. */
void perf_out_compress(struct perf_out *out, unsigned type, size_t chunk);
/* Close the open compressed record, so that the next bytes stand for themselves. */
void perf_out_seal(struct perf_out *out);

void perf_out_bytes(struct perf_out *out, const void *bytes, size_t size);
/* A whole record, compressed when that was asked for. */
void perf_out_record(struct perf_out *out, const void *bytes, size_t size);
/* Change bytes written earlier. */
void perf_out_patch(struct perf_out *out, uint64_t offset, const void *bytes, size_t size);

void perf_out_u32(struct perf_out *out, uint32_t value);
void perf_out_u64(struct perf_out *out, uint64_t value);

/* A record of the writer's own: fixed room, in the byte order of the output. */
struct perf_buffer {
	bool big;
	size_t used;
	unsigned char bytes[65536];
};

static inline void perf_put_u16(struct perf_buffer *buffer, uint16_t value)
{
	if (buffer->big)
		value = __builtin_bswap16(value);
	__builtin_memcpy(buffer->bytes + buffer->used, &value, sizeof(value));
	buffer->used += sizeof(value);
}

static inline void perf_put_u32(struct perf_buffer *buffer, uint32_t value)
{
	if (buffer->big)
		value = __builtin_bswap32(value);
	__builtin_memcpy(buffer->bytes + buffer->used, &value, sizeof(value));
	buffer->used += sizeof(value);
}

static inline void perf_put_u64(struct perf_buffer *buffer, uint64_t value)
{
	if (buffer->big)
		value = __builtin_bswap64(value);
	__builtin_memcpy(buffer->bytes + buffer->used, &value, sizeof(value));
	buffer->used += sizeof(value);
}

static inline void perf_put_bytes(struct perf_buffer *buffer, const void *bytes, size_t size)
{
	__builtin_memcpy(buffer->bytes + buffer->used, bytes, size);
	buffer->used += size;
}

/* Begin a record, and write its size when it is complete. */
static inline void perf_begin(struct perf_buffer *buffer, uint32_t type, uint16_t misc)
{
	buffer->used = 0;
	perf_put_u32(buffer, type);
	perf_put_u16(buffer, misc);
	perf_put_u16(buffer, 0);
}

static inline void perf_end(struct perf_buffer *buffer)
{
	size_t used = buffer->used;

	buffer->used = 6;
	perf_put_u16(buffer, (uint16_t)used);
	buffer->used = used;
}

#endif
