/* SPDX-License-Identifier: GPL-2.0-only */
/* Does a held value creep away? Robust slope and trend test on means of blocks. */
#ifndef ANALYZERS_GOAL_DRIFT_H
#define ANALYZERS_GOAL_DRIFT_H

#include "analyzers/goal_series.h"
#include "damon-trace/goal.h"

/* Of the evaluations from `first` on. 0 or -ENOMEM. */
int dt_goal_find_drift(struct dt_goal_drift *drift, const struct dt_goal_series *series,
		       size_t first, const struct dt_goal_rules *rules);

#endif
