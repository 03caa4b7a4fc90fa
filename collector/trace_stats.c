/* SPDX-License-Identifier: GPL-2.0-only */
/* See trace_stats.h; the file's form is that of tracing_stats_read() in kernel/trace/trace.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/trace_files.h"
#include "collector/trace_stats.h"

/* The value of a line "key: NUMBER", or NULL. */
static const char *find(const char *text, const char *key)
{
	const size_t length = strlen(key);

	while (text) {
		if (!strncmp(text, key, length) && text[length] == ':')
			return text + length + 1;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

static uint64_t number(const char *text, const char *key)
{
	const char *value = find(text, key);

	return value ? strtoull(value, NULL, 10) : 0;
}

/* "now ts: 18309.541201": seconds and microseconds; clocks that count something else have no dot.
 */
static uint64_t clock_ns(const char *text)
{
	const char *value = find(text, "now ts");
	uint64_t seconds, micros;
	char *end;

	if (!value)
		return 0;
	seconds = strtoull(value, &end, 10);
	if (*end != '.' || strspn(end + 1, "0123456789") != 6)
		return 0;
	micros = strtoull(end + 1, NULL, 10);
	return seconds * 1000000000 + micros * 1000;
}

void dt_trace_stats_parse(const char *text, struct dt_trace_stats *stats)
{
	stats->entries = number(text, "entries");
	stats->overrun = number(text, "overrun");
	stats->commit_overrun = number(text, "commit overrun");
	stats->dropped = number(text, "dropped events");
	stats->read = number(text, "read events");
	stats->now_ns = clock_ns(text);
}

int dt_trace_stats_read(const char *instance, int cpu, struct dt_trace_stats *stats)
{
	char file[64], text[1024];
	int ret;

	(void)snprintf(file, sizeof(file), "per_cpu/cpu%d/stats", cpu);
	ret = dt_trace_read_into(instance, file, text, sizeof(text));
	if (!ret)
		dt_trace_stats_parse(text, stats);
	return ret;
}

struct dt_trace_stats dt_trace_stats_since(const struct dt_trace_stats *now,
					   const struct dt_trace_stats *before)
{
	struct dt_trace_stats since = *now;

	since.overrun -= before->overrun;
	since.commit_overrun -= before->commit_overrun;
	since.dropped -= before->dropped;
	since.read -= before->read;
	return since;
}

size_t dt_trace_stats_text(char *text, size_t size, int cpu, const struct dt_trace_stats *stats)
{
	return (size_t)snprintf(
		text, size,
		"CPU: %d\nentries: %llu\noverrun: %llu\ncommit overrun: %llu\n"
		"dropped events: %llu\nread events: %llu\n",
		cpu, (unsigned long long)stats->entries, (unsigned long long)stats->overrun,
		(unsigned long long)stats->commit_overrun, (unsigned long long)stats->dropped,
		(unsigned long long)stats->read);
}
