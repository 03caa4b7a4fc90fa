/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring one target: windows of the objective until it is clear whether it is better than the
 * best so far, or no more windows are allowed.
 */
#include <errno.h>
#include <math.h>

#include "control/loop_impl.h"

#define WINDOW_PERIODS 10
#define WINDOW_NS      10000000000ull /* where no evaluation tells the period */
#define LEAST_WINDOWS  3
#define MOST_WINDOWS   30
#define SHARE	       0.95
/* A difference below this part of the best does not matter. */
#define SAME 0.005

uint64_t dt_loop_window(const struct dt_loop *loop)
{
	uint64_t period = loop->plant->quota_ns;

	if (loop->limits->window_ns)
		return loop->limits->window_ns;
	/* a busy kdamond evaluates less often than its quota window says */
	if (dt_watch_period(&loop->watch) > period)
		period = dt_watch_period(&loop->watch);
	return period ? WINDOW_PERIODS * period : WINDOW_NS;
}

static void begin_window(struct dt_loop *loop, uint64_t now)
{
	loop->lost = false;
	loop->value_area = 0;
	/* the value before is still in force; without one the window's first begins it */
	if (loop->value_ns)
		loop->value_ns = now;
}

/* The mean of the goal's value; NaN: none came. */
static double end_value(struct dt_loop *loop, uint64_t from, uint64_t now)
{
	if (!loop->value_ns)
		return NAN;
	if (now > loop->value_ns)
		loop->value_area += loop->value * (double)(now - loop->value_ns);
	loop->value_ns = now;
	return now > from ? loop->value_area / (double)(now - from) : NAN;
}

static int end_window(struct dt_loop *loop, uint64_t from)
{
	struct dt_plant *plant = loop->plant;
	const uint64_t now = plant->ops->now(plant);
	struct dt_entry entry = dt_loop_entry(loop, DT_ENTRY_MEASUREMENT);
	double objective = NAN;
	int ret = 0;

	entry.observation.value = end_value(loop, from, now);
	if (plant->ops->objective)
		ret = plant->ops->objective(plant, from, now, &objective, loop->error);
	if (ret == -EINTR)
		return dt_loop_end(loop, DT_TUNE_STOPPED, "stopped by the user");
	if (ret)
		return ret;
	if (!isnan(entry.observation.value))
		dt_sum_add(&loop->now.value, entry.observation.value);
	if (!isnan(objective))
		dt_sum_add(&loop->now.objective, objective);
	entry.observation.target = plant->target;
	entry.objective = objective;
	return dt_loop_note(loop, &entry);
}

/* One window; what was lost in it is not made up, so it begins again. *cut: the law is due. */
static int measure_window(struct dt_loop *loop, bool *cut)
{
	struct dt_plant *plant = loop->plant;
	uint64_t from = plant->ops->now(plant), until;
	bool reached = false;
	int ret;

	until = from + dt_loop_window(loop);
	*cut = loop->again_ns && until > loop->again_ns;
	begin_window(loop, from);
	while (!reached) {
		ret = dt_loop_next(loop, *cut ? loop->again_ns : until, &reached);
		if (ret)
			return ret;
		if (loop->lost) {
			from = plant->ops->now(plant);
			until = from + dt_loop_window(loop);
			*cut = loop->again_ns && until > loop->again_ns;
			begin_window(loop, from);
			loop->value_ns = 0;
			reached = false;
		}
	}
	return *cut ? 0 : end_window(loop, from);
}

/* Is it known how this target compares with the best one? */
static bool is_clear(const struct dt_loop *loop)
{
	const struct dt_sum *now = &loop->now.objective, *best = &loop->best.objective;
	double half, difference;

	if (!loop->plant->ops->objective || !loop->has_best)
		return true;
	half = dt_welch_half(now, best, SHARE);
	difference = fabs(now->mean - best->mean);
	return difference > half || half < SAME * fabs(best->mean);
}

int dt_loop_measure(struct dt_loop *loop)
{
	const unsigned most =
		loop->limits->most_windows ? loop->limits->most_windows : MOST_WINDOWS;
	bool reached = false, cut = false;
	int ret = 0;

	loop->now = (struct dt_measured){.target = loop->plant->target};
	for (unsigned nr = 0; nr < most && !ret && !cut; nr++) {
		if (nr >= LEAST_WINDOWS && !loop->again_ns && is_clear(loop))
			break;
		ret = measure_window(loop, &cut);
	}
	/* whoever asked for a time gets it, also when there is nothing left to measure */
	while (!ret && loop->again_ns && !reached)
		ret = dt_loop_next(loop, loop->again_ns, &reached);
	return ret;
}
