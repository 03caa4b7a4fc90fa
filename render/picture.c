/* SPDX-License-Identifier: GPL-2.0-only */
/* See picture.h. Rows are built from the lowest address up and turned round at the end. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/geometry.h"
#include "render/picture.h"
#include "render/words.h"

#define DEFAULT_WIDTH 80
#define DEFAULT_ROWS  36
#define LEAST_ROWS    9

/* Lines of heading, lid, axis and legend around the map, when none of them wraps. */
#define OTHER_ROWS 9

/* What dt_term_cells takes for label, frame and name: 48-bit addresses and "node 0". */
#define USUAL_MARGIN 24

/* What it takes for the boundaries of two nodes, which it does not know of. */
#define NODE_ROWS 4

/* "seconds" stands below the addresses. */
#define LEAST_LABEL 7

/* A map narrower than this loses its names before it loses more cells. */
#define LEAST_COLUMNS 24

/* Names take no more than this part of the width: they are cut before the map is. */
#define NAME_SHARE 5

/* A cell is not drawn over more rows than this: few cells make a small picture, not a wall. */
#define MOST_ROWS_A_CELL 4

/* An address at about every fifth row, none nearer than three to the end of the segment. */
#define LABEL_EVERY 5
#define LABEL_CLEAR 3

unsigned dt_picture_rows(const struct dt_style *style)
{
	if (style->height == 0)
		return DEFAULT_ROWS;
	return style->height < OTHER_ROWS + LEAST_ROWS ? LEAST_ROWS : style->height - OTHER_ROWS;
}

bool dt_picture_half_blocks(const struct dt_style *style)
{
	return style->utf8 && style->color != DT_COLOR_NONE;
}

static unsigned picture_width(const struct dt_style *style)
{
	unsigned width = style->width ? style->width : DEFAULT_WIDTH;

	return width < DT_PICTURE_WIDTH ? DT_PICTURE_WIDTH : width;
}

void dt_term_cells(const struct dt_style *style, unsigned *time_cells, unsigned *address_cells)
{
	unsigned rows = dt_picture_rows(style) - NODE_ROWS;

	*time_cells = picture_width(style) - USUAL_MARGIN;
	/*
	 * The analysis folds at most one gap per eight cells. Each takes a row, and leaves half a
	 * row empty when the cells below it are odd.
	 */
	*address_cells = dt_picture_half_blocks(style) ? rows * 16 / 11 : rows * 8 / 9;
}

static unsigned cells_end(const struct dt_picture *picture, uint32_t segment)
{
	return picture->grid->segments[segment].cells;
}

/* Units of a segment, with the picture's reduction and stretching. */
static uint32_t segment_units(const struct dt_picture *picture, uint32_t segment)
{
	const struct dt_view *view = &picture->view;

	return dt_view_cells(cells_end(picture, segment), view->reduce_address) *
	       view->stretch_address;
}

static uint32_t unit_rows(const struct dt_picture *picture, uint32_t units)
{
	return picture->half_blocks ? units / 2 + units % 2 : units;
}

/* The lower edge of a unit. */
static uint64_t unit_address(const struct dt_picture *picture, uint32_t segment, uint32_t unit)
{
	const struct dt_view *view = &picture->view;
	const struct dt_segment *place = &picture->grid->segments[segment];
	uint64_t cell = (uint64_t)(unit / view->stretch_address) * view->reduce_address;
	uint64_t next = cell + view->reduce_address;
	uint64_t low, high;

	if (cell > place->cells)
		cell = place->cells;
	if (next > place->cells)
		next = place->cells;
	low = dt_address_edge(place, (uint32_t)cell);
	high = dt_address_edge(place, (uint32_t)next);
	return low + dt_share(high - low, unit % view->stretch_address, view->stretch_address);
}

/* The unit whose lower edge is nearest to an address of the segment. */
static uint32_t nearest_unit(const struct dt_picture *picture, uint32_t segment, uint64_t address)
{
	uint32_t units = segment_units(picture, segment);
	uint64_t below = picture->grid->segments[segment].start;

	for (uint32_t unit = 1; unit <= units; unit++) {
		uint64_t edge = unit_address(picture, segment, unit);

		if (edge >= address)
			return address - below < edge - address ? unit - 1 : unit;
		below = edge;
	}
	return units;
}

static uint64_t count_boundaries(const struct dt_grid *grid)
{
	uint64_t count = 0;

	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		const struct dt_segment *segment = &grid->segments[s];
		uint64_t at = dt_node_boundary(grid, segment->start, segment->end);

		while (at != UINT64_MAX) {
			count++;
			at = dt_node_boundary(grid, at, segment->end);
		}
	}
	return count;
}

/* Rows of the map at most: a boundary takes its own row and may leave a half one below. */
static uint64_t count_rows(const struct dt_picture *picture, uint64_t boundaries)
{
	uint64_t rows = picture->grid->nr_segments - 1 + 2 * boundaries;

	for (uint32_t s = 0; s < picture->grid->nr_segments; s++)
		rows += unit_rows(picture, segment_units(picture, s));
	return rows;
}

static void fit_addresses(struct dt_picture *picture, unsigned rows)
{
	uint32_t most = MOST_ROWS_A_CELL * (picture->half_blocks ? 2 : 1), longest = 0;
	uint64_t boundaries = count_boundaries(picture->grid);
	struct dt_view *view = &picture->view;

	for (uint32_t s = 0; s < picture->grid->nr_segments; s++) {
		if (longest < cells_end(picture, s))
			longest = cells_end(picture, s);
	}
	view->reduce_address = 1;
	view->stretch_address = 1;
	while (count_rows(picture, boundaries) > rows && view->reduce_address < longest)
		view->reduce_address++;
	if (view->reduce_address > 1)
		return;
	do {
		view->stretch_address++;
	} while (view->stretch_address <= most && count_rows(picture, boundaries) <= rows);
	view->stretch_address--;
}

static void fit_times(struct dt_picture *picture, unsigned columns)
{
	struct dt_view *view = &picture->view;
	uint32_t cells = picture->grid->time_cells;

	view->reduce_time = dt_view_cells(cells, columns);
	view->stretch_time = cells <= columns ? columns / cells : 1;
	picture->columns = dt_view_cells(cells, view->reduce_time) * view->stretch_time;
}

static void fit_width(struct dt_picture *picture, unsigned width)
{
	const struct dt_grid *grid = picture->grid;
	unsigned margin;
	char text[DT_PICTURE_NAME];

	picture->width = width;
	picture->label_width = LEAST_LABEL;
	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		const struct dt_segment *segment = &grid->segments[s];
		unsigned length =
			(unsigned)strlen(dt_words_edge(text, sizeof(text), grid, segment->end));

		if (picture->label_width < length)
			picture->label_width = length;
		/* names of nodes further inside are cut to this length */
		(void)dt_words_place(text, sizeof(text), grid, s, segment->start, segment->end);
		length = (unsigned)strlen(text);
		if (length && picture->name_width < length + 1)
			picture->name_width = length + 1;
	}
	if (picture->name_width > width / NAME_SHARE)
		picture->name_width = width / NAME_SHARE;
	/* a blank and the axis to the left, the frame to the right */
	margin = picture->label_width + 3;
	if (width - margin - picture->name_width < LEAST_COLUMNS)
		picture->name_width = 0;
	fit_times(picture, width - margin - picture->name_width);
}

/* rows has room for all; count_rows is never exceeded */
static struct dt_row *push_row(struct dt_picture *picture, enum dt_row_kind kind, uint64_t address)
{
	struct dt_row *row = &picture->rows[picture->nr_rows++];

	*row = (struct dt_row){.kind = kind, .address = address, .lower = -1, .upper = -1};
	row->labelled = kind != DT_ROW_CELLS;
	return row;
}

static int64_t view_cell(const struct dt_picture *picture, uint32_t segment, uint32_t unit)
{
	return (int64_t)picture->view.first[segment] + unit / picture->view.stretch_address;
}

/* Units [from, until) of a segment, which begin at an address that is shown as it is. */
static void push_cells(struct dt_picture *picture, uint32_t segment, uint32_t from, uint32_t until,
		       uint64_t address, uint64_t end)
{
	uint32_t step = picture->half_blocks ? 2 : 1;
	uint32_t rows = unit_rows(picture, until - from), last = 0;

	for (uint32_t r = 0; r < rows; r++) {
		uint32_t unit = from + r * step;
		struct dt_row *row = push_row(picture, DT_ROW_CELLS,
					      r ? unit_address(picture, segment, unit) : address);

		row->lower = view_cell(picture, segment, unit);
		row->upper =
			unit + step - 1 < until ? view_cell(picture, segment, unit + step - 1) : -1;
		/* inside, where a cell begins; the row of a boundary has its own label */
		row->labelled = r == 0 ? from == 0
				       : unit % picture->view.stretch_address == 0 &&
						 r - last >= LABEL_EVERY && rows - r >= LABEL_CLEAR;
		if (row->labelled)
			last = r;
		if (r == rows / 2 && picture->name_width)
			(void)dt_words_place(row->name, sizeof(row->name), picture->grid, segment,
					     address, end);
	}
}

static void push_segment(struct dt_picture *picture, uint32_t segment)
{
	const struct dt_grid *grid = picture->grid;
	uint32_t units = segment_units(picture, segment), unit = 0;
	uint64_t address = grid->segments[segment].start, end = grid->segments[segment].end;

	while (unit < units) {
		uint64_t boundary = dt_node_boundary(grid, address, end);
		uint32_t until = units;

		if (boundary != UINT64_MAX)
			until = nearest_unit(picture, segment, boundary);
		/* a boundary that rounds to the edge of the one before is not drawn */
		if (until > unit) {
			push_cells(picture, segment, unit, until, address,
				   boundary < end ? boundary : end);
			if (until < units)
				(void)push_row(picture, DT_ROW_NODE, boundary);
			unit = until;
		}
		address = boundary;
	}
}

static void push_separator(struct dt_picture *picture, uint32_t segment)
{
	const struct dt_grid *grid = picture->grid;
	uint64_t end = grid->segments[segment].end;

	if (segment + 1 == grid->nr_segments)
		(void)push_row(picture, DT_ROW_TOP, end);
	else
		push_row(picture, DT_ROW_GAP, end)->gap = grid->segments[segment + 1].start - end;
}

int dt_picture_init(struct dt_picture *picture, const struct dt_grid *grid,
		    const struct dt_style *style)
{
	uint64_t rows;

	*picture = (struct dt_picture){
		.grid = grid,
		/* a mark takes a character, which has no halves */
		.half_blocks = dt_picture_half_blocks(style) && !grid->nr_schemes,
	};
	fit_width(picture, picture_width(style));
	fit_addresses(picture, dt_picture_rows(style));
	rows = count_rows(picture, count_boundaries(grid)) + 1;
	picture->rows = calloc(rows, sizeof(*picture->rows));
	if (!picture->rows || dt_view_init(&picture->view, grid) < 0) {
		dt_picture_free(picture);
		return -ENOMEM;
	}
	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		push_segment(picture, s);
		push_separator(picture, s);
	}
	for (size_t i = 0; i < picture->nr_rows / 2; i++) {
		struct dt_row row = picture->rows[i];

		picture->rows[i] = picture->rows[picture->nr_rows - 1 - i];
		picture->rows[picture->nr_rows - 1 - i] = row;
	}
	return 0;
}

void dt_picture_free(struct dt_picture *picture)
{
	dt_view_free(&picture->view);
	free(picture->rows);
	picture->rows = NULL;
	picture->nr_rows = 0;
}

unsigned dt_picture_column(const struct dt_picture *picture, double ns)
{
	const struct dt_grid *grid = picture->grid;
	const struct dt_view *view = &picture->view;
	double cell = ns / (double)(grid->end_ns - grid->start_ns) * grid->time_cells;
	double column = cell / view->reduce_time * view->stretch_time;

	if (!(column >= 0))
		return 0;
	return column < picture->columns ? (unsigned)column : picture->columns - 1;
}
