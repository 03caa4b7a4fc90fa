/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections in a terminal: words, figures, tables, charts and maps below each other. */
#include "render/section_parts.h"
#include "render/words.h"

static bool shows_figures(const struct dt_section *section)
{
	for (size_t i = 0; i < section->nr_figures; i++)
		if (section->figures[i].heading.head)
			return true;
	return false;
}

static void write_section(struct dt_section_page *page, const struct dt_section *section)
{
	dt_section_wrap(page, section->title, 0);
	for (size_t i = 0; i < section->nr_words; i++)
		dt_section_wrap(page, section->words[i], DT_SECTION_INDENT);
	if (shows_figures(section)) {
		if (section->nr_words)
			(void)fputc('\n', page->out);
		dt_section_figures_text(page, section);
	}
	for (size_t i = 0; i < section->nr_tables; i++) {
		/* kept for other forms of output, which leave nothing out */
		if (!section->tables[i]->title && !section->tables[i]->nr_rows)
			continue;
		(void)fputc('\n', page->out);
		dt_section_table_text(page, section->tables[i]);
	}
	for (size_t i = 0; i < section->nr_charts; i++)
		dt_section_chart_text(page, section->charts[i]);
	for (size_t i = 0; i < section->nr_grids; i++) {
		(void)fputc('\n', page->out);
		dt_term_grid(page->out, section->grids[i], page->style);
	}
}

void dt_text_sections(FILE *out, const struct dt_report *report, const struct dt_style *style)
{
	struct dt_section_page page = {
		.out = out, .style = style, .origin = dt_section_origin(report)};
	char clock[96];

	for (size_t i = 0; i < report->nr_sections; i++) {
		if (i)
			(void)fputc('\n', out);
		write_section(&page, report->sections[i]);
	}
	if (!page.has_time)
		return;
	(void)fputc('\n', out);
	dt_section_wrap(&page, dt_words_clock(clock, sizeof(clock), page.origin), 0);
}
