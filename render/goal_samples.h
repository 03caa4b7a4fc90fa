/* SPDX-License-Identifier: GPL-2.0-only */
/* What a goal shares with memory samples, in words and JSON. */
#ifndef RENDER_GOAL_SAMPLES_H
#define RENDER_GOAL_SAMPLES_H

#include <stddef.h>

#include "damon-trace/goal.h"
#include "support/json_writer.h"

/* The name of the share, "samples on node 1", for keys of charts. Returns buffer. */
char *dt_goal_samples_name(char *buffer, size_t size, const struct dt_goal_stream *stream);

/*
 * The mean share of the samples in [from, to), ns, or of the bin around it where bins are longer;
 * NaN when there are none.
 */
double dt_goal_samples_mean(const struct dt_goal_stream *stream, uint64_t from, uint64_t to);

/* How well the samples follow the goal, a clause. Returns buffer. */
char *dt_goal_samples_words(char *buffer, size_t size, const struct dt_goal_stream *stream);

/* The key "samples" of a goal: an object, or null when there are none. */
void dt_json_goal_samples(struct dt_json *json, const struct dt_goal_stream *stream);

#endif
