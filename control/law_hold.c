/* SPDX-License-Identifier: GPL-2.0-only */
/* The law that changes nothing: what a target does when it is left alone. */
#include <stddef.h>

#include "control/laws.h"

static int begin(void **state, const struct dt_law_setup *setup, struct dt_error *error)
{
	(void)setup;
	(void)error;
	*state = NULL;
	return 0;
}

static void decide(void *state, const struct dt_observation *observation,
		   struct dt_decision *decision)
{
	(void)state;
	(void)observation;
	dt_law_stay(decision, DT_MOVE_HOLD, "the target is held");
}

static void end(void *state)
{
	(void)state;
}

const struct dt_law dt_law_hold = {
	.name = "hold",
	.summary = "keep the target, only watch",
	.begin = begin,
	.decide = decide,
	.end = end,
};
