/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See applied.h. In a plot the cells that a scheme was applied to are outlined, so that their heat
 * stays visible: lines of its own colour and dashes, with a dark one below that sets them off from
 * every colour of the map.
 */
#include <inttypes.h>
#include <stdio.h>

#include "render/applied.h"

/* Of the legend, pixels. */
#define LINE	19.0
#define ENTRY	260.0
#define ENTRIES ((uint32_t)((DT_PLOT_WIDTH - DT_PLOT_MARGIN_LEFT) / ENTRY))
#define SWATCH	24.0

/* Colours that no palette has; beyond them the dashes differ. */
static const char *const colors[] = {"#ff3b30", "#ffffff", "#ff5cf4", "#ffa31a"};

#define NR_COLORS (sizeof(colors) / sizeof(colors[0]))
#define CASING	  "#101010"

/* gnuplot's dash types: 1 is solid. */
#define DASHES 4

char dt_applied_mark(uint32_t schemes)
{
	if (schemes & (schemes - 1))
		return '&';
	return (char)('A' + __builtin_ctz(schemes));
}

char *dt_applied_words(char *buffer, size_t size, const struct dt_grid *grid, uint32_t scheme)
{
	const struct dt_grid_scheme *applied = &grid->schemes[scheme];
	const char *regions = applied->regions == 1 ? "region" : "regions";

	if (grid->schemes[0].context == grid->schemes[grid->nr_schemes - 1].context)
		(void)snprintf(buffer, size, "scheme %" PRIu32 " applied, %" PRIu64 " %s",
			       applied->scheme, applied->regions, regions);
	else
		(void)snprintf(buffer, size,
			       "context %" PRIu32 ", scheme %" PRIu32 " applied, %" PRIu64 " %s",
			       applied->context, applied->scheme, applied->regions, regions);
	return buffer;
}

double dt_applied_height(const struct dt_grid *grid)
{
	const uint32_t lines = (grid->nr_schemes + ENTRIES - 1) / ENTRIES;

	return LINE * lines;
}

static void write_line(FILE *out, uint32_t scheme, bool casing)
{
	if (casing)
		(void)fputs("linecolor rgb '" CASING "' linewidth 3.2", out);
	else
		(void)fprintf(out, "linecolor rgb '%s' linewidth 1.6 dashtype %u",
			      colors[scheme % NR_COLORS],
			      (unsigned)(1 + scheme / NR_COLORS % DASHES));
}

static void write_swatch(FILE *out, uint32_t scheme, double x, double y, double total)
{
	for (int casing = 1; casing >= 0; casing--) {
		(void)fprintf(out,
			      "set arrow from screen %.6f, screen %.6f to screen %.6f, screen %.6f "
			      "nohead ",
			      x / DT_PLOT_WIDTH, 1 - y / total, (x + SWATCH) / DT_PLOT_WIDTH,
			      1 - y / total);
		write_line(out, scheme, casing);
		(void)fputc('\n', out);
	}
}

void dt_applied_legend(FILE *out, const struct dt_panel *panel, double top, double total)
{
	for (uint32_t i = 0; i < panel->grid->nr_schemes; i++) {
		const uint32_t row = i / ENTRIES, column = i % ENTRIES;
		const double x = DT_PLOT_MARGIN_LEFT + column * ENTRY;
		const double y = top + row * LINE + LINE / 2;
		char words[DT_APPLIED_WORDS];

		write_swatch(out, i, x, y, total);
		(void)fprintf(out, "set label '%s' at screen %.6f, screen %.6f left\n",
			      dt_applied_words(words, sizeof(words), panel->grid, i),
			      (x + SWATCH + 6) / DT_PLOT_WIDTH, 1 - y / total);
	}
}

void dt_applied_command(FILE *out, const struct dt_panel *panel)
{
	/* all dark lines first: those of one scheme must not hide another's */
	for (int casing = 1; casing >= 0; casing--) {
		for (uint32_t i = 0; i < panel->grid->nr_schemes; i++) {
			(void)fputs(", \\\n  '-' with vectors nohead ", out);
			write_line(out, i, casing);
			(void)fputs(" notitle", out);
		}
	}
}

/* Cells of one scheme in one segment, on the axes of the panel. */
struct outline {
	FILE *out;
	const struct dt_grid *grid;
	const uint32_t *cells; /* of the scheme, from the segment's first column on */
	uint32_t rows;	       /* address cells of the segment */
	double dx, dy;	       /* of a cell */
	double x, y;	       /* left and lower edge of the segment */
};

static bool is_applied(const struct outline *outline, uint32_t t, uint32_t a)
{
	/* one below the first is beyond all of them */
	return t < outline->grid->time_cells && a < outline->rows &&
	       outline->cells[(size_t)t * outline->grid->nr_columns + a];
}

/* The line between rows a - 1 and a, wherever the scheme was applied on one side only. */
static void write_floor(const struct outline *outline, uint32_t a)
{
	for (uint32_t t = 0, from; t < outline->grid->time_cells; t++) {
		for (from = t; is_applied(outline, t, a) != is_applied(outline, t, a - 1);)
			t++;
		if (t > from)
			(void)fprintf(outline->out, "%.9g %.9g %.9g 0\n",
				      outline->x + from * outline->dx, outline->y + a * outline->dy,
				      (t - from) * outline->dx);
	}
}

/* The same between time cells t - 1 and t. */
static void write_wall(const struct outline *outline, uint32_t t)
{
	for (uint32_t a = 0, from; a < outline->rows; a++) {
		for (from = a; is_applied(outline, t, a) != is_applied(outline, t - 1, a);)
			a++;
		if (a > from)
			(void)fprintf(outline->out, "%.9g %.9g 0 %.9g\n",
				      outline->x + t * outline->dx, outline->y + from * outline->dy,
				      (a - from) * outline->dy);
	}
}

static void write_scheme(FILE *out, const struct dt_panel *panel,
			 const struct dt_grid_scheme *scheme)
{
	const struct dt_grid *grid = panel->grid;
	const uint32_t *cells = scheme->cells;

	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		const struct outline outline = {
			.out = out,
			.grid = grid,
			.cells = cells,
			.rows = grid->segments[s].cells,
			.dx = (double)(grid->end_ns - grid->start_ns) / 1e9 / grid->time_cells,
			.dy = dt_panel_segment(grid, s) / grid->segments[s].cells,
			.x = (double)(grid->start_ns - panel->zero) / 1e9,
			.y = dt_panel_base(grid, s),
		};

		for (uint32_t a = 0; a <= outline.rows; a++)
			write_floor(&outline, a);
		for (uint32_t t = 0; t <= grid->time_cells; t++)
			write_wall(&outline, t);
		cells += grid->segments[s].cells;
	}
	(void)fputs("e\n", out);
}

void dt_applied_data(FILE *out, const struct dt_panel *panel)
{
	for (int casing = 1; casing >= 0; casing--)
		for (uint32_t i = 0; i < panel->grid->nr_schemes; i++)
			write_scheme(out, panel, &panel->grid->schemes[i]);
}
