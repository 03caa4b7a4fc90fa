/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_join.h. */
#include "analyzers/goal_join.h"

size_t dt_goal_window(const struct dt_goal_stream *stream, uint64_t time)
{
	size_t low = 0, high = stream->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (stream->evaluations[middle].time <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

static bool is_of(const struct dt_goal_stream *stream, int32_t kdamond, uint32_t context,
		  uint32_t scheme)
{
	return stream->kdamond == kdamond && stream->scheme == scheme &&
	       (stream->context == context || context == DT_UNKNOWN_U32 ||
		stream->context == DT_UNKNOWN_U32);
}

static void mark_losses(struct dt_goal_stream *stream, const struct dt_goals *goals)
{
	for (size_t i = 0; i < goals->nr_losses; i++) {
		const struct dt_goal_loss *loss = &goals->losses[i];
		const size_t window = dt_goal_window(stream, loss->time);

		if (!loss->throttled && window != SIZE_MAX)
			stream->evaluations[window].lost = true;
	}
}

/* A new quota goes into its window; then each window without one has the one before. */
static void join_stream(struct dt_goal_stream *stream, const struct dt_goal_log *log)
{
	uint64_t esz = DT_ESZ_UNKNOWN;
	size_t window;

	for (size_t i = 0; i < log->nr_esz; i++) {
		const struct dt_esz_record *record = &log->esz[i];

		if (!is_of(stream, record->kdamond, record->context, record->scheme))
			continue;
		window = dt_goal_window(stream, record->time);
		if (window != SIZE_MAX)
			stream->evaluations[window].esz = record->esz;
		else
			esz = record->esz;
	}
	for (window = 0; window < stream->count; window++) {
		struct dt_goal_evaluation *e = &stream->evaluations[window];

		if (e->lost || e->esz != DT_ESZ_UNKNOWN)
			esz = e->esz;
		e->esz = esz;
	}
}

void dt_goal_join_esz(struct dt_goals *goals, const struct dt_goal_log *log)
{
	for (size_t i = 0; i < goals->nr; i++) {
		struct dt_goal_stream *stream = &goals->streams[i];

		mark_losses(stream, goals);
		if (stream->scheme != DT_UNKNOWN_U32)
			join_stream(stream, log);
	}
}

static void take_apply(struct dt_goal_stream *stream, const struct dt_apply *apply)
{
	const size_t window = dt_goal_window(stream, apply->time);

	if (window == SIZE_MAX)
		return;
	stream->evaluations[window].applies++;
	if (apply->end > apply->start)
		stream->evaluations[window].apply_bytes += apply->end - apply->start;
}

static void take_stat(struct dt_goal_stream *stream, const struct dt_stat *stat)
{
	const size_t window = dt_goal_window(stream, stat->time);
	struct dt_goal_evaluation *e;

	if (window == SIZE_MAX)
		return;
	e = &stream->evaluations[window];
	e->has_stat = true;
	e->sz_applied = stat->sz_applied;
	e->nr_tried = stat->nr_tried;
	e->qt_exceeds = stat->qt_exceeds;
}

void dt_goal_join_take(struct dt_goals *goals, const struct dt_batch *batch)
{
	for (size_t s = 0; s < goals->nr; s++) {
		struct dt_goal_stream *stream = &goals->streams[s];

		if (stream->scheme == DT_UNKNOWN_U32 || !stream->count)
			continue;
		for (uint32_t i = 0; i < batch->count; i++) {
			if (batch->kind == DT_KIND_APPLY) {
				const struct dt_apply *apply = &batch->applies[i];

				if (is_of(stream, apply->kdamond, apply->context_idx,
					  apply->scheme_idx))
					take_apply(stream, apply);
			} else if (batch->kind == DT_KIND_STAT) {
				const struct dt_stat *stat = &batch->stats[i];

				if (is_of(stream, stat->kdamond, stat->context_idx,
					  stat->scheme_idx))
					take_stat(stream, stat);
			}
		}
	}
}

void dt_goal_join_finish(struct dt_goals *goals)
{
	for (size_t s = 0; s < goals->nr; s++) {
		struct dt_goal_evaluation *e = goals->streams[s].evaluations;

		for (size_t i = 1; i < goals->streams[s].count; i++) {
			if (e[i].has_stat || !e[i - 1].has_stat)
				continue;
			e[i].has_stat = true;
			e[i].sz_applied = e[i - 1].sz_applied;
			e[i].nr_tried = e[i - 1].nr_tried;
			e[i].qt_exceeds = e[i - 1].qt_exceeds;
		}
	}
}
