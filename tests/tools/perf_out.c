/* SPDX-License-Identifier: GPL-2.0-only */
/* Output of the perf.data writer. Little-endian hosts only, as all of the tests' tools. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "tests/tools/perf_out.h"

#define FILE_BUFFER (1u << 20)

void perf_out_init(struct perf_out *out, FILE *file, bool big)
{
	*out = (struct perf_out){.file = file, .big = big};
}

void perf_out_free(struct perf_out *out)
{
	(void)ZSTD_freeCCtx(out->stream);
	free(out->bytes);
	free(out->plain);
	free(out->packed);
	*out = (struct perf_out){0};
}

uint64_t perf_out_position(const struct perf_out *out)
{
	return out->flushed + out->used;
}

int perf_out_flush(struct perf_out *out)
{
	if (out->file && out->used) {
		if (fwrite(out->bytes, 1, out->used, out->file) != out->used)
			out->failed = true;
		out->flushed += out->used;
		out->used = 0;
	}
	if (out->file && fflush(out->file))
		out->failed = true;
	return out->failed ? -1 : 0;
}

static bool make_room(struct perf_out *out, size_t size)
{
	size_t room = out->room ? out->room : FILE_BUFFER;
	unsigned char *bytes;

	if (out->file && out->used + size > FILE_BUFFER)
		(void)perf_out_flush(out);
	while (room < out->used + size)
		room *= 2;
	if (room == out->room)
		return true;
	bytes = realloc(out->bytes, room);
	if (!bytes) {
		out->failed = true;
		return false;
	}
	out->bytes = bytes;
	out->room = room;
	return true;
}

void perf_out_bytes(struct perf_out *out, const void *bytes, size_t size)
{
	if (out->used + size > out->room && !make_room(out, size))
		return;
	if (size)
		memcpy(out->bytes + out->used, bytes, size);
	out->used += size;
	if (out->file && out->used >= FILE_BUFFER)
		(void)perf_out_flush(out);
}

void perf_out_u32(struct perf_out *out, uint32_t value)
{
	if (out->big)
		value = __builtin_bswap32(value);
	perf_out_bytes(out, &value, sizeof(value));
}

void perf_out_u64(struct perf_out *out, uint64_t value)
{
	if (out->big)
		value = __builtin_bswap64(value);
	perf_out_bytes(out, &value, sizeof(value));
}

void perf_out_compress(struct perf_out *out, unsigned type, size_t chunk)
{
	out->compress = type;
	out->chunk = chunk;
	out->packed_room = ZSTD_compressBound(chunk) + 1024;
	out->stream = ZSTD_createCCtx();
	out->plain = malloc(chunk);
	out->packed = malloc(out->packed_room);
	if (!out->stream || !out->plain || !out->packed)
		out->failed = true;
}

/* As perf does: 81 has only its payload; 83 tells its length, is padded, and may be larger than
 * the 16 bits of a record's size can say. */
static void write_compressed(struct perf_out *out, size_t size)
{
	static const unsigned char padding[8];
	bool sized = out->compress == 83;
	size_t total = sized ? (16 + size + 7) & ~(size_t)7 : 8 + size;
	struct perf_buffer head = {.big = out->big};

	perf_put_u32(&head, out->compress);
	perf_put_u16(&head, 0);
	perf_put_u16(&head, (uint16_t)total);
	if (sized)
		perf_put_u64(&head, size);
	perf_out_bytes(out, head.bytes, head.used);
	perf_out_bytes(out, out->packed, size);
	perf_out_bytes(out, padding, total - head.used - size);
}

void perf_out_seal(struct perf_out *out)
{
	ZSTD_outBuffer packed = {out->packed, out->packed_room, 0};
	ZSTD_inBuffer plain = {out->plain, out->plain_used, 0};
	size_t left;

	if (!out->compress || !out->plain_used || out->failed)
		return;
	left = ZSTD_compressStream2(out->stream, &packed, &plain, ZSTD_e_flush);
	if (ZSTD_isError(left) || left || plain.pos != plain.size)
		out->failed = true;
	write_compressed(out, packed.pos);
	out->plain_used = 0;
}

void perf_out_record(struct perf_out *out, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;

	if (!out->compress) {
		perf_out_bytes(out, bytes, size);
		return;
	}
	while (size && !out->failed) {
		size_t piece = out->chunk - out->plain_used;

		if (piece > size)
			piece = size;
		memcpy(out->plain + out->plain_used, from, piece);
		out->plain_used += piece;
		from += piece;
		size -= piece;
		if (out->plain_used == out->chunk)
			perf_out_seal(out);
	}
}

void perf_out_patch(struct perf_out *out, uint64_t offset, const void *bytes, size_t size)
{
	if (!out->file) {
		memcpy(out->bytes + offset, bytes, size);
		return;
	}
	if (perf_out_flush(out) || fseeko(out->file, (off_t)offset, SEEK_SET) ||
	    fwrite(bytes, 1, size, out->file) != size || fseeko(out->file, 0, SEEK_END))
		out->failed = true;
}
