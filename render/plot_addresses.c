/* SPDX-License-Identifier: GPL-2.0-only */
/* The address axis of a panel: segments, the gaps folded between them, nodes and labels. */
#include <inttypes.h>
#include <stdio.h>

#include "render/geometry.h"
#include "render/plot_panel.h"
#include "render/words.h"

/* Pixels. */
#define GAP_HEIGHT    18.0
#define LEAST_SEGMENT 16.0
#define LABEL_ROOM    15.0 /* between two addresses */
#define LABEL_EVERY   60.0

/* Colours of what is not a cell. */
#define MISSING	     "#d9d9d9"
#define MISSING_GRAY "#bcd4f0" /* with the gray palette */
#define STRIP	     "#ffffff"
#define STRIP_TEXT   "#606060"
#define NODE_LINE    "#ff3030"

/* A stretch of a segment that lies on one node, or all of it. */
struct piece {
	uint64_t start, end;
	double low, high; /* pixels on the axis */
};

double dt_panel_segment(const struct dt_grid *grid, uint32_t segment)
{
	double map = DT_PLOT_PANEL - DT_PLOT_MARGIN_TOP - DT_PLOT_MARGIN_BOTTOM;
	double height = map * grid->segments[segment].cells / grid->nr_columns;

	return height < LEAST_SEGMENT ? LEAST_SEGMENT : height;
}

double dt_panel_base(const struct dt_grid *grid, uint32_t segment)
{
	double base = 0;

	for (uint32_t s = 0; s < segment; s++)
		base += dt_panel_segment(grid, s) + (s + 1 < grid->nr_segments ? GAP_HEIGHT : 0);
	return base;
}

const char *dt_panel_missing(const struct dt_style *style)
{
	return style->palette == DT_PALETTE_GRAY ? MISSING_GRAY : MISSING;
}

/* Go to the next piece of a segment, the first for a zeroed one; false behind the last. */
static bool next_piece(const struct dt_grid *grid, uint32_t s, struct piece *piece)
{
	const struct dt_segment *segment = &grid->segments[s];
	double base = dt_panel_base(grid, s), height = dt_panel_segment(grid, s);
	uint64_t boundary;

	if (piece->end == 0) {
		piece->end = segment->start;
		piece->high = base;
	}
	piece->start = piece->end;
	piece->low = piece->high;
	if (piece->start >= segment->end)
		return false;
	boundary = dt_node_boundary(grid, piece->start, segment->end);
	piece->end = boundary < segment->end ? boundary : segment->end;
	piece->high = base + height * (double)(piece->end - segment->start) /
				     (double)(segment->end - segment->start);
	return true;
}

/* An address label at a height, unless it would touch the one before. */
static void write_address(FILE *out, const struct dt_grid *grid, uint64_t address, double y,
			  double *last)
{
	char text[32];

	if (y - *last < LABEL_ROOM)
		return;
	(void)fprintf(out, ", '%s' %.2f", dt_words_edge(text, sizeof(text), grid, address), y);
	*last = y;
}

static void write_piece(FILE *out, const struct dt_grid *grid, uint32_t s,
			const struct piece *piece, double *last)
{
	const struct dt_segment *segment = &grid->segments[s];
	double base = dt_panel_base(grid, s), height = dt_panel_segment(grid, s);

	write_address(out, grid, piece->start, piece->low, last);
	for (uint32_t a = 1; a < segment->cells; a++) {
		double y = base + height * a / segment->cells;

		/* the end of the piece is worth more than a label on the way */
		if (y - piece->low >= LABEL_ROOM && y - *last >= LABEL_EVERY &&
		    piece->high - y >= 1.5 * LABEL_ROOM)
			write_address(out, grid, dt_address_edge(segment, a), y, last);
	}
}

void dt_panel_addresses(FILE *out, const struct dt_panel *panel)
{
	const struct dt_grid *grid = panel->grid;
	double last = -LABEL_ROOM;

	/* the first tick of the list has no comma; this one lies outside */
	(void)fputs("set ytics ('' -1", out);
	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		struct piece piece = {0};

		while (next_piece(grid, s, &piece))
			write_piece(out, grid, s, &piece, &last);
		write_address(out, grid, piece.end, piece.high, &last);
	}
	(void)fputs(")\n", out);
}

static void write_rectangle(FILE *out, double low, double high, const char *color, const char *edge)
{
	(void)fprintf(out,
		      "set object rectangle from graph 0, first %.2f to graph 1, first %.2f "
		      "fillcolor rgb '%s' fillstyle solid ",
		      low, high, color);
	if (edge)
		(void)fprintf(out, "border rgb '%s' behind\n", edge);
	else
		(void)fputs("noborder behind\n", out);
}

/* What a piece is called, to the right of the map. */
static void write_name(FILE *out, const struct dt_panel *panel, uint32_t s,
		       const struct piece *piece)
{
	double plot = DT_PLOT_WIDTH - DT_PLOT_MARGIN_LEFT - panel->right;
	char name[DT_PLOT_NAME + 1];

	(void)dt_words_place(name, sizeof(name), panel->grid, s, piece->start, piece->end);
	if (!name[0] || piece->high - piece->low < LABEL_ROOM)
		return;
	(void)fputs("set label ", out);
	dt_panel_quoted(out, name);
	(void)fprintf(out, " at graph %.6f, first %.2f left noenhanced\n",
		      1 + DT_PLOT_NAME_OFFSET / plot, (piece->low + piece->high) / 2);
}

static void write_pieces(FILE *out, const struct dt_panel *panel, uint32_t s)
{
	struct piece piece = {0};

	while (next_piece(panel->grid, s, &piece)) {
		write_name(out, panel, s, &piece);
		if (piece.start == panel->grid->segments[s].start)
			continue;
		(void)fprintf(out,
			      "set arrow from graph 0, first %.2f to graph 1.01, first %.2f nohead "
			      "front linewidth 1.5 dashtype 2 linecolor rgb '" NODE_LINE "'\n",
			      piece.low, piece.low);
	}
}

static void write_gap(FILE *out, const struct dt_grid *grid, uint32_t s, double low)
{
	uint64_t bytes = grid->segments[s + 1].start - grid->segments[s].end;
	char text[64];

	write_rectangle(out, low, low + GAP_HEIGHT, STRIP, DT_PLOT_EDGE);
	(void)fprintf(out,
		      "set label '~ %s ~' at graph 0.5, first %.2f center textcolor rgb "
		      "'" STRIP_TEXT "' noenhanced front\n",
		      dt_words_gap(text, sizeof(text), grid, bytes), low + GAP_HEIGHT / 2);
}

void dt_panel_segments(FILE *out, const struct dt_panel *panel)
{
	const struct dt_grid *grid = panel->grid;

	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		double base = dt_panel_base(grid, s), top = base + dt_panel_segment(grid, s);

		/* cells that are missing are not drawn: this is seen in their place */
		write_rectangle(out, base, top, dt_panel_missing(panel->style), NULL);
		write_pieces(out, panel, s);
		if (s + 1 < grid->nr_segments)
			write_gap(out, grid, s, top);
	}
}
