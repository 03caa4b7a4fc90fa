/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of causes, each as DEFINITIONS has it: when it holds, and the figures that show it. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "analyzers/goal_join.h"
#include "analyzers/goal_scene.h"

/* Complementary values may sum to so much more or less than the whole, bp. */
#define SUM_SLACK 100
/* A member that was not evaluated within so many of its periods is not looked at. */
#define STALE_PERIODS 3
/* What an error must shrink by over a window to count as shrinking, in bands. */
#define SHRINK 0.25
/* Values flicker for a window or two; what lasts as long as this is no flicker. */
#define NO_FLICKER 3

#define MIB 1048576.0

uint64_t dt_scene_end(const struct dt_scene *scene, size_t i)
{
	const struct dt_goal_stream *stream = scene->stream;

	return i + 1 < stream->count ? stream->evaluations[i + 1].time : UINT64_MAX;
}

const struct dt_goal_evaluation *dt_scene_other(const struct dt_scene *scene, size_t m, size_t i)
{
	const struct dt_goal_stream *other = scene->group[m];
	const uint64_t own = scene->stream->evaluations[i].time;
	uint64_t before = UINT64_MAX, after = UINT64_MAX;
	size_t at;

	if (!m)
		return &scene->stream->evaluations[i];
	if (!other->count)
		return NULL;
	at = dt_goal_window(other, own);
	if (at != SIZE_MAX)
		before = own - other->evaluations[at].time;
	if (at + 1 < other->count)
		after = other->evaluations[at + 1].time - own;
	at += after < before;
	if ((double)(after < before ? after : before) > STALE_PERIODS * other->period_s * 1e9)
		return NULL;
	return &other->evaluations[at];
}

/* Of the noun that counts the windows first to last. */
static const char *plural(size_t first, size_t last)
{
	return first == last ? "" : "s";
}

static double error_at(const struct dt_scene *scene, size_t i)
{
	return (double)scene->stream->evaluations[i].value - scene->step->target;
}

static bool is_off(const struct dt_scene *scene, size_t i)
{
	return fabs(error_at(scene, i)) > scene->stream->band;
}

/* Of the window that is window i or the one of another member at the same time. */
static bool is_growing(const struct dt_goal_stream *stream, const struct dt_goal_evaluation *e)
{
	const size_t i = (size_t)(e - stream->evaluations);

	if (e->esz == DT_ESZ_UNKNOWN)
		return false;
	if (i && e[-1].esz != DT_ESZ_UNKNOWN && e[-1].esz < e->esz)
		return true;
	return i + 1 < stream->count && e[1].esz != DT_ESZ_UNKNOWN && e[1].esz > e->esz;
}

static bool is_below_region(const struct dt_scene *scene, const struct dt_goal_evaluation *e)
{
	return e && e->esz != DT_ESZ_UNKNOWN && e->esz < scene->region;
}

/* Windows before i, with it, that the step has; whole lookbacks only. */
static bool has_before(const struct dt_scene *scene, size_t i, size_t lookbacks)
{
	return i + 1 >= scene->step->first + lookbacks * scene->lookback;
}

/* ---- BOOTSTRAP */

static bool boots(const struct dt_scene *scene, size_t i)
{
	const struct dt_goal_evaluation *e = &scene->stream->evaluations[i];

	if (scene->setup && scene->setup->temporal)
		return false;
	return is_below_region(scene, e) && e->esz > 0 && is_growing(scene->stream, e);
}

static void tell_boot(const struct dt_scene *scene, size_t first, size_t last, char *text,
		      size_t size)
{
	const struct dt_goal_evaluation *e = scene->stream->evaluations;

	(void)snprintf(text, size,
		       "effective quota grew from %" PRIu64 " to %" PRIu64
		       " bytes in %zu quota window%s, under one region of %" PRIu64,
		       e[first].esz, e[last].esz, last - first + 1, plural(first, last),
		       scene->region);
}

/* ---- QUOTA_BOUND */

/* The mean error of the lookback that ends with window i. */
static double mean_error(const struct dt_scene *scene, size_t i)
{
	double sum = 0;

	for (size_t k = i + 1 - scene->lookback; k <= i; k++)
		sum += fabs(error_at(scene, k));
	return sum / (double)scene->lookback;
}

static bool is_bound(const struct dt_scene *scene, size_t i)
{
	const struct dt_goal_evaluation *e = scene->stream->evaluations;
	const size_t start = i + 1 - scene->lookback;

	if (!scene->cap || error_at(scene, i) >= 0 || !is_off(scene, i) ||
	    !has_before(scene, i, 2) || !e[i].has_stat || !e[start].has_stat)
		return false;
	for (size_t k = start; k <= i; k++)
		if (e[k].esz != scene->cap)
			return false;
	return e[i].qt_exceeds > e[start].qt_exceeds &&
	       mean_error(scene, i) > mean_error(scene, start - 1) - SHRINK * scene->stream->band;
}

static void tell_bound(const struct dt_scene *scene, size_t first, size_t last, char *text,
		       size_t size)
{
	const struct dt_goal_evaluation *e = scene->stream->evaluations;

	(void)snprintf(text, size,
		       "quota at its cap of %.4g MiB, exceeded %" PRIu64
		       " times; %.1f points off at first, %.1f at last",
		       (double)scene->cap / MIB, e[last].qt_exceeds - e[first].qt_exceeds,
		       fabs(error_at(scene, first)) / 100, fabs(error_at(scene, last)) / 100);
}

/* ---- STARVED */

static bool all_zero(const struct dt_scene *scene, size_t i)
{
	for (size_t m = 0; m < scene->nr; m++) {
		const struct dt_goal_evaluation *e = dt_scene_other(scene, m, i);

		if (!e || e->value)
			return false;
	}
	return scene->nr > 1 && scene->step->target > 0;
}

static bool all_read_zero(const struct dt_scene *scene, size_t i)
{
	return all_zero(scene, i);
}

static void tell_zero(const struct dt_scene *scene, size_t first, size_t last, char *text,
		      size_t size)
{
	(void)snprintf(text, size,
		       "all %zu nodes read 0 in %zu quota window%s: no region is eligible",
		       scene->nr, last - first + 1, plural(first, last));
}

/* The quota would let it move, it should, and no region matched. */
static bool nothing_matches(const struct dt_scene *scene, size_t i)
{
	const struct dt_goal_evaluation *e = scene->stream->evaluations;
	const size_t start = i + 1 - scene->lookback;

	if (error_at(scene, i) >= 0 || !is_off(scene, i) || !has_before(scene, i, 1) ||
	    all_zero(scene, i))
		return false;
	for (size_t k = start; k <= i; k++)
		if (e[k].esz == DT_ESZ_UNKNOWN || e[k].esz < scene->region || e[k].applies ||
		    !e[k].has_stat || e[k].nr_tried != e[start].nr_tried)
			return false;
	return true;
}

static void tell_nothing(const struct dt_scene *scene, size_t first, size_t last, char *text,
			 size_t size)
{
	(void)snprintf(text, size,
		       "no region matched in %zu quota window%s, with an effective quota of %.4g "
		       "MiB",
		       last - first + 1, plural(first, last),
		       (double)scene->stream->evaluations[last].esz / MIB);
}

/* ---- FIGHT */

static bool moves(const struct dt_scene *scene, const struct dt_goal_evaluation *e)
{
	/* what was applied shows a quota, also one that was never printed */
	return e && e->applies && (e->esz == DT_ESZ_UNKNOWN || e->esz >= scene->region);
}

static bool fights(const struct dt_scene *scene, size_t i)
{
	if (!moves(scene, dt_scene_other(scene, 0, i)))
		return false;
	for (size_t m = 1; m < scene->nr; m++)
		if (moves(scene, dt_scene_other(scene, m, i)))
			return true;
	return false;
}

static void tell_fight(const struct dt_scene *scene, size_t first, size_t last, char *text,
		       size_t size)
{
	uint64_t own = 0, others = 0;

	for (size_t i = first; i <= last; i++) {
		own += dt_scene_other(scene, 0, i)->apply_bytes;
		for (size_t m = 1; m < scene->nr; m++) {
			const struct dt_goal_evaluation *e = dt_scene_other(scene, m, i);

			others += e ? e->apply_bytes : 0;
		}
	}
	(void)snprintf(text, size,
		       "%zu quota window%s in which both sides applied: %.4g MiB here, %.4g MiB "
		       "against it",
		       last - first + 1, plural(first, last), (double)own / MIB,
		       (double)others / MIB);
}

/* ---- STUCK */

static bool is_stuck(const struct dt_scene *scene, size_t i)
{
	/* alone, a goal above its target has nobody to push back: no quota is then as it should */
	if (!is_off(scene, i) || (scene->nr == 1 && error_at(scene, i) > 0))
		return false;
	for (size_t m = 0; m < scene->nr; m++) {
		const struct dt_goal_evaluation *e = dt_scene_other(scene, m, i);

		if (!is_below_region(scene, e) || e->applies || is_growing(scene->group[m], e))
			return false;
	}
	return true;
}

static void tell_stuck(const struct dt_scene *scene, size_t first, size_t last, char *text,
		       size_t size)
{
	const struct dt_goal_evaluation *other =
		scene->nr > 1 ? dt_scene_other(scene, 1, last) : NULL;

	(void)first;
	if (other)
		(void)snprintf(text, size,
			       "effective quotas of %" PRIu64 " and %" PRIu64
			       " bytes, under one region of %" PRIu64 "; %.1f points off",
			       scene->stream->evaluations[last].esz, other->esz, scene->region,
			       fabs(error_at(scene, last)) / 100);
	else
		(void)snprintf(text, size,
			       "effective quota of %" PRIu64 " bytes, under one region of %" PRIu64
			       "; %.1f points off",
			       scene->stream->evaluations[last].esz, scene->region,
			       fabs(error_at(scene, last)) / 100);
}

/* ---- SUM_OFF */

/* The sum of the group's values; -1 when not all were evaluated, or nothing is eligible. */
static double sum_of(const struct dt_scene *scene, size_t i)
{
	double sum = 0;

	if (scene->nr == 1 || all_zero(scene, i))
		return -1;
	for (size_t m = 0; m < scene->nr; m++) {
		const struct dt_goal_evaluation *e = dt_scene_other(scene, m, i);

		if (!e)
			return -1;
		sum += e->value;
	}
	return sum;
}

static bool sum_is_off(const struct dt_scene *scene, size_t i)
{
	const double sum = sum_of(scene, i);

	return sum >= 0 && fabs(sum - DT_GOAL_WHOLE) > SUM_SLACK;
}

static void tell_sum(const struct dt_scene *scene, size_t first, size_t last, char *text,
		     size_t size)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = first; i <= last; i++) {
		low = fmin(low, sum_of(scene, i));
		high = fmax(high, sum_of(scene, i));
	}
	(void)snprintf(text, size,
		       "the values sum to %.1f to %.1f %%: different access patterns, or lost "
		       "events",
		       low / 100, high / 100);
}

/* ---- NID_LOST */

static int32_t right_nid(const struct dt_scene *scene)
{
	return scene->setup && scene->setup->has_nid ? scene->setup->nid
						     : scene->stream->evaluations[0].nid;
}

static bool nid_is_lost(const struct dt_scene *scene, size_t i)
{
	return scene->stream->evaluations[i].nid != right_nid(scene);
}

static void tell_nid(const struct dt_scene *scene, size_t first, size_t last, char *text,
		     size_t size)
{
	(void)last;
	(void)snprintf(text, size, "the goal reads node %d; it %s node %d",
		       scene->stream->evaluations[first].nid,
		       scene->setup && scene->setup->has_nid ? "was set to" : "began with",
		       right_nid(scene));
}

/* In the order of enum dt_goal_cause. */
const struct dt_cause_rule dt_cause_rules[] = {
	{DT_CAUSE_BOOTSTRAP, boots, tell_boot, NO_FLICKER, false, false},
	{DT_CAUSE_QUOTA_BOUND, is_bound, tell_bound, 1, false, true},
	{DT_CAUSE_STARVED, all_read_zero, tell_zero, NO_FLICKER, false, false},
	{DT_CAUSE_STARVED, nothing_matches, tell_nothing, 1, false, true},
	{DT_CAUSE_FIGHT, fights, tell_fight, 1, false, false},
	{DT_CAUSE_STUCK, is_stuck, tell_stuck, 1, true, false},
	{DT_CAUSE_SUM_OFF, sum_is_off, tell_sum, NO_FLICKER, false, false},
	{DT_CAUSE_NID_LOST, nid_is_lost, tell_nid, 1, false, false},
	{DT_NR_GOAL_CAUSES, NULL, NULL, 0, false, false},
};
