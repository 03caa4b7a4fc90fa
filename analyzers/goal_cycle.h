/* SPDX-License-Identifier: GPL-2.0-only */
/* Does the value swing to and fro? Autocorrelation of the evenly sampled, levelled series. */
#ifndef ANALYZERS_GOAL_CYCLE_H
#define ANALYZERS_GOAL_CYCLE_H

#include "analyzers/goal_series.h"
#include "damon-trace/goal.h"

/* In the evaluations from `first` on. 0 or -ENOMEM. */
int dt_goal_find_cycle(struct dt_goal_cycle *cycle, const struct dt_goal_series *series,
		       size_t first, const struct dt_goal_rules *rules);

#endif
