/* SPDX-License-Identifier: GPL-2.0-only */
/* CSV (a header, one table a file) and JSON lines (an object a row, all tables in one file). */

#include "exporters/rows.h"
#include "support/number.h"

static struct dt_output *output_of(struct dt_export *export, enum dt_export_table table)
{
	return export->format->separate ? export->outputs[table] : export->outputs[0];
}

static char *put_number(char *to, const struct dt_cell *cell)
{
	if (cell->type == DT_CELL_U64)
		return dt_put_u64(to, cell->u64);
	if (cell->type == DT_CELL_I64)
		return dt_put_i64(to, cell->i64);
	return to + dt_number_double(to, cell->number);
}

/* ---- CSV, as RFC 4180 has it, with line feeds ---- */

/* Names of events are the only texts that can hold anything; a kilobyte of one is kept. */
#define TEXT_MAX 1024

static char *put_quoted(char *to, const char *text)
{
	const bool plain = !strpbrk(text, ",\"\r\n");

	if (!plain)
		*to++ = '"';
	for (size_t i = 0; i < TEXT_MAX && text[i]; i++) {
		if (text[i] == '"')
			*to++ = '"';
		*to++ = text[i];
	}
	if (!plain)
		*to++ = '"';
	return to;
}

static int csv_row(struct dt_export *export, const struct dt_row *row)
{
	struct dt_output *output = output_of(export, row->table);
	char *to = dt_output_room(output);

	if (export->machines) {
		to = stpcpy(to, export->machines[export->input]);
		*to++ = ',';
	}
	if (dt_row_numbered(export)) {
		to = dt_put_u64(to, export->input);
		*to++ = ',';
	}
	for (uint32_t i = 0; i < row->nr; i++) {
		const struct dt_cell *cell = &row->cells[i];

		if (i)
			*to++ = ',';
		if (cell->type == DT_CELL_TEXT)
			to = put_quoted(to, cell->text);
		else if (cell->type != DT_CELL_ABSENT)
			to = put_number(to, cell);
	}
	*to++ = '\n';
	dt_output_took(output, to);
	export->rows[row->table]++;
	return output->error;
}

static int csv_begin(struct dt_export *export, struct dt_error *error)
{
	(void)error;
	for (int table = 0; table < DT_NR_EXPORT_TABLES; table++) {
		const char *const *column = dt_row_columns((enum dt_export_table)table);

		if (!(export->tables & (1u << table)))
			continue;
		if (export->machines)
			dt_output_text(export->outputs[table], "machine,");
		if (dt_row_numbered(export))
			dt_output_text(export->outputs[table], "input,");
		for (; *column; column++)
			dt_output_format(export->outputs[table], "%s%s", *column,
					 column[1] ? "," : "\n");
	}
	return 0;
}

/* ---- JSON lines ---- */

static char *put_json_text(char *to, const char *text)
{
	*to++ = '"';
	for (size_t i = 0; i < TEXT_MAX / 2 && text[i]; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c >= 0x7f) {
			static const char hex[] = "0123456789abcdef";

			/* bytes beyond ASCII are taken as Latin-1: always valid, never lost */
			to = stpcpy(to, "\\u00");
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
			continue;
		}
		if (c == '"' || c == '\\')
			*to++ = '\\';
		*to++ = (char)c;
	}
	*to++ = '"';
	return to;
}

static char *put_key(char *to, const char *name, const char *separator)
{
	to = stpcpy(to, separator);
	*to++ = '"';
	to = stpcpy(to, name);
	*to++ = '"';
	*to++ = ':';
	return to;
}

static int jsonl_row(struct dt_export *export, const struct dt_row *row)
{
	struct dt_output *output = output_of(export, row->table);
	const char *const *columns = dt_row_columns(row->table);
	char *to = dt_output_room(output);

	to = put_key(to, "table", "{");
	to = put_json_text(to, dt_export_tables[row->table]);
	if (export->machines) {
		to = put_key(to, "machine", ",");
		to = put_json_text(to, export->machines[export->input]);
	}
	if (dt_row_numbered(export)) {
		to = put_key(to, "input", ",");
		to = dt_put_u64(to, export->input);
	}
	for (uint32_t i = 0; i < row->nr; i++) {
		const struct dt_cell *cell = &row->cells[i];

		to = put_key(to, columns[i], ",");
		if (cell->type == DT_CELL_TEXT)
			to = put_json_text(to, cell->text);
		else if (cell->type == DT_CELL_ABSENT)
			to = stpcpy(to, "null");
		else
			to = put_number(to, cell);
	}
	*to++ = '}';
	*to++ = '\n';
	dt_output_took(output, to);
	export->rows[row->table]++;
	return output->error;
}

/* ---- both ---- */

static dt_row_writer writer_of(const struct dt_export *export)
{
	return export->format == &dt_export_csv ? csv_row : jsonl_row;
}

static int put_region(struct dt_export *export, const struct dt_region *region,
		      const struct dt_stream *stream, bool first)
{
	struct dt_row row;

	(void)first;
	dt_row_region(&row, region, stream);
	return writer_of(export)(export, &row);
}

static int put_samples(struct dt_export *export, const struct dt_export_samples *samples)
{
	return dt_rows_samples(export, samples, writer_of(export));
}

static int put_tiers(struct dt_export *export, const struct dt_export_tiers *tiers)
{
	return dt_rows_tiers(export, tiers, writer_of(export));
}

#define PUT(noun)                                                                       \
	static int put_##noun(struct dt_export *export, const struct dt_##noun *record) \
	{                                                                               \
		struct dt_row row;                                                      \
                                                                                        \
		dt_row_##noun(&row, record);                                            \
		return writer_of(export)(export, &row);                                 \
	}

PUT(goal)
PUT(stat)
PUT(esz)
PUT(apply)

#define ROWS                                                                                     \
	.tables = (1u << DT_NR_EXPORT_TABLES) - 1, .region = put_region, .samples = put_samples, \
	.goal = put_goal, .stat = put_stat, .esz = put_esz, .apply = put_apply, .tiers = put_tiers

const struct dt_export_format dt_export_csv = {
	.name = "csv",
	.summary = "rows with a header, a file for each table",
	.separate = true,
	.begin = csv_begin,
	ROWS,
};

const struct dt_export_format dt_export_jsonl = {
	.name = "jsonl",
	.summary = "a JSON object for each row",
	ROWS,
};
