/* SPDX-License-Identifier: GPL-2.0-only */
/* What the JSON of several views is made of. */
#ifndef RENDER_JSON_PARTS_H
#define RENDER_JSON_PARTS_H

#include "damon-trace/result.h"
#include "support/json_writer.h"

/* An index that events may not tell; DT_UNKNOWN_U32 is null. */
void dt_json_index(struct dt_json *json, const char *key, uint32_t index);

/* "stream": {kdamond_pid, context, target}. */
void dt_json_stream(struct dt_json *json, const struct dt_stream_id *stream);

/* A grid as member `key`, or NULL in an array. */
void dt_json_grid(struct dt_json *json, const char *key, const struct dt_grid *grid);

/* All sections of the report, each under its key. */
void dt_json_sections(struct dt_json *json, const struct dt_report *report);

#endif
