/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A libtraceevent plugin: trace-cmd report, perf script and KernelShark print DAMON's events for
 * people. Only what perf 6.1 exports to plugins is called, and nothing of the rest of damon-trace.
 * What scripts parse (regions, scheme regions, intervals) stays the kernel's text until an option
 * asks for more. doc/plugin.md describes the options.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <traceevent/event-parse.h>

#include "plugins/plugin_options.h"

/* To libtraceevent: print the event by the kernel's own format. */
#define AS_THE_KERNEL 1

/* damos_quota_goal_metric of Linux 7.2 and 7.3; other metrics are no shares of a node. */
#define NODE_ELIGIBLE_MEM_BP 8
/* The dynamic event follows the list of goals and that of schemes so far. */
#define GOALS_MAX   4
#define SCHEMES_MAX 8

/* Formats of one name in different systems. */
#define FORMATS_MAX 4

/* ---- fields ---- */

struct view {
	struct trace_seq *s;
	struct tep_record *record;
	struct tep_event *event;
	bool missing; /* a field was asked for that is not there */
};

/* The field's place in the record; NULL when one of them has no such thing. */
static struct tep_format_field *find(const struct view *view, const char *name)
{
	struct tep_format_field *field = tep_find_field(view->event, name);

	if (!field || field->offset < 0 || field->size <= 0 || field->offset > view->record->size ||
	    field->size > view->record->size - field->offset)
		return NULL;
	return field;
}

static bool get(const struct view *view, const char *name, unsigned long long *value)
{
	struct tep_format_field *field = find(view, name);

	return field && !tep_read_number_field(field, view->record->data, value);
}

static unsigned long long need(struct view *view, const char *name)
{
	unsigned long long value = 0;

	if (!get(view, name, &value))
		view->missing = true;
	return value;
}

/* NAME, and NAMEn for n > 0. */
static bool get_numbered(const struct view *view, const char *name, unsigned number,
			 unsigned long long *value)
{
	char full[32];

	snprintf(full, sizeof(full), number ? "%s%u" : "%s", name, number);
	return get(view, full, value);
}

/* ---- words ---- */

static void put_size(struct trace_seq *s, unsigned long long bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	int unit = 0;

	/* 1023.95 and more would be rounded to 1024.0 */
	while (damon_settings.unit < 0 ? value >= 1023.95 && unit < 4
				       : unit < damon_settings.unit) {
		value /= 1024;
		unit++;
	}
	if (!unit)
		trace_seq_printf(s, "%llu B", bytes);
	else
		trace_seq_printf(s, "%.*f %s", damon_settings.unit < 0 ? 1 : 3, value, units[unit]);
}

/* From 1/10000, rounded. */
static void put_share(struct trace_seq *s, unsigned long long bp)
{
	const unsigned long long permille = bp / 10 + (bp % 10 >= 5);

	trace_seq_printf(s, "%llu.%llu %%", permille / 10, permille % 10);
}

static void put_accesses(struct trace_seq *s, unsigned long long count, const char *what)
{
	if (damon_settings.checks)
		trace_seq_printf(s, " %.0f %%",
				 100.0 * (double)count / (double)damon_settings.checks);
	else
		trace_seq_printf(s, " %llu%s", count, what);
}

static const char *sector_name(unsigned long long address)
{
	for (unsigned i = 0; i < damon_settings.nr_sectors; i++)
		if (address >= damon_settings.sectors[i].low &&
		    address <= damon_settings.sectors[i].high)
			return damon_settings.sectors[i].name;
	return "none";
}

static void put_sectors(struct trace_seq *s, unsigned long long first, unsigned long long last)
{
	if (damon_settings.sector_size) {
		first /= damon_settings.sector_size;
		last /= damon_settings.sector_size;
		trace_seq_printf(s, first == last ? " in sector %llu" : " in sectors %llu-%llu",
				 first, last);
	} else if (damon_settings.nr_sectors) {
		const char *from = sector_name(first), *to = sector_name(last);

		trace_seq_printf(s, strcmp(from, to) != 0 ? " in %s to %s" : " in %s", from, to);
	}
}

/* On old kernels a target's number is a pointer. */
static void put_target(struct trace_seq *s, unsigned long long target)
{
	trace_seq_printf(s, target > UINT32_MAX ? "target %#llx" : "target %llu", target);
}

static void put_scheme(struct trace_seq *s, unsigned long long context, unsigned long long scheme)
{
	trace_seq_printf(s, "ctx %llu scheme %llu", context, scheme);
}

/* ---- events ---- */

/* __data_loc: where it is and how long stands in the record too, and is not believed. */
static void put_probe_hits(struct view *view)
{
	struct tep_format_field *field = find(view, "probe_hits");
	const unsigned char *data = view->record->data;
	unsigned long long place, first, length;

	if (!field || !(field->flags & TEP_FIELD_IS_DYNAMIC) || field->size != 4)
		return;
	place = tep_read_number(view->event->tep, data + field->offset, field->size);
	first = place & 0xffff;
	length = place >> 16;
	if (first + length > (unsigned)view->record->size)
		return;
	trace_seq_puts(view->s, " probes");
	for (unsigned long long i = 0; i < length; i++)
		put_accesses(view->s, data[first + i], "");
}

static int print_region(struct view *view, const char *target)
{
	const unsigned long long start = need(view, "start"), end = need(view, "end");
	const unsigned long long regions = need(view, "nr_regions"), id = need(view, target);
	const unsigned long long accesses = need(view, "nr_accesses");
	unsigned long long context, scheme, age;
	struct trace_seq *s = view->s;

	if (view->missing || end < start)
		return AS_THE_KERNEL;
	if (get(view, "context_idx", &context) && get(view, "scheme_idx", &scheme)) {
		put_scheme(s, context, scheme);
		trace_seq_putc(s, ' ');
	}
	put_target(s, id);
	trace_seq_puts(s, " region ");
	put_size(s, end - start);
	trace_seq_printf(s, " @%#llx", start);
	put_sectors(s, start, end > start ? end - 1 : end);
	put_accesses(s, accesses, accesses == 1 ? " access" : " accesses");
	if (get(view, "age", &age))
		trace_seq_printf(s, " age %llu", age);
	put_probe_hits(view);
	trace_seq_printf(s, regions == 1 ? " (%llu region)" : " (%llu regions)", regions);
	return 0;
}

static int print_aggregated(struct view *view)
{
	return print_region(view, "target_id");
}

static int print_before_apply(struct view *view)
{
	return print_region(view, "target_idx");
}

static int print_tune(struct view *view)
{
	const unsigned long long us = need(view, "sample_us");

	if (view->missing)
		return AS_THE_KERNEL;
	if (us < 1000)
		trace_seq_printf(view->s, "sampling every %llu us", us);
	else if (us < 1000000)
		trace_seq_printf(view->s, "sampling every %.6g ms", (double)us / 1e3);
	else
		trace_seq_printf(view->s, "sampling every %.9g s", (double)us / 1e6);
	return 0;
}

static int print_esz(struct view *view)
{
	const unsigned long long context = need(view, "context_idx");
	const unsigned long long scheme = need(view, "scheme_idx"), esz = need(view, "esz");

	if (view->missing)
		return AS_THE_KERNEL;
	put_scheme(view->s, context, scheme);
	trace_seq_puts(view->s, ": quota ");
	put_size(view->s, esz);
	return 0;
}

static void put_regions(struct trace_seq *s, const char *what, unsigned long long bytes,
			unsigned long long count)
{
	trace_seq_puts(s, what);
	put_size(s, bytes);
	trace_seq_printf(s, count == 1 ? " in %llu region" : " in %llu regions", count);
}

static int print_stat(struct view *view)
{
	const unsigned long long context = need(view, "context_idx");
	const unsigned long long scheme = need(view, "scheme_idx");
	const unsigned long long tried = need(view, "sz_tried"), nr_tried = need(view, "nr_tried");
	const unsigned long long applied = need(view, "sz_applied");
	const unsigned long long nr_applied = need(view, "nr_applied");
	const unsigned long long passed = need(view, "sz_ops_filter_passed");
	const unsigned long long exceeds = need(view, "qt_exceeds");
	const unsigned long long snapshots = need(view, "nr_snapshots");
	struct trace_seq *s = view->s;

	if (view->missing)
		return AS_THE_KERNEL;
	put_scheme(s, context, scheme);
	put_regions(s, ": tried ", tried, nr_tried);
	put_regions(s, ", applied ", applied, nr_applied);
	if (tried)
		trace_seq_printf(s, " (%.1f %%)", 100.0 * (double)applied / (double)tried);
	trace_seq_puts(s, ", passed filters ");
	put_size(s, passed);
	trace_seq_printf(s, ", quota exceeded %llu %s, %llu snapshot%s", exceeds,
			 exceeds == 1 ? "time" : "times", snapshots, snapshots == 1 ? "" : "s");
	return 0;
}

/* The dynamic event has the schemes' list in place of a number. */
static bool goal_scheme(const struct view *view, unsigned long long *index)
{
	unsigned long long own, scheme;
	char name[16];

	if (get(view, "scheme_idx", index))
		return true;
	if (!get(view, "node", &own) || !own)
		return false;
	for (unsigned i = 0; i < SCHEMES_MAX; i++) {
		snprintf(name, sizeof(name), "scheme%u", i);
		if (get(view, name, &scheme) && scheme == own) {
			*index = i;
			return true;
		}
	}
	return false;
}

/* Is this a goal, and not the end of the list: its head, which the pointer named goals tells? */
static bool is_goal(const struct view *view, unsigned number)
{
	unsigned long long head, goal;

	if (!get(view, "goals", &head) || !get_numbered(view, "goal", number, &goal))
		return !number;
	return goal != head;
}

static bool put_goal(struct view *view, unsigned number)
{
	unsigned long long nid, target, current, metric = NODE_ELIGIBLE_MEM_BP;

	if (!get_numbered(view, "nid", number, &nid) ||
	    !get_numbered(view, "target_value", number, &target) ||
	    !get_numbered(view, "current_value", number, &current) || !is_goal(view, number))
		return false;
	(void)get_numbered(view, "metric", number, &metric);
	trace_seq_puts(view->s, number ? "; " : "");
	if (metric != NODE_ELIGIBLE_MEM_BP) {
		trace_seq_printf(view->s, "metric %llu: %llu, target %llu", metric, current,
				 target);
		return true;
	}
	trace_seq_printf(view->s, "node %d: ", (int)nid);
	put_share(view->s, current);
	trace_seq_puts(view->s, " of eligible, target ");
	put_share(view->s, target);
	return true;
}

static int print_goal(struct view *view)
{
	unsigned long long context = 0, scheme, score;

	(void)need(view, "nid");
	(void)need(view, "target_value");
	(void)need(view, "current_value");
	if (view->missing || !is_goal(view, 0))
		return AS_THE_KERNEL;
	(void)get(view, "context_idx", &context);
	if (goal_scheme(view, &scheme)) {
		put_scheme(view->s, context, scheme);
		trace_seq_puts(view->s, ": ");
	}
	for (unsigned i = 0; i < GOALS_MAX && put_goal(view, i); i++)
		;
	if (get(view, "score", &score)) {
		trace_seq_puts(view->s, ", score ");
		put_share(view->s, score);
	}
	return 0;
}

static int print_overflow(struct view *view)
{
	const unsigned long long cpu = need(view, "cpu");

	if (view->missing)
		return AS_THE_KERNEL;
	trace_seq_printf(view->s, "DAMON's sample ring of CPU %d was full: 1 sample lost",
			 (int)cpu);
	return 0;
}

static const struct event {
	const char *system; /* NULL: any, as the group of a dynamic event is its maker's */
	const char *name;
	int (*print)(struct view *view);
	bool parsed; /* by scripts, in the kernel's form */
} events[] = {
	{"damon", "damon_aggregated", print_aggregated, true},
	{"damon", "damon_region_aggregated", print_aggregated, true},
	{"damon", "damon_aggregated_v2", print_aggregated, true},
	{"damon", "damos_before_apply", print_before_apply, true},
	{"damon", "damon_monitor_intervals_tune", print_tune, true},
	{"damon", "damos_esz", print_esz, false},
	{"damon", "damos_stat_after_apply_interval", print_stat, false},
	{NULL, "damos_node_eligible_mem_bp", print_goal, false},
	{"damon", "damon_perf_ring_overflow", print_overflow, false},
};

#define NR_EVENTS (sizeof(events) / sizeof(events[0]))

static int handle(struct trace_seq *s, struct tep_record *record, struct tep_event *event,
		  void *context)
{
	const struct event *known = context;
	struct view view = {.s = s, .record = record, .event = event};

	damon_options_parse();
	if (damon_options[RAW].set || (known->parsed && !damon_options_human()))
		return AS_THE_KERNEL;
	return known->print(&view);
}

/* ---- loading ---- */

/*
 * A registration is used up by the first format that it fits, and a recording can have the formats
 * of the tracepoint and of several recorders' dynamic events.
 */
static int copies(const struct event *event)
{
	return event->system ? 1 : FORMATS_MAX;
}

__attribute__((visibility("default"))) int TEP_PLUGIN_LOADER(struct tep_handle *tep);
__attribute__((visibility("default"))) int TEP_PLUGIN_UNLOADER(struct tep_handle *tep);

int TEP_PLUGIN_LOADER(struct tep_handle *tep)
{
	damon_options_environment();
	tep_plugin_add_options("damon", damon_options);
	for (size_t i = 0; i < NR_EVENTS; i++)
		for (int j = 0; j < copies(&events[i]); j++)
			tep_register_event_handler(tep, -1, events[i].system, events[i].name,
						   handle, (void *)&events[i]);
	return 0;
}

int TEP_PLUGIN_UNLOADER(struct tep_handle *tep)
{
	for (size_t i = 0; i < NR_EVENTS; i++)
		for (int j = 0; j < copies(&events[i]); j++)
			tep_unregister_event_handler(tep, -1, events[i].system, events[i].name,
						     handle, (void *)&events[i]);
	tep_plugin_remove_options(damon_options);
	return 0;
}
