/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goals as a gnuplot script: for each goal, or group of goals that share the memory, the value
 * with its target steps and band, the effective quotas, what was applied, and losses, under each
 * other on one time axis.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "damon-trace/event.h"
#include "render/geometry.h"
#include "render/goal_samples.h"
#include "render/goals.h"
#include "render/plot_panel.h"
#include "render/plot_script.h"

/* Pixels. */
#define LEFT   90.0
#define RIGHT  200.0 /* the keys stand there */
#define TOP    40.0
#define BOTTOM 60.0
#define GAP    14.0

/* Points of one line at most: more are drawn by the lowest and highest of each stretch. */
#define MOST_POINTS 8000

/* Where a quota of 0 is drawn on the log axis, bytes. */
#define ZERO_QUOTA 0.02

#define MIB 1048576.0

#define APPLIED_TICS 3

enum panel {
	PANEL_VALUE,
	PANEL_QUOTA,
	PANEL_APPLIED,
	PANEL_LOSSES,
	NR_PANELS,
};

static const double heights[NR_PANELS] = {
	[PANEL_VALUE] = 260, [PANEL_QUOTA] = 110, [PANEL_APPLIED] = 90, [PANEL_LOSSES] = 40};

/* Colours of the goals of a group, of Okabe and Ito's, for all eyes. */
static const char *const colors[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
				     "#e69f00", "#56b4e9", "#999999", "#000000"};

#define NR_COLORS (sizeof(colors) / sizeof(colors[0]))

static const char *mark_color(enum dt_goal_write_what what)
{
	return what == DT_GOAL_WRITE ? "#b35900" : "#808080";
}

struct picture {
	FILE *out;
	const struct dt_goals *goals;
	double total, top; /* pixels */
};

static double group_height(void)
{
	double height = TOP + BOTTOM;

	for (int i = 0; i < NR_PANELS; i++)
		height += heights[i] + (i ? GAP : 0);
	return height;
}

/* The streams of a group, the first of the report first; 0 when another one is before it. */
static size_t group_of(const struct dt_goals *goals, size_t index, const struct dt_goal_stream **of)
{
	size_t nr = 0, at = index;

	do {
		of[nr++] = &goals->streams[at];
		if (goals->streams[at].complement < 0)
			break;
		at = (size_t)goals->streams[at].complement;
		if (at < index)
			return 0;
	} while (at != index && nr < NR_COLORS);
	return goals->streams[index].count > 1 ? nr : 0;
}

static double seconds(const struct picture *picture, uint64_t ns)
{
	return ((double)ns - (double)picture->goals->origin) * 1e-9;
}

static void point(const struct picture *picture, uint64_t ns, double value)
{
	dt_panel_number(picture->out, seconds(picture, ns));
	(void)fputc(' ', picture->out);
	dt_panel_number(picture->out, value);
	(void)fputc('\n', picture->out);
}

/* The value of an evaluation in a line; NaN: the line is broken there. */
typedef double (*line_of)(const struct dt_goal_stream *stream, size_t i);

static double value_line(const struct dt_goal_stream *stream, size_t i)
{
	return stream->evaluations[i].value / (dt_goal_metric_is_share(stream->metric) ? 100.0 : 1);
}

static double quota_line(const struct dt_goal_stream *stream, size_t i)
{
	const uint64_t esz = stream->evaluations[i].esz;

	if (esz == DT_ESZ_UNKNOWN)
		return NAN;
	return esz ? (double)esz : ZERO_QUOTA;
}

static double applied_line(const struct dt_goal_stream *stream, size_t i)
{
	return dt_goal_applied_rate(stream, i) / MIB;
}

/* One stretch of evaluations: all of them, or the lowest and the highest in their order. */
static void write_stretch(const struct picture *picture, const struct dt_goal_stream *stream,
			  line_of line, size_t from, size_t to)
{
	size_t low = SIZE_MAX, high = SIZE_MAX;

	for (size_t i = from; i < to; i++) {
		const double value = line(stream, i);

		if (isnan(value))
			continue;
		low = low == SIZE_MAX || value < line(stream, low) ? i : low;
		high = high == SIZE_MAX || value > line(stream, high) ? i : high;
	}
	if (low == SIZE_MAX) {
		(void)fputc('\n', picture->out);
		return;
	}
	point(picture, stream->evaluations[low < high ? low : high].time,
	      line(stream, low < high ? low : high));
	if (low != high)
		point(picture, stream->evaluations[low < high ? high : low].time,
		      line(stream, low < high ? high : low));
}

static void write_line(const struct picture *picture, const struct dt_goal_stream *stream,
		       line_of line, const char *name, size_t index)
{
	const size_t step = stream->count / MOST_POINTS + 1;

	(void)fprintf(picture->out, "$%s%zu << EOD\n", name, index);
	for (size_t i = 0; i < stream->count; i += step)
		write_stretch(picture, stream, line, i,
			      i + step < stream->count ? i + step : stream->count);
	/* a block without a point is an error to gnuplot */
	(void)fputs("NaN NaN\nEOD\n", picture->out);
}

/* The target and the band, a stretch a step: time, target, lower and upper edge. */
static void write_targets(const struct picture *picture, const struct dt_goal_stream *stream,
			  size_t index)
{
	const double unit = dt_goal_metric_is_share(stream->metric) ? 100.0 : 1;

	(void)fprintf(picture->out, "$target%zu << EOD\n", index);
	for (size_t s = 0; s < stream->nr_steps; s++) {
		const struct dt_goal_step *step = &stream->steps[s];
		const uint64_t end =
			s + 1 < stream->nr_steps ? stream->steps[s + 1].start_ns : step->end_ns;

		for (int last = 0; last < 2; last++) {
			dt_panel_number(picture->out,
					seconds(picture, last ? end : step->start_ns));
			(void)fprintf(picture->out, " %.4f %.4f %.4f\n", step->target / unit,
				      (step->target - stream->band) / unit,
				      (step->target + stream->band) / unit);
		}
		(void)fputc('\n', picture->out);
	}
	(void)fputs("EOD\n", picture->out);
}

static void write_losses(const struct picture *picture, const struct dt_goal_stream *stream,
			 size_t index)
{
	const uint64_t from = stream->evaluations[0].time;
	const uint64_t to = stream->evaluations[stream->count - 1].time;

	for (int throttled = 0; throttled < 2; throttled++) {
		(void)fprintf(picture->out, "$%s%zu << EOD\n", throttled ? "throttled" : "lost",
			      index);
		for (size_t i = 0; i < picture->goals->nr_losses; i++) {
			const struct dt_goal_loss *loss = &picture->goals->losses[i];

			if (loss->throttled == (throttled != 0) && loss->time >= from &&
			    loss->time <= to)
				point(picture, loss->time, 1);
		}
		(void)fputs("NaN NaN\nEOD\n", picture->out);
	}
}

/* The share of the samples, broken where there are none. */
static void write_samples(const struct picture *picture, const struct dt_goal_stream *stream,
			  size_t index)
{
	const struct dt_goal_samples *samples = &stream->samples;

	if (!samples->series[0])
		return;
	(void)fprintf(picture->out, "$samples%zu << EOD\n", index);
	for (size_t i = 0; i < samples->nr; i++) {
		const uint64_t start = samples->start_ns + i * samples->step_ns;

		if (isnan(samples->values[i])) {
			(void)fputc('\n', picture->out);
			continue;
		}
		/* a bin's share holds from its start to its end */
		point(picture, start, samples->values[i] / 100);
		point(picture, start + samples->step_ns, samples->values[i] / 100);
	}
	(void)fputs("NaN NaN\nEOD\n", picture->out);
}

/* Lines through all panels; the keys of two of their kinds are in the first one. */
static void write_marks(const struct picture *picture, const struct dt_goal_stream *stream)
{
	for (size_t i = 0; i < stream->nr_marks; i++) {
		const struct dt_goal_write *write = &stream->marks[i].write;

		if (write->time < stream->evaluations[0].time ||
		    write->time > stream->evaluations[stream->count - 1].time)
			continue;
		(void)fputs("set arrow from first ", picture->out);
		dt_panel_number(picture->out, seconds(picture, write->time));
		(void)fputs(", graph 0 to first ", picture->out);
		dt_panel_number(picture->out, seconds(picture, write->time));
		(void)fprintf(picture->out,
			      ", graph 1 nohead linewidth 1 dashtype 2 linecolor '%s'\n",
			      mark_color(write->what));
	}
}

/* "target written (tuner)", and "given back (tuner)" where that happened. */
static void write_mark_keys(const struct picture *picture, const struct dt_goal_stream *stream)
{
	bool has[2] = {false, false};

	for (size_t i = 0; i < stream->nr_marks; i++)
		has[stream->marks[i].write.what != DT_GOAL_WRITE] = true;
	for (int back = 0; back < 2; back++)
		if (has[back])
			(void)fprintf(
				picture->out,
				", NaN with lines linewidth 1 dashtype 2 linecolor '%s' title "
				"'%s (tuner)'",
				mark_color(back ? DT_GOAL_RESTORE : DT_GOAL_WRITE),
				back ? "given back" : "target written");
}

/* Place of a panel, and a time axis that only the lowest one labels. */
static void frame(const struct picture *picture, enum panel panel, const char *label)
{
	double top = picture->top + TOP;
	FILE *out = picture->out;

	for (int i = 0; i < (int)panel; i++)
		top += heights[i] + GAP;
	(void)fprintf(out,
		      "set lmargin at screen %.6f\nset rmargin at screen %.6f\n"
		      "set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
		      LEFT / DT_PLOT_WIDTH, 1 - RIGHT / DT_PLOT_WIDTH, 1 - top / picture->total,
		      1 - (top + heights[panel]) / picture->total);
	(void)fprintf(out,
		      "set ylabel \"%s\" offset %d\nunset logscale y\nset ytics autofreq\nset "
		      "format y '%%g'\nset yrange [*:*]\n",
		      /* the second line of a label would lie upon the tics */
		      label, strstr(label, "\\n") ? -1 : 0);
	if (panel == NR_PANELS - 1)
		(void)fputs("set format x '%g'\nset xlabel 'seconds from the first event'\n", out);
	else
		(void)fputs("set format x ''\nunset xlabel\n", out);
	if (panel)
		(void)fputs("unset title\n", out);
}

/* "title 'node 0, scheme 1'" */
static void write_key(const struct picture *picture, const char *what,
		      const struct dt_goal_stream *stream)
{
	(void)fprintf(picture->out, " title '%snode %" PRId32, what, stream->nid);
	if (stream->scheme != DT_UNKNOWN_U32)
		(void)fprintf(picture->out, ", scheme %" PRIu32, stream->scheme);
	(void)fputs("'", picture->out);
}

static void plot_values(const struct picture *picture, const struct dt_goal_stream **group,
			size_t nr, size_t index)
{
	const struct dt_goal_stream *stream = group[0];
	const char *metric = dt_goal_metric_name(stream->metric);
	char subject[96], name[96];
	FILE *out = picture->out;

	frame(picture, PANEL_VALUE, dt_goal_metric_is_share(stream->metric) ? "share, %" : "value");
	(void)fprintf(out, "set title 'Goal of node %" PRId32 " (%s)%s%s' noenhanced\n",
		      stream->nid, dt_goal_words_stream(subject, sizeof(subject), stream),
		      metric ? ", " : "", metric ? metric : "");
	(void)fprintf(out,
		      "plot $target%zu using 1:3:4 with filledcurves fillcolor '#c8e6c9' title "
		      "'band', $target%zu using 1:2 with lines linewidth 1.5 linecolor '#2e7d32' "
		      "title 'target'",
		      index, index);
	for (size_t m = 0; m < nr && m < 1; m++) {
		(void)fprintf(out, ", $value%zu using 1:2 with steps linewidth 1.2 linecolor '%s'",
			      index + m, colors[m]);
		write_key(picture, "", group[m]);
	}
	if (stream->samples.series[0])
		(void)fprintf(out,
			      ", $samples%zu using 1:2 with lines linewidth 1.2 linecolor "
			      "'#cc79a7' title '%s'",
			      index, dt_goal_samples_name(name, sizeof(name), stream));
	write_mark_keys(picture, stream);
	(void)fputc('\n', out);
}

static void plot_quotas(const struct picture *picture, const struct dt_goal_stream **group,
			size_t nr, size_t index)
{
	FILE *out = picture->out;
	double highest = 1;

	for (size_t m = 0; m < nr; m++)
		for (size_t i = 0; i < group[m]->count; i++)
			highest = fmax(highest, quota_line(group[m], i));
	frame(picture, PANEL_QUOTA, "quota");
	(void)fprintf(out,
		      "set logscale y 2\nset yrange [%g:%g]\nset ytics ('0' %g, '1' 1, '1Ki' 1024, "
		      "'1Mi' 1048576, '1Gi' 1073741824)\nplot",
		      ZERO_QUOTA / 2, highest * 4, ZERO_QUOTA);
	for (size_t m = 0; m < nr; m++) {
		(void)fprintf(out, "%s $quota%zu using 1:2 with steps linewidth 1.2 linecolor '%s'",
			      m ? "," : "", index + m, colors[m]);
		write_key(picture, "", group[m]);
	}
	(void)fputc('\n', out);
}

static void plot_applied(const struct picture *picture, const struct dt_goal_stream **group,
			 size_t nr, size_t index)
{
	FILE *out = picture->out;
	double highest = 0;

	for (size_t m = 0; m < nr; m++)
		for (size_t i = 0; i < group[m]->count; i++)
			highest = fmax(highest, applied_line(group[m], i));
	frame(picture, PANEL_APPLIED, "applied\\nMiB/s");
	(void)fprintf(out, "set yrange [0:%g]\nset ytics %g\nplot 0 notitle linecolor '#909090'",
		      highest > 0 ? highest * 1.1 : 1,
		      highest > 0 ? dt_tick_step(highest, APPLIED_TICS) : 1);
	for (size_t m = 0; m < nr; m++) {
		(void)fprintf(out,
			      ", $applied%zu using 1:2 with steps linewidth 1.2 linecolor '%s'",
			      index + m, colors[m]);
		write_key(picture, "", group[m]);
	}
	(void)fputc('\n', out);
}

static void plot_losses(const struct picture *picture, size_t index)
{
	frame(picture, PANEL_LOSSES, "lost");
	(void)fprintf(picture->out,
		      "set yrange [0:1]\nunset ytics\n"
		      "plot $lost%zu using 1:2 with impulses linewidth 2 linecolor '#c00000' title "
		      "'events lost', $throttled%zu using 1:2 with impulses linewidth 2 linecolor "
		      "'#e69f00' title 'throttled'\n",
		      index, index);
}

static void write_group(struct picture *picture, size_t index)
{
	const struct dt_goal_stream *group[NR_COLORS];
	const size_t nr = group_of(picture->goals, index, group);
	const struct dt_goal_stream *stream = group[0];

	if (!nr)
		return;
	for (size_t m = 0; m < nr; m++) {
		/* the numbers of a group's data follow each other, apart from other groups' */
		const size_t number = index * NR_COLORS + m;

		write_line(picture, group[m], value_line, "value", number);
		write_line(picture, group[m], quota_line, "quota", number);
		write_line(picture, group[m], applied_line, "applied", number);
	}
	write_targets(picture, stream, index * NR_COLORS);
	write_losses(picture, stream, index * NR_COLORS);
	write_samples(picture, stream, index * NR_COLORS);
	(void)fputs("set xrange [", picture->out);
	dt_panel_number(picture->out, seconds(picture, stream->evaluations[0].time));
	(void)fputc(':', picture->out);
	dt_panel_number(picture->out,
			seconds(picture, stream->evaluations[stream->count - 1].time));
	(void)fputs("]\n", picture->out);
	write_marks(picture, stream);
	plot_values(picture, group, nr, index * NR_COLORS);
	plot_quotas(picture, group, nr, index * NR_COLORS);
	plot_applied(picture, group, nr, index * NR_COLORS);
	plot_losses(picture, index * NR_COLORS);
	if (stream->nr_marks)
		(void)fputs("unset arrow\n", picture->out);
	picture->top += group_height();
}

static double script_height(const struct dt_goals *goals)
{
	const struct dt_goal_stream *group[NR_COLORS];
	double height = 0;

	for (size_t i = 0; i < goals->nr; i++)
		height += group_of(goals, i, group) ? group_height() : 0;
	return height;
}

static void write_script(FILE *out, const void *subject, enum dt_plot_kind kind, const char *name)
{
	static const char about[] =
		"# Quota goals by damon-trace, with their data. 'gnuplot FILE' writes it as a PNG\n"
		"# beside this file. Each line of data is seconds from the first event and a "
		"value.\n";
	struct picture picture = {.out = out, .goals = subject, .total = script_height(subject)};

	dt_plot_begin(out, kind, picture.total, name, about);
	(void)fputs("set key at graph 1.01, graph 1 left top Left reverse samplen 1.5 noenhanced\n"
		    "set tics out nomirror\nset border linewidth 0.8\nset grid linecolor '#e0e0e0' "
		    "linewidth 0.5\nset style fill solid 1.0 noborder\n"
		    "set multiplot\n",
		    out);
	for (size_t i = 0; i < picture.goals->nr; i++)
		write_group(&picture, i);
	(void)fputs("unset multiplot\nunset output\n", out);
}

int dt_plot_goals(const char *path, const struct dt_report *report, struct dt_error *error)
{
	const double height = script_height(&report->goals);

	if (!(height > 0))
		return dt_fail(error, ENODATA, NULL, "there is no goal to draw");
	if (height > DT_PLOT_MOST_PIXELS)
		return dt_fail(error, E2BIG, "choose some with --stream",
			       "%zu goals do not fit into one picture", report->goals.nr);
	return dt_plot_picture(path, write_script, &report->goals, error);
}
