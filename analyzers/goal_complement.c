/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_complement.h. */
#include "analyzers/goal_complement.h"
#include "analyzers/goal_join.h"

/* Of the common time, how much the targets must sum to the whole: 9/10. */
#define SHARE_OF  10
#define SHARE_SUM 9

/* Groups of three and more are looked for among so many goals, not in all. */
#define MOST_CANDIDATES 16

struct group {
	size_t nr;
	size_t members[DT_GOAL_MOST_NODES];
};

static bool common_time(const struct dt_goals *goals, const struct group *group, uint64_t *from,
			uint64_t *to)
{
	*from = 0;
	*to = UINT64_MAX;
	for (size_t i = 0; i < group->nr; i++) {
		const struct dt_goal_stream *stream = &goals->streams[group->members[i]];
		const uint64_t first = stream->count ? stream->evaluations[0].time : UINT64_MAX;
		const uint64_t last =
			stream->count ? stream->evaluations[stream->count - 1].time : 0;

		*from = first > *from ? first : *from;
		*to = last < *to ? last : *to;
	}
	return *from < *to;
}

static uint64_t sum_at(const struct dt_goals *goals, const struct group *group, uint64_t time)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < group->nr; i++) {
		const struct dt_goal_stream *stream = &goals->streams[group->members[i]];

		sum += stream->evaluations[dt_goal_window(stream, time)].target;
	}
	return sum;
}

/* Walk the common time from evaluation to evaluation; targets hold until the next. */
static bool sums_to_whole(const struct dt_goals *goals, const struct group *group)
{
	uint64_t from, to, time, whole = 0, all;
	size_t at[DT_GOAL_MOST_NODES];

	if (!common_time(goals, group, &from, &to))
		return false;
	/* most groups are none: three looks tell */
	if (sum_at(goals, group, from) != DT_GOAL_WHOLE &&
	    sum_at(goals, group, from + (to - from) / 2) != DT_GOAL_WHOLE &&
	    sum_at(goals, group, to) != DT_GOAL_WHOLE)
		return false;
	all = to - from;
	for (size_t i = 0; i < group->nr; i++)
		at[i] = dt_goal_window(&goals->streams[group->members[i]], from);
	for (time = from; time < to;) {
		uint64_t next = to, sum = 0;

		for (size_t i = 0; i < group->nr; i++) {
			const struct dt_goal_stream *stream = &goals->streams[group->members[i]];
			const struct dt_goal_evaluation *e = stream->evaluations;

			while (at[i] + 1 < stream->count && e[at[i] + 1].time <= time)
				at[i]++;
			sum += e[at[i]].target;
			if (at[i] + 1 < stream->count && e[at[i] + 1].time < next)
				next = e[at[i] + 1].time;
		}
		whole += sum == DT_GOAL_WHOLE ? next - time : 0;
		time = next;
	}
	return whole >= all / SHARE_OF * SHARE_SUM;
}

/* May both be of one group? Schemes that were not told count as different. */
static bool fit(const struct dt_goal_stream *a, const struct dt_goal_stream *b)
{
	const bool one_scheme = a->kdamond == b->kdamond && a->context == b->context &&
				a->scheme == b->scheme && a->scheme != DT_UNKNOWN_U32;

	return a->count && b->count && a->input == b->input && a->metric == b->metric &&
	       a->evaluations[0].nid != b->evaluations[0].nid && !one_scheme &&
	       dt_goal_metric_is_share(a->metric);
}

static void close_ring(struct dt_goals *goals, const struct group *group)
{
	for (size_t i = 0; i < group->nr; i++)
		goals->streams[group->members[i]].complement =
			(int64_t)group->members[(i + 1) % group->nr];
}

/* Add members from `next` on until the group has `nr` and sums to the whole. */
static bool grow(struct dt_goals *goals, struct group *group, size_t nr, size_t next)
{
	if (group->nr == nr)
		return sums_to_whole(goals, group);
	for (size_t i = next; i < goals->nr && i < group->members[0] + MOST_CANDIDATES; i++) {
		bool fits = goals->streams[i].complement < 0;

		for (size_t k = 0; k < group->nr && fits; k++)
			fits = fit(&goals->streams[group->members[k]], &goals->streams[i]);
		if (!fits)
			continue;
		group->members[group->nr++] = i;
		if (grow(goals, group, nr, i + 1))
			return true;
		group->nr--;
	}
	return false;
}

void dt_goal_pair(struct dt_goals *goals)
{
	for (size_t nr = 2; nr <= DT_GOAL_MOST_NODES; nr++) {
		for (size_t i = 0; i < goals->nr; i++) {
			struct group group = {.nr = 1, .members = {i}};

			if (goals->streams[i].complement < 0 && grow(goals, &group, nr, i + 1))
				close_ring(goals, &group);
		}
	}
}

size_t dt_goal_group(const struct dt_goals *goals, size_t index, size_t members[DT_GOAL_MOST_NODES])
{
	size_t nr = 0, at = index;

	do {
		members[nr++] = at;
		if (goals->streams[at].complement < 0)
			break;
		at = (size_t)goals->streams[at].complement;
	} while (at != index && nr < DT_GOAL_MOST_NODES);
	return nr;
}
