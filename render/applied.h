/* SPDX-License-Identifier: GPL-2.0-only */
/* What schemes were applied to, drawn over a heatmap. */
#ifndef RENDER_APPLIED_H
#define RENDER_APPLIED_H

#include <stddef.h>
#include <stdint.h>

#include "damon-trace/result.h"
#include "render/plot_panel.h"

/* Room for dt_applied_words and what separates it from the next. */
#define DT_APPLIED_WORDS 112

/* The character over a cell: a letter per scheme of the grid, one for several of them. */
char dt_applied_mark(uint32_t schemes);

/* "scheme 1 applied, 34 regions"; with its context when there are several. Returns buffer. */
char *dt_applied_words(char *buffer, size_t size, const struct dt_grid *grid, uint32_t scheme);

/* Pixels that the legend of a grid's schemes takes below its panel. */
double dt_applied_height(const struct dt_grid *grid);

/* The legend, from so many pixels below the top of a picture of a total height. */
void dt_applied_legend(FILE *out, const struct dt_panel *panel, double top, double total);

/* More elements of the plot command that draws the cells, and afterwards their data. */
void dt_applied_command(FILE *out, const struct dt_panel *panel);
void dt_applied_data(FILE *out, const struct dt_panel *panel);

#endif
