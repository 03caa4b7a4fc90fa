/* SPDX-License-Identifier: GPL-2.0-only */
/* The forms of a hardware event; see hw_event.h. */
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <string.h>

#include "render/hw_event.h"

/* ---- perf's string ---- */

/* Text that grows at its end. */
struct text {
	char *at;
	size_t size, length;
};

static void __attribute__((format(printf, 2, 3))) append(struct text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	if (text->length >= text->size)
		return;
	va_start(arguments, format);
	length = vsnprintf(text->at + text->length, text->size - text->length, format, arguments);
	va_end(arguments);
	text->length += length > 0 ? (size_t)length : 0;
}

/* The letters behind an event. */
static void append_modifiers(struct text *text, const struct dt_hw_event *event, const char *before)
{
	char letters[16];
	size_t nr = 0;

	if (event->exclude_user || event->exclude_kernel || event->exclude_hv) {
		if (!event->exclude_user)
			letters[nr++] = 'u';
		if (!event->exclude_kernel)
			letters[nr++] = 'k';
		if (!event->exclude_hv)
			letters[nr++] = 'h';
	}
	if (event->exclude_guest && !event->exclude_host)
		letters[nr++] = 'H';
	if (event->exclude_host && !event->exclude_guest)
		letters[nr++] = 'G';
	if (event->exclude_idle)
		letters[nr++] = 'I';
	if (event->most_precise)
		letters[nr++] = 'P';
	for (unsigned i = 0; !event->most_precise && i < event->precise; i++)
		letters[nr++] = 'p';
	if (event->pinned)
		letters[nr++] = 'D';
	letters[nr] = '\0';
	if (nr)
		append(text, "%s%s", before, letters);
}

static void append_terms(struct text *text, const struct dt_hw_event *event)
{
	append(text, "config=0x%" PRIx64, event->config);
	if (event->config1)
		append(text, ",config1=0x%" PRIx64, event->config1);
	if (event->config2)
		append(text, ",config2=0x%" PRIx64, event->config2);
	if (event->config3)
		append(text, ",config3=0x%" PRIx64, event->config3);
}

static void append_rate(struct text *text, const struct dt_hw_event *event)
{
	if (event->period)
		append(text, ",period=%" PRIu64, event->period);
	else if (event->freq && !event->default_rate)
		append(text, ",freq=%" PRIu64, event->freq);
}

/* A generic event counted by one kind of core: its config begins with the PMU's number. */
static bool on_one_core(const struct dt_hw_event *event)
{
	return event->type != PERF_TYPE_SOFTWARE && event->config > UINT32_MAX;
}

bool dt_hw_perf_string(const struct dt_hw_event *event, char *buffer, size_t size)
{
	struct text text = {buffer, size, 0};

	buffer[0] = '\0';
	if (event->type < PERF_TYPE_RAW) {
		if (!event->generic[0] || (on_one_core(event) && !event->pmu[0]))
			return false;
		append(&text, on_one_core(event) ? "%s/%s/" : "%s%s",
		       on_one_core(event) ? event->pmu : "", event->generic);
		append_modifiers(&text, event, on_one_core(event) ? "" : ":");
		return true;
	}
	if (event->pmu[0]) {
		append(&text, "%s/", event->pmu);
		append_terms(&text, event);
		append_rate(&text, event);
		append(&text, "/");
		append_modifiers(&text, event, "");
		return true;
	}
	/* the other words have no place in a raw name */
	if (event->type != PERF_TYPE_RAW || event->config1 || event->config2 || event->config3)
		return false;
	append(&text, "r%" PRIx64, event->config);
	append_modifiers(&text, event, ":");
	return true;
}

/* ---- damo ---- */

void dt_hw_damo_values(const struct dt_hw_event *event, const struct dt_hw_wish *wish,
		       char values[6][32])
{
	const uint64_t words[] = {event->config, event->config1, event->config2};

	(void)snprintf(values[0], 32, "%" PRIu64, event->freq ? event->freq : DT_HW_DEFAULT_FREQ);
	(void)snprintf(values[1], 32, "%d", wish->phys_addr);
	(void)snprintf(values[2], 32, "%" PRIu32, event->type);
	for (size_t i = 0; i < 3; i++)
		(void)snprintf(values[3 + i], 32, "0x%" PRIx64, words[i]);
}

/* ---- DAMON's files ---- */

const char *dt_hw_layout_name(enum dt_hw_layout layout)
{
	static const char *const names[] = {
		[DT_HW_PERF_EVENTS] = "sample/perf_events",
		[DT_HW_PRIMITIVES] = "sample/primitives/perf_events",
		[DT_HW_FILTERS] = "probes/0/filters",
		[DT_HW_PREPS] = "probes/0/preps",
	};

	return names[layout];
}

struct writes {
	struct dt_hw_write *list;
	size_t nr;
	const char *directory;
};

static void __attribute__((format(printf, 3, 4)))
put(struct writes *writes, const char *file, const char *format, ...)
{
	struct dt_hw_write *write = &writes->list[writes->nr++];
	va_list arguments;

	(void)snprintf(write->file, sizeof(write->file), "%s/%s", writes->directory, file);
	va_start(arguments, format);
	(void)vsnprintf(write->value, sizeof(write->value), format, arguments);
	va_end(arguments);
}

static void put_words(struct writes *writes, const struct dt_hw_event *event)
{
	put(writes, "type", "%" PRIu32, event->type);
	put(writes, "config", "0x%" PRIx64, event->config);
	put(writes, "config1", "0x%" PRIx64, event->config1);
	put(writes, "config2", "0x%" PRIx64, event->config2);
}

/* All attributes that the richest layouts have, but those whose default is meant. */
static void put_attributes(struct writes *writes, const struct dt_hw_event *event,
			   const struct dt_hw_wish *wish)
{
	put_words(writes, event);
	put(writes, "freq", "%d", !event->period);
	if (event->period)
		put(writes, "sample_period", "%" PRIu64, event->period);
	else
		put(writes, "sample_freq", "%" PRIu64, event->freq);
	put(writes, "sample_phys_addr", "%d", wish->phys_addr);
	if (event->has_precise)
		put(writes, "precise_ip", "%u", event->precise);
	put(writes, "exclude_kernel", "%d", event->exclude_kernel);
	put(writes, "exclude_hv", "%d", event->exclude_hv);
}

/* One directory for each event. */
static void put_events(struct writes *writes, const struct dt_hw_report *report, const char *parent,
		       bool prep)
{
	const struct dt_hw_events *events = report->events;
	char directory[64];

	for (size_t i = 0; i < events->nr; i++) {
		(void)snprintf(directory, sizeof(directory), "%s/%zu", parent, i);
		writes->directory = directory;
		if (prep)
			put(writes, "prep_action", "perf_event");
		put_attributes(writes, &events->list[i], &report->wish);
	}
}

static void put_primitives(struct writes *writes, const struct dt_hw_report *report)
{
	const struct dt_hw_event *event = &report->events->list[0];
	char values[6][32];

	dt_hw_damo_values(event, &report->wish, values);
	put_words(writes, event);
	put(writes, "sample_freq", "%s", values[0]);
	put(writes, "sample_phys_addr", "%s", values[1]);
}

/* This layout knows events by name, and so far one. */
static void put_filters(struct writes *writes, const struct dt_hw_report *report)
{
	for (size_t i = 0; i < report->events->nr; i++) {
		if (strcmp(report->events->list[i].pmu, "ibs_op") != 0)
			continue;
		writes->directory = "probes";
		put(writes, "nr_probes", "1");
		writes->directory = "probes/0/filters";
		put(writes, "nr_filters", "1");
		writes->directory = "probes/0/filters/0";
		put(writes, "type", "perf_event");
		put(writes, "perf_event_type", "ibs_op");
		put(writes, "allow", "Y");
		return;
	}
}

size_t dt_hw_layout_writes(enum dt_hw_layout layout, const struct dt_hw_report *report,
			   struct dt_hw_write *writes)
{
	struct writes made = {.list = writes, .directory = dt_hw_layout_name(layout)};

	switch (layout) {
	case DT_HW_PERF_EVENTS:
		put(&made, "nr_perf_events", "%zu", report->events->nr);
		put_events(&made, report, dt_hw_layout_name(layout), false);
		break;
	case DT_HW_PRIMITIVES:
		put_primitives(&made, report);
		break;
	case DT_HW_FILTERS:
		put_filters(&made, report);
		break;
	case DT_HW_PREPS:
		made.directory = "probes";
		put(&made, "nr_probes", "1");
		made.directory = dt_hw_layout_name(layout);
		put(&made, "nr_preps", "%zu", report->events->nr);
		put_events(&made, report, dt_hw_layout_name(layout), true);
		break;
	case DT_HW_NR_LAYOUTS:
		break;
	}
	return made.nr;
}
