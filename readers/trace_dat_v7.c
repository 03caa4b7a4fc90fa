/* SPDX-License-Identifier: GPL-2.0-only */
/* trace.dat version 7: sections found through a chain of options (trace-cmd.dat.v7(5)). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/trace_section.h"

/* Options sections: trace-cmd writes two or three. */
#define CHAIN_MAX 1024

bool dt_sections_seen(const struct dt_sections *sections, uint64_t offset)
{
	for (unsigned i = 0; i < sections->nr_seen; i++)
		if (sections->seen[i] == offset)
			return true;
	/* with a list that is full nothing is used twice either */
	return sections->nr_seen == DT_SECTIONS_MAX;
}

/* A buffer: u64 section, name, clock, u32 page size, u32 CPUs, per CPU u32 id, u64 u64 place. */
static int read_buffer(struct dt_trace_dat *dat, struct dt_bytes *bytes)
{
	struct dt_input_info *info = &dat->reader.info;
	uint64_t section = dt_bytes_u64(bytes);
	struct dt_section_head head;
	uint32_t page_size, nr_cpus;
	bool compressed;
	char clock[sizeof(info->clock)];

	compressed = dt_section_head(dat, section, &head) && head.compressed;
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

static int read_option(struct dt_trace_dat *dat, struct dt_sections *sections, uint32_t option,
		       struct dt_bytes *bytes, uint64_t size)
{
	uint64_t end = bytes->position + size;
	struct dt_bytes part = *bytes;
	int ret = 0;

	/* a damaged option must not spoil the ones behind it */
	part.end = end;
	switch (option) {
	case DT_OPTION_HEADER_INFO:
		sections->header_info = dt_bytes_u64(&part);
		break;
	case DT_OPTION_FTRACE_EVENTS:
		sections->ftrace = dt_bytes_u64(&part);
		break;
	case DT_OPTION_EVENT_FORMATS:
		sections->formats = dt_bytes_u64(&part);
		break;
	case DT_OPTION_KALLSYMS:
		sections->kallsyms = dt_bytes_u64(&part);
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
static int read_options(struct dt_trace_dat *dat, struct dt_sections *sections,
			struct dt_bytes *bytes, uint64_t *next)
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
		ret = read_option(dat, sections, option, bytes, size);
		if (ret)
			return ret;
	}
}

int dt_section_options(struct dt_trace_dat *dat, struct dt_sections *sections, uint64_t offset,
		       uint64_t *next)
{
	struct dt_section section;
	int ret = dt_section_open(dat, &section, offset);

	*next = 0;
	if (sections->nr_seen < DT_SECTIONS_MAX)
		sections->seen[sections->nr_seen++] = offset;
	if (!ret)
		ret = read_options(dat, sections, &section.bytes, next);
	dt_section_close(&section);
	return ret;
}

static int read_chain(struct dt_trace_dat *dat, struct dt_sections *sections, uint64_t offset)
{
	for (unsigned i = 0; offset && i < CHAIN_MAX; i++) {
		uint64_t next;
		int ret = dt_section_options(dat, sections, offset, &next);

		if (ret == -ENOMEM)
			return ret;
		if (ret) {
			dt_warn(&dat->reader.info.warnings, offset,
				"an options section is damaged or cut");
			return 0;
		}
		sections->last_options = offset;
		offset = next;
	}
	return 0;
}

enum part { PART_HEADERS, PART_FTRACE, PART_FORMATS, PART_KALLSYMS };

static int read_part(struct dt_trace_dat *dat, uint64_t offset, enum part part, const char *name)
{
	struct dt_warnings *warnings = &dat->reader.info.warnings;
	struct dt_section section;
	int ret;

	if (!offset) {
		/* only the calls of functions need these */
		if (part != PART_FTRACE && part != PART_KALLSYMS)
			dt_warn(warnings, UINT64_MAX, "the file has no %s", name);
		return 0;
	}
	ret = dt_section_open(dat, &section, offset);
	if (!ret) {
		if (part == PART_HEADERS)
			ret = dt_formats_read_headers(&dat->data.layout, &section.bytes);
		else if (part == PART_FTRACE)
			ret = dt_formats_read_ftrace(dat->data.table, &section.bytes, warnings);
		else if (part == PART_KALLSYMS)
			dt_call_symbols_read(&dat->data.table->symbols, &section.bytes);
		else
			ret = dt_formats_read_systems(dat->data.table, &section.bytes, warnings);
	}
	dt_section_close(&section);
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
	struct dt_sections sections = {0};
	uint64_t first;
	int ret = read_codec(dat, bytes, error);

	if (ret)
		return ret;
	first = dt_bytes_u64(bytes);
	if (bytes->failed || !first)
		dt_warn(&dat->reader.info.warnings, bytes->position,
			"the file was not closed by its writer: it has no options");
	ret = read_chain(dat, &sections, first);
	if (!ret)
		ret = dt_sections_walk(dat, &sections, bytes->position);
	/* the pages' layout decides how the CPU data is read, and comes from here */
	if (!ret)
		ret = read_part(dat, sections.header_info, PART_HEADERS,
				"description of its pages");
	if (!ret)
		ret = read_part(dat, sections.ftrace, PART_FTRACE, "ftrace formats");
	if (!ret)
		ret = read_part(dat, sections.formats, PART_FORMATS, "event formats");
	if (!ret)
		ret = read_part(dat, sections.kallsyms, PART_KALLSYMS, "symbols");
	if (!ret)
		ret = dt_sections_find_cpus(dat, &sections);
	return ret ? dt_fail(error, -ret, NULL, "out of memory") : 0;
}
