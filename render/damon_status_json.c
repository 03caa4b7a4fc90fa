/* SPDX-License-Identifier: GPL-2.0-only */
/* The same for programs: numbers as numbers, what is not known as null. */
#include <stdlib.h>
#include <string.h>

#include "render/damon_status.h"
#include "support/json_writer.h"

static void write_number(struct dt_json *json, const char *key, const struct dt_damon_node *node,
			 const char *path)
{
	const char *text = dt_damon_node_text(node, "%s", path);
	int64_t number;
	uint64_t large;

	if (!text)
		dt_json_null(json, key);
	else if (dt_damon_node_number(node, &number, "%s", path))
		dt_json_i64(json, key, number);
	else if (dt_damon_node_u64(node, &large, "%s", path))
		dt_json_u64(json, key, large);
	else
		dt_json_string(json, key, text);
}

static void write_address(struct dt_json *json, const char *key, const struct dt_damon_node *node,
			  const char *path)
{
	uint64_t address;

	if (dt_damon_node_u64(node, &address, "%s", path))
		dt_json_hex(json, key, address);
	else
		dt_json_null(json, key);
}

static void write_text(struct dt_json *json, const char *key, const struct dt_damon_node *node,
		       const char *path)
{
	dt_json_string(json, key, dt_damon_node_text(node, "%s", path));
}

/* Each numbered directory of a folder as an element of an array. */
static void write_each(struct dt_json *json, const char *key, const struct dt_damon_node *folder,
		       const struct dt_damon_status *status,
		       void (*write)(struct dt_json *, const struct dt_damon_node *,
				     const struct dt_damon_status *))
{
	dt_json_array(json, key);
	for (size_t i = 0; folder && i < folder->nr; i++) {
		const struct dt_damon_node *node = &folder->children[i];

		if (node->file)
			continue;
		dt_json_line(json);
		dt_json_object(json, NULL);
		write(json, node, status);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_limits(struct dt_json *json, const char *key, const struct dt_damon_node *node,
			 const char *path)
{
	const struct dt_damon_node *limits = dt_damon_node_find(node, path);

	dt_json_object(json, key);
	write_number(json, "min", limits, "min");
	write_number(json, "max", limits, "max");
	dt_json_object_end(json);
}

/* A folder whose files are all numbers, by their own names. */
static void write_numbers(struct dt_json *json, const char *key, const struct dt_damon_node *folder)
{
	dt_json_object(json, key);
	for (size_t i = 0; folder && i < folder->nr; i++)
		if (folder->children[i].text)
			write_number(json, folder->children[i].name, folder,
				     folder->children[i].name);
	dt_json_object_end(json);
}

static void write_goal(struct dt_json *json, const struct dt_damon_node *goal,
		       const struct dt_damon_status *status)
{
	const struct dt_goal_value *heard = dt_goal_values_of(status->heard, goal);
	uint64_t now;
	const enum dt_damon_goal_source source = dt_damon_goal_now(status, goal, &now);

	write_text(json, "metric", goal, "target_metric");
	write_number(json, "nid", goal, "nid");
	write_number(json, "target_value", goal, "target_value");
	if (source)
		dt_json_u64(json, "current_value", now);
	else
		dt_json_null(json, "current_value");
	dt_json_string(json, "current_from", dt_damon_goal_source_name(source));
	if (heard && heard->known) {
		dt_json_u64(json, "traced_target_value", heard->latest.target_value);
		dt_json_i64(json, "traced_nid", heard->latest.nid);
	} else {
		dt_json_null(json, "traced_target_value");
		dt_json_null(json, "traced_nid");
	}
}

static void write_filter(struct dt_json *json, const struct dt_damon_node *filter,
			 const struct dt_damon_status *status)
{
	const char *matching = dt_damon_node_text(filter, "matching");
	const char *allow = dt_damon_node_text(filter, "allow");

	(void)status;
	write_text(json, "type", filter, "type");
	dt_json_bool(json, "matching", matching && *matching == 'Y');
	dt_json_bool(json, "allow", allow && *allow == 'Y');
	write_address(json, "start", filter, "addr_start");
	write_address(json, "end", filter, "addr_end");
	write_text(json, "memcg_path", filter, "memcg_path");
}

static void write_dest(struct dt_json *json, const struct dt_damon_node *dest,
		       const struct dt_damon_status *status)
{
	(void)status;
	write_number(json, "id", dest, "id");
	write_number(json, "weight", dest, "weight");
}

static void write_scheme(struct dt_json *json, const struct dt_damon_node *scheme,
			 const struct dt_damon_status *status)
{
	write_text(json, "action", scheme, "action");
	write_number(json, "target_nid", scheme, "target_nid");
	write_number(json, "apply_interval_us", scheme, "apply_interval_us");
	write_each(json, "dests", dt_damon_node_find(scheme, "dests"), status, write_dest);
	dt_json_object(json, "access_pattern");
	write_limits(json, "sz_bytes", scheme, "access_pattern/sz");
	write_limits(json, "nr_accesses", scheme, "access_pattern/nr_accesses");
	write_limits(json, "age", scheme, "access_pattern/age");
	dt_json_object_end(json);
	dt_json_object(json, "quotas");
	write_number(json, "time_ms", scheme, "quotas/ms");
	write_number(json, "sz_bytes", scheme, "quotas/bytes");
	write_number(json, "reset_interval_ms", scheme, "quotas/reset_interval_ms");
	write_number(json, "effective_sz_bytes", scheme, "quotas/effective_bytes");
	write_text(json, "goal_tuner", scheme, "quotas/goal_tuner");
	write_each(json, "goals", dt_damon_node_find(scheme, "quotas/goals"), status, write_goal);
	dt_json_object_end(json);
	write_each(json, "core_filters", dt_damon_node_find(scheme, "core_filters"), status,
		   write_filter);
	write_each(json, "ops_filters", dt_damon_node_find(scheme, "ops_filters"), status,
		   write_filter);
	write_each(json, "filters", dt_damon_node_find(scheme, "filters"), status, write_filter);
	write_numbers(json, "stats", dt_damon_node_find(scheme, "stats"));
	write_number(json, "tried_bytes", scheme, "tried_regions/total_bytes");
}

static void write_range(struct dt_json *json, const struct dt_damon_node *range,
			const struct dt_damon_status *status)
{
	(void)status;
	write_address(json, "start", range, "start");
	write_address(json, "end", range, "end");
}

static void write_target(struct dt_json *json, const struct dt_damon_node *target,
			 const struct dt_damon_status *status)
{
	uint64_t pid;

	if (dt_damon_node_u64(target, &pid, "pid_target") && pid)
		dt_json_u64(json, "pid", pid);
	else
		dt_json_null(json, "pid");
	write_each(json, "regions", dt_damon_node_find(target, "regions"), status, write_range);
}

static void write_context(struct dt_json *json, const struct dt_damon_node *context,
			  const struct dt_damon_status *status)
{
	write_text(json, "ops", context, "operations");
	write_number(json, "addr_unit", context, "addr_unit");
	dt_json_string(json, "sampling",
		       dt_sampling_name(dt_sampling_is_used(context) ? dt_sampling_seen(context)
								     : DT_SAMPLING_ACCESSED_BIT));
	dt_json_object(json, "intervals");
	write_number(json, "sample_us", context, "monitoring_attrs/intervals/sample_us");
	write_number(json, "aggr_us", context, "monitoring_attrs/intervals/aggr_us");
	write_number(json, "ops_update_us", context, "monitoring_attrs/intervals/update_us");
	write_numbers(json, "intervals_goal",
		      dt_damon_node_find(context, "monitoring_attrs/intervals/intervals_goal"));
	dt_json_object_end(json);
	write_limits(json, "nr_regions", context, "monitoring_attrs/nr_regions");
	write_each(json, "targets", dt_damon_node_find(context, "targets"), status, write_target);
	write_each(json, "schemes", dt_damon_node_find(context, "schemes"), status, write_scheme);
}

static void write_kdamond(struct dt_json *json, const struct dt_damon_node *kdamond,
			  const struct dt_damon_status *status)
{
	const char *state = dt_damon_node_text(kdamond, "state");

	dt_json_u64(json, "kdamond", strtoul(kdamond->name, NULL, 10));
	write_text(json, "state", kdamond, "state");
	if (state && !strcmp(state, "on"))
		write_number(json, "pid", kdamond, "pid");
	else
		dt_json_null(json, "pid");
	dt_json_bool(json, "started_by_setup", dt_damon_is_ours(status, kdamond));
	write_number(json, "refresh_ms", kdamond, "refresh_ms");
	write_each(json, "contexts", dt_damon_node_find(kdamond, "contexts"), status,
		   write_context);
}

void dt_damon_status_json(FILE *out, const struct dt_damon_status *status, const char *version)
{
	struct dt_json json;

	dt_json_begin(&json, out);
	dt_json_object(&json, NULL);
	dt_json_string(&json, "damon_trace", version);
	dt_json_text(&json, "kernel", status->machine->release);
	write_each(&json, "kdamonds", status->tree, status, write_kdamond);
	dt_json_line(&json);
	dt_json_array(&json, "modules");
	for (size_t i = 0; status->modules && i < status->modules->nr; i++) {
		const char *enabled = dt_damon_node_text(&status->modules->children[i], "enabled");

		dt_json_object(&json, NULL);
		dt_json_string(&json, "name", status->modules->children[i].name);
		dt_json_bool(&json, "enabled", enabled && (*enabled == 'Y' || *enabled == '1'));
		dt_json_object_end(&json);
	}
	dt_json_array_end(&json);
	dt_json_string(&json, "goals_unheard", status->unheard);
	dt_json_string(&json, "goals_remedy", status->remedy);
	dt_json_object_end(&json);
	dt_json_end(&json);
}
