/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a section's chart is shown: its series, values and range. See section_chart.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/geometry.h"
#include "render/section_chart.h"

/* The value axis has so many steps at most; it ends at one. */
#define STEPS 10

/* An axis begins above 0 where all values lie in the upper part. */
#define UPPER_PART 0.5

/* Okabe and Ito, "Color Universal Design", and two grays. */
const unsigned char dt_series_colors[DT_CHART_SERIES][3] = {
	{0x56, 0xb4, 0xe9}, {0xe6, 0x9f, 0x00}, {0x00, 0x9e, 0x73}, {0xcc, 0x79, 0xa7},
	{0xf0, 0xe4, 0x42}, {0x00, 0x72, 0xb2}, {0xd5, 0x5e, 0x00}, {0x99, 0x99, 0x99},
	{0xdd, 0xdd, 0xdd}, {0x66, 0x66, 0x66},
};

/* The same among xterm's 256, and among the 16. */
static const unsigned char colors256[DT_CHART_SERIES] = {74, 214, 36,  175, 227,
							 25, 166, 246, 253, 241};
static const unsigned char colors16[DT_CHART_SERIES] = {14, 11, 2, 13, 3, 4, 9, 7, 15, 8};

bool dt_chart_drawable(const struct dt_chart *chart)
{
	if (!chart->step_ns || !chart->nr_points)
		return false;
	for (size_t i = 0; i < (size_t)chart->nr_series * chart->nr_points; i++)
		if (isfinite(chart->values[i]))
			return true;
	return false;
}

/* Sum of what is known of a series: the more, the better it is worth a colour. */
static double weight(const struct dt_chart *chart, uint32_t series)
{
	const double *values = chart->values + (size_t)series * chart->nr_points;
	double sum = 0;

	for (uint32_t i = 0; i < chart->nr_points; i++)
		sum += isfinite(values[i]) ? fabs(values[i]) : 0;
	return sum;
}

/* Is the series among the `most` heaviest ones? The earlier of two equal ones is. */
static bool is_heavy(const double *weights, uint32_t nr, uint32_t series, unsigned most)
{
	unsigned heavier = 0;

	for (uint32_t i = 0; i < nr; i++)
		heavier += weights[i] > weights[series] ||
			   (i < series && weights[i] == weights[series]);
	return heavier < most;
}

void dt_chart_shown(const struct dt_chart *chart, struct dt_chart_shown *shown)
{
	const bool all = chart->nr_series <= DT_CHART_SERIES;
	const unsigned most = all ? chart->nr_series : DT_CHART_SERIES - 1;
	double *weights = calloc(chart->nr_series + 1, sizeof(*weights));

	*shown = (struct dt_chart_shown){0};
	for (uint32_t s = 0; weights && !all && s < chart->nr_series; s++)
		weights[s] = weight(chart, s);
	for (uint32_t s = 0; s < chart->nr_series && shown->nr < most; s++)
		if (all || !weights || is_heavy(weights, chart->nr_series, s, most))
			shown->series[shown->nr++] = s;
	free(weights);
	if (all)
		return;
	shown->rest = chart->nr_series - most;
	(void)snprintf(shown->rest_head, sizeof(shown->rest_head), "%u others", shown->rest);
	shown->nr++;
}

static bool is_rest(const struct dt_chart_shown *shown, unsigned series)
{
	return shown->rest && series + 1 == shown->nr;
}

/* The sum of those that have no colour of their own. */
static double rest_value(const struct dt_chart *chart, const struct dt_chart_shown *shown,
			 uint32_t point)
{
	double sum = NAN;
	unsigned next = 0;

	if (!chart->stacked)
		return NAN;
	for (uint32_t s = 0; s < chart->nr_series; s++) {
		const double value = chart->values[(size_t)s * chart->nr_points + point];

		if (next + 1 < shown->nr && shown->series[next] == s)
			next++;
		else if (isfinite(value))
			sum = isnan(sum) ? value : sum + value;
	}
	return sum;
}

double dt_chart_value(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		      unsigned series, uint32_t point)
{
	double value;

	if (is_rest(shown, series))
		return rest_value(chart, shown, point);
	value = chart->values[(size_t)shown->series[series] * chart->nr_points + point];
	return isfinite(value) ? value : NAN;
}

static double mean_of(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		      unsigned series, uint32_t from, uint32_t to)
{
	double sum = 0;
	uint32_t nr = 0;

	for (uint32_t i = from; i < to; i++) {
		const double value = dt_chart_value(chart, shown, series, i);

		if (isnan(value))
			continue;
		sum += value;
		nr++;
	}
	return nr ? sum / nr : NAN;
}

double dt_chart_column(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		       unsigned series, unsigned column, unsigned columns)
{
	const uint32_t from = (uint32_t)((uint64_t)column * chart->nr_points / columns);
	uint32_t to = (uint32_t)((uint64_t)(column + 1) * chart->nr_points / columns);

	return mean_of(chart, shown, series, from, to > from ? to : from + 1);
}

double dt_chart_mean(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		     unsigned series)
{
	return mean_of(chart, shown, series, 0, chart->nr_points);
}

const char *dt_chart_shown_head(const struct dt_chart *chart, const struct dt_chart_shown *shown,
				unsigned series)
{
	if (is_rest(shown, series))
		return shown->rest_head;
	return chart->heads[shown->series[series]];
}

/* What the numbers of the axis are counted in: bytes in their binary unit, durations too. */
static double axis_unit(enum dt_unit unit, double highest)
{
	double scale = 1;

	if (unit != DT_UNIT_BYTES && unit != DT_UNIT_BYTES_S)
		return 1;
	while (highest / scale >= 1024)
		scale *= 1024;
	return scale;
}

void dt_chart_range(const struct dt_chart *chart, const struct dt_chart_shown *shown,
		    struct dt_chart_range *range)
{
	double low = INFINITY, high = -INFINITY, scale, step;

	for (uint32_t i = 0; i < chart->nr_points; i++) {
		double sum = 0;

		for (unsigned s = 0; s < shown->nr; s++) {
			const double value = dt_chart_value(chart, shown, s, i);

			if (isnan(value))
				continue;
			sum = chart->stacked ? sum + fmax(value, 0) : value;
			low = fmin(low, sum);
			high = fmax(high, sum);
		}
	}
	if (chart->stacked || (low >= 0 && low < high * UPPER_PART))
		low = 0;
	/* shares that add up to the whole, but for rounding */
	if (chart->unit == DT_UNIT_SHARE && high > 1 && high < 1 + 1e-9)
		high = 1;
	scale = axis_unit(chart->unit, fmax(fabs(low), fabs(high)));
	step = high > low ? dt_tick_step((high - low) / scale, STEPS) * scale : 0;
	range->low = step > 0 ? floor(low / step) * step : low;
	/* a value on a tick lies there but for rounding */
	range->high = step > 0 ? ceil(high / step - 1e-9) * step : high;
	range->step = step;
	if (range->high > range->low)
		return;
	range->step = range->low != 0 ? fabs(range->low) : 1;
	range->high = range->low + range->step;
}

struct dt_series_ink dt_series_ink_begin(FILE *out, const struct dt_style *style)
{
	return (struct dt_series_ink){out, style->color, -1, -1};
}

static void send(const struct dt_series_ink *ink, int series, bool background)
{
	const unsigned char *rgb = dt_series_colors[series];
	const int color = colors16[series];

	if (ink->color == DT_COLOR_TRUE)
		(void)fprintf(ink->out, "\033[%d;2;%d;%d;%dm", background ? 48 : 38, rgb[0], rgb[1],
			      rgb[2]);
	else if (ink->color == DT_COLOR_256)
		(void)fprintf(ink->out, "\033[%d;5;%dm", background ? 48 : 38, colors256[series]);
	else
		(void)fprintf(ink->out, "\033[%dm",
			      (color < 8 ? 30 + color : 82 + color) + (background ? 10 : 0));
}

void dt_series_ink_set(struct dt_series_ink *ink, int foreground, int background)
{
	if (ink->color == DT_COLOR_NONE ||
	    (ink->foreground == foreground && ink->background == background))
		return;
	/* the terminal's own colours have no number of their own everywhere */
	if ((foreground < 0 && ink->foreground >= 0) || (background < 0 && ink->background >= 0)) {
		(void)fputs("\033[0m", ink->out);
		ink->foreground = -1;
		ink->background = -1;
	}
	if (foreground >= 0 && foreground != ink->foreground)
		send(ink, foreground, false);
	if (background >= 0 && background != ink->background)
		send(ink, background, true);
	ink->foreground = foreground;
	ink->background = background;
}
