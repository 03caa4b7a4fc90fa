/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of a section in a terminal. No line is longer than the terminal is wide: headings are
 * broken, texts shortened, and at last columns left out.
 */
#include <stdlib.h>
#include <string.h>

#include "render/section_parts.h"

/* Between two columns: as far as the first one is from the edge. */
#define GAP DT_SECTION_INDENT

/* A text that must be shortened keeps so many columns. */
#define TEXT_LEAST 10

/* Lines that a heading may be broken into, without the unit. */
#define HEAD_LINES 4

/* Room for a line of a heading. */
#define HEAD_SIZE 96

struct column {
	uint32_t index; /* in the table */
	const struct dt_heading *heading;
	bool is_text;
	unsigned cells; /* columns of the widest cell */
	unsigned width;
};

struct layout {
	struct dt_section_page *page;
	const struct dt_table *table;
	size_t rows;	/* that are shown */
	uint32_t nr;	/* columns for people */
	uint32_t shown; /* those of them that there is room for, the first ones */
	struct column *columns;
	char **cells; /* [row * nr + column]; NULL: no memory */
	unsigned room;
};

/* The longest part of a heading that is not broken. */
static unsigned longest_word(const char *head)
{
	unsigned longest = 0;

	while (*head) {
		const size_t length = strcspn(head, " ");

		longest = length > longest ? (unsigned)length : longest;
		head += length;
		head += strspn(head, " ");
	}
	return longest;
}

/* The line of a heading that begins at *rest, at most width columns where blanks allow it. */
static size_t head_line(const char *rest, unsigned width)
{
	size_t length = strcspn(rest, " ");

	while (rest[length] == ' ') {
		const size_t longer = length + 1 + strcspn(rest + length + 1, " ");

		if (longer > width)
			break;
		length = longer;
	}
	return length;
}

static unsigned head_lines(const char *head, unsigned width)
{
	unsigned lines = 0;

	while (*head) {
		head += head_line(head, width);
		head += strspn(head, " ");
		lines++;
	}
	return lines;
}

/* Is the unit one of the heading's words? */
static bool names_unit(const char *head, const char *unit)
{
	const size_t length = strlen(unit);

	for (const char *at = strstr(head, unit); at; at = strstr(at + 1, unit))
		if ((at == head || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
	return false;
}

/* The unit under a heading, where the heading does not name it itself. */
static const char *unit_below(const struct column *column)
{
	const char *unit = dt_section_unit_below(column->heading->unit);

	if (column->is_text || !*unit || names_unit(column->heading->head, unit))
		return "";
	return unit;
}

/* At the left edge of its column, and shortened where there is no room. */
static bool is_text(const struct dt_table *table, uint32_t column)
{
	if (table->columns[column].unit == DT_UNIT_BAR)
		return true;
	for (size_t i = 0; i < table->nr_rows; i++)
		if (table->values[i * table->nr_columns + column].type == DT_VALUE_TEXT)
			return true;
	return false;
}

static bool make_cells(struct layout *layout)
{
	const struct dt_table *table = layout->table;

	layout->cells = calloc(layout->rows * layout->nr + 1, sizeof(char *));
	for (size_t i = 0; layout->cells && i < layout->rows * layout->nr; i++) {
		struct column *column = &layout->columns[i % layout->nr];
		const struct dt_value *value =
			&table->values[i / layout->nr * table->nr_columns + column->index];
		char *cell = dt_section_value_text(value, column->heading->unit, true,
						   layout->page->origin, layout->page->style->utf8);
		const unsigned columns = cell ? dt_section_columns(cell) : 0;

		if (!cell)
			return false;
		layout->cells[i] = cell;
		column->cells = columns > column->cells ? columns : column->cells;
	}
	return layout->cells;
}

static unsigned total(const struct layout *layout)
{
	unsigned sum = DT_SECTION_INDENT;

	for (uint32_t c = 0; c < layout->shown; c++)
		sum += layout->columns[c].width + (c ? GAP : 0);
	return sum;
}

/* What a column must have besides its heading. */
static unsigned least_width(const struct column *column)
{
	const unsigned unit = (unsigned)strlen(unit_below(column));

	return column->cells > unit ? column->cells : unit;
}

/* Break headings, the widest one first, until the table fits or nothing is left to break. */
static void break_headings(struct layout *layout)
{
	while (total(layout) > layout->room) {
		struct column *widest = NULL;

		for (uint32_t c = 0; c < layout->shown; c++) {
			struct column *column = &layout->columns[c];

			if (column->width > least_width(column) &&
			    column->width > longest_word(column->heading->head) &&
			    head_lines(column->heading->head, column->width - 1) <= HEAD_LINES &&
			    (!widest || column->width > widest->width))
				widest = column;
		}
		if (!widest)
			break;
		widest->width--;
	}
	/* a broken heading needs no more than its longest line */
	for (uint32_t c = 0; c < layout->shown; c++) {
		struct column *column = &layout->columns[c];
		const char *head = column->heading->head;
		const unsigned lines = head_lines(head, column->width);

		while (lines > 1 && column->width > least_width(column) &&
		       column->width > longest_word(head) &&
		       head_lines(head, column->width - 1) == lines)
			column->width--;
	}
}

/* Shorten texts, the widest one first, with their headings. */
static void shorten_texts(struct layout *layout)
{
	while (total(layout) > layout->room) {
		struct column *widest = NULL;

		for (uint32_t c = 0; c < layout->shown; c++) {
			struct column *column = &layout->columns[c];

			if (column->is_text && column->width > TEXT_LEAST &&
			    (!widest || column->width > widest->width))
				widest = column;
		}
		if (!widest)
			break;
		widest->width--;
	}
}

static void fit_shown(struct layout *layout)
{
	for (uint32_t c = 0; c < layout->shown; c++) {
		struct column *column = &layout->columns[c];
		const unsigned head = dt_section_columns(column->heading->head);
		const unsigned least = least_width(column);

		column->width = head > least ? head : least;
	}
	break_headings(layout);
	shorten_texts(layout);
}

/* What is left out makes room for the rest, so that is fitted anew. */
static void fit(struct layout *layout)
{
	layout->shown = layout->nr;
	fit_shown(layout);
	while (layout->shown > 1 && total(layout) > layout->room) {
		layout->shown--;
		if (total(layout) <= layout->room)
			fit_shown(layout);
	}
}

static void write_field(const struct layout *layout, uint32_t c, uint32_t nr, const char *text)
{
	const struct column *column = &layout->columns[c];

	(void)fprintf(layout->page->out, "%*s", GAP, "");
	dt_section_field(layout->page->out, text, column->width, !column->is_text, c + 1 < nr,
			 layout->page->style->utf8);
}

/* Headings end in one line, whatever number of lines each of them has; line 0 is the last one. */
static const char *head_part(const struct layout *layout, uint32_t c, size_t line,
			     char part[HEAD_SIZE])
{
	const struct column *column = &layout->columns[c];
	const char *rest = column->heading->head;
	const unsigned lines = head_lines(rest, column->width);

	if (line >= lines)
		return "";
	for (size_t skip = lines - 1 - line; skip; skip--) {
		rest += head_line(rest, column->width);
		rest += strspn(rest, " ");
	}
	(void)snprintf(part, HEAD_SIZE, "%.*s", (int)head_line(rest, column->width), rest);
	return part;
}

enum line {
	LINE_HEAD,
	LINE_UNIT,
	LINE_CELLS,
};

/* What stands in a column of a line: of the heading counted from below, or of a row. */
static const char *line_part(const struct layout *layout, enum line kind, size_t line, uint32_t c,
			     char part[HEAD_SIZE])
{
	if (kind == LINE_HEAD)
		return head_part(layout, c, line, part);
	if (kind == LINE_UNIT)
		return unit_below(&layout->columns[c]);
	return layout->cells[line * layout->nr + c];
}

/* A line without blanks at its end. */
static void write_line(const struct layout *layout, enum line kind, size_t line)
{
	uint32_t nr = layout->shown;
	char part[HEAD_SIZE];

	while (nr && !line_part(layout, kind, line, nr - 1, part)[0])
		nr--;
	for (uint32_t c = 0; c < nr; c++)
		write_field(layout, c, nr, line_part(layout, kind, line, c, part));
	(void)fputc('\n', layout->page->out);
}

static void write_headings(const struct layout *layout)
{
	unsigned lines = 0;
	bool units = false;

	for (uint32_t c = 0; c < layout->shown; c++) {
		const struct column *column = &layout->columns[c];
		const unsigned own = head_lines(column->heading->head, column->width);

		lines = own > lines ? own : lines;
		units = units || unit_below(column)[0];
	}
	while (lines--)
		write_line(layout, LINE_HEAD, lines);
	if (units)
		write_line(layout, LINE_UNIT, 0);
}

/* The columns that there was no room for. */
static void write_left_out(const struct layout *layout)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	(void)fputs("no room for: ", out);
	for (uint32_t c = layout->shown; c < layout->nr; c++)
		(void)fprintf(out, "%s%s", c > layout->shown ? ", " : "",
			      layout->columns[c].heading->head);
	if (!fclose(out))
		dt_section_wrap(layout->page, text, DT_SECTION_INDENT);
	free(text);
}

static void write_table(const struct layout *layout)
{
	const size_t more = layout->table->nr_rows - layout->rows;

	write_headings(layout);
	for (size_t row = 0; row < layout->rows; row++)
		write_line(layout, LINE_CELLS, row);
	if (more)
		(void)fprintf(layout->page->out, "%*sand %zu more\n", DT_SECTION_INDENT, "", more);
	if (layout->shown < layout->nr)
		write_left_out(layout);
}

static bool make_columns(struct layout *layout)
{
	const struct dt_table *table = layout->table;

	layout->columns = calloc(table->nr_columns + 1, sizeof(*layout->columns));
	if (!layout->columns)
		return false;
	for (uint32_t c = 0; c < table->nr_columns; c++) {
		if (!table->columns[c].head)
			continue;
		if (table->columns[c].unit == DT_UNIT_TIME && layout->rows)
			layout->page->has_time = true;
		layout->columns[layout->nr++] = (struct column){
			.index = c, .heading = &table->columns[c], .is_text = is_text(table, c)};
	}
	return true;
}

void dt_section_table_text(struct dt_section_page *page, const struct dt_table *table)
{
	struct layout layout = {
		.page = page,
		.table = table,
		.rows = table->nr_rows,
		.room = page->style->width,
	};

	if (table->text_rows && layout.rows > table->text_rows)
		layout.rows = table->text_rows;
	if (table->title)
		dt_section_wrap(page, table->title, DT_SECTION_INDENT);
	if (!layout.rows) {
		(void)fprintf(page->out, "%*snone\n", 2 * DT_SECTION_INDENT, "");
		return;
	}
	if (make_columns(&layout) && layout.nr && make_cells(&layout)) {
		fit(&layout);
		write_table(&layout);
	}
	for (size_t i = 0; layout.cells && i < layout.rows * layout.nr; i++)
		free(layout.cells[i]);
	free(layout.cells);
	free(layout.columns);
}
