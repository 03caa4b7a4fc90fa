/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts in a trace.dat file: header pages, event formats, command lines, options. Version 6
 * has them one after the other, version 7 in sections.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/trace_writer_private.h"

static const char header_event[] = "# compressed entry header\n"
				   "\ttype_len    :    5 bits\n"
				   "\ttime_delta  :   27 bits\n"
				   "\tarray       :   32 bits\n"
				   "\n"
				   "\tpadding     : type == 29\n"
				   "\ttime_extend : type == 30\n"
				   "\ttime_stamp : type == 31\n"
				   "\tdata max type_len  == 28\n";

#define COMMON_FIELDS                                                                  \
	"format:\n"                                                                    \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

void dt_tw_put_text(struct dt_tw_bytes *out, const char *text, int size_bytes)
{
	size_t length = text ? strlen(text) : 0;

	dt_tw_put_number(out, length, size_bytes);
	dt_tw_put(out, text, length);
}

static void put_header_info(const struct dt_tw *writer, struct dt_tw_bytes *out)
{
	const struct dt_tw_config *config = &writer->config;
	uint32_t header = dt_tw_subbuf_header(writer);
	char text[512];

	(void)snprintf(text, sizeof(text),
		       "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		       "\tfield: local_t commit;\toffset:8;\tsize:%d;\tsigned:1;\n"
		       "\tfield: char overwrite;\toffset:8;\tsize:1;\tsigned:0;\n"
		       "\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:0;\n",
		       config->long_size, header, config->subbuf_size - header);
	dt_tw_put_string(out, "header_page");
	dt_tw_put_text(out, config->header_page ? config->header_page : text, 8);
	dt_tw_put_string(out, "header_event");
	dt_tw_put_text(out, header_event, 8);
}

static int count_of_system(const struct dt_tw *writer, const char *system, int first)
{
	int count = 0;

	for (int i = first; i < DT_TW_NR_EVENTS; i++)
		count += dt_tw_has_event(writer, (enum dt_tw_event)i) &&
			 !strcmp(system, dt_tw_event_system((enum dt_tw_event)i));
	return count;
}

static bool system_seen(const struct dt_tw *writer, int event)
{
	const char *system = dt_tw_event_system((enum dt_tw_event)event);

	return count_of_system(writer, system, 0) > count_of_system(writer, system, event);
}

static void put_events_of(const struct dt_tw *writer, struct dt_tw_bytes *out, const char *system)
{
	for (int i = 0; i < DT_TW_NR_EVENTS; i++) {
		char *text;

		if (!dt_tw_has_event(writer, (enum dt_tw_event)i) ||
		    strcmp(system, dt_tw_event_system((enum dt_tw_event)i)))
			continue;
		text = dt_tw_format(writer, (enum dt_tw_event)i);
		dt_tw_put_text(out, text, 8);
		free(text);
	}
}

static void put_system(const struct dt_tw *writer, struct dt_tw_bytes *out, const char *system)
{
	dt_tw_put_string(out, system);
	dt_tw_put_number(out, (uint64_t)count_of_system(writer, system, 0), 4);
	put_events_of(writer, out, system);
}

static void put_ftrace_events(const struct dt_tw *writer, struct dt_tw_bytes *out)
{
	int size = writer->config.long_size;
	char text[1024];

	dt_tw_put_number(out, 2 + (uint64_t)count_of_system(writer, DT_TW_FTRACE, 0), 4);
	(void)snprintf(text, sizeof(text),
		       "name: function\nID: 1\n" COMMON_FIELDS
		       "\tfield:unsigned long ip;\toffset:8;\tsize:%d;\tsigned:0;\n"
		       "\tfield:unsigned long parent_ip;\toffset:%d;\tsize:%d;\tsigned:0;\n"
		       "\nprint fmt: \" %%ps <-- %%ps\", (void *)REC->ip, (void *)REC->parent_ip\n",
		       size, 8 + size, size);
	dt_tw_put_text(out, text, 8);
	(void)snprintf(text, sizeof(text),
		       "name: print\nID: 5\n" COMMON_FIELDS
		       "\tfield:unsigned long ip;\toffset:8;\tsize:%d;\tsigned:0;\n"
		       "\tfield:char buf[];\toffset:%d;\tsize:0;\tsigned:0;\n"
		       "\nprint fmt: \"%%ps: %%s\", (void *)REC->ip, REC->buf\n",
		       size, 8 + size);
	dt_tw_put_text(out, text, 8);
	put_events_of(writer, out, DT_TW_FTRACE);
}

static void put_event_formats(const struct dt_tw *writer, struct dt_tw_bytes *out)
{
	uint64_t systems = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < DT_TW_NR_EVENTS; i++) {
			if (!dt_tw_has_event(writer, (enum dt_tw_event)i) ||
			    system_seen(writer, i) ||
			    !strcmp(dt_tw_event_system((enum dt_tw_event)i), DT_TW_FTRACE))
				continue;
			if (pass)
				put_system(writer, out, dt_tw_event_system((enum dt_tw_event)i));
			else
				systems++;
		}
		if (!pass)
			dt_tw_put_number(out, systems, 4);
	}
}

/* Sections 16 to 21 of version 7, which version 6 has one after the other. */
void dt_tw_put_metadata(const struct dt_tw *writer, struct dt_tw_bytes *out, int section)
{
	switch (section) {
	case DT_TW_OPTION_HEADER_INFO:
		put_header_info(writer, out);
		break;
	case DT_TW_OPTION_FTRACE_EVENTS:
		put_ftrace_events(writer, out);
		break;
	case DT_TW_OPTION_EVENT_FORMATS:
		put_event_formats(writer, out);
		break;
	case DT_TW_OPTION_KALLSYMS:
		dt_tw_put_text(out, writer->config.kallsyms, 4);
		break;
	case DT_TW_OPTION_PRINTK:
		dt_tw_put_text(out, NULL, 4);
		break;
	default:
		dt_tw_put_text(out, writer->config.cmdlines, 8);
	}
}

void dt_tw_mark_metadata(struct dt_tw *writer, int section, uint64_t offset)
{
	static const enum dt_tw_place places[DT_TW_NR_METADATA] = {
		DT_TW_AT_HEADER_PAGE, DT_TW_AT_FTRACE_FORMATS, DT_TW_AT_EVENT_FORMATS,
		DT_TW_AT_KALLSYMS,    DT_TW_AT_PRINTK,	       DT_TW_AT_CMDLINES,
	};

	writer->places[places[section - DT_TW_OPTION_HEADER_INFO]] = offset;
}

void dt_tw_put_option(struct dt_tw_bytes *out, enum dt_tw_option_id id, const void *data,
		      size_t size)
{
	dt_tw_put_number(out, id, 2);
	dt_tw_put_number(out, size, 4);
	dt_tw_put(out, data, size);
}

void dt_tw_put_option_number(struct dt_tw_bytes *out, enum dt_tw_option_id id, uint64_t number,
			     int size)
{
	dt_tw_put_number(out, id, 2);
	dt_tw_put_number(out, (uint64_t)size, 4);
	dt_tw_put_number(out, number, size);
}

static void put_option_text(struct dt_tw_bytes *out, enum dt_tw_option_id id, const char *text)
{
	dt_tw_put_option(out, id, text, strlen(text) + 1);
}

/* The text of the trace_clock file: all clocks, the used one in brackets. */
static void put_option_clock(const struct dt_tw *writer, struct dt_tw_bytes *out)
{
	static const char *const clocks[] = {"local", "global",	  "counter", "uptime", "perf",
					     "mono",  "mono_raw", "boot",    "tai",    "x86-tsc"};
	size_t count = sizeof(clocks) / sizeof(*clocks);
	char text[256] = "";
	size_t length = 0;
	bool known = false;

	for (size_t i = 0; i < count; i++) {
		bool used = !strcmp(clocks[i], writer->config.clock);

		known |= used;
		length += (size_t)snprintf(text + length, sizeof(text) - length,
					   used ? "%s[%s]" : "%s%s", i ? " " : "", clocks[i]);
	}
	if (!known)
		dt_tw_die("no clock %s", writer->config.clock);
	text[length++] = '\n';
	dt_tw_put_option(out, DT_TW_OPTION_TRACECLOCK, text, length + 1);
}

static void put_cpu_stat(struct dt_tw_bytes *out, const struct dt_tw_ring *ring, uint32_t cpu)
{
	uint64_t oldest = ring->first_time / 1000, now = ring->time / 1000;
	char text[512];

	(void)snprintf(text, sizeof(text),
		       "CPU: %u\nentries: 0\noverrun: %" PRIu64
		       "\ncommit overrun: 0\nbytes: 0\noldest event ts: %5" PRIu64 ".%06" PRIu64
		       "\nnow ts: %5" PRIu64 ".%06" PRIu64
		       "\ndropped events: 0\nread events: %" PRIu64 "\n",
		       cpu, ring->overrun, oldest / 1000000, oldest % 1000000, now / 1000000,
		       now % 1000000, ring->entries);
	put_option_text(out, DT_TW_OPTION_CPUSTAT, text);
}

static void put_cpu_stats(const struct dt_tw *writer, struct dt_tw_bytes *out)
{
	char text[256];

	for (uint32_t i = 0; i < writer->nr_buffers; i++) {
		(void)snprintf(text, sizeof(text), "\nBuffer: %s\n\n", writer->buffers[i].name);
		if (i)
			put_option_text(out, DT_TW_OPTION_CPUSTAT, text);
		for (uint32_t cpu = 0; cpu < writer->config.cpus; cpu++)
			put_cpu_stat(out, &writer->buffers[i].rings[cpu], cpu);
	}
}

void dt_tw_put_options(const struct dt_tw *writer, struct dt_tw_bytes *out)
{
	const struct dt_tw_config *config = &writer->config;

	if (!config->no_clock)
		put_option_clock(writer, out);
	if (config->uname)
		put_option_text(out, DT_TW_OPTION_UNAME, config->uname);
	put_option_text(out, DT_TW_OPTION_VERSION, "damon-trace test writer");
	if (config->trace_id)
		dt_tw_put_option_number(out, DT_TW_OPTION_TRACEID, config->trace_id, 8);
	put_cpu_stats(writer, out);
	for (uint32_t i = 0; i < writer->nr_options; i++)
		dt_tw_put_option(out, (enum dt_tw_option_id)writer->options[i].id,
				 writer->options[i].data, writer->options[i].size);
	dt_tw_put_option_number(out, DT_TW_OPTION_CPUCOUNT, config->cpus, 4);
}

void dt_tw_put_initial(const struct dt_tw *writer, struct dt_tw_bytes *out)
{
	out->big_endian = writer->config.big_endian;
	dt_tw_put(out, "\x17\x08\x44tracing", 10);
	dt_tw_put_string(out, writer->config.version == 7 ? "7" : "6");
	dt_tw_put_number(out, writer->config.big_endian, 1);
	dt_tw_put_number(out, (uint64_t)writer->config.long_size, 1);
	dt_tw_put_number(out, writer->config.page_size, 4);
}
