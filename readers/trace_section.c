/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening single sections of a trace.dat version 7. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_section.h"

#define SECTION_COMPRESSED 1

/* A header section of a kernel with all events is a few MB. */
#define SECTION_MAX (64u << 20)

bool dt_section_head(const struct dt_trace_dat *dat, uint64_t offset, struct dt_section_head *head)
{
	const bool swap = dt_must_swap(dat->data.big_endian);
	unsigned char raw[DT_SECTION_HEADER];
	uint16_t id, flags;
	uint64_t size;

	if (dt_source_read(dat->data.source, raw, offset, sizeof(raw)) != (int64_t)sizeof(raw))
		return false;
	memcpy(&id, raw, sizeof(id));
	memcpy(&flags, raw + 2, sizeof(flags));
	memcpy(&size, raw + 8, sizeof(size));
	head->id = swap ? __builtin_bswap16(id) : id;
	head->compressed = (swap ? __builtin_bswap16(flags) : flags) & SECTION_COMPRESSED;
	head->start = offset + sizeof(raw);
	size = swap ? __builtin_bswap64(size) : size;
	head->end = size > UINT64_MAX - head->start ? UINT64_MAX : head->start + size;
	return true;
}

void dt_section_close(struct dt_section *section)
{
	dt_bytes_free(&section->bytes);
	dt_source_close(section->expanded);
	free(section->memory);
}

static int expand(struct dt_trace_dat *dat, struct dt_section *section, struct dt_bytes *at)
{
	uint32_t packed_size = dt_bytes_u32(at), size = dt_bytes_u32(at);
	const bool swap = at->swap;
	void *packed;
	int ret;

	if (at->failed || packed_size > dt_bytes_left(at) || size > SECTION_MAX)
		return -EBADMSG;
	packed = malloc(packed_size ? packed_size : 1);
	section->memory = malloc(size ? size : 1);
	ret = packed && section->memory ? 0 : -ENOMEM;
	if (!ret && !dt_bytes_copy(at, packed, packed_size))
		ret = -EBADMSG;
	if (!ret)
		ret = dt_codec_expand(dat->data.codec, section->memory, size, packed, packed_size);
	free(packed);
	if (!ret)
		ret = dt_source_open_memory(&section->expanded, section->memory, size, "section");
	return ret ? ret : dt_bytes_init(&section->bytes, section->expanded, 0, size, swap);
}

int dt_section_open(struct dt_trace_dat *dat, struct dt_section *section, uint64_t offset)
{
	const struct dt_source *source = dat->data.source;
	const bool swap = dt_must_swap(dat->data.big_endian);
	struct dt_section_head head;
	struct dt_bytes packed;
	int ret;

	*section = (struct dt_section){0};
	if (!dt_section_head(dat, offset, &head) || head.end > source->size)
		return -EBADMSG;
	if (!head.compressed)
		return dt_bytes_init(&section->bytes, source, head.start, head.end, swap);
	ret = dt_bytes_init(&packed, source, head.start, head.end, swap);
	if (!ret)
		ret = expand(dat, section, &packed);
	dt_bytes_free(&packed);
	return ret;
}
