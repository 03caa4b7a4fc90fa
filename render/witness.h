/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's own counters say beside goals and schemes: did the pages really move? */
#ifndef RENDER_WITNESS_H
#define RENDER_WITNESS_H

#include <stdio.h>

#include "damon-trace/render.h"
#include "support/json_writer.h"

/* The member "witnesses", with goals or schemes when an input has any. */
void dt_json_witnesses(struct dt_json *json, const struct dt_report *report);
/* The same in words. */
void dt_text_witnesses(FILE *out, const struct dt_report *report, const struct dt_style *style);

#endif
