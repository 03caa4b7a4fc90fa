/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user chose, as the analyzers ask for it. */
#include "damon-trace/analyzer.h"

static bool passes(const struct dt_stream_filter *filter, int32_t kdamond, uint32_t context)
{
	return (!filter->has_kdamond || filter->kdamond == kdamond) &&
	       (!filter->has_context || filter->context == context || context == DT_UNKNOWN_U32);
}

bool dt_filters_pass(const struct dt_stream_filter *filters, size_t nr, int32_t kdamond,
		     uint32_t context)
{
	for (size_t i = 0; i < nr; i++)
		if (passes(&filters[i], kdamond, context))
			return true;
	return !nr;
}

bool dt_view_wants_stream(const struct dt_view *view, const struct dt_stream_id *stream)
{
	for (size_t i = 0; i < view->nr_streams; i++) {
		const struct dt_stream_filter *filter = &view->streams[i];

		if (passes(filter, stream->kdamond, stream->context) &&
		    (!filter->has_target || filter->target == stream->target))
			return true;
	}
	return !view->nr_streams;
}
