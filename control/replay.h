/* SPDX-License-Identifier: GPL-2.0-only */
/* Replays: a law on a simulated plant, and what it was worth. */
#ifndef CONTROL_REPLAY_H
#define CONTROL_REPLAY_H

#include "control/plant_sim.h"

struct dt_replay_setup {
	const struct dt_plant_parameters *p;
	const struct dt_curve *curve; /* NULL: none */
	struct dt_law_setup law;
	struct dt_loop_limits limits;
};

struct dt_replay_outcome {
	const struct dt_law *law;
	struct dt_tune_result result;
	struct dt_sim *sim; /* with all its points */
	uint32_t target;    /* in force at the end */
	double end_s;
	uint64_t from_ns;     /* since when the target in force has been measured */
	double near_s;	      /* when the best target was within 2 % of the optimum; NaN: never */
	unsigned near_writes; /* until then */
	double best_bp;	      /* mean true share of node 0 while the best target was measured */
	double share_of_best; /* the curve there / its optimum, at the end; NaN: not measured */
	double regret;	      /* time-mean of what the optimum had been better by, of it; NaN */
	double miss_bp;	      /* time-mean of |value - target| */
	double overshoot_pct; /* the worst of all steps; NaN: none to speak of */
	unsigned nr_steps, nr_reached;
	uint32_t lowest, highest;   /* targets that were in force */
	struct dt_goal_stream goal; /* the values with their steps */
};

/* Run a law. *outcome is cleared in any case. 0, or -errno with *error filled. */
int dt_replay(struct dt_replay_outcome *outcome, const struct dt_law *law,
	      const struct dt_replay_setup *setup, struct dt_error *error);
void dt_replay_clear(struct dt_replay_outcome *outcome);

#endif
