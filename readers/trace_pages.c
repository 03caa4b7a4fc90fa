/* SPDX-License-Identifier: GPL-2.0-only */
/* See trace_pages.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_pages.h"

/* How much is read at once: together for all CPUs, and per CPU at most and at least. */
#define READ_AHEAD_ALL (8u << 20)
#define READ_AHEAD_MAX (256u << 10)
#define READ_AHEAD_MIN (16u << 10)

/* trace-cmd compresses ten pages at a time; more is expanded for large sub-buffers only. */
#define CHUNK_MAX   (1u << 20)
#define CHUNK_PAGES 16u

static void warn(const struct dt_trace_pages *pages, uint64_t offset, const char *what)
{
	if (pages->warnings)
		dt_trace_cpu_warn(pages->cpu, pages->warnings, offset, what);
}

static uint32_t load32(const struct dt_trace_data *data, const unsigned char *at)
{
	const bool swap = dt_must_swap(data->big_endian);
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return swap ? __builtin_bswap32(value) : value;
}

/* Make sure that *buffer holds size bytes. */
static int reserve(unsigned char **buffer, size_t *room, size_t size)
{
	unsigned char *larger;

	if (size <= *room)
		return 0;
	larger = realloc(*buffer, size);
	if (!larger)
		return -ENOMEM;
	*buffer = larger;
	*room = size;
	return 0;
}

/* The refill functions return 1 with new pages, 0 at the end, or -errno. */
static int refill_plain(struct dt_trace_pages *pages)
{
	size_t size = pages->room;
	int64_t got;

	if (pages->position >= pages->end)
		return 0;
	if (size > pages->end - pages->position)
		size = (size_t)(pages->end - pages->position);
	got = dt_source_read(pages->data->source, pages->bytes, pages->position, size);
	if (got < 0)
		return (int)got;
	if (got == 0) {
		warn(pages, pages->position, "the file became shorter while it was read");
		return 0;
	}
	pages->offset = pages->position;
	pages->position += (uint64_t)got;
	pages->filled = (size_t)got;
	return 1;
}

static int refill_chunk(struct dt_trace_pages *pages)
{
	unsigned char head[8];
	uint32_t packed_size, size;
	int ret;

	if (!pages->chunks_left || (pages->cpu->uncounted && pages->position == pages->end))
		return 0;
	pages->chunks_left--;
	if (pages->end - pages->position < sizeof(head) ||
	    dt_source_read(pages->data->source, head, pages->position, sizeof(head)) !=
		    (int64_t)sizeof(head)) {
		pages->chunks_left = 0;
		warn(pages, pages->position, "a compressed chunk is missing");
		return 0;
	}
	packed_size = load32(pages->data, head);
	size = load32(pages->data, head + 4);
	pages->offset = pages->position;
	if (packed_size > pages->end - pages->position - sizeof(head) || !size ||
	    (size > CHUNK_MAX && size / CHUNK_PAGES > pages->cpu->page_size)) {
		pages->chunks_left = 0;
		warn(pages, pages->position,
		     pages->end == pages->data->source->size && size && size <= CHUNK_MAX
			     ? "a compressed chunk is cut by the end of the file: left out"
			     : "a compressed chunk has an impossible size: the rest of this CPU "
			       "is left out");
		return 0;
	}
	ret = reserve(&pages->packed, &pages->packed_room, packed_size);
	if (!ret)
		ret = reserve(&pages->bytes, &pages->room, size);
	if (ret)
		return ret;
	pages->position += sizeof(head);
	if (dt_source_read(pages->data->source, pages->packed, pages->position, packed_size) !=
	    (int64_t)packed_size)
		return -EIO;
	pages->position += packed_size;
	if (dt_codec_expand(pages->data->codec, pages->bytes, size, pages->packed, packed_size)) {
		warn(pages, pages->offset, "a compressed chunk is damaged: left out");
		return 1;
	}
	pages->filled = size;
	return 1;
}

static int refill(struct dt_trace_pages *pages)
{
	int ret = 1;

	pages->used = 0;
	pages->filled = 0;
	/* a damaged chunk yields no pages, and the next one is tried */
	while (ret == 1 && !pages->filled)
		ret = pages->cpu->compressed ? refill_chunk(pages) : refill_plain(pages);
	return ret;
}

static size_t read_ahead(const struct dt_trace_data *data, const struct dt_trace_cpu *cpu)
{
	size_t size = READ_AHEAD_ALL / (data->nr_cpus ? data->nr_cpus : 1);

	if (size > READ_AHEAD_MAX)
		size = READ_AHEAD_MAX;
	if (size < READ_AHEAD_MIN)
		size = READ_AHEAD_MIN;
	size -= size % cpu->page_size;
	if (!size)
		size = cpu->page_size;
	return size > cpu->size ? (size_t)cpu->size : size;
}

int dt_trace_pages_open(struct dt_trace_pages *pages, const struct dt_trace_data *data,
			const struct dt_trace_cpu *cpu, struct dt_warnings *warnings)
{
	unsigned char count[4];

	*pages = (struct dt_trace_pages){.data = data, .cpu = cpu, .warnings = warnings};
	pages->position = pages->cpu->offset;
	pages->end = pages->cpu->offset + pages->cpu->size;
	if (!pages->cpu->size)
		return 0;
	if (!pages->cpu->compressed)
		return reserve(&pages->bytes, &pages->room, read_ahead(pages->data, pages->cpu));
	if (pages->cpu->size < sizeof(count) ||
	    dt_source_read(pages->data->source, count, pages->position, sizeof(count)) !=
		    (int64_t)sizeof(count)) {
		warn(pages, pages->position, "the compressed data has no beginning");
		return 0;
	}
	/* trace-cmd does not count this word in the size of the CPU's data */
	pages->position += sizeof(count);
	pages->end += sizeof(count);
	if (pages->end > pages->data->source->size)
		pages->end = pages->data->source->size;
	pages->chunks_left = pages->cpu->uncounted ? UINT32_MAX : load32(pages->data, count);
	return 0;
}

void dt_trace_pages_free(struct dt_trace_pages *pages)
{
	free(pages->bytes);
	free(pages->packed);
}

int dt_trace_pages_next(struct dt_trace_pages *pages, const unsigned char **page, size_t *size)
{
	if (pages->used >= pages->filled) {
		const int ret = refill(pages);

		if (ret <= 0)
			return ret;
	}
	*size = pages->filled - pages->used;
	if (*size > pages->cpu->page_size)
		*size = pages->cpu->page_size;
	*page = pages->bytes + pages->used;
	pages->used += *size;
	return 1;
}

uint64_t dt_trace_pages_place(const struct dt_trace_pages *pages, const unsigned char *page)
{
	return pages->cpu->compressed ? pages->offset
				      : pages->offset + (uint64_t)(page - pages->bytes);
}
