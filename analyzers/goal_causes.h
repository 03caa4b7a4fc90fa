/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a step went as it did: what held in which stretch of time, with the figures that show it. */
#ifndef ANALYZERS_GOAL_CAUSES_H
#define ANALYZERS_GOAL_CAUSES_H

#include "damon-trace/goal.h"

/*
 * Find the causes of every step of stream `index`, which is joined, paired and judged. setup: NULL
 * when nothing is known. 0 or -ENOMEM.
 */
int dt_goal_find_causes(struct dt_goals *goals, size_t index, const struct dt_goal_setup *setup);

#endif
