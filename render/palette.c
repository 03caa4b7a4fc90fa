/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colour maps whose lightness rises evenly with the value, so that they also read in gray and by
 * the colour-blind: viridis, cividis (both made for that) and inferno, from the maps published
 * with matplotlib under CC0, taken at 33 points with straight lines between.
 */
#include <math.h>
#include <string.h>

#include "render/palette.h"

#define NR_POINTS 33

static const unsigned viridis[NR_POINTS] = {
	0x440154, 0x470d60, 0x48186a, 0x482374, 0x472d7b, 0x453681, 0x424086, 0x3f4989, 0x3b528b,
	0x375a8d, 0x33638d, 0x2f6a8e, 0x2c728e, 0x297a8e, 0x26818e, 0x23898e, 0x21908c, 0x1f988b,
	0x1f9f88, 0x21a685, 0x28ae80, 0x31b57b, 0x3ebc74, 0x4cc26c, 0x5dc963, 0x6ece58, 0x82d34c,
	0x96d83f, 0xabdc32, 0xc0df24, 0xd5e21a, 0xeae51a, 0xfde725,
};

static const unsigned cividis[NR_POINTS] = {
	0x00224e, 0x00285b, 0x002e6a, 0x043371, 0x1a386f, 0x273e6e, 0x32436d, 0x3b496c, 0x434e6c,
	0x4b546c, 0x52596d, 0x5a5f6e, 0x61656f, 0x686a71, 0x6f7073, 0x757676, 0x7c7b78, 0x848179,
	0x8b8778, 0x938d78, 0x9b9376, 0xa39a75, 0xaba072, 0xb3a670, 0xbbad6c, 0xc3b469, 0xccba64,
	0xd4c15f, 0xddc958, 0xe6d051, 0xefd748, 0xf8df3c, 0xfee838,
};

static const unsigned inferno[NR_POINTS] = {
	0x000004, 0x040312, 0x0b0724, 0x150b37, 0x210c4a, 0x2e0a5a, 0x3c0965, 0x4a0c6b, 0x57106d,
	0x63146e, 0x70196e, 0x7d1e6d, 0x89226a, 0x962766, 0xa32b61, 0xaf315c, 0xbb3755, 0xc63e4d,
	0xd14644, 0xdb4f3b, 0xe35932, 0xeb6528, 0xf1711e, 0xf67f14, 0xf98d0a, 0xfb9c06, 0xfcab0f,
	0xfbba1f, 0xf9ca32, 0xf5d949, 0xf2e865, 0xf3f586, 0xfcffa4,
};

/* Blue below, red above, nearly white where both meet. */
static const unsigned signs[] = {0x2060b0, 0xf4f4f4, 0xb03020};

static void split(unsigned color, unsigned char rgb[3])
{
	rgb[0] = (unsigned char)(color >> 16);
	rgb[1] = (unsigned char)(color >> 8);
	rgb[2] = (unsigned char)color;
}

void dt_palette_rgb(enum dt_palette palette, double position, unsigned char rgb[3])
{
	const unsigned *points = palette == DT_PALETTE_CIVIDIS	 ? cividis
				 : palette == DT_PALETTE_INFERNO ? inferno
				 : palette == DT_PALETTE_SIGNED	 ? signs
								 : viridis;
	const int last = palette == DT_PALETTE_SIGNED ? 2 : NR_POINTS - 1;
	unsigned char below[3], above[3];
	double place, part;
	int i;

	if (!(position > 0))
		position = 0;
	if (position > 1)
		position = 1;
	if (palette == DT_PALETTE_GRAY) {
		memset(rgb, (int)lround(position * 255), 3);
		return;
	}
	place = position * last;
	i = place >= last ? last - 1 : (int)place;
	part = place - i;
	split(points[i], below);
	split(points[i + 1], above);
	for (int c = 0; c < 3; c++)
		rgb[c] = (unsigned char)lround(below[c] + part * (above[c] - below[c]));
}

enum dt_palette dt_ramp_palette(const struct dt_ramp *ramp, enum dt_palette chosen)
{
	return ramp->has_signs ? DT_PALETTE_SIGNED : chosen;
}

void dt_palette_missing(enum dt_palette palette, unsigned char rgb[3])
{
	/* a dark gray that lies on none of the maps; for the gray map a dark blue */
	split(palette == DT_PALETTE_GRAY ? 0x1c2a5a : 0x383838, rgb);
}

struct dt_ramp dt_ramp_of(enum dt_scale scale, const double *values, size_t nr)
{
	struct dt_ramp ramp = {.scale = scale};
	double least = 0;

	for (size_t i = 0; i < nr; i++) {
		if (values[i] < least)
			least = values[i];
		/* also false for NaN */
		if (!(values[i] > 0))
			continue;
		if (ramp.high < values[i])
			ramp.high = values[i];
		if (ramp.low == 0 || values[i] < ramp.low)
			ramp.low = values[i];
	}
	if (least < 0)
		ramp = (struct dt_ramp){.scale = DT_SCALE_LINEAR,
					.high = fmax(ramp.high, -least),
					.has_signs = true};
	return ramp;
}

double dt_ramp_position(const struct dt_ramp *ramp, double value)
{
	double position;

	if (isnan(value))
		return value;
	if (ramp->has_signs)
		return fmin(fmax(0.5 + 0.5 * value / ramp->high, 0), 1);
	if (!(value > 0) || !(ramp->high > 0))
		return 0;
	if (value >= ramp->high)
		return 1;
	if (ramp->scale == DT_SCALE_LINEAR)
		return value / ramp->high;
	if (value <= ramp->low)
		return DT_LOG_FLOOR;
	position = log(value / ramp->low) / log(ramp->high / ramp->low);
	return DT_LOG_FLOOR + (1 - DT_LOG_FLOOR) * position;
}

double dt_scale_position(const struct dt_grid *grid, enum dt_scale scale, double value)
{
	struct dt_ramp ramp = {.scale = scale, .low = grid->minimum, .high = grid->maximum};

	/* a minimum of zero does not say where a log scale begins */
	if ((scale == DT_SCALE_LOG && !(grid->minimum > 0)) || grid->minimum < 0)
		ramp = dt_ramp_of(scale, grid->value, (size_t)grid->time_cells * grid->nr_columns);
	return dt_ramp_position(&ramp, value);
}
