/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking into sections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/section_find.h"

const struct dt_section *section_find(const struct dt_report *report, const char *key)
{
	for (size_t i = 0; i < report->nr_sections; i++)
		if (!strcmp(report->sections[i]->key, key))
			return report->sections[i];
	fail_msg("no section %s", key);
	return NULL;
}

const struct dt_value *section_figure(const struct dt_section *section, const char *name)
{
	for (size_t i = 0; i < section->nr_figures; i++)
		if (!strcmp(section->figures[i].heading.name, name))
			return &section->figures[i].value;
	fail_msg("no figure %s", name);
	return NULL;
}

static double number_of(const struct dt_value *value, const char *name)
{
	if (value->type == DT_VALUE_INTEGER)
		return (double)value->integer;
	if (value->type != DT_VALUE_NUMBER)
		fail_msg("%s is no number", name);
	return value->number;
}

double section_number(const struct dt_section *section, const char *name)
{
	return number_of(section_figure(section, name), name);
}

bool section_is_absent(const struct dt_section *section, const char *name)
{
	return section_figure(section, name)->type == DT_VALUE_ABSENT;
}

const struct dt_table *section_table(const struct dt_section *section, const char *name)
{
	for (size_t i = 0; i < section->nr_tables; i++)
		if (!strcmp(section->tables[i]->name, name))
			return section->tables[i];
	return NULL;
}

const struct dt_chart *section_chart(const struct dt_section *section, const char *name)
{
	for (size_t i = 0; i < section->nr_charts; i++)
		if (!strcmp(section->charts[i]->name, name))
			return section->charts[i];
	return NULL;
}

static uint32_t column_of(const struct dt_table *table, const char *name)
{
	for (uint32_t i = 0; i < table->nr_columns; i++)
		if (!strcmp(table->columns[i].name, name))
			return i;
	fail_msg("no column %s", name);
	return 0;
}

const struct dt_value *table_value(const struct dt_table *table, const char *key, const char *text,
				   const char *column)
{
	assert_non_null(table);
	for (size_t i = 0; i < table->nr_rows; i++) {
		const struct dt_value *row = table->values + i * table->nr_columns;
		const struct dt_value *value = &row[column_of(table, key)];

		if (value->type == DT_VALUE_TEXT && !strcmp(value->text, text))
			return &row[column_of(table, column)];
	}
	fail_msg("no row %s", text);
	return NULL;
}

double table_number(const struct dt_table *table, const char *key, const char *text,
		    const char *column)
{
	return number_of(table_value(table, key, text, column), column);
}

bool section_says(const struct dt_section *section, const char *text)
{
	for (size_t i = 0; i < section->nr_words; i++)
		if (strstr(section->words[i], text))
			return true;
	return false;
}

const double *chart_series(const struct dt_chart *chart, const char *name)
{
	assert_non_null(chart);
	for (uint32_t i = 0; i < chart->nr_series; i++)
		if (!strcmp(chart->names[i], name))
			return chart->values + (size_t)i * chart->nr_points;
	fail_msg("no series %s", name);
	return NULL;
}
