/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Renderers: results to terminal text, JSON, CSV and pictures. They know only result.h.
 */
#ifndef DAMON_TRACE_RENDER_H
#define DAMON_TRACE_RENDER_H

#include <stdbool.h>
#include <stdio.h>

#include "damon-trace/error.h"
#include "damon-trace/result.h"

enum dt_color {
	DT_COLOR_NONE, /* plain characters, no escapes */
	DT_COLOR_16,
	DT_COLOR_256,
	DT_COLOR_TRUE,
};

enum dt_palette {
	DT_PALETTE_VIRIDIS,
	DT_PALETTE_CIVIDIS,
	DT_PALETTE_INFERNO,
	DT_PALETTE_GRAY,
	DT_PALETTE_SIGNED, /* of grids with values below 0, whatever was chosen */
};

enum dt_scale { DT_SCALE_LINEAR, DT_SCALE_LOG };

struct dt_style {
	enum dt_palette palette;
	enum dt_scale scale;
	enum dt_color color;
	bool utf8;	 /* half blocks allowed; false: ASCII only */
	unsigned width;	 /* of the terminal, columns */
	unsigned height; /* rows that one picture may take, 0 = default */
};

/* red, green, blue 0..255 of a palette at position 0..1 */
void dt_palette_rgb(enum dt_palette palette, double position, unsigned char rgb[3]);

/*
 * Position of a value on the scale, 0..1, between the grid's minimum and maximum. Linear scales
 * begin at 0. Zero has position 0 on both scales. Where there are values below 0 the scale is
 * linear, and zero has position 0.5.
 */
double dt_scale_position(const struct dt_grid *grid, enum dt_scale scale, double value);

/*
 * How many time and address cells a terminal picture of this style can show: what to ask the
 * analysis for. (Half blocks show two address cells in a row of characters.)
 */
void dt_term_cells(const struct dt_style *style, unsigned *time_cells, unsigned *address_cells);

/* Draw one grid. Write errors are left to the caller (ferror). */
void dt_term_grid(FILE *out, const struct dt_grid *grid, const struct dt_style *style);

/* The inputs, their events, losses, snapshots and the notes, in words. */
void dt_text_summary(FILE *out, const struct dt_report *report);

/* The goals of the report: words, figures, charts. Nothing when there are none. */
void dt_text_goals(FILE *out, const struct dt_report *report, const struct dt_style *style);

/* The sections of the report (section.h): words, figures, tables, charts, maps. */
void dt_text_sections(FILE *out, const struct dt_report *report, const struct dt_style *style);

/* `damon-trace info`: all that is known of one input. */
void dt_text_info(FILE *out, const struct dt_input_info *info);

/* One JSON object, ends with a newline; the format is documented in doc/. */
void dt_json_report(FILE *out, const struct dt_report *report);

/* `damon-trace info --json`: the same of one input, with all that is known of it. */
void dt_json_info(FILE *out, const struct dt_input_info *info);

/* Long form, one row a cell: a header line with units, then values; missing cells are empty. */
void dt_csv_grids(FILE *out, const struct dt_report *report);

/* Goals: one row a step, then one an evaluation; the first column says which. */
void dt_csv_goals(FILE *out, const struct dt_report *report);

/*
 * Sections: of each its figures ("figure,value"), tables, charts and grids, with a header line each
 * and an empty line between them.
 */
void dt_csv_sections(FILE *out, const struct dt_report *report);

/* A picture of all goals over time, kinds and errors as of dt_plot_grids. */
int dt_plot_goals(const char *path, const struct dt_report *report, struct dt_error *error);

/*
 * A picture of all grids, panels under each other, by gnuplot; the kind is the path's ending
 * (.png, .svg, .pdf; .gp keeps the script with its data inside). 0 or -errno with *error.
 */
int dt_plot_grids(const char *path, const struct dt_report *report, const struct dt_style *style,
		  struct dt_error *error);

/* A picture of the charts and grids of all sections under each other, as of dt_plot_grids. */
int dt_plot_sections(const char *path, const struct dt_report *report, const struct dt_style *style,
		     struct dt_error *error);

/* Bytes with a binary unit, "1.5 GiB"; value in bytes. Returns buffer. */
char *dt_text_bytes(char *buffer, size_t size, double bytes);

/* Nanoseconds as a duration, "12.3 ms". Returns buffer. */
char *dt_text_duration(char *buffer, size_t size, double ns);

#endif
