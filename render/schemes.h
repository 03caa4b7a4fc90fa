/* SPDX-License-Identifier: GPL-2.0-only */
/* What schemes did, as text and as JSON. */
#ifndef RENDER_SCHEMES_H
#define RENDER_SCHEMES_H

#include <stdio.h>

#include "damon-trace/render.h"
#include "support/json_writer.h"

/* The member "schemes" of the report's object, when it was asked for. */
void dt_json_schemes(struct dt_json *json, const struct dt_report *report);
/* The same in words; nothing when it was not asked for. */
void dt_text_schemes(FILE *out, const struct dt_report *report, const struct dt_style *style);

#endif
