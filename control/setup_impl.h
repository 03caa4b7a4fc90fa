/* SPDX-License-Identifier: GPL-2.0-only */
/* What setup and stop share (setup_common.c). */
#ifndef CONTROL_SETUP_IMPL_H
#define CONTROL_SETUP_IMPL_H

#include "damon-trace/setup.h"

/* The kdamonds of a tree: number and, when it runs, pid. 0 or -ENOMEM; free *kdamonds. */
int dt_setup_kdamonds(const struct dt_damon_node *tree, struct dt_state_kdamond **kdamonds,
		      size_t *nr, struct dt_error *error);

/* Turn a kdamond off, unless it is. */
int dt_setup_off(struct dt_damon_sysfs *sysfs, unsigned kdamond, struct dt_error *error);

/*
 * Turn a kdamond on and see that it runs; *pid. An error says what holds DAMON or its hardware
 * sampler, as far as that can be told.
 */
int dt_setup_on(const struct dt_setup *setup, unsigned kdamond, int32_t *pid,
		struct dt_error *error);

/* setup.json, or an empty state when there is none. One that is of another boot is none. */
int dt_setup_state(const struct dt_setup *setup, struct dt_state *state, struct dt_error *error);

/* Give the tree a configuration back. No kdamond may run. */
int dt_setup_put_back(struct dt_damon_sysfs *sysfs, const struct dt_damon_plan *before,
		      struct dt_error *error);

#endif
