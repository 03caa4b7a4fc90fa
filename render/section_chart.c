/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A chart of a section in a terminal: series stacked as areas, or as lines of braille dots. Every
 * series has a colour, and where there are no colours a character of its own.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/section_chart.h"
#include "render/time_axis.h"

#define ROWS	   10
#define ROWS_LEAST 4

/* Between two entries of the legend. */
#define GAP 3

/* Characters of the series without colours; the first ones differ most. */
static const char *const ascii_marks[] = {"#", "=", "+", ".", "o", "x", "%", ":", "@", "-"};
static const char *const utf8_marks[] = {"\u2588", "\u2592", "\u2591", "#", "=",
					 "+",	   "o",	     "x",      ":", "@"};
static const char *const line_marks[] = {"*", "o", "+", "x", "#", "%", "@", "=", ":", "-"};

/* What a character shows where there is no series. */
#define NOBODY 0xff

struct canvas {
	struct dt_section_page *page;
	const struct dt_chart *chart;
	struct dt_chart_shown shown;
	struct dt_chart_range range;
	unsigned label;		/* columns of the numbers to the left */
	unsigned rows, columns; /* characters */
	unsigned across, up;	/* cells of a character each way */
	unsigned char *cells;	/* [column * up * rows + row from below]: a series, or NOBODY */
};

static unsigned height(const struct canvas *canvas)
{
	return canvas->rows * canvas->up;
}

static unsigned width(const struct canvas *canvas)
{
	return canvas->columns * canvas->across;
}

static unsigned char *cell(const struct canvas *canvas, unsigned column, unsigned row)
{
	return &canvas->cells[(size_t)column * height(canvas) + row];
}

static bool has_colors(const struct canvas *canvas)
{
	return canvas->page->style->color != DT_COLOR_NONE;
}

/* The areas: a cell belongs to the series that fills its middle. */
static void draw_areas(struct canvas *canvas)
{
	const double step = (canvas->range.high - canvas->range.low) / height(canvas);

	for (unsigned column = 0; column < width(canvas); column++) {
		double below = 0;

		for (unsigned s = 0; s < canvas->shown.nr; s++) {
			const double value = dt_chart_column(canvas->chart, &canvas->shown, s,
							     column, width(canvas));
			const double above = below + (value > 0 ? value : 0);

			for (unsigned row = 0; row < height(canvas); row++) {
				const double middle = canvas->range.low + (row + 0.5) * step;

				if (middle >= below && middle < above)
					*cell(canvas, column, row) = (unsigned char)s;
			}
			below = above;
		}
	}
}

static unsigned row_of(const struct canvas *canvas, double value)
{
	const double part = (value - canvas->range.low) / (canvas->range.high - canvas->range.low);
	const double row = floor(part * height(canvas));

	if (!(row > 0))
		return 0;
	return row < height(canvas) ? (unsigned)row : height(canvas) - 1;
}

/* One line, joined upwards and downwards from column to column. */
static void draw_line(struct canvas *canvas, unsigned series)
{
	double last = NAN;

	for (unsigned column = 0; column < width(canvas); column++) {
		const double value = dt_chart_column(canvas->chart, &canvas->shown, series, column,
						     width(canvas));
		unsigned to, from;

		if (isnan(value)) {
			last = NAN;
			continue;
		}
		to = row_of(canvas, value);
		from = isnan(last) ? to : row_of(canvas, last);
		/* the row of the last value has its dot in the last column */
		if (from < to)
			from++;
		else if (from > to)
			from--;
		for (unsigned row = from < to ? from : to; row <= (from < to ? to : from); row++)
			*cell(canvas, column, row) = (unsigned char)series;
		last = value;
	}
}

/* The series that has the most dots of a character, and their pattern. */
static unsigned char braille(const struct canvas *canvas, unsigned column, unsigned row,
			     unsigned *pattern)
{
	/* bits of U+2800 from below: left column, then right one */
	static const unsigned char bits[2][4] = {{0x40, 0x04, 0x02, 0x01},
						 {0x80, 0x20, 0x10, 0x08}};
	unsigned counts[DT_CHART_SERIES] = {0}, most = 0;
	unsigned char owner = NOBODY;

	*pattern = 0;
	for (unsigned x = 0; x < 2; x++)
		for (unsigned y = 0; y < 4; y++) {
			const unsigned char series = *cell(canvas, column * 2 + x, row * 4 + y);

			if (series == NOBODY)
				continue;
			*pattern |= bits[x][y];
			if (++counts[series] > most) {
				most = counts[series];
				owner = series;
			}
		}
	return owner;
}

static void write_braille(FILE *out, unsigned pattern)
{
	const char text[] = {(char)0xe2, (char)(0xa0 | pattern >> 6),
			     (char)(0x80 | (pattern & 0x3f)), '\0'};

	(void)fputs(text, out);
}

static const char *mark(const struct canvas *canvas, unsigned series)
{
	if (!canvas->chart->stacked)
		return line_marks[series];
	return canvas->page->style->utf8 ? utf8_marks[series] : ascii_marks[series];
}

/* A character of the areas: two cells in half blocks where there are colours for that. */
static void write_area(const struct canvas *canvas, struct dt_series_ink *ink, unsigned column,
		       unsigned row)
{
	const unsigned char lower = *cell(canvas, column, row * canvas->up);
	const unsigned char upper = *cell(canvas, column, row * canvas->up + canvas->up - 1);

	if (canvas->up == 1) {
		dt_series_ink_set(ink, lower == NOBODY ? -1 : lower, -1);
		(void)fputs(lower == NOBODY ? " " : mark(canvas, lower), canvas->page->out);
	} else if (lower == NOBODY && upper == NOBODY) {
		dt_series_ink_set(ink, -1, -1);
		(void)fputc(' ', canvas->page->out);
	} else if (lower == upper) {
		dt_series_ink_set(ink, lower, -1);
		(void)fputs("\u2588", canvas->page->out);
	} else if (lower == NOBODY) {
		dt_series_ink_set(ink, upper, -1);
		(void)fputs("\u2580", canvas->page->out);
	} else {
		dt_series_ink_set(ink, lower, upper == NOBODY ? -1 : upper);
		(void)fputs("\u2584", canvas->page->out);
	}
}

static void write_row(const struct canvas *canvas, unsigned row)
{
	struct dt_series_ink ink = dt_series_ink_begin(canvas->page->out, canvas->page->style);

	for (unsigned column = 0; column < canvas->columns; column++) {
		unsigned char series;
		unsigned pattern;

		if (canvas->chart->stacked) {
			write_area(canvas, &ink, column, row);
			continue;
		}
		if (canvas->across == 1) {
			series = *cell(canvas, column, row);
			dt_series_ink_set(&ink, series == NOBODY ? -1 : series, -1);
			(void)fputs(series == NOBODY ? " " : mark(canvas, series),
				    canvas->page->out);
			continue;
		}
		series = braille(canvas, column, row, &pattern);
		dt_series_ink_set(&ink, series == NOBODY ? -1 : series, -1);
		if (pattern)
			write_braille(canvas->page->out, pattern);
		else
			(void)fputc(' ', canvas->page->out);
	}
	dt_series_ink_set(&ink, -1, -1);
}

/* Rows with a number: the ends and the middle of the value axis; else an empty text. */
static char *row_label(const struct canvas *canvas, unsigned row, char label[DT_SECTION_VALUE])
{
	const double low = canvas->range.low, high = canvas->range.high;
	const bool top = row + 1 == canvas->rows;

	label[0] = '\0';
	if (row == 0 || top || row == canvas->rows / 2)
		(void)dt_section_number_text(label, canvas->chart->unit,
					     top ? high : low + (high - low) * row / canvas->rows,
					     canvas->page->origin);
	return label;
}

static void write_rows(struct canvas *canvas)
{
	const bool utf8 = canvas->page->style->utf8;
	char label[DT_SECTION_VALUE];

	for (unsigned row = canvas->rows; row-- > 0;) {
		(void)row_label(canvas, row, label);
		(void)fprintf(canvas->page->out, "%*s %s", (int)canvas->label, label,
			      utf8 ? (*label ? "\u2524" : "\u2502") : (*label ? "+" : "|"));
		write_row(canvas, row);
		(void)fputc('\n', canvas->page->out);
	}
}

/* Where the legend's entries begin, and how far the last line is written. */
struct legend {
	unsigned indent, used;
};

/* "# DRAM 61.2 %": on the line, or on the next one where that is full. */
static void write_entry(const struct canvas *canvas, struct legend *legend, unsigned series)
{
	const struct dt_style *style = canvas->page->style;
	struct dt_series_ink ink = dt_series_ink_begin(canvas->page->out, style);
	char *head = dt_section_printable(
		dt_chart_shown_head(canvas->chart, &canvas->shown, series), style->utf8);
	const unsigned most = style->width - legend->indent;
	unsigned columns = head ? dt_section_columns(head) : 0, others;
	char mean[DT_SECTION_VALUE];
	FILE *out = canvas->page->out;

	(void)dt_section_number_text(mean, canvas->chart->unit,
				     dt_chart_mean(canvas->chart, &canvas->shown, series),
				     canvas->page->origin);
	/* the mark and two blanks */
	others = 3 + (unsigned)strlen(mean);
	if (columns + others > most)
		columns = most > others ? most - others : 0;
	if (legend->used > legend->indent) {
		if (legend->used + GAP + columns + others > style->width) {
			(void)fprintf(out, "\n%*s", (int)legend->indent, "");
			legend->used = legend->indent;
		} else {
			(void)fprintf(out, "%*s", GAP, "");
			legend->used += GAP;
		}
	}
	legend->used += columns + others;
	dt_series_ink_set(&ink, (int)series, -1);
	(void)fputs(has_colors(canvas) && style->utf8 ? "\u2588" : mark(canvas, series), out);
	dt_series_ink_set(&ink, -1, -1);
	(void)fputc(' ', out);
	dt_section_field(out, head ? head : "", columns, false, false, style->utf8);
	(void)fprintf(out, " %s", mean);
	free(head);
}

/* The series from the bottom up with their means. */
static void write_legend(const struct canvas *canvas)
{
	struct legend legend = {.indent = canvas->label + 2 + (unsigned)strlen("mean: ")};

	legend.used = legend.indent;
	(void)fprintf(canvas->page->out, "%*s", (int)legend.indent, "mean: ");
	for (unsigned s = 0; s < canvas->shown.nr; s++)
		write_entry(canvas, &legend, s);
	(void)fputc('\n', canvas->page->out);
}

/* Half blocks and braille need UTF-8; without colours a series is told by its character. */
static void choose_cells(struct canvas *canvas)
{
	const bool utf8 = canvas->page->style->utf8;
	const bool fine = utf8 && (has_colors(canvas) || canvas->shown.nr == 1);

	canvas->across = fine && !canvas->chart->stacked ? 2 : 1;
	canvas->up = !fine ? 1 : canvas->chart->stacked ? (has_colors(canvas) ? 2 : 1) : 4;
}

static void measure(struct canvas *canvas)
{
	const struct dt_style *style = canvas->page->style;
	char label[DT_SECTION_VALUE];
	unsigned left;

	canvas->rows = style->height > ROWS_LEAST && style->height < ROWS ? style->height : ROWS;
	canvas->label = DT_SECTION_INDENT + (unsigned)strlen("second");
	for (unsigned row = 0; row < canvas->rows; row++) {
		left = (unsigned)strlen(row_label(canvas, row, label)) + DT_SECTION_INDENT;
		canvas->label = left > canvas->label ? left : canvas->label;
	}
	left = canvas->label + 2;
	canvas->columns = style->width > left + DT_CHART_COLUMNS_LEAST ? style->width - left
								       : DT_CHART_COLUMNS_LEAST;
	if (canvas->columns > DT_CHART_COLUMNS)
		canvas->columns = DT_CHART_COLUMNS;
}

static void draw(struct canvas *canvas)
{
	memset(canvas->cells, NOBODY, (size_t)width(canvas) * height(canvas));
	if (canvas->chart->stacked) {
		draw_areas(canvas);
		return;
	}
	for (unsigned s = 0; s < canvas->shown.nr; s++)
		draw_line(canvas, s);
}

static void write_axis(const struct canvas *canvas)
{
	const struct dt_chart *chart = canvas->chart;
	const struct dt_time_axis axis = {
		.label = canvas->label,
		.columns = canvas->columns,
		.start = ((double)chart->start_ns - (double)canvas->page->origin) / 1e9,
		.span = (double)chart->step_ns * chart->nr_points / 1e9,
		.utf8 = canvas->page->style->utf8,
	};

	dt_term_time_axis(canvas->page->out, &axis);
}

void dt_section_chart_text(struct dt_section_page *page, const struct dt_chart *chart)
{
	struct canvas canvas = {.page = page, .chart = chart};

	if (!dt_chart_drawable(chart))
		return;
	(void)fputc('\n', page->out);
	if (chart->title)
		dt_section_wrap(page, chart->title, DT_SECTION_INDENT);
	dt_chart_shown(chart, &canvas.shown);
	dt_chart_range(chart, &canvas.shown, &canvas.range);
	choose_cells(&canvas);
	measure(&canvas);
	canvas.cells = malloc((size_t)width(&canvas) * height(&canvas));
	if (!canvas.cells)
		return;
	draw(&canvas);
	write_rows(&canvas);
	write_axis(&canvas);
	write_legend(&canvas);
	page->has_time = true;
	free(canvas.cells);
}
