/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PI control of a measured objective: the target moves by the relative error to the set point and
 * by its sum. The objective is taken to rise with the target, or with --minimize to fall.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "control/laws.h"

/* Of the range, per error of the set point's own size. */
#define PROPORTIONAL 0.3
#define INTEGRAL     0.3
/* No single step is longer than this part of the range: the objective may be far from linear. */
#define LONGEST 0.25
/* Smaller changes of the target are not worth a write, bp. */
#define LEAST 20

struct control {
	struct dt_law_setup setup;
	double range, sum; /* sum: of the errors so far */
	double zero;	   /* the target without any error */
};

static int begin(void **state, const struct dt_law_setup *setup, struct dt_error *error)
{
	struct control *control;

	if (isnan(setup->set_point) || setup->set_point == 0)
		return dt_fail(error, EINVAL, "--set-point VALUE",
			       "the law pi needs a set point that is not 0");
	control = calloc(1, sizeof(*control));
	if (!control)
		return dt_fail(error, ENOMEM, NULL, "no memory for the law");
	control->setup = *setup;
	control->range = (double)setup->maximum - setup->minimum;
	control->zero = dt_law_clamp(setup, setup->initial);
	*state = control;
	return 0;
}

static void decide(void *state, const struct dt_observation *observation,
		   struct dt_decision *decision)
{
	struct control *control = state;
	const double set_point = control->setup.set_point, now = observation->target;
	const double error = (control->setup.maximize ? 1 : -1) *
			     (set_point - observation->objective) / fabs(set_point);
	const double most = LONGEST * control->range;
	double wanted, held;

	if (isnan(error)) {
		dt_law_stay(decision, DT_MOVE_MEASURE, "the objective could not be measured");
		return;
	}
	if (!dt_law_compare(observation->objective, observation->error, set_point, 0)) {
		dt_law_stay(decision, DT_MOVE_HOLD, "at the set point within the error");
		return;
	}
	wanted = control->zero +
		 control->range * (PROPORTIONAL * error + INTEGRAL * (control->sum + error));
	held = dt_law_clamp(&control->setup, fmin(fmax(wanted, now - most), now + most));
	/* what a limit cuts off does not wind up */
	if (fabs(held - wanted) < 1)
		control->sum += error;
	else
		control->sum = (held - control->zero) / control->range / INTEGRAL -
			       PROPORTIONAL / INTEGRAL * error;
	if (fabs(held - now) < LEAST)
		dt_law_stay(decision, DT_MOVE_HOLD, "the change would be under %d bp", LEAST);
	else
		dt_law_write(decision, (uint32_t)held, "%+.2f %% off the set point", -100 * error);
}

const struct dt_law dt_law_pi = {
	.name = "pi",
	.summary = "hold the objective at a set point",
	.needs_objective = true,
	.needs_set_point = true,
	.begin = begin,
	.decide = decide,
	.end = free,
};
