/* SPDX-License-Identifier: GPL-2.0-only */
/* Goals on a terminal: first in plain words, a line a step, then the figures, then the chart. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "damon-trace/event.h"
#include "render/goal_samples.h"
#include "render/goals.h"

/* Where the words of a step begin: "OSCILLATING" and what stands around it. */
#define WORDS_COLUMN 15

/* Causes of one step that are printed; JSON has all. */
#define MOST_CAUSES 6
/* Likewise writes of one goal. */
#define MOST_WRITES 12

struct page {
	FILE *out;
	const struct dt_goals *goals;
	const struct dt_style *style;
};

/* Print text in lines of the terminal's width; all but the first one are indented. */
static void write_wrapped(const struct page *page, unsigned column, const char *text)
{
	const unsigned indent = column;
	size_t left = strlen(text);

	while (left) {
		const unsigned room =
			page->style->width > column + 20 ? page->style->width - column : 20;
		size_t length = left;

		if (length > room) {
			length = room;
			while (length && text[length] != ' ')
				length--;
			length = length ? length : room;
		}
		(void)fprintf(page->out, "%.*s\n", (int)length, text);
		text += length + (text[length] == ' ');
		left = strlen(text);
		column = indent;
		if (left)
			(void)fprintf(page->out, "%*s", (int)indent, "");
	}
}

static double seconds(const struct page *page, uint64_t ns)
{
	return ns >= page->goals->origin ? (double)(ns - page->goals->origin) * 1e-9
					 : -(double)(page->goals->origin - ns) * 1e-9;
}

/* An instant in words: four digits, and whole seconds in full. */
static char *instant(const struct page *page, uint64_t ns, char text[32])
{
	const double value = seconds(page, ns);

	(void)snprintf(text, 32, fabs(value) < 999.95 ? "%.4g" : "%.0f", value);
	return text;
}

static void write_heading(const struct page *page, const struct dt_goal_stream *stream)
{
	const char *metric = dt_goal_metric_name(stream->metric);
	char subject[96], line[320];

	(void)snprintf(line, sizeof(line), "Goal of node %" PRId32 " (%s)", stream->nid,
		       dt_goal_words_stream(subject, sizeof(subject), stream));
	if (!metric)
		(void)snprintf(line + strlen(line), sizeof(line) - strlen(line),
			       ", metric %" PRIu32, stream->metric);
	else if (stream->metric != DT_UNKNOWN_U32)
		(void)snprintf(line + strlen(line), sizeof(line) - strlen(line), ", %s", metric);
	if (stream->complement >= 0) {
		const struct dt_goal_stream *other = &page->goals->streams[stream->complement];

		(void)snprintf(line + strlen(line), sizeof(line) - strlen(line),
			       "; complement of node %" PRId32, other->nid);
	}
	write_wrapped(page, 0, line);
}

static void write_words(const struct page *page, const struct dt_goal_stream *stream)
{
	for (size_t i = 0; i < stream->nr_steps; i++) {
		const struct dt_goal_step *step = &stream->steps[i];
		char line[512], from[32];

		(void)dt_goal_words_step(line, sizeof(line), stream, step);
		if (stream->nr_steps > 1)
			(void)snprintf(line + strlen(line), sizeof(line) - strlen(line),
				       " (from %s s)", instant(page, step->start_ns, from));
		(void)fprintf(page->out, "  %-*s", WORDS_COLUMN - 2,
			      dt_goal_verdict_name(step->verdict));
		write_wrapped(page, WORDS_COLUMN, line);
	}
	if (!stream->nr_steps)
		(void)fputs("  no evaluation that could be judged\n", page->out);
}

static void write_causes(const struct page *page, const struct dt_goal_stream *stream)
{
	for (size_t i = 0; i < stream->nr_steps; i++) {
		const struct dt_goal_step *step = &stream->steps[i];

		for (size_t c = 0; c < step->nr_causes && c < MOST_CAUSES; c++) {
			const struct dt_goal_because *because = &step->causes[c];
			char line[320], from[32], to[32];

			(void)fprintf(page->out, "  %-*s", WORDS_COLUMN - 2,
				      dt_goal_cause_name(because->cause));
			(void)snprintf(line, sizeof(line), "%s to %s s: %s",
				       instant(page, because->from_ns, from),
				       instant(page, because->to_ns, to), because->evidence);
			write_wrapped(page, WORDS_COLUMN, line);
		}
		if (step->nr_causes > MOST_CAUSES)
			(void)fprintf(page->out, "  %-*sand %zu more (--json has all)\n",
				      WORDS_COLUMN - 2, "", step->nr_causes - MOST_CAUSES);
	}
}

/* What the tuner did, and what came of it. */
static void write_writes(const struct page *page, const struct dt_goal_stream *stream)
{
	for (size_t i = 0; i < stream->nr_marks && i < MOST_WRITES; i++) {
		char line[320], at[32];

		(void)fprintf(page->out, "  %-*s", WORDS_COLUMN - 2, i ? "" : "TUNER");
		(void)snprintf(line, sizeof(line),
			       "%s s: ", instant(page, stream->marks[i].write.time, at));
		(void)dt_goal_words_mark(line + strlen(line), sizeof(line) - strlen(line), stream,
					 &stream->marks[i]);
		write_wrapped(page, WORDS_COLUMN, line);
	}
	if (stream->nr_marks > MOST_WRITES)
		(void)fprintf(page->out, "  %-*sand %zu more (--json has all)\n", WORDS_COLUMN - 2,
			      "", stream->nr_marks - MOST_WRITES);
}

/* decimals below 0: as many, with the sign of positive values too. */
static void write_number(const struct page *page, int width, int decimals, double value)
{
	char text[48] = "-";

	if (!isnan(value) && decimals < 0)
		(void)snprintf(text, sizeof(text), "%+.*f", -decimals, value);
	else if (!isnan(value))
		(void)snprintf(text, sizeof(text), "%.*f", decimals, value);
	(void)fprintf(page->out, " %*s", width, text);
}

/* Shares are shown in percent, other metrics as they are. */
static double unit(const struct dt_goal_stream *stream)
{
	return dt_goal_metric_is_share(stream->metric) ? 100 : 1;
}

static void write_response(const struct page *page, const struct dt_goal_stream *stream)
{
	const char *percent = dt_goal_metric_is_share(stream->metric) ? "%" : "";

	(void)fprintf(page->out,
		      "  step     from       to  target   first    rise  settling  overshoot\n"
		      "               s        s %7s %7s       s         s  %% of step\n",
		      percent, percent);
	for (size_t i = 0; i < stream->nr_steps; i++) {
		const struct dt_goal_step *step = &stream->steps[i];

		(void)fprintf(page->out, "  %4zu", i + 1);
		write_number(page, 8, 2, seconds(page, step->start_ns));
		write_number(page, 8, 2, seconds(page, step->end_ns));
		write_number(page, 7, 2, step->target / unit(stream));
		write_number(page, 7, 2, step->initial / unit(stream));
		write_number(page, 7, 2, step->rise_s);
		write_number(page, 9, 2, step->settling_s);
		write_number(page, 10, 1, step->overshoot_pct);
		(void)fputc('\n', page->out);
	}
}

static void write_steady(const struct page *page, const struct dt_goal_stream *stream)
{
	const char *percent = dt_goal_metric_is_share(stream->metric) ? "%" : "";
	const char *points = *percent ? "points" : "";

	(void)fprintf(page->out,
		      "  step   steady    mean   95 %% interval   error      sd  in band     IAE\n"
		      "        from, s %7s %15s %7s %7s   %% time %7s\n",
		      percent, percent, points, points, points);
	for (size_t i = 0; i < stream->nr_steps; i++) {
		const struct dt_goal_step *step = &stream->steps[i];
		const struct dt_goal_steady *steady = &step->steady;
		char interval[64] = "not known";

		if (!isnan(steady->low))
			(void)snprintf(interval, sizeof(interval), "%.2f to %.2f",
				       steady->low / unit(stream), steady->high / unit(stream));
		(void)fprintf(page->out, "  %4zu", i + 1);
		write_number(page, 7, 2, seconds(page, step->start_ns) + steady->start_s);
		(void)fputs(steady->settled ? " " : "*", page->out);
		write_number(page, 6, 2, steady->mean / unit(stream));
		(void)fprintf(page->out, " %15s", interval);
		write_number(page, 7, -2, steady->error / unit(stream));
		write_number(page, 7, 2, steady->sd / unit(stream));
		write_number(page, 8, 1, steady->sojourn * 100);
		write_number(page, 7, 2, steady->iae / unit(stream));
		(void)fputc('\n', page->out);
	}
}

/* Drift and cycle, where there is something to say. */
static void write_trends(const struct page *page, const struct dt_goal_stream *stream)
{
	for (size_t i = 0; i < stream->nr_steps; i++) {
		const struct dt_goal_step *step = &stream->steps[i];
		const struct dt_goal_drift *drift = &step->drift;
		const struct dt_goal_cycle *cycle = &step->cycle;

		if (!isnan(drift->bp_per_h))
			(void)fprintf(page->out,
				      "  %4zu drift %s: %+.1f bp/h (95 %% interval %.1f to %.1f), "
				      "p of no trend %.3g\n",
				      i + 1, dt_drift_verdict_name(drift->verdict), drift->bp_per_h,
				      drift->low, drift->high, drift->p);
		if (cycle->found)
			(void)fprintf(page->out,
				      "  %4zu cycle of %.1f s, half amplitude %.1f%s, decay %.2f a "
				      "period\n",
				      i + 1, cycle->period_s, cycle->amplitude / unit(stream),
				      unit(stream) > 1 ? " points" : "", cycle->decay);
		if (step->nr_excursions)
			(void)fprintf(page->out,
				      "  %4zu %zu excursion%s after settling, the first from %.2f "
				      "to %.2f s\n",
				      i + 1, step->nr_excursions,
				      step->nr_excursions == 1 ? "" : "s",
				      seconds(page, step->excursions[0].from_ns),
				      seconds(page, step->excursions[0].to_ns));
	}
}

/* Do the samples follow? */
static void write_samples(const struct page *page, const struct dt_goal_stream *stream)
{
	char line[256];

	if (!stream->samples.series[0])
		return;
	(void)fputs("  ", page->out);
	write_wrapped(page, 2, dt_goal_samples_words(line, sizeof(line), stream));
}

/* What the figures depend on. */
static void write_rules(const struct page *page, const struct dt_goal_stream *stream)
{
	static const char *const sources[] = {
		[DT_BAND_GIVEN] = "as given",
		[DT_BAND_MEDIAN] = "what one quota window moves",
		[DT_BAND_LOWEST] = "the least; one quota window moves",
		[DT_BAND_HIGHEST] = "the widest; one quota window moves",
		[DT_BAND_DEFAULT] = "the least",
	};
	bool unsettled = false;
	char line[512], moved[32] = "";

	for (size_t i = 0; i < stream->nr_steps; i++)
		unsettled |= !stream->steps[i].steady.settled;
	if (stream->band_source == DT_BAND_LOWEST || stream->band_source == DT_BAND_HIGHEST)
		(void)snprintf(moved, sizeof(moved), " %.3g", stream->band_median / unit(stream));
	(void)snprintf(line, sizeof(line),
		       "%zu evaluations, one every %.3g s; window %.3g s (%s); band +-%.3g%s "
		       "(%s%s); drift limit %g bp/h%s",
		       stream->count, stream->period_s, stream->window_s,
		       stream->window_given ? "as given" : "10 of them",
		       stream->band / unit(stream), unit(stream) > 1 ? " points" : "",
		       sources[stream->band_source], moved, stream->drift_limit,
		       unsettled ? "; * not settled: the second half of the step" : "");
	(void)fputs("  ", page->out);
	write_wrapped(page, 2, line);
}

/* Is it the first of its group? The others are its mirror images. */
static bool is_first(const struct dt_goals *goals, size_t index)
{
	size_t at = index;

	while (goals->streams[at].complement >= 0) {
		at = (size_t)goals->streams[at].complement;
		if (at == index)
			return true;
		if (at < index)
			return false;
	}
	return true;
}

static void write_goal(const struct page *page, size_t index)
{
	const struct dt_goal_stream *stream = &page->goals->streams[index];

	write_heading(page, stream);
	write_words(page, stream);
	write_causes(page, stream);
	write_writes(page, stream);
	if (!stream->count)
		return;
	(void)fputc('\n', page->out);
	write_response(page, stream);
	write_steady(page, stream);
	write_trends(page, stream);
	write_samples(page, stream);
	write_rules(page, stream);
	if (!is_first(page->goals, index))
		return;
	(void)fputc('\n', page->out);
	dt_term_goal_chart(page->out, page->goals, stream, page->style);
}

void dt_text_goals(FILE *out, const struct dt_report *report, const struct dt_style *style)
{
	const struct page page = {.out = out, .goals = &report->goals, .style = style};

	for (size_t i = 0; i < report->goals.nr; i++) {
		if (i)
			(void)fputc('\n', out);
		write_goal(&page, i);
	}
	if (report->goals.nr)
		(void)fprintf(out, "\n0 s = %" PRIu64 ".%09" PRIu64 " s on the recording's clock\n",
			      report->goals.origin / 1000000000, report->goals.origin % 1000000000);
}
