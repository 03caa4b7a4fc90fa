/* SPDX-License-Identifier: GPL-2.0-only */
/* Goals in plain words. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "damon-trace/event.h"
#include "render/goals.h"

/* Overshoot below this is none, percent of the step. */
#define NO_OVERSHOOT 0.5

char *dt_goal_words_stream(char *buffer, size_t size, const struct dt_goal_stream *stream)
{
	char scheme[32] = "", place[32] = "", context[32] = "";

	if (stream->context != DT_UNKNOWN_U32 && stream->context)
		(void)snprintf(context, sizeof(context), ", context %" PRIu32, stream->context);
	if (stream->scheme != DT_UNKNOWN_U32)
		(void)snprintf(scheme, sizeof(scheme), ", scheme %" PRIu32, stream->scheme);
	if (stream->place)
		(void)snprintf(place, sizeof(place), ", goal %" PRIu32, stream->place);
	(void)snprintf(buffer, size, "kdamond %" PRId32 "%s%s%s", stream->kdamond, context, scheme,
		       place);
	return buffer;
}

char *dt_goal_words_value(char *buffer, size_t size, const struct dt_goal_stream *stream,
			  double value)
{
	if (isnan(value))
		(void)snprintf(buffer, size, "-");
	else if (!dt_goal_metric_is_share(stream->metric))
		(void)snprintf(buffer, size, "%.6g", value);
	else if (fabs(value / 100 - round(value / 100)) < 0.005)
		(void)snprintf(buffer, size, "%.0f %%", value / 100);
	else
		(void)snprintf(buffer, size, "%.1f %%", value / 100);
	return buffer;
}

char *dt_goal_words_time(char *buffer, size_t size, double seconds)
{
	const double value = fabs(seconds);

	if (isnan(seconds))
		(void)snprintf(buffer, size, "-");
	else if (value < 0.9995)
		(void)snprintf(buffer, size, "%.3g ms", seconds * 1000);
	else if (value < 99.95)
		(void)snprintf(buffer, size, "%.1f s", seconds);
	else if (value < 600)
		(void)snprintf(buffer, size, "%.0f s", seconds);
	else if (value < 7200)
		(void)snprintf(buffer, size, "%.1f min", seconds / 60);
	else
		(void)snprintf(buffer, size, "%.1f h", seconds / 3600);
	return buffer;
}

/* A distance, in points (of percent) where the metric is a share. */
static char *distance(char *buffer, size_t size, const struct dt_goal_stream *stream, double value)
{
	if (dt_goal_metric_is_share(stream->metric))
		(void)snprintf(buffer, size, "%.3g points", value / 100);
	else
		(void)snprintf(buffer, size, "%.4g", value);
	return buffer;
}

static void reached(char *buffer, size_t size, const struct dt_goal_stream *stream,
		    const struct dt_goal_step *step, const char *target)
{
	char after[32], band[48], over[64] = "";

	if (!isnan(step->overshoot_pct) && step->overshoot_pct < NO_OVERSHOOT)
		(void)snprintf(over, sizeof(over), ", no overshoot");
	else if (!isnan(step->overshoot_pct))
		(void)snprintf(over, sizeof(over), ", overshoot %.0f %% of the step",
			       step->overshoot_pct);
	if (step->settling_s > 0)
		(void)snprintf(buffer, size, "%s reached after %s, ", target,
			       dt_goal_words_time(after, sizeof(after), step->settling_s));
	else
		(void)snprintf(buffer, size, "%s from the start on, ", target);
	size -= strlen(buffer);
	buffer += strlen(buffer);
	(void)snprintf(buffer, size, "held within +-%s %.0f %% of the time%s",
		       distance(band, sizeof(band), stream, stream->band),
		       100 * step->steady.sojourn, over);
}

static void oscillating(char *buffer, size_t size, const struct dt_goal_stream *stream,
			const struct dt_goal_step *step, const char *target)
{
	char period[32], amplitude[48];

	(void)snprintf(buffer, size, "swings around %s by +-%s every %s%s", target,
		       distance(amplitude, sizeof(amplitude), stream, step->cycle.amplitude),
		       dt_goal_words_time(period, sizeof(period), step->cycle.period_s),
		       step->cycle.decay < 0.8	  ? ", dying down"
		       : step->cycle.decay > 1.25 ? ", growing"
						  : "");
}

static void no_data(char *buffer, size_t size, const struct dt_goal_stream *stream,
		    const struct dt_goal_step *step, const char *target)
{
	char length[32], least[32];

	if (isnan(stream->window_s))
		(void)snprintf(buffer, size, "%s: too short to judge: a single evaluation", target);
	else
		(void)snprintf(
			buffer, size,
			"%s: too short to judge: %zu evaluation%s in %s; 5 and %s are needed",
			target, step->count, step->count == 1 ? "" : "s",
			dt_goal_words_time(length, sizeof(length),
					   (double)(step->end_ns - step->start_ns) * 1e-9),
			dt_goal_words_time(least, sizeof(least), 1.5 * stream->window_s));
}

char *dt_goal_words_step(char *buffer, size_t size, const struct dt_goal_stream *stream,
			 const struct dt_goal_step *step)
{
	char target[32], last[32], off[48], near[48];
	const double error = step->last_mean - step->target;

	(void)dt_goal_words_value(target, sizeof(target), stream, step->target);
	(void)dt_goal_words_value(last, sizeof(last), stream, step->last_mean);
	(void)distance(off, sizeof(off), stream, fabs(error));
	(void)distance(near, sizeof(near), stream, stream->band);
	switch (step->verdict) {
	case DT_GOAL_NO_DATA:
		no_data(buffer, size, stream, step, target);
		break;
	case DT_GOAL_OSCILLATING:
		oscillating(buffer, size, stream, step, target);
		break;
	case DT_GOAL_REACHED:
		reached(buffer, size, stream, step, target);
		break;
	case DT_GOAL_DRIFTING:
		(void)snprintf(buffer, size, "%s was held, then lost: %s at the end, %s off",
			       target, last, off);
		break;
	case DT_GOAL_MOVING:
		if (fabs(error) <= stream->band)
			(void)snprintf(buffer, size, "%s not held yet: %s at the end, within +-%s",
				       target, last, near);
		else
			(void)snprintf(buffer, size,
				       "%s not reached yet: %s at the end, %s off, coming nearer",
				       target, last, off);
		break;
	default:
		(void)snprintf(buffer, size, "%s not reached: stays at %s, %s off", target, last,
			       off);
		break;
	}
	return buffer;
}

const struct dt_goal_evaluation *dt_goal_at(const struct dt_goal_stream *stream, uint64_t time)
{
	size_t low = 0, high = stream->count;

	if (!stream->count || time > stream->evaluations[stream->count - 1].time)
		return NULL;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (stream->evaluations[middle].time <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &stream->evaluations[low - 1] : NULL;
}

double dt_goal_applied_rate(const struct dt_goal_stream *stream, size_t i)
{
	const struct dt_goal_evaluation *e = &stream->evaluations[i];

	if (i + 1 >= stream->count || !e[0].has_stat || !e[1].has_stat ||
	    e[1].sz_applied < e[0].sz_applied || e[1].time <= e[0].time)
		return NAN;
	return (double)(e[1].sz_applied - e[0].sz_applied) / (double)(e[1].time - e[0].time) * 1e9;
}

char *dt_goal_words_mark(char *buffer, size_t size, const struct dt_goal_stream *stream,
			 const struct dt_goal_mark *mark)
{
	static const char *const did[] = {
		[DT_GOAL_WRITE] = "written",
		[DT_GOAL_ROLLBACK] = "written to go back",
		[DT_GOAL_RESTORE] = "given back",
	};
	const struct dt_goal_write *write = &mark->write;
	char target[32], led[64] = "led to no step that was recorded";

	if (mark->step >= 0)
		(void)snprintf(led, sizeof(led), "led to step %" PRId64 ", %s", mark->step + 1,
			       dt_goal_verdict_name(stream->steps[mark->step].verdict));
	else if (!write->verified)
		(void)snprintf(led, sizeof(led), "was not seen in the kernel");
	else if (stream->count && write->time < stream->evaluations[0].time)
		(void)snprintf(led, sizeof(led), "before the first evaluation here");
	(void)snprintf(buffer, size, "%s %s%s%s%s, %s",
		       dt_goal_words_value(target, sizeof(target), stream, write->target),
		       did[write->what], *write->reason ? " (" : "", write->reason,
		       *write->reason ? ")" : "", led);
	return buffer;
}
