/* SPDX-License-Identifier: GPL-2.0-only */
/* What a chart of a section shows, in a terminal as in a picture. */
#ifndef RENDER_SECTION_CHART_H
#define RENDER_SECTION_CHART_H

#include "render/section_parts.h"

/*
 * The series that are told apart: those with the highest means in their own order, then, when there
 * are more than DT_CHART_SERIES, one for the rest: their sum in a stacked chart, else nothing.
 */
struct dt_chart_shown {
	unsigned nr;
	uint32_t series[DT_CHART_SERIES];
	unsigned rest; /* how many are in the last one; 0: it is a series like the others */
	char rest_head[32];
};

/* The ends of the value axis, high above low. */
struct dt_chart_range {
	double low, high;
	double step; /* of ticks: both ends are multiples of it */
};

/* Is there a value to draw? */
bool dt_chart_drawable(const struct dt_chart *chart);

void dt_chart_shown(const struct dt_chart *chart, struct dt_chart_shown *shown);

/* The value of a shown series at a point; NaN is missing. */
double dt_chart_value(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		      unsigned series, uint32_t point);

/* Mean of the points that fall into a column of so many; NaN: all are missing. */
double dt_chart_column(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		       unsigned series, unsigned column, unsigned columns);

/* Mean over time of what is known. */
double dt_chart_mean(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		     unsigned series);

const char *dt_chart_shown_head(const struct dt_chart *chart, const struct dt_chart_shown *shown,
				unsigned series);

void dt_chart_range(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		    struct dt_chart_range *range);

/* Colours of series, told apart by people who see fewer of them. */
extern const unsigned char dt_series_colors[DT_CHART_SERIES][3];

/* The colours that a terminal was last told; -1: its own. */
struct dt_series_ink {
	FILE *out;
	enum dt_color color;
	int foreground, background;
};

struct dt_series_ink dt_series_ink_begin(FILE *out, const struct dt_style *style);

/* Write in the colour of a series on that of another; nothing where there are no colours. */
void dt_series_ink_set(struct dt_series_ink *ink, int foreground, int background);

#endif
