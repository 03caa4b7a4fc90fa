/* SPDX-License-Identifier: GPL-2.0-only */
/* Inputs and reports in words: what was recorded, how much of it was lost, what to know of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/render.h"
#include "render/host.h"
#include "render/tally.h"
#include "support/utf8.h"
#include "render/words.h"

#define NS_PER_S UINT64_C(1000000000)

/* Lists are broken here, for terminals of 80 columns. */
#define LINE 78

/* Kinds of events that a summary names; info names all. */
#define SUMMARY_EVENTS 12

/* Width of the keys of info, the longest and a gap. */
#define KEY_WIDTH 14

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void write_share(FILE *out, uint64_t part, uint64_t whole)
{
	if (whole)
		(void)fprintf(out, " (%.1f %%)", 100.0 * (double)part / (double)whole);
}

static void write_heading(FILE *out, const struct dt_input_info *info)
{
	dt_utf8_print(out, info->path ? info->path : "input");
	(void)fputs(": ", out);
	dt_utf8_print(out, info->kind ? info->kind : "unknown kind");
	if (info->version[0]) {
		(void)fputs(" version ", out);
		dt_utf8_print(out, info->version);
	}
	(void)fputs("\n  ", out);
	if (info->kernel[0]) {
		(void)fputs("Linux ", out);
		dt_utf8_print(out, info->kernel);
		(void)fputs(", ", out);
	}
	if (info->clock[0]) {
		(void)fputs("clock ", out);
		dt_utf8_print(out, info->clock);
		(void)fputs(", ", out);
	}
	if (info->start_ns <= info->end_ns)
		(void)fprintf(out, "%.3f s\n", (double)(info->end_ns - info->start_ns) / 1e9);
	else
		(void)fputs("no time stamps\n", out);
}

/* Events with their counts, in lines that end before LINE. */
static void write_tally(FILE *out, const struct dt_event_tally *events, size_t nr)
{
	size_t column = strlen("  events: ");

	for (size_t i = 0; i < nr && i < SUMMARY_EVENTS; i++) {
		char count[32];
		size_t length;

		(void)snprintf(count, sizeof(count), " %" PRIu64, events[i].count);
		length = strlen(events[i].name) + strlen(count) + 2;
		if (i && column + length > LINE) {
			(void)fputs(",\n    ", out);
			column = 4;
		} else if (i) {
			(void)fputs(", ", out);
		}
		dt_utf8_print(out, events[i].name);
		(void)fputs(count, out);
		column += length;
	}
	if (nr > SUMMARY_EVENTS)
		(void)fprintf(out, ",\n    and %zu more kinds", nr - SUMMARY_EVENTS);
}

static void write_event_counts(FILE *out, const struct dt_input_info *info)
{
	struct dt_event_tally *events;
	size_t nr;

	if (dt_tally_events(&info, 1, &events, &nr) < 0) {
		(void)fputs("  events: not counted, no memory\n", out);
		return;
	}
	dt_tally_by_count(events, nr);
	/* what was switched on but never happened is for info to tell */
	while (nr > 0 && events[nr - 1].count == 0)
		nr--;
	(void)fputs("  events: ", out);
	if (nr == 0)
		(void)fputs("none", out);
	write_tally(out, events, nr);
	(void)fputc('\n', out);
	free(events);
}

static void write_samples(FILE *out, const struct dt_input_info *info)
{
	if (info->samples_total == 0) {
		(void)fputs("  memory samples: none\n", out);
		return;
	}
	(void)fprintf(out, "  memory samples: %" PRIu64 "\n    %" PRIu64, info->samples_total,
		      info->samples_with_address);
	write_share(out, info->samples_with_address, info->samples_total);
	(void)fprintf(out,
		      " with an address, %" PRIu64 " with address 0, %" PRIu64
		      " with a physical one\n",
		      info->samples_address_zero, info->samples_with_phys);
}

static void write_losses(FILE *out, const struct dt_input_info *info)
{
	const char *comma = "";

	if (info->lost_events) {
		(void)fprintf(out, "%" PRIu64 " event%s", info->lost_events,
			      plural(info->lost_events));
		comma = ", ";
	}
	if (info->lost_unknown) {
		(void)fprintf(out, "%sunknown numbers of events in %" PRIu64 " gap%s", comma,
			      info->lost_unknown, plural(info->lost_unknown));
		comma = ", ";
	}
	if (info->lost_samples) {
		(void)fprintf(out, "%s%" PRIu64 " sample%s", comma, info->lost_samples,
			      plural(info->lost_samples));
		comma = ", ";
	}
	if (info->throttles) {
		(void)fprintf(out, "%ssampling throttled %" PRIu64 " time%s", comma,
			      info->throttles, plural(info->throttles));
		comma = ", ";
	}
	if (!*comma)
		(void)fputs("none", out);
}

static void write_warnings(FILE *out, const struct dt_warnings *warnings, const char *indent)
{
	uint64_t kept = warnings->count < DT_WARNINGS_KEPT ? warnings->count : DT_WARNINGS_KEPT;

	for (uint64_t i = 0; i < kept; i++) {
		const struct dt_warning *warning = &warnings->kept[i];

		(void)fputs(indent, out);
		if (warning->offset != UINT64_MAX)
			(void)fprintf(out, "at byte %" PRIu64 ": ", warning->offset);
		dt_utf8_print(out, warning->text);
		(void)fputc('\n', out);
	}
	if (warnings->count > kept)
		(void)fprintf(out, "%sand %" PRIu64 " more\n", indent, warnings->count - kept);
}

static void write_input(FILE *out, const struct dt_input_info *info)
{
	uint64_t warnings = info->warnings.count;

	write_heading(out, info);
	write_event_counts(out, info);
	write_samples(out, info);
	(void)fputs("  lost: ", out);
	write_losses(out, info);
	(void)fprintf(out, "\n  the input is %s", info->complete ? "complete" : "INCOMPLETE");
	if (warnings == 0) {
		(void)fputc('\n', out);
		return;
	}
	(void)fprintf(out, ", with %" PRIu64 " warning%s:\n", warnings, plural(warnings));
	write_warnings(out, &info->warnings, "    ");
}

static void write_snapshots(FILE *out, const struct dt_report *report)
{
	uint64_t filtered = 0;

	(void)fputs("\nsnapshots (incomplete: events were lost; cut: by the recording's start or "
		    "end):\n",
		    out);
	if (report->nr_snapshots == 0)
		(void)fputs("  none\n", out);
	for (size_t i = 0; i < report->nr_snapshots; i++)
		filtered += report->snapshots[i].filtered;
	for (size_t i = 0; i < report->nr_snapshots; i++) {
		const struct dt_snapshot_count *snapshots = &report->snapshots[i];
		char stream[96];

		(void)fprintf(out,
			      "  %s: %" PRIu64 " complete, %" PRIu64 " incomplete, %" PRIu64 " cut",
			      dt_words_stream(stream, sizeof(stream), &snapshots->stream),
			      snapshots->complete, snapshots->incomplete, snapshots->partial);
		if (snapshots->filtered)
			(void)fprintf(out, ", %" PRIu64 " filtered", snapshots->filtered);
		(void)fputc('\n', out);
	}
	if (filtered)
		(void)fputs("  filtered: what the recording's event filter left out is unknown, "
			    "not lost\n",
			    out);
}

void dt_text_summary(FILE *out, const struct dt_report *report)
{
	for (size_t i = 0; i < report->nr_inputs; i++) {
		if (i)
			(void)fputc('\n', out);
		write_input(out, report->inputs[i]);
	}
	if (report->has_snapshots)
		write_snapshots(out, report);
	if (report->nr_notes)
		(void)fputs("\nnotes:\n", out);
	for (size_t i = 0; i < report->nr_notes; i++) {
		(void)fputs("  ", out);
		dt_utf8_print(out, report->notes[i]);
		(void)fputc('\n', out);
	}
}

static void write_key(FILE *out, const char *key)
{
	(void)fprintf(out, "%-*s", KEY_WIDTH, key);
}

static void info_text(FILE *out, const char *key, const char *value)
{
	write_key(out, key);
	dt_utf8_print(out, value && *value ? value : "unknown");
	(void)fputc('\n', out);
}

static void info_time(FILE *out, const char *key, uint64_t ns)
{
	write_key(out, key);
	(void)fprintf(out, "%" PRIu64 ".%09" PRIu64 " s\n", ns / NS_PER_S, ns % NS_PER_S);
}

static void info_times(FILE *out, const struct dt_input_info *info)
{
	if (info->start_ns > info->end_ns) {
		info_text(out, "time", "no time stamps");
		return;
	}
	info_time(out, "start", info->start_ns);
	info_time(out, "end", info->end_ns);
	info_time(out, "duration", info->end_ns - info->start_ns);
}

static void write_columns(FILE *out, uint32_t has)
{
	(void)fputs("  samples:", out);
	for (unsigned i = 0; dt_words_column(i); i++) {
		if (has & (1u << i) && dt_words_column(i)[0])
			(void)fprintf(out, " %s", dt_words_column(i));
	}
}

/* In the order of the input: with several sample events it says which is which. */
static void info_events(FILE *out, const struct dt_input_info *info)
{
	if (info->nr_events == 0)
		info_text(out, "events", "none");
	for (size_t i = 0; i < info->nr_events; i++) {
		const struct dt_event_count *event = &info->events[i];

		write_key(out, i ? "" : "events");
		(void)fprintf(out, "%12" PRIu64 "  ", event->count);
		dt_utf8_print(out, event->name);
		if (event->is_sample)
			write_columns(out, event->has);
		(void)fputc('\n', out);
	}
}

static void info_count(FILE *out, const char *key, uint64_t count, uint64_t whole)
{
	write_key(out, key);
	(void)fprintf(out, "%12" PRIu64, count);
	write_share(out, count, whole);
	(void)fputc('\n', out);
}

static void info_samples(FILE *out, const struct dt_input_info *info)
{
	uint64_t all = info->samples_total;

	info_count(out, "samples", all, 0);
	if (all == 0)
		return;
	info_count(out, "  address", info->samples_with_address, all);
	info_count(out, "  address 0", info->samples_address_zero, all);
	info_count(out, "  physical", info->samples_with_phys, all);
}

void dt_text_info(FILE *out, const struct dt_input_info *info)
{
	char size[32];

	info_text(out, "path", info->path);
	info_text(out, "kind", info->kind);
	info_text(out, "version", info->version);
	info_text(out, "kernel", info->kernel);
	info_text(out, "host", info->host);
	info_text(out, "architecture", info->arch);
	info_text(out, "byte order", info->big_endian ? "big endian" : "little endian");
	write_key(out, "CPUs");
	if (info->cpus)
		(void)fprintf(out, "%" PRIu32 "\n", info->cpus);
	else
		(void)fputs("unknown\n", out);
	info_text(out, "processor", info->processor[0] ? info->processor : info->cpuid);
	info_text(out, "clock", info->clock);
	info_text(out, "command",
		  info->host_context && info->host_context->command[0] ? info->host_context->command
								       : info->command);
	write_key(out, "size");
	(void)fprintf(out, "%" PRIu64 " bytes (%s)\n", info->size,
		      dt_text_bytes(size, sizeof(size), (double)info->size));
	info_times(out, info);
	if (info->host_context)
		dt_text_host(out, info->host_context, KEY_WIDTH);
	info_events(out, info);
	info_samples(out, info);
	write_key(out, "lost");
	write_losses(out, info);
	(void)fputc('\n', out);
	info_text(out, "complete", info->complete ? "yes" : "no");
	if (info->warnings.count) {
		write_key(out, "warnings");
		(void)fprintf(out, "%" PRIu64 "\n", info->warnings.count);
		write_warnings(out, &info->warnings, "              ");
	}
}
