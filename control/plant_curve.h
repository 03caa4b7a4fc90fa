/* SPDX-License-Identifier: GPL-2.0-only */
/* Objectives for replays: curves over the share of node 0, whose optima are known. */
#ifndef CONTROL_PLANT_CURVE_H
#define CONTROL_PLANT_CURVE_H

#include <stdint.h>

struct dt_curve {
	const char *name; /* as of --objective */
	const char *summary;
	double noise; /* sd of a measurement over one second */
	/* share in bp, time in s since the start; to be maximised, the optimum is 100 */
	double (*value)(double share, double seconds);
	double (*optimum)(double seconds); /* a share where it is highest, bp */
};

/* Ends with a NULL name. */
extern const struct dt_curve dt_curves[];
/* NULL: none of that name. */
const struct dt_curve *dt_curve_find(const char *name);

#endif
