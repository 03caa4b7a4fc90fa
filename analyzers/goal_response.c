/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_response.h; the rules are those of DEFINITIONS, word by word. */
#include <math.h>

#include "analyzers/goal_response.h"

/* Overshoot is looked for so many windows beyond settling. */
#define OVERSHOOT_WINDOWS 2

/*
 * When a value first reached the level, in the direction of the step; linear between evaluations.
 * A value that is there at the start reached it at the start. NaN: never.
 */
static double crossing(const struct dt_goal_series *series, double level, double sign)
{
	for (size_t i = 0; i < series->n; i++) {
		const double *t = &series->t[i], *y = &series->y[i];

		if ((*y - level) * sign < 0)
			continue;
		return i ? t[-1] + (t[0] - t[-1]) * (level - y[-1]) / (y[0] - y[-1]) : *t;
	}
	return NAN;
}

static double find_rise(const struct dt_goal_series *series)
{
	const double way = series->target - series->initial, sign = way < 0 ? -1 : 1;

	return crossing(series, series->initial + 0.9 * way, sign) -
	       crossing(series, series->initial + 0.1 * way, sign);
}

/*
 * Walks backwards, so that the counts of means inside the band from each evaluation on are at
 * hand; the earliest evaluation that fulfils all is the last one found.
 */
static size_t find_settled(const struct dt_goal_series *series, const struct dt_goal_rules *rules,
			   const double *means, size_t nr)
{
	const double latest = dt_goal_length(series) - DT_GOAL_HOLD * rules->window;
	size_t settled = DT_GOAL_NEVER, inside = 0, last_inside = 0, quarter = nr;

	for (size_t i = nr; i-- > 0;) {
		const size_t all = nr - i, last = (all + 3) / 4;
		const bool is_inside = fabs(means[i] - series->target) <= rules->band;

		inside += is_inside;
		/* the last quarter grows by its own first evaluation, every fourth step back */
		while (quarter > nr - last) {
			quarter--;
			last_inside += fabs(means[quarter] - series->target) <= rules->band;
		}
		if (is_inside && series->t[i] <= latest && 10 * inside >= 9 * all &&
		    10 * last_inside >= 9 * last && dt_goal_touches(series, rules->band, i))
			settled = i;
	}
	return settled;
}

static double find_overshoot(const struct dt_goal_series *series, const struct dt_goal_rules *rules,
			     size_t settled)
{
	const double way = series->target - series->initial, sign = way < 0 ? -1 : 1;
	const double end = settled == DT_GOAL_NEVER
				   ? INFINITY
				   : series->t[settled] + OVERSHOOT_WINDOWS * rules->window;
	double most = 0;

	for (size_t i = 0; i < series->n && series->t[i] <= end; i++)
		most = fmax(most, (series->y[i] - series->target) * sign);
	return 100 * most / fabs(way);
}

void dt_goal_respond(struct dt_goal_response *response, const struct dt_goal_series *series,
		     const struct dt_goal_rules *rules, const double *means, size_t nr_means)
{
	const bool is_step = fabs(series->target - series->initial) > rules->band;

	response->settled = find_settled(series, rules, means, nr_means);
	response->rise = is_step ? find_rise(series) : NAN;
	response->overshoot = is_step ? find_overshoot(series, rules, response->settled) : NAN;
}
