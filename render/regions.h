/* SPDX-License-Identifier: GPL-2.0-only */
/* Working sets and regions as text, JSON, CSV and pictures. */
#ifndef RENDER_REGIONS_H
#define RENDER_REGIONS_H

#include <stdio.h>

#include "damon-trace/render.h"
#include "support/json_writer.h"

/* Members of the report's object: working_sets, regions; those that were asked for. */
void dt_json_regions(struct dt_json *json, const struct dt_report *report);

/* The same in words and tables. Nothing when neither was asked for. */
void dt_text_regions(FILE *out, const struct dt_report *report, const struct dt_style *style);

/* The same as CSV, a row a number. */
void dt_csv_regions(FILE *out, const struct dt_report *report);

/* A picture of them, kinds and errors as of dt_plot_grids. */
int dt_plot_regions(const char *path, const struct dt_report *report, struct dt_error *error);

#endif
