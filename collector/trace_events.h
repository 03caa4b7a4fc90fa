/* SPDX-License-Identifier: GPL-2.0-only */
/* Which tracepoints are recorded, and setting them in an instance that is still off. */
#ifndef COLLECTOR_TRACE_EVENTS_H
#define COLLECTOR_TRACE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/trace_instance.h"
#include "damon-trace/error.h"
#include "damon-trace/roots.h"

/* "system:event", sorted, without doubles; ends with NULL. All zero: none. */
struct dt_trace_events {
	size_t nr, room;
	char **names;
};

/*
 * Find the events: every damon:* one when damon is set, and those that match the patterns
 * "system:event" with globs (end with NULL; may be NULL). 0; -EINVAL: a pattern matches none (with
 * the nearest names); or another -errno with *error filled.
 */
int dt_trace_events_find(struct dt_trace_events *events, const struct dt_roots *roots, bool damon,
			 const char *const *patterns, struct dt_error *error);

/* One more. 0 or -ENOMEM. */
int dt_trace_events_add(struct dt_trace_events *events, const char *name);
bool dt_trace_events_has(const struct dt_trace_events *events, const char *name);

/*
 * Give every event the filter (NULL: none) and enable it. -EINVAL when an event refuses the
 * filter, with its name and the kernel's reason.
 */
int dt_trace_events_set(const struct dt_trace_events *events,
			const struct dt_trace_instance *instance, const char *filter,
			struct dt_error *error);

/* "events/system/event/file". Returns path. */
const char *dt_trace_event_file(char path[320], const char *name, const char *file);

void dt_trace_events_free(struct dt_trace_events *events);

#endif
