/* SPDX-License-Identifier: GPL-2.0-only */
/* What the events of a perf.data file are called, and which of them DAMON's decoders read. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_attr.h"
#include "readers/perf_format.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const char *const hardware_names[] = {
	"cycles",
	"instructions",
	"cache-references",
	"cache-misses",
	"branches",
	"branch-misses",
	"bus-cycles",
	"stalled-cycles-frontend",
	"stalled-cycles-backend",
	"ref-cycles",
};

static const char *const software_names[] = {
	"cpu-clock",	    "task-clock",   "page-faults",  "context-switches",
	"cpu-migrations",   "minor-faults", "major-faults", "alignment-faults",
	"emulation-faults", "dummy",	    "bpf-output",   "cgroup-switches",
};

static void name_by_config(const struct dt_perf_attr *attr, char *name, size_t size)
{
	/* hybrid processors keep the PMU's type in the upper half */
	uint64_t plain = attr->config & UINT32_MAX;

	if (attr->type == PERF_TYPE_HW && plain < NR(hardware_names))
		(void)snprintf(name, size, "%s", hardware_names[plain]);
	else if (attr->type == PERF_TYPE_SW && attr->config < NR(software_names))
		(void)snprintf(name, size, "%s", software_names[attr->config]);
	else if (attr->type == PERF_TYPE_RAWEVENT)
		(void)snprintf(name, size, "r%" PRIx64, attr->config);
	else if (attr->type == PERF_TYPE_TRACE)
		(void)snprintf(name, size, "tracepoint-%" PRIu64, attr->config);
	else
		(void)snprintf(name, size, "type-%" PRIu32 "-config-0x%" PRIx64, attr->type,
			       attr->config);
}

/* "damon:damon_aggregated:k" and the like without system and modifiers. */
static void name_of_tracepoint(const char *full, char *name, size_t size)
{
	const char *colon = strchr(full, ':');
	const char *start = colon ? colon + 1 : full;

	(void)snprintf(name, size, "%.*s", (int)strcspn(start, ":/"), start);
}

static void short_name(const struct dt_perf_attr *attr, const struct dt_event_type *format,
		       char name[64])
{
	if (format)
		(void)snprintf(name, 64, "%s", format->name);
	else if (attr->tracepoint && attr->name[0])
		name_of_tracepoint(attr->name, name, 64);
	else if (attr->name[0])
		(void)snprintf(name, 64, "%.63s", attr->name);
	else
		name_by_config(attr, name, 64);
}

static const struct dt_event_type *format_of(const struct dt_perf_attr *attr,
					     const struct dt_event_table *formats)
{
	uint32_t slot;

	if (!formats || !attr->tracepoint || attr->config >= DT_EVENT_IDS)
		return NULL;
	slot = formats->slot[attr->config];
	return slot ? &formats->types[slot - 1] : NULL;
}

/* Without a format the kernel's current layout is the best guess, and is said to be one. */
static void choose_decoder(struct dt_perf_attr *attr, const struct dt_event_type *format,
			   const char *name, bool big, struct dt_warnings *warnings)
{
	if (!attr->tracepoint)
		return;
	if (format) {
		attr->decoder = format->decoder;
		attr->borrowed = true;
		return;
	}
	if (!attr->name[0]) {
		attr->nameless = true;
		return;
	}
	attr->decoder = dt_damon_decoder_builtin(name, big);
	if (attr->decoder)
		dt_warn(warnings, UINT64_MAX,
			"no format of %s in this file: read by the layout of current 64-bit "
			"kernels",
			name);
}

void dt_perf_attr_found(struct dt_perf_attr *attr, const char *name, bool big,
			struct dt_input_info *info, struct dt_warnings *warnings)
{
	attr->decoder = dt_damon_decoder_builtin(name, big);
	if (!attr->decoder)
		return;
	attr->nameless = false;
	(void)snprintf(info->events[attr->event].name, sizeof(info->events[0].name), "%s", name);
	dt_warn(warnings, UINT64_MAX,
		"tracepoint %" PRIu64 " has neither name nor format in this file: it looks like %s "
		"and is read by the layout of current 64-bit kernels",
		attr->config, name);
}

static uint32_t event_index(struct dt_input_info *info, const char *name, bool is_sample)
{
	size_t i;

	for (i = 0; i < info->nr_events; i++)
		if (info->events[i].is_sample == is_sample && !strcmp(info->events[i].name, name))
			return (uint32_t)i;
	info->events[i] = (struct dt_event_count){.is_sample = is_sample};
	(void)snprintf(info->events[i].name, sizeof(info->events[i].name), "%s", name);
	info->nr_events++;
	return (uint32_t)i;
}

/* Attrs of one name are alike: the first tells. */
static void describe(struct dt_event_count *event, const struct dt_perf_attr *attr)
{
	if (event->has_attr)
		return;
	event->has_attr = true;
	event->type = attr->type;
	event->config = attr->config;
	event->config1 = attr->config1;
	event->config2 = attr->config2;
	event->period = attr->period;
	event->is_frequency = attr->is_frequency;
	event->precise = attr->precise;
}

int dt_perf_attrs_name(struct dt_perf_attrs *attrs, const struct dt_event_table *formats, bool big,
		       struct dt_input_info *info)
{
	free(info->events);
	info->nr_events = 0;
	info->events = calloc(attrs->count ? attrs->count : 1, sizeof(*info->events));
	if (!info->events)
		return -ENOMEM;
	for (uint32_t i = 0; i < attrs->count; i++) {
		struct dt_perf_attr *attr = &attrs->list[i];
		const struct dt_event_type *format = format_of(attr, formats);
		char name[64];

		short_name(attr, format, name);
		choose_decoder(attr, format, name, big, &info->warnings);
		attr->event = event_index(info, name, !attr->tracepoint);
		describe(&info->events[attr->event], attr);
		if (!attr->tracepoint)
			info->events[attr->event].has |=
				attr->plan.has | (attr->fixed_period ? DT_COL_PERIOD : 0);
	}
	return 0;
}
