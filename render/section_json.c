/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections as JSON: one member a section, an array where there may be many of one kind. */
#include <string.h>

#include "render/json_parts.h"
#include "render/section_parts.h"

static void write_value(struct dt_json *json, const char *key, const struct dt_value *value)
{
	switch (value->type) {
	case DT_VALUE_ABSENT:
		dt_json_null(json, key);
		break;
	case DT_VALUE_NUMBER:
		dt_json_double(json, key, value->number);
		break;
	case DT_VALUE_INTEGER:
		dt_json_u64(json, key, value->integer);
		break;
	case DT_VALUE_TEXT:
		dt_json_string(json, key, value->text);
		break;
	case DT_VALUE_BOOL:
		dt_json_bool(json, key, value->truth);
		break;
	}
}

static void write_table(struct dt_json *json, const struct dt_table *table)
{
	dt_json_line(json);
	dt_json_array(json, table->name);
	for (size_t i = 0; i < table->nr_rows; i++) {
		const struct dt_value *row = &table->values[i * table->nr_columns];

		dt_json_line(json);
		dt_json_object(json, NULL);
		for (uint32_t c = 0; c < table->nr_columns; c++)
			write_value(json, table->columns[c].name, &row[c]);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_chart(struct dt_json *json, const struct dt_chart *chart)
{
	const double *value = chart->values;

	dt_json_line(json);
	dt_json_object(json, chart->name);
	dt_json_string(json, "unit", dt_section_unit_name(chart->unit));
	dt_json_u64(json, "start_ns", chart->start_ns);
	dt_json_u64(json, "step_ns", chart->step_ns);
	dt_json_object(json, "series");
	for (uint32_t s = 0; s < chart->nr_series; s++) {
		dt_json_line(json);
		dt_json_array(json, chart->names[s]);
		for (uint32_t i = 0; i < chart->nr_points; i++)
			dt_json_double(json, NULL, *value++);
		dt_json_array_end(json);
	}
	dt_json_object_end(json);
	dt_json_object_end(json);
}

static void write_section(struct dt_json *json, const char *key, const struct dt_section *section)
{
	dt_json_line(json);
	dt_json_object(json, key);
	for (size_t i = 0; i < section->nr_figures; i++)
		write_value(json, section->figures[i].heading.name, &section->figures[i].value);
	for (size_t i = 0; i < section->nr_tables; i++)
		write_table(json, section->tables[i]);
	for (size_t i = 0; i < section->nr_charts; i++)
		write_chart(json, section->charts[i]);
	for (size_t i = 0; i < section->nr_grids; i++)
		dt_json_grid(json, section->grid_names[i], section->grids[i]);
	dt_json_object_end(json);
}

void dt_json_sections(struct dt_json *json, const struct dt_report *report)
{
	for (size_t i = 0; i < report->nr_sections; i++) {
		const struct dt_section *section = report->sections[i];
		const bool first = !i || strcmp(report->sections[i - 1]->key, section->key) != 0;
		const bool last = i + 1 == report->nr_sections ||
				  strcmp(report->sections[i + 1]->key, section->key) != 0;

		if (!section->many) {
			write_section(json, section->key, section);
			continue;
		}
		if (first) {
			dt_json_line(json);
			dt_json_array(json, section->key);
		}
		write_section(json, NULL, section);
		if (last)
			dt_json_array_end(json);
	}
}
