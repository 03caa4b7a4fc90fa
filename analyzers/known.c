/* SPDX-License-Identifier: GPL-2.0-only */
/* See known.h. Kdamonds are few: a list will do, asked once a stream. */
#include "damon-trace/known.h"

const struct dt_known_stream *dt_known_find(const struct dt_known *known, int32_t kdamond)
{
	for (size_t i = 0; known && i < known->nr; i++)
		if (known->streams[i].kdamond == kdamond)
			return &known->streams[i];
	return NULL;
}

bool dt_known_weighs(const struct dt_known_stream *stream)
{
	for (unsigned i = 0; stream && i < stream->nr_weights; i++)
		if (stream->weights[i])
			return true;
	return false;
}
