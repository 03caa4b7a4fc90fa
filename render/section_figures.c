/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The figures of a section in a block of columns, read downwards: what belongs together stays
 * together. Long texts stand below it on lines of their own.
 */
#include <stdlib.h>
#include <string.h>

#include "render/section_parts.h"

/* A column of figures is at least so long, and this far from the next. */
#define ROWS_LEAST 4
#define GAP	   4

/* Between a figure's head and its value. */
#define AIR 2

/* A value of more columns is a long text. */
#define VALUE_MOST 24

/* Figures as they are printed. */
struct cell {
	const char *head;
	char *text;
	unsigned head_columns, text_columns;
};

struct block {
	size_t nr;
	struct cell *cells; /* those of the block first, then long ones */
	size_t nr_short;
};

static bool make_block(struct block *block, struct dt_section_page *page,
		       const struct dt_section *section, bool longs)
{
	for (size_t i = 0; i < section->nr_figures; i++) {
		const struct dt_figure *figure = &section->figures[i];
		struct cell *cell = &block->cells[block->nr];

		if (!figure->heading.head)
			continue;
		cell->text = dt_section_value_text(&figure->value, figure->heading.unit, false,
						   page->origin, page->style->utf8);
		if (!cell->text)
			return false;
		cell->head = figure->heading.head;
		cell->head_columns = dt_section_columns(cell->head);
		cell->text_columns = dt_section_columns(cell->text);
		if ((cell->text_columns > VALUE_MOST) != longs) {
			free(cell->text);
			continue;
		}
		if (figure->heading.unit == DT_UNIT_TIME)
			page->has_time = true;
		block->nr++;
	}
	if (!longs)
		block->nr_short = block->nr;
	return true;
}

/* The widest head and text of the column that begins with figure `from`. */
static unsigned column_width(const struct block *block, size_t from, size_t rows, unsigned *head)
{
	unsigned text = 0;

	*head = 0;
	for (size_t i = from; i < from + rows && i < block->nr_short; i++) {
		*head = block->cells[i].head_columns > *head ? block->cells[i].head_columns : *head;
		text = block->cells[i].text_columns > text ? block->cells[i].text_columns : text;
	}
	return *head + AIR + text;
}

static bool fits(const struct block *block, size_t rows, unsigned width)
{
	unsigned used = DT_SECTION_INDENT, head;

	for (size_t from = 0; from < block->nr_short; from += rows)
		used += column_width(block, from, rows, &head) + (from ? GAP : 0);
	return used <= width;
}

static void write_cell(const struct dt_section_page *page, const struct cell *cell, unsigned head,
		       unsigned width)
{
	dt_section_field(page->out, cell->head, head, false, true, page->style->utf8);
	dt_section_field(page->out, cell->text, width - head, true, true, page->style->utf8);
}

static void write_block(const struct dt_section_page *page, const struct block *block)
{
	const unsigned width = page->style->width;
	size_t rows = ROWS_LEAST;

	while (rows < block->nr_short && !fits(block, rows, width))
		rows++;
	/* columns of one length */
	if (rows < block->nr_short) {
		const size_t columns = (block->nr_short + rows - 1) / rows;
		const size_t even = (block->nr_short + columns - 1) / columns;

		rows = fits(block, even, width) ? even : rows;
	}
	for (size_t row = 0; row < rows && row < block->nr_short; row++) {
		(void)fprintf(page->out, "%*s", DT_SECTION_INDENT, "");
		for (size_t i = row; i < block->nr_short; i += rows) {
			unsigned head;
			unsigned wide = column_width(block, i - row, rows, &head);

			/* a single column may still be too wide */
			if (i == row && wide > width - DT_SECTION_INDENT) {
				wide = width - DT_SECTION_INDENT;
				head = wide > VALUE_MOST + AIR ? wide - VALUE_MOST - AIR : 1;
			}
			(void)fprintf(page->out, "%*s", i == row ? 0 : GAP, "");
			write_cell(page, &block->cells[i], head, wide);
		}
		(void)fputc('\n', page->out);
	}
}

/* "head  text", shortened to the line. */
static void write_longs(const struct dt_section_page *page, const struct block *block)
{
	const unsigned width = page->style->width - DT_SECTION_INDENT;
	unsigned head = 0;

	for (size_t i = block->nr_short; i < block->nr; i++)
		head = block->cells[i].head_columns > head ? block->cells[i].head_columns : head;
	head = head > width / 2 ? width / 2 : head;
	for (size_t i = block->nr_short; i < block->nr; i++) {
		const struct cell *cell = &block->cells[i];

		(void)fprintf(page->out, "%*s", DT_SECTION_INDENT, "");
		dt_section_field(page->out, cell->head, head, false, true, page->style->utf8);
		(void)fprintf(page->out, "%*s", AIR, "");
		dt_section_field(page->out, cell->text, width - head - AIR, false, false,
				 page->style->utf8);
		(void)fputc('\n', page->out);
	}
}

void dt_section_figures_text(struct dt_section_page *page, const struct dt_section *section)
{
	struct block block = {0};

	block.cells = calloc(section->nr_figures + 1, sizeof(*block.cells));
	if (!block.cells)
		return;
	if (make_block(&block, page, section, false) && make_block(&block, page, section, true)) {
		write_block(page, &block);
		write_longs(page, &block);
	}
	for (size_t i = 0; i < block.nr; i++)
		free(block.cells[i].text);
	free(block.cells);
}
