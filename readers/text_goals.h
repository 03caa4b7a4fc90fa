/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The printed form of the dynamic event that holds all goals of a scheme: the fields of
 * damon_goals.h as NAME=VALUE.
 */
#ifndef READERS_TEXT_GOALS_H
#define READERS_TEXT_GOALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "readers/damon_events.h"

/* Schemes of a context whose place the event tells, as readers/damon_goals.c has it. */
#define DT_TEXT_SCHEMES 8

enum dt_text_goal_field {
	DT_TEXT_GOAL_NODE,
	DT_TEXT_GOAL_NID,
	DT_TEXT_GOAL_TARGET,
	DT_TEXT_GOAL_CURRENT,
	DT_TEXT_GOAL_METRIC,
	DT_NR_TEXT_GOAL_FIELDS,
};

struct dt_text_goals {
	/* a bit for each value below: goals' fields, then the schemes, the head, node, score */
	uint64_t seen;
	uint64_t goals[DT_GOALS_MAX][DT_NR_TEXT_GOAL_FIELDS];
	uint64_t schemes[DT_TEXT_SCHEMES];
	uint64_t head, node, score;
};

/* Take the value of a name; false: it is none of these. seen is 0 at first. */
bool dt_text_goals_put(struct dt_text_goals *goals, const char *name, size_t length,
		       uint64_t value);

/* Was it this event? Else it was the tracepoint, of one goal, and its other fields tell. */
bool dt_text_goals_are_listed(const struct dt_text_goals *goals);

/* The goals; records[0] has begun. How many there are, or -EBADMSG. */
int dt_text_goals_take(const struct dt_text_goals *goals,
		       union dt_damon_record records[DT_GOALS_MAX]);

#endif
