/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's configuration out of the copy of its sysfs tree in host.json. Paths are those of the
 * kernel's Documentation/admin-guide/mm/damon/usage.rst; kernels differ in what they have.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/host_json.h"

/* Of what a kernel would take; more is damage. */
#define KDAMONDS_MAX 256
#define CONTEXTS_MAX 16
#define TARGETS_MAX  4096
#define SCHEMES_MAX  512
#define GOALS_MAX    64

/* The member "N" of a directory of numbered ones. */
static const json_t *numbered(const json_t *directory, size_t number)
{
	char name[24];

	(void)snprintf(name, sizeof(name), "%zu", number);
	return json_object_get(directory, name);
}

/* How many members "0", "1", ... a directory has, without a gap. */
static size_t count(const json_t *directory, size_t most)
{
	size_t nr = 0;

	while (nr < most && json_is_object(numbered(directory, nr)))
		nr++;
	return nr;
}

static struct dt_host_limits read_limits(const json_t *pattern, const char *name)
{
	const json_t *limits = json_object_get(pattern, name);

	return (struct dt_host_limits){dt_host_json_u64(limits, "min", 0),
				       dt_host_json_u64(limits, "max", UINT64_MAX)};
}

static int32_t read_id(const json_t *object, const char *key, int32_t fallback)
{
	const int64_t value = dt_host_json_i64(object, key, fallback);

	return value < INT32_MIN || value > INT32_MAX ? fallback : (int32_t)value;
}

static int read_goals(struct dt_host_scheme *scheme, const json_t *goals)
{
	const size_t nr = count(goals, GOALS_MAX);

	scheme->goals = calloc(nr + 1, sizeof(*scheme->goals));
	if (!scheme->goals)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		const json_t *object = numbered(goals, i);
		struct dt_host_goal *goal = &scheme->goals[i];

		dt_host_json_text(object, "target_metric", goal->metric, sizeof(goal->metric));
		goal->target_value = dt_host_json_u64(object, "target_value", 0);
		goal->current_value = dt_host_json_u64(object, "current_value", 0);
		goal->nid = read_id(object, "nid", -1);
	}
	scheme->nr_goals = nr;
	return 0;
}

static int read_scheme(struct dt_host_scheme *scheme, const json_t *object)
{
	const json_t *pattern = json_object_get(object, "access_pattern");
	const json_t *quotas = json_object_get(object, "quotas");

	dt_host_json_text(object, "action", scheme->action, sizeof(scheme->action));
	scheme->target_nid = read_id(object, "target_nid", -1);
	scheme->apply_interval_us = dt_host_json_u64(object, "apply_interval_us", 0);
	scheme->size = read_limits(pattern, "sz");
	scheme->nr_accesses = read_limits(pattern, "nr_accesses");
	scheme->age = read_limits(pattern, "age");
	scheme->quota_ms = dt_host_json_u64(quotas, "ms", 0);
	scheme->quota_bytes = dt_host_json_u64(quotas, "bytes", 0);
	scheme->reset_interval_ms = dt_host_json_u64(quotas, "reset_interval_ms", 0);
	scheme->effective_bytes = dt_host_json_u64(quotas, "effective_bytes", 0);
	dt_host_json_text(quotas, "goal_tuner", scheme->goal_tuner, sizeof(scheme->goal_tuner));
	return read_goals(scheme, json_object_get(quotas, "goals"));
}

static int read_schemes(struct dt_host_monitor *monitor, const json_t *schemes)
{
	const size_t nr = count(schemes, SCHEMES_MAX);
	int ret = 0;

	monitor->schemes = calloc(nr + 1, sizeof(*monitor->schemes));
	if (!monitor->schemes)
		return -ENOMEM;
	for (size_t i = 0; i < nr && !ret; i++)
		ret = read_scheme(&monitor->schemes[monitor->nr_schemes++], numbered(schemes, i));
	return ret;
}

static int read_targets(struct dt_host_monitor *monitor, const json_t *targets)
{
	const size_t nr = count(targets, TARGETS_MAX);

	monitor->target_pids = calloc(nr + 1, sizeof(*monitor->target_pids));
	if (!monitor->target_pids)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		monitor->target_pids[i] = read_id(numbered(targets, i), "pid_target", 0);
	monitor->nr_targets = nr;
	return 0;
}

/* Intervals of which one cannot be are both unknown. */
static void check_intervals(struct dt_host_monitor *monitor)
{
	if (!monitor->sample_us || monitor->aggr_us < monitor->sample_us ||
	    monitor->aggr_us > UINT64_MAX / 1000) {
		monitor->sample_us = 0;
		monitor->aggr_us = 0;
	}
}

static int read_monitor(struct dt_host_monitor *monitor, const json_t *object)
{
	const json_t *attrs = json_object_get(object, "monitoring_attrs");
	const json_t *intervals = json_object_get(attrs, "intervals");
	const json_t *regions = json_object_get(attrs, "nr_regions");
	const json_t *probes = json_object_get(attrs, "probes");
	int ret;

	dt_host_json_text(object, "operations", monitor->operations, sizeof(monitor->operations));
	monitor->addr_unit = dt_host_json_u64(object, "addr_unit", 1);
	if (!monitor->addr_unit)
		monitor->addr_unit = 1;
	monitor->sample_us = dt_host_json_u64(intervals, "sample_us", 0);
	monitor->aggr_us = dt_host_json_u64(intervals, "aggr_us", 0);
	monitor->update_us = dt_host_json_u64(intervals, "update_us", 0);
	monitor->tunes_intervals =
		dt_host_json_u64(json_object_get(intervals, "intervals_goal"), "aggrs", 0) != 0;
	monitor->min_regions = dt_host_json_u64(regions, "min", 0);
	monitor->max_regions = dt_host_json_u64(regions, "max", 0);
	check_intervals(monitor);
	monitor->nr_probes = count(probes, DT_MAX_PROBES);
	for (size_t i = 0; i < monitor->nr_probes; i++)
		monitor->weights[i] = dt_host_json_u64(numbered(probes, i), "weight", 0);
	ret = read_targets(monitor, json_object_get(object, "targets"));
	return ret ? ret : read_schemes(monitor, json_object_get(object, "schemes"));
}

static int read_kdamond(struct dt_host_kdamond *kdamond, size_t number, const json_t *object)
{
	const json_t *contexts = json_object_get(object, "contexts");
	const size_t nr = count(contexts, CONTEXTS_MAX);
	int ret = 0;

	(void)snprintf(kdamond->source, sizeof(kdamond->source), "%zu", number);
	dt_host_json_text(object, "state", kdamond->state, sizeof(kdamond->state));
	kdamond->pid = read_id(object, "pid", -1);
	kdamond->contexts = calloc(nr + 1, sizeof(*kdamond->contexts));
	if (!kdamond->contexts)
		return -ENOMEM;
	for (size_t i = 0; i < nr && !ret; i++)
		ret = read_monitor(&kdamond->contexts[kdamond->nr_contexts++],
				   numbered(contexts, i));
	return ret;
}

/*
 * A module's kdamond: its parameters are those of one context over physical memory. Modules of old
 * kernels, and DAMON_STAT, do not tell the kdamond's pid.
 */
static int read_module(struct dt_host_kdamond *kdamond, const char *name, const json_t *object)
{
	struct dt_host_monitor *monitor = calloc(1, sizeof(*monitor));
	char enabled[8];

	if (!monitor)
		return -ENOMEM;
	dt_host_json_text(object, "enabled", enabled, sizeof(enabled));
	(void)snprintf(kdamond->source, sizeof(kdamond->source), "%s", name);
	(void)snprintf(kdamond->state, sizeof(kdamond->state), "%s",
		       enabled[0] == 'Y' ? "on" : "off");
	kdamond->pid = read_id(object, "kdamond_pid", -1);
	kdamond->contexts = monitor;
	kdamond->nr_contexts = 1;
	(void)snprintf(monitor->operations, sizeof(monitor->operations), "paddr");
	monitor->addr_unit = dt_host_json_u64(object, "addr_unit", 1);
	monitor->sample_us = dt_host_json_u64(object, "sample_interval", 0);
	monitor->aggr_us = dt_host_json_u64(object, "aggr_interval", 0);
	monitor->min_regions = dt_host_json_u64(object, "min_nr_regions", 0);
	monitor->max_regions = dt_host_json_u64(object, "max_nr_regions", 0);
	check_intervals(monitor);
	return 0;
}

int dt_host_json_damon(const json_t *tree, struct dt_host_damon *damon)
{
	static const char *const modules[] = {"damon_lru_sort", "damon_reclaim", "damon_stat"};
	const size_t nr_modules = sizeof(modules) / sizeof(modules[0]);
	const json_t *kdamonds = json_object_get(tree, "kdamonds");
	const json_t *parameters = json_object_get(tree, "modules");
	const size_t nr = count(kdamonds, KDAMONDS_MAX);
	int ret = 0;

	damon->kdamonds = calloc(nr + nr_modules, sizeof(*damon->kdamonds));
	if (!damon->kdamonds)
		return -ENOMEM;
	for (size_t i = 0; i < nr && !ret; i++)
		ret = read_kdamond(&damon->kdamonds[damon->nr_kdamonds++], i,
				   numbered(kdamonds, i));
	for (size_t i = 0; i < nr_modules && !ret; i++) {
		const json_t *object = json_object_get(parameters, modules[i]);

		if (json_is_object(object))
			ret = read_module(&damon->kdamonds[damon->nr_kdamonds++], modules[i],
					  object);
	}
	return ret;
}

int dt_host_damon_parse(struct dt_host_damon *damon, const char *text, size_t size)
{
	json_t *root = json_loadb(text, size, 0, NULL);
	int ret = root ? dt_host_json_damon(json_object_get(root, "damon"), damon) : -EINVAL;

	json_decref(root);
	return ret;
}

static void free_monitor(struct dt_host_monitor *monitor)
{
	for (size_t i = 0; i < monitor->nr_schemes; i++)
		free(monitor->schemes[i].goals);
	free(monitor->schemes);
	free(monitor->target_pids);
}

void dt_host_damon_clear(struct dt_host_damon *damon)
{
	for (size_t i = 0; i < damon->nr_kdamonds; i++) {
		struct dt_host_kdamond *kdamond = &damon->kdamonds[i];

		for (size_t j = 0; j < kdamond->nr_contexts; j++)
			free_monitor(&kdamond->contexts[j]);
		free(kdamond->contexts);
	}
	free(damon->kdamonds);
	*damon = (struct dt_host_damon){0};
}

static const struct dt_host_monitor *find_in(const struct dt_host_damon *damon, int32_t pid,
					     uint32_t number)
{
	for (size_t i = 0; i < damon->nr_kdamonds; i++) {
		const struct dt_host_kdamond *kdamond = &damon->kdamonds[i];

		if (kdamond->pid == pid && number < kdamond->nr_contexts)
			return &kdamond->contexts[number];
	}
	return NULL;
}

const struct dt_host_monitor *dt_host_monitor_find(const struct dt_host_context *context,
						   int32_t kdamond, uint32_t number)
{
	const struct dt_host_monitor *monitor;

	if (!context || kdamond < 0)
		return NULL;
	if (number == DT_UNKNOWN_U32)
		number = 0;
	monitor = find_in(&context->at_start, kdamond, number);
	return monitor ? monitor : find_in(&context->at_end, kdamond, number);
}

bool dt_host_monitor_weighs(const struct dt_host_monitor *monitor)
{
	for (size_t i = 0; monitor && i < monitor->nr_probes; i++)
		if (monitor->weights[i])
			return true;
	return false;
}
