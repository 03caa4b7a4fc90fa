/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user chose, as the analyzers ask for it. */
#include "damon-trace/analyzer.h"

bool dt_view_wants_stream(const struct dt_view *view, const struct dt_stream_id *stream)
{
	for (size_t i = 0; i < view->nr_streams; i++) {
		const struct dt_stream_filter *filter = &view->streams[i];

		if ((!filter->has_kdamond || filter->kdamond == stream->kdamond) &&
		    (!filter->has_context || filter->context == stream->context ||
		     stream->context == DT_UNKNOWN_U32) &&
		    (!filter->has_target || filter->target == stream->target))
			return true;
	}
	return !view->nr_streams;
}
