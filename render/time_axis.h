/* SPDX-License-Identifier: GPL-2.0-only */
/* The time axis below a chart of characters. */
#ifndef RENDER_TIME_AXIS_H
#define RENDER_TIME_AXIS_H

#include <stdbool.h>
#include <stdio.h>

/* No chart of characters is wider. */
#define DT_CHART_COLUMNS 200

/* A chart that is narrower shows nothing. */
#define DT_CHART_COLUMNS_LEAST 10

struct dt_time_axis {
	unsigned label;	    /* columns to the left of the chart, without the blank and the frame */
	unsigned columns;   /* of the chart, up to DT_CHART_COLUMNS */
	double start, span; /* seconds; span above 0 */
	bool utf8;
};

/* The floor of the chart with its ticks, and the seconds below it. */
void dt_term_time_axis(FILE *out, const struct dt_time_axis *axis);

#endif
