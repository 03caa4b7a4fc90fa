/* SPDX-License-Identifier: GPL-2.0-only */
/* Which goals of sysfs only the events tell of, and what the events told: see goal_values.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/goal.h"
#include "damon-trace/goal_values.h"

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* Windows begin late under load: so much beside two of them, and no longer than that in all. */
#define WAIT_SPARE_NS	(1 * NS_PER_S)
#define WAIT_LONGEST_NS (10 * NS_PER_S)

bool dt_goal_is_in_files(const char *metric)
{
	return !metric || !strcmp(metric, "user_input") || !strcmp(metric, "node_mem_used_bp") ||
	       !strcmp(metric, "node_mem_free_bp");
}

/* ---- finding ---- */

struct place {
	struct dt_goal_values *values;
	const struct dt_damon_node *context_node, *scheme_node;
	int32_t kdamond;
	unsigned context, scheme;
};

/* The quota's window, in whole apply intervals, as the kernel rounds it. */
static uint64_t window_of(const struct place *place)
{
	uint64_t reset_ms = 0, apply_us = 0, aggregate_us = 0, apply_ns, windows;

	(void)dt_damon_node_u64(place->scheme_node, &reset_ms, "quotas/reset_interval_ms");
	(void)dt_damon_node_u64(place->scheme_node, &apply_us, "apply_interval_us");
	(void)dt_damon_node_u64(place->context_node, &aggregate_us,
				"monitoring_attrs/intervals/aggr_us");
	apply_us = apply_us ? apply_us : aggregate_us;
	/* beyond any wait: what follows does not overflow */
	if (reset_ms > WAIT_LONGEST_NS / NS_PER_MS || apply_us > WAIT_LONGEST_NS / NS_PER_US)
		return WAIT_LONGEST_NS;
	apply_ns = apply_us ? apply_us * NS_PER_US : 1;
	windows = (reset_ms * NS_PER_MS + apply_ns - 1) / apply_ns;
	return windows ? windows * apply_ns : apply_ns;
}

static size_t directories(const struct dt_damon_node *folder)
{
	size_t nr = 0;

	for (size_t i = 0; folder && i < folder->nr; i++)
		nr += !folder->children[i].file;
	return nr;
}

static int add(const struct place *place, const struct dt_damon_node *goal, bool alone)
{
	struct dt_goal_values *values = place->values;
	struct dt_goal_value *value;
	int64_t nid;

	if (values->nr == values->room) {
		const size_t room = values->room ? 2 * values->room : 16;
		struct dt_goal_value *more = realloc(values->values, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		values->values = more;
		values->room = room;
	}
	value = &values->values[values->nr++];
	*value = (struct dt_goal_value){.goal = goal,
					.metric = dt_damon_node_text(goal, "target_metric"),
					.kdamond = place->kdamond,
					.context = place->context,
					.scheme = place->scheme,
					.nid = -1,
					.window_ns = window_of(place),
					.alone = alone};
	(void)dt_damon_node_u64(goal, &value->target, "target_value");
	if (!strncmp(value->metric, "node_", 5) && dt_damon_node_number(goal, &nid, "nid"))
		value->nid = (int32_t)nid;
	return 0;
}

static int find_goals(const struct place *place)
{
	const struct dt_damon_node *goals = dt_damon_node_find(place->scheme_node, "quotas/goals");
	const bool alone = directories(goals) == 1;
	int ret = 0;

	for (size_t i = 0; goals && i < goals->nr && !ret; i++) {
		const struct dt_damon_node *goal = &goals->children[i];

		if (!goal->file && !dt_goal_is_in_files(dt_damon_node_text(goal, "target_metric")))
			ret = add(place, goal, alone);
	}
	return ret;
}

static unsigned number_of(const struct dt_damon_node *node)
{
	return (unsigned)strtoul(node->name, NULL, 10);
}

static int find_schemes(struct place *place, const struct dt_damon_node *contexts)
{
	int ret = 0;

	for (size_t c = 0; contexts && c < contexts->nr && !ret; c++) {
		const struct dt_damon_node *schemes;

		place->context_node = &contexts->children[c];
		place->context = number_of(place->context_node);
		schemes = place->context_node->file
				  ? NULL
				  : dt_damon_node_find(place->context_node, "schemes");
		for (size_t s = 0; schemes && s < schemes->nr && !ret; s++) {
			place->scheme_node = &schemes->children[s];
			place->scheme = number_of(place->scheme_node);
			ret = place->scheme_node->file ? 0 : find_goals(place);
		}
	}
	return ret;
}

int dt_goal_values_find(struct dt_goal_values *values, const struct dt_damon_node *tree,
			struct dt_error *error)
{
	int ret = 0;

	*values = (struct dt_goal_values){.nr = 0};
	for (size_t k = 0; tree && k < tree->nr && !ret; k++) {
		const struct dt_damon_node *kdamond = &tree->children[k];
		const char *state = dt_damon_node_text(kdamond, "state");
		struct place place = {.values = values};
		int64_t pid;

		if (kdamond->file || !state || strcmp(state, "on") != 0 ||
		    !dt_damon_node_number(kdamond, &pid, "pid"))
			continue;
		place.kdamond = (int32_t)pid;
		ret = find_schemes(&place, dt_damon_node_find(kdamond, "contexts"));
	}
	return ret ? dt_fail(error, -ret, NULL, "out of memory") : 0;
}

void dt_goal_values_clear(struct dt_goal_values *values)
{
	free(values->values);
	*values = (struct dt_goal_values){.nr = 0};
}

/* ---- hearing ---- */

uint64_t dt_goal_values_wait(const struct dt_goal_values *values)
{
	uint64_t longest = 0;

	for (size_t i = 0; i < values->nr; i++)
		if (values->values[i].window_ns > longest)
			longest = values->values[i].window_ns;
	longest = 2 * longest + WAIT_SPARE_NS;
	return longest < WAIT_LONGEST_NS ? longest : WAIT_LONGEST_NS;
}

/* A scheme's only goal is known by the scheme: the kernel may have lost its node. */
static bool may_be_of(const struct dt_goal_value *value, const struct dt_goal *goal)
{
	const char *metric = dt_goal_metric_name(goal->metric);
	const bool placed = goal->scheme_idx != DT_UNKNOWN_U32;

	if (goal->kdamond != value->kdamond ||
	    (goal->context_idx != DT_UNKNOWN_U32 && goal->context_idx != value->context) ||
	    (placed && goal->scheme_idx != value->scheme) ||
	    (metric && strcmp(metric, value->metric) != 0))
		return false;
	return (placed && value->alone) || value->nid < 0 || goal->nid == value->nid;
}

bool dt_goal_values_take(struct dt_goal_values *values, const struct dt_goal *goal)
{
	struct dt_goal_value *found = NULL;

	/* of two that are alike the one with this target */
	for (size_t i = 0; i < values->nr; i++) {
		struct dt_goal_value *value = &values->values[i];

		if (may_be_of(value, goal) && (!found || (found->target != goal->target_value &&
							  value->target == goal->target_value)))
			found = value;
	}
	if (!found || (found->known && goal->time < found->latest.time))
		return false;
	found->known = true;
	found->latest = *goal;
	return true;
}

const struct dt_goal_value *dt_goal_values_of(const struct dt_goal_values *values,
					      const struct dt_damon_node *goal)
{
	for (size_t i = 0; values && i < values->nr; i++)
		if (values->values[i].goal == goal)
			return &values->values[i];
	return NULL;
}

size_t dt_goal_values_missing(const struct dt_goal_values *values)
{
	size_t nr = 0;

	for (size_t i = 0; i < values->nr; i++)
		nr += !values->values[i].known;
	return nr;
}
