/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One grid's panel of a plot, between the files that write its parts. Its address axis counts
 * pixels: each segment gets its height by its cells, and each gap a strip, so that a folded gap
 * and a segment of one cell stay visible.
 */
#ifndef RENDER_PLOT_PANEL_H
#define RENDER_PLOT_PANEL_H

#include "render/palette.h"
#include "render/plot_script.h"

/* Pixels. */
#define DT_PLOT_WIDTH	      1200.0
#define DT_PLOT_MARGIN_LEFT   165.0
#define DT_PLOT_MARGIN_TOP    44.0
#define DT_PLOT_MARGIN_BOTTOM 62.0
#define DT_PLOT_PANEL	      480.0
#define DT_PLOT_NAME_OFFSET   12.0 /* from the map to the names on its right */

/* Letters of a name on the right at most; the rest is cut. */
#define DT_PLOT_NAME 22

/* The edge of strips and swatches. */
#define DT_PLOT_EDGE "#909090"

/*
 * A cell that was not observed, in data that is kept as text: values are not below zero, or else
 * not so far.
 */
#define DT_PLOT_TEXT_MISSING	   "-1"
#define DT_PLOT_TEXT_MISSING_SIGNS "-1e300"

struct dt_panel {
	const struct dt_grid *grid;
	const struct dt_style *style;
	struct dt_ramp ramp;
	enum dt_plot_kind kind;
	double top;	   /* of the panel, pixels from the top of the picture */
	double height;	   /* of the axis */
	double right;	   /* margin of all panels, with the room for names */
	uint64_t zero;	   /* second 0 of the time axis, ns on the recording's clock */
	uint64_t from, to; /* its ends */
	const char *about; /* what the title begins with, or NULL */
};

/* Margin to the right of all panels of the report's grids. */
double dt_plot_right(const struct dt_report *report);

/* Height of a panel with its margins. */
double dt_panel_total(const struct dt_grid *grid);

/* The time axis with its ticks and label; of the panel only its times are looked at. */
void dt_panel_times(FILE *out, const struct dt_panel *panel);

/* All of a grid's panel in a picture so high. */
void dt_panel_write(FILE *out, const struct dt_panel *panel, double total);

/* Height of a segment. */
double dt_panel_segment(const struct dt_grid *grid, uint32_t segment);

/* Lower edge of a segment; for nr_segments the upper edge of the axis. */
double dt_panel_base(const struct dt_grid *grid, uint32_t segment);

/* The colour behind cells that were not observed. */
const char *dt_panel_missing(const struct dt_style *style);

/*
 * A string in single quotes, in which gnuplot knows no escapes but the doubled quote. Without
 * backquotes: gnuplot runs what stands in them, and texts come from recordings.
 */
void dt_panel_quoted(FILE *out, const char *text);

/* A number that reads back as the same double. */
void dt_panel_number(FILE *out, double value);

/* The labels of the address axis. */
void dt_panel_addresses(FILE *out, const struct dt_panel *panel);

/* What lies behind the cells, between the segments and beside them. */
void dt_panel_segments(FILE *out, const struct dt_panel *panel);

/* The colours of the positions on the scale. */
void dt_panel_palette(FILE *out, enum dt_palette palette);

/* pos(), the range of the colour bar and its labels. */
void dt_panel_scale(FILE *out, const struct dt_panel *panel);

/* The plot command with its data behind it. */
void dt_panel_cells(FILE *out, const struct dt_panel *panel);

#endif
