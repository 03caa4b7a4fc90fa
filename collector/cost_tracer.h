/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What DAMON's functions cost: an event at the entry and one at the return of each that this kernel
 * lets be traced (function.h). By the function_graph tracer of our own instance where instances may
 * have one (Linux 6.11), else by pairs of dynamic events, "enter_FUNCTION" and "leave_FUNCTION", in
 * a group of our own: fprobes, or kprobes where there are none.
 */
#ifndef COLLECTOR_COST_TRACER_H
#define COLLECTOR_COST_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/trace_events.h"
#include "collector/trace_instance.h"
#include "collector/tracer.h"
#include "damon-trace/function.h"

/* A function of this kernel. */
struct dt_cost_function {
	char name[64]; /* with what the compiler appended */
	uint16_t function;
	uint64_t address; /* 0: not told */
};

struct dt_cost_tracer {
	char tracefs[512], proc[512];
	enum dt_cost_source source;
	const char *why; /* static or thread-local: why none; NULL: there is one */
	bool set;	 /* the instance has a tracer set */
	size_t nr;
	struct dt_cost_function functions[2 * DT_NR_FUNCTIONS];
	size_t nr_events;
	char events[4 * DT_NR_FUNCTIONS][128]; /* "group/event", dynamic ones that we made */
};

/*
 * Set everything up in an instance that is off; dynamic events are added to events. That nothing
 * can be had is no failure: source is DT_COST_NONE then, and why says what it takes. 0 or -ENOMEM.
 */
int dt_cost_tracer_make(struct dt_cost_tracer *cost, struct dt_trace_instance *instance,
			struct dt_trace_events *events, const struct dt_roots *roots);

/* Before the instance goes: no tracer. */
void dt_cost_tracer_stop(struct dt_cost_tracer *cost, const struct dt_trace_instance *instance);
/* When it has gone: no dynamic events. */
void dt_cost_tracer_remove(struct dt_cost_tracer *cost);

/* "system:event" of one of our dynamic events: it has no fields that a filter could ask for. */
bool dt_cost_is_event(const char *name);

/* /proc/kallsyms for these functions alone, for the header of a file; free(). NULL: no memory. */
char *dt_cost_symbols(const struct dt_cost_tracer *cost);

#endif
