/* SPDX-License-Identifier: GPL-2.0-only */
/* What host.json says of a recording, for info. */
#ifndef RENDER_HOST_H
#define RENDER_HOST_H

#include <stdio.h>

#include "damon-trace/host_context.h"
#include "support/json_writer.h"

/* Lines of key and value, the value from column `width` on, broken before column 80. */
void dt_text_host(FILE *out, const struct dt_host_context *host, int width);

/* A member "recording" of the object at hand; null for NULL. */
void dt_json_host(struct dt_json *json, const struct dt_host_context *host);

#endif
