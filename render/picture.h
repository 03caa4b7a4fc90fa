/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a terminal picture: which cells stand in which row and column of characters. It
 * knows nothing of colours and prints nothing.
 *
 * Addresses are counted in units: a unit is a row, or half a row with half blocks. A cell is
 * drawn over `stretch` units and columns, or `reduce` cells share one.
 */
#ifndef RENDER_PICTURE_H
#define RENDER_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "damon-trace/render.h"
#include "render/view.h"

/* Less is taken as this: nothing can be read in it. */
#define DT_PICTURE_WIDTH 40

/* Room for a segment's label. */
#define DT_PICTURE_NAME sizeof(((struct dt_segment *)0)->label)

enum dt_row_kind {
	DT_ROW_TOP, /* the lid, which carries the end of the highest segment */
	DT_ROW_CELLS,
	DT_ROW_GAP,  /* addresses folded away */
	DT_ROW_NODE, /* the boundary of two NUMA nodes */
};

struct dt_row {
	enum dt_row_kind kind;
	uint64_t address; /* of the row's lower edge */
	uint64_t gap;	  /* bytes folded away; DT_ROW_GAP */
	bool labelled;	  /* print the address */
	int64_t lower;	  /* row of view cells of the lower and the upper half; -1 for none */
	int64_t upper;	  /* the same as lower where a row is one unit */
	char name[DT_PICTURE_NAME]; /* of what lies here, to the right of the row; usually empty */
};

struct dt_picture {
	const struct dt_grid *grid;
	bool half_blocks;
	unsigned width;	      /* of the terminal */
	unsigned label_width; /* of the addresses to the left */
	unsigned name_width;  /* of the names to the right, with the blank before; 0 for none */
	unsigned columns;     /* of the map itself */
	struct dt_view view;
	size_t nr_rows;
	struct dt_row *rows; /* from the top down */
};

/* Rows of characters that the map may take, without heading, axis and legend. */
unsigned dt_picture_rows(const struct dt_style *style);

/* Does the style put two cells in a row of characters? */
bool dt_picture_half_blocks(const struct dt_style *style);

/* 0 or -ENOMEM. Free with dt_picture_free, which takes a zeroed picture too. */
int dt_picture_init(struct dt_picture *picture, const struct dt_grid *grid,
		    const struct dt_style *style);
void dt_picture_free(struct dt_picture *picture);

/* Column in which an instant lies, ns after the start of the grid. */
unsigned dt_picture_column(const struct dt_picture *picture, double ns);

#endif
