/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_marks.h. */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/goal_marks.h"

static bool is_of(const struct dt_goal_stream *stream, const struct dt_goal_write *write)
{
	return write->kdamond == stream->kdamond && write->scheme == stream->scheme;
}

/* The journal names schemes: which of one's goals was written shows in what followed. */
static bool is_tuned(const struct dt_goals *goals, const struct dt_goal_stream *stream)
{
	size_t nr = 0;

	for (size_t i = 0; i < stream->nr_steps; i++)
		if (stream->steps[i].written)
			return true;
	for (size_t i = 0; i < goals->nr; i++)
		nr += goals->streams[i].kdamond == stream->kdamond &&
		      goals->streams[i].scheme == stream->scheme;
	return nr == 1;
}

static int64_t step_of(const struct dt_goal_stream *stream, size_t write)
{
	for (size_t i = 0; i < stream->nr_steps; i++)
		if (stream->steps[i].written && stream->steps[i].write == write)
			return (int64_t)i;
	return -1;
}

int dt_goal_mark_writes(struct dt_goals *goals, const struct dt_goal_write *writes, size_t nr)
{
	for (size_t s = 0; s < goals->nr; s++) {
		struct dt_goal_stream *stream = &goals->streams[s];
		size_t count = 0;

		for (size_t i = 0; i < nr; i++)
			count += is_of(stream, &writes[i]);
		if (!count || !is_tuned(goals, stream))
			continue;
		stream->marks = calloc(count, sizeof(*stream->marks));
		if (!stream->marks)
			return -ENOMEM;
		for (size_t i = 0; i < nr; i++)
			if (is_of(stream, &writes[i]))
				stream->marks[stream->nr_marks++] = (struct dt_goal_mark){
					.write = writes[i], .step = step_of(stream, i)};
	}
	return 0;
}
