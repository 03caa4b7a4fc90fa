/* SPDX-License-Identifier: GPL-2.0-only */
/* See plot_script.h: the frame of the script, and what stands around the map in each panel. */
#include <math.h>
#include <string.h>

#include "render/applied.h"
#include "render/geometry.h"
#include "render/plot_panel.h"
#include "support/utf8.h"
#include "render/words.h"

/* Pixels. */
#define COLOR_BAR    16.0
#define BAR_OFFSET   14.0
#define BAR_AND_TEXT 140.0 /* the colour bar, its numbers and its unit */
#define SWATCH	     11.0
#define LETTER	     7.5 /* width of a letter of a name, with the font below */

/* There is room for a node's name, whether there is one or not. */
#define LEAST_NAME 7

#define TIME_TICKS 11

/* The legend of the schemes begins in the air below the time axis. */
#define APPLIED_RAISE 8.0

double dt_panel_total(const struct dt_grid *grid)
{
	return DT_PLOT_MARGIN_TOP + dt_panel_base(grid, grid->nr_segments) + DT_PLOT_MARGIN_BOTTOM +
	       dt_applied_height(grid);
}

double dt_plot_height(const struct dt_report *report)
{
	double height = 0;

	for (size_t i = 0; i < report->nr_grids; i++)
		height += dt_panel_total(&report->grids[i]);
	return height;
}

/* A string in single quotes, in which gnuplot knows no escapes but the doubled quote. */
void dt_panel_quoted(FILE *out, const char *text)
{
	(void)fputc('\'', out);
	while (*text) {
		size_t length = dt_utf8_sequence(text);

		if (length == 0 || dt_utf8_control(text, length) || *text == '`') {
			(void)fputc('?', out);
			length = 1;
		} else {
			(void)fputs(*text == '\'' ? "'" : "", out);
			(void)fwrite(text, 1, length, out);
		}
		text += length;
	}
	(void)fputc('\'', out);
}

static void write_title(FILE *out, const struct dt_panel *panel)
{
	const struct dt_grid *grid = panel->grid;
	char subject[256], cells[96], line[512];

	(void)dt_words_subject(subject, sizeof(subject), grid);
	(void)dt_words_cells(cells, sizeof(cells), grid, 1, 1);
	(void)snprintf(line, sizeof(line), "%s%s%s; a cell is %s", panel->about ? panel->about : "",
		       panel->about ? ": " : "", subject, cells);
	(void)fputs("set title ", out);
	dt_panel_quoted(out, line);
	(void)fputs(" noenhanced\nset cblabel ", out);
	(void)snprintf(line, sizeof(line), "%s%s", grid->unit,
		       panel->ramp.scale == DT_SCALE_LOG ? ", log scale" : "");
	dt_panel_quoted(out, line);
	(void)fputs(" noenhanced\n", out);
}

/* The time axis, and below it what time 0 is. */
void dt_panel_times(FILE *out, const struct dt_panel *panel)
{
	const double from = (double)(panel->from - panel->zero) / 1e9;
	const double to = (double)(panel->to - panel->zero) / 1e9;
	double step = dt_tick_step(to - from, TIME_TICKS);
	char start[96], line[128];

	(void)fputs("set xrange [", out);
	dt_panel_number(out, from);
	(void)fputc(':', out);
	dt_panel_number(out, to);
	(void)fputs("]\nset xtics 0, ", out);
	dt_panel_number(out, step);
	(void)snprintf(line, sizeof(line), "seconds; %s",
		       dt_words_clock(start, sizeof(start), panel->zero));
	(void)fprintf(out, "\nset format x '%%.%df'\nset xlabel ", dt_tick_decimals(step));
	dt_panel_quoted(out, line);
	(void)fputs(" noenhanced\n", out);
}

/* Part of the picture's height at which a pixel from the top lies. */
static double screen(double total, double pixels)
{
	return 1 - pixels / total;
}

/* How a missing cell looks, below the colour bar. */
static void write_swatch(FILE *out, const struct dt_panel *panel, double total)
{
	double left = DT_PLOT_WIDTH - panel->right + DT_PLOT_NAME_OFFSET;
	double top = panel->top + DT_PLOT_MARGIN_TOP + panel->height + DT_PLOT_MARGIN_BOTTOM / 2;

	(void)fprintf(out,
		      "set object rectangle from screen %.6f, screen %.6f to screen %.6f, screen "
		      "%.6f fillcolor rgb '%s' fillstyle solid border rgb '" DT_PLOT_EDGE "'\n",
		      left / DT_PLOT_WIDTH, screen(total, top + SWATCH),
		      (left + SWATCH) / DT_PLOT_WIDTH, screen(total, top),
		      dt_panel_missing(panel->style));
	(void)fprintf(out, "set label 'not observed' at screen %.6f, screen %.6f left\n",
		      (left + SWATCH + 6) / DT_PLOT_WIDTH, screen(total, top + SWATCH / 2));
}

static void write_margins(FILE *out, const struct dt_panel *panel, double total)
{
	double top = screen(total, panel->top + DT_PLOT_MARGIN_TOP);
	double bottom = screen(total, panel->top + DT_PLOT_MARGIN_TOP + panel->height);
	double bar = DT_PLOT_WIDTH - BAR_AND_TEXT + BAR_OFFSET;

	(void)fprintf(out,
		      "set lmargin at screen %.6f\nset rmargin at screen %.6f\n"
		      "set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
		      DT_PLOT_MARGIN_LEFT / DT_PLOT_WIDTH, 1 - panel->right / DT_PLOT_WIDTH, top,
		      bottom);
	(void)fprintf(out,
		      "set colorbox user origin screen %.6f, screen %.6f size screen %.6f, screen "
		      "%.6f\n",
		      bar / DT_PLOT_WIDTH, bottom, COLOR_BAR / DT_PLOT_WIDTH, top - bottom);
	(void)fprintf(out, "set yrange [0:%.2f]\n", panel->height);
}

static void write_terminal(FILE *out, enum dt_plot_kind kind, double height)
{
	/* cairo draws text better; a gnuplot without it still has gd's png */
	static const char png[] =
		"if (strstrt(GPVAL_TERMINALS, ' pngcairo ')) {\n"
		"\tset terminal pngcairo size %.0f,%.0f font 'DejaVu Sans,10' background "
		"'#ffffff'\n"
		"} else {\n"
		"\tset terminal png truecolor size %.0f,%.0f font 'DejaVuSans,10'\n"
		"}\n";

	switch (kind) {
	case DT_PLOT_SVG:
		(void)fprintf(out,
			      "set terminal svg size %.0f,%.0f font 'DejaVu Sans,12' background "
			      "'#ffffff'\n",
			      DT_PLOT_WIDTH, height);
		break;
	case DT_PLOT_PDF:
		/* 100 pixels an inch */
		(void)fprintf(out,
			      "set terminal pdfcairo size %.2fin,%.2fin font 'DejaVu Sans,9' "
			      "background '#ffffff'\n",
			      DT_PLOT_WIDTH / 100, height / 100);
		break;
	case DT_PLOT_PNG:
	case DT_PLOT_SCRIPT:
		(void)fprintf(out, png, DT_PLOT_WIDTH, height, DT_PLOT_WIDTH, height);
		break;
	}
}

/* about: comment lines, after which the data and what makes the picture follow. */
static void write_preamble(FILE *out, const char *name, const char *about)
{
	(void)fputs(about, out);
	(void)fputs("picture = ", out);
	dt_panel_quoted(out, name);
	(void)fputs("\nif (exists('ARG0')) {\n"
		    "\tif (strlen(ARG0) > 3) { picture = ARG0[1:strlen(ARG0) - 3] . '.png' }\n"
		    "}\n",
		    out);
}

/* The longest name, the colour bar and its numbers. */
double dt_plot_right(const struct dt_report *report)
{
	size_t letters = LEAST_NAME;

	for (size_t i = 0; i < report->nr_grids; i++) {
		const struct dt_grid *grid = &report->grids[i];

		for (uint32_t s = 0; s < grid->nr_segments; s++) {
			const struct dt_segment *segment = &grid->segments[s];
			char name[DT_PLOT_NAME + 1];

			(void)dt_words_place(name, sizeof(name), grid, s, segment->start,
					     segment->end);
			if (letters < strlen(name))
				letters = strlen(name);
		}
	}
	return BAR_AND_TEXT + DT_PLOT_NAME_OFFSET + LETTER * (double)letters;
}

void dt_panel_write(FILE *out, const struct dt_panel *panel, double total)
{
	(void)fputs("unset object\nunset arrow\nunset label\n", out);
	write_margins(out, panel, total);
	write_title(out, panel);
	dt_panel_times(out, panel);
	dt_panel_addresses(out, panel);
	dt_panel_segments(out, panel);
	write_swatch(out, panel, total);
	dt_applied_legend(out, panel,
			  panel->top + DT_PLOT_MARGIN_TOP + panel->height + DT_PLOT_MARGIN_BOTTOM -
				  APPLIED_RAISE,
			  total);
	if (isnan(panel->grid->maximum))
		(void)fputs("set label 'nothing was observed in this map' at graph 0.5, graph 0.5 "
			    "center front\n",
			    out);
	dt_panel_scale(out, panel);
	if (panel->ramp.has_signs)
		dt_panel_palette(out, DT_PALETTE_SIGNED);
	dt_panel_cells(out, panel);
	if (panel->ramp.has_signs)
		dt_panel_palette(out, panel->style->palette);
}

void dt_plot_begin(FILE *out, enum dt_plot_kind kind, double height, const char *name,
		   const char *about)
{
	if (kind == DT_PLOT_SCRIPT)
		write_preamble(out, name, about);
	(void)fputs("set encoding utf8\nset decimalsign '.'\n", out);
	write_terminal(out, kind, height);
	if (kind == DT_PLOT_SCRIPT)
		(void)fputs("set output picture\n", out);
}

void dt_plot_script(FILE *out, const struct dt_report *report, const struct dt_style *style,
		    enum dt_plot_kind kind, const char *name)
{
	static const char about[] =
		"# A map of memory heat by damon-trace, with its data. 'gnuplot FILE' writes it as "
		"a PNG\n"
		"# beside this file. The data are one row an address cell, upwards, and one column "
		"a\n"
		"# time cell; " DT_PLOT_TEXT_MISSING " is a cell that was not observed.\n";
	double total = dt_plot_height(report), top = 0;

	dt_plot_begin(out, kind, total, name, about);
	dt_panel_palette(out, style->palette);
	(void)fputs("unset key\nset tics out nomirror\nset border linewidth 0.8\n"
		    "set multiplot\n",
		    out);
	for (size_t i = 0; i < report->nr_grids; i++) {
		const struct dt_grid *grid = &report->grids[i];
		struct dt_panel panel = {
			.grid = grid,
			.style = style,
			.kind = kind,
			.top = top,
			.height = dt_panel_base(grid, grid->nr_segments),
			.right = dt_plot_right(report),
			.zero = grid->start_ns,
			.from = grid->start_ns,
			.to = grid->end_ns,
			.ramp = dt_ramp_of(style->scale, grid->value,
					   (size_t)grid->time_cells * grid->nr_columns),
		};

		dt_panel_write(out, &panel, total);
		top += dt_panel_total(grid);
	}
	(void)fputs("unset multiplot\nunset output\n", out);
}
