/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys that are more than a file: contexts, targets, access patterns, goals. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/config_units.h"
#include "control/config_walk.h"

/* DAMON's own, where the configuration says nothing. */
#define SAMPLE_US 5000
#define AGGR_US	  100000

static int interval(const struct dt_config_walk *walk, const struct dt_config_value *context,
		    const char *name, uint64_t *us)
{
	const struct dt_config_value *value =
		dt_config_member(dt_config_member(context, "intervals"), name);

	return value && value->shape != DT_CONFIG_NULL
		       ? dt_config_number(walk, value, DT_KEY_US, us)
		       : 0;
}

/* What must be known of a context before its schemes are looked at, and what it has by default. */
int dt_config_context(struct dt_config_walk *walk, const struct dt_config_value *value,
		      const char *directory)
{
	const struct dt_config_value *ops = dt_config_member(value, "ops");
	const struct dt_config_value *unit = dt_config_member(value, "addr_unit");
	int ret = dt_config_expect(walk, value, DT_CONFIG_MAP, "a map");

	walk->sample_us = SAMPLE_US;
	walk->aggr_us = AGGR_US;
	walk->addr_unit = 1;
	walk->virtual = !ops || ops->shape != DT_CONFIG_TEXT || strcmp(ops->text, "paddr") != 0;
	walk->nr_probes =
		dt_config_member(value, "probes") ? dt_config_member(value, "probes")->nr : 0;
	if (!ret)
		ret = interval(walk, value, "sample_us", &walk->sample_us);
	if (!ret)
		ret = interval(walk, value, "aggr_us", &walk->aggr_us);
	if (!ret && unit && unit->shape != DT_CONFIG_NULL)
		ret = dt_config_number(walk, unit, DT_KEY_BYTES, &walk->addr_unit);
	if (ret)
		return ret;
	if (!walk->sample_us || walk->aggr_us < walk->sample_us || !walk->addr_unit)
		return dt_config_wrong(
			walk->document, value->line, value->column, NULL, walk->error,
			walk->addr_unit ? "the sampling interval must be above 0 and not "
					  "above the aggregation interval"
					: "addr_unit must be above 0");
	if (!ops || ops->shape != DT_CONFIG_TEXT)
		return dt_config_wrong(walk->document, value->line, value->column, NULL,
				       walk->error,
				       "the context has no \"ops\": vaddr, fvaddr or paddr");
	/* damo's defaults, which are not those of the files */
	ret = dt_config_put(walk, directory, "monitoring_attrs/intervals/update_us", "1000000");
	return ret;
}

/* A scheme takes every region unless it says which; the kernel's own default is none. */
int dt_config_scheme(struct dt_config_walk *walk, const char *directory)
{
	int ret = dt_config_put_u64(walk, directory, "access_pattern/sz/max", UINT64_MAX);

	if (!ret)
		ret = dt_config_put_u64(walk, directory, "access_pattern/nr_accesses/max",
					UINT32_MAX);
	return ret ? ret : dt_config_put_u64(walk, directory, "access_pattern/age/max", UINT32_MAX);
}

int dt_config_target_pid(struct dt_config_walk *walk, const struct dt_config_value *value,
			 const char *directory)
{
	uint64_t pid = 0;
	int ret;

	if (!walk->virtual)
		return 0;
	if (value->shape == DT_CONFIG_NULL) {
		if (!walk->pid)
			return dt_config_wrong(walk->document, value->line, value->column,
					       "name the process with --pid PID", walk->error,
					       "the target names no process");
		return dt_config_put_u64(walk, directory, "pid_target", (uint64_t)walk->pid);
	}
	ret = dt_config_number(walk, value, DT_KEY_NUMBER, &pid);
	if (!ret && (!pid || pid > INT32_MAX))
		ret = dt_config_wrong(walk->document, value->line, value->column, NULL, walk->error,
				      "\"%.60s\" is no process", value->text);
	return ret ? ret : dt_config_put_u64(walk, directory, "pid_target", pid);
}

/* ---- access pattern ---- */

/* The kernel keeps both as 32 bits. */
static uint64_t capped(double value)
{
	return value >= (double)UINT32_MAX ? UINT32_MAX : (uint64_t)value;
}

/* "5 %" of the most that can be, "3 samples", or "max". */
static int accesses(const struct dt_config_walk *walk, const struct dt_config_value *value,
		    uint64_t *samples)
{
	const double most = (double)walk->aggr_us / (double)walk->sample_us;
	const char *word = "";
	double number = 0;
	uint64_t limit;
	int ret = dt_config_expect(walk, value, DT_CONFIG_TEXT, "like \"5 %\" or \"3 samples\"");

	if (ret)
		return ret;
	if (!strcmp(value->text, "min") || !strcmp(value->text, "max")) {
		(void)dt_units_number(value->text, &limit);
		*samples = limit > UINT32_MAX ? UINT32_MAX : limit;
		return 0;
	}
	ret = dt_units_word(value->text, &number, &word);
	/* a bare number is a percentage: damo prints it so with --raw */
	if (!ret && (!strcmp(word, "%") || !*word))
		*samples = capped(number * most / 100);
	else if (!ret && !strcmp(word, "samples"))
		*samples = capped(number);
	else
		return dt_config_wrong(
			walk->document, value->line, value->column, NULL, walk->error,
			"\"%.60s\" is not like \"5 %%\" or \"3 samples\"", value->text);
	return 0;
}

/* "2 s", "20 aggr_intervals", or "max". */
static int ages(const struct dt_config_walk *walk, const struct dt_config_value *value,
		uint64_t *aggregations)
{
	const char *word = "";
	double number = 0;
	uint64_t us;
	int ret = dt_config_expect(walk, value, DT_CONFIG_TEXT,
				   "like \"2 s\" or \"20 aggr_intervals\"");

	if (ret)
		return ret;
	if (!dt_units_word(value->text, &number, &word) && !strcmp(word, "aggr_intervals")) {
		*aggregations = capped(number);
		return 0;
	}
	if (dt_units_time(value->text, 1000, &us))
		return dt_config_wrong(
			walk->document, value->line, value->column, NULL, walk->error,
			"\"%.60s\" is not like \"2 s\" or \"20 aggr_intervals\"", value->text);
	us /= walk->aggr_us;
	*aggregations = us > UINT32_MAX ? UINT32_MAX : us;
	return 0;
}

/* min and max of a map by a function. */
static int limits(struct dt_config_walk *walk, const struct dt_config_value *value,
		  const char *directory, const char *name,
		  int (*read)(const struct dt_config_walk *, const struct dt_config_value *,
			      uint64_t *))
{
	char path[64];
	int ret = dt_config_expect(walk, value, DT_CONFIG_MAP, "a map with min and max");

	for (size_t i = 0; !ret && i < value->nr; i++) {
		const struct dt_config_value *limit = &value->members[i];
		uint64_t number = 0;

		if (strcmp(limit->key, "min") != 0 && strcmp(limit->key, "max") != 0)
			return dt_config_wrong(walk->document, limit->key_line, limit->key_column,
					       "known here: min max", walk->error,
					       "unknown key \"%.60s\"", limit->key);
		ret = read(walk, limit, &number);
		(void)snprintf(path, sizeof(path), "access_pattern/%s/%s", name, limit->key);
		if (!ret)
			ret = dt_config_put_u64(walk, directory, path, number);
	}
	return ret;
}

int dt_config_accesses(struct dt_config_walk *walk, const struct dt_config_value *value,
		       const char *directory)
{
	return value->shape == DT_CONFIG_NULL
		       ? 0
		       : limits(walk, value, directory, "nr_accesses", accesses);
}

int dt_config_age(struct dt_config_walk *walk, const struct dt_config_value *value,
		  const char *directory)
{
	return value->shape == DT_CONFIG_NULL ? 0 : limits(walk, value, directory, "age", ages);
}

/* ---- goals ---- */

static const struct dt_config_key goal_keys[] = {
	{"metric", DT_KEY_WORD, "target_metric", NULL, NULL},
	{"nid", DT_KEY_SIGNED, "nid", NULL, NULL},
	{"memcg_path", DT_KEY_WORD, "path", NULL, NULL},
	{"path", DT_KEY_WORD, "path", NULL, NULL},
	{"target_value", DT_KEY_IGNORED, NULL, NULL, NULL},
	{"current_value", DT_KEY_IGNORED, NULL, NULL, NULL},
	{NULL, DT_KEY_IGNORED, NULL, NULL, NULL},
};

static bool ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), tail = strlen(end);

	return length >= tail && !strcmp(text + length - tail, end);
}

/* What kind of number a metric's values are. */
static enum dt_config_type metric_type(const char *metric)
{
	if (ends_with(metric, "_bp"))
		return DT_KEY_BP;
	return ends_with(metric, "_us") ? DT_KEY_US : DT_KEY_NUMBER;
}

static int goal_target(const struct dt_config_walk *walk, const struct dt_config_value *goal,
		       const char *metric, const char *directory)
{
	const struct dt_config_value *value = dt_config_member(goal, "target_value");
	uint64_t target;
	int ret;

	if (!value || value->shape == DT_CONFIG_NULL)
		return dt_config_wrong(walk->document, goal->line, goal->column, NULL, walk->error,
				       "the goal has no \"target_value\"");
	ret = dt_config_number(walk, value, metric_type(metric), &target);
	if (ret)
		return ret;
	if (!target)
		return dt_config_wrong(
			walk->document, value->line, value->column,
			"kernels divide by the target, or skip the goal: the least is 1",
			walk->error, "a target_value of 0");
	if (!strcmp(metric, "node_eligible_mem_bp") && target > DT_GOAL_MOST)
		return dt_config_wrong(walk->document, value->line, value->column,
				       "all of it is reached as soon as nothing is left elsewhere; "
				       "the opposite scheme would have a target of 0",
				       walk->error, "a target_value above 9999, %s", value->text);
	return dt_config_put_u64(walk, directory, "target_value", target);
}

static int take_goal(struct dt_config_walk *walk, const struct dt_config_value *goal,
		     const char *directory)
{
	const struct dt_config_value *metric = dt_config_member(goal, "metric");
	const struct dt_config_value *current = dt_config_member(goal, "current_value");
	const char *name = metric && metric->shape == DT_CONFIG_TEXT ? metric->text : "user_input";
	uint64_t number;
	int ret = dt_config_map(walk, goal, goal_keys, directory);

	if (!ret)
		ret = goal_target(walk, goal, name, directory);
	/* of all other metrics it is the kernel's */
	if (ret || !current || current->shape == DT_CONFIG_NULL || strcmp(name, "user_input") != 0)
		return ret;
	ret = dt_config_number(walk, current, DT_KEY_NUMBER, &number);
	return ret ? ret : dt_config_put_u64(walk, directory, "current_value", number);
}

int dt_config_goals(struct dt_config_walk *walk, const struct dt_config_value *value,
		    const char *directory)
{
	char below[DT_DAMON_PATH];
	int ret;

	if (value->shape == DT_CONFIG_NULL)
		return 0;
	ret = dt_config_expect(walk, value, DT_CONFIG_LIST, "a list");
	if (!ret)
		ret = dt_config_put_u64(walk, directory, "quotas/goals/nr_goals", value->nr);
	for (size_t i = 0; !ret && i < value->nr; i++) {
		if (snprintf(below, sizeof(below), "%s/quotas/goals/%zu", directory, i) >=
		    (int)sizeof(below))
			return dt_fail(walk->error, ENAMETOOLONG, NULL, "nested too deeply");
		ret = take_goal(walk, &value->members[i], below);
	}
	return ret;
}
