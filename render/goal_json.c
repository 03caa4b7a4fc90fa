/* SPDX-License-Identifier: GPL-2.0-only */
/* Goals as JSON, in the format of doc/report-json.md. */
#include <math.h>

#include "damon-trace/event.h"
#include "render/goal_samples.h"
#include "render/goals.h"
#include "render/json_parts.h"

static void write_pair(struct dt_json *json, const char *key, double low, double high)
{
	if (isnan(low) || isnan(high)) {
		dt_json_null(json, key);
		return;
	}
	dt_json_array(json, key);
	dt_json_double(json, NULL, low);
	dt_json_double(json, NULL, high);
	dt_json_array_end(json);
}

static void write_steady(struct dt_json *json, const struct dt_goal_step *step)
{
	const struct dt_goal_steady *steady = &step->steady;

	dt_json_object(json, "steady");
	dt_json_bool(json, "settled", steady->settled);
	dt_json_u64(json, "start_ns", step->start_ns + (uint64_t)llround(steady->start_s * 1e9));
	dt_json_u64(json, "evaluations", steady->count);
	dt_json_double(json, "mean_bp", steady->mean);
	dt_json_double(json, "error_bp", steady->error);
	dt_json_double(json, "sd_bp", steady->sd);
	write_pair(json, "ci95_bp", steady->low, steady->high);
	dt_json_double(json, "sojourn", steady->sojourn);
	dt_json_double(json, "iae_bp", steady->iae);
	dt_json_object_end(json);
}

static void write_drift(struct dt_json *json, const struct dt_goal_drift *drift)
{
	dt_json_object(json, "drift");
	dt_json_double(json, "bp_per_h", drift->bp_per_h);
	write_pair(json, "ci95", drift->low, drift->high);
	dt_json_double(json, "p", drift->p);
	dt_json_string(json, "verdict", dt_drift_verdict_name(drift->verdict));
	dt_json_object_end(json);
}

static void write_cycle(struct dt_json *json, const struct dt_goal_cycle *cycle)
{
	if (!cycle->found) {
		dt_json_null(json, "cycle");
		return;
	}
	dt_json_object(json, "cycle");
	dt_json_double(json, "period_s", cycle->period_s);
	dt_json_double(json, "amplitude_bp", cycle->amplitude);
	dt_json_double(json, "decay", cycle->decay);
	dt_json_object_end(json);
}

static void write_lists(struct dt_json *json, const struct dt_goal_step *step)
{
	dt_json_array(json, "excursions");
	for (size_t i = 0; i < step->nr_excursions; i++) {
		dt_json_object(json, NULL);
		dt_json_u64(json, "from_ns", step->excursions[i].from_ns);
		dt_json_u64(json, "to_ns", step->excursions[i].to_ns);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
	dt_json_array(json, "causes");
	for (size_t i = 0; i < step->nr_causes; i++) {
		const struct dt_goal_because *because = &step->causes[i];

		dt_json_line(json);
		dt_json_object(json, NULL);
		dt_json_string(json, "cause", dt_goal_cause_name(because->cause));
		dt_json_u64(json, "from_ns", because->from_ns);
		dt_json_u64(json, "to_ns", because->to_ns);
		dt_json_string(json, "evidence", because->evidence);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_step(struct dt_json *json, const struct dt_goal_step *step)
{
	dt_json_line(json);
	dt_json_object(json, NULL);
	dt_json_u64(json, "start_ns", step->start_ns);
	dt_json_u64(json, "end_ns", step->end_ns);
	dt_json_bool(json, "written", step->written);
	dt_json_u64(json, "evaluations", step->count);
	dt_json_double(json, "target_bp", step->target);
	dt_json_double(json, "initial_bp", step->initial);
	dt_json_double(json, "rise_s", step->rise_s);
	dt_json_double(json, "settling_s", step->settling_s);
	dt_json_double(json, "overshoot_pct", step->overshoot_pct);
	write_steady(json, step);
	write_drift(json, &step->drift);
	write_cycle(json, &step->cycle);
	dt_json_string(json, "verdict", dt_goal_verdict_name(step->verdict));
	write_lists(json, step);
	dt_json_object_end(json);
}

static void write_writes(struct dt_json *json, const struct dt_goal_stream *stream)
{
	dt_json_array(json, "writes");
	for (size_t i = 0; i < stream->nr_marks; i++) {
		const struct dt_goal_mark *mark = &stream->marks[i];

		dt_json_line(json);
		dt_json_object(json, NULL);
		dt_json_u64(json, "time_ns", mark->write.time);
		dt_json_u64(json, "target_bp", mark->write.target);
		dt_json_string(json, "what", dt_goal_write_name(mark->write.what));
		dt_json_bool(json, "verified", mark->write.verified);
		dt_json_text(json, "reason", mark->write.reason);
		if (mark->step < 0)
			dt_json_null(json, "step");
		else
			dt_json_i64(json, "step", mark->step);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_goal(struct dt_json *json, const struct dt_goal_stream *stream)
{
	dt_json_line(json);
	dt_json_object(json, NULL);
	dt_json_object(json, "stream");
	dt_json_i64(json, "kdamond_pid", stream->kdamond);
	dt_json_index(json, "context", stream->context);
	dt_json_index(json, "scheme", stream->scheme);
	dt_json_u64(json, "place", stream->place);
	dt_json_object_end(json);
	dt_json_text(json, "metric",
		     dt_goal_metric_name(stream->metric) ? dt_goal_metric_name(stream->metric)
							 : "");
	dt_json_i64(json, "nid", stream->nid);
	dt_json_u64(json, "evaluations", stream->count);
	dt_json_double(json, "period_s", stream->period_s);
	dt_json_double(json, "window_s", stream->window_s);
	dt_json_double(json, "band_bp", stream->band);
	dt_json_string(json, "band_source", dt_band_source_name(stream->band_source));
	dt_json_double(json, "drift_limit_bp_per_h", stream->drift_limit);
	if (stream->complement < 0)
		dt_json_null(json, "complement");
	else
		dt_json_i64(json, "complement", stream->complement);
	dt_json_goal_samples(json, stream);
	write_writes(json, stream);
	dt_json_array(json, "steps");
	for (size_t i = 0; i < stream->nr_steps; i++)
		write_step(json, &stream->steps[i]);
	dt_json_array_end(json);
	dt_json_object_end(json);
}

void dt_json_goals(struct dt_json *json, const struct dt_goals *goals)
{
	dt_json_line(json);
	dt_json_array(json, "goals");
	for (size_t i = 0; i < goals->nr; i++)
		write_goal(json, &goals->streams[i]);
	dt_json_array_end(json);
}
