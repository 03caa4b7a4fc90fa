/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The goal's values since the last write, judged while they come by the analyzers' own rules, so
 * that the loop and a report of its recording agree about what has settled.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/goal_series.h"
#include "analyzers/goal_verdict.h"
#include "control/loop_impl.h"

#define NS_PER_S 1e9

/* DEFINITIONS: a window is ten periods; the band is what one quota window moves, within limits. */
#define WINDOW_PERIODS 10
#define LEAST_BAND     200.0
#define WIDEST_BAND    500.0
#define DRIFT_LIMIT    50.0

/* Of a step that lasts for hours only the end is judged. */
#define MOST_EVALUATIONS 4096
/* A growing step is judged again when it has grown by this part. */
#define GROWN 32

/*
 * Windows of standstill that end the wait. A quota that grows from 1 byte moves nothing for three
 * windows at best (29 evaluations to 512 MiB), and for longer near the target.
 */
#define STUCK_WINDOWS 6

#define KEPT (sizeof(((struct dt_watch *)0)->gaps) / sizeof(double))

void dt_watch_free(struct dt_watch *watch)
{
	free(watch->times);
	free(watch->t);
	free(watch->y);
	memset(watch, 0, sizeof(*watch));
}

void dt_watch_restart(struct dt_watch *watch)
{
	watch->nr = 0;
	watch->judged = 0;
	watch->stalled_ns = 0;
	watch->verdict = DT_GOAL_NO_DATA;
	watch->initial = watch->last;
}

static int make_room(struct dt_watch *watch)
{
	const size_t room = watch->room ? 2 * watch->room : 256;
	uint64_t *times = realloc(watch->times, room * sizeof(*times));
	double *t, *y;

	if (!times)
		return -ENOMEM;
	watch->times = times;
	t = realloc(watch->t, room * sizeof(*t));
	if (!t)
		return -ENOMEM;
	watch->t = t;
	y = realloc(watch->y, room * sizeof(*y));
	if (!y)
		return -ENOMEM;
	watch->y = y;
	watch->room = room;
	return 0;
}

static void drop_half(struct dt_watch *watch)
{
	const size_t half = watch->nr / 2;

	memmove(watch->times, watch->times + half, (watch->nr - half) * sizeof(*watch->times));
	memmove(watch->y, watch->y + half, (watch->nr - half) * sizeof(*watch->y));
	watch->nr -= half;
	watch->judged = 0;
}

int dt_watch_add(struct dt_watch *watch, uint64_t time, double value)
{
	if (watch->last_ns && time > watch->last_ns)
		watch->gaps[watch->nr_gaps++ % KEPT] = (double)(time - watch->last_ns);
	if (watch->nr)
		watch->changes[watch->nr_changes++ % KEPT] = fabs(value - watch->last);
	if (watch->nr == MOST_EVALUATIONS)
		drop_half(watch);
	if (watch->nr == watch->room && make_room(watch))
		return -ENOMEM;
	if (!watch->nr && !watch->last_ns)
		watch->initial = value;
	watch->times[watch->nr] = time;
	watch->y[watch->nr++] = value;
	watch->last_ns = time;
	watch->last = value;
	return 0;
}

static double median_of(const double *values, size_t nr)
{
	double scratch[KEPT];

	nr = nr < KEPT ? nr : KEPT;
	memcpy(scratch, values, nr * sizeof(*scratch));
	return dt_goal_median(scratch, nr);
}

uint64_t dt_watch_period(const struct dt_watch *watch)
{
	return watch->nr_gaps ? (uint64_t)median_of(watch->gaps, watch->nr_gaps) : 0;
}

static double find_band(const struct dt_watch *watch, double given)
{
	if (given > 0)
		return given;
	if (!watch->nr_changes)
		return LEAST_BAND;
	return fmin(fmax(median_of(watch->changes, watch->nr_changes), LEAST_BAND), WIDEST_BAND);
}

int dt_watch_judge(struct dt_watch *watch, double target, double band, bool now)
{
	struct dt_goal_step step = {.target = target, .initial = watch->initial};
	struct dt_goal_rules rules = {.drift_limit = DRIFT_LIMIT};
	struct dt_goal_series series = {
		.n = watch->nr,
		.t = watch->t,
		.y = watch->y,
		.target = target,
		.initial = watch->initial,
	};
	int ret;

	if (watch->nr < 2 || !dt_watch_period(watch) || watch->nr == watch->judged ||
	    (!now && watch->nr - watch->judged < 1 + watch->judged / GROWN))
		return 0;
	for (size_t i = 0; i < watch->nr; i++)
		watch->t[i] = (double)(watch->times[i] - watch->times[0]) / NS_PER_S;
	rules.period = (double)dt_watch_period(watch) / NS_PER_S;
	rules.window = WINDOW_PERIODS * rules.period;
	rules.band = find_band(watch, band);
	step.count = watch->nr;
	step.start_ns = watch->times[0];
	step.end_ns = watch->times[watch->nr - 1];
	ret = dt_goal_judge(&step, &series, &rules);
	free(step.excursions);
	if (ret)
		return ret;
	watch->judged = watch->nr;
	watch->verdict = step.verdict;
	if (step.verdict != DT_GOAL_STALLED)
		watch->stalled_ns = 0;
	else if (!watch->stalled_ns)
		watch->stalled_ns = step.end_ns;
	return 0;
}

bool dt_watch_is_stuck(const struct dt_watch *watch)
{
	return watch->stalled_ns && watch->last_ns - watch->stalled_ns >=
					    STUCK_WINDOWS * WINDOW_PERIODS * dt_watch_period(watch);
}
