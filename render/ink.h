/* SPDX-License-Identifier: GPL-2.0-only */
/* One cell of a terminal picture as characters and colours, for each kind of terminal. */
#ifndef RENDER_INK_H
#define RENDER_INK_H

#include <stdio.h>

#include "damon-trace/render.h"

/* Colours are compared and sent as one number. */
#define DT_INK_DEFAULT (-1L)

struct dt_ink {
	FILE *out;
	const struct dt_style *style;
	long foreground, background; /* as last sent */
	long missing, dot;	     /* of a missing cell, and of the dot in it */
};

void dt_ink_begin(struct dt_ink *ink, FILE *out, const struct dt_style *style);

/*
 * Draw one character: a cell at a position of 0..1; NaN is a missing cell. Without colours the
 * position is told by the character.
 */
void dt_ink_cell(struct dt_ink *ink, double position);

/* The same with a mark over the cell, in a colour that stands out from it. */
void dt_ink_mark(struct dt_ink *ink, double position, char mark);

/* Two cells above each other in one character; has_upper false: nothing lies above. */
void dt_ink_halves(struct dt_ink *ink, double lower, double upper, bool has_upper);

/* Back to the terminal's own colours. */
void dt_ink_end(struct dt_ink *ink);

#endif
