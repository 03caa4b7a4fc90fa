/* SPDX-License-Identifier: GPL-2.0-only */
/* DAMON as it stands in sysfs, for people (80 columns) and for programs. */
#ifndef RENDER_DAMON_STATUS_H
#define RENDER_DAMON_STATUS_H

#include "damon-trace/setup.h"

/* All borrowed. */
struct dt_damon_status {
	const struct dt_damon_node *tree;    /* below kdamonds/; NULL: there is none */
	const struct dt_damon_node *modules; /* parameters by the module's name */
	const struct dt_setup_machine *machine;
	const struct dt_state *state; /* of setup, may be empty */
	const char *sys;	      /* root of sysfs, for what nodes hold now */
};

void dt_damon_status_text(FILE *out, const struct dt_damon_status *status);
void dt_damon_status_json(FILE *out, const struct dt_damon_status *status, const char *version);

/*
 * What a goal measures now, where something else than the goal events tells: user_input from the
 * goal itself, node_mem_used_bp and node_mem_free_bp from the node. False: not known.
 */
bool dt_damon_goal_now(const struct dt_damon_status *status, const struct dt_damon_node *goal,
		       uint64_t *value);

/* Did setup start this kdamond? */
bool dt_damon_is_ours(const struct dt_damon_status *status, const struct dt_damon_node *kdamond);

#endif
