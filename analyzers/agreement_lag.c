/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How late DAMON's heat follows the samples. Both stand on one grid of time x address; in each
 * column the mean over time is taken away, and the lag is the shift in time that correlates what
 * is left best, summed over the columns: so a hot spot that moves counts as well as one that comes
 * and goes. Positive: DAMON is later.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/agreement.h"

/* Fewer time cells have no lag; and no lag is longer than this part of the time. */
#define LEAST_CELLS 8u
#define LONGEST	    4u
/* Less variation than this part of the whole is rounding. */
#define FLAT 1e-12

struct waves {
	uint32_t times, columns;
	double *damon, *samples; /* [column][time], without their means */
	double damon_power, samples_power;
};

/* One column's values in full coverage; those with too little become NaN. */
static void take_column(struct waves *waves, const struct dt_pair *fine, uint32_t column)
{
	double *damon = waves->damon + (size_t)column * waves->times;
	double *samples = waves->samples + (size_t)column * waves->times;
	double whole = 0;

	for (uint32_t i = 0; i < waves->times; i++)
		whole = fmax(whole, fine->map.below[(size_t)i * waves->columns + column]);
	for (uint32_t i = 0; i < waves->times; i++) {
		const size_t at = (size_t)i * waves->columns + column;
		const double below = fine->map.below[at];
		const double scale =
			below >= DT_PAIR_LEAST_COVER * whole && below > 0 ? whole / below : NAN;

		damon[i] = fine->map.above[at] * scale;
		samples[i] = fine->samples[at] * scale;
	}
}

/* Take the mean away; what is missing becomes it. Adds to the powers. True: it varies. */
static bool centre(double *values, uint32_t nr, double *power)
{
	double sum = 0, squares = 0, left = 0;
	uint32_t count = 0;

	for (uint32_t i = 0; i < nr; i++) {
		if (isnan(values[i]))
			continue;
		sum += values[i];
		squares += values[i] * values[i];
		count++;
	}
	for (uint32_t i = 0; i < nr; i++) {
		values[i] = isnan(values[i]) ? 0 : values[i] - sum / count;
		left += values[i] * values[i];
	}
	if (left <= FLAT * squares)
		return false;
	*power += left;
	return true;
}

/* The correlation with DAMON shifted back by `shift` cells. */
static double correlate(const struct waves *waves, int32_t shift)
{
	const int32_t from = shift < 0 ? -shift : 0;
	const int32_t to = (int32_t)waves->times - (shift > 0 ? shift : 0);
	double sum = 0;

	for (uint32_t column = 0; column < waves->columns; column++) {
		const double *damon = waves->damon + (size_t)column * waves->times;
		const double *samples = waves->samples + (size_t)column * waves->times;

		for (int32_t i = from; i < to; i++)
			sum += damon[i + shift] * samples[i];
	}
	return sum / sqrt(waves->damon_power * waves->samples_power);
}

static void find_peak(const struct waves *waves, struct dt_agreement_lag *lag)
{
	const int32_t longest = (int32_t)(waves->times / LONGEST);
	double best = -INFINITY;
	int32_t place = 0;

	/* from the middle outwards: of equal ones the shortest */
	for (int32_t i = 0; i <= 2 * longest; i++) {
		const int32_t shift = i & 1 ? (i + 1) / 2 : -(i / 2);
		const double here = correlate(waves, shift);

		if (!shift)
			lag->at_zero = here;
		if (here > best + FLAT) {
			best = here;
			place = shift;
		}
	}
	if (!(best > 0))
		return;
	lag->correlation = best;
	lag->lag_ns = (double)place * (double)lag->step_ns;
}

int dt_agreement_find_lag(const struct dt_pair *fine, struct dt_agreement_lag *lag)
{
	struct waves waves = {.times = fine->map.time.cells,
			      .columns = fine->map.address.nr_columns};
	const size_t cells = (size_t)waves.times * waves.columns;
	bool damon_varies = false, samples_vary = false;

	*lag = (struct dt_agreement_lag){.lag_ns = NAN, .correlation = NAN, .at_zero = NAN};
	if (!fine->map.above || waves.times < LEAST_CELLS)
		return 0;
	lag->step_ns = fine->map.time.edges[2] - fine->map.time.edges[1];
	waves.damon = malloc((cells + 1) * sizeof(*waves.damon));
	waves.samples = malloc((cells + 1) * sizeof(*waves.samples));
	if (!waves.damon || !waves.samples) {
		free(waves.damon);
		free(waves.samples);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < waves.columns; i++) {
		take_column(&waves, fine, i);
		damon_varies |= centre(waves.damon + (size_t)i * waves.times, waves.times,
				       &waves.damon_power);
		samples_vary |= centre(waves.samples + (size_t)i * waves.times, waves.times,
				       &waves.samples_power);
	}
	if (damon_varies && samples_vary)
		find_peak(&waves, lag);
	free(waves.damon);
	free(waves.samples);
	return 0;
}
