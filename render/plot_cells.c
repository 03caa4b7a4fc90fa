/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cells of a panel and their colours. Cells are drawn by 'with image' from a binary array:
 * pm3d takes ten times as long and is half a cell off. A kept script has them as text instead.
 */
#include <inttypes.h>
#include <math.h>

#include "support/number.h"
#include "render/applied.h"
#include "render/plot_panel.h"
#include "render/words.h"

#define PALETTE_STEPS 64

/* Part of the colour bar's height that a number takes. */
#define BAR_LABEL 0.045

void dt_panel_number(FILE *out, double value)
{
	char text[DT_NUMBER_SIZE];

	(void)dt_number_double(text, value);
	(void)fputs(text, out);
}

void dt_panel_palette(FILE *out, enum dt_palette palette)
{
	(void)fputs("set palette defined (", out);
	for (int i = 0; i <= PALETTE_STEPS; i++) {
		unsigned char rgb[3];

		dt_palette_rgb(palette, (double)i / PALETTE_STEPS, rgb);
		(void)fprintf(out, "%s%d '#%02x%02x%02x'", i ? ", " : "", i, rgb[0], rgb[1],
			      rgb[2]);
	}
	(void)fputs(")\nset palette maxcolors 0\n", out);
}

/* Zero is not on a log scale: it keeps the lowest colour for itself. */
static void write_log_scale(FILE *out, const struct dt_ramp *ramp)
{
	int decade = (int)ceil(log10(ramp->low)), end = (int)ceil(log10(ramp->high));
	double last = DT_LOG_FLOOR;
	char text[32];

	(void)fprintf(out, "pos(v) = v > 0 ? %g + %g * log(v / ", DT_LOG_FLOOR, 1 - DT_LOG_FLOOR);
	dt_panel_number(out, ramp->low);
	(void)fputs(") / ", out);
	dt_panel_number(out, log(ramp->high / ramp->low));
	(void)fputs(" : v\nset cbrange [0:1]\nset cbtics ('0' 0", out);
	(void)fprintf(out, ", '%s' %g", dt_words_value(text, sizeof(text), ramp->low),
		      DT_LOG_FLOOR);
	for (; decade < end; decade++) {
		double tick = pow(10, decade), place = dt_ramp_position(ramp, tick);

		if (place - last < BAR_LABEL || 1 - place < BAR_LABEL)
			continue;
		(void)fprintf(out, ", '%s' %.6f", dt_words_value(text, sizeof(text), tick), place);
		last = place;
	}
	(void)fprintf(out, ", '%s' 1)\n", dt_words_value(text, sizeof(text), ramp->high));
}

/* pos(v) is the place of a value on the colour scale, as in the terminal's pictures. */
void dt_panel_scale(FILE *out, const struct dt_panel *panel)
{
	const struct dt_ramp *ramp = &panel->ramp;
	char text[32];

	if (ramp->has_signs) {
		(void)fputs("pos(v) = v\nset cbrange [", out);
		dt_panel_number(out, -ramp->high);
		(void)fputc(':', out);
		dt_panel_number(out, ramp->high);
		(void)fputs("]\nset cbtics autofreq\n", out);
	} else if (ramp->scale == DT_SCALE_LINEAR || !(ramp->high > 0)) {
		(void)fputs("pos(v) = v\nset cbrange [0:", out);
		dt_panel_number(out, ramp->high > 0 ? ramp->high : 1);
		(void)fputs("]\nset cbtics autofreq\n", out);
	} else if (ramp->low < ramp->high) {
		write_log_scale(out, ramp);
	} else {
		(void)fputs("pos(v) = v > 0 ? 1 : v\nset cbrange [0:1]\n", out);
		(void)fprintf(out, "set cbtics ('0' 0, '%s' 1)\n",
			      dt_words_value(text, sizeof(text), ramp->high));
	}
}

/*
 * How often each cell of an axis is written, with the pixels that the axis takes. gnuplot draws no
 * image of less than 2 x 2, and viewers of SVG smooth images with less cells than pixels.
 */
static uint32_t repeats(const struct dt_panel *panel, uint32_t cells, double pixels)
{
	uint32_t least = cells == 1 ? 2 : 1, smooth = (uint32_t)ceil(pixels / cells);

	return panel->kind == DT_PLOT_SVG && smooth > least ? smooth : least;
}

static uint32_t time_repeats(const struct dt_panel *panel)
{
	return repeats(panel, panel->grid->time_cells,
		       DT_PLOT_WIDTH - DT_PLOT_MARGIN_LEFT - panel->right);
}

static uint32_t address_repeats(const struct dt_panel *panel, uint32_t segment)
{
	return repeats(panel, panel->grid->segments[segment].cells,
		       dt_panel_segment(panel->grid, segment));
}

/* One plot element per segment, each with data of its own. */
static void write_command(FILE *out, const struct dt_panel *panel)
{
	const struct dt_grid *grid = panel->grid;
	uint32_t columns = grid->time_cells * time_repeats(panel);
	double dx = (double)(grid->end_ns - grid->start_ns) / 1e9 / columns;
	double x = (double)(grid->start_ns - panel->zero) / 1e9 + dx / 2;

	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		uint32_t rows = grid->segments[s].cells * address_repeats(panel, s);
		double dy = dt_panel_segment(grid, s) / rows;
		double y = dt_panel_base(grid, s) + dy / 2;

		(void)fputs(s ? ", \\\n  " : "plot ", out);
		if (panel->kind == DT_PLOT_SCRIPT)
			(void)fprintf(out,
				      "'-' matrix using (%.9g + $1 * %.9g):(%.9g + $2 * %.9g):"
				      "($3 < %s ? NaN : pos($3)) with image notitle",
				      x, dx, y, dy, panel->ramp.has_signs ? "-1e299" : "0");
		else
			(void)fprintf(out,
				      "'-' binary array=(%" PRIu32 ",%" PRIu32
				      ") format='%%float64' origin=(%.9g,%.9g) dx=%.9g dy=%.9g "
				      "using (pos($1)) with image notitle",
				      columns, rows, x, y, dx, dy);
	}
	dt_applied_command(out, panel);
	(void)fputc('\n', out);
}

static void write_cell(FILE *out, const struct dt_panel *panel, double value)
{
	if (panel->kind != DT_PLOT_SCRIPT) {
		(void)fwrite(&value, sizeof(value), 1, out);
		return;
	}
	if (isnan(value))
		(void)fputs(panel->ramp.has_signs ? DT_PLOT_TEXT_MISSING_SIGNS
						  : DT_PLOT_TEXT_MISSING,
			    out);
	else
		dt_panel_number(out, value);
	(void)fputc(' ', out);
}

/* One address cell at all times. */
static void write_line(FILE *out, const struct dt_panel *panel, uint32_t column, uint32_t nr)
{
	const struct dt_grid *grid = panel->grid;
	const double *value = grid->value + column;

	for (uint32_t t = 0; t < grid->time_cells; t++, value += grid->nr_columns) {
		for (uint32_t i = 0; i < nr; i++)
			write_cell(out, panel, *value);
	}
	if (panel->kind == DT_PLOT_SCRIPT)
		(void)fputc('\n', out);
}

static void write_data(FILE *out, const struct dt_panel *panel)
{
	const struct dt_grid *grid = panel->grid;
	uint32_t times = time_repeats(panel), column = 0;

	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		uint32_t nr = address_repeats(panel, s);

		for (uint32_t a = 0; a < grid->segments[s].cells; a++, column++) {
			for (uint32_t i = 0; i < nr; i++)
				write_line(out, panel, column, times);
		}
		if (panel->kind == DT_PLOT_SCRIPT)
			(void)fputs("e\n", out);
	}
}

void dt_panel_cells(FILE *out, const struct dt_panel *panel)
{
	write_command(out, panel);
	write_data(out, panel);
	dt_applied_data(out, panel);
}
