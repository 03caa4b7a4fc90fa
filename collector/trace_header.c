/* SPDX-License-Identifier: GPL-2.0-only */
/* See trace_header.h. Numbers are in this machine's byte order, as the format wants. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/random.h>
#include <sys/utsname.h>

#include "collector/trace_files.h"
#include "collector/trace_header.h"

enum option {
	OPTION_DONE = 0,
	OPTION_CPUSTAT = 2,
	OPTION_TRACECLOCK = 4,
	OPTION_UNAME = 5,
	OPTION_TRACEID = 11,
};

static int read_text(struct dt_trace_text *text, const char *directory, const char *file)
{
	return dt_trace_read(directory, file, &text->text, &text->size);
}

/* The number behind a key, from there on; 0: there is none. */
static unsigned long number_behind(const char *text, const char *key)
{
	const char *found = text ? strstr(text, key) : NULL;

	return found ? strtoul(found + strlen(key), NULL, 10) : 0;
}

/* The sub-buffer's size: where its data begins, plus how much data that is. */
static uint32_t page_size(const struct dt_trace_text *header_page)
{
	const char *data = strstr(header_page->text, " data;");
	const unsigned long offset = number_behind(data, "offset:");
	const unsigned long size = number_behind(data, "size:");

	if (size && offset < 128 && size < 64u << 20)
		return (uint32_t)(offset + size);
	return (uint32_t)sysconf(_SC_PAGESIZE);
}

static void read_machine(struct dt_trace_facts *facts)
{
	struct utsname name;
	const char *open, *close;

	if (!uname(&name))
		(void)snprintf(facts->uname, sizeof(facts->uname), "%s %s %s %s", name.sysname,
			       name.nodename, name.release, name.machine);
	open = strchr(facts->clocks.text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close)
		(void)snprintf(facts->clock, sizeof(facts->clock), "%.*s", (int)(close - open) + 1,
			       open);
	if (getrandom(&facts->id, sizeof(facts->id), GRND_NONBLOCK) != sizeof(facts->id))
		facts->id = ((uint64_t)time(NULL) << 32) ^ (uint64_t)getpid();
}

static int read_formats(struct dt_trace_facts *facts, const struct dt_trace_instance *instance,
			const struct dt_trace_events *events)
{
	facts->names = calloc(events->nr + 1, sizeof(*facts->names));
	facts->formats = calloc(events->nr + 1, sizeof(*facts->formats));
	if (!facts->names || !facts->formats)
		return -ENOMEM;
	for (size_t i = 0; i < events->nr; i++) {
		char path[320];
		int ret;

		facts->names[i] = strdup(events->names[i]);
		if (!facts->names[i])
			return -ENOMEM;
		facts->nr_events++;
		ret = read_text(&facts->formats[i], instance->path,
				dt_trace_event_file(path, events->names[i], "format"));
		if (ret)
			return ret;
	}
	return 0;
}

int dt_trace_facts_read(struct dt_trace_facts *facts, const struct dt_trace_instance *instance,
			const struct dt_trace_events *events, const struct dt_roots *roots,
			struct dt_error *error)
{
	int ret;

	facts->tracefs = strdup(roots->tracefs);
	facts->proc = strdup(roots->proc);
	ret = facts->tracefs && facts->proc ? 0 : -ENOMEM;
	if (!ret)
		ret = read_text(&facts->header_page, instance->path, "events/header_page");
	if (!ret)
		ret = read_text(&facts->header_event, instance->path, "events/header_event");
	if (!ret)
		ret = read_text(&facts->clocks, instance->path, "trace_clock");
	if (!ret)
		ret = read_formats(facts, instance, events);
	if (ret)
		return dt_fail(error, -ret, NULL, "cannot read the events' formats of %s: %s",
			       instance->name, strerror(-ret));
	facts->page_size = page_size(&facts->header_page);
	read_machine(facts);
	return 0;
}

int dt_trace_facts_add_graph(struct dt_trace_facts *facts, char *symbols,
			     const struct dt_roots *roots)
{
	int ret;

	facts->symbols = symbols;
	/* instances have no files for the events of tracers */
	ret = read_text(&facts->graph[0], roots->tracefs, "events/ftrace/funcgraph_entry/format");
	if (!ret)
		ret = read_text(&facts->graph[1], roots->tracefs,
				"events/ftrace/funcgraph_exit/format");
	return ret;
}

void dt_trace_facts_free(struct dt_trace_facts *facts)
{
	free(facts->graph[0].text);
	free(facts->graph[1].text);
	free(facts->symbols);
	for (size_t i = 0; i < facts->nr_events; i++) {
		free(facts->names[i]);
		free(facts->formats[i].text);
	}
	free(facts->names);
	free(facts->formats);
	free(facts->header_page.text);
	free(facts->header_event.text);
	free(facts->clocks.text);
	free(facts->tracefs);
	free(facts->proc);
	*facts = (struct dt_trace_facts){0};
}

/* ---- bytes ---- */

static void put(FILE *out, const void *data, size_t size)
{
	(void)fwrite(data, 1, size, out);
}

static void put_u16(FILE *out, uint16_t value)
{
	put(out, &value, sizeof(value));
}

static void put_u32(FILE *out, uint32_t value)
{
	put(out, &value, sizeof(value));
}

static void put_u64(FILE *out, uint64_t value)
{
	put(out, &value, sizeof(value));
}

/* With its zero. */
static void put_string(FILE *out, const char *text)
{
	put(out, text, strlen(text) + 1);
}

static void put_sized(FILE *out, const char *text, size_t size)
{
	put_u64(out, size);
	put(out, text, size);
}

static void put_option(FILE *out, enum option option, const void *data, size_t size)
{
	put_u16(out, (uint16_t)option);
	put_u32(out, (uint32_t)size);
	put(out, data, size);
}

static void put_initial(FILE *out, const struct dt_trace_facts *facts)
{
	static const unsigned char magic[] = {0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g'};
	const uint16_t probe = 1;
	const char big_endian = !*(const char *)&probe, long_size = sizeof(long);

	put(out, magic, sizeof(magic));
	put_string(out, "6");
	put(out, &big_endian, 1);
	put(out, &long_size, 1);
	put_u32(out, facts->page_size);
	put_string(out, "header_page");
	put_sized(out, facts->header_page.text, facts->header_page.size);
	put_string(out, "header_event");
	put_sized(out, facts->header_event.text, facts->header_event.size);
}

static size_t system_length(const char *name)
{
	return strcspn(name, ":");
}

/* How many events from here on have the same system. */
static size_t same_system(const struct dt_trace_facts *facts, size_t from)
{
	const size_t length = system_length(facts->names[from]);
	size_t nr = 1;

	while (from + nr < facts->nr_events &&
	       !strncmp(facts->names[from + nr], facts->names[from], length + 1))
		nr++;
	return nr;
}

static void put_formats(FILE *out, const struct dt_trace_facts *facts)
{
	uint32_t systems = 0;

	/* formats of the function tracers, as far as they are recorded */
	put_u32(out, facts->symbols ? 2 : 0);
	for (size_t i = 0; facts->symbols && i < 2; i++)
		put_sized(out, facts->graph[i].text, facts->graph[i].size);
	for (size_t i = 0; i < facts->nr_events; i += same_system(facts, i))
		systems++;
	put_u32(out, systems);
	for (size_t i = 0; i < facts->nr_events;) {
		const size_t nr = same_system(facts, i);

		(void)fprintf(out, "%.*s%c", (int)system_length(facts->names[i]), facts->names[i],
			      '\0');
		put_u32(out, (uint32_t)nr);
		for (size_t j = i; j < i + nr; j++)
			put_sized(out, facts->formats[j].text, facts->formats[j].size);
		i += nr;
	}
}

static void put_options(FILE *out, const struct dt_trace_facts *facts,
			const struct dt_trace_stats *stats)
{
	char text[512];

	put_string(out, "options  ");
	put_option(out, OPTION_TRACECLOCK, facts->clocks.text, facts->clocks.size + 1);
	put_option(out, OPTION_UNAME, facts->uname, strlen(facts->uname) + 1);
	put_option(out, OPTION_TRACEID, &facts->id, sizeof(facts->id));
	for (uint32_t i = 0; stats && i < facts->nr_cpus; i++)
		put_option(out, OPTION_CPUSTAT, text,
			   dt_trace_stats_text(text, sizeof(text), (int)i, &stats[i]) + 1);
	put_u16(out, OPTION_DONE);
}

/* 0 or -ENOMEM: a stream in memory fails for nothing else. */
static int close_stream(FILE *out, char **bytes)
{
	const bool failed = ferror(out);

	if (fclose(out) || failed) {
		free(*bytes);
		*bytes = NULL;
		return -ENOMEM;
	}
	return 0;
}

int dt_trace_header_make(const struct dt_trace_facts *facts, const char *cmdlines,
			 const struct dt_trace_stats *stats, unsigned char **bytes, size_t *size)
{
	FILE *out = open_memstream((char **)bytes, size);

	if (!out)
		return -ENOMEM;
	put_initial(out, facts);
	put_formats(out, facts);
	/* kallsyms: addresses of the kernel stay in it, but those that its events name */
	put_u32(out, facts->symbols ? (uint32_t)strlen(facts->symbols) : 0);
	if (facts->symbols)
		put(out, facts->symbols, strlen(facts->symbols));
	put_u32(out, 0); /* printk formats */
	put_sized(out, cmdlines, strlen(cmdlines));
	put_u32(out, facts->nr_cpus);
	put_options(out, facts, stats);
	return close_stream(out, (char **)bytes);
}

int dt_trace_table_make(const struct dt_trace_facts *facts, const uint64_t *sizes, size_t header,
			unsigned char **bytes, size_t *size, uint64_t *data)
{
	static const char mark[] = "flyrecord";
	const uint64_t page = facts->page_size;
	uint64_t offset = header + sizeof(mark) + 16ull * facts->nr_cpus + 8 + strlen(facts->clock);
	FILE *out = open_memstream((char **)bytes, size);

	if (!out)
		return -ENOMEM;
	offset = (offset + page - 1) / page * page;
	*data = offset;
	put_string(out, mark);
	for (uint32_t i = 0; i < facts->nr_cpus; i++) {
		put_u64(out, offset);
		put_u64(out, sizes[i]);
		offset += sizes[i];
	}
	put_sized(out, facts->clock, strlen(facts->clock));
	return close_stream(out, (char **)bytes);
}
