/* SPDX-License-Identifier: GPL-2.0-only */
/* What a replay says: the plant and its fit, the laws side by side, their steps, value over time.
 */
#include <math.h>
#include <stdio.h>

#include "cli/replay.h"
#include "damon-trace/section.h"

#define NS_PER_S 1e9

/* Points of a chart. */
#define POINTS 400

/* Steps in text; JSON and CSV have all. */
#define STEPS_SHOWN 24

static void describe_fit(struct dt_section *section, const struct dt_plant_fit *fit)
{
	dt_section_integer(section, "evaluations", "Evaluations", DT_UNIT_COUNT, fit->evaluations);
	dt_section_number(section, "rms_bp", "Misses the recording by (RMS)", DT_UNIT_BP,
			  fit->rms_bp);
	dt_section_number(section, "spread_bp", "A constant would miss it by", DT_UNIT_BP,
			  fit->spread_bp);
	if (!fit->recorded.found && !fit->simulated.found)
		return;
	dt_section_number(section, "recorded_period_s", "Recorded cycle", DT_UNIT_SECONDS,
			  fit->recorded.found ? fit->recorded.period_s : NAN);
	dt_section_number(section, "model_period_s", "Model's cycle", DT_UNIT_SECONDS,
			  fit->simulated.found ? fit->simulated.period_s : NAN);
	dt_section_number(section, "recorded_decay", "Recorded decay a period", DT_UNIT_NONE,
			  fit->recorded.found ? fit->recorded.decay : NAN);
	dt_section_number(section, "model_decay", "Model's decay a period", DT_UNIT_NONE,
			  fit->simulated.found ? fit->simulated.decay : NAN);
}

/* The value in force at each point of a chart. */
static void draw(double *series, uint64_t step_ns, size_t nr, const struct dt_replay_plant *plant)
{
	size_t at = 0;

	for (uint32_t i = 0; series && i < POINTS && nr; i++) {
		while (at + 1 < nr && plant->recorded_ns[at + 1] <= i * step_ns)
			at++;
		series[i] = plant->recorded[at];
	}
}

static void draw_model(double *series, uint64_t step_ns, const struct dt_goal_stream *stream)
{
	size_t at = 0;

	for (uint32_t i = 0; series && i < POINTS && stream->count; i++) {
		while (at + 1 < stream->count &&
		       stream->evaluations[at + 1].time - stream->evaluations[0].time <=
			       i * step_ns)
			at++;
		series[i] = stream->evaluations[at].value;
	}
}

static void chart_fit(struct dt_section *section, const struct dt_replay_plant *plant)
{
	static const char *const names[] = {"recorded_bp", "model_bp"};
	static const char *const heads[] = {"recorded", "model"};
	const uint64_t step = plant->length_ns / POINTS + 1;
	struct dt_chart *chart = dt_section_chart(section, "fit", "Value of node 0", DT_UNIT_BP, 2,
						  names, heads, POINTS, 0, step);

	draw(dt_chart_series(chart, 0), step, plant->nr_recorded, plant);
	draw_model(dt_chart_series(chart, 1), step, &plant->retraced);
}

static void describe_plant(struct dt_report *report, const struct dt_replay_plant *plant)
{
	const struct dt_plant_parameters *p = &plant->fit.p;
	struct dt_section *section = dt_report_section(report, "plant", "Plant", false);

	dt_section_text(section, "name", "Plant", plant->name);
	dt_section_bool(section, "fitted", NULL, plant->fitted);
	dt_section_text(section, "tuner", "Quota tuner",
			p->tuner == DT_TUNER_TEMPORAL ? "temporal" : "consist");
	dt_section_number(section, "quota_bytes", "Quota", DT_UNIT_BYTES, p->quota_bytes);
	dt_section_number(section, "period_s", "Quota window, idle", DT_UNIT_SECONDS, p->period_s);
	dt_section_number(section, "rate_bytes_s", "Migration", DT_UNIT_BYTES_S, p->rate);
	dt_section_number(section, "hot_bytes", "Hot memory", DT_UNIT_BYTES, p->hot_bytes);
	dt_section_number(section, "folio_bytes", "Moved at once, least", DT_UNIT_BYTES,
			  p->folio_bytes);
	dt_section_number(section, "lag_s", "Detection lag", DT_UNIT_SECONDS, p->lag_s);
	dt_section_number(section, "noise_bp", "Noise of one value", DT_UNIT_BP, p->noise_bp);
	if (!plant->fitted)
		return;
	describe_fit(section, &plant->fit);
	chart_fit(section, plant);
}

static const char *end_name(enum dt_tune_end end)
{
	static const char *const names[] = {
		[DT_TUNE_DONE] = "done",       [DT_TUNE_DEADLINE] = "deadline",
		[DT_TUNE_STOPPED] = "stopped", [DT_TUNE_GONE] = "gone",
		[DT_TUNE_FOREIGN] = "foreign", [DT_TUNE_FAILED] = "failed",
	};

	return names[end];
}

enum {
	LAW,
	END,
	TIME,
	TARGET,
	SHARE,
	OF_BEST,
	NEAR,
	NEAR_WRITES,
	REGRET,
	MISS,
	REACHED,
	STEPS,
	WRITES,
	ROLLBACKS,
	MOVED,
	OVERSHOOT,
	LOWEST,
	HIGHEST,
	NR_COLUMNS
};

static void fill_row(struct dt_value *row, const struct dt_replay_outcome *outcome)
{
	dt_value_text(row, LAW, outcome->law->name);
	dt_value_text(row, END, end_name(outcome->result.end));
	dt_value_number(row, TIME, outcome->end_s);
	dt_value_integer(row, TARGET, outcome->target);
	dt_value_number(row, SHARE, outcome->best_bp);
	dt_value_number(row, OF_BEST, outcome->share_of_best);
	dt_value_number(row, NEAR, outcome->near_s);
	if (!isnan(outcome->near_s))
		dt_value_integer(row, NEAR_WRITES, outcome->near_writes);
	dt_value_number(row, REGRET, outcome->regret);
	dt_value_number(row, MISS, outcome->miss_bp);
	dt_value_integer(row, REACHED, outcome->nr_reached);
	dt_value_integer(row, STEPS, outcome->nr_steps);
	dt_value_integer(row, WRITES, outcome->result.writes);
	dt_value_integer(row, ROLLBACKS, outcome->result.rollbacks);
	dt_value_number(row, MOVED, outcome->sim->model.moved);
	dt_value_number(row, OVERSHOOT, outcome->overshoot_pct / 100);
	dt_value_integer(row, LOWEST, outcome->lowest);
	dt_value_integer(row, HIGHEST, outcome->highest);
}

/* What a curve alone gives is not shown where there is none, and the other way round. */
static void compare(struct dt_section *section, const struct dt_replay_setup *setup,
		    const struct dt_replay_outcome *outcomes, size_t nr)
{
	const bool curve = setup->curve;
	const struct dt_heading columns[NR_COLUMNS] = {
		[LAW] = {"law", "law", DT_UNIT_NONE},
		[END] = {"end", NULL, DT_UNIT_NONE},
		[TIME] = {"time_s", NULL, DT_UNIT_SECONDS},
		[TARGET] = {"target_bp", curve ? "target" : NULL, DT_UNIT_BP},
		[SHARE] = {"share_bp", NULL, DT_UNIT_BP},
		[OF_BEST] = {"share_of_optimum", curve ? "of best" : NULL, DT_UNIT_SHARE},
		[NEAR] = {"near_s", curve ? "within 2 %" : NULL, DT_UNIT_SECONDS},
		[NEAR_WRITES] = {"near_writes", curve ? "by write" : NULL, DT_UNIT_COUNT},
		[REGRET] = {"regret", NULL, DT_UNIT_SHARE},
		[MISS] = {"miss_bp", curve ? NULL : "mean |y - T|", DT_UNIT_BP},
		[REACHED] = {"steps_reached", curve ? NULL : "reached", DT_UNIT_COUNT},
		[STEPS] = {"steps", curve ? NULL : "of steps", DT_UNIT_COUNT},
		[WRITES] = {"writes", "writes", DT_UNIT_COUNT},
		[ROLLBACKS] = {"rollbacks", NULL, DT_UNIT_COUNT},
		[MOVED] = {"moved_bytes", "moved", DT_UNIT_BYTES},
		[OVERSHOOT] = {"overshoot", "overshoot", DT_UNIT_SHARE},
		[LOWEST] = {"lowest_bp", NULL, DT_UNIT_BP},
		[HIGHEST] = {"highest_bp", NULL, DT_UNIT_BP},
	};
	struct dt_table *table = dt_section_table(section, "laws", NULL, columns, NR_COLUMNS);

	for (size_t i = 0; i < nr; i++)
		fill_row(dt_table_row(table), &outcomes[i]);
}

/* Which law was first, in words. */
static void say_first(struct dt_section *section, const struct dt_replay_outcome *outcomes,
		      size_t nr)
{
	const struct dt_replay_outcome *first = NULL;

	for (size_t i = 0; i < nr; i++)
		if (!isnan(outcomes[i].near_s) && (!first || outcomes[i].near_s < first->near_s))
			first = &outcomes[i];
	if (first)
		dt_section_say(section,
			       "%s was first within 2 %% of the optimum: after %.1f s and %u "
			       "writes.",
			       first->law->name, first->near_s, first->near_writes);
	else
		dt_section_say(section, "No law came within 2 %% of the optimum.");
}

static void list_steps(struct dt_section *section, const struct dt_replay_outcome *outcomes,
		       size_t nr)
{
	static const struct dt_heading columns[] = {
		{"law", "law", DT_UNIT_NONE},
		{"from_s", "from", DT_UNIT_SECONDS},
		{"target_bp", "target", DT_UNIT_BP},
		{"verdict", "verdict", DT_UNIT_NONE},
		{"settling_s", "settling", DT_UNIT_SECONDS},
		{"overshoot", "overshoot", DT_UNIT_SHARE},
		{"mean_bp", "mean", DT_UNIT_BP},
		{"error_bp", NULL, DT_UNIT_BP},
	};
	struct dt_table *table = dt_section_table(section, "steps", "Steps", columns,
						  sizeof(columns) / sizeof(columns[0]));

	if (table)
		table->text_rows = STEPS_SHOWN;
	for (size_t i = 0; i < nr; i++) {
		const struct dt_goal_stream *goal = &outcomes[i].goal;

		for (size_t j = 0; j < goal->nr_steps; j++) {
			const struct dt_goal_step *step = &goal->steps[j];
			struct dt_value *row = dt_table_row(table);

			dt_value_text(row, 0, outcomes[i].law->name);
			dt_value_number(row, 1, (double)step->start_ns / NS_PER_S);
			dt_value_number(row, 2, step->target);
			dt_value_text(row, 3, dt_goal_verdict_name(step->verdict));
			dt_value_number(row, 4, step->settling_s);
			dt_value_number(row, 5, step->overshoot_pct / 100);
			dt_value_number(row, 6, step->steady.mean);
			dt_value_number(row, 7, step->steady.error);
		}
	}
}

static void chart_law(struct dt_section *section, const struct dt_replay_outcome *outcome)
{
	static const char *const names[] = {"value_bp", "target_bp"};
	static const char *const heads[] = {"value", "target"};
	const struct dt_sim *sim = outcome->sim;
	const uint64_t step = sim->now_ns / POINTS + 1;
	struct dt_chart *chart = dt_section_chart(section, outcome->law->name, outcome->law->name,
						  DT_UNIT_BP, 2, names, heads, POINTS, 0, step);
	double *value = dt_chart_series(chart, 0), *target = dt_chart_series(chart, 1);
	size_t at = 0;

	for (uint32_t i = 0; value && target && i < POINTS && sim->nr; i++) {
		while (at + 1 < sim->nr && sim->points[at + 1].time_ns <= i * step)
			at++;
		value[i] = sim->points[at].value;
		target[i] = sim->points[at].target;
	}
}

void dt_replay_describe(struct dt_report *report, const struct dt_replay_plant *plant,
			const struct dt_replay_setup *setup,
			const struct dt_replay_outcome *outcomes, size_t nr)
{
	struct dt_section *section;

	describe_plant(report, plant);
	section = dt_report_section(report, "replay", "Laws", false);
	dt_section_text(section, "objective", "Objective",
			setup->curve ? setup->curve->name : "none");
	if (setup->curve)
		dt_section_text(section, "curve", NULL, setup->curve->summary);
	dt_section_integer(section, "seed", "Seed", DT_UNIT_NONE, setup->law.seed);
	if (setup->curve)
		say_first(section, outcomes, nr);
	compare(section, setup, outcomes, nr);
	list_steps(section, outcomes, nr);
	for (size_t i = 0; i < nr; i++)
		chart_law(section, &outcomes[i]);
}
