/* SPDX-License-Identifier: GPL-2.0-only */
/* How a step went from the old value to the target: rise, settling, overshoot, excursions. */
#ifndef ANALYZERS_GOAL_RESPONSE_H
#define ANALYZERS_GOAL_RESPONSE_H

#include "analyzers/goal_series.h"

/* A target counts as held after this many windows. */
#define DT_GOAL_HOLD 1.5

/* No evaluation. */
#define DT_GOAL_NEVER ((size_t)-1)

struct dt_goal_response {
	double rise;	  /* s; NaN: no step to speak of, or a crossing is missing */
	double overshoot; /* percent; NaN: no step to speak of */
	size_t settled;	  /* evaluation; DT_GOAL_NEVER */
};

/* means: of dt_goal_means with the rules' window. */
void dt_goal_respond(struct dt_goal_response *response, const struct dt_goal_series *series,
		     const struct dt_goal_rules *rules, const double *means, size_t nr_means);

#endif
