/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Extremum seeking: the target is dithered to both sides of a centre, which follows the slope. The
 * step grows while the slope keeps its sign and shrinks when it turns, so no scale of the
 * objective needs to be known. Never ends: it follows an optimum that moves.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "control/laws.h"

/* Of the range: dither, and the first, the least and the longest step. */
#define DITHER_PART  16
#define STEP_PART    8
#define LONGEST_PART 4
#define LEAST_PART   64

#define FASTER 1.4
#define SLOWER 0.5

struct seek {
	struct dt_law_setup setup;
	double range, centre, dither, step;
	int side;	/* -1, 1: which is in force; 0: none yet */
	int sign;	/* of the last slope, 0: none yet */
	bool has_first; /* of the pair, whose worth and error follow */
	double worth, error;
	uint32_t asked;
};

static int begin(void **state, const struct dt_law_setup *setup, struct dt_error *error)
{
	struct seek *seek = calloc(1, sizeof(*seek));

	if (!seek)
		return dt_fail(error, ENOMEM, NULL, "no memory for the law");
	seek->setup = *setup;
	seek->range = (double)setup->maximum - setup->minimum;
	seek->centre = dt_law_clamp(setup, setup->initial);
	seek->dither = seek->range / DITHER_PART;
	seek->step = seek->range / STEP_PART;
	*state = seek;
	return 0;
}

/* The centre keeps its distance from the bounds, so that both sides exist. */
static void move(struct seek *seek, int sign)
{
	const double low = seek->setup.minimum + seek->dither;
	const double high = seek->setup.maximum - seek->dither;

	if (!sign)
		return;
	if (seek->sign)
		seek->step *= sign == seek->sign ? FASTER : SLOWER;
	seek->step = fmin(fmax(seek->step, seek->range / LEAST_PART), seek->range / LONGEST_PART);
	seek->centre = fmin(fmax(seek->centre + sign * seek->step, low), high);
	seek->sign = sign;
}

static void ask(struct seek *seek, int side, struct dt_decision *decision)
{
	seek->side = side;
	seek->asked = dt_law_clamp(&seek->setup, seek->centre + side * seek->dither);
	dt_law_write(decision, seek->asked, "%+.0f bp beside %.0f bp", side * seek->dither,
		     seek->centre);
}

static void decide(void *state, const struct dt_observation *observation,
		   struct dt_decision *decision)
{
	struct seek *seek = state;
	const double worth = dt_law_worth(&seek->setup, observation);
	const int side = seek->side;

	if (isnan(worth)) {
		dt_law_stay(decision, DT_MOVE_MEASURE, "the objective could not be measured");
		return;
	}
	if (!side || observation->target != seek->asked) {
		ask(seek, side ? side : -1, decision);
		return;
	}
	if (!seek->has_first) {
		seek->has_first = true;
		seek->worth = worth;
		seek->error = observation->error;
		ask(seek, -side, decision);
		return;
	}
	move(seek, side * dt_law_compare(worth, observation->error, seek->worth, seek->error));
	/* the next pair begins on the side that is nearest */
	seek->has_first = false;
	ask(seek, side, decision);
}

const struct dt_law dt_law_extremum = {
	.name = "extremum",
	.summary = "extremum seeking: follow the slope, also of a moving optimum",
	.needs_objective = true,
	.begin = begin,
	.decide = decide,
	.end = free,
};
