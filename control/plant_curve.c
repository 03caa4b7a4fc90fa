/* SPDX-License-Identifier: GPL-2.0-only */
/* See plant_curve.h. */
#include <math.h>
#include <string.h>

#include "control/plant_curve.h"

#define BEST 100.0

/* The quadratic falls by its whole height over this way, bp. */
#define WIDTH 8000.0
#define PEAK  6200.0

#define PLATEAU_LOW  4500.0
#define PLATEAU_HIGH 7000.0
#define SLOPE	     (BEST / 7000.0)

/* The moving optimum swings around the middle. */
#define MOVING_MIDDLE 5000.0
#define MOVING_SWING  2000.0
#define MOVING_PERIOD 7200.0

#define LOW_PEAK    2500.0
#define HIGH_PEAK   7500.0
#define LOW_HEIGHT  80.0
#define PEAK_WIDTH  1500.0
#define NOISE_OF_1S 10.0

static double parabola(double share, double peak)
{
	return BEST * (1 - (share - peak) * (share - peak) / (WIDTH * WIDTH));
}

static double quadratic(double share, double seconds)
{
	(void)seconds;
	return parabola(share, PEAK);
}

static double quadratic_optimum(double seconds)
{
	(void)seconds;
	return PEAK;
}

static double plateau(double share, double seconds)
{
	(void)seconds;
	return BEST - SLOPE * fmax(fmax(PLATEAU_LOW - share, share - PLATEAU_HIGH), 0);
}

static double plateau_optimum(double seconds)
{
	(void)seconds;
	return (PLATEAU_LOW + PLATEAU_HIGH) / 2;
}

static double moving_optimum(double seconds)
{
	return MOVING_MIDDLE + MOVING_SWING * sin(2 * M_PI * seconds / MOVING_PERIOD);
}

static double moving(double share, double seconds)
{
	return parabola(share, moving_optimum(seconds));
}

static double two_peaked(double share, double seconds)
{
	const double low = (share - LOW_PEAK) / PEAK_WIDTH;
	const double high = (share - HIGH_PEAK) / PEAK_WIDTH;

	(void)seconds;
	return fmax(LOW_HEIGHT * exp(-low * low), BEST * exp(-high * high));
}

static double two_peaked_optimum(double seconds)
{
	(void)seconds;
	return HIGH_PEAK;
}

const struct dt_curve dt_curves[] = {
	{"quadratic", "a parabola, highest at 62 %", 0, quadratic, quadratic_optimum},
	{"plateau", "flat from 45 to 70 %, falling to both sides", 0, plateau, plateau_optimum},
	{"moving", "a parabola whose peak swings between 30 and 70 % in two hours", 0, moving,
	 moving_optimum},
	{"noisy", "the quadratic with noise: 10 % over one second", NOISE_OF_1S, quadratic,
	 quadratic_optimum},
	{"two-peaked", "80 at 25 %, 100 at 75 %", 0, two_peaked, two_peaked_optimum},
	{0},
};

const struct dt_curve *dt_curve_find(const char *name)
{
	for (const struct dt_curve *curve = dt_curves; curve->name; curve++)
		if (!strcmp(curve->name, name))
			return curve;
	return NULL;
}
