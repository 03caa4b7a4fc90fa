/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A grid as a picture of characters: time from left to right, addresses upwards, with the true
 * addresses at the ends of the segments. No line is wider than the style allows.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "render/applied.h"
#include "render/geometry.h"
#include "render/ink.h"
#include "render/palette.h"
#include "render/picture.h"
#include "render/words.h"

/* The bar of the legend, in characters. */
#define BAR_LEAST 9
#define BAR_MOST  36

/* "~ 1 GiB ~" at least, "~~~ 1 GiB not monitored ~~~~~~" where there is room. */
#define GAP_FRAME 4
#define GAP_LEAD  3

/* A tick of the time axis needs its label and some air. */
#define TICK_ROOM 8

/* Lines of the frame, in Unicode's box drawing and in ASCII. */
struct frame {
	const char *left, *left_tick, *right, *lid, *lid_left, *lid_right;
	const char *floor, *floor_left, *floor_right, *tick, *node;
};

static const struct frame boxes = {"│", "┤", "│", "─", "┌", "┐", "─", "└", "┘", "┴", "╌"};
static const struct frame ascii = {"|", "+", "|", "-", "+", "+", "-", "+", "+", "+", "-"};

struct drawing {
	FILE *out;
	const struct dt_style *style;
	const struct frame *frame;
	struct dt_picture picture;
	struct dt_ramp ramp;
	struct dt_style ink_style; /* with the palette that fits the values */
	struct dt_ink ink;
};

static void repeat(FILE *out, const char *text, unsigned count)
{
	while (count--)
		(void)fputs(text, out);
}

/* Print ASCII text in lines of at most width columns, broken at blanks where there are any. */
static void write_wrapped(FILE *out, const char *text, unsigned width)
{
	size_t left = strlen(text);

	while (left > width) {
		size_t length = width;

		while (length > 0 && text[length] != ' ')
			length--;
		if (length == 0)
			length = width;
		(void)fprintf(out, "%.*s\n", (int)length, text);
		text += length + (text[length] == ' ');
		left = strlen(text);
	}
	(void)fprintf(out, "%s\n", text);
}

static void write_heading(const struct drawing *drawing)
{
	const struct dt_picture *picture = &drawing->picture;
	const struct dt_grid *grid = picture->grid;
	char subject[256], cells[96], line[512];

	(void)dt_words_subject(subject, sizeof(subject), grid);
	write_wrapped(drawing->out, subject, picture->width);
	(void)dt_words_cells(cells, sizeof(cells), grid, picture->view.reduce_time,
			     picture->view.reduce_address);
	(void)snprintf(line, sizeof(line), "%s; a cell is %s, %" PRIu32 "x%" PRIu32 " cells",
		       grid->unit, cells, picture->view.times, picture->view.addresses);
	write_wrapped(drawing->out, line, picture->width);
}

static void write_label(const struct drawing *drawing, const struct dt_row *row)
{
	char label[32] = "";

	if (row->labelled)
		(void)dt_words_edge(label, sizeof(label), drawing->picture.grid, row->address);
	(void)fprintf(drawing->out, "%*s ", (int)drawing->picture.label_width, label);
}

/* The row of a gap, with its size; in a narrow picture the size alone. */
static void write_gap(const struct drawing *drawing, const struct dt_row *row)
{
	unsigned columns = drawing->picture.columns, length, lead;
	char text[64];

	(void)dt_words_gap(text, sizeof(text), drawing->picture.grid, row->gap);
	if (strlen(text) + GAP_FRAME > columns)
		(void)dt_text_bytes(text, sizeof(text), (double)row->gap);
	length = (unsigned)strlen(text);
	if (length + GAP_FRAME > columns) {
		repeat(drawing->out, "~", columns);
		return;
	}
	lead = (columns - length - 2) / 2;
	if (lead > GAP_LEAD)
		lead = GAP_LEAD;
	repeat(drawing->out, "~", lead);
	(void)fprintf(drawing->out, " %s ", text);
	repeat(drawing->out, "~", columns - length - 2 - lead);
}

static void write_cells(struct drawing *drawing, const struct dt_row *row)
{
	const struct dt_view *view = &drawing->picture.view;

	for (uint32_t t = 0; t < view->times; t++) {
		const double *value = view->value + (size_t)t * view->addresses;
		double lower = dt_ramp_position(&drawing->ramp, value[row->lower]);
		double upper =
			row->upper < 0 ? NAN : dt_ramp_position(&drawing->ramp, value[row->upper]);

		const uint32_t marks =
			view->marks ? view->marks[(size_t)t * view->addresses + row->lower] : 0;

		for (uint32_t i = 0; i < view->stretch_time; i++) {
			if (marks)
				dt_ink_mark(&drawing->ink, lower, dt_applied_mark(marks));
			else if (drawing->picture.half_blocks)
				dt_ink_halves(&drawing->ink, lower, upper, row->upper >= 0);
			else
				dt_ink_cell(&drawing->ink, lower);
		}
	}
	dt_ink_end(&drawing->ink);
}

static void write_row(struct drawing *drawing, const struct dt_row *row)
{
	const struct frame *frame = drawing->frame;
	FILE *out = drawing->out;

	write_label(drawing, row);
	switch (row->kind) {
	case DT_ROW_TOP:
		(void)fputs(frame->lid_left, out);
		repeat(out, frame->lid, drawing->picture.columns);
		(void)fputs(frame->lid_right, out);
		break;
	case DT_ROW_GAP:
		(void)fputs(frame->left_tick, out);
		write_gap(drawing, row);
		(void)fputs(frame->right, out);
		break;
	case DT_ROW_NODE:
		(void)fputs(frame->left_tick, out);
		repeat(out, frame->node, drawing->picture.columns);
		(void)fputs(frame->right, out);
		break;
	case DT_ROW_CELLS:
		(void)fputs(row->labelled ? frame->left_tick : frame->left, out);
		write_cells(drawing, row);
		(void)fputs(frame->right, out);
		break;
	}
	if (row->name[0] && drawing->picture.name_width)
		(void)fprintf(out, " %.*s", (int)drawing->picture.name_width - 1, row->name);
	(void)fputc('\n', out);
}

/* The floor of the picture with its ticks, and their labels below. */
static void write_axis(const struct drawing *drawing)
{
	const struct dt_picture *picture = &drawing->picture;
	const struct dt_grid *grid = picture->grid;
	double span = (double)(grid->end_ns - grid->start_ns);
	double step = dt_tick_step(span / 1e9, picture->columns / TICK_ROOM + 1);
	int decimals = dt_tick_decimals(step);
	char labels[1024], number[64];
	unsigned last = 0, room = picture->columns + 1;
	bool first = true;

	if (room >= sizeof(labels))
		room = sizeof(labels) - 1;
	memset(labels, ' ', sizeof(labels));
	(void)fprintf(drawing->out, "%*s %s", (int)picture->label_width, "",
		      drawing->frame->floor_left);
	for (unsigned i = 0, column = 0; column < picture->columns; i++) {
		double tick = i * step * 1e9;
		unsigned at = dt_picture_column(picture, tick), length, from;

		if (tick >= span)
			at = picture->columns;
		repeat(drawing->out, drawing->frame->floor, at - column);
		if (at == picture->columns)
			break;
		(void)fputs(drawing->frame->tick, drawing->out);
		column = at + 1;
		length = (unsigned)snprintf(number, sizeof(number), "%.*f", decimals, i * step);
		from = at < length / 2 ? 0 : at - length / 2;
		if (from + length > room || (!first && from <= last))
			continue;
		memcpy(labels + from, number, length);
		last = from + length;
		first = false;
	}
	labels[last] = '\0';
	(void)fprintf(drawing->out, "%s\n", drawing->frame->floor_right);
	(void)fprintf(drawing->out, "%*s  %s\n", (int)picture->label_width, "seconds", labels);
}

static void write_caption(const struct drawing *drawing)
{
	const struct dt_grid *grid = drawing->picture.grid;
	char start[96], span[32], line[192];

	(void)dt_words_start(start, sizeof(start), grid);
	(void)dt_text_duration(span, sizeof(span), (double)(grid->end_ns - grid->start_ns));
	(void)snprintf(line, sizeof(line), "%s; the map spans %s", start, span);
	write_wrapped(drawing->out, line, drawing->picture.width);
}

/* The colours of the positions from..1, or one swatch when they are the same. */
static void write_bar(struct drawing *drawing, double from, double to, unsigned length)
{
	(void)fputc('[', drawing->out);
	for (unsigned i = 0; i < length; i++) {
		double part = length > 1 ? (double)i / (length - 1) : 0;

		dt_ink_cell(&drawing->ink, from + (to - from) * part);
	}
	dt_ink_end(&drawing->ink);
	(void)fputc(']', drawing->out);
}

static void write_scale(struct drawing *drawing)
{
	bool log_scale = drawing->ramp.scale == DT_SCALE_LOG;
	unsigned width = drawing->picture.width, used, length;
	char low[32], high[32], text[160];

	(void)dt_words_value(low, sizeof(low),
			     drawing->ramp.has_signs ? -drawing->ramp.high : drawing->ramp.low);
	(void)dt_words_value(high, sizeof(high), drawing->ramp.high);
	used = (unsigned)snprintf(text, sizeof(text), "%s, %s scale: ", drawing->picture.grid->unit,
				  log_scale ? "log" : "linear");
	/* "0 [.] 0.01 [bar] 0.9", "0 [bar] 0.9" or "-0.9 [bar] 0.9" */
	length = (unsigned)strlen(high) + 5 + (log_scale ? (unsigned)strlen(low) + 5 : 0) +
		 (drawing->ramp.has_signs ? (unsigned)strlen(low) : 0);
	if (used + length + BAR_LEAST > width) {
		text[used - 1] = '\0';
		write_wrapped(drawing->out, text, width);
		used = 0;
	} else {
		(void)fputs(text, drawing->out);
	}
	length = width - used - length;
	if (length > BAR_MOST)
		length = BAR_MOST;
	(void)fprintf(drawing->out, "%s ", drawing->ramp.has_signs ? low : "0");
	if (!(drawing->ramp.high > 0)) {
		write_bar(drawing, 0, 0, 2);
		(void)fputc('\n', drawing->out);
		return;
	}
	if (log_scale) {
		write_bar(drawing, 0, 0, 1);
		(void)fprintf(drawing->out, " %s ", low);
	}
	write_bar(drawing, log_scale ? DT_LOG_FLOOR : 0, 1, length);
	(void)fprintf(drawing->out, " %s\n", high);
}

/* The scale, what the picture shows at most and least, and how a cell looks that shows nothing. */
static void write_legend(struct drawing *drawing)
{
	const struct dt_view *view = &drawing->picture.view;
	double least = INFINITY, most = -INFINITY;
	char low[32], high[32], line[128];

	for (size_t i = 0; i < (size_t)view->times * view->addresses; i++) {
		least = fmin(least, view->value[i]);
		most = fmax(most, view->value[i]);
	}
	if (least > most) {
		write_wrapped(drawing->out, "nothing was observed in this map",
			      drawing->picture.width);
		return;
	}
	write_scale(drawing);
	(void)snprintf(line, sizeof(line), "minimum %s, maximum %s",
		       dt_words_value(low, sizeof(low), least),
		       dt_words_value(high, sizeof(high), most));
	(void)fputs(line, drawing->out);
	/* "; [xx] not observed" */
	(void)fputs(strlen(line) + 19 > drawing->picture.width ? "\n" : "; ", drawing->out);
	write_bar(drawing, NAN, NAN, 2);
	(void)fputs(" not observed\n", drawing->out);
}

/* Is there a cell that several schemes were applied to? */
static bool marks_several(const struct dt_view *view)
{
	for (size_t i = 0; i < (size_t)view->times * view->addresses; i++)
		if (view->marks[i] & (view->marks[i] - 1))
			return true;
	return false;
}

/* What the marks over the cells mean. */
static void write_marks(const struct drawing *drawing)
{
	const struct dt_grid *grid = drawing->picture.grid;
	char text[DT_GRID_SCHEMES * DT_APPLIED_WORDS], words[DT_APPLIED_WORDS];
	size_t length = 0;

	for (uint32_t i = 0; i < grid->nr_schemes; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s[%c] %s",
					   i ? "; " : "", dt_applied_mark(1u << i),
					   dt_applied_words(words, sizeof(words), grid, i));
	if (marks_several(&drawing->picture.view))
		(void)snprintf(text + length, sizeof(text) - length, "; [%c] more than one of them",
			       dt_applied_mark(3));
	write_wrapped(drawing->out, text, drawing->picture.width);
}

void dt_term_grid(FILE *out, const struct dt_grid *grid, const struct dt_style *style)
{
	struct drawing drawing = {
		.out = out,
		.style = style,
		.frame = style->utf8 ? &boxes : &ascii,
	};

	if (grid->time_cells == 0 || grid->nr_columns == 0 || grid->end_ns <= grid->start_ns ||
	    dt_picture_init(&drawing.picture, grid, style) < 0) {
		(void)fputs("no picture: an empty map, or no memory\n", out);
		return;
	}
	drawing.ramp =
		dt_ramp_of(style->scale, drawing.picture.view.value,
			   (size_t)drawing.picture.view.times * drawing.picture.view.addresses);
	drawing.ink_style = *style;
	drawing.ink_style.palette = dt_ramp_palette(&drawing.ramp, style->palette);
	dt_ink_begin(&drawing.ink, out, &drawing.ink_style);
	write_heading(&drawing);
	for (size_t i = 0; i < drawing.picture.nr_rows; i++)
		write_row(&drawing, &drawing.picture.rows[i]);
	write_axis(&drawing);
	write_caption(&drawing);
	write_legend(&drawing);
	if (grid->nr_schemes)
		write_marks(&drawing);
	dt_picture_free(&drawing.picture);
}
