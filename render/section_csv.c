/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections as CSV: tables one after the other, each with a header line and its own columns. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "render/section_parts.h"
#include "support/number.h"

/* An empty line goes before every table but the first. */
struct sheet {
	FILE *out;
	bool filled;
};

static void begin_table(struct sheet *sheet)
{
	if (sheet->filled)
		(void)fputc('\n', sheet->out);
	sheet->filled = true;
}

/* A text as a field: in quotes where it has a character that ends one (RFC 4180). */
static void write_text(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		(void)fputs(text, out);
		return;
	}
	(void)fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			(void)fputc('"', out);
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

static void write_number(FILE *out, double value)
{
	char number[DT_NUMBER_SIZE];

	if (!isfinite(value))
		return;
	(void)dt_number_double(number, value);
	(void)fputs(number, out);
}

static void write_value(FILE *out, const struct dt_value *value, enum dt_unit unit)
{
	switch (value->type) {
	case DT_VALUE_ABSENT:
		break;
	case DT_VALUE_NUMBER:
		write_number(out, value->number);
		break;
	case DT_VALUE_INTEGER:
		/* as the heatmaps' addresses */
		(void)fprintf(out, unit == DT_UNIT_ADDRESS ? "0x%" PRIx64 : "%" PRIu64,
			      value->integer);
		break;
	case DT_VALUE_TEXT:
		write_text(out, value->text);
		break;
	case DT_VALUE_BOOL:
		(void)fputs(value->truth ? "true" : "false", out);
		break;
	}
}

static void write_figures(struct sheet *sheet, const struct dt_section *section)
{
	if (!section->nr_figures)
		return;
	begin_table(sheet);
	(void)fputs("figure,value\n", sheet->out);
	for (size_t i = 0; i < section->nr_figures; i++) {
		const struct dt_figure *figure = &section->figures[i];

		write_text(sheet->out, figure->heading.name);
		(void)fputc(',', sheet->out);
		write_value(sheet->out, &figure->value, figure->heading.unit);
		(void)fputc('\n', sheet->out);
	}
}

static void write_table(struct sheet *sheet, const struct dt_table *table)
{
	begin_table(sheet);
	for (uint32_t c = 0; c < table->nr_columns; c++) {
		(void)fputs(c ? "," : "", sheet->out);
		write_text(sheet->out, table->columns[c].name);
	}
	(void)fputc('\n', sheet->out);
	for (size_t i = 0; i < table->nr_rows; i++) {
		for (uint32_t c = 0; c < table->nr_columns; c++) {
			(void)fputs(c ? "," : "", sheet->out);
			write_value(sheet->out, &table->values[i * table->nr_columns + c],
				    table->columns[c].unit);
		}
		(void)fputc('\n', sheet->out);
	}
}

static void write_chart(struct sheet *sheet, const struct dt_chart *chart)
{
	begin_table(sheet);
	(void)fputs("time_ns", sheet->out);
	for (uint32_t s = 0; s < chart->nr_series; s++) {
		(void)fputc(',', sheet->out);
		write_text(sheet->out, chart->names[s]);
	}
	(void)fputc('\n', sheet->out);
	for (uint32_t i = 0; i < chart->nr_points; i++) {
		(void)fprintf(sheet->out, "%" PRIu64, chart->start_ns + i * chart->step_ns);
		for (uint32_t s = 0; s < chart->nr_series; s++) {
			(void)fputc(',', sheet->out);
			write_number(sheet->out, chart->values[(size_t)s * chart->nr_points + i]);
		}
		(void)fputc('\n', sheet->out);
	}
}

static void write_section(struct sheet *sheet, const struct dt_section *section)
{
	write_figures(sheet, section);
	for (size_t i = 0; i < section->nr_tables; i++)
		write_table(sheet, section->tables[i]);
	for (size_t i = 0; i < section->nr_charts; i++)
		write_chart(sheet, section->charts[i]);
	for (size_t i = 0; i < section->nr_grids; i++) {
		const struct dt_report grid = {.nr_grids = 1, .grids = section->grids[i]};

		begin_table(sheet);
		dt_csv_grids(sheet->out, &grid);
	}
}

void dt_csv_sections(FILE *out, const struct dt_report *report)
{
	struct sheet sheet = {.out = out};

	for (size_t i = 0; i < report->nr_sections; i++)
		write_section(&sheet, report->sections[i]);
}
