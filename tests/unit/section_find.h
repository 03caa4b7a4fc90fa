/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands in the sections of a report, by name. All fail the test when there is no such thing.
 */
#ifndef TESTS_UNIT_SECTION_FIND_H
#define TESTS_UNIT_SECTION_FIND_H

#include "damon-trace/result.h"
#include "damon-trace/section.h"

const struct dt_section *section_find(const struct dt_report *report, const char *key);
const struct dt_value *section_figure(const struct dt_section *section, const char *name);
double section_number(const struct dt_section *section, const char *name);
bool section_is_absent(const struct dt_section *section, const char *name);

/* NULL when there is none. */
const struct dt_table *section_table(const struct dt_section *section, const char *name);
const struct dt_chart *section_chart(const struct dt_section *section, const char *name);

/* The value of a column in the row whose column `key` has the text. */
const struct dt_value *table_value(const struct dt_table *table, const char *key, const char *text,
				   const char *column);
double table_number(const struct dt_table *table, const char *key, const char *text,
		    const char *column);

/* One of the sentences contains the text. */
bool section_says(const struct dt_section *section, const char *text);

/* A series of a chart by its name. */
const double *chart_series(const struct dt_chart *chart, const char *name);

#endif
