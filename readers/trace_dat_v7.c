/* SPDX-License-Identifier: GPL-2.0-only */
/* trace.dat version 7: sections found through a chain of options (trace-cmd.dat.v7(5)). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_dat.h"

/* Section header: u16 id, u16 flags, u32 description, u64 size. */
#define SECTION_HEADER	   16
#define SECTION_COMPRESSED 1

/* A header section of a kernel with all events is a few MB. */
#define SECTION_MAX (64u << 20)

/* Options sections: trace-cmd writes two or three. */
#define CHAIN_MAX 1024

/* A section opened for reading: in the file, or expanded into memory. */
struct section {
	struct dt_bytes bytes;
	struct dt_source *expanded;
	void *memory;
};

static void section_close(struct section *section)
{
	dt_bytes_free(&section->bytes);
	dt_source_close(section->expanded);
	free(section->memory);
}

static int section_expand(struct dt_trace_dat *dat, struct section *section, struct dt_bytes *at)
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

/* Open the section whose header is at offset. 0, -EBADMSG or -ENOMEM; close it in any case. */
static int section_open(struct dt_trace_dat *dat, struct section *section, uint64_t offset)
{
	const struct dt_source *source = dat->data.source;
	const bool swap = dt_must_swap(dat->data.big_endian);
	struct dt_bytes head;
	uint16_t flags;
	uint64_t size;
	int ret;

	*section = (struct section){0};
	ret = dt_bytes_init(&head, source, offset, source->size, swap);
	if (ret)
		return ret;
	dt_bytes_skip(&head, 2);
	flags = dt_bytes_u16(&head);
	dt_bytes_skip(&head, 4);
	size = dt_bytes_u64(&head);
	if (head.failed || size > dt_bytes_left(&head))
		ret = -EBADMSG;
	else if (flags & SECTION_COMPRESSED)
		ret = section_expand(dat, section, &head);
	else
		ret = dt_bytes_init(&section->bytes, source, head.position, head.position + size,
				    swap);
	dt_bytes_free(&head);
	return ret;
}

/* The sections that hold the formats, read when all options are known. */
struct places {
	uint64_t header_info, ftrace, formats;
};

static bool data_is_compressed(struct dt_trace_dat *dat, uint64_t offset)
{
	unsigned char head[SECTION_HEADER];
	uint16_t flags;

	if (dt_source_read(dat->data.source, head, offset, sizeof(head)) != (int64_t)sizeof(head))
		return false;
	memcpy(&flags, head + 2, sizeof(flags));
	if (dt_must_swap(dat->data.big_endian))
		flags = __builtin_bswap16(flags);
	return flags & SECTION_COMPRESSED;
}

/* A buffer: u64 section, name, clock, u32 page size, u32 CPUs, per CPU u32 id, u64 u64 place. */
static int read_buffer(struct dt_trace_dat *dat, struct dt_bytes *bytes)
{
	struct dt_input_info *info = &dat->reader.info;
	uint64_t section = dt_bytes_u64(bytes);
	bool compressed = data_is_compressed(dat, section);
	uint32_t page_size, nr_cpus;
	char clock[sizeof(info->clock)];

	(void)dt_bytes_string(bytes, NULL, 0);
	(void)dt_bytes_string(bytes, clock, sizeof(clock));
	page_size = dt_bytes_u32(bytes);
	nr_cpus = dt_bytes_u32(bytes);
	if (!info->clock[0])
		memcpy(info->clock, clock, sizeof(clock));
	for (uint32_t i = 0; i < nr_cpus; i++) {
		struct dt_trace_cpu cpu = {.page_size = page_size, .compressed = compressed};
		int ret;

		cpu.cpu = dt_bytes_u32(bytes);
		cpu.offset = dt_bytes_u64(bytes);
		cpu.size = dt_bytes_u64(bytes);
		if (bytes->failed)
			break;
		ret = dt_trace_dat_add_cpu(dat, &cpu);
		if (ret)
			return ret;
	}
	if (bytes->failed)
		dt_warn(&info->warnings, section, "the description of a buffer breaks off");
	return 0;
}

static int read_option(struct dt_trace_dat *dat, struct places *places, uint32_t option,
		       struct dt_bytes *bytes, uint64_t size)
{
	uint64_t end = bytes->position + size;
	struct dt_bytes part = *bytes;
	int ret = 0;

	/* a damaged option must not spoil the ones behind it */
	part.end = end;
	switch (option) {
	case DT_OPTION_HEADER_INFO:
		places->header_info = dt_bytes_u64(&part);
		break;
	case DT_OPTION_FTRACE_EVENTS:
		places->ftrace = dt_bytes_u64(&part);
		break;
	case DT_OPTION_EVENT_FORMATS:
		places->formats = dt_bytes_u64(&part);
		break;
	case DT_OPTION_BUFFER:
		ret = read_buffer(dat, &part);
		break;
	case DT_OPTION_BUFFER_TEXT:
		dat->has_text = true;
		break;
	default:
		dt_trace_dat_option(dat, option, &part, size);
		break;
	}
	bytes->window = part.window;
	bytes->position = end;
	return ret;
}

/* One options section; *next becomes the offset of the next, 0 at the end. */
static int read_options(struct dt_trace_dat *dat, struct places *places, struct dt_bytes *bytes,
			uint64_t *next)
{
	*next = 0;
	for (;;) {
		uint16_t option = dt_bytes_u16(bytes);
		uint32_t size = dt_bytes_u32(bytes);
		int ret;

		if (bytes->failed || size > dt_bytes_left(bytes))
			return -EBADMSG;
		if (option == DT_OPTION_DONE) {
			*next = size >= 8 ? dt_bytes_u64(bytes) : 0;
			return 0;
		}
		ret = read_option(dat, places, option, bytes, size);
		if (ret)
			return ret;
	}
}

static int read_chain(struct dt_trace_dat *dat, struct places *places, uint64_t offset)
{
	struct dt_warnings *warnings = &dat->reader.info.warnings;

	for (unsigned i = 0; offset && i < CHAIN_MAX; i++) {
		struct section section;
		uint64_t next = 0;
		int ret = section_open(dat, &section, offset);

		if (!ret)
			ret = read_options(dat, places, &section.bytes, &next);
		section_close(&section);
		if (ret == -ENOMEM)
			return ret;
		if (ret) {
			dt_warn(warnings, offset, "an options section is damaged or cut");
			return 0;
		}
		offset = next;
	}
	return 0;
}

enum part { PART_HEADERS, PART_FTRACE, PART_FORMATS };

static int read_part(struct dt_trace_dat *dat, uint64_t offset, enum part part, const char *name)
{
	struct dt_warnings *warnings = &dat->reader.info.warnings;
	struct section section;
	int ret;

	if (!offset) {
		/* ftrace's own events are of no use here */
		if (part != PART_FTRACE)
			dt_warn(warnings, UINT64_MAX, "the file has no %s", name);
		return 0;
	}
	ret = section_open(dat, &section, offset);
	if (!ret) {
		if (part == PART_HEADERS)
			ret = dt_formats_read_headers(&dat->data.layout, &section.bytes);
		else if (part == PART_FTRACE)
			ret = dt_formats_read_ftrace(dat->data.table, &section.bytes, warnings);
		else
			ret = dt_formats_read_systems(dat->data.table, &section.bytes, warnings);
	}
	section_close(&section);
	if (ret == -EBADMSG) {
		dt_warn(warnings, offset, "the section with the %s is damaged or cut", name);
		ret = 0;
	}
	return ret;
}

static int read_codec(struct dt_trace_dat *dat, struct dt_bytes *bytes, struct dt_error *error)
{
	struct dt_input_info *info = &dat->reader.info;
	char name[16], version[32];

	(void)dt_bytes_string(bytes, name, sizeof(name));
	(void)dt_bytes_string(bytes, version, sizeof(version));
	if (!strcmp(name, "zstd"))
		dat->data.codec = DT_CODEC_ZSTD;
	else if (!strcmp(name, "zlib"))
		dat->data.codec = DT_CODEC_ZLIB;
	else if (strcmp(name, "none") != 0 && !bytes->failed)
		return dt_fail(error, EOPNOTSUPP, "trace-cmd convert rewrites it",
			       "%s: compressed by \"%s\"; zstd and zlib can be read", info->path,
			       name);
	(void)snprintf(info->version, sizeof(info->version), "7, %s",
		       dat->data.codec == DT_CODEC_NONE ? "not compressed" : name);
	return 0;
}

int dt_trace_dat_open_v7(struct dt_trace_dat *dat, struct dt_bytes *bytes, struct dt_error *error)
{
	struct places places = {0};
	uint64_t first;
	int ret = read_codec(dat, bytes, error);

	if (ret)
		return ret;
	first = dt_bytes_u64(bytes);
	if (bytes->failed || !first)
		dt_warn(&dat->reader.info.warnings, bytes->position,
			"the file was not closed by its writer: it has no options");
	ret = read_chain(dat, &places, first);
	/* the pages' layout decides how the CPU data is read, and comes from here */
	if (!ret)
		ret = read_part(dat, places.header_info, PART_HEADERS, "description of its pages");
	if (!ret)
		ret = read_part(dat, places.ftrace, PART_FTRACE, "ftrace formats");
	if (!ret)
		ret = read_part(dat, places.formats, PART_FORMATS, "event formats");
	return ret ? dt_fail(error, -ret, NULL, "out of memory") : 0;
}
