/* SPDX-License-Identifier: GPL-2.0-only */
/* A value over time, as text and as JSON. */
#ifndef RENDER_SERIES_H
#define RENDER_SERIES_H

#include <stdio.h>

#include "damon-trace/distribution.h"
#include "damon-trace/render.h"
#include "support/json_writer.h"

/* Width of the words in front of a line or a row. */
#define DT_KEY_WIDTH 12

/* {start_ns, cell_ns, <values>: [...]} as member `key`. */
void dt_json_series(struct dt_json *json, const char *key, const char *values,
		    const struct dt_series *series);

/*
 * One line: a character a stretch of time, as high as the value is, then the value of the highest.
 * unit follows that. Nothing when there is no value above 0.
 */
void dt_text_series(FILE *out, const char *key, const struct dt_series *series, const char *unit,
		    const struct dt_style *style);

#endif
