/* SPDX-License-Identifier: GPL-2.0-only */
/* A comparison as a section of the report: the plain sentence first, then figures, tables, grids.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzers/agreement.h"
#include "analyzers/blocks.h"

/* Of the lag: below this nothing follows anything that a reader could see. */
#define PLAIN_CORRELATION 0.3
/* A sentence is said of this budget: 10 %. */
#define PLAIN_BUDGET 2
/* Fewer samples a unit than this say little about it. */
#define PLENTY 10

static double percent(double share)
{
	return share * 100;
}

static void name_stream(const struct dt_comparison *comparison, struct dt_section *section)
{
	dt_section_integer(section, "kdamond", "kdamond", DT_UNIT_NONE,
			   (uint64_t)comparison->id.kdamond);
	dt_section_integer(section, "target", "target", DT_UNIT_NONE, comparison->id.target);
	dt_section_text(section, "space", "addresses",
			comparison->physical ? "physical" : "virtual");
	dt_section_bool(section, "space_assumed", NULL, comparison->space_assumed);
	if (comparison->pid < 0) {
		dt_section_absent(section, "pid", NULL);
		dt_section_absent(section, "pid_source", NULL);
		return;
	}
	dt_section_integer(section, "pid", "process", DT_UNIT_NONE, (uint64_t)comparison->pid);
	dt_section_text(section, "pid_source", NULL, comparison->pid_source);
}

void dt_agreement_tell_refusal(const struct dt_comparison *comparison,
			       const struct dt_error *reason, struct dt_report *report)
{
	struct dt_section *section =
		dt_report_section(report, "agreement", "Agreement of DAMON and samples", true);

	dt_section_say(section, "Not compared: %s.", reason->message);
	if (reason->hint[0])
		dt_section_say(section, "%s.", reason->hint);
	dt_section_text(section, "refused", NULL, reason->message);
	dt_section_text(section, "remedy", NULL, reason->hint);
	if (comparison)
		name_stream(comparison, section);
}

static const char *rate_unit(const struct dt_comparison *comparison)
{
	if (comparison->by_probes)
		return "probe hits per aggregation";
	return comparison->aggr_ns ? "access rate" : "samples per aggregation";
}

static void say_scores(const struct dt_agreement_set *set, struct dt_section *section)
{
	const double damon = set->damon.captured[PLAIN_BUDGET];
	const double floor = set->floor.captured[PLAIN_BUDGET];

	dt_section_say(
		section,
		"DAMON's hottest 10 %% of bytes hold %.0f %% of the samples; the samples' own "
		"halves: %.0f %%.",
		percent(damon), percent(floor));
	if (isnan(set->damon.measure[DT_MEASURE_DISTANCE]))
		dt_section_say(section, "DAMON saw no access at all in the monitored bytes.");
}

static void say_doubts(const struct dt_comparison *comparison, const struct dt_view *view,
		       struct dt_section *section)
{
	const struct dt_agreement_counts *counts = &comparison->counts;

	if (comparison->pid_assumed)
		dt_section_say(
			section,
			"Nothing says whose addresses the regions are: assumed to be process "
			"%" PRId32 "'s, %s.",
			comparison->pid, comparison->pid_source);
	if (comparison->space_assumed)
		dt_section_say(section,
			       "Nothing says which addresses DAMON monitored: by their "
			       "size they look %s.",
			       comparison->physical ? "physical" : "virtual");
	if (counts->compared < comparison->units.nr_settled * PLENTY)
		dt_section_say(section,
			       "There are few samples, %.1f a unit: look at the halves first.",
			       (double)counts->compared / (double)comparison->units.nr_settled);
	if (counts->no_address > counts->compared && comparison->physical)
		dt_section_say(section,
			       "%" PRIu64 " samples have physical address 0, more than were "
			       "compared: page-faults come before the page exists, and without "
			       "CAP_SYS_ADMIN none is resolved.",
			       counts->no_address);
	else if (counts->no_address > counts->compared)
		dt_section_say(section,
			       "%" PRIu64 " samples have no address, more than were "
			       "compared.",
			       counts->no_address);
	if (view->known.filtered)
		dt_section_say(section, "The regions passed an event filter: what it left out is "
					"not compared.");
}

static void add_counts(const struct dt_comparison *comparison, struct dt_section *section)
{
	const struct dt_agreement_counts *counts = &comparison->counts;
	double bytes = 0;

	for (size_t i = 0; i < comparison->units.nr_settled; i++)
		bytes += comparison->units.settled[i].bytes;
	dt_section_integer(section, "snapshots", "snapshots", DT_UNIT_COUNT, comparison->snapshots);
	dt_section_integer(section, "covered_ns", "covered", DT_UNIT_NS, comparison->total_ns);
	dt_section_integer(section, "holes", NULL, DT_UNIT_COUNT, comparison->cover.nr);
	dt_section_number(section, "bytes", "monitored", DT_UNIT_BYTES, bytes);
	dt_section_integer(section, "units", "units", DT_UNIT_COUNT, comparison->units.nr_settled);
	dt_section_integer(section, "unit_bytes", "of", DT_UNIT_BYTES,
			   1ull << comparison->units.shift);
	dt_section_integer(section, "samples_compared", "samples compared", DT_UNIT_COUNT,
			   counts->compared);
	dt_section_integer(section, "samples_outside_time", "outside in time", DT_UNIT_COUNT,
			   counts->outside_time);
	dt_section_integer(section, "samples_outside_address", "outside in address", DT_UNIT_COUNT,
			   counts->outside_address);
	dt_section_integer(section, "samples_without_address", "without address", DT_UNIT_COUNT,
			   counts->no_address);
	dt_section_integer(section, "samples_of_others", "of other processes", DT_UNIT_COUNT,
			   counts->other_process);
}

static void add_budgets(const struct dt_agreement_set *set, struct dt_section *section)
{
	static const struct dt_heading columns[] = {
		{"budget", "of bytes", DT_UNIT_SHARE},
		{"captured", "captured", DT_UNIT_SHARE},
		{"captured_of_half", NULL, DT_UNIT_SHARE},
		{"captured_floor", "by halves", DT_UNIT_SHARE},
		{"captured_most", "at most", DT_UNIT_SHARE},
		{"overlap", "overlap", DT_UNIT_SHARE},
		{"overlap_of_half", "with a half", DT_UNIT_SHARE},
		{"overlap_floor", "of halves", DT_UNIT_SHARE},
	};
	struct dt_table *table = dt_section_table(section, "budgets", "The hottest bytes", columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (unsigned i = 0; i < DT_NR_BUDGETS; i++) {
		struct dt_value *row = dt_table_row(table);

		dt_value_number(row, 0, dt_budgets[i]);
		dt_value_number(row, 1, set->damon.captured[i]);
		dt_value_number(row, 2, set->halves.captured[i]);
		dt_value_number(row, 3, set->floor.captured[i]);
		dt_value_number(row, 4, set->most[i]);
		dt_value_number(row, 5, set->damon.overlap[i]);
		dt_value_number(row, 6, set->halves.overlap[i]);
		dt_value_number(row, 7, set->floor.overlap[i]);
	}
}

/* For people a row of the table, for programs figures of their own too. */
static const struct {
	const char *name, *of_half, *floor; /* JSON keys */
	const char *words;
} measures[DT_NR_MEASURES] = {
	[DT_MEASURE_SPEARMAN] = {"spearman", "spearman_of_half", "spearman_floor",
				 "rank correlation (Spearman), -1 to 1"},
	[DT_MEASURE_CURVE] = {"capture_curve", "capture_curve_of_half", "capture_curve_floor",
			      "capture curve, 0 chance, 1 the samples' own order"},
	[DT_MEASURE_DISTANCE] = {"js_distance", "js_distance_of_half", "js_distance_floor",
				 "Jensen-Shannon distance, 0 equal, 1 apart"},
	[DT_MEASURE_PRECISION] = {"precision", "precision_of_half", "precision_floor",
				  "precision: bytes seen accessed that were sampled"},
	[DT_MEASURE_RECALL] = {"recall", "recall_of_half", "recall_floor",
			       "recall: bytes sampled that were seen accessed"},
	[DT_MEASURE_TOUCHED] = {"samples_accessed", "samples_accessed_of_half",
				"samples_accessed_floor",
				"samples in bytes that were seen accessed"},
};

static void add_measures(const struct dt_agreement_set *set, struct dt_section *section)
{
	static const struct dt_heading columns[] = {
		{"measure", "measure", DT_UNIT_NONE},
		{"damon", "DAMON", DT_UNIT_NONE},
		{"damon_of_half", "and a half", DT_UNIT_NONE},
		{"floor", "two halves", DT_UNIT_NONE},
	};
	struct dt_table *table = dt_section_table(section, "scores", "Scores", columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (unsigned i = 0; i < DT_NR_MEASURES; i++) {
		const double damon = set->damon.measure[i], halves = set->halves.measure[i];
		const double floor = set->floor.measure[i];
		struct dt_value *row = dt_table_row(table);

		dt_value_text(row, 0, measures[i].words);
		dt_value_number(row, 1, damon);
		dt_value_number(row, 2, halves);
		dt_value_number(row, 3, floor);
		dt_section_number(section, measures[i].name, NULL, DT_UNIT_NONE, damon);
		dt_section_number(section, measures[i].of_half, NULL, DT_UNIT_NONE, halves);
		dt_section_number(section, measures[i].floor, NULL, DT_UNIT_NONE, floor);
	}
}

static int add_lag(const struct dt_comparison *comparison, struct dt_section *section)
{
	struct dt_agreement_lag lag;

	if (dt_agreement_find_lag(&comparison->fine, &lag))
		return -ENOMEM;
	dt_section_number(section, "lag_ns", isnan(lag.lag_ns) ? NULL : "DAMON later by",
			  DT_UNIT_NS, lag.lag_ns);
	dt_section_number(section, "lag_correlation", isnan(lag.lag_ns) ? NULL : "correlation",
			  DT_UNIT_NONE, lag.correlation);
	dt_section_number(section, "lag_correlation_at_zero", NULL, DT_UNIT_NONE, lag.at_zero);
	dt_section_integer(section, "lag_step_ns", NULL, DT_UNIT_NS, lag.step_ns);
	if (isnan(lag.lag_ns))
		dt_section_say(section, "Neither comes before the other: DAMON's heat or the "
					"samples do not change over time.");
	else if (lag.correlation < PLAIN_CORRELATION)
		dt_section_say(section,
			       "No lag stands out: over time the two hardly move together "
			       "(correlation %.2f at best).",
			       lag.correlation);
	return 0;
}

static void free_grid(struct dt_grid *grid)
{
	free(grid->segments);
	free(grid->value);
}

static int add_grids(struct dt_comparison *comparison, const struct dt_view *view,
		     struct dt_section *section)
{
	static const char *const names[] = {"damon", "samples", "difference"};
	struct dt_grid grids[3] = {{0}};
	int ret;

	if (!comparison->shown.map.above)
		return 0;
	ret = dt_pair_grids(&comparison->shown, &grids[0], &grids[1], &grids[2]);
	for (unsigned i = 0; i < 3; i++) {
		struct dt_grid *grid = &grids[i];

		grid->space = comparison->physical ? DT_SPACE_PHYSICAL : DT_SPACE_VIRTUAL;
		grid->stream = comparison->id;
		grid->pid = comparison->pid;
		grid->unit = "times the mean";
		grid->subject = i == 2 ? "DAMON minus samples" : NULL;
		grid->cut_addresses = view->nr_addresses != 0;
		if (comparison->physical) {
			grid->nr_nodes = (uint32_t)view->nr_nodes;
			grid->nodes = view->nodes;
		}
		if (ret || !dt_section_grid(section, names[i], grid))
			free_grid(grid);
	}
	return ret;
}

/* What was left out because memory is bounded. */
static void note_bounds(const struct dt_comparison *comparison, struct dt_report *report)
{
	if (comparison->units.shift > DT_BLOCK_SHIFT)
		dt_report_note(report,
			       "agreement: %u blocks of 2 MiB are not enough for what DAMON "
			       "monitored, so units are %" PRIu64 " MiB",
			       DT_UNITS_MAX, (uint64_t)1 << (comparison->units.shift - 20));
	if (comparison->cover.forgotten)
		dt_report_note(report,
			       "agreement: %" PRIu64
			       " of the shortest holes in DAMON's time, beyond "
			       "%d, count as covered",
			       comparison->cover.forgotten, DT_COVER_HOLES / 2);
	if (!comparison->cover.forgotten && comparison->cover.nr)
		dt_report_note(
			report,
			"agreement: %zu holes in DAMON's time (losses or late snapshots) are "
			"left out of both sides",
			comparison->cover.nr);
}

int dt_agreement_tell(struct dt_comparison *comparison, const struct dt_view *view,
		      struct dt_report *report)
{
	struct dt_section *section =
		dt_report_section(report, "agreement", "Agreement of DAMON and samples", true);
	struct dt_agreement_set set;
	int ret = dt_agreement_score(&comparison->units, &set);

	if (ret)
		return ret;
	say_scores(&set, section);
	say_doubts(comparison, view, section);
	dt_section_absent(section, "refused", NULL);
	dt_section_absent(section, "remedy", NULL);
	name_stream(comparison, section);
	add_counts(comparison, section);
	add_measures(&set, section);
	add_budgets(&set, section);
	ret = add_lag(comparison, section);
	dt_section_text(section, "rate_unit", "rate is", rate_unit(comparison));
	dt_agreement_regions(&comparison->units, section);
	note_bounds(comparison, report);
	return ret ? ret : add_grids(comparison, view, section);
}
