/* SPDX-License-Identifier: GPL-2.0-only */
/* The kinds of objectives, each in the file of its name (objective_*.c). */
#ifndef CONTROL_OBJECTIVES_H
#define CONTROL_OBJECTIVES_H

#include "damon-trace/objective.h"

extern const struct dt_objective_kind dt_objective_mbm_total;
extern const struct dt_objective_kind dt_objective_mbm_local;
extern const struct dt_objective_kind dt_objective_latency;
extern const struct dt_objective_kind dt_objective_far_share;
extern const struct dt_objective_kind dt_objective_psi;
extern const struct dt_objective_kind dt_objective_ipc;
extern const struct dt_objective_kind dt_objective_exec;

/* A positive pid. 0 or -EINVAL with *error filled. */
int dt_objective_pid(const char *text, int *pid, struct dt_error *error);

#endif
