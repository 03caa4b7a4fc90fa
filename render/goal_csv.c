/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goals as CSV in one table: a row for each step with its figures, then a row for each evaluation
 * with what the scheme did in its window. The first column says which; the cells of the other
 * kind are empty.
 */
#include <inttypes.h>
#include <math.h>

#include "damon-trace/event.h"
#include "render/goals.h"
#include "support/number.h"

static const char header[] =
	"row,kdamond,context,scheme,metric,place,nid,step,time_ns,target_bp,"
	/* steps */
	"end_ns,initial_bp,verdict,rise_s,settling_s,overshoot_pct,settled,steady_ns,mean_bp,"
	"error_bp,sd_bp,ci95_low_bp,ci95_high_bp,sojourn,iae_bp,drift_bp_per_h,drift_low,"
	"drift_high,drift_p,drift_verdict,cycle_s,amplitude_bp,decay,causes,"
	/* evaluations */
	"value_bp,esz_bytes,applies,apply_bytes,sz_applied_total,nr_tried_total,"
	"qt_exceeds_total,lost\n";

/* Columns of evaluations alone, and of steps alone. */
#define EVALUATION_COLUMNS 8
#define STEP_COLUMNS	   24

static void write_number(FILE *out, double value)
{
	char number[DT_NUMBER_SIZE];

	(void)fputc(',', out);
	if (!isfinite(value))
		return;
	(void)dt_number_double(number, value);
	(void)fputs(number, out);
}

static void write_u64(FILE *out, uint64_t value, bool known)
{
	(void)fputc(',', out);
	if (known)
		(void)fprintf(out, "%" PRIu64, value);
}

static void write_empty(FILE *out, unsigned columns)
{
	while (columns--)
		(void)fputc(',', out);
}

static void write_identity(FILE *out, const char *row, const struct dt_goal_stream *stream,
			   int32_t nid, size_t step)
{
	const char *metric = dt_goal_metric_name(stream->metric);

	(void)fprintf(out, "%s,%" PRId32, row, stream->kdamond);
	write_u64(out, stream->context, stream->context != DT_UNKNOWN_U32);
	write_u64(out, stream->scheme, stream->scheme != DT_UNKNOWN_U32);
	(void)fprintf(out, ",%s,%" PRIu32 ",%" PRId32 ",%zu", metric ? metric : "", stream->place,
		      nid, step);
}

/* The names of what was found, each once, with blanks between. */
static void write_causes(FILE *out, const struct dt_goal_step *step)
{
	const char *blank = "";
	bool seen[DT_NR_GOAL_CAUSES] = {false};

	(void)fputc(',', out);
	for (size_t i = 0; i < step->nr_causes; i++) {
		if (seen[step->causes[i].cause])
			continue;
		seen[step->causes[i].cause] = true;
		(void)fprintf(out, "%s%s", blank, dt_goal_cause_name(step->causes[i].cause));
		blank = " ";
	}
}

static void write_step(FILE *out, const struct dt_goal_stream *stream, size_t index)
{
	const struct dt_goal_step *step = &stream->steps[index];
	const struct dt_goal_steady *steady = &step->steady;
	const double figures[] = {steady->mean,	    steady->error,	  steady->sd,
				  steady->low,	    steady->high,	  steady->sojourn,
				  steady->iae,	    step->drift.bp_per_h, step->drift.low,
				  step->drift.high, step->drift.p};

	write_identity(out, "step", stream, stream->evaluations[step->first + step->count - 1].nid,
		       index);
	write_u64(out, step->start_ns, true);
	write_number(out, step->target);
	write_u64(out, step->end_ns, true);
	write_number(out, step->initial);
	(void)fprintf(out, ",%s", dt_goal_verdict_name(step->verdict));
	write_number(out, step->rise_s);
	write_number(out, step->settling_s);
	write_number(out, step->overshoot_pct);
	(void)fprintf(out, ",%s", steady->settled ? "true" : "false");
	write_u64(out, step->start_ns + (uint64_t)llround(steady->start_s * 1e9), true);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		write_number(out, figures[i]);
	(void)fprintf(out, ",%s", dt_drift_verdict_name(step->drift.verdict));
	write_number(out, step->cycle.found ? step->cycle.period_s : NAN);
	write_number(out, step->cycle.found ? step->cycle.amplitude : NAN);
	write_number(out, step->cycle.found ? step->cycle.decay : NAN);
	write_causes(out, step);
	write_empty(out, EVALUATION_COLUMNS);
	(void)fputc('\n', out);
}

static void write_evaluation(FILE *out, const struct dt_goal_stream *stream, size_t step, size_t i)
{
	const struct dt_goal_evaluation *e = &stream->evaluations[i];

	write_identity(out, "evaluation", stream, e->nid, step);
	write_u64(out, e->time, true);
	write_u64(out, e->target, true);
	write_empty(out, STEP_COLUMNS);
	write_u64(out, e->value, true);
	write_u64(out, e->esz, e->esz != DT_ESZ_UNKNOWN);
	write_u64(out, e->applies, true);
	write_u64(out, e->apply_bytes, true);
	write_u64(out, e->sz_applied, e->has_stat);
	write_u64(out, e->nr_tried, e->has_stat);
	write_u64(out, e->qt_exceeds, e->has_stat);
	(void)fprintf(out, ",%s\n", e->lost ? "true" : "false");
}

void dt_csv_goals(FILE *out, const struct dt_report *report)
{
	const struct dt_goals *goals = &report->goals;

	(void)fputs(header, out);
	for (size_t g = 0; g < goals->nr; g++)
		for (size_t s = 0; s < goals->streams[g].nr_steps; s++)
			write_step(out, &goals->streams[g], s);
	for (size_t g = 0; g < goals->nr; g++) {
		const struct dt_goal_stream *stream = &goals->streams[g];

		for (size_t s = 0; s < stream->nr_steps; s++)
			for (size_t i = 0; i < stream->steps[s].count; i++)
				write_evaluation(out, stream, s, stream->steps[s].first + i);
	}
}
