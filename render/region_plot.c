/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Working sets and regions as a gnuplot script: the working set and the number of regions over
 * time, under each other, then side by side how often memory was accessed, how large regions were
 * and how long they stayed. A line, or a bar, a stream.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "damon-trace/regions.h"
#include "render/plot_panel.h"
#include "render/regions.h"
#include "render/words.h"

/* Pixels. */
#define LEFT   90.0
#define RIGHT  200.0 /* the keys stand there */
#define TOP    40.0
#define GAP    16.0
#define BOTTOM 60.0
#define SET    200.0
#define COUNT  120.0
#define LOW    220.0 /* the panels side by side */
#define BESIDE 80.0  /* between them */

#define MIB 1048576.0

/* Shapes side by side. */
#define NR_SHAPES 3

/* A line breaks where so many times more cells than usual are without a snapshot. */
#define HOLE 4

/* Part of a class that its bars take. */
#define BARS 0.8

/* Colours of the streams, of Okabe and Ito's, for all eyes. */
static const char *const colors[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
				     "#e69f00", "#56b4e9", "#999999", "#000000"};

#define NR_COLORS (sizeof(colors) / sizeof(colors[0]))

struct picture {
	FILE *out;
	const struct dt_report *report;
	uint64_t first, last; /* ns, of all lines */
	double total;	      /* pixels */
};

/* ---- data ---- */

/*
 * Cells are shorter than the time between snapshots: those without one do not break a line, as
 * long as there are not far more of them than usual.
 */
static uint32_t longest_hole(const struct dt_series *series)
{
	uint32_t seen = 0;

	for (uint32_t i = 0; i < series->nr; i++)
		seen += !isnan(series->values[i]);
	return seen ? HOLE * (series->nr / seen + 1) : 0;
}

static void write_point(const struct picture *picture, uint64_t ns, double value)
{
	dt_panel_number(picture->out, ((double)ns - (double)picture->first) * 1e-9);
	(void)fputc(' ', picture->out);
	dt_panel_number(picture->out, value);
	(void)fputc('\n', picture->out);
}

static void write_series(const struct picture *picture, const char *name, size_t stream,
			 const struct dt_series *series, double unit)
{
	const uint32_t hole = longest_hole(series);
	uint32_t last = UINT32_MAX;

	(void)fprintf(picture->out, "$%s%zu << EOD\n", name, stream);
	for (uint32_t i = 0; i < series->nr; i++) {
		if (isnan(series->values[i]))
			continue;
		if (last != UINT32_MAX && i - last > hole)
			(void)fputs("NaN NaN\n", picture->out);
		write_point(picture, series->start_ns + i * series->cell_ns,
			    series->values[i] / unit);
		last = i;
	}
	/* the last value holds to the end of its cell */
	if (last != UINT32_MAX)
		write_point(picture, series->start_ns + (last + 1) * series->cell_ns,
			    series->values[last] / unit);
	/* a block without a point is an error to gnuplot */
	(void)fputs("NaN NaN\nEOD\n", picture->out);
}

static void write_quantiles(const struct picture *picture, const char *name, size_t stream,
			    const struct dt_distribution *distribution)
{
	(void)fprintf(picture->out, "$%s%zu << EOD\n", name, stream);
	for (unsigned i = 0; i < DT_NR_QUANTILES; i++) {
		if (isnan(distribution->at[i]))
			continue;
		dt_panel_number(picture->out, distribution->at[i]);
		(void)fprintf(picture->out, " %g\n", dt_quantiles[i] * 100);
	}
	(void)fputs("NaN NaN\nEOD\n", picture->out);
}

static void write_rates(const struct picture *picture, size_t stream)
{
	const struct dt_region_report *regions = &picture->report->regions[stream];

	(void)fprintf(picture->out, "$rate%zu << EOD\n", stream);
	for (unsigned i = 0; i < DT_NR_RATES; i++) {
		(void)fprintf(picture->out, "%u ", i);
		/* nothing is not on a log axis */
		if (regions->rate_bytes[i] > 0)
			dt_panel_number(picture->out, regions->rate_bytes[i]);
		else
			(void)fputs("NaN", picture->out);
		(void)fputc('\n', picture->out);
	}
	(void)fputs("NaN NaN\nEOD\n", picture->out);
}

static void write_data(const struct picture *picture)
{
	for (size_t i = 0; i < picture->report->nr_regions; i++) {
		const struct dt_region_report *regions = &picture->report->regions[i];

		write_series(picture, "set", i, &regions->working_set_series, MIB);
		write_series(picture, "count", i, &regions->count_series, 1);
		write_quantiles(picture, "size", i, &regions->size);
		write_quantiles(picture, "age", i, &regions->age);
		write_rates(picture, i);
	}
}

/* ---- panels ---- */

static void place(const struct picture *picture, double left, double right, double top,
		  double height)
{
	(void)fprintf(picture->out,
		      "set lmargin at screen %.6f\nset rmargin at screen %.6f\n"
		      "set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
		      left / DT_PLOT_WIDTH, right / DT_PLOT_WIDTH, 1 - top / picture->total,
		      1 - (top + height) / picture->total);
}

/* how: what of each stream's data is drawn, and in which way. */
static void write_lines(const struct picture *picture, const char *name, const char *how, bool key)
{
	const struct dt_report *report = picture->report;
	FILE *out = picture->out;
	char stream[96];

	(void)fputs("plot", out);
	for (size_t i = 0; i < report->nr_regions; i++) {
		(void)fprintf(out, "%s $%s%zu %s linewidth 1.3 linecolor '%s' ", i ? "," : "", name,
			      i, how, colors[i]);
		if (!key) {
			(void)fputs("notitle", out);
			continue;
		}
		(void)fputs("title ", out);
		dt_panel_quoted(
			out, dt_words_stream(stream, sizeof(stream), &report->regions[i].stream));
	}
	(void)fputc('\n', out);
}

/* A panel over time; only the lowest one labels the axis. */
static void plot_time(const struct picture *picture, const char *name, const char *label,
		      double top, double height, bool lowest)
{
	FILE *out = picture->out;

	place(picture, LEFT, DT_PLOT_WIDTH - RIGHT, top, height);
	(void)fputs("set xrange [0:", out);
	dt_panel_number(out, (double)(picture->last - picture->first) * 1e-9);
	(void)fprintf(out, "]\nset yrange [0:*]\nset ylabel '%s'\n", label);
	(void)fputs(lowest ? "set format x '%g'\nset xlabel 'seconds'\n"
			   : "set format x ''\nunset xlabel\n",
		    out);
	write_lines(picture, name, "using 1:2 with steps", true);
}

/* Left edge of the shape number i, and its width. */
static double shape_left(unsigned i, double *width)
{
	*width = (DT_PLOT_WIDTH - LEFT - RIGHT - (NR_SHAPES - 1) * BESIDE) / NR_SHAPES;
	return LEFT + i * (*width + BESIDE);
}

static void place_shape(const struct picture *picture, unsigned i, double top, const char *x,
			const char *y)
{
	double width, left = shape_left(i, &width);

	place(picture, left, left + width, top, LOW);
	(void)fprintf(picture->out, "set xlabel '%s'\nset ylabel '%s'\n", x, y);
}

static void plot_rates(const struct picture *picture, double top)
{
	const struct dt_report *report = picture->report;
	bool known = true;
	FILE *out = picture->out;

	for (size_t i = 0; i < report->nr_regions; i++)
		known &= report->regions[i].intervals_known;
	place_shape(picture, 0, top,
		    known ? "access rate, up to" : "accesses, up to this part of the most",
		    "mean bytes of a snapshot");
	(void)fprintf(out,
		      "set xrange [-0.5:%d.5]\nset yrange [4096:*]\nset logscale y 2\n"
		      "set format y '%%.0b %%BB'\nset xtics (",
		      DT_NR_RATES - 1);
	for (unsigned i = 0; i < DT_NR_RATES; i++)
		if (i % 2 == 0)
			(void)fprintf(out, "%s'%g' %u", i ? ", " : "",
				      (double)i / (DT_NR_RATES - 1), i);
	(void)fputs(")\nset style fill solid 0.8\n", out);
	(void)fprintf(out, "set boxwidth %g absolute\nplot", BARS / (double)report->nr_regions);
	for (size_t i = 0; i < report->nr_regions; i++)
		(void)fprintf(out,
			      "%s $rate%zu using ($1 + %g):2 with boxes linecolor '%s' notitle",
			      i ? "," : "", i,
			      ((double)i + 0.5) * BARS / (double)report->nr_regions - BARS / 2,
			      colors[i]);
	(void)fputs("\nunset logscale y\nset format y '%g'\nset xtics autofreq\n"
		    "set xrange [*:*]\nset yrange [0:100]\n",
		    out);
}

static bool has_ages(const struct dt_report *report)
{
	for (size_t i = 0; i < report->nr_regions; i++)
		if (!isnan(report->regions[i].age.mean))
			return true;
	return false;
}

static void plot_shapes(const struct picture *picture, double top)
{
	FILE *out = picture->out;

	plot_rates(picture, top);
	place_shape(picture, 1, top, "size", "% of regions up to it");
	(void)fputs("set logscale x 2\nset format x '%.0b %BB'\nset xtics 1, 16\n", out);
	write_lines(picture, "size", "using 1:2 with linespoints pointtype 7 pointsize 0.5", false);
	(void)fputs("unset logscale x\nset format x '%g'\nset xtics autofreq\n", out);
	place_shape(picture, 2, top, "age, aggregations", "% of bytes up to it");
	if (has_ages(picture->report))
		write_lines(picture, "age", "using 1:2 with linespoints pointtype 7 pointsize 0.5",
			    false);
}

static double picture_height(const struct dt_report *report)
{
	double height = TOP + BOTTOM;

	if (report->has_working_sets)
		height += SET;
	if (report->has_regions)
		height += (report->has_working_sets ? GAP : 0) + COUNT + BOTTOM + LOW;
	return height;
}

static void find_span(struct picture *picture)
{
	picture->first = UINT64_MAX;
	for (size_t i = 0; i < picture->report->nr_regions; i++) {
		const struct dt_series *series = &picture->report->regions[i].working_set_series;
		const uint64_t end = series->start_ns + series->nr * series->cell_ns;

		if (!series->nr)
			continue;
		picture->first =
			series->start_ns < picture->first ? series->start_ns : picture->first;
		picture->last = end > picture->last ? end : picture->last;
	}
}

static void write_script(FILE *out, const void *subject, enum dt_plot_kind kind, const char *name)
{
	static const char about[] =
		"# Working sets and regions by damon-trace, with their data. 'gnuplot FILE' writes "
		"it as\n# a PNG beside this file.\n";
	const struct dt_report *report = subject;
	struct picture picture = {.out = out, .report = report, .total = picture_height(report)};
	double top = TOP;

	find_span(&picture);
	dt_plot_begin(out, kind, picture.total, name, about);
	(void)fprintf(
		out,
		"set key at graph 1.01, graph 1 left top Left reverse samplen 1.5 noenhanced\n"
		"set tics out nomirror\nset border linewidth 0.8\nset grid linecolor '#e0e0e0' "
		"linewidth 0.5\nset multiplot\nset title '%s; 0 s = %.9f s on the "
		"recording''s clock' noenhanced\n",
		report->has_working_sets ? "Memory that was accessed" : "DAMON''s regions",
		(double)picture.first * 1e-9);
	write_data(&picture);
	if (report->has_working_sets) {
		plot_time(&picture, "set", "working set, MiB", top, SET, !report->has_regions);
		(void)fputs("unset title\n", out);
		top += SET + GAP;
	}
	if (report->has_regions) {
		plot_time(&picture, "count", "regions", top, COUNT, true);
		(void)fputs("unset title\n", out);
		plot_shapes(&picture, top + COUNT + BOTTOM);
	}
	(void)fputs("unset multiplot\nunset output\n", out);
}

int dt_plot_regions(const char *path, const struct dt_report *report, struct dt_error *error)
{
	uint64_t snapshots = 0;

	for (size_t i = 0; i < report->nr_regions; i++)
		snapshots += report->regions[i].snapshots;
	if (!snapshots)
		return dt_fail(error, ENODATA, "record damon:damon_aggregated",
			       "there are no regions of DAMON's to draw");
	if (report->nr_regions > NR_COLORS)
		return dt_fail(error, E2BIG, "choose some with --stream",
			       "%zu streams cannot be told apart in one picture",
			       report->nr_regions);
	return dt_plot_picture(path, write_script, report, error);
}
