/* SPDX-License-Identifier: GPL-2.0-only */
/* See words.h. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "render/geometry.h"
#include "support/utf8.h"
#include "render/words.h"

#define NS_PER_S UINT64_C(1000000000)

/* value with the given decimals, without zeros at the end; returns its length */
static int trimmed(char *buffer, size_t size, double value, int decimals)
{
	int length = snprintf(buffer, size, "%.*f", decimals, value);

	if (length < 0 || (size_t)length >= size || !strchr(buffer, '.'))
		return length;
	while (buffer[length - 1] == '0')
		length--;
	if (buffer[length - 1] == '.')
		length--;
	buffer[length] = '\0';
	return length;
}

char *dt_text_bytes(char *buffer, size_t size, double bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	size_t unit = 0;
	char number[32];

	if (!isfinite(bytes)) {
		(void)snprintf(buffer, size, "unknown");
		return buffer;
	}
	/* what would round to 1024 is the next unit's 1 */
	while (fabs(bytes) >= (unit ? 1023.95 : 1023.5) &&
	       unit + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1024;
		unit++;
	}
	(void)trimmed(number, sizeof(number), bytes, unit ? 1 : 0);
	(void)snprintf(buffer, size, "%s %s", number, units[unit]);
	return buffer;
}

char *dt_text_duration(char *buffer, size_t size, double ns)
{
	/* the next unit begins where three digits would round up to it */
	static const struct {
		double below, ns;
		const char *name;
	} units[] = {
		{999.5, 1, "ns"},
		{999.5e3, 1e3, "us"},
		{999.5e6, 1e6, "ms"},
		{600e9, 1e9, "s"},
		{7200e9, 60e9, "min"},
		{172800e9, 3600e9, "h"},
		{INFINITY, 86400e9, "days"},
	};
	size_t i = 0;
	double value;
	char number[32];

	if (!isfinite(ns)) {
		(void)snprintf(buffer, size, "unknown");
		return buffer;
	}
	while (fabs(ns) >= units[i].below)
		i++;
	value = ns / units[i].ns;
	(void)trimmed(number, sizeof(number), value,
		      fabs(value) < 9.995   ? 2
		      : fabs(value) < 99.95 ? 1
					    : 0);
	(void)snprintf(buffer, size, "%s %s", number, units[i].name);
	return buffer;
}

char *dt_words_value(char *buffer, size_t size, double value)
{
	if (fabs(value) < 1e7 && (value == floor(value) || fabs(value) >= 1000))
		(void)snprintf(buffer, size, "%.0f", value);
	else
		(void)snprintf(buffer, size, "%.3g", value);
	return buffer;
}

char *dt_words_stream(char *buffer, size_t size, const struct dt_stream_id *stream)
{
	char context[32] = "", target[32];

	if (stream->context != DT_UNKNOWN_U32)
		(void)snprintf(context, sizeof(context), ", context %" PRIu32, stream->context);
	/* old kernels print the target's address in the kernel in place of its index */
	if (stream->target > UINT32_MAX)
		(void)snprintf(target, sizeof(target), "0x%" PRIx64, stream->target);
	else
		(void)snprintf(target, sizeof(target), "%" PRIu64, stream->target);
	(void)snprintf(buffer, size, "kdamond %" PRId32 "%s, target %s", stream->kdamond, context,
		       target);
	return buffer;
}

char *dt_words_subject(char *buffer, size_t size, const struct dt_grid *grid)
{
	static const char *const spaces[] = {
		[DT_SPACE_UNKNOWN] = "addresses of unknown kind",
		[DT_SPACE_PHYSICAL] = "physical addresses",
		[DT_SPACE_VIRTUAL] = "virtual addresses",
		[DT_SPACE_LATENCY] = "latency in cycles",
	};
	char stream[96] = "", process[64] = "", comm[sizeof(grid->comm)];

	if (!grid->is_samples) {
		(void)dt_words_stream(stream, sizeof(stream), &grid->stream);
		(void)strncat(stream, ", ", sizeof(stream) - strlen(stream) - 1);
	}
	if (grid->pid >= 0 && grid->comm[0])
		(void)snprintf(process, sizeof(process), "pid %" PRId32 " (%s), ", grid->pid,
			       dt_utf8_ascii(comm, sizeof(comm), grid->comm));
	else if (grid->pid >= 0)
		(void)snprintf(process, sizeof(process), "pid %" PRId32 ", ", grid->pid);
	(void)snprintf(buffer, size, "%s: %s%s%s",
		       grid->subject	  ? grid->subject
		       : grid->is_samples ? "Memory samples"
					  : "DAMON",
		       stream, process, spaces[grid->space]);
	return buffer;
}

char *dt_words_edge(char *buffer, size_t size, const struct dt_grid *grid, uint64_t address)
{
	if (grid->space == DT_SPACE_LATENCY)
		(void)snprintf(buffer, size, "%.*f", dt_latency_edge(address) < 10,
			       dt_latency_edge(address));
	else
		(void)snprintf(buffer, size, "0x%" PRIx64, address);
	return buffer;
}

char *dt_words_cells(char *buffer, size_t size, const struct dt_grid *grid, uint32_t times,
		     uint32_t addresses)
{
	double least = INFINITY, most = 0, ns;
	char time[32], low[32], high[32];

	for (uint32_t i = 0; i < grid->nr_segments; i++) {
		const struct dt_segment *segment = &grid->segments[i];
		double bytes = (double)(segment->end - segment->start) / segment->cells;

		/* a short segment has no more cells than it has */
		bytes *= addresses < segment->cells ? addresses : segment->cells;
		least = fmin(least, bytes);
		most = fmax(most, bytes);
	}
	ns = (double)(grid->end_ns - grid->start_ns) / grid->time_cells * times;
	(void)dt_text_duration(time, sizeof(time), ns);
	if (grid->space == DT_SPACE_LATENCY) {
		(void)snprintf(buffer, size, "%s x a factor of %.2f", time,
			       exp2(least / DT_LATENCY_OCTAVE));
		return buffer;
	}
	(void)dt_text_bytes(low, sizeof(low), least);
	(void)dt_text_bytes(high, sizeof(high), most);
	if (strcmp(low, high) == 0)
		(void)snprintf(buffer, size, "%s x %s", time, low);
	else
		(void)snprintf(buffer, size, "%s x %s to %s", time, low, high);
	return buffer;
}

char *dt_words_place(char *buffer, size_t size, const struct dt_grid *grid, uint32_t segment,
		     uint64_t start, uint64_t end)
{
	const struct dt_node_range *range = dt_node_of(grid, start, end);

	if (range && range->label[0])
		return dt_utf8_ascii(buffer, size, range->label);
	if (!range || range->node < 0)
		return dt_utf8_ascii(buffer, size, grid->segments[segment].label);
	(void)snprintf(buffer, size, "node %" PRId32, range->node);
	return buffer;
}

char *dt_words_gap(char *buffer, size_t size, const struct dt_grid *grid, uint64_t bytes)
{
	char text[32];

	(void)dt_text_bytes(text, sizeof(text), (double)bytes);
	(void)snprintf(buffer, size, "%s %s", text,
		       grid->cut_addresses ? "not shown"
		       : grid->is_samples  ? "without samples"
					   : "not monitored");
	return buffer;
}

char *dt_words_clock(char *buffer, size_t size, uint64_t zero)
{
	(void)snprintf(buffer, size, "0 s = %" PRIu64 ".%09" PRIu64 " s on the recording's clock",
		       zero / NS_PER_S, zero % NS_PER_S);
	return buffer;
}

char *dt_words_start(char *buffer, size_t size, const struct dt_grid *grid)
{
	return dt_words_clock(buffer, size, grid->start_ns);
}

const char *dt_words_column(unsigned bit)
{
	/* in the order of the bits in sample.h */
	static const char *const names[] = {
		"time",	    "ip", "pid",     "address",	  "phys",   "cpu", "period", "weight",
		"data_src", "",	  "weights", "page_size", "cgroup", "",	   "raw",    "callchain"};

	return bit < sizeof(names) / sizeof(names[0]) ? names[bit] : NULL;
}
