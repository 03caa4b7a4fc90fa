/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of events to the numbers that DAMON's hardware sampling wants. */
#ifndef COLLECTOR_EVENT_RESOLVE_H
#define COLLECTOR_EVENT_RESOLVE_H

#include "damon-trace/error.h"
#include "damon-trace/hw_event.h"
#include "damon-trace/roots.h"

/*
 * Add the events of a text as perf writes it. pmu: which one is meant where several have an event
 * of this name, or where a generic or raw event may be counted by several kinds of cores; NULL: the
 * text says it. 0, or with *error filled and *events as it was
 *
 * -EINVAL     not an event (the column and the nearest names), or no such PMU
 * -ENODEV     a PMU that this machine lacks
 * -ENOTUNIQ   several PMUs: the names of all of them, and how to say which
 * -E2BIG      more than DT_HW_EVENTS_MAX
 */
int dt_hw_events_resolve(struct dt_hw_events *events, const struct dt_roots *roots,
			 const char *text, const char *pmu, struct dt_error *error);

/* "cycles", "page-faults", "LLC-load-misses": config of type 0, 1 or 3 without a PMU's number in
 * its upper half; empty when it has no name. */
void dt_hw_event_name_generic(struct dt_hw_event *event);

#endif
