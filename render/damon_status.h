/* SPDX-License-Identifier: GPL-2.0-only */
/* DAMON as it stands in sysfs, for people (80 columns) and for programs. */
#ifndef RENDER_DAMON_STATUS_H
#define RENDER_DAMON_STATUS_H

#include "damon-trace/goal_values.h"
#include "damon-trace/setup.h"

/* All borrowed. */
struct dt_damon_status {
	const struct dt_damon_node *tree;    /* below kdamonds/; NULL: there is none */
	const struct dt_damon_node *modules; /* parameters by the module's name */
	const struct dt_setup_machine *machine;
	const struct dt_state *state;	    /* of setup, may be empty */
	const char *sys;		    /* root of sysfs, for what nodes hold now */
	const struct dt_goal_values *heard; /* of the events; NULL: nobody listened */
	const char *unheard, *remedy; /* why a value is missing, and what to do; NULL: none is */
};

/* Where a goal's present value is known from. */
enum dt_damon_goal_source {
	DT_DAMON_GOAL_UNKNOWN,
	DT_DAMON_GOAL_SYSFS, /* the goal's own file: user_input */
	DT_DAMON_GOAL_NODE,  /* the node's meminfo: node_mem_used_bp, node_mem_free_bp */
	DT_DAMON_GOAL_EVENT, /* its latest evaluation: all others */
};

void dt_damon_status_text(FILE *out, const struct dt_damon_status *status);
void dt_damon_status_json(FILE *out, const struct dt_damon_status *status, const char *version);

/* What a goal measures now, and where that is known from. */
enum dt_damon_goal_source dt_damon_goal_now(const struct dt_damon_status *status,
					    const struct dt_damon_node *goal, uint64_t *value);
/* "sysfs", "node", "event"; NULL: unknown. */
const char *dt_damon_goal_source_name(enum dt_damon_goal_source source);

/* Did setup start this kdamond? */
bool dt_damon_is_ours(const struct dt_damon_status *status, const struct dt_damon_node *kdamond);

#endif
