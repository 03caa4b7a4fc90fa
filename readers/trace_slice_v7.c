/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A slice of a trace.dat version 7: the sections that the options point to as they stand, the
 * buffers anew, and at the end one section with all options and the new places.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_section.h"
#include "readers/trace_slice.h"

#define SECTION_STRINGS	   15
#define SECTION_COMPRESSED 1

/* Options sections: trace-cmd writes two or three. */
#define CHAIN_MAX 1024
/* All options together, in memory: their largest are maps of processes. */
#define OPTIONS_MAX (64u << 20)
#define MAX_CPUS    8192u
#define TEXT_MAX    4096

/* The options of the slice, as they are gathered. */
struct gathered {
	unsigned char *bytes;
	size_t size, room;
	bool has_buffer;
	/* Sections do not overlap: all copies together are no longer than the input. */
	uint64_t copied;
	size_t nr_stats, stats_room;
	size_t *stats; /* where texts of CPUSTAT begin in bytes */
};

static void *gather(struct gathered *all, size_t size)
{
	unsigned char *larger;
	void *place;

	if (size > OPTIONS_MAX - all->size)
		return NULL;
	if (size > all->room - all->size) {
		const size_t room = 2 * (all->size + size) + 4096;

		larger = realloc(all->bytes, room);
		if (!larger)
			return NULL;
		all->bytes = larger;
		all->room = room;
	}
	place = all->bytes + all->size;
	all->size += size;
	return place;
}

/* The head of an option, and room for its data; NULL when memory is out. */
static void *add_option(struct dt_trace_slicer *slicer, struct gathered *all, uint32_t option,
			uint32_t size)
{
	unsigned char *place = gather(all, 6 + (size_t)size);

	if (!place)
		return NULL;
	dt_trace_slice_store(slicer, place, option, 2);
	dt_trace_slice_store(slicer, place + 2, size, 4);
	return place + 6;
}

/* ---- sections ---- */

/* A section as it stands; *place: where it came to stand, 0 when it is not in the input. */
static void copy_section(struct dt_trace_slicer *slicer, struct gathered *all, uint64_t offset,
			 uint64_t *place)
{
	const struct dt_source *source = slicer->dat->data.source;
	struct dt_section_head head;

	*place = 0;
	if (!dt_section_head(slicer->dat, offset, &head) || head.end > source->size ||
	    head.end - offset > source->size - all->copied)
		return;
	all->copied += head.end - offset;
	*place = slicer->out->position;
	dt_outfile_copy(slicer->out, source, offset, head.end - offset);
}

static int add_section(struct dt_trace_slicer *slicer, struct gathered *all, uint32_t option,
		       uint64_t offset)
{
	unsigned char *data;
	uint64_t place;

	copy_section(slicer, all, offset, &place);
	if (!place)
		return 0;
	data = add_option(slicer, all, option, 8);
	if (!data)
		return -ENOMEM;
	dt_trace_slice_store(slicer, data, place, 8);
	return 0;
}

/* Sections describe themselves by texts that no option points to. */
static void copy_strings(struct dt_trace_slicer *slicer, struct gathered *all, uint64_t offset)
{
	struct dt_section_head head;
	uint64_t place;

	for (unsigned i = 0; i < DT_SECTIONS_MAX; i++) {
		if (!dt_section_head(slicer->dat, offset, &head) || head.end <= offset)
			return;
		if (head.id == SECTION_STRINGS)
			copy_section(slicer, all, offset, &place);
		offset = head.end;
	}
}

/* ---- buffers ---- */

struct buffer {
	char name[TEXT_MAX], clock[TEXT_MAX];
	uint32_t page_size, nr_cpus;
	bool compressed;
	uint64_t section; /* of the slice */
};

/* u16 id, u16 flags, u32 description, u64 size, which is patched when it is known. */
static uint64_t begin_section(struct dt_trace_slicer *slicer, uint32_t id, bool compressed)
{
	const uint64_t place = slicer->out->position;

	dt_trace_slice_write(slicer, id, 2);
	dt_trace_slice_write(slicer, compressed ? SECTION_COMPRESSED : 0, 2);
	dt_trace_slice_write(slicer, 0, 4);
	dt_trace_slice_write(slicer, 0, 8);
	return place;
}

static void end_section(struct dt_trace_slicer *slicer, uint64_t place)
{
	unsigned char size[8];

	dt_trace_slice_store(slicer, size, slicer->out->position - place - DT_SECTION_HEADER,
			     sizeof(size));
	dt_outfile_patch(slicer->out, place + 8, size, sizeof(size));
}

/* The option's data up to the CPUs. */
static unsigned char *add_buffer(struct dt_trace_slicer *slicer, struct gathered *all,
				 const struct buffer *buffer)
{
	const size_t name = strlen(buffer->name) + 1, clock = strlen(buffer->clock) + 1;
	const size_t fixed = 8 + name + clock + 8;
	unsigned char *data = add_option(slicer, all, DT_OPTION_BUFFER,
					 (uint32_t)(fixed + (size_t)buffer->nr_cpus * 20));

	if (!data)
		return NULL;
	dt_trace_slice_store(slicer, data, buffer->section, 8);
	memcpy(data + 8, buffer->name, name);
	memcpy(data + 8 + name, buffer->clock, clock);
	dt_trace_slice_store(slicer, data + fixed - 8, buffer->page_size, 4);
	dt_trace_slice_store(slicer, data + fixed - 4, buffer->nr_cpus, 4);
	return data + fixed;
}

/* u64 section, name, clock, u32 page size, u32 CPUs, per CPU u32 id, u64 u64 place. */
static int slice_buffer(struct dt_trace_slicer *slicer, struct gathered *all,
			struct dt_bytes *bytes)
{
	const uint64_t section = dt_bytes_u64(bytes);
	struct buffer buffer = {0};
	struct dt_section_head head;
	unsigned char *entry;
	int ret = 0;

	(void)dt_bytes_string(bytes, buffer.name, sizeof(buffer.name));
	(void)dt_bytes_string(bytes, buffer.clock, sizeof(buffer.clock));
	buffer.page_size = dt_bytes_u32(bytes);
	buffer.nr_cpus = dt_bytes_u32(bytes);
	if (bytes->failed || buffer.nr_cpus > MAX_CPUS ||
	    dt_bytes_left(bytes) < (uint64_t)buffer.nr_cpus * 20)
		return -EBADMSG;
	buffer.compressed = dt_section_head(slicer->dat, section, &head) && head.compressed &&
			    slicer->dat->data.codec != DT_CODEC_NONE;
	buffer.section = begin_section(slicer, DT_OPTION_BUFFER, buffer.compressed);
	entry = add_buffer(slicer, all, &buffer);
	if (!entry)
		return -ENOMEM;
	all->has_buffer = true;
	for (uint32_t i = 0; i < buffer.nr_cpus && !ret; i++, entry += 20) {
		const uint32_t cpu = dt_bytes_u32(bytes);
		const uint64_t offset = dt_bytes_u64(bytes), size = dt_bytes_u64(bytes);
		struct dt_trace_place place;

		ret = dt_trace_slice_cpu(slicer, size ? offset : DT_NO_DATA, buffer.compressed,
					 &place);
		dt_trace_slice_store(slicer, entry, cpu, 4);
		dt_trace_slice_store(slicer, entry + 4, place.offset, 8);
		dt_trace_slice_store(slicer, entry + 12, place.size, 8);
	}
	end_section(slicer, buffer.section);
	return ret;
}

/* ---- options ---- */

static int note_stat(struct gathered *all, size_t at)
{
	if (all->nr_stats == all->stats_room) {
		const size_t room = all->stats_room ? 2 * all->stats_room : 64;
		size_t *stats = realloc(all->stats, room * sizeof(*stats));

		if (!stats)
			return -ENOMEM;
		all->stats = stats;
		all->stats_room = room;
	}
	all->stats[all->nr_stats++] = at;
	return 0;
}

static int copy_option(struct dt_trace_slicer *slicer, struct gathered *all, uint32_t option,
		       struct dt_bytes *bytes, uint32_t size)
{
	unsigned char *data = add_option(slicer, all, option, size);

	if (!data)
		return -ENOMEM;
	if (!dt_bytes_copy(bytes, data, size))
		return -EBADMSG;
	return option == DT_OPTION_CPUSTAT ? note_stat(all, (size_t)(data - all->bytes)) : 0;
}

static int slice_option(struct dt_trace_slicer *slicer, struct gathered *all, uint32_t option,
			struct dt_bytes *bytes, uint32_t size)
{
	const uint64_t end = bytes->position + size;
	struct dt_bytes part = *bytes;
	int ret = 0;

	part.end = end;
	switch (option) {
	case DT_OPTION_HEADER_INFO:
	case DT_OPTION_FTRACE_EVENTS:
	case DT_OPTION_EVENT_FORMATS:
	case DT_OPTION_KALLSYMS:
	case DT_OPTION_PRINTK:
	case DT_OPTION_CMDLINES:
		ret = add_section(slicer, all, option, dt_bytes_u64(&part));
		break;
	case DT_OPTION_BUFFER:
		ret = slice_buffer(slicer, all, &part);
		break;
	case DT_OPTION_BUFFER_TEXT:
		break;
	default:
		ret = copy_option(slicer, all, option, &part, size);
		break;
	}
	bytes->window = part.window;
	bytes->position = end;
	return ret;
}

static int slice_options(struct dt_trace_slicer *slicer, struct gathered *all,
			 struct dt_bytes *bytes, uint64_t *next)
{
	int ret = 0;

	*next = 0;
	while (!ret) {
		const uint16_t option = dt_bytes_u16(bytes);
		const uint32_t size = dt_bytes_u32(bytes);

		if (bytes->failed || size > dt_bytes_left(bytes))
			return -EBADMSG;
		if (option == DT_OPTION_DONE) {
			*next = size >= 8 ? dt_bytes_u64(bytes) : 0;
			break;
		}
		ret = slice_option(slicer, all, option, bytes, size);
	}
	return ret;
}

static int slice_chain(struct dt_trace_slicer *slicer, struct gathered *all, uint64_t offset)
{
	int ret = 0;

	for (unsigned i = 0; offset && i < CHAIN_MAX && !ret; i++) {
		struct dt_section section;
		uint64_t next = 0;

		ret = dt_section_open(slicer->dat, &section, offset);
		if (!ret)
			ret = slice_options(slicer, all, &section.bytes, &next);
		dt_section_close(&section);
		offset = next;
	}
	return ret;
}

static int write_options(struct dt_trace_slicer *slicer, struct gathered *all)
{
	unsigned char *done = add_option(slicer, all, DT_OPTION_DONE, 8);
	const uint64_t section = begin_section(slicer, 0, false);
	const uint64_t start = slicer->out->position;
	int ret = 0;

	if (!done)
		return -ENOMEM;
	memset(done, 0, 8);
	/* texts end with the option, at the latest */
	if (!gather(all, 1))
		return -ENOMEM;
	all->bytes[--all->size] = '\0';
	for (size_t i = 0; i < all->nr_stats && !ret; i++)
		ret = dt_trace_slice_cpustat(slicer, (char *)all->bytes + all->stats[i],
					     start + all->stats[i]);
	dt_outfile_write(slicer->out, all->bytes, all->size);
	end_section(slicer, section);
	return ret;
}

/* ---- the file ---- */

/* The head: "name\0", "version\0" of the compression behind the first lines, then the options. */
static int read_head(const struct dt_trace_dat *dat, uint64_t *at, uint64_t *options)
{
	struct dt_bytes bytes;
	char text[16];
	int ret = dt_bytes_init(&bytes, dat->data.source, 0, dat->data.source->size,
				dt_must_swap(dat->data.big_endian));

	dt_bytes_skip(&bytes, 10);
	(void)dt_bytes_string(&bytes, text, sizeof(text));
	dt_bytes_skip(&bytes, 1 + 1 + 4);
	(void)dt_bytes_string(&bytes, NULL, 0);
	(void)dt_bytes_string(&bytes, NULL, 0);
	*at = bytes.position;
	*options = dt_bytes_u64(&bytes);
	if (bytes.failed && !ret)
		ret = -EBADMSG;
	dt_bytes_free(&bytes);
	return ret;
}

int dt_trace_slice_v7(struct dt_trace_slicer *slicer, struct dt_error *error)
{
	struct gathered all = {0};
	unsigned char first[8];
	uint64_t at, options, section;
	int ret = read_head(slicer->dat, &at, &options);

	if (!ret) {
		dt_outfile_copy(slicer->out, slicer->dat->data.source, 0, at + sizeof(first));
		copy_strings(slicer, &all, at + sizeof(first));
		ret = slice_chain(slicer, &all, options);
	}
	if ((!ret && !all.has_buffer) || ret == -EBADMSG)
		ret = dt_fail(error, EBADMSG, "damon-trace report shows what can be read of it",
			      "%s: its options are damaged, or it was not closed by its writer: no "
			      "slice can be made of it",
			      slicer->dat->reader.info.path);
	if (!ret) {
		section = slicer->out->position;
		ret = write_options(slicer, &all);
		dt_trace_slice_store(slicer, first, section, sizeof(first));
		dt_outfile_patch(slicer->out, at, first, sizeof(first));
	}
	free(all.bytes);
	free(all.stats);
	return ret;
}
