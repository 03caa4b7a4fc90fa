/* SPDX-License-Identifier: GPL-2.0-only */
/* Goals in every form of output, and the words that these forms share. */
#ifndef RENDER_GOALS_H
#define RENDER_GOALS_H

#include <stdio.h>

#include "damon-trace/goal.h"
#include "damon-trace/render.h"
#include "support/json_writer.h"

/* The "goals" member. */
void dt_json_goals(struct dt_json *json, const struct dt_goals *goals);

/* "kdamond 121, scheme 0, node 0"; what is unknown is left out. ASCII. Returns buffer. */
char *dt_goal_words_stream(char *buffer, size_t size, const struct dt_goal_stream *stream);

/* A share as percent, "60 %", "62.5 %", other metrics as they are. Returns buffer. */
char *dt_goal_words_value(char *buffer, size_t size, const struct dt_goal_stream *stream,
			  double value);

/* Seconds with three digits or so, "8.4 s", "2.3 h". Returns buffer. */
char *dt_goal_words_time(char *buffer, size_t size, double seconds);

/*
 * What a step did, one clause: "60 % reached after 8.4 s, held within +-5 points 92 % of the time,
 * no overshoot". ASCII. Returns buffer.
 */
char *dt_goal_words_step(char *buffer, size_t size, const struct dt_goal_stream *stream,
			 const struct dt_goal_step *step);

/*
 * What a write did, one clause: "80 % written (step 2 of 3 is due), led to step 2, REACHED". ASCII.
 * Returns buffer.
 */
char *dt_goal_words_mark(char *buffer, size_t size, const struct dt_goal_stream *stream,
			 const struct dt_goal_mark *mark);

/*
 * Samples of the chart: evaluation in force at an instant; NULL before the first one and behind
 * the last.
 */
const struct dt_goal_evaluation *dt_goal_at(const struct dt_goal_stream *stream, uint64_t time);

/*
 * Bytes per second that a scheme applied, from its statistics between windows i and i + 1; NaN
 * where they are not known or start anew.
 */
double dt_goal_applied_rate(const struct dt_goal_stream *stream, size_t i);

/* The chart of one goal: value, target, band and effective quota over time. */
void dt_term_goal_chart(FILE *out, const struct dt_goals *goals,
			const struct dt_goal_stream *stream, const struct dt_style *style);

#endif
