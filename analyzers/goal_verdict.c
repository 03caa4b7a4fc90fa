/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_verdict.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/goal_cycle.h"
#include "analyzers/goal_drift.h"
#include "analyzers/goal_interval.h"
#include "analyzers/goal_response.h"
#include "analyzers/goal_verdict.h"

#define NS_PER_S 1e9

struct judgement {
	const struct dt_goal_series *series;
	const struct dt_goal_rules *rules;
	double *means;
	size_t nr_means;
};

static bool is_inside(const struct judgement *judgement, size_t i)
{
	return fabs(judgement->means[i] - judgement->series->target) <= judgement->rules->band;
}

static uint64_t at(const struct dt_goal_step *step, double seconds)
{
	return step->start_ns + (uint64_t)llround(seconds * NS_PER_S);
}

/* Runs of means outside of the band, behind settling. */
static int find_excursions(struct dt_goal_step *step, const struct judgement *judgement,
			   size_t settled)
{
	const double *t = judgement->series->t;

	for (size_t i = settled, start; i < judgement->nr_means;) {
		struct dt_goal_excursion *list;

		if (is_inside(judgement, i)) {
			i++;
			continue;
		}
		for (start = i; i < judgement->nr_means && !is_inside(judgement, i); i++)
			;
		/* doubles whenever the number is a power of two */
		if (!(step->nr_excursions & (step->nr_excursions - 1))) {
			list = realloc(step->excursions,
				       (step->nr_excursions ? 2 * step->nr_excursions : 1) *
					       sizeof(*list));
			if (!list)
				return -ENOMEM;
			step->excursions = list;
		}
		step->excursions[step->nr_excursions++] = (struct dt_goal_excursion){
			at(step, t[start]),
			at(step,
			   i < judgement->nr_means ? t[i] : dt_goal_length(judgement->series)),
		};
	}
	return 0;
}

/* Was the mean within the band for as long as a target must be held? */
static bool was_held(const struct judgement *judgement)
{
	const double *t = judgement->series->t;
	size_t start = 0;

	for (size_t i = 0; i < judgement->nr_means; i++) {
		if (!is_inside(judgement, i))
			start = i + 1;
		else if (t[i] - t[start] >= DT_GOAL_HOLD * judgement->rules->window)
			return true;
	}
	return false;
}

/* The last window's mean is there, or came nearer by a band since the middle of the step. */
static bool is_moving(const struct judgement *judgement)
{
	const struct dt_goal_series *series = judgement->series;
	const size_t last = judgement->nr_means - 1;
	size_t middle = 0;

	while (middle < last && series->t[middle + 1] <= dt_goal_length(series) / 2)
		middle++;
	return is_inside(judgement, last) ||
	       fabs(judgement->means[middle] - series->target) -
			       fabs(judgement->means[last] - series->target) >=
		       judgement->rules->band;
}

static enum dt_goal_verdict find_verdict(const struct dt_goal_step *step,
					 const struct judgement *judgement)
{
	const struct dt_goal_series *series = judgement->series;

	if (series->n < DT_GOAL_LEAST_EVALUATIONS || !judgement->nr_means ||
	    dt_goal_length(series) < DT_GOAL_HOLD * judgement->rules->window)
		return DT_GOAL_NO_DATA;
	if (step->cycle.found)
		return DT_GOAL_OSCILLATING;
	if (step->steady.settled)
		return DT_GOAL_REACHED;
	if (was_held(judgement) && !is_inside(judgement, judgement->nr_means - 1))
		return DT_GOAL_DRIFTING;
	return is_moving(judgement) ? DT_GOAL_MOVING : DT_GOAL_STALLED;
}

/* The first evaluation of the second half. */
static size_t half(const struct dt_goal_series *series)
{
	size_t i = 0;

	while (i + 1 < series->n && series->t[i] < dt_goal_length(series) / 2)
		i++;
	return i;
}

static int fill(struct dt_goal_step *step, const struct judgement *judgement)
{
	const struct dt_goal_series *series = judgement->series;
	const struct dt_goal_rules *rules = judgement->rules;
	struct dt_goal_response response;
	size_t settled;
	int ret;

	dt_goal_respond(&response, series, rules, judgement->means, judgement->nr_means);
	settled = response.settled;
	step->rise_s = response.rise;
	step->overshoot_pct = response.overshoot;
	step->settling_s = settled == DT_GOAL_NEVER ? NAN : series->t[settled];
	step->steady.settled = settled != DT_GOAL_NEVER;
	step->steady.first = step->steady.settled ? settled : half(series);
	step->last_mean = judgement->nr_means ? judgement->means[judgement->nr_means - 1] : NAN;
	dt_goal_hold(&step->steady, series, rules->band);
	ret = dt_goal_find_drift(&step->drift, series, step->steady.first, rules);
	if (!ret)
		ret = dt_goal_find_cycle(&step->cycle, series, step->steady.settled ? settled : 0,
					 rules);
	if (!ret && step->steady.settled)
		ret = find_excursions(step, judgement, settled);
	step->verdict = find_verdict(step, judgement);
	return ret;
}

int dt_goal_judge(struct dt_goal_step *step, const struct dt_goal_series *series,
		  const struct dt_goal_rules *rules)
{
	struct judgement judgement = {.series = series, .rules = rules};
	int ret = dt_goal_means(series, rules->window, &judgement.means, &judgement.nr_means);

	if (!ret)
		ret = fill(step, &judgement);
	free(judgement.means);
	return ret;
}
