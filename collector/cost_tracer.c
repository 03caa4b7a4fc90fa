/* SPDX-License-Identifier: GPL-2.0-only */
/* See cost_tracer.h. What the kernel takes is found out by trying, the cheapest way first. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/cost_functions.h"
#include "collector/cost_tracer.h"
#include "collector/goal_probe.h"
#include "collector/trace_files.h"

#define ENTER "enter_"
#define LEAVE "leave_"

static _Thread_local char reason[256];

/* ---- the function_graph tracer ---- */

/* The functions first: without a filter every function of the kernel would be traced. */
static int set_filter(const struct dt_cost_tracer *cost, const struct dt_trace_instance *instance)
{
	int taken = 0;

	for (size_t i = 0; i < cost->nr; i++)
		taken += !dt_trace_write(instance->path, "set_ftrace_filter",
					 cost->functions[i].name, true);
	return taken ? 0 : -EOPNOTSUPP;
}

/* Their names must be known for the addresses that the tracer writes. */
static bool have_addresses(const struct dt_cost_tracer *cost)
{
	for (size_t i = 0; i < cost->nr; i++)
		if (!cost->functions[i].address)
			return false;
	return true;
}

static bool set_graph(struct dt_cost_tracer *cost, const struct dt_trace_instance *instance)
{
	char tracers[256], enabled[16];

	if (dt_trace_read_into(instance->path, "available_tracers", tracers, sizeof(tracers)) ||
	    !strstr(tracers, "function_graph") || !have_addresses(cost))
		return false;
	if (!dt_trace_read_into(cost->proc, "sys/kernel/ftrace_enabled", enabled,
				sizeof(enabled)) &&
	    enabled[0] == '0')
		return false;
	if (set_filter(cost, instance))
		return false;
	cost->set = true;
	return !dt_trace_write(instance->path, "current_tracer", "function_graph", false);
}

/* ---- dynamic events ---- */

/* Remove those that were made from the event on. */
static void remove_from(struct dt_cost_tracer *cost, size_t first)
{
	while (cost->nr_events > first)
		(void)dt_dynamic_event_remove(cost->tracefs, cost->events[--cost->nr_events]);
}

/* "f:group/enter_NAME NAME" and "f:group/leave_NAME NAME%return", or as p: and r:. 0 or -errno. */
static int add_probe(struct dt_cost_tracer *cost, const struct dt_cost_function *function,
		     bool leave, bool fprobe)
{
	char *event = cost->events[cost->nr_events];
	const char *base = dt_functions[function->function].name;
	char line[320], file[160];
	int ret;

	(void)snprintf(event, sizeof(cost->events[0]), DT_PROBE_GROUP_PREFIX "%d/%s%s",
		       (int)getpid(), leave ? LEAVE : ENTER, base);
	(void)snprintf(line, sizeof(line), "%c:%s %s%s",
		       fprobe  ? 'f'
		       : leave ? 'r'
			       : 'p',
		       event, function->name, fprobe && leave ? "%return" : "");
	(void)snprintf(file, sizeof(file), "events/%s", event);
	/* the leftover of a recorder that had our pid; or a second function of one name */
	if (dt_trace_exists(cost->tracefs, file)) {
		for (size_t i = 0; i < cost->nr_events; i++)
			if (!strcmp(cost->events[i], event))
				return -EEXIST;
		(void)dt_dynamic_event_remove(cost->tracefs, event);
	}
	ret = dt_trace_write(cost->tracefs, "dynamic_events", line, true);
	cost->nr_events += !ret;
	return ret;
}

/* Pairs, or nothing. The last refusal, or 0. */
static int add_probes(struct dt_cost_tracer *cost, bool fprobe)
{
	int ret = -EOPNOTSUPP;

	for (size_t i = 0; i < cost->nr && cost->nr_events + 2 <= 4 * DT_NR_FUNCTIONS; i++) {
		const size_t before = cost->nr_events;

		ret = add_probe(cost, &cost->functions[i], false, fprobe);
		if (!ret)
			ret = add_probe(cost, &cost->functions[i], true, fprobe);
		if (ret)
			remove_from(cost, before);
	}
	return cost->nr_events ? 0 : ret;
}

static int list_probes(const struct dt_cost_tracer *cost, struct dt_trace_events *events)
{
	for (size_t i = 0; i < cost->nr_events; i++) {
		char name[sizeof(cost->events[0])];

		(void)snprintf(name, sizeof(name), "%s", cost->events[i]);
		*strchr(name, '/') = ':';
		if (dt_trace_events_add(events, name))
			return -ENOMEM;
	}
	return 0;
}

/* ---- */

int dt_cost_tracer_make(struct dt_cost_tracer *cost, struct dt_trace_instance *instance,
			struct dt_trace_events *events, const struct dt_roots *roots)
{
	int ret;

	*cost = (struct dt_cost_tracer){.source = DT_COST_NONE, .why = "its paths are too long"};
	if (snprintf(cost->tracefs, sizeof(cost->tracefs), "%s", roots->tracefs) >=
		    (int)sizeof(cost->tracefs) ||
	    snprintf(cost->proc, sizeof(cost->proc), "%s", roots->proc) >= (int)sizeof(cost->proc))
		return 0;
	cost->nr = dt_cost_functions_find(
		cost->functions, sizeof(cost->functions) / sizeof(cost->functions[0]), roots);
	cost->why = "this kernel tells none of DAMON's functions that could be traced";
	if (!cost->nr)
		return 0;
	cost->why = NULL;
	if (set_graph(cost, instance)) {
		cost->source = DT_COST_GRAPH;
		return 0;
	}
	dt_cost_tracer_stop(cost, instance);
	cost->source = DT_COST_FPROBE;
	ret = add_probes(cost, true);
	if (ret) {
		cost->source = DT_COST_KPROBE;
		ret = add_probes(cost, false);
	}
	if (!ret)
		return list_probes(cost, events);
	cost->source = DT_COST_NONE;
	(void)snprintf(reason, sizeof(reason),
		       "neither a function_graph tracer in an instance (Linux 6.11, "
		       "CONFIG_FUNCTION_GRAPH_TRACER) nor dynamic events (CONFIG_FPROBE_EVENTS or "
		       "CONFIG_KPROBE_EVENTS) can be had: %s",
		       strerror(-ret));
	cost->why = reason;
	return 0;
}

void dt_cost_tracer_stop(struct dt_cost_tracer *cost, const struct dt_trace_instance *instance)
{
	if (cost->set)
		(void)dt_trace_write(instance->path, "current_tracer", "nop", false);
	cost->set = false;
}

void dt_cost_tracer_remove(struct dt_cost_tracer *cost)
{
	remove_from(cost, 0);
}

bool dt_cost_is_event(const char *name)
{
	const char *event = strchr(name, ':');

	return event && !strncmp(name, DT_PROBE_GROUP_PREFIX, strlen(DT_PROBE_GROUP_PREFIX)) &&
	       (!strncmp(event + 1, ENTER, strlen(ENTER)) ||
		!strncmp(event + 1, LEAVE, strlen(LEAVE)));
}

static int by_address(const void *a, const void *b)
{
	const struct dt_cost_function *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

char *dt_cost_symbols(const struct dt_cost_tracer *cost)
{
	struct dt_cost_function sorted[sizeof(cost->functions) / sizeof(cost->functions[0])];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool failed;

	if (!out)
		return NULL;
	memcpy(sorted, cost->functions, sizeof(sorted));
	qsort(sorted, cost->nr, sizeof(sorted[0]), by_address);
	for (size_t i = 0; i < cost->nr; i++)
		(void)fprintf(out, "%016llx t %s\n", (unsigned long long)sorted[i].address,
			      sorted[i].name);
	failed = ferror(out);
	if (fclose(out) || failed) {
		free(text);
		return NULL;
	}
	return text;
}
