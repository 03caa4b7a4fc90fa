/* SPDX-License-Identifier: GPL-2.0-only */
/* What both forms of the status tell, and sysfs does not say outright. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/damon_status.h"

bool dt_damon_is_ours(const struct dt_damon_status *status, const struct dt_damon_node *kdamond)
{
	int64_t pid;

	return status->state && dt_damon_node_number(kdamond, &pid, "pid") && pid > 0 &&
	       dt_state_owns(status->state, status->machine,
			     (unsigned)strtoul(kdamond->name, NULL, 10), (int32_t)pid);
}

/* MemTotal and MemFree of a node, in KiB. */
static bool read_node(const struct dt_damon_status *status, uint64_t nid, uint64_t *total,
		      uint64_t *available)
{
	bool has_total = false, has_free = false;
	char path[512], line[160];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/devices/system/node/node%" PRIu64 "/meminfo",
		       status->sys, nid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		const char *field = strstr(line, "Mem");

		if (field && !strncmp(field, "MemTotal:", 9)) {
			*total = strtoull(field + 9, NULL, 10);
			has_total = true;
		} else if (field && !strncmp(field, "MemFree:", 8)) {
			*available = strtoull(field + 8, NULL, 10);
			has_free = true;
		}
	}
	if (file)
		(void)fclose(file);
	return has_total && has_free && *total && *available <= *total;
}

enum dt_damon_goal_source dt_damon_goal_now(const struct dt_damon_status *status,
					    const struct dt_damon_node *goal, uint64_t *value)
{
	const char *metric = dt_damon_node_text(goal, "target_metric");
	const struct dt_goal_value *heard = dt_goal_values_of(status->heard, goal);
	uint64_t nid, total = 0, available = 0;

	if (heard && heard->known) {
		*value = heard->latest.current_value;
		return DT_DAMON_GOAL_EVENT;
	}
	if (!dt_goal_is_in_files(metric))
		return DT_DAMON_GOAL_UNKNOWN;
	if (!metric || !strcmp(metric, "user_input"))
		return dt_damon_node_u64(goal, value, "current_value") ? DT_DAMON_GOAL_SYSFS
								       : DT_DAMON_GOAL_UNKNOWN;
	if (!dt_damon_node_u64(goal, &nid, "nid") || !read_node(status, nid, &total, &available))
		return DT_DAMON_GOAL_UNKNOWN;
	if (!strcmp(metric, "node_mem_used_bp"))
		available = total - available;
	*value = (uint64_t)((unsigned __int128)available * 10000 / total);
	return DT_DAMON_GOAL_NODE;
}

const char *dt_damon_goal_source_name(enum dt_damon_goal_source source)
{
	static const char *const names[] = {
		[DT_DAMON_GOAL_UNKNOWN] = NULL,
		[DT_DAMON_GOAL_SYSFS] = "sysfs",
		[DT_DAMON_GOAL_NODE] = "node",
		[DT_DAMON_GOAL_EVENT] = "event",
	};

	return names[source];
}
