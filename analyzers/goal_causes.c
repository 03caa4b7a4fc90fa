/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_causes.h: ranges of windows in which a rule holds, and of losses. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzers/goal_scene.h"
#include "damon-trace/event.h"

/* Ranges of one rule in a step; what follows belongs to the last of them. */
#define MOST_RANGES 32

static struct dt_goal_because *add(struct dt_goal_step *step, enum dt_goal_cause cause,
				   uint64_t from, uint64_t to)
{
	struct dt_goal_because *list;

	list = reallocarray(step->causes, step->nr_causes + 1, sizeof(*list));
	if (!list)
		return NULL;
	step->causes = list;
	list[step->nr_causes] =
		(struct dt_goal_because){.cause = cause, .from_ns = from, .to_ns = to};
	return &list[step->nr_causes++];
}

/* A run of windows first..last in which the rule holds. */
static int add_run(const struct dt_scene *scene, const struct dt_cause_rule *rule,
		   struct dt_goal_step *step, size_t first, size_t last)
{
	const struct dt_goal_evaluation *e = scene->stream->evaluations;
	uint64_t end = dt_scene_end(scene, last);
	struct dt_goal_because *because;

	if (rule->looks_back)
		first -= scene->lookback - 1;
	end = end == UINT64_MAX ? e[last].time : end;
	if (last - first + 1 < rule->least ||
	    (rule->for_window && (double)(end - e[first].time) < scene->stream->window_s * 1e9))
		return 0;
	because = add(step, rule->cause, e[first].time, end);
	if (!because)
		return -ENOMEM;
	rule->describe(scene, first, last, because->evidence, sizeof(because->evidence));
	return 0;
}

static int apply_rule(const struct dt_scene *scene, const struct dt_cause_rule *rule,
		      struct dt_goal_step *step)
{
	const size_t end = step->first + step->count, before = step->nr_causes;
	int ret = 0;

	for (size_t i = step->first; i < end && !ret;) {
		size_t last = i;

		if (!rule->holds(scene, i)) {
			i++;
			continue;
		}
		while (last + 1 < end && rule->holds(scene, last + 1))
			last++;
		if (step->nr_causes - before < MOST_RANGES)
			ret = add_run(scene, rule, step, i, last);
		else
			step->causes[step->nr_causes - 1].to_ns =
				scene->stream->evaluations[last].time;
		i = last + 1;
	}
	return ret;
}

static void tell_losses(struct dt_goal_because *because, bool throttled, size_t places,
			uint64_t count, bool unknown)
{
	char *text = because->evidence;
	const size_t size = sizeof(because->evidence);

	if (throttled)
		(void)snprintf(text, size, "sampling was throttled %zu time%s", places,
			       places == 1 ? "" : "s");
	else if (unknown)
		(void)snprintf(text, size,
			       "%" PRIu64 " events and an unknown number more lost in %zu place%s",
			       count, places, places == 1 ? "" : "s");
	else
		(void)snprintf(text, size, "%" PRIu64 " event%s lost in %zu place%s", count,
			       count == 1 ? "" : "s", places, places == 1 ? "" : "s");
}

/* Losses of the step's time; those within a window W of each other are one range. */
static int add_losses(const struct dt_scene *scene, struct dt_goal_step *step, bool throttled)
{
	const struct dt_goals *goals = scene->goals;
	const uint64_t window = (uint64_t)llround(fmax(scene->stream->window_s, 0) * 1e9);
	struct dt_goal_because *because = NULL;
	size_t places = 0, nr = 0;
	uint64_t count = 0;
	bool unknown = false;

	for (size_t i = 0; i < goals->nr_losses; i++) {
		const struct dt_goal_loss *loss = &goals->losses[i];

		if (loss->throttled != throttled || loss->time < step->start_ns ||
		    loss->time > step->end_ns)
			continue;
		if (!because || (loss->time - because->to_ns > window && nr < MOST_RANGES)) {
			because = add(step, throttled ? DT_CAUSE_THROTTLED : DT_CAUSE_LOST_EVENTS,
				      loss->time, loss->time);
			if (!because)
				return -ENOMEM;
			places = 0;
			count = 0;
			unknown = false;
			nr++;
		}
		because->to_ns = loss->time;
		places++;
		count += loss->count;
		unknown |= !loss->count;
		tell_losses(because, throttled, places, count, unknown);
	}
	return 0;
}

/* The cap is the highest quota there was, where it stayed; without statistics nobody knows. */
static uint64_t find_cap(const struct dt_scene *scene)
{
	uint64_t highest = 0;

	if (scene->setup && scene->setup->cap)
		return scene->setup->cap;
	for (size_t i = 0; i < scene->stream->count; i++) {
		const uint64_t esz = scene->stream->evaluations[i].esz;

		if (esz != DT_ESZ_UNKNOWN && esz > highest)
			highest = esz;
	}
	return highest;
}

static struct dt_scene set_scene(const struct dt_goals *goals, size_t index,
				 const struct dt_goal_setup *setup)
{
	const struct dt_goal_stream *stream = &goals->streams[index];
	const double windows = stream->window_s / stream->period_s;
	struct dt_scene scene = {.goals = goals, .stream = stream, .setup = setup};
	size_t members[DT_GOAL_MOST_NODES];

	scene.nr = dt_goal_group(goals, index, members);
	for (size_t i = 0; i < scene.nr; i++)
		scene.group[i] = &goals->streams[members[i]];
	scene.lookback = windows >= 1 && windows < (double)stream->count ? (size_t)ceil(windows)
									 : stream->count;
	scene.region = DT_GOAL_REGION * (setup && setup->addr_unit ? setup->addr_unit : 1);
	scene.cap = find_cap(&scene);
	return scene;
}

static int by_time(const void *a, const void *b)
{
	const struct dt_goal_because *left = a, *right = b;

	if (left->from_ns != right->from_ns)
		return left->from_ns < right->from_ns ? -1 : 1;
	return (int)left->cause - (int)right->cause;
}

int dt_goal_find_causes(struct dt_goals *goals, size_t index, const struct dt_goal_setup *setup)
{
	struct dt_goal_stream *stream = &goals->streams[index];
	struct dt_scene scene;
	int ret = 0;

	if (!stream->count)
		return 0;
	scene = set_scene(goals, index, setup);
	for (size_t s = 0; s < stream->nr_steps && !ret; s++) {
		struct dt_goal_step *step = &stream->steps[s];

		scene.step = step;
		for (size_t r = 0; dt_cause_rules[r].holds && !ret; r++)
			ret = apply_rule(&scene, &dt_cause_rules[r], step);
		for (int throttled = 0; throttled < 2 && !ret; throttled++)
			ret = add_losses(&scene, step, throttled);
		if (step->nr_causes)
			qsort(step->causes, step->nr_causes, sizeof(*step->causes), by_time);
	}
	return ret;
}
