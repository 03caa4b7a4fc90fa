/* SPDX-License-Identifier: GPL-2.0-only */
/* The names in which goals are spoken of, and the end of their results. */
#include <stdlib.h>
#include <string.h>

#include "damon-trace/event.h"
#include "damon-trace/goal.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

/* enum damos_quota_goal_metric of Linux 7.2 and 7.3; older kernels have a beginning of it. */
static const char *const metrics[] = {
	"user_input",	    "some_mem_psi_us",	  "node_mem_used_bp",
	"node_mem_free_bp", "node_memcg_used_bp", "node_memcg_free_bp",
	"active_mem_bp",    "inactive_mem_bp",	  "node_eligible_mem_bp",
};

#define NODE_ELIGIBLE (NR(metrics) - 1)

const char *dt_goal_metric_name(uint32_t metric)
{
	/* the tracepoint, damos_node_eligible_mem_bp, does not say: its name does */
	if (metric == DT_UNKNOWN_U32)
		return metrics[NODE_ELIGIBLE];
	return metric < NR(metrics) ? metrics[metric] : NULL;
}

bool dt_goal_metric_is_share(uint32_t metric)
{
	const char *name = dt_goal_metric_name(metric);

	return name && strlen(name) > 3 && !strcmp(name + strlen(name) - 3, "_bp");
}

const char *dt_goal_verdict_name(enum dt_goal_verdict verdict)
{
	static const char *const names[] = {
		[DT_GOAL_NO_DATA] = "NO_DATA", [DT_GOAL_OSCILLATING] = "OSCILLATING",
		[DT_GOAL_REACHED] = "REACHED", [DT_GOAL_DRIFTING] = "DRIFTING",
		[DT_GOAL_MOVING] = "MOVING",   [DT_GOAL_STALLED] = "STALLED",
	};

	return names[verdict];
}

const char *dt_drift_verdict_name(enum dt_drift_verdict verdict)
{
	static const char *const names[] = {
		[DT_DRIFT_NONE] = "none",
		[DT_DRIFT_DRIFTING] = "drifting",
		[DT_DRIFT_UNDECIDED] = "undecided",
	};

	return names[verdict];
}

const char *dt_goal_cause_name(enum dt_goal_cause cause)
{
	static const char *const names[] = {
		[DT_CAUSE_BOOTSTRAP] = "BOOTSTRAP", [DT_CAUSE_QUOTA_BOUND] = "QUOTA_BOUND",
		[DT_CAUSE_STARVED] = "STARVED",	    [DT_CAUSE_FIGHT] = "FIGHT",
		[DT_CAUSE_STUCK] = "STUCK",	    [DT_CAUSE_SUM_OFF] = "SUM_OFF",
		[DT_CAUSE_NID_LOST] = "NID_LOST",   [DT_CAUSE_LOST_EVENTS] = "LOST_EVENTS",
		[DT_CAUSE_THROTTLED] = "THROTTLED",
	};

	return names[cause];
}

const char *dt_band_source_name(enum dt_band_source source)
{
	static const char *const names[] = {
		[DT_BAND_GIVEN] = "given",     [DT_BAND_MEDIAN] = "median change",
		[DT_BAND_LOWEST] = "least",    [DT_BAND_HIGHEST] = "widest",
		[DT_BAND_DEFAULT] = "default",
	};

	return names[source];
}

const char *dt_goal_write_name(enum dt_goal_write_what what)
{
	static const char *const names[] = {
		[DT_GOAL_WRITE] = "write",
		[DT_GOAL_ROLLBACK] = "rollback",
		[DT_GOAL_RESTORE] = "restore",
	};

	return names[what];
}

void dt_goals_clear(struct dt_goals *goals)
{
	for (size_t i = 0; i < goals->nr; i++) {
		struct dt_goal_stream *stream = &goals->streams[i];

		for (size_t s = 0; s < stream->nr_steps; s++) {
			free(stream->steps[s].excursions);
			free(stream->steps[s].causes);
		}
		free(stream->steps);
		free(stream->marks);
		free(stream->evaluations);
		free(stream->samples.values);
	}
	free(goals->streams);
	free(goals->losses);
	*goals = (struct dt_goals){0};
}
