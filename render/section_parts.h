/* SPDX-License-Identifier: GPL-2.0-only */
/* What the renderers of sections share; section.h says what a section is. */
#ifndef RENDER_SECTION_PARTS_H
#define RENDER_SECTION_PARTS_H

#include <stdio.h>

#include "damon-trace/render.h"
#include "damon-trace/section.h"
#include "support/json_writer.h"

/* Columns that everything below a section's title is moved to the right. */
#define DT_SECTION_INDENT 2

/* Room for a value that is not text. */
#define DT_SECTION_VALUE 48

/* Most series of a chart that are told apart; see dt_chart_shown. */
#define DT_CHART_SERIES 10

/* Where and for whom a section is written. */
struct dt_section_page {
	FILE *out;
	const struct dt_style *style;
	uint64_t origin; /* second 0, ns on the recording's clock */
	bool has_time;	 /* a time was shown, so the origin is to be told */
};

/* ---- values ---- */

/* The first time stamp of all inputs; 0 when there is none. */
uint64_t dt_section_origin(const struct dt_report *report);

/* The value as double; NaN when it is absent or no number. */
double dt_section_double(const struct dt_value *value);

/* A number for people, with its unit. Returns buffer. */
char *dt_section_number_text(char buffer[DT_SECTION_VALUE], enum dt_unit unit, double number,
			     uint64_t origin);

/*
 * A value for people: what can be printed of it, in ASCII when utf8 is false. in_table: without the
 * units that stand below the heading. Allocated; NULL when memory is out.
 */
char *dt_section_value_text(const struct dt_value *value, enum dt_unit unit, bool in_table,
			    uint64_t origin, bool utf8);

/* The unit that a table's heading tells, or "". */
const char *dt_section_unit_below(enum dt_unit unit);

/* The unit's name in JSON, or NULL. */
const char *dt_section_unit_name(enum dt_unit unit);

/* ---- texts of a terminal ---- */

/* What can be printed of a text, control characters as \xNN. Allocated; NULL: no memory. */
char *dt_section_printable(const char *text, bool utf8);

/* Columns of a printable text. */
unsigned dt_section_columns(const char *text);

/*
 * Print a text in a field of so many columns, shortened with an ellipsis where it is longer.
 * right: at the field's right edge. Nothing is filled behind a text at the left edge when fill is
 * false.
 */
void dt_section_field(FILE *out, const char *text, unsigned columns, bool right, bool fill,
		      bool utf8);

/* Print in lines that end before the width, broken at blanks; each line is indented. */
void dt_section_wrap(const struct dt_section_page *page, const char *text, unsigned indent);

/* ---- the parts of a section ---- */

void dt_section_figures_text(struct dt_section_page *page, const struct dt_section *section);
void dt_section_table_text(struct dt_section_page *page, const struct dt_table *table);
void dt_section_chart_text(struct dt_section_page *page, const struct dt_chart *chart);

#endif
