/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See ink.h. Escapes are those of ECMA-48: SGR 38;2 and 48;2 (24 bit), 38;5 and 48;5 (256), 30-37
 * and 90-97 with their background forms (16).
 */
#include <math.h>
#include <string.h>

#include "render/ink.h"
#include "render/palette.h"

/* From the coldest on; every character has visibly more ink than the one before. */
static const char ramp[] = ".:-=+*#%@";

/* The sixteen colours of each palette, dark to bright; terminals differ in their exact shades. */
static const signed char viridis16[] = {4, 12, 6, 10, 11};
static const signed char cividis16[] = {4, 12, 8, 3, 11};
static const signed char inferno16[] = {4, 5, 9, 3, 11, 15};
static const signed char gray16[] = {8, 7, 15};
static const signed char signs16[] = {4, 12, 7, 9, 1};

/* Position on a palette from which black is seen better on it than white. */
#define MARK_TURNS 0.5

/* 0, 0, 95 */
#define DARK_BLUE_256 17

static long color16(enum dt_palette palette, double position)
{
	const signed char *colors = viridis16;
	int nr = sizeof(viridis16), i;

	if (palette == DT_PALETTE_CIVIDIS) {
		colors = cividis16;
		nr = sizeof(cividis16);
	} else if (palette == DT_PALETTE_INFERNO) {
		colors = inferno16;
		nr = sizeof(inferno16);
	} else if (palette == DT_PALETTE_GRAY) {
		colors = gray16;
		nr = sizeof(gray16);
	} else if (palette == DT_PALETTE_SIGNED) {
		colors = signs16;
		nr = sizeof(signs16);
	}
	i = (int)(position * nr);
	return colors[i < nr ? i : nr - 1];
}

static long distance(const unsigned char a[3], const unsigned char b[3])
{
	long sum = 0;

	for (int c = 0; c < 3; c++)
		sum += ((long)a[c] - b[c]) * ((long)a[c] - b[c]);
	return sum;
}

/* The nearest of xterm's colours 16 to 255: a cube of 6 x 6 x 6, then 24 grays. */
static long color256(const unsigned char rgb[3])
{
	static const unsigned char levels[6] = {0, 95, 135, 175, 215, 255};
	unsigned char cube[3], gray[3];
	long index = 16, nearest_gray, level;

	for (int c = 0; c < 3; c++) {
		int best = 0;

		for (int i = 1; i < 6; i++) {
			int from_best = rgb[c] - levels[best], from_next = levels[i] - rgb[c];

			if (from_next < from_best)
				best = i;
		}
		cube[c] = levels[best];
		index += best * (c == 0 ? 36 : c == 1 ? 6 : 1);
	}
	/* gray i is 8 + 10 i */
	level = lround((rgb[0] + rgb[1] + rgb[2]) / 3.0);
	nearest_gray = level < 8 ? 0 : (level - 3) / 10;
	if (nearest_gray > 23)
		nearest_gray = 23;
	memset(gray, (int)(8 + 10 * nearest_gray), sizeof(gray));
	return distance(rgb, gray) < distance(rgb, cube) ? 232 + nearest_gray : index;
}

static long encode(enum dt_color color, const unsigned char rgb[3])
{
	if (color == DT_COLOR_TRUE)
		return (long)rgb[0] << 16 | (long)rgb[1] << 8 | rgb[2];
	return color256(rgb);
}

static long cell_color(const struct dt_ink *ink, double position)
{
	unsigned char rgb[3];

	if (isnan(position))
		return ink->missing;
	if (ink->style->color == DT_COLOR_16)
		return color16(ink->style->palette, position);
	dt_palette_rgb(ink->style->palette, position, rgb);
	return encode(ink->style->color, rgb);
}

static void send(struct dt_ink *ink, long color, bool background)
{
	if (color == DT_INK_DEFAULT)
		(void)fprintf(ink->out, "\033[%dm", background ? 49 : 39);
	else if (ink->style->color == DT_COLOR_TRUE)
		(void)fprintf(ink->out, "\033[%d;2;%ld;%ld;%ldm", background ? 48 : 38,
			      color >> 16 & 255, color >> 8 & 255, color & 255);
	else if (ink->style->color == DT_COLOR_256)
		(void)fprintf(ink->out, "\033[%d;5;%ldm", background ? 48 : 38, color);
	else
		(void)fprintf(ink->out, "\033[%ldm",
			      (color < 8 ? 30 + color : 82 + color) + (background ? 10 : 0));
}

static void set_background(struct dt_ink *ink, long color)
{
	if (ink->background != color)
		send(ink, color, true);
	ink->background = color;
}

static void set_foreground(struct dt_ink *ink, long color)
{
	if (ink->foreground != color)
		send(ink, color, false);
	ink->foreground = color;
}

void dt_ink_begin(struct dt_ink *ink, FILE *out, const struct dt_style *style)
{
	unsigned char rgb[3], dot[3] = {0x80, 0x80, 0x80};

	*ink = (struct dt_ink){
		.out = out,
		.style = style,
		.foreground = DT_INK_DEFAULT,
		.background = DT_INK_DEFAULT,
		.missing = DT_INK_DEFAULT,
		.dot = 8,
	};
	if (style->color != DT_COLOR_TRUE && style->color != DT_COLOR_256)
		return;
	dt_palette_missing(style->palette, rgb);
	ink->missing = encode(style->color, rgb);
	/* the nearest of the 256 to that dark blue is a gray, which the gray map needs */
	if (style->color == DT_COLOR_256 && style->palette == DT_PALETTE_GRAY)
		ink->missing = DARK_BLUE_256;
	ink->dot = encode(style->color, dot);
}

/* A dot tells a missing cell from every colour, also on terminals with colours of their own. */
static void draw_missing(struct dt_ink *ink)
{
	set_background(ink, ink->missing);
	set_foreground(ink, ink->dot);
	(void)fputs(ink->style->utf8 ? "\u00b7" : ".", ink->out);
}

void dt_ink_cell(struct dt_ink *ink, double position)
{
	const int nr = sizeof(ramp) - 1;

	if (ink->style->color != DT_COLOR_NONE) {
		if (isnan(position)) {
			draw_missing(ink);
			return;
		}
		set_background(ink, cell_color(ink, position));
		(void)fputc(' ', ink->out);
	} else if (isnan(position)) {
		(void)fputc(' ', ink->out);
	} else {
		int i = (int)(position * nr);

		(void)fputc(ramp[i < nr ? i : nr - 1], ink->out);
	}
}

/* Palettes run from dark to bright; a missing cell is dark, or the terminal's own. */
static long mark_color(const struct dt_ink *ink, double position)
{
	static const unsigned char black[3] = {0, 0, 0}, white[3] = {255, 255, 255};
	const bool dark = isnan(position) || position < MARK_TURNS;

	if (isnan(position) && ink->missing == DT_INK_DEFAULT)
		return DT_INK_DEFAULT;
	if (ink->style->color == DT_COLOR_16)
		return dark ? 15 : 0;
	return encode(ink->style->color, dark ? white : black);
}

void dt_ink_mark(struct dt_ink *ink, double position, char mark)
{
	if (ink->style->color != DT_COLOR_NONE) {
		set_background(ink, cell_color(ink, position));
		set_foreground(ink, mark_color(ink, position));
	}
	(void)fputc(mark, ink->out);
}

void dt_ink_halves(struct dt_ink *ink, double lower, double upper, bool has_upper)
{
	long below = cell_color(ink, lower), above = cell_color(ink, upper);

	if (!has_upper && below != DT_INK_DEFAULT) {
		set_background(ink, DT_INK_DEFAULT);
		set_foreground(ink, below);
		(void)fputs("\u2584", ink->out);
	} else if (isnan(lower) && (isnan(upper) || !has_upper)) {
		draw_missing(ink);
	} else if (below == above) {
		set_background(ink, below);
		(void)fputc(' ', ink->out);
	} else if (above == DT_INK_DEFAULT) {
		/* the lower half block, as the terminal's background is no foreground */
		set_background(ink, above);
		set_foreground(ink, below);
		(void)fputs("\u2584", ink->out);
	} else {
		set_background(ink, below);
		set_foreground(ink, above);
		(void)fputs("\u2580", ink->out);
	}
}

void dt_ink_end(struct dt_ink *ink)
{
	if (ink->foreground != DT_INK_DEFAULT || ink->background != DT_INK_DEFAULT)
		(void)fputs("\033[0m", ink->out);
	ink->foreground = DT_INK_DEFAULT;
	ink->background = DT_INK_DEFAULT;
}
