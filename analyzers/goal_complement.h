/* SPDX-License-Identifier: GPL-2.0-only */
/* Goals that share one memory: PULL to a node and PUSH to the others. */
#ifndef ANALYZERS_GOAL_COMPLEMENT_H
#define ANALYZERS_GOAL_COMPLEMENT_H

#include "damon-trace/goal.h"

/* Nodes of one group at most. */
#define DT_GOAL_MOST_NODES 8

/* Set each stream's complement: the next of its group, in a ring; -1 when it is alone. */
void dt_goal_pair(struct dt_goals *goals);

/* The streams of a group, the given one first. Returns how many, at least 1. */
size_t dt_goal_group(const struct dt_goals *goals, size_t index,
		     size_t members[DT_GOAL_MOST_NODES]);

#endif
