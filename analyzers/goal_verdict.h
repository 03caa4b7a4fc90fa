/* SPDX-License-Identifier: GPL-2.0-only */
/* One step judged as a whole: all figures and the verdict. */
#ifndef ANALYZERS_GOAL_VERDICT_H
#define ANALYZERS_GOAL_VERDICT_H

#include "analyzers/goal_series.h"
#include "damon-trace/goal.h"

/* Fewer evaluations are not judged. */
#define DT_GOAL_LEAST_EVALUATIONS 5

/*
 * Fill the figures of a step, whose first, count, start_ns, end_ns, target and initial are set.
 * It gets excursions, which are freed with it. 0 or -ENOMEM.
 */
int dt_goal_judge(struct dt_goal_step *step, const struct dt_goal_series *series,
		  const struct dt_goal_rules *rules);

#endif
