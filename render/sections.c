/* SPDX-License-Identifier: GPL-2.0-only */
/* Building sections, and what they own. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/result.h"
#include "damon-trace/section.h"
#include "support/grow.h"

/* A section with the report that hears of failures. */
struct held {
	struct dt_section section;
	struct dt_report *report;
};

static void failed(struct dt_section *section)
{
	((struct held *)section)->report->out_of_memory = true;
}

struct dt_section *dt_report_section(struct dt_report *report, const char *key, const char *title,
				     bool many)
{
	struct held *held = calloc(1, sizeof(*held));
	struct dt_section **sections =
		dt_grow(report->sections, report->nr_sections, sizeof(struct dt_section *));

	if (sections)
		report->sections = sections;
	if (!held || !sections) {
		free(held);
		report->out_of_memory = true;
		return NULL;
	}
	held->section = (struct dt_section){.key = key, .title = title, .many = many};
	held->report = report;
	report->sections[report->nr_sections++] = &held->section;
	return &held->section;
}

void dt_section_say(struct dt_section *section, const char *format, ...)
{
	va_list arguments;
	char **words, *sentence = NULL;
	int length;

	if (!section)
		return;
	va_start(arguments, format);
	length = vasprintf(&sentence, format, arguments);
	va_end(arguments);
	words = dt_grow(section->words, section->nr_words, sizeof(char *));
	if (words)
		section->words = words;
	if (length < 0 || !words) {
		if (length >= 0)
			free(sentence);
		failed(section);
		return;
	}
	section->words[section->nr_words++] = sentence;
}

/* A new figure, absent; NULL when there is none. */
static struct dt_value *add_figure(struct dt_section *section, const char *name, const char *head,
				   enum dt_unit unit)
{
	struct dt_figure *figures;

	if (!section)
		return NULL;
	figures = dt_grow(section->figures, section->nr_figures, sizeof(*figures));
	if (!figures) {
		failed(section);
		return NULL;
	}
	section->figures = figures;
	figures += section->nr_figures++;
	*figures = (struct dt_figure){.heading = {name, head, unit}};
	return &figures->value;
}

void dt_section_number(struct dt_section *section, const char *name, const char *head,
		       enum dt_unit unit, double value)
{
	dt_value_number(add_figure(section, name, head, unit), 0, value);
}

void dt_section_integer(struct dt_section *section, const char *name, const char *head,
			enum dt_unit unit, uint64_t value)
{
	dt_value_integer(add_figure(section, name, head, unit), 0, value);
}

void dt_section_text(struct dt_section *section, const char *name, const char *head,
		     const char *text)
{
	struct dt_value *value = add_figure(section, name, head, DT_UNIT_NONE);

	dt_value_text(value, 0, text);
	if (value && value->type == DT_VALUE_ABSENT)
		failed(section);
}

void dt_section_bool(struct dt_section *section, const char *name, const char *head, bool truth)
{
	dt_value_bool(add_figure(section, name, head, DT_UNIT_NONE), 0, truth);
}

void dt_section_absent(struct dt_section *section, const char *name, const char *head)
{
	(void)add_figure(section, name, head, DT_UNIT_NONE);
}

struct dt_table *dt_section_table(struct dt_section *section, const char *name, const char *title,
				  const struct dt_heading *columns, uint32_t nr_columns)
{
	struct dt_table **tables, *table;

	if (!section)
		return NULL;
	tables = dt_grow(section->tables, section->nr_tables, sizeof(struct dt_table *));
	table = calloc(1, sizeof(*table));
	if (tables)
		section->tables = tables;
	if (table)
		table->columns = calloc(nr_columns, sizeof(*columns));
	if (!tables || !table || !table->columns) {
		free(table);
		failed(section);
		return NULL;
	}
	memcpy(table->columns, columns, nr_columns * sizeof(*columns));
	table->section = section;
	table->name = name;
	table->title = title;
	table->nr_columns = nr_columns;
	section->tables[section->nr_tables++] = table;
	return table;
}

struct dt_value *dt_table_row(struct dt_table *table)
{
	struct dt_value *row;

	if (!table)
		return NULL;
	if (table->nr_rows == table->room) {
		const size_t room = table->room ? table->room * 2 : 16;
		struct dt_value *values =
			reallocarray(table->values, room, table->nr_columns * sizeof(*values));

		if (!values) {
			failed(table->section);
			return NULL;
		}
		table->values = values;
		table->room = room;
	}
	row = table->values + table->nr_rows++ * table->nr_columns;
	memset(row, 0, table->nr_columns * sizeof(*row));
	return row;
}

void dt_value_number(struct dt_value *row, uint32_t column, double number)
{
	if (row && isfinite(number))
		row[column] = (struct dt_value){.type = DT_VALUE_NUMBER, .number = number};
}

void dt_value_integer(struct dt_value *row, uint32_t column, uint64_t integer)
{
	if (row)
		row[column] = (struct dt_value){.type = DT_VALUE_INTEGER, .integer = integer};
}

void dt_value_text(struct dt_value *row, uint32_t column, const char *text)
{
	char *copy = row ? strdup(text) : NULL;

	if (copy)
		row[column] = (struct dt_value){.type = DT_VALUE_TEXT, .text = copy};
}

void dt_value_bool(struct dt_value *row, uint32_t column, bool truth)
{
	if (row)
		row[column] = (struct dt_value){.type = DT_VALUE_BOOL, .truth = truth};
}

static void free_texts(char **texts, size_t count)
{
	for (size_t i = 0; texts && i < count; i++)
		free(texts[i]);
	free(texts);
}

static void free_chart(struct dt_chart *chart)
{
	free_texts(chart->names, chart->nr_series);
	free_texts(chart->heads, chart->nr_series);
	free(chart->values);
	free(chart);
}

/* Copies; NULL when memory is out. */
static char **copy_texts(const char *const *texts, uint32_t count)
{
	char **copies = calloc(count ? count : 1, sizeof(char *));

	for (uint32_t i = 0; copies && i < count; i++) {
		copies[i] = strdup(texts[i]);
		if (!copies[i]) {
			free_texts(copies, count);
			return NULL;
		}
	}
	return copies;
}

static struct dt_chart *new_chart(enum dt_unit unit, uint32_t nr_series, const char *const *names,
				  const char *const *heads, uint32_t nr_points)
{
	struct dt_chart *chart = calloc(1, sizeof(*chart));
	const size_t nr = (size_t)nr_series * nr_points;

	if (!chart)
		return NULL;
	*chart = (struct dt_chart){.unit = unit, .nr_series = nr_series, .nr_points = nr_points};
	chart->names = copy_texts(names, nr_series);
	chart->heads = copy_texts(heads, nr_series);
	chart->values = calloc(nr ? nr : 1, sizeof(double));
	if (!chart->names || !chart->heads || !chart->values) {
		free_chart(chart);
		return NULL;
	}
	for (size_t i = 0; i < nr; i++)
		chart->values[i] = NAN;
	return chart;
}

struct dt_chart *dt_section_chart(struct dt_section *section, const char *name, const char *title,
				  enum dt_unit unit, uint32_t nr_series, const char *const *names,
				  const char *const *heads, uint32_t nr_points, uint64_t start_ns,
				  uint64_t step_ns)
{
	struct dt_chart **charts, *chart;

	if (!section)
		return NULL;
	charts = dt_grow(section->charts, section->nr_charts, sizeof(struct dt_chart *));
	chart = new_chart(unit, nr_series, names, heads, nr_points);
	if (charts)
		section->charts = charts;
	if (!charts || !chart) {
		if (chart)
			free_chart(chart);
		failed(section);
		return NULL;
	}
	chart->name = name;
	chart->title = title;
	chart->start_ns = start_ns;
	chart->step_ns = step_ns;
	section->charts[section->nr_charts++] = chart;
	return chart;
}

double *dt_chart_series(struct dt_chart *chart, uint32_t series)
{
	return chart ? chart->values + (size_t)series * chart->nr_points : NULL;
}

bool dt_section_grid(struct dt_section *section, const char *name, const struct dt_grid *grid)
{
	struct dt_grid **grids, *copy;
	char **names, *own_name;

	if (!section)
		return false;
	grids = dt_grow(section->grids, section->nr_grids, sizeof(struct dt_grid *));
	if (grids)
		section->grids = grids;
	names = dt_grow(section->grid_names, section->nr_grids, sizeof(char *));
	if (names)
		section->grid_names = names;
	copy = malloc(sizeof(*copy));
	own_name = strdup(name);
	if (!grids || !names || !copy || !own_name) {
		free(copy);
		free(own_name);
		failed(section);
		return false;
	}
	*copy = *grid;
	section->grid_names[section->nr_grids] = own_name;
	section->grids[section->nr_grids++] = copy;
	return true;
}

static void free_value(struct dt_value *value)
{
	if (value->type == DT_VALUE_TEXT)
		free(value->text);
}

static void free_table(struct dt_table *table)
{
	for (size_t i = 0; i < table->nr_rows * table->nr_columns; i++)
		free_value(&table->values[i]);
	free(table->values);
	free(table->columns);
	free(table);
}

static void free_section(struct dt_section *section)
{
	free_texts(section->words, section->nr_words);
	for (size_t i = 0; i < section->nr_figures; i++)
		free_value(&section->figures[i].value);
	free(section->figures);
	for (size_t i = 0; i < section->nr_tables; i++)
		free_table(section->tables[i]);
	free(section->tables);
	for (size_t i = 0; i < section->nr_charts; i++)
		free_chart(section->charts[i]);
	free(section->charts);
	for (size_t i = 0; i < section->nr_grids; i++) {
		free(section->grids[i]->segments);
		free(section->grids[i]->value);
		free(section->grids[i]);
	}
	free(section->grids);
	free_texts(section->grid_names, section->nr_grids);
	free(section);
}

void dt_sections_clear(struct dt_report *report)
{
	for (size_t i = 0; i < report->nr_sections; i++)
		free_section(report->sections[i]);
	free(report->sections);
	report->sections = NULL;
	report->nr_sections = 0;
}
