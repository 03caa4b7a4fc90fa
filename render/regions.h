/* SPDX-License-Identifier: GPL-2.0-only */
/* Working sets and regions as text and as JSON. */
#ifndef RENDER_REGIONS_H
#define RENDER_REGIONS_H

#include <stdio.h>

#include "damon-trace/render.h"
#include "support/json_writer.h"

/* Members of the report's object: working_sets, regions; those that were asked for. */
void dt_json_regions(struct dt_json *json, const struct dt_report *report);

/* The same in words and tables. Nothing when neither was asked for. */
void dt_text_regions(FILE *out, const struct dt_report *report, const struct dt_style *style);

#endif
