/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One goal over time as a chart of characters: the value in braille dots (asterisks in ASCII),
 * target and band as lines behind it, the effective quotas of the group as strips below.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/geometry.h"
#include "render/goal_samples.h"
#include "render/goals.h"
#include "render/time_axis.h"

#define ROWS	   12
#define ROWS_LEAST 4
#define LABEL	   8 /* "100.0 % " and the frame's place */

/* The value axis ends at multiples of this, bp; other metrics at multiples of a tick. */
#define AXIS_STEP 500.0

/* Values that were not evaluated for so many periods, with events lost, are not drawn. */
#define HOLE_PERIODS 3

/* A strip's first level stands for a quota of 0, the last for the highest of the group. */
static const char *const blocks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
				     "\u2585", "\u2586", "\u2587", "\u2588"};
static const char *const ramp[] = {".", ":", "-", "=", "+", "*", "#", "@"};

#define LEVELS 8u

struct chart {
	FILE *out;
	const struct dt_goals *goals;
	const struct dt_goal_stream *stream;
	const struct dt_style *style;
	uint64_t from, to;
	unsigned rows, columns; /* characters */
	unsigned across, up;	/* dots of a character each way */
	double low, high;	/* of the value axis, bp */
	unsigned char *dots;	/* [column * up * rows + row from below], in dots */
	/* What a tuner wrote in a column; 0: nothing, 'w': a target, 'b': an earlier one again. */
	char written[DT_CHART_COLUMNS + 1];
	bool has_writes;
};

static unsigned height(const struct chart *chart)
{
	return chart->rows * chart->up;
}

/* The instant at which a column of so many begins. */
static uint64_t instant(const struct chart *chart, unsigned column, unsigned columns)
{
	return chart->from + dt_share(chart->to - chart->from, column, columns);
}

static double place(const struct chart *chart, double value)
{
	return (value - chart->low) / (chart->high - chart->low);
}

/* The share of the samples in a column of characters, bp; NaN: there are none. */
static double samples_at(const struct chart *chart, unsigned column)
{
	return dt_goal_samples_mean(chart->stream, instant(chart, column, chart->columns),
				    instant(chart, column + 1, chart->columns));
}

static void set_range(struct chart *chart)
{
	const struct dt_goal_stream *stream = chart->stream;
	double low = INFINITY, high = -INFINITY, step = AXIS_STEP;

	for (size_t i = 0; i < stream->count; i++) {
		const struct dt_goal_evaluation *e = &stream->evaluations[i];

		low = fmin(low, fmin(e->value, e->target - stream->band));
		high = fmax(high, fmax(e->value, e->target + stream->band));
	}
	for (unsigned column = 0; column < chart->columns; column++) {
		const double share = samples_at(chart, column);

		low = fmin(low, share);
		high = fmax(high, share);
	}
	low = fmax(low, 0);
	if (dt_goal_metric_is_share(stream->metric))
		high = fmin(high, fmax(DT_GOAL_WHOLE, low + step));
	else
		step = dt_tick_step(high - low, 10);
	chart->low = floor(low / step) * step;
	chart->high = ceil(high / step) * step;
	if (!(chart->high > chart->low))
		chart->high = chart->low + step;
}

static void mark(struct chart *chart, unsigned column, double low, double high)
{
	const double top = height(chart);
	const int last = (int)height(chart) - 1;
	int from = (int)(place(chart, low) * top), to = (int)(place(chart, high) * top);

	from = from < 0 ? 0 : from > last ? last : from;
	to = to < 0 ? 0 : to > last ? last : to;
	for (int row = from; row <= to; row++)
		chart->dots[column * height(chart) + (unsigned)row] = 1;
}

/* Is the value held beyond its evaluation, or are the ones that should follow it lost? */
static bool is_held(const struct chart *chart, size_t i, uint64_t time)
{
	const struct dt_goal_evaluation *e = &chart->stream->evaluations[i];

	return !e->lost || (double)(time - e->time) < HOLE_PERIODS * chart->stream->period_s * 1e9;
}

/* From the lowest to the highest value of each column of dots, with the one held at its start. */
static void draw_value(struct chart *chart)
{
	const struct dt_goal_stream *stream = chart->stream;
	const unsigned columns = chart->columns * chart->across;
	size_t i = 0;

	for (unsigned column = 0; column < columns; column++) {
		const uint64_t start = instant(chart, column, columns);
		const uint64_t end = instant(chart, column + 1, columns);
		double low = INFINITY, high = -INFINITY;

		if (i && is_held(chart, i - 1, start))
			low = high = stream->evaluations[i - 1].value;
		for (; i < stream->count &&
		       (stream->evaluations[i].time < end || (column + 1 == columns));
		     i++) {
			low = fmin(low, stream->evaluations[i].value);
			high = fmax(high, stream->evaluations[i].value);
		}
		if (low <= high)
			mark(chart, column, low, high);
	}
}

/* The character of a cell: braille, asterisk, or NULL when the value is not in it. */
static const char *cell(const struct chart *chart, unsigned column, unsigned row, char text[4])
{
	/* bits of U+2800 from below: left column, then right one */
	static const unsigned char bits[2][4] = {{0x40, 0x04, 0x02, 0x01},
						 {0x80, 0x20, 0x10, 0x08}};
	unsigned pattern = 0;

	for (unsigned x = 0; x < chart->across; x++)
		for (unsigned y = 0; y < chart->up; y++)
			if (chart->dots[(column * chart->across + x) * height(chart) +
					row * chart->up + y])
				pattern |= bits[x][y];
	if (!pattern)
		return NULL;
	if (!chart->style->utf8)
		return "*";
	text[0] = (char)0xe2;
	text[1] = (char)(0xa0 | pattern >> 6);
	text[2] = (char)(0x80 | (pattern & 0x3f));
	text[3] = '\0';
	return text;
}

enum line {
	LINE_NONE,
	LINE_WRITE,
	LINE_BAND,
	LINE_TARGET,
	LINE_SAMPLES,
	LINE_VALUE,
};

static enum line line_at(const struct chart *chart, unsigned column, unsigned row)
{
	const struct dt_goal_evaluation *e =
		dt_goal_at(chart->stream, instant(chart, 2 * column + 1, 2 * chart->columns));
	const double edges[] = {0, -chart->stream->band, chart->stream->band};
	const double share = place(chart, samples_at(chart, column)) * chart->rows;

	if ((share >= row && share < row + 1) || (share == chart->rows && row + 1 == chart->rows))
		return LINE_SAMPLES;
	for (int i = 0; e && i < 3; i++) {
		const double at = place(chart, e->target + edges[i]) * chart->rows;

		/* the upper edge of the axis belongs to the row below it */
		if ((at >= row && at < row + 1) || (at == chart->rows && row + 1 == chart->rows))
			return i ? LINE_BAND : LINE_TARGET;
	}
	return chart->written[column] ? LINE_WRITE : LINE_NONE;
}

/* SGR colours by enum line; none without colours. */
static const char *color(const struct chart *chart, int which)
{
	static const char *const codes[] = {"\033[0m",	"\033[33m", "\033[90m",
					    "\033[32m", "\033[35m", "\033[1;36m"};

	return chart->style->color == DT_COLOR_NONE ? "" : codes[which];
}

static void write_row(const struct chart *chart, unsigned row)
{
	static const char *const lines[2][5] = {{" ", ":", ".", "-", "o"},
						{" ", "\u250a", "\u2508", "\u2500", "\u25e6"}};
	const bool utf8 = chart->style->utf8;
	int last = 0;

	for (unsigned column = 0; column < chart->columns; column++) {
		char text[4];
		const char *value = cell(chart, column, row, text);
		const enum line line = value ? LINE_NONE : line_at(chart, column, row);
		const int which = value ? LINE_VALUE : (int)line;

		if (which != last)
			(void)fprintf(chart->out, "%s%s", color(chart, 0),
				      which ? color(chart, which) : "");
		last = which;
		(void)fputs(value ? value : lines[utf8][line], chart->out);
	}
	if (last)
		(void)fputs(color(chart, 0), chart->out);
}

/* Rows with a number: the ends and the middle of the value axis. */
static void write_label(const struct chart *chart, unsigned row)
{
	char label[32] = "";
	double value = chart->low + (chart->high - chart->low) * row / chart->rows;

	if (row + 1 == chart->rows)
		value = chart->high;
	if (!row || row + 1 == chart->rows || row == chart->rows / 2)
		(void)dt_goal_words_value(label, sizeof(label), chart->stream, value);
	(void)fprintf(chart->out, "%*s %s", LABEL, label,
		      chart->style->utf8 ? (*label ? "\u2524" : "\u2502") : (*label ? "+" : "|"));
}

/* The floor with its ticks, and seconds below. */
static void write_axis(const struct chart *chart, uint64_t origin)
{
	const struct dt_time_axis axis = {
		.label = LABEL,
		.columns = chart->columns,
		.start = ((double)chart->from - (double)origin) * 1e-9,
		.span = (double)(chart->to - chart->from) * 1e-9,
		.utf8 = chart->style->utf8,
	};

	dt_term_time_axis(chart->out, &axis);
}

static uint64_t highest_esz(const struct chart *chart)
{
	uint64_t highest = 0;

	for (size_t m = 0; m < chart->goals->nr; m++) {
		const struct dt_goal_stream *stream = &chart->goals->streams[m];

		for (size_t i = 0; i < stream->count; i++)
			if (stream->evaluations[i].esz != DT_ESZ_UNKNOWN &&
			    stream->evaluations[i].esz > highest)
				highest = stream->evaluations[i].esz;
	}
	return highest;
}

/* One column of a strip: the highest quota of its time. " " for 0, "?" where it is not known. */
static const char *strip_cell(const struct chart *chart, const struct dt_goal_stream *stream,
			      unsigned column, size_t *next, uint64_t highest)
{
	const uint64_t start = instant(chart, column, chart->columns);
	const uint64_t end = instant(chart, column + 1, chart->columns);
	uint64_t most = 0;
	bool known = false;
	double level;

	if (*next && stream->evaluations[*next - 1].esz != DT_ESZ_UNKNOWN &&
	    stream->evaluations[*next - 1].time < start) {
		most = stream->evaluations[*next - 1].esz;
		known = true;
	}
	for (; *next < stream->count && stream->evaluations[*next].time < end; (*next)++) {
		const uint64_t esz = stream->evaluations[*next].esz;

		if (esz == DT_ESZ_UNKNOWN)
			continue;
		most = known && most > esz ? most : esz;
		known = true;
	}
	if (!known)
		return "?";
	if (!most)
		return " ";
	level = highest > 1 ? log2((double)most) / log2((double)highest) : 1;
	level = fmin(floor(level * (double)LEVELS), (double)(LEVELS - 1));
	return chart->style->utf8 ? blocks[(size_t)level] : ramp[(size_t)level];
}

static void write_strip(const struct chart *chart, const struct dt_goal_stream *stream,
			uint64_t highest)
{
	char label[32];
	size_t next = 0;

	(void)snprintf(label, sizeof(label), "quota %" PRIu32, stream->scheme);
	(void)fprintf(chart->out, "%*s %s", LABEL, label, chart->style->utf8 ? "\u2502" : "|");
	for (unsigned column = 0; column < chart->columns; column++)
		(void)fputs(strip_cell(chart, stream, column, &next, highest), chart->out);
	(void)fputc('\n', chart->out);
}

/* The quotas of the goal's group on one log scale, and columns in which events were lost. */
static void write_strips(const struct chart *chart)
{
	const uint64_t highest = highest_esz(chart);
	const struct dt_goal_stream *stream = chart->stream;
	char bytes[32];

	if (!highest)
		return;
	for (;;) {
		if (stream->scheme != DT_UNKNOWN_U32)
			write_strip(chart, stream, highest);
		if (stream->complement < 0)
			break;
		stream = &chart->goals->streams[stream->complement];
		if (stream == chart->stream)
			break;
	}
	(void)fprintf(chart->out, "%*s  quota, log scale: blank 0, %s 1 B to %s %s, ? not known\n",
		      LABEL, "", chart->style->utf8 ? blocks[0] : ramp[0],
		      chart->style->utf8 ? blocks[LEVELS - 1] : ramp[LEVELS - 1],
		      dt_text_bytes(bytes, sizeof(bytes), (double)highest));
}

static void write_losses(const struct chart *chart)
{
	char marks[DT_CHART_COLUMNS + 1];
	bool any = false;

	memset(marks, ' ', sizeof(marks));
	marks[chart->columns] = '\0';
	for (size_t i = 0; i < chart->goals->nr_losses; i++) {
		const struct dt_goal_loss *loss = &chart->goals->losses[i];
		const double part =
			(double)(loss->time - chart->from) / (double)(chart->to - chart->from);

		if (loss->time < chart->from || loss->time >= chart->to)
			continue;
		marks[(unsigned)(part * chart->columns)] = loss->throttled ? 't' : '!';
		any = true;
	}
	if (any)
		(void)fprintf(chart->out, "%*s %s%s\n%*s  ! events lost, t sampling throttled\n",
			      LABEL, "lost", chart->style->utf8 ? "\u2502" : "|", marks, LABEL, "");
}

/* Of several writes in one column the first shows. */
static void find_writes(struct chart *chart)
{
	for (size_t i = 0; i < chart->stream->nr_marks; i++) {
		const struct dt_goal_write *write = &chart->stream->marks[i].write;
		const double part = ((double)write->time - (double)chart->from) /
				    (double)(chart->to - chart->from);
		unsigned column;

		if (write->time < chart->from || write->time > chart->to)
			continue;
		column = (unsigned)(part * chart->columns);
		column = column < chart->columns ? column : chart->columns - 1;
		if (!chart->written[column])
			chart->written[column] = write->what == DT_GOAL_WRITE ? 'w' : 'b';
		chart->has_writes = true;
	}
}

static void write_writes(const struct chart *chart)
{
	const bool utf8 = chart->style->utf8;
	const char *const set = utf8 ? "\u25b2" : "^", *const back = utf8 ? "\u25bd" : "v";
	const bool has_back = memchr(chart->written, 'b', chart->columns);

	if (!chart->has_writes)
		return;
	(void)fprintf(chart->out, "%*s %s", LABEL, "tuner", utf8 ? "\u2502" : "|");
	for (unsigned column = 0; column < chart->columns; column++)
		(void)fputs(chart->written[column] == 'w'   ? set
			    : chart->written[column] == 'b' ? back
							    : " ",
			    chart->out);
	(void)fprintf(chart->out, "\n%*s  ", LABEL, "");
	if (memchr(chart->written, 'w', chart->columns))
		(void)fprintf(chart->out, "%s target written%s", set, has_back ? ", " : "");
	if (has_back)
		(void)fprintf(chart->out, "%s an earlier one given back", back);
	(void)fputc('\n', chart->out);
}

/* What the second line is. */
static void write_samples_key(const struct chart *chart)
{
	char name[96];

	if (chart->stream->samples.series[0])
		(void)fprintf(chart->out, "%*s  %s %s\n", LABEL, "",
			      chart->style->utf8 ? "\u25e6" : "o",
			      dt_goal_samples_name(name, sizeof(name), chart->stream));
}

void dt_term_goal_chart(FILE *out, const struct dt_goals *goals,
			const struct dt_goal_stream *stream, const struct dt_style *style)
{
	struct chart chart = {
		.out = out,
		.goals = goals,
		.stream = stream,
		.style = style,
		.rows = style->height > ROWS_LEAST && style->height < ROWS ? style->height : ROWS,
		.columns = style->width > LABEL + 12 ? style->width - LABEL - 2 : 10,
		.across = style->utf8 ? 2 : 1,
		.up = style->utf8 ? 4 : 1,
	};

	if (stream->count < 2)
		return;
	chart.columns = chart.columns > DT_CHART_COLUMNS ? DT_CHART_COLUMNS : chart.columns;
	chart.from = stream->evaluations[0].time;
	chart.to = stream->evaluations[stream->count - 1].time;
	if (chart.to <= chart.from)
		return;
	chart.dots = calloc((size_t)chart.columns * chart.across, height(&chart));
	if (!chart.dots)
		return;
	set_range(&chart);
	find_writes(&chart);
	draw_value(&chart);
	for (unsigned row = chart.rows; row-- > 0;) {
		write_label(&chart, row);
		write_row(&chart, row);
		(void)fputc('\n', out);
	}
	write_axis(&chart, goals->origin);
	write_writes(&chart);
	write_samples_key(&chart);
	write_losses(&chart);
	write_strips(&chart);
	free(chart.dots);
}
