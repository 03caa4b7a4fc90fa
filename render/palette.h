/* SPDX-License-Identifier: GPL-2.0-only */
/* Values to positions on a scale, and positions to colours, for a whole picture at a time. */
#ifndef RENDER_PALETTE_H
#define RENDER_PALETTE_H

#include <stdbool.h>
#include <stddef.h>

#include "damon-trace/render.h"

/*
 * Where the positive values of a log scale begin. Below lies zero alone: a cell with one sample
 * must not look like a cell with none.
 */
#define DT_LOG_FLOOR 0.125

struct dt_ramp {
	enum dt_scale scale;
	double low;	/* smallest positive value; log scale only */
	double high;	/* largest value; 0 when there is none above 0 */
	bool has_signs; /* from -high to high, linear: there are values below 0 */
};

/* The scale of these values; NaN are skipped. */
struct dt_ramp dt_ramp_of(enum dt_scale scale, const double *values, size_t nr);

/* 0 to 1; NaN for NaN. */
double dt_ramp_position(const struct dt_ramp *ramp, double value);

/* The palette that shows values of this scale: the one chosen, but for signs. */
enum dt_palette dt_ramp_palette(const struct dt_ramp *ramp, enum dt_palette chosen);

/* The colour of a missing cell: one that the palette itself does not have. */
void dt_palette_missing(enum dt_palette palette, unsigned char rgb[3]);

#endif
