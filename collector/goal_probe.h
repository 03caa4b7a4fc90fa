/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goal events on kernels without their tracepoint: a dynamic event at the return of the function
 * that evaluates a scheme's goals. It is named like the tracepoint, in a group of our own.
 *
 * Its fields (readers/damon_goals.h reads them back):
 * nid, target_value, current_value, metric   of the first goal
 * score, scheme                              of all goals, and of which scheme (an address)
 * nid1, target_value1, ...                   of the second to fourth goal
 * goal, goal1, goal2, goal3, goals           list nodes of the goals, and the list's head: where
 *                                            a node is the head the goals have ended
 * node, scheme0, ... scheme7                 list node of the scheme, and of the context's first
 *                                            schemes: which of them it is
 */
#ifndef COLLECTOR_GOAL_PROBE_H
#define COLLECTOR_GOAL_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/goal_offsets.h"
#include "collector/tracer.h"

#define DT_GOAL_EVENT "damos_node_eligible_mem_bp"

/* Goals of a scheme, and schemes of a context, that fit into the event. */
#define DT_GOAL_MAX    4
#define DT_SCHEMES_MAX 8

struct dt_goal_probe {
	char tracefs[512];
	char event[128]; /* "group/event"; empty: there is none */
};

/*
 * The line that defines the event. type: 'f' (fprobe) or 'r' (kretprobe). Returns its length, 0
 * when it does not fit.
 */
size_t dt_goal_definition(char *text, size_t size, const struct dt_goal_offsets *offsets, char type,
			  const char *event);

/* Make the event. 0, or -errno with *why, one line (static or thread-local): what it takes. */
int dt_goal_probe_make(struct dt_goal_probe *probe, const struct dt_roots *roots, const char **why);
/* Remove it; nothing may have it enabled. 0 or -errno. */
int dt_goal_probe_remove(struct dt_goal_probe *probe);

/* Write "-:group/event" to dynamic_events. 0 or -errno. */
int dt_dynamic_event_remove(const char *tracefs, const char *event);

#endif
