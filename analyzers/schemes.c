/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each scheme did. Statistics are cumulative since the kdamond started, so figures are their
 * growth; counters that go back mean a restart, and count from 0 again.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/extents.h"
#include "analyzers/timeline.h"
#include "damon-trace/analyzer.h"
#include "damon-trace/scheme.h"

/* Schemes told apart; DAMON's own interfaces make a handful. */
#define MOST_SCHEMES 256

#define NS_PER_S 1e9

struct scheme {
	int32_t kdamond;
	uint32_t context, index;
	uint64_t first, last; /* ns */
	/* statistics */
	struct dt_stat before;
	uint64_t nr_stats, first_stat;
	uint32_t restarts;
	uint64_t nr_tried, nr_applied, qt_exceeds;
	double tried, applied, passed; /* bytes */
	struct dt_timeline applied_line;
	/* effective quota */
	uint64_t nr_esz, esz_since;
	double esz_first, esz_now, esz_low, esz_high, esz_area, esz_ns;
	struct dt_timeline esz_line;
	/* applications */
	uint64_t nr_applies;
	double apply_bytes;
	struct dt_extents extents;
};

struct schemes {
	const struct dt_view *view;
	size_t nr, room;
	struct scheme **list;
	struct scheme *recent;
	uint64_t hidden; /* events of schemes beyond those that are told apart */
};

static bool applies(const struct dt_view *view)
{
	return view->schemes;
}

static int begin(void *state, const struct dt_view *view)
{
	struct schemes *schemes = state;

	schemes->view = view;
	return 0;
}

static struct scheme *add_scheme(struct schemes *schemes, int32_t kdamond, uint32_t context,
				 uint32_t index, uint64_t time)
{
	struct scheme *scheme;

	if (schemes->nr == schemes->room) {
		size_t room = schemes->room ? schemes->room * 2 : 8;
		struct scheme **list = realloc(schemes->list, room * sizeof(struct scheme *));

		if (!list)
			return NULL;
		schemes->list = list;
		schemes->room = room;
	}
	scheme = calloc(1, sizeof(*scheme));
	if (!scheme)
		return NULL;
	*scheme = (struct scheme){.kdamond = kdamond,
				  .context = context,
				  .index = index,
				  .first = time,
				  .last = time,
				  .esz_low = INFINITY};
	dt_timeline_init(&scheme->applied_line);
	dt_timeline_init(&scheme->esz_line);
	schemes->list[schemes->nr++] = scheme;
	return scheme;
}

/* *found: NULL when the scheme is not wanted, or there are too many. 0 or -ENOMEM. */
static int find_scheme(struct schemes *schemes, int32_t kdamond, uint32_t context, uint32_t index,
		       uint64_t time, struct scheme **found)
{
	struct scheme *scheme = schemes->recent;

	*found = NULL;
	if (!scheme || scheme->kdamond != kdamond || scheme->context != context ||
	    scheme->index != index) {
		scheme = NULL;
		for (size_t i = 0; i < schemes->nr && !scheme; i++)
			if (schemes->list[i]->kdamond == kdamond &&
			    schemes->list[i]->context == context &&
			    schemes->list[i]->index == index)
				scheme = schemes->list[i];
	}
	if (!scheme &&
	    !dt_filters_pass(schemes->view->streams, schemes->view->nr_streams, kdamond, context))
		return 0;
	if (!scheme && schemes->nr == MOST_SCHEMES) {
		schemes->hidden++;
		return 0;
	}
	if (!scheme)
		scheme = add_scheme(schemes, kdamond, context, index, time);
	if (!scheme)
		return -ENOMEM;
	scheme->first = time < scheme->first ? time : scheme->first;
	scheme->last = time > scheme->last ? time : scheme->last;
	schemes->recent = scheme;
	*found = scheme;
	return 0;
}

static bool went_back(const struct dt_stat *now, const struct dt_stat *before)
{
	return now->nr_tried < before->nr_tried || now->sz_tried < before->sz_tried ||
	       now->nr_applied < before->nr_applied || now->sz_applied < before->sz_applied ||
	       now->qt_exceeds < before->qt_exceeds;
}

static void take_stat(struct scheme *scheme, const struct dt_stat *stat)
{
	struct dt_stat before = scheme->before;
	double applied;

	scheme->before = *stat;
	if (!scheme->nr_stats++) {
		scheme->first_stat = stat->time;
		return;
	}
	if (went_back(stat, &before)) {
		scheme->restarts++;
		before = (struct dt_stat){.time = before.time};
	}
	scheme->nr_tried += stat->nr_tried - before.nr_tried;
	scheme->nr_applied += stat->nr_applied - before.nr_applied;
	scheme->qt_exceeds += stat->qt_exceeds - before.qt_exceeds;
	scheme->tried += (double)(stat->sz_tried - before.sz_tried);
	if (stat->sz_ops_filter_passed >= before.sz_ops_filter_passed)
		scheme->passed +=
			(double)(stat->sz_ops_filter_passed - before.sz_ops_filter_passed);
	applied = (double)(stat->sz_applied - before.sz_applied);
	scheme->applied += applied;
	if (stat->time > before.time) {
		const double ns = (double)(stat->time - before.time);

		dt_timeline_hold(&scheme->applied_line, before.time, stat->time,
				 applied / ns * NS_PER_S);
	}
}

/* The value at hand was in force until now. */
static void hold_esz(struct scheme *scheme, uint64_t until)
{
	double ns;

	if (!scheme->nr_esz || until <= scheme->esz_since)
		return;
	ns = (double)(until - scheme->esz_since);
	scheme->esz_area += scheme->esz_now * ns;
	scheme->esz_ns += ns;
	dt_timeline_hold(&scheme->esz_line, scheme->esz_since, until, scheme->esz_now);
	scheme->esz_since = until;
}

static void take_esz(struct scheme *scheme, const struct dt_esz *esz)
{
	hold_esz(scheme, esz->time);
	scheme->esz_now = (double)esz->esz;
	scheme->esz_since = esz->time;
	if (!scheme->nr_esz++)
		scheme->esz_first = scheme->esz_now;
	scheme->esz_low = fmin(scheme->esz_low, scheme->esz_now);
	scheme->esz_high = fmax(scheme->esz_high, scheme->esz_now);
}

static void take_apply(struct scheme *scheme, const struct dt_apply *apply)
{
	scheme->nr_applies++;
	if (apply->end <= apply->start)
		return;
	scheme->apply_bytes += (double)(apply->end - apply->start);
	dt_extents_add(&scheme->extents, apply->start, apply->end);
}

#define FIND(schemes, record, scheme)                                                        \
	find_scheme(schemes, (record)->kdamond, (record)->context_idx, (record)->scheme_idx, \
		    (record)->time, scheme)

static int batch(void *state, const struct dt_batch *records)
{
	struct schemes *schemes = state;
	struct scheme *scheme;

	for (uint32_t i = 0; i < records->count; i++) {
		int ret = 0;

		switch (records->kind) {
		case DT_KIND_STAT:
			ret = FIND(schemes, &records->stats[i], &scheme);
			if (scheme)
				take_stat(scheme, &records->stats[i]);
			break;
		case DT_KIND_ESZ:
			ret = FIND(schemes, &records->eszs[i], &scheme);
			if (scheme)
				take_esz(scheme, &records->eszs[i]);
			break;
		default:
			ret = FIND(schemes, &records->applies[i], &scheme);
			if (scheme)
				take_apply(scheme, &records->applies[i]);
			break;
		}
		if (ret || (scheme && scheme->extents.failed))
			return -ENOMEM;
	}
	return 0;
}

/* Pids mean other kdamonds in another input. */
static void input_end(void *state)
{
	struct schemes *schemes = state;

	schemes->recent = NULL;
}

/* Ranges with the smallest gap between them become one until few enough are left. */
static void fill_ranges(struct dt_scheme_report *report, struct dt_extents *extents)
{
	while (extents->nr > DT_SCHEME_RANGES) {
		size_t at = 0;

		for (size_t i = 1; i + 1 < extents->nr; i++)
			if (extents->ranges[i + 1].start - extents->ranges[i].end <
			    extents->ranges[at + 1].start - extents->ranges[at].end)
				at = i;
		extents->ranges[at].end = extents->ranges[at + 1].end;
		for (size_t i = at + 1; i + 1 < extents->nr; i++)
			extents->ranges[i] = extents->ranges[i + 1];
		extents->nr--;
	}
	report->nr_ranges = extents->nr;
	for (size_t i = 0; i < extents->nr; i++) {
		report->ranges[i].start = extents->ranges[i].start;
		report->ranges[i].end = extents->ranges[i].end;
	}
}

static void fill_stats(struct dt_scheme_report *report, const struct scheme *scheme)
{
	const double seconds = (double)(scheme->before.time - scheme->first_stat) / NS_PER_S;

	report->nr_stats = scheme->nr_stats;
	report->restarts = scheme->restarts;
	report->nr_tried = scheme->nr_tried;
	report->nr_applied = scheme->nr_applied;
	report->qt_exceeds = scheme->qt_exceeds;
	report->tried_bytes = scheme->tried;
	report->applied_bytes = scheme->applied;
	report->passed_bytes = scheme->passed;
	report->applied_per_tried = scheme->tried > 0 ? scheme->applied / scheme->tried : NAN;
	report->seconds = scheme->nr_stats > 1 ? seconds : NAN;
	report->tried_bytes_per_s = seconds > 0 ? scheme->tried / seconds : NAN;
	report->applied_bytes_per_s = seconds > 0 ? scheme->applied / seconds : NAN;
	report->qt_exceeds_per_s = seconds > 0 ? (double)scheme->qt_exceeds / seconds : NAN;
}

static void fill_esz(struct dt_scheme_report *report, struct scheme *scheme)
{
	const bool any = scheme->nr_esz > 0;

	hold_esz(scheme, scheme->last);
	report->nr_esz = scheme->nr_esz;
	report->esz_first = any ? scheme->esz_first : NAN;
	report->esz_last = any ? scheme->esz_now : NAN;
	report->esz_low = any ? scheme->esz_low : NAN;
	report->esz_high = any ? scheme->esz_high : NAN;
	report->esz_mean = scheme->esz_ns > 0 ? scheme->esz_area / scheme->esz_ns : NAN;
}

/* Of the goals of the scheme: how far their values went, up and down, in points of 100 bp. */
static double points_moved(const struct dt_report *report, const struct scheme *scheme)
{
	double points = 0;
	bool any = false;

	for (size_t i = 0; i < report->goals.nr; i++) {
		const struct dt_goal_stream *goal = &report->goals.streams[i];

		if (goal->kdamond != scheme->kdamond || goal->scheme != scheme->index ||
		    (goal->context != scheme->context && goal->context != DT_UNKNOWN_U32))
			continue;
		for (size_t j = 1; j < goal->count; j++)
			points += fabs((double)goal->evaluations[j].value -
				       (double)goal->evaluations[j - 1].value) /
				  100;
		any |= goal->count > 1;
	}
	return any ? points : NAN;
}

static int fill_report(struct dt_scheme_report *made, struct scheme *scheme,
		       const struct dt_report *report)
{
	*made = (struct dt_scheme_report){.kdamond = scheme->kdamond,
					  .context = scheme->context,
					  .scheme = scheme->index,
					  .start_ns = scheme->first,
					  .end_ns = scheme->last,
					  .nr_applies = scheme->nr_applies,
					  .apply_bytes = scheme->apply_bytes};
	fill_stats(made, scheme);
	fill_esz(made, scheme);
	fill_ranges(made, &scheme->extents);
	made->points_moved = points_moved(report, scheme);
	made->bytes_per_point = made->points_moved > 0 && scheme->nr_stats > 1
					? scheme->applied / made->points_moved
					: NAN;
	if (dt_timeline_series(&scheme->applied_line, &made->applied))
		return -ENOMEM;
	return dt_timeline_series(&scheme->esz_line, &made->esz);
}

static int by_scheme(const void *a, const void *b)
{
	const struct dt_scheme_report *left = a, *right = b;

	if (left->kdamond != right->kdamond)
		return left->kdamond < right->kdamond ? -1 : 1;
	if (left->context != right->context)
		return left->context < right->context ? -1 : 1;
	return left->scheme < right->scheme ? -1 : left->scheme > right->scheme;
}

static int finish(void *state, struct dt_report *report)
{
	const struct schemes *schemes = state;

	report->has_schemes = true;
	report->schemes = calloc(schemes->nr ? schemes->nr : 1, sizeof(*report->schemes));
	if (!report->schemes)
		return -ENOMEM;
	for (size_t i = 0; i < schemes->nr; i++) {
		struct dt_scheme_report *made = &report->schemes[report->nr_schemes++];

		if (fill_report(made, schemes->list[i], report))
			return -ENOMEM;
	}
	qsort(report->schemes, report->nr_schemes, sizeof(*report->schemes), by_scheme);
	if (schemes->hidden)
		dt_report_note(report, "%" PRIu64 " events of more than %d schemes are left out",
			       schemes->hidden, MOST_SCHEMES);
	if (!schemes->nr)
		dt_report_note(report, "no schemes: no DAMOS events in the input; record "
				       "damon:damos_stat_after_apply_interval, damos_esz and "
				       "damos_before_apply");
	return 0;
}

static void end(void *state)
{
	struct schemes *schemes = state;

	for (size_t i = 0; i < schemes->nr; i++) {
		dt_extents_free(&schemes->list[i]->extents);
		free(schemes->list[i]);
	}
	free(schemes->list);
}

const struct dt_analyzer dt_schemes_analyzer = {
	.name = "schemes",
	.summary = "what each scheme tried and applied, its quota, and where",
	.applies = applies,
	.state_size = sizeof(struct schemes),
	.begin = begin,
	.kinds = 1u << DT_KIND_STAT | 1u << DT_KIND_ESZ | 1u << DT_KIND_APPLY,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
