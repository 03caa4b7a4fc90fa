/* SPDX-License-Identifier: GPL-2.0-only */
/* Grids as a gnuplot script with its data inside. */
#ifndef RENDER_PLOT_SCRIPT_H
#define RENDER_PLOT_SCRIPT_H

#include "damon-trace/render.h"

/* Taller pictures are refused by cairo, which draws for gnuplot. */
#define DT_PLOT_MOST_PIXELS 32000

enum dt_plot_kind {
	DT_PLOT_PNG,
	DT_PLOT_SVG,
	DT_PLOT_PDF,
	DT_PLOT_SCRIPT, /* the script itself, with its data as text; it makes a PNG when run */
};

/* Writes a script, with its data inside; name: see dt_plot_script. */
typedef void (*dt_plot_writer)(FILE *out, const void *subject, enum dt_plot_kind kind,
			       const char *name);

/*
 * Let gnuplot make the picture of a script, or keep the script: the kind is the path's ending. 0 or
 * -errno with *error.
 */
int dt_plot_picture(const char *path, dt_plot_writer write, const void *subject,
		    struct dt_error *error);

/* The beginning of every script: the terminal for a picture so high, in pixels. */
void dt_plot_begin(FILE *out, enum dt_plot_kind kind, double height, const char *name,
		   const char *about);

/* Height of the whole picture in pixels. */
double dt_plot_height(const struct dt_report *report);

/*
 * Write the script. name: of the picture that a kept script makes when gnuplot does not say from
 * which file it reads. Write errors are left to the caller (ferror).
 */
void dt_plot_script(FILE *out, const struct dt_report *report, const struct dt_style *style,
		    enum dt_plot_kind kind, const char *name);

#endif
