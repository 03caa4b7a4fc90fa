/* SPDX-License-Identifier: GPL-2.0-only */
/* What a form of a hardware event leaves out, so that nobody takes it for the whole event. */
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <string.h>

#include "render/hw_event.h"

void dt_hw_note(struct dt_hw_notes *notes, const char *format, ...)
{
	va_list arguments;
	char *text;

	if (notes->nr == sizeof(notes->text) / sizeof(notes->text[0]))
		return;
	text = notes->text[notes->nr];
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(notes->text[0]), format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < notes->nr; i++)
		if (!strcmp(notes->text[i], text))
			return;
	notes->nr++;
}

/* Parts of the event that none of DAMON's layouts has a file for. */
static void note_unsettable(const struct dt_hw_event *event, struct dt_hw_notes *notes)
{
	const struct {
		const char *name;
		bool is_set;
	} parts[] = {
		{"exclude_user", event->exclude_user}, {"exclude_idle", event->exclude_idle},
		{"exclude_host", event->exclude_host}, {"exclude_guest", event->exclude_guest},
		{"config3", event->config3 != 0},
	};
	char text[128];
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].is_set)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
						   length ? ", " : "", parts[i].name);
	if (length)
		dt_hw_note(notes, "DAMON has no file for %s of this event", text);
}

static void note_no_string(const struct dt_hw_event *event, struct dt_hw_notes *notes)
{
	char text[256];

	if (dt_hw_perf_string(event, text, sizeof(text)))
		return;
	if (event->type < PERF_TYPE_RAW && !event->generic[0])
		dt_hw_note(notes,
			   "config 0x%" PRIx64 " of type %" PRIu32 " has no name that is known",
			   event->config, event->type);
	else
		dt_hw_note(notes,
			   "perf wants the PMU's name, which is not told: --pmu NAME tells it");
}

/* Only the terms of a PMU's event carry a rate. */
static void note_rate(const struct dt_hw_event *event, struct dt_hw_notes *notes)
{
	if (event->pmu[0] && event->type >= PERF_TYPE_RAW)
		return;
	if (event->period)
		dt_hw_note(notes, "perf takes its period from an option: -c %" PRIu64,
			   event->period);
	else if (!event->default_rate)
		dt_hw_note(notes, "perf takes its frequency from an option: -F %" PRIu64,
			   event->freq);
}

void dt_hw_event_notes(const struct dt_hw_event *event, struct dt_hw_notes *notes)
{
	notes->nr = 0;
	note_no_string(event, notes);
	note_rate(event, notes);
	note_unsettable(event, notes);
	if (event->grouped)
		dt_hw_note(notes, "it stands in a group, and DAMON opens events one by one: a PMU "
				  "that wants mem-loads-aux before it may refuse it");
	if (event->most_precise && !event->has_precise)
		dt_hw_note(notes, "its PMU does not say which precise level is its highest");
}

/* A layout with the words of an event and the rate alone. */
static void note_few(const struct dt_hw_event *event, struct dt_hw_notes *notes)
{
	if (event->period && !event->freq)
		dt_hw_note(notes, "it takes no period; %d samples a second stand there (--freq N)",
			   DT_HW_DEFAULT_FREQ);
	if (event->has_precise || event->exclude_kernel || event->exclude_hv)
		dt_hw_note(notes, "the precise level and what is excluded cannot be set here");
}

static void note_filters(const struct dt_hw_report *report, struct dt_hw_notes *notes)
{
	for (size_t i = 0; i < report->events->nr; i++) {
		const struct dt_hw_event *event = &report->events->list[i];

		if (strcmp(event->pmu, "ibs_op") != 0)
			continue;
		dt_hw_note(notes,
			   "it knows ibs_op by name alone: %srate, precise level and what "
			   "is excluded cannot be set here",
			   event->config || event->config1 || event->config2 ? "config words, "
									     : "");
		return;
	}
	dt_hw_note(notes, "it takes events by name, and the only one is ibs_op");
}

void dt_hw_layout_notes(enum dt_hw_layout layout, const struct dt_hw_report *report,
			struct dt_hw_notes *notes)
{
	const struct dt_hw_events *events = report->events;
	bool by_default = false;

	notes->nr = 0;
	if (layout == DT_HW_FILTERS) {
		note_filters(report, notes);
	} else if (layout == DT_HW_PRIMITIVES) {
		if (events->nr > 1)
			dt_hw_note(notes, "it takes one event; this is the first");
		note_few(&events->list[0], notes);
	} else {
		for (size_t i = 0; i < events->nr; i++)
			by_default = by_default || !events->list[i].has_precise;
		if (by_default)
			dt_hw_note(notes, "precise_ip, which is not told, stays at DAMON's own 2");
	}
}
