/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hill climbing: a step is kept while it helps, turned round where it does not, and halved where
 * neither side helps. Ends when the step is too small to matter.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "control/laws.h"

/* The first step, as a part of the whole range, and the last one, bp. */
#define FIRST_PART 4
#define LAST_STEP  100

struct climb {
	struct dt_law_setup setup;
	bool has_base;
	double base, worth, error; /* the best so far */
	double step;		   /* signed */
	bool turned;		   /* the other side was no better */
	uint32_t asked;
};

static int begin(void **state, const struct dt_law_setup *setup, struct dt_error *error)
{
	struct climb *climb = calloc(1, sizeof(*climb));

	if (!climb)
		return dt_fail(error, ENOMEM, NULL, "no memory for the law");
	climb->setup = *setup;
	climb->step = fmax(((double)setup->maximum - setup->minimum) / FIRST_PART, LAST_STEP);
	*state = climb;
	return 0;
}

static void keep(struct climb *climb, const struct dt_observation *observation)
{
	climb->has_base = true;
	climb->base = observation->target;
	climb->worth = dt_law_worth(&climb->setup, observation);
	climb->error = observation->error;
}

/* Neither here nor there: smaller steps. */
static void turn(struct climb *climb)
{
	climb->step = climb->turned ? climb->step / 2 : -climb->step;
	climb->turned = !climb->turned;
}

static void propose(struct climb *climb, struct dt_decision *decision)
{
	while (fabs(climb->step) >= LAST_STEP) {
		climb->asked = dt_law_clamp(&climb->setup, climb->base + climb->step);
		if (fabs(climb->asked - climb->base) >= LAST_STEP) {
			dt_law_write(decision, climb->asked, "step of %+.0f bp from %.0f bp",
				     climb->asked - climb->base, climb->base);
			return;
		}
		turn(climb);
	}
	dt_law_stay(decision, DT_MOVE_DONE, "no step of %d bp or more improves on %.0f bp",
		    LAST_STEP, climb->base);
}

static void decide(void *state, const struct dt_observation *observation,
		   struct dt_decision *decision)
{
	struct climb *climb = state;
	const double worth = dt_law_worth(&climb->setup, observation);

	if (isnan(worth)) {
		dt_law_stay(decision, DT_MOVE_MEASURE, "the objective could not be measured");
		return;
	}
	if (!climb->has_base) {
		keep(climb, observation);
	} else if (observation->target == climb->asked) {
		if (dt_law_compare(worth, observation->error, climb->worth, climb->error) > 0) {
			keep(climb, observation);
			/* on the other side is where it came from */
			climb->turned = true;
		} else {
			turn(climb);
		}
	}
	propose(climb, decision);
}

const struct dt_law dt_law_hill = {
	.name = "hill-climb",
	.summary = "climb in steps that shrink where none helps",
	.needs_objective = true,
	.begin = begin,
	.decide = decide,
	.end = free,
};
