/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Key figures of several reports in columns beside each other: those of machines or runs that share
 * neither clock nor addresses, so that no picture can hold them both.
 */
#ifndef RENDER_SIDE_BY_SIDE_H
#define RENDER_SIDE_BY_SIDE_H

#include <stdio.h>

#include "damon-trace/render.h"

struct dt_side_by_side;

/* Of so many reports. NULL when memory is out; all functions take NULL. Free when done. */
struct dt_side_by_side *dt_side_by_side_new(size_t nr);
void dt_side_by_side_free(struct dt_side_by_side *sides);

/*
 * The figures of the next report, as a column of that name: of what was asked for and found in it.
 * Goals, streams and sections of reports are matched by their place, for pids differ.
 */
void dt_side_by_side_add(struct dt_side_by_side *sides, const char *name,
			 const struct dt_report *report);

/* A table, in as many pieces as the width of style asks for; nothing below two reports. */
void dt_side_by_side_text(FILE *out, const struct dt_side_by_side *sides,
			  const struct dt_style *style);

#endif
