/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goals out of the dynamic event that stands in for damos_node_eligible_mem_bp where the kernel
 * lacks it (collector/goal_probe.h). One event holds all goals of a scheme:
 *
 * nid, target_value, current_value, metric	the first goal; nid1, ... nid3, ... the others
 * goal, goal1, goal2, goal3, goals		their list nodes and the list's head: the goals end
 *						where a node is the head
 * node, scheme0, ... scheme7			list nodes of the scheme and of the context's first
 *						schemes: which one it is
 */
#ifndef READERS_DAMON_GOALS_H
#define READERS_DAMON_GOALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/event.h"
#include "readers/damon_events.h"

struct dt_goal_fields;

/*
 * Find the fields in a format text. *fields is NULL when they are not all there: then the event is
 * of one goal, as the tracepoint's. 0 or -ENOMEM. Free with free().
 */
int dt_goal_fields_new(struct dt_goal_fields **fields, const char *format, size_t size);

/* Payload bytes that they touch. */
uint32_t dt_goal_fields_size(const struct dt_goal_fields *fields);

/*
 * The goals of one event; raw has dt_goal_fields_size() bytes. first: what was decoded of the first
 * goal. How many there are.
 */
int dt_goal_fields_decode(const struct dt_goal_fields *fields, const struct dt_goal *first,
			  struct dt_goal goals[DT_GOALS_MAX], const unsigned char *raw, bool swap);

#endif
