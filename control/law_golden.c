/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Golden section: a few evenly spread targets tell where the highest peak is, then the bracket
 * around it shrinks by the golden ratio. What noise does not tell apart is measured once more
 * before it is judged by its mean.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "control/laws.h"

#define GOLDEN 0.6180339887498949

/* Targets of the scan. */
#define SCAN 5
/* A bracket this narrow is a result, bp. */
#define NARROW 300

struct probe {
	double target, worth, error;
};

enum phase { SCANNING, SHRINKING };

struct golden {
	struct dt_law_setup setup;
	enum phase phase;
	unsigned scanned;
	struct probe scan[SCAN];
	double low, high;
	struct probe inner[2]; /* the two within the bracket, ascending */
	bool known[2];
	bool again; /* the two were told to be measured once more */
	uint32_t asked;
};

static int begin(void **state, const struct dt_law_setup *setup, struct dt_error *error)
{
	struct golden *golden = calloc(1, sizeof(*golden));

	if (!golden)
		return dt_fail(error, ENOMEM, NULL, "no memory for the law");
	golden->setup = *setup;
	golden->low = setup->minimum;
	golden->high = setup->maximum;
	for (unsigned i = 0; i < SCAN; i++)
		golden->scan[i].target =
			dt_law_clamp(setup, golden->low + (golden->high - golden->low) *
								  (2 * i + 1) / (2 * SCAN));
	*state = golden;
	return 0;
}

/* The bracket reaches from the best target's neighbours on, or from the bound. */
static void close_scan(struct golden *golden)
{
	unsigned best = 0;

	for (unsigned i = 1; i < SCAN; i++)
		if (golden->scan[i].worth > golden->scan[best].worth)
			best = i;
	if (best > 0)
		golden->low = golden->scan[best - 1].target;
	if (best + 1 < SCAN)
		golden->high = golden->scan[best + 1].target;
	golden->phase = SHRINKING;
}

static void place(struct golden *golden)
{
	const double length = golden->high - golden->low;

	if (!golden->known[0])
		golden->inner[0].target =
			dt_law_clamp(&golden->setup, golden->high - GOLDEN * length);
	if (!golden->known[1])
		golden->inner[1].target =
			dt_law_clamp(&golden->setup, golden->low + GOLDEN * length);
}

static void shrink(struct golden *golden)
{
	struct probe *inner = golden->inner;

	golden->again = false;
	if (inner[0].worth >= inner[1].worth) {
		golden->high = inner[1].target;
		inner[1] = inner[0];
		golden->known[0] = false;
	} else {
		golden->low = inner[0].target;
		inner[0] = inner[1];
		golden->known[1] = false;
	}
}

/* Both are known: shrink, or have the later of them measured again when noise hides the order. */
static bool wants_again(struct golden *golden)
{
	const struct probe *inner = golden->inner;

	if (golden->again || isnan(inner[0].error) || isnan(inner[1].error))
		return false;
	return !dt_law_compare(inner[0].worth, inner[0].error, inner[1].worth, inner[1].error) &&
	       fmax(inner[0].error, inner[1].error) > 0.005 * fabs(inner[0].worth);
}

static void ask(struct golden *golden, double target, struct dt_decision *decision)
{
	golden->asked = (uint32_t)target;
	if (golden->phase == SCANNING)
		dt_law_write(decision, golden->asked, "target %u of %d of the scan",
			     golden->scanned + 1, SCAN);
	else
		dt_law_write(decision, golden->asked, "within the bracket %.0f to %.0f bp",
			     golden->low, golden->high);
}

static void go_on(struct golden *golden, struct dt_decision *decision)
{
	if (golden->phase == SCANNING && golden->scanned < SCAN) {
		ask(golden, golden->scan[golden->scanned].target, decision);
		return;
	}
	if (golden->phase == SCANNING)
		close_scan(golden);
	while (golden->known[0] && golden->known[1])
		shrink(golden);
	if (golden->high - golden->low < NARROW) {
		dt_law_stay(decision, DT_MOVE_DONE, "the bracket is %.0f to %.0f bp", golden->low,
			    golden->high);
		return;
	}
	place(golden);
	ask(golden, golden->inner[golden->known[0] ? 1 : 0].target, decision);
}

/* Two measurements of the same target as one. */
static void merge(struct probe *probe, double worth, double error)
{
	probe->worth = (probe->worth + worth) / 2;
	probe->error = hypot(probe->error, error) / 2;
}

static void take(struct golden *golden, const struct dt_observation *observation)
{
	const double worth = dt_law_worth(&golden->setup, observation);

	if (golden->phase == SCANNING) {
		struct probe *probe = &golden->scan[golden->scanned++];

		probe->worth = worth;
		probe->error = observation->error;
		return;
	}
	for (unsigned i = 0; i < 2; i++) {
		struct probe *probe = &golden->inner[i];

		if (golden->asked != (uint32_t)probe->target)
			continue;
		if (golden->known[i])
			merge(probe, worth, observation->error);
		else
			*probe = (struct probe){probe->target, worth, observation->error};
		golden->known[i] = true;
		return;
	}
}

static void decide(void *state, const struct dt_observation *observation,
		   struct dt_decision *decision)
{
	struct golden *golden = state;
	const bool is_asked = golden->asked && observation->target == golden->asked;

	if (isnan(observation->objective)) {
		dt_law_stay(decision, DT_MOVE_MEASURE, "the objective could not be measured");
		return;
	}
	if (is_asked)
		take(golden, observation);
	if (is_asked && golden->phase == SHRINKING && golden->known[0] && golden->known[1] &&
	    !observation->rolled_back && wants_again(golden)) {
		golden->again = true;
		dt_law_stay(decision, DT_MOVE_MEASURE, "noise hides which of two is better");
		return;
	}
	go_on(golden, decision);
}

const struct dt_law dt_law_golden = {
	.name = "golden",
	.summary = "a scan, then golden section around its best",
	.needs_objective = true,
	.begin = begin,
	.decide = decide,
	.end = free,
};
