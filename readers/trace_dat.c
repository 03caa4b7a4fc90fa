/* SPDX-License-Identifier: GPL-2.0-only */
/* trace.dat: what both versions share, and the reader itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_dat.h"

static const unsigned char magic[] = {0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g'};

#define OPTION_TEXT_MAX 4096

static bool probe(const unsigned char *head, size_t size)
{
	return size >= sizeof(magic) && !memcmp(head, magic, sizeof(magic));
}

/* "local global [mono] boot": what stands in brackets. */
static void option_clock(struct dt_input_info *info, const char *text)
{
	const char *open = strchr(text, '[');
	size_t length = open ? strcspn(open + 1, "]") : 0;

	if (length && length < sizeof(info->clock)) {
		memcpy(info->clock, open + 1, length);
		info->clock[length] = '\0';
	}
}

/* "Linux host release machine", as uname(2) names them. */
static void option_uname(struct dt_input_info *info, const char *text)
{
	(void)sscanf(text, "%*s %127s %127s %31s", info->host, info->kernel, info->arch);
}

static void option_cpustat(struct dt_trace_dat *dat, const char *text)
{
	static const char *const counters[] = {
		"\noverrun:", "\ncommit overrun:", "\ndropped events:"};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		const char *line = strstr(text, counters[i]);

		if (line)
			dat->overrun += strtoull(line + strlen(counters[i]), NULL, 10);
	}
}

static void option_tsc(struct dt_trace_data *data, struct dt_bytes *bytes)
{
	uint32_t mult = dt_bytes_u32(bytes), shift = dt_bytes_u32(bytes);
	uint64_t offset = dt_bytes_u64(bytes);

	if (bytes->failed || shift > 63)
		return;
	data->tsc_mult = mult;
	data->tsc_shift = shift;
	data->tsc_offset = offset;
}

void dt_trace_dat_option(struct dt_trace_dat *dat, uint32_t option, struct dt_bytes *bytes,
			 uint64_t size)
{
	struct dt_input_info *info = &dat->reader.info;
	char text[OPTION_TEXT_MAX];
	uint64_t kept = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
	uint64_t end = bytes->position + size;

	switch (option) {
	case DT_OPTION_TRACECLOCK:
	case DT_OPTION_UNAME:
	case DT_OPTION_CPUSTAT:
		(void)dt_bytes_copy(bytes, text, kept);
		text[kept] = '\0';
		if (option == DT_OPTION_TRACECLOCK)
			option_clock(info, text);
		else if (option == DT_OPTION_UNAME)
			option_uname(info, text);
		else
			option_cpustat(dat, text);
		break;
	case DT_OPTION_TSC2NSEC:
		if (size >= 16)
			option_tsc(&dat->data, bytes);
		break;
	case DT_OPTION_CPUCOUNT:
		if (size >= 4)
			info->cpus = dt_bytes_u32(bytes);
		break;
	default:
		break;
	}
	if (!bytes->failed)
		dt_bytes_skip(bytes, end - bytes->position);
}

/* Do the pages look like pages when they are that large? The first few heads tell. */
static bool plausible(const struct dt_trace_dat *dat, const struct dt_trace_cpu *cpu,
		      uint32_t page_size)
{
	const struct dt_page_layout *layout = &dat->data.layout;
	uint64_t last = 0;

	for (uint64_t at = 0; at < cpu->size && at < 4ull * page_size; at += page_size) {
		unsigned char head[128];
		uint64_t time, commit = 0;
		uint32_t narrow;

		if (dt_source_read(dat->data.source, head, cpu->offset + at, sizeof(head)) !=
		    (int64_t)sizeof(head))
			return true;
		memcpy(&time, head, 8);
		if (layout->commit_size == 8)
			memcpy(&commit, head + layout->commit_offset, 8);
		memcpy(&narrow, head + layout->commit_offset, 4);
		if (dt_must_swap(dat->data.big_endian)) {
			time = __builtin_bswap64(time);
			commit = __builtin_bswap64(commit);
			narrow = __builtin_bswap32(narrow);
		}
		if (layout->commit_size == 4)
			commit = narrow;
		commit &= (1u << 27) - 1;
		if (commit > page_size - layout->data_offset || time < last)
			return false;
		last = time;
	}
	return true;
}

/*
 * The file's page size is the rule. Where the kernel's header_page tells of larger sub-buffers
 * (since Linux 6.8 they can be) the bytes decide.
 */
static void choose_page_size(const struct dt_trace_dat *dat, struct dt_trace_cpu *cpu)
{
	uint32_t told = dat->data.layout.sub_buffer_size;

	if (cpu->page_size <= dat->data.layout.data_offset || cpu->page_size > DT_PAGE_SIZE_MAX)
		cpu->page_size = told ? told : 4096;
	else if (told > dat->data.layout.data_offset && told != cpu->page_size &&
		 !cpu->compressed && !plausible(dat, cpu, cpu->page_size) &&
		 plausible(dat, cpu, told))
		cpu->page_size = told;
}

int dt_trace_dat_add_cpu(struct dt_trace_dat *dat, struct dt_trace_cpu *cpu)
{
	struct dt_input_info *info = &dat->reader.info;
	uint64_t total = 0;

	if (!cpu->size)
		return 0;
	if (cpu->offset > info->size || cpu->size > info->size - cpu->offset) {
		dt_trace_cpu_warn(cpu, &info->warnings, cpu->offset,
				  "its data reaches beyond the end of the file: cut");
		if (cpu->offset >= info->size)
			return 0;
		cpu->size = info->size - cpu->offset;
	}
	for (uint32_t i = 0; i < dat->data.nr_cpus; i++)
		total += dat->data.cpus[i].size;
	/* no honest file has data of two CPUs in one place; this bounds the memory of the walk */
	if (cpu->size > info->size - (total > info->size ? info->size : total)) {
		dt_trace_cpu_warn(cpu, &info->warnings, cpu->offset,
				  "its data overlaps that of others: left out");
		return 0;
	}
	return dt_trace_data_add(&dat->data, cpu);
}

static int read_head(struct dt_trace_dat *dat, struct dt_bytes *bytes, int *version,
		     struct dt_error *error)
{
	struct dt_input_info *info = &dat->reader.info;
	char text[16];
	uint8_t big_endian;

	dt_bytes_skip(bytes, sizeof(magic));
	if (!dt_bytes_string(bytes, text, sizeof(text)))
		return dt_fail(error, EBADMSG, NULL, "%s: trace.dat that ends in its first bytes",
			       info->path);
	*version = !strcmp(text, "6") ? 6 : !strcmp(text, "7") ? 7 : 0;
	if (!*version)
		return dt_fail(
			error, EOPNOTSUPP, "trace-cmd convert writes version 6, which can be read",
			"%s: trace.dat of version \"%s\"; 6 and 7 can be read", info->path, text);
	(void)snprintf(info->version, sizeof(info->version), "%s", text);
	big_endian = dt_bytes_u8(bytes);
	dat->long_size = dt_bytes_u8(bytes);
	info->big_endian = big_endian;
	dat->data.big_endian = big_endian;
	bytes->swap = dt_must_swap(big_endian);
	dat->page_size = dt_bytes_u32(bytes);
	if (bytes->failed)
		return dt_fail(error, EBADMSG, NULL, "%s: trace.dat that ends in its first bytes",
			       info->path);
	if (big_endian > 1 || (dat->long_size != 4 && dat->long_size != 8))
		return dt_fail(error, EBADMSG, NULL,
			       "%s: trace.dat with a damaged beginning (byte order %u, long of %d "
			       "bytes)",
			       info->path, big_endian, dat->long_size);
	return 0;
}

static int read_all(struct dt_trace_dat *dat, struct dt_error *error)
{
	struct dt_input_info *info = &dat->reader.info;
	struct dt_bytes bytes;
	int version = 0;
	int ret;

	if (dt_bytes_init(&bytes, dat->data.source, 0, info->size, false))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	ret = read_head(dat, &bytes, &version, error);
	if (!ret) {
		dat->data.table = dt_event_table_new(info->big_endian);
		/* the defaults of a kernel with that long size; header_page says more */
		dat->data.layout.commit_offset = 8;
		dat->data.layout.commit_size = (uint32_t)dat->long_size;
		dat->data.layout.data_offset = 8 + (uint32_t)dat->long_size;
		if (!dat->data.table)
			ret = dt_fail(error, ENOMEM, NULL, "out of memory");
		else if (version == 6)
			ret = dt_trace_dat_open_v6(dat, &bytes, error);
		else
			ret = dt_trace_dat_open_v7(dat, &bytes, error);
	}
	dt_bytes_free(&bytes);
	return ret;
}

static void free_dat(struct dt_trace_dat *dat)
{
	dt_event_table_free(dat->data.table);
	free(dat->data.cpus);
	free(dat->reader.info.events);
	free(dat);
}

static int open_dat(struct dt_reader **reader, struct dt_source *source, struct dt_error *error)
{
	struct dt_trace_dat *dat = calloc(1, sizeof(*dat));
	struct dt_input_info *info;
	int ret;

	if (!dat)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	dat->data.source = source;
	dat->reader.source = source;
	info = &dat->reader.info;
	info->path = source->path;
	info->kind = "trace.dat";
	info->size = source->size;
	dat->header_size = source->size;
	info->start_ns = 1;
	ret = read_all(dat, error);
	for (uint32_t i = 0; i < dat->data.nr_cpus; i++)
		choose_page_size(dat, &dat->data.cpus[i]);
	if (!ret && dat->has_text && !dat->data.nr_cpus)
		ret = dt_fail(error, EOPNOTSUPP, "record events instead: trace-cmd record -e damon",
			      "%s: trace.dat with the text of a latency tracer, without events",
			      info->path);
	if (ret) {
		free_dat(dat);
		return ret;
	}
	dat->warnings_at_open = info->warnings.count;
	*reader = &dat->reader;
	return 0;
}

/* The counts of the table's events, those that occurred. */
static int list_events(struct dt_trace_dat *dat)
{
	struct dt_input_info *info = &dat->reader.info;
	const struct dt_event_table *table = dat->data.table;

	info->events = calloc(table->nr_types ? table->nr_types : 1, sizeof(*info->events));
	if (!info->events)
		return -ENOMEM;
	for (uint32_t i = 0; i < table->nr_types; i++) {
		struct dt_event_count *event = &info->events[info->nr_events];

		if (!table->types[i].count)
			continue;
		memcpy(event->name, table->types[i].name, sizeof(event->name));
		event->count = table->types[i].count;
		info->nr_events++;
	}
	return 0;
}

static int finish_counting(struct dt_trace_dat *dat)
{
	struct dt_input_info *info = &dat->reader.info;

	/* what the ring buffers counted includes what the pages mark */
	if (dat->overrun > info->lost_events)
		info->lost_events = dat->overrun;
	info->complete = !info->warnings.count;
	dat->reader.counted = true;
	return list_events(dat);
}

static void forget_counts(struct dt_trace_dat *dat)
{
	struct dt_input_info *info = &dat->reader.info;

	info->lost_events = 0;
	info->lost_unknown = 0;
	info->warnings.count = dat->warnings_at_open;
	for (uint32_t i = 0; i < dat->data.table->nr_types; i++)
		dat->data.table->types[i].count = 0;
}

void dt_trace_dat_recount(struct dt_reader *reader)
{
	struct dt_trace_dat *dat = (struct dt_trace_dat *)reader;

	if (reader->ops != &dt_trace_dat_reader || !reader->counted)
		return;
	forget_counts(dat);
	free(reader->info.events);
	reader->info.events = NULL;
	reader->info.nr_events = 0;
	reader->counted = false;
}

static int walk_dat(struct dt_reader *reader, const struct dt_sink *sink, struct dt_error *error)
{
	struct dt_trace_dat *dat = (struct dt_trace_dat *)reader;
	struct dt_emitter emitter;
	int ret = dt_emitter_init(&emitter, sink);

	/* a walk that its sink ended has counted a part */
	if (!reader->counted)
		forget_counts(dat);
	if (!ret) {
		ret = dt_trace_data_walk(&dat->data, &emitter, &reader->info, !reader->counted);
		dt_emitter_free(&emitter);
	}
	if (!ret && !reader->counted)
		ret = finish_counting(dat);
	return dt_source_explain(reader->source, ret, error);
}

static void close_dat(struct dt_reader *reader)
{
	struct dt_source *source = reader->source;

	free_dat((struct dt_trace_dat *)reader);
	dt_source_close(source);
}

const struct dt_reader_ops dt_trace_dat_reader = {
	.name = "trace.dat",
	.expects = "trace.dat of trace-cmd (begins with 17 08 44 \"tracing\")",
	.probe = probe,
	.open = open_dat,
	.walk = walk_dat,
	.slice = dt_trace_dat_slice,
	.close = close_dat,
};
