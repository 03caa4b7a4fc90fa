/* SPDX-License-Identifier: GPL-2.0-only */
/* A simulated plant: the model as a struct dt_plant, with a curve as its objective. */
#ifndef CONTROL_PLANT_SIM_H
#define CONTROL_PLANT_SIM_H

#include "control/plant_curve.h"
#include "control/plant_model.h"
#include "damon-trace/tuner.h"

/* From one evaluation to the next. */
struct dt_sim_point {
	uint64_t time_ns;
	uint32_t target;
	double value, share; /* bp: as evaluated, and true after the migration */
	double area;	     /* of the objective up to time_ns, per second */
	double lost;	     /* likewise, of what the optimum would have been more */
	double moved;	     /* bytes so far, with what moved in this window */
};

/* The simulated plant's own head; what it holds may be read between waits. */
struct dt_sim {
	struct dt_plant plant;
	struct dt_plant_model model;
	const struct dt_curve *curve;
	gsl_rng *rng;
	uint64_t now_ns;
	size_t nr, room;
	struct dt_sim_point *points;
};

/* *out is ended by plant.ops->close. curve NULL: no objective. 0 or -ENOMEM with *error filled. */
int dt_sim_open(struct dt_sim **out, const struct dt_plant_parameters *p,
		const struct dt_curve *curve, uint32_t target, uint64_t seed,
		struct dt_error *error);

#endif
