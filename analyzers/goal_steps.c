/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_steps.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/goal_series.h"
#include "analyzers/goal_steps.h"
#include "analyzers/goal_verdict.h"

#define NS_PER_S 1e9

#define WINDOW_PERIODS	    10
#define LEAST_BAND	    200.0
#define WIDEST_BAND	    500.0
#define DEFAULT_DRIFT_LIMIT 50.0

static double find_period(const struct dt_goal_stream *stream, double *scratch)
{
	const struct dt_goal_evaluation *e = stream->evaluations;

	if (stream->count < 2)
		return NAN;
	for (size_t i = 1; i < stream->count; i++)
		scratch[i - 1] = (double)(e[i].time - e[i - 1].time);
	return dt_goal_median(scratch, stream->count - 1) / NS_PER_S;
}

/* The median change from one evaluation to the next inside steps; NaN when there is none. */
static double find_change(const struct dt_goal_stream *stream, double *scratch)
{
	const struct dt_goal_evaluation *e = stream->evaluations;
	size_t nr = 0;

	for (size_t i = 1; i < stream->count; i++)
		if (e[i].target == e[i - 1].target)
			scratch[nr++] = fabs((double)e[i].value - (double)e[i - 1].value);
	return dt_goal_median(scratch, nr);
}

static void set_band(struct dt_goal_stream *stream, double given)
{
	if (given > 0) {
		stream->band = given;
		stream->band_source = DT_BAND_GIVEN;
	} else if (isnan(stream->band_median)) {
		stream->band = LEAST_BAND;
		stream->band_source = DT_BAND_DEFAULT;
	} else {
		stream->band = fmin(fmax(stream->band_median, LEAST_BAND), WIDEST_BAND);
		stream->band_source = stream->band > stream->band_median   ? DT_BAND_LOWEST
				      : stream->band < stream->band_median ? DT_BAND_HIGHEST
									   : DT_BAND_MEDIAN;
	}
}

/*
 * A step begins when its target was written, where that is known: between the last evaluation of
 * the step before and its own first one. The stream's first step has no such bound.
 */
static void begin_at_write(const struct dt_goal_stream *stream, struct dt_goal_step *step,
			   const struct dt_goal_choice *choice)
{
	const struct dt_goal_evaluation *first = &stream->evaluations[step->first];

	for (size_t i = 0; i < choice->nr_writes && step->first; i++) {
		const struct dt_goal_write *write = &choice->writes[i];

		if (write->kdamond != stream->kdamond || write->scheme != stream->scheme ||
		    write->target != first->target || !write->verified ||
		    write->time <= first[-1].time || write->from > first->time)
			continue;
		/* the kernel may evaluate what it took over before the writer hears of it */
		step->start_ns = write->time < first->time ? write->time : first->time;
		step->written = true;
		step->write = i;
	}
}

static int count_steps(struct dt_goal_stream *stream, const struct dt_goal_choice *choice)
{
	const struct dt_goal_evaluation *e = stream->evaluations;
	size_t nr = stream->count > 0;

	for (size_t i = 1; i < stream->count; i++)
		nr += e[i].target != e[i - 1].target;
	stream->steps = calloc(nr ? nr : 1, sizeof(*stream->steps));
	if (!stream->steps)
		return -ENOMEM;
	stream->nr_steps = nr;
	nr = 0;
	for (size_t i = 0; i < stream->count; i++) {
		struct dt_goal_step *step = &stream->steps[nr];

		if (!step->count++) {
			step->first = i;
			step->start_ns = e[i].time;
			step->target = e[i].target;
			step->initial = e[i ? i - 1 : 0].value;
			begin_at_write(stream, step, choice);
		}
		step->end_ns = e[i].time;
		nr += i + 1 < stream->count && e[i + 1].target != e[i].target;
	}
	return 0;
}

static int judge_step(const struct dt_goal_stream *stream, struct dt_goal_step *step, double *t,
		      double *y)
{
	const struct dt_goal_rules rules = {
		.period = stream->period_s,
		.window = stream->window_s,
		.band = stream->band,
		.drift_limit = stream->drift_limit,
	};
	const struct dt_goal_series series = {
		.n = step->count, .t = t, .y = y, .target = step->target, .initial = step->initial};

	for (size_t i = 0; i < step->count; i++) {
		const struct dt_goal_evaluation *e = &stream->evaluations[step->first + i];

		t[i] = (double)(e->time - step->start_ns) / NS_PER_S;
		y[i] = e->value;
	}
	return dt_goal_judge(step, &series, &rules);
}

int dt_goal_cut_steps(struct dt_goal_stream *stream, const struct dt_goal_choice *choice)
{
	double *t = malloc((stream->count + 1) * sizeof(*t));
	double *y = malloc((stream->count + 1) * sizeof(*y));
	int ret = t && y ? count_steps(stream, choice) : -ENOMEM;

	if (!ret) {
		stream->period_s = find_period(stream, t);
		stream->window_given = choice->window_ns > 0;
		stream->window_s = stream->window_given ? (double)choice->window_ns / NS_PER_S
							: WINDOW_PERIODS * stream->period_s;
		stream->band_median = find_change(stream, t);
		stream->drift_limit =
			choice->drift_limit > 0 ? choice->drift_limit : DEFAULT_DRIFT_LIMIT;
		set_band(stream, choice->band);
	}
	for (size_t i = 0; i < stream->nr_steps && !ret; i++)
		ret = judge_step(stream, &stream->steps[i], t, y);
	free(t);
	free(y);
	return ret;
}
