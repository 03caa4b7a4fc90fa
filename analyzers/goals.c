/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The goals analysis: did the quota goals converge, and if not, why. Evaluations are gathered in
 * one pass, what the schemes did in their windows in the next.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/goal_causes.h"
#include "analyzers/goal_complement.h"
#include "analyzers/goal_join.h"
#include "analyzers/goal_log.h"
#include "analyzers/goal_marks.h"
#include "analyzers/goal_steps.h"
#include "damon-trace/analyzer.h"

enum phase {
	WAIT, /* for the recording's own times, which --time counts from */
	GATHER,
	JOIN,
	DONE,
};

struct goals {
	const struct dt_view *view;
	enum phase phase;
	struct dt_goal_log log;
	struct dt_goals goals;
	uint64_t nr_left_out;
};

static bool applies(const struct dt_view *view)
{
	return view->goals;
}

static int begin(void *state, const struct dt_view *view)
{
	struct goals *goals = state;

	goals->view = view;
	goals->phase = view->has_time && view->time_relative ? WAIT : GATHER;
	goals->log.nr_filters = view->nr_streams;
	goals->log.filters = view->streams;
	return 0;
}

static void fix_time(struct goals *goals, const struct dt_span *span)
{
	const struct dt_view *view = goals->view;
	const uint64_t origin = view->time_relative && span->first <= span->last ? span->first : 0;

	goals->log.from = 0;
	goals->log.to = UINT64_MAX;
	if (!view->has_time)
		return;
	goals->log.from = origin + view->from_ns;
	if (view->to_ns < UINT64_MAX - origin)
		goals->log.to = origin + view->to_ns;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct goals *goals = state;

	if (number)
		goals->phase = goals->phase < DONE ? goals->phase + 1 : DONE;
	goals->log.input = 0;
	switch (goals->phase) {
	case WAIT:
		return 0;
	case GATHER:
		fix_time(goals, span);
		wants->kinds = 1u << DT_KIND_GOAL | 1u << DT_KIND_ESZ | 1u << DT_KIND_LOSS;
		return 0;
	case JOIN:
		goals->goals.origin = span->first <= span->last ? span->first : 0;
		if (dt_goal_log_streams(&goals->log, &goals->goals))
			return dt_fail(error, ENOMEM, NULL, "out of memory");
		dt_goal_join_esz(&goals->goals, &goals->log);
		goals->nr_left_out = goals->log.nr_left_out;
		dt_goal_log_free(&goals->log);
		wants->kinds = 1u << DT_KIND_APPLY | 1u << DT_KIND_STAT;
		wants->done = !goals->goals.nr;
		return 0;
	case DONE:
		break;
	}
	wants->done = true;
	return 0;
}

static int batch(void *state, const struct dt_batch *records)
{
	struct goals *goals = state;

	if (goals->phase == GATHER)
		return dt_goal_log_take(&goals->log, records);
	dt_goal_join_take(&goals->goals, records);
	return 0;
}

static void input_end(void *state)
{
	struct goals *goals = state;

	goals->log.input++;
}

static void explain(const struct goals *goals, struct dt_report *report)
{
	if (goals->nr_left_out)
		dt_report_note(report,
			       "goals: %" PRIu64 " events beyond the first %u of a kind were left "
			       "out; --time chooses others",
			       goals->nr_left_out, DT_GOAL_MOST);
	for (size_t i = 0; i < goals->goals.nr; i++) {
		const struct dt_goal_stream *stream = &goals->goals.streams[i];

		if (stream->nr_beyond)
			dt_report_note(report,
				       "goals: %" PRIu64 " values of the goal of node %d are over "
				       "10000 bp, more than there is: left out",
				       stream->nr_beyond, stream->nid);
		if (stream->nr_zero)
			dt_report_note(report,
				       "goals: the goal of node %d had a target of 0 in %" PRIu64
				       " evaluations: the kernel divides by it or skips the goal",
				       stream->nid, stream->nr_zero);
	}
}

static const struct dt_goal_setup *find_setup(const struct dt_view *view,
					      const struct dt_goal_stream *stream)
{
	const char *metric = dt_goal_metric_name(stream->metric);

	for (size_t i = 0; i < view->nr_goal_setups && metric; i++) {
		const struct dt_goal_setup *setup = &view->goal_setups[i];

		if (setup->kdamond == stream->kdamond && setup->scheme == stream->scheme &&
		    setup->place == stream->place && !strcmp(setup->metric, metric) &&
		    (setup->context == stream->context || stream->context == DT_UNKNOWN_U32))
			return setup;
	}
	return NULL;
}

static int judge(struct goals *state)
{
	const struct dt_goal_choice choice = {
		.window_ns = state->view->window_ns,
		.band = state->view->band_bp,
		.drift_limit = state->view->drift_limit,
		.nr_writes = state->view->nr_goal_writes,
		.writes = state->view->goal_writes,
	};
	struct dt_goals *goals = &state->goals;
	int ret = 0;

	dt_goal_join_finish(goals);
	dt_goal_pair(goals);
	for (size_t i = 0; i < goals->nr && !ret; i++)
		ret = dt_goal_cut_steps(&goals->streams[i], &choice);
	if (!ret)
		ret = dt_goal_mark_writes(goals, choice.writes, choice.nr_writes);
	for (size_t i = 0; i < goals->nr && !ret; i++)
		ret = dt_goal_find_causes(goals, i, find_setup(state->view, &goals->streams[i]));
	return ret;
}

static int finish(void *state, struct dt_report *report)
{
	struct goals *goals = state;

	if (judge(goals))
		return -ENOMEM;
	explain(goals, report);
	report->goals = goals->goals;
	report->has_goals = goals->view->goals_asked || goals->goals.nr;
	goals->goals = (struct dt_goals){0};
	return 0;
}

static void end(void *state)
{
	struct goals *goals = state;

	dt_goal_log_free(&goals->log);
	dt_goals_clear(&goals->goals);
}

const struct dt_analyzer dt_goals_analyzer = {
	.name = "goals",
	.summary = "did the quota goals converge, and why not",
	.applies = applies,
	.state_size = sizeof(struct goals),
	.begin = begin,
	.pass = pass,
	.batch = batch,
	.input_end = input_end,
	.finish = finish,
	.end = end,
};
