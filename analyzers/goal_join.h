/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What else a scheme did in the window of each evaluation of its goals: effective quota, regions
 * applied to, statistics.
 */
#ifndef ANALYZERS_GOAL_JOIN_H
#define ANALYZERS_GOAL_JOIN_H

#include "analyzers/goal_log.h"

/* Effective quotas of the log, and where they became unknown by lost events. */
void dt_goal_join_esz(struct dt_goals *goals, const struct dt_goal_log *log);

/* A batch of damos_before_apply or of statistics. */
void dt_goal_join_take(struct dt_goals *goals, const struct dt_batch *batch);

/* Once all are taken: windows without statistics of their own have those of the one before. */
void dt_goal_join_finish(struct dt_goals *goals);

/* The window in which an instant lies; SIZE_MAX before the first one. */
size_t dt_goal_window(const struct dt_goal_stream *stream, uint64_t time);

#endif
