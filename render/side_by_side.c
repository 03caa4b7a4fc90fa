/* SPDX-License-Identifier: GPL-2.0-only */
/* Key figures of several reports, side by side. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/event.h"
#include "damon-trace/regions.h"
#include "render/goals.h"
#include "render/section_parts.h"
#include "render/side_by_side.h"
#include "support/grow.h"

#define INDENT 2
#define GAP    2

/* Place of the median among the quantiles of a distribution. */
#define MEDIAN (DT_NR_QUANTILES / 2)

/* Columns of a machine's name, and of a value, at most. */
#define CELL_MOST 24

/* One figure of all reports; a group is a line above those that have it. */
struct row {
	char *group, *head;
	char **cells; /* one a report; NULL: it has no such figure */
};

struct dt_side_by_side {
	size_t nr, used; /* reports, and those that were added */
	char **names;
	unsigned *widths; /* columns of a report's name and values */
	size_t nr_rows;
	struct row *rows;
	size_t next; /* where a row goes that none of the former reports had */
	bool broken; /* memory was out: better no table than half of one */
};

struct dt_side_by_side *dt_side_by_side_new(size_t nr)
{
	struct dt_side_by_side *sides = calloc(1, sizeof(*sides));

	if (!sides)
		return NULL;
	sides->nr = nr;
	sides->names = calloc(nr + 1, sizeof(*sides->names));
	sides->widths = calloc(nr + 1, sizeof(*sides->widths));
	if (sides->names && sides->widths)
		return sides;
	sides->nr = 0;
	dt_side_by_side_free(sides);
	return NULL;
}

void dt_side_by_side_free(struct dt_side_by_side *sides)
{
	if (!sides)
		return;
	for (size_t i = 0; i < sides->nr_rows; i++) {
		for (size_t j = 0; j < sides->nr; j++)
			free(sides->rows[i].cells[j]);
		free(sides->rows[i].cells);
		free(sides->rows[i].group);
		free(sides->rows[i].head);
	}
	for (size_t i = 0; i < sides->nr; i++)
		free(sides->names[i]);
	free(sides->rows);
	free(sides->names);
	free(sides->widths);
	free(sides);
}

static void widen(unsigned *width, const char *text)
{
	const unsigned columns = dt_section_columns(text);

	*width = columns > *width ? columns : *width;
}

static struct row *insert_row(struct dt_side_by_side *sides, const char *group, const char *head)
{
	struct row *rows = dt_grow(sides->rows, sides->nr_rows, sizeof(*rows));
	struct row row = {.group = strdup(group),
			  .head = strdup(head),
			  .cells = calloc(sides->nr + 1, sizeof(*row.cells))};

	sides->rows = rows ? rows : sides->rows;
	if (!rows || !row.group || !row.head || !row.cells) {
		free(row.group);
		free(row.head);
		free(row.cells);
		return NULL;
	}
	memmove(&rows[sides->next + 1], &rows[sides->next],
		(sides->nr_rows - sides->next) * sizeof(*rows));
	sides->nr_rows++;
	rows[sides->next] = row;
	return &rows[sides->next++];
}

static struct row *find_row(struct dt_side_by_side *sides, const char *group, const char *head)
{
	for (size_t i = 0; i < sides->nr_rows; i++)
		if (!strcmp(sides->rows[i].group, group) && !strcmp(sides->rows[i].head, head)) {
			sides->next = i + 1;
			return &sides->rows[i];
		}
	return insert_row(sides, group, head);
}

/* The cell of the report that is being added. */
static void put(struct dt_side_by_side *sides, const char *group, const char *head,
		const char *text)
{
	struct row *row = find_row(sides, group, head);
	char **cell = row ? &row->cells[sides->used] : NULL;

	if (cell) {
		free(*cell);
		*cell = strdup(text);
		widen(&sides->widths[sides->used], text);
	}
	sides->broken |= !cell || !*cell;
}

static void put_number(struct dt_side_by_side *sides, const char *group, const char *head,
		       enum dt_unit unit, double number)
{
	char text[DT_SECTION_VALUE];

	if (!isnan(number))
		put(sides, group, head, dt_section_number_text(text, unit, number, 0));
}

static void add_inputs(struct dt_side_by_side *sides, const struct dt_report *report)
{
	uint64_t start = UINT64_MAX, end = 0, lost = 0;

	for (size_t i = 0; i < report->nr_inputs; i++) {
		const struct dt_input_info *info = report->inputs[i];

		start = info->start_ns < start ? info->start_ns : start;
		end = info->end_ns > end ? info->end_ns : end;
		lost += info->lost_events + info->lost_samples;
	}
	if (start <= end)
		put_number(sides, "", "time recorded", DT_UNIT_NS, (double)(end - start));
	put_number(sides, "", "events and samples lost", DT_UNIT_COUNT, (double)lost);
}

static void add_step(struct dt_side_by_side *sides, const struct dt_goal_stream *stream,
		     const struct dt_goal_step *step, size_t number)
{
	char group[96], where[32] = "", text[64], low[32], high[32], interval[80];

	if (stream->scheme != DT_UNKNOWN_U32)
		(void)snprintf(where, sizeof(where), " (scheme %" PRIu32 ")", stream->scheme);
	(void)snprintf(group, sizeof(group), "Goal of node %" PRId32 "%s, step %zu", stream->nid,
		       where, number);
	put(sides, group, "target", dt_goal_words_value(text, sizeof(text), stream, step->target));
	put(sides, group, "verdict", dt_goal_verdict_name(step->verdict));
	put(sides, group, "settled after",
	    dt_goal_words_time(text, sizeof(text), step->settling_s));
	put(sides, group, "mean",
	    dt_goal_words_value(text, sizeof(text), stream, step->steady.mean));
	(void)snprintf(interval, sizeof(interval), "%s to %s",
		       dt_goal_words_value(low, sizeof(low), stream, step->steady.low),
		       dt_goal_words_value(high, sizeof(high), stream, step->steady.high));
	put(sides, group, "95 % interval", interval);
	put_number(sides, group, "in band, of the time", DT_UNIT_SHARE, step->steady.sojourn);
}

static void add_goals(struct dt_side_by_side *sides, const struct dt_report *report)
{
	for (size_t i = 0; report->has_goals && i < report->goals.nr; i++)
		for (size_t j = 0; j < report->goals.streams[i].nr_steps; j++)
			add_step(sides, &report->goals.streams[i],
				 &report->goals.streams[i].steps[j], j + 1);
}

static void add_regions(struct dt_side_by_side *sides, const struct dt_report *report)
{
	for (size_t i = 0; i < report->nr_regions; i++) {
		const struct dt_region_report *regions = &report->regions[i];
		char group[48];

		(void)snprintf(group, sizeof(group), "DAMON's stream %zu", i + 1);
		if (report->has_working_sets) {
			put_number(sides, group, "working set, median", DT_UNIT_BYTES,
				   regions->working_set.at[MEDIAN]);
			put_number(sides, group, "working set, most", DT_UNIT_BYTES,
				   regions->working_set.at[DT_NR_QUANTILES - 1]);
		}
		if (!report->has_regions)
			continue;
		put_number(sides, group, "regions, median", DT_UNIT_COUNT,
			   regions->count.at[MEDIAN]);
		put_number(sides, group, "size of a region, median", DT_UNIT_BYTES,
			   regions->size.at[MEDIAN]);
		put_number(sides, group, "bandwidth, median", DT_UNIT_BYTES_S,
			   regions->bandwidth.at[MEDIAN]);
	}
}

static void add_sections(struct dt_side_by_side *sides, const struct dt_report *report)
{
	for (size_t i = 0; i < report->nr_sections; i++) {
		const struct dt_section *section = report->sections[i];

		for (size_t j = 0; j < section->nr_figures; j++) {
			const struct dt_figure *figure = &section->figures[j];
			char *text;

			/* times are on a clock of the machine's own */
			if (!figure->heading.head || figure->heading.unit == DT_UNIT_TIME)
				continue;
			text = dt_section_value_text(&figure->value, figure->heading.unit, false, 0,
						     true);
			if (text)
				put(sides, section->title, figure->heading.head, text);
			sides->broken |= !text;
			free(text);
		}
	}
}

void dt_side_by_side_add(struct dt_side_by_side *sides, const char *name,
			 const struct dt_report *report)
{
	if (!sides || sides->used == sides->nr)
		return;
	sides->names[sides->used] = dt_section_printable(name, true);
	sides->broken |= !sides->names[sides->used];
	if (sides->names[sides->used])
		widen(&sides->widths[sides->used], sides->names[sides->used]);
	sides->next = 0;
	add_inputs(sides, report);
	add_goals(sides, report);
	add_regions(sides, report);
	add_sections(sides, report);
	sides->used++;
}

/* ---- the table ---- */

static unsigned head_width(const struct dt_side_by_side *sides)
{
	unsigned width = 0;

	for (size_t i = 0; i < sides->nr_rows; i++)
		widen(&width, sides->rows[i].head);
	return width;
}

static unsigned cell_width(const struct dt_side_by_side *sides, size_t report)
{
	return sides->widths[report] < CELL_MOST ? sides->widths[report] : CELL_MOST;
}

/* Reports first to last of it. */
struct piece {
	size_t first, last;
	unsigned head;
	bool utf8;
};

static void print_row(FILE *out, const struct dt_side_by_side *sides, const struct piece *piece,
		      const char *head, char *const *cells)
{
	(void)fprintf(out, "%*s", INDENT, "");
	dt_section_field(out, head, piece->head, false, true, piece->utf8);
	for (size_t i = piece->first; i <= piece->last; i++) {
		(void)fprintf(out, "%*s", GAP, "");
		dt_section_field(out, cells[i] ? cells[i] : "-", cell_width(sides, i), true, false,
				 piece->utf8);
	}
	(void)fputc('\n', out);
}

static void print_piece(FILE *out, const struct dt_side_by_side *sides, const struct piece *piece)
{
	const char *group = "";

	print_row(out, sides, piece, "", sides->names);
	for (size_t i = 0; i < sides->nr_rows; i++) {
		const struct row *row = &sides->rows[i];

		if (strcmp(group, row->group) != 0)
			(void)fprintf(out, "%s\n", row->group);
		group = row->group;
		print_row(out, sides, piece, row->head, row->cells);
	}
}

void dt_side_by_side_text(FILE *out, const struct dt_side_by_side *sides,
			  const struct dt_style *style)
{
	struct piece piece = {0};

	if (!sides || sides->broken || sides->used < 2)
		return;
	piece.head = head_width(sides);
	piece.utf8 = style->utf8;
	(void)fputs("== side by side ==\n", out);
	for (size_t next = 0; next < sides->used; piece.first = next) {
		unsigned width = INDENT + piece.head + GAP + cell_width(sides, next);

		for (piece.first = next++; next < sides->used; next++) {
			width += GAP + cell_width(sides, next);
			if (width > style->width)
				break;
		}
		piece.last = next - 1;
		if (piece.first)
			(void)fputc('\n', out);
		print_piece(out, sides, &piece);
	}
}
