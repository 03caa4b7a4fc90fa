/* SPDX-License-Identifier: GPL-2.0-only */
/* Hardware events in all their forms, for eyes and for programs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render/hw_event.h"
#include "support/json_writer.h"
#include "support/utf8.h"

#define WIDTH	    80
#define TEXT_COLUMN 12

/* ---- text ---- */

/* Words from the column on, which is reached already. */
static void write_words(FILE *out, const char *text, int column)
{
	int at = column;

	while (*text) {
		const int length = (int)strcspn(text, " ");
		char word[256];

		if (at > column && at + 1 + length > WIDTH) {
			(void)fprintf(out, "\n%*s", column, "");
			at = column;
		} else if (at > column) {
			(void)fputc(' ', out);
			at++;
		}
		(void)snprintf(word, sizeof(word), "%.*s", length, text);
		dt_utf8_print(out, word);
		at += length;
		text += length;
		text += strspn(text, " ");
	}
	(void)fputc('\n', out);
}

static void write_row(FILE *out, const char *key, const char *text)
{
	(void)fprintf(out, "  %-*s", TEXT_COLUMN - 2, key);
	write_words(out, text, TEXT_COLUMN);
}

static void write_notes(FILE *out, const struct dt_hw_notes *notes)
{
	for (size_t i = 0; i < notes->nr; i++)
		write_row(out, "note:", notes->text[i]);
}

static void write_type(FILE *out, const struct dt_hw_event *event)
{
	static const char *const kinds[] = {"hardware", "software", "tracepoint", "cache", "raw"};
	char text[400];

	if (event->pmu[0])
		(void)snprintf(text, sizeof(text), "%" PRIu32 " (%s%s%s)", event->type, event->pmu,
			       event->cpus[0] ? ", CPUs " : "", event->cpus);
	else if (event->type < sizeof(kinds) / sizeof(kinds[0]))
		(void)snprintf(text, sizeof(text), "%" PRIu32 " (%s)", event->type,
			       kinds[event->type]);
	else
		(void)snprintf(text, sizeof(text), "%" PRIu32, event->type);
	write_row(out, "type", text);
}

static void write_config(FILE *out, const char *key, uint64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "0x%" PRIx64, value);
	write_row(out, key, text);
}

static void write_sampling(FILE *out, const struct dt_hw_event *event)
{
	char text[128];

	if (event->period == 1)
		(void)snprintf(text, sizeof(text), "every event");
	else if (event->period)
		(void)snprintf(text, sizeof(text), "one of %" PRIu64 " events", event->period);
	else
		(void)snprintf(text, sizeof(text), "%" PRIu64 " a second and CPU%s", event->freq,
			       event->default_rate ? " (default; see --freq)" : "");
	write_row(out, "samples", text);
	if (event->has_precise) {
		(void)snprintf(text, sizeof(text), "%u%s", event->precise,
			       event->most_precise ? " (the most that the PMU has)" : "");
		write_row(out, "precise", text);
	}
	(void)snprintf(text, sizeof(text), "%s%s%s", event->exclude_user ? "user " : "",
		       event->exclude_kernel ? "kernel " : "",
		       event->exclude_hv ? "hypervisor" : "");
	if (text[0])
		write_row(out, "excluded", text);
}

static void write_forms(FILE *out, const struct dt_hw_event *event, const struct dt_hw_wish *wish)
{
	char text[320], values[6][32];

	if (!dt_hw_perf_string(event, text, sizeof(text)))
		(void)snprintf(text, sizeof(text), "not known");
	write_row(out, "perf", text);
	dt_hw_damo_values(event, wish, values);
	(void)snprintf(text, sizeof(text), "--perf_event %s %s %s %s %s %s", values[0], values[1],
		       values[2], values[3], values[4], values[5]);
	write_row(out, "damo", text);
}

static void write_event(FILE *out, const struct dt_hw_event *event, const struct dt_hw_wish *wish)
{
	struct dt_hw_notes notes;
	char text[320];

	(void)dt_hw_perf_string(event, text, sizeof(text));
	dt_utf8_print(out, event->name[0] ? event->name : text[0] ? text : "an unnamed event");
	(void)fputc('\n', out);
	write_type(out, event);
	write_config(out, "config", event->config);
	write_config(out, "config1", event->config1);
	write_config(out, "config2", event->config2);
	if (event->config3)
		write_config(out, "config3", event->config3);
	write_sampling(out, event);
	write_forms(out, event, wish);
	dt_hw_event_notes(event, &notes);
	write_notes(out, &notes);
	(void)fputc('\n', out);
}

static void write_layout(FILE *out, enum dt_hw_layout layout, const struct dt_hw_report *report,
			 struct dt_hw_write *writes)
{
	static const char *const titles[] = {
		[DT_HW_PERF_EVENTS] = "layout 1, sample/perf_events",
		[DT_HW_PRIMITIVES] = "layout 2, sample/primitives",
		[DT_HW_FILTERS] = "layout 3, filters of a probe (proposed)",
		[DT_HW_PREPS] = "layout 3, preparations of a probe (a fork)",
	};
	const size_t nr = dt_hw_layout_writes(layout, report, writes);
	struct dt_hw_notes notes;

	(void)fprintf(out, "\n%s%s\n", titles[layout], nr ? "" : ": not possible");
	for (size_t i = 0; i < nr; i++)
		(void)fprintf(out, "  echo %s > %s\n", writes[i].value, writes[i].file);
	dt_hw_layout_notes(layout, report, &notes);
	write_notes(out, &notes);
}

static void write_skipped(FILE *out, const struct dt_hw_report *report)
{
	char text[400];

	if (report->nr_skipped)
		(void)fputs("passed over\n", out);
	for (size_t i = 0; i < report->nr_skipped; i++) {
		(void)snprintf(text, sizeof(text), "%s: %s", report->skipped[i].name,
			       report->skipped[i].why);
		(void)fprintf(out, "  line %-4" PRIu64 " ", report->skipped[i].line);
		write_words(out, text, TEXT_COLUMN);
	}
	if (report->nr_skipped)
		(void)fputc('\n', out);
}

int dt_hw_text(FILE *out, const struct dt_hw_report *report)
{
	struct dt_hw_write *writes = calloc(DT_HW_WRITES_MAX, sizeof(*writes));

	if (!writes)
		return -ENOMEM;
	for (size_t i = 0; i < report->events->nr; i++)
		write_event(out, &report->events->list[i], &report->wish);
	if (report->notes->nr) {
		write_notes(out, report->notes);
		(void)fputc('\n', out);
	}
	write_skipped(out, report);
	(void)fputs("DAMON's files, of the layout that the kernel has (no released one has any)\n"
		    "  cd " DT_HW_DIRECTORY "\n",
		    out);
	for (enum dt_hw_layout layout = 0; layout < DT_HW_NR_LAYOUTS; layout++)
		write_layout(out, layout, report, writes);
	free(writes);
	return 0;
}

/* ---- JSON ---- */

static void json_notes(struct dt_json *json, const struct dt_hw_notes *notes)
{
	dt_json_array(json, "notes");
	for (size_t i = 0; i < notes->nr; i++)
		dt_json_string(json, NULL, notes->text[i]);
	dt_json_array_end(json);
}

static void json_numbers(struct dt_json *json, const struct dt_hw_event *event)
{
	dt_json_text(json, "name", event->name);
	dt_json_text(json, "pmu", event->pmu);
	dt_json_text(json, "cpus", event->cpus);
	dt_json_u64(json, "type", event->type);
	dt_json_hex(json, "config", event->config);
	dt_json_hex(json, "config1", event->config1);
	dt_json_hex(json, "config2", event->config2);
	dt_json_hex(json, "config3", event->config3);
	if (event->freq)
		dt_json_u64(json, "sample_freq", event->freq);
	else
		dt_json_null(json, "sample_freq");
	if (event->period)
		dt_json_u64(json, "sample_period", event->period);
	else
		dt_json_null(json, "sample_period");
	dt_json_bool(json, "rate_is_default", event->default_rate);
	if (event->has_precise)
		dt_json_u64(json, "precise_ip", event->precise);
	else
		dt_json_null(json, "precise_ip");
	dt_json_bool(json, "exclude_user", event->exclude_user);
	dt_json_bool(json, "exclude_kernel", event->exclude_kernel);
	dt_json_bool(json, "exclude_hv", event->exclude_hv);
}

static void json_event(struct dt_json *json, const struct dt_hw_event *event,
		       const struct dt_hw_wish *wish)
{
	char text[320], values[6][32];
	struct dt_hw_notes notes;

	dt_json_line(json);
	dt_json_object(json, NULL);
	json_numbers(json, event);
	dt_json_line(json);
	(void)dt_hw_perf_string(event, text, sizeof(text));
	dt_json_text(json, "perf", text);
	dt_hw_damo_values(event, wish, values);
	dt_json_array(json, "damo");
	for (size_t i = 0; i < 6; i++)
		dt_json_string(json, NULL, values[i]);
	dt_json_array_end(json);
	dt_hw_event_notes(event, &notes);
	json_notes(json, &notes);
	dt_json_object_end(json);
}

static void json_layout(struct dt_json *json, enum dt_hw_layout layout,
			const struct dt_hw_report *report, struct dt_hw_write *writes)
{
	const size_t nr = dt_hw_layout_writes(layout, report, writes);
	struct dt_hw_notes notes;

	dt_json_line(json);
	dt_json_object(json, NULL);
	dt_json_string(json, "layout", dt_hw_layout_name(layout));
	dt_json_array(json, "writes");
	for (size_t i = 0; i < nr; i++) {
		dt_json_line(json);
		dt_json_object(json, NULL);
		dt_json_string(json, "file", writes[i].file);
		dt_json_string(json, "value", writes[i].value);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
	dt_hw_layout_notes(layout, report, &notes);
	json_notes(json, &notes);
	dt_json_object_end(json);
}

static void json_skipped(struct dt_json *json, const struct dt_hw_report *report)
{
	dt_json_line(json);
	dt_json_array(json, "skipped");
	for (size_t i = 0; i < report->nr_skipped; i++) {
		dt_json_line(json);
		dt_json_object(json, NULL);
		dt_json_u64(json, "line", report->skipped[i].line);
		dt_json_string(json, "name", report->skipped[i].name);
		dt_json_string(json, "why", report->skipped[i].why);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

int dt_hw_json(FILE *out, const struct dt_hw_report *report)
{
	struct dt_hw_write *writes = calloc(DT_HW_WRITES_MAX, sizeof(*writes));
	struct dt_json json;

	if (!writes)
		return -ENOMEM;
	dt_json_begin(&json, out);
	dt_json_object(&json, NULL);
	dt_json_string(&json, "damon_trace", DT_VERSION);
	dt_json_array(&json, "events");
	for (size_t i = 0; i < report->events->nr; i++)
		json_event(&json, &report->events->list[i], &report->wish);
	dt_json_array_end(&json);
	dt_json_line(&json);
	dt_json_string(&json, "directory", DT_HW_DIRECTORY);
	dt_json_array(&json, "layouts");
	for (enum dt_hw_layout layout = 0; layout < DT_HW_NR_LAYOUTS; layout++)
		json_layout(&json, layout, report, writes);
	dt_json_array_end(&json);
	json_skipped(&json, report);
	dt_json_line(&json);
	json_notes(&json, report->notes);
	dt_json_object_end(&json);
	dt_json_end(&json);
	free(writes);
	return 0;
}
