/* SPDX-License-Identifier: GPL-2.0-only */
/* See replay.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/goal_steps.h"
#include "control/replay.h"

#define NS_PER_S 1e9

/* Near enough to the optimum. */
#define NEAR 0.98

/*
 * Follows where the best target really holds the plant: moved bytes that do not count yet, and
 * values with noise, keep the true share away from the target.
 */
struct witness {
	struct dt_journal journal;
	struct dt_replay_outcome *outcome;
};

static double share_of_best(const struct dt_curve *curve, double share, double seconds)
{
	return curve->value(share, seconds) / curve->value(curve->optimum(seconds), seconds);
}

/* Mean true share from a time on, NaN: nothing was evaluated since. */
static double mean_share(const struct dt_sim *sim, uint64_t from)
{
	uint64_t later = sim->now_ns, length = 0;
	double area = 0;

	for (size_t i = sim->nr; i-- > 0 && later > from;) {
		const struct dt_sim_point *point = &sim->points[i];
		const uint64_t start = point->time_ns > from ? point->time_ns : from;

		area += point->share * (double)(later - start);
		length += later - start;
		later = start;
	}
	return length ? area / (double)length : NAN;
}

static void observe(struct dt_replay_outcome *outcome, const struct dt_entry *entry)
{
	const struct dt_curve *curve = outcome->sim->curve;
	const double now = (double)entry->time_ns / NS_PER_S;

	if (curve && entry->observation.target == outcome->result.best &&
	    entry->observation.windows)
		outcome->best_bp = mean_share(outcome->sim, outcome->from_ns);
	outcome->from_ns = entry->time_ns;
	if (!curve || !isnan(outcome->near_s) || isnan(outcome->best_bp) ||
	    share_of_best(curve, outcome->best_bp, now) < NEAR)
		return;
	outcome->near_s = now;
	outcome->near_writes = outcome->result.writes;
}

static int note(struct dt_journal *journal, const struct dt_entry *entry)
{
	struct dt_replay_outcome *outcome = ((struct witness *)journal)->outcome;

	if (entry->what == DT_ENTRY_WRITE || entry->what == DT_ENTRY_ROLLBACK) {
		outcome->lowest = entry->to < outcome->lowest ? entry->to : outcome->lowest;
		outcome->highest = entry->to > outcome->highest ? entry->to : outcome->highest;
	}
	if (entry->what == DT_ENTRY_SETTLED)
		outcome->from_ns = entry->time_ns;
	if (entry->what == DT_ENTRY_OBSERVATION)
		observe(outcome, entry);
	return 0;
}

/* The values as the analyzers take them. */
static int judge_goal(struct dt_replay_outcome *outcome, struct dt_error *error)
{
	const struct dt_sim *sim = outcome->sim;
	struct dt_goal_stream *goal = &outcome->goal;

	goal->complement = -1;
	goal->evaluations = calloc(sim->nr ? sim->nr : 1, sizeof(*goal->evaluations));
	if (!goal->evaluations)
		return dt_fail(error, ENOMEM, "simulate a shorter time",
			       "no memory for the values");
	goal->count = sim->nr;
	for (size_t i = 0; i < sim->nr; i++) {
		goal->evaluations[i].time = sim->points[i].time_ns;
		goal->evaluations[i].target = sim->points[i].target;
		goal->evaluations[i].value = (uint32_t)sim->points[i].value;
		goal->evaluations[i].esz = DT_ESZ_UNKNOWN;
	}
	if (goal->count && dt_goal_cut_steps(goal, &(struct dt_goal_choice){0}))
		return dt_fail(error, ENOMEM, "simulate a shorter time",
			       "no memory for the values");
	return 0;
}

static void judge_steps(struct dt_replay_outcome *outcome)
{
	const struct dt_goal_stream *goal = &outcome->goal;

	for (size_t i = 0; i < goal->nr_steps; i++) {
		const double overshoot = goal->steps[i].overshoot_pct;

		outcome->nr_steps++;
		outcome->nr_reached += goal->steps[i].verdict == DT_GOAL_REACHED;
		if (!isnan(overshoot) && !(overshoot <= outcome->overshoot_pct))
			outcome->overshoot_pct = overshoot;
	}
}

static void judge_time(struct dt_replay_outcome *outcome)
{
	const struct dt_sim *sim = outcome->sim;
	const struct dt_sim_point *last = sim->nr ? &sim->points[sim->nr - 1] : NULL;
	double miss = 0;

	if (!last || !last->time_ns)
		return;
	for (size_t i = 0; i + 1 < sim->nr; i++)
		miss += fabs(sim->points[i].value - sim->points[i].target) *
			(double)(sim->points[i + 1].time_ns - sim->points[i].time_ns);
	outcome->miss_bp = miss / (double)last->time_ns;
	if (sim->curve)
		outcome->regret = last->lost / (last->area + last->lost);
}

static int judge(struct dt_replay_outcome *outcome, struct dt_error *error)
{
	const struct dt_sim *sim = outcome->sim;
	int ret = judge_goal(outcome, error);

	if (ret)
		return ret;
	outcome->target = sim->plant.target;
	outcome->end_s = (double)sim->now_ns / NS_PER_S;
	judge_steps(outcome);
	judge_time(outcome);
	if (sim->curve && !isnan(outcome->best_bp))
		outcome->share_of_best =
			share_of_best(sim->curve, outcome->best_bp, outcome->end_s);
	return 0;
}

int dt_replay(struct dt_replay_outcome *outcome, const struct dt_law *law,
	      const struct dt_replay_setup *setup, struct dt_error *error)
{
	struct witness witness = {.journal = {note}, .outcome = outcome};
	int ret;

	memset(outcome, 0, sizeof(*outcome));
	outcome->law = law;
	outcome->near_s = NAN;
	outcome->best_bp = NAN;
	outcome->share_of_best = NAN;
	outcome->regret = NAN;
	outcome->miss_bp = NAN;
	outcome->overshoot_pct = NAN;
	outcome->lowest = setup->law.initial;
	outcome->highest = setup->law.initial;
	ret = dt_sim_open(&outcome->sim, setup->p, setup->curve, setup->law.initial,
			  setup->law.seed, error);
	if (!ret)
		ret = dt_tune_loop(&outcome->sim->plant, law, &setup->law, &setup->limits,
				   &witness.journal, &outcome->result, error);
	return ret ? ret : judge(outcome, error);
}

void dt_replay_clear(struct dt_replay_outcome *outcome)
{
	for (size_t i = 0; i < outcome->goal.nr_steps; i++)
		free(outcome->goal.steps[i].excursions);
	free(outcome->goal.steps);
	free(outcome->goal.evaluations);
	if (outcome->sim)
		outcome->sim->plant.ops->close(&outcome->sim->plant);
	memset(outcome, 0, sizeof(*outcome));
}
