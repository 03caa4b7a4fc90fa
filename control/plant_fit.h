/* SPDX-License-Identifier: GPL-2.0-only */
/* Identifying a plant: the model's parameters from the goals of a recording. */
#ifndef CONTROL_PLANT_FIT_H
#define CONTROL_PLANT_FIT_H

#include "control/plant_model.h"
#include "damon-trace/goal.h"

struct dt_plant_fit {
	struct dt_plant_parameters p;
	double rms_bp;	  /* of simulated - recorded value, whole recording, without noise */
	double spread_bp; /* sd of the recorded value: what a constant would miss by */
	struct dt_goal_cycle recorded, simulated; /* of the last step */
	size_t evaluations;
};

/*
 * Fit the model to a stream and its complement (NULL: none). cap: of the quota, 0: as seen.
 * 0, or -errno with *error filled.
 */
int dt_plant_fit(struct dt_plant_fit *fit, const struct dt_goal_stream *pull,
		 const struct dt_goal_stream *push, uint64_t cap, struct dt_error *error);

/* Evaluations of the model, without noise, under the stream's targets, as a stream of their own. */
int dt_plant_retrace(struct dt_goal_stream *out, const struct dt_plant_parameters *p,
		     const struct dt_goal_stream *recorded, struct dt_error *error);

#endif
