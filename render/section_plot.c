/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The charts and grids of sections as a gnuplot script: panels under each other on one time axis.
 * A point of a chart is drawn over the whole of its step, as it is measured.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/geometry.h"
#include "render/plot_panel.h"
#include "render/section_chart.h"
#include "render/words.h"

/* Pixels. */
#define CHART_TOP    40.0
#define CHART	     180.0
#define CHART_BOTTOM 62.0
#define RIGHT_LEAST  230.0 /* the keys stand there */

/* Letters of a key; the rest is cut. */
#define KEY 22

/* Points of a chart at most: more are drawn by the means of each stretch. */
#define MOST_POINTS 4000

/* Numbers on a value axis. */
#define TICKS 6

struct picture {
	FILE *out;
	const struct dt_report *report;
	const struct dt_style *style;
	struct dt_report grids; /* of all sections; their array is the picture's own */
	double total, top, right;
	uint64_t origin, from, to; /* ns on the recording's clock */
};

static bool is_drawable(const struct dt_grid *grid)
{
	return grid->time_cells && grid->nr_columns && grid->end_ns > grid->start_ns;
}

static uint64_t chart_end(const struct dt_chart *chart)
{
	return chart->start_ns + chart->step_ns * chart->nr_points;
}

static void widen(struct picture *picture, uint64_t start, uint64_t end)
{
	picture->from = start < picture->from ? start : picture->from;
	picture->to = end > picture->to ? end : picture->to;
}

/* All grids in one array, the height of everything, and the time that it spans. */
static int survey(struct picture *picture)
{
	const struct dt_report *report = picture->report;
	size_t nr = 0;

	for (size_t i = 0; i < report->nr_sections; i++)
		nr += report->sections[i]->nr_grids;
	picture->grids.grids = calloc(nr + 1, sizeof(struct dt_grid));
	if (!picture->grids.grids)
		return -ENOMEM;
	picture->from = UINT64_MAX;
	for (size_t i = 0; i < report->nr_sections; i++) {
		const struct dt_section *section = report->sections[i];

		for (size_t j = 0; j < section->nr_charts; j++) {
			const struct dt_chart *chart = section->charts[j];

			if (!dt_chart_drawable(chart))
				continue;
			widen(picture, chart->start_ns, chart_end(chart));
			picture->total += CHART_TOP + CHART + CHART_BOTTOM;
		}
		for (size_t j = 0; j < section->nr_grids; j++) {
			const struct dt_grid *grid = section->grids[j];

			if (!is_drawable(grid))
				continue;
			widen(picture, grid->start_ns, grid->end_ns);
			picture->total += dt_panel_total(grid);
			picture->grids.grids[picture->grids.nr_grids++] = *grid;
		}
	}
	if (picture->origin > picture->from)
		picture->origin = picture->from;
	picture->right = fmax(dt_plot_right(&picture->grids), RIGHT_LEAST);
	return 0;
}

static struct dt_panel panel_of(const struct picture *picture, enum dt_plot_kind kind)
{
	return (struct dt_panel){
		.style = picture->style,
		.kind = kind,
		.top = picture->top,
		.right = picture->right,
		.zero = picture->origin,
		.from = picture->from,
		.to = picture->to,
	};
}

static uint32_t nr_stretches(const struct dt_chart *chart)
{
	return chart->nr_points < MOST_POINTS ? chart->nr_points : MOST_POINTS;
}

/* The values of one stretch: stacked, each on the one before. False when there is none. */
static bool stretch(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		    uint32_t index, double values[DT_CHART_SERIES])
{
	double sum = 0;
	bool any = false;

	for (unsigned s = 0; s < shown->nr; s++) {
		const double value = dt_chart_column(chart, shown, s, index, nr_stretches(chart));

		any = any || !isnan(value);
		sum += value > 0 ? value : 0;
		values[s] = chart->stacked ? sum : value;
	}
	return any;
}

/* Two lines a stretch, its start and its end: seconds, then a value of each series. */
static void write_data(const struct picture *picture, const struct dt_chart *chart,
		       const struct dt_chart_shown *shown, size_t number)
{
	const uint32_t nr = nr_stretches(chart);
	const uint64_t span = chart->step_ns * chart->nr_points;
	FILE *out = picture->out;
	bool last = false;

	(void)fprintf(out, "$chart%zu << EOD\n", number);
	for (uint32_t i = 0; i < nr; i++) {
		double values[DT_CHART_SERIES];
		const bool any = stretch(chart, shown, i, values);

		/* an empty line ends an area; two would end the data */
		if (last && !any)
			(void)fputc('\n', out);
		last = any;
		if (!any)
			continue;
		for (uint32_t end = 0; end < 2; end++) {
			const uint64_t at = chart->start_ns + dt_share(span, i + end, nr);

			dt_panel_number(out, (double)(at - picture->origin) / 1e9);
			for (unsigned s = 0; s < shown->nr; s++) {
				(void)fputc(' ', out);
				if (isnan(values[s]))
					(void)fputs("NaN", out);
				else
					dt_panel_number(out, values[s]);
			}
			(void)fputc('\n', out);
		}
	}
	(void)fputs("EOD\n", out);
}

static void write_key(FILE *out, const char *head)
{
	char key[4 * KEY + 8], *text = NULL;
	char *printable = dt_section_printable(head, true);
	FILE *memory;

	memory = fmemopen(key, sizeof(key), "w");
	if (printable && memory) {
		const unsigned columns = dt_section_columns(printable);

		dt_section_field(memory, printable, columns < KEY ? columns : KEY, false, false,
				 true);
		text = key;
	}
	if (memory)
		(void)fclose(memory);
	(void)fputs(" title ", out);
	dt_panel_quoted(out, text ? text : "");
	free(printable);
}

/* A tick's label is a format of printf for its value. */
static void write_tick(FILE *out, enum dt_unit unit, double at, uint64_t origin)
{
	char label[DT_SECTION_VALUE], format[2 * DT_SECTION_VALUE], *next = format;

	(void)dt_section_number_text(label, unit, at, origin);
	for (const char *c = label; *c; c++) {
		if (*c == '%')
			*next++ = '%';
		*next++ = *c;
	}
	*next = '\0';
	dt_panel_quoted(out, format);
}

/* The value axis, its numbers with their units. */
static void write_values(const struct picture *picture, const struct dt_chart *chart,
			 const struct dt_chart_range *range)
{
	const double steps = round((range->high - range->low) / range->step);
	const double every = ceil(steps / TICKS) * range->step;
	const char *comma = "";
	FILE *out = picture->out;

	(void)fputs("set yrange [", out);
	dt_panel_number(out, range->low);
	(void)fputc(':', out);
	dt_panel_number(out, range->high);
	(void)fputs("]\nset ytics (", out);
	for (unsigned i = 0; i <= TICKS; i++) {
		const double at = range->low + i * every;

		if (at > range->high + every * 1e-6)
			break;
		(void)fputs(comma, out);
		write_tick(out, chart->unit, at, picture->origin);
		(void)fputc(' ', out);
		dt_panel_number(out, at);
		comma = ", ";
	}
	(void)fputs(")\n", out);
}

static void write_frame(const struct picture *picture, const struct dt_section *section,
			const struct dt_chart *chart)
{
	const double top = picture->top + CHART_TOP;
	FILE *out = picture->out;
	char title[256];

	(void)fprintf(out,
		      "unset object\nunset arrow\nunset label\nunset ylabel\nunset colorbox\n"
		      "set lmargin at screen %.6f\nset rmargin at screen %.6f\n"
		      "set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
		      DT_PLOT_MARGIN_LEFT / DT_PLOT_WIDTH, 1 - picture->right / DT_PLOT_WIDTH,
		      1 - top / picture->total, 1 - (top + CHART) / picture->total);
	(void)snprintf(title, sizeof(title), "%s%s%s", section->title, chart->title ? ": " : "",
		       chart->title ? chart->title : "");
	(void)fputs("set title ", out);
	dt_panel_quoted(out, title);
	(void)fputs(" noenhanced\n", out);
}

static void write_plot(FILE *out, const struct dt_chart *chart, const struct dt_chart_shown *shown,
		       size_t number)
{
	(void)fputs("set key on at graph 1.01, graph 1 left top Left reverse samplen 1.5 "
		    "noenhanced ",
		    out);
	/* the key of a stack from the top down, as the areas lie */
	(void)fputs(chart->stacked ? "invert\nplot" : "noinvert\nplot", out);
	for (unsigned s = 0; s < shown->nr; s++) {
		const unsigned char *rgb = dt_series_colors[s];

		(void)fprintf(out, "%s $chart%zu using ", s ? ", \\\n " : "", number);
		if (!chart->stacked)
			(void)fprintf(out, "1:%u with lines linewidth 1.4 linecolor", s + 2);
		else if (s)
			(void)fprintf(out, "1:%u:%u with filledcurves fillcolor", s + 1, s + 2);
		else
			(void)fputs("1:(0):2 with filledcurves fillcolor", out);
		(void)fprintf(out, " rgb '#%02x%02x%02x'", rgb[0], rgb[1], rgb[2]);
		write_key(out, dt_chart_shown_head(chart, shown, s));
	}
	(void)fputc('\n', out);
}

static void write_chart(struct picture *picture, const struct dt_section *section,
			const struct dt_chart *chart, size_t number)
{
	const struct dt_panel panel = panel_of(picture, DT_PLOT_PNG);
	struct dt_chart_shown shown;
	struct dt_chart_range range;

	dt_chart_shown(chart, &shown);
	dt_chart_range(chart, &shown, &range);
	/* the rest of many lines is in no line */
	if (shown.rest && !chart->stacked)
		shown.nr--;
	write_data(picture, chart, &shown, number);
	write_frame(picture, section, chart);
	dt_panel_times(picture->out, &panel);
	write_values(picture, chart, &range);
	write_plot(picture->out, chart, &shown, number);
	picture->top += CHART_TOP + CHART + CHART_BOTTOM;
}

static void write_grid(struct picture *picture, const struct dt_section *section,
		       const struct dt_grid *grid, enum dt_plot_kind kind)
{
	struct dt_panel panel = panel_of(picture, kind);

	panel.grid = grid;
	panel.about = section->title;
	panel.height = dt_panel_base(grid, grid->nr_segments);
	panel.ramp = dt_ramp_of(picture->style->scale, grid->value,
				(size_t)grid->time_cells * grid->nr_columns);
	(void)fputs("set key off\nset colorbox\nunset ytics\n", picture->out);
	dt_panel_write(picture->out, &panel, picture->total);
	picture->top += dt_panel_total(grid);
}

static void write_script(FILE *out, const void *subject, enum dt_plot_kind kind, const char *name)
{
	static const char about[] =
		"# Views of a recording by damon-trace, with their data. 'gnuplot FILE' writes it "
		"as a\n"
		"# PNG beside this file. Each line of a chart's data is seconds and a value of "
		"each\n"
		"# series; areas are stacked. In maps " DT_PLOT_TEXT_MISSING
		" was not observed, or\n"
		"# " DT_PLOT_TEXT_MISSING_SIGNS " where there are values below 0.\n";
	struct picture picture = *(const struct picture *)subject;
	size_t number = 0;

	picture.out = out;
	dt_plot_begin(out, kind, picture.total, name, about);
	dt_panel_palette(out, picture.style->palette);
	(void)fputs("set tics out nomirror\nset border linewidth 0.8\nset style fill solid 1.0 "
		    "noborder\nset multiplot\n",
		    out);
	for (size_t i = 0; i < picture.report->nr_sections; i++) {
		const struct dt_section *section = picture.report->sections[i];

		for (size_t j = 0; j < section->nr_charts; j++)
			if (dt_chart_drawable(section->charts[j]))
				write_chart(&picture, section, section->charts[j], number++);
		for (size_t j = 0; j < section->nr_grids; j++)
			if (is_drawable(section->grids[j]))
				write_grid(&picture, section, section->grids[j], kind);
	}
	(void)fputs("unset multiplot\nunset output\n", out);
}

int dt_plot_sections(const char *path, const struct dt_report *report, const struct dt_style *style,
		     struct dt_error *error)
{
	struct picture picture = {
		.report = report, .style = style, .origin = dt_section_origin(report)};
	int ret;

	if (survey(&picture))
		return dt_fail(error, ENOMEM, NULL, "no memory for the picture");
	if (!(picture.total > 0))
		ret = dt_fail(error, ENODATA, "see the notes of the report for the reason",
			      "there is no chart and no map to draw");
	else if (picture.total > DT_PLOT_MOST_PIXELS)
		ret = dt_fail(error, E2BIG, "choose less with --stream, --pid or --address",
			      "the charts and maps do not fit into one picture");
	else
		ret = dt_plot_picture(path, write_script, &picture, error);
	free(picture.grids.grids);
	return ret;
}
