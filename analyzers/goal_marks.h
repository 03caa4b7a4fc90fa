/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tuner wrote to the goals, and the steps that it led to. */
#ifndef ANALYZERS_GOAL_MARKS_H
#define ANALYZERS_GOAL_MARKS_H

#include "damon-trace/goal.h"

/* Give each stream the writes to it; its steps are cut. 0 or -ENOMEM. */
int dt_goal_mark_writes(struct dt_goals *goals, const struct dt_goal_write *writes, size_t nr);

#endif
