/* SPDX-License-Identifier: GPL-2.0-only */
/* The cost of monitoring as sections: in words, by function, by kdamond, over time. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzers/cost.h"
#include "damon-trace/host_context.h"
#include "damon-trace/render.h"
#include "damon-trace/section.h"
#include "damon-trace/witnesses.h"

#define NS_PER_S 1e9

/* What everything is set against. */
struct sums {
	const struct dt_cost_calls *calls;
	const struct dt_input_info *const *infos;
	size_t nr_infos;
	double wall_ns; /* of the recording */
	double cpu_ns;	/* of kdamonds; NaN: not told */
	double self_ns; /* in traced functions */
	double phase_ns[DT_NR_PHASES];
	uint64_t nr_calls, phase_calls[DT_NR_PHASES];
	uint64_t ticks, aggregations;
	bool has_interrupts;
	uint64_t nmi, pmi;
	double interrupts_ns; /* over which they were counted */
};

static double per(double value, uint64_t count)
{
	return count ? value / (double)count : NAN;
}

static double share(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

/* ---- sums ---- */

static void add_interrupts(struct sums *sums, const struct dt_witnesses *witnesses)
{
	for (size_t i = 0; i < witnesses->nr_interrupts; i++) {
		const struct dt_witness_interrupts *cpu = &witnesses->interrupts[i];

		/* counters of a CPU that went and came back begin anew */
		if (cpu->first_nmi != UINT64_MAX && cpu->last_nmi > cpu->first_nmi)
			sums->nmi += cpu->last_nmi - cpu->first_nmi;
		if (cpu->first_pmi != UINT64_MAX && cpu->last_pmi > cpu->first_pmi)
			sums->pmi += cpu->last_pmi - cpu->first_pmi;
		sums->has_interrupts = true;
	}
	if (witnesses->nr_interrupts)
		sums->interrupts_ns += (double)(witnesses->end_ns - witnesses->start_ns);
}

/* Witnesses count from their first line to their last, and cannot be cut. */
static void add_witnesses(struct sums *sums, const struct dt_view *view)
{
	double wall = 0;

	for (size_t i = 0; i < sums->nr_infos && !view->has_time; i++) {
		const struct dt_witnesses *witnesses = sums->infos[i]->witnesses;

		if (!witnesses || witnesses->end_ns <= witnesses->start_ns)
			continue;
		wall += (double)(witnesses->end_ns - witnesses->start_ns);
		for (size_t j = 0; j < witnesses->nr_kdamonds; j++) {
			const struct dt_witness_kdamond_report *kdamond = &witnesses->kdamonds[j];

			if (!dt_filters_pass(view->streams, view->nr_streams, kdamond->pid,
					     DT_UNKNOWN_U32))
				continue;
			sums->cpu_ns = isnan(sums->cpu_ns) ? 0 : sums->cpu_ns;
			if (kdamond->last_cpu_ns > kdamond->first_cpu_ns)
				sums->cpu_ns +=
					(double)(kdamond->last_cpu_ns - kdamond->first_cpu_ns);
		}
		add_interrupts(sums, witnesses);
	}
	if (wall > 0)
		sums->wall_ns = wall;
}

static void add_calls(struct sums *sums)
{
	const struct dt_cost_calls *calls = sums->calls;

	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++) {
		const enum dt_phase phase = dt_functions[i].phase;
		const struct dt_cost_tally *tally = &calls->tallies[i];

		sums->phase_ns[phase] += (double)tally->self_ns;
		sums->phase_calls[phase] += tally->calls;
		sums->self_ns += (double)tally->self_ns;
		sums->nr_calls += tally->calls;
	}
	for (size_t i = 0; i < calls->nr; i++) {
		const struct dt_cost_thread *thread = &calls->threads[i];

		sums->ticks += dt_cost_ticks(thread);
		sums->aggregations += thread->aggregations;
	}
}

/* ---- words ---- */

/* The phases in falling order of their time. */
static void sort_phases(const struct sums *sums, enum dt_phase order[DT_NR_PHASES])
{
	for (unsigned i = 0; i < DT_NR_PHASES; i++)
		order[i] = (enum dt_phase)i;
	for (unsigned i = 1; i < DT_NR_PHASES; i++) {
		unsigned at = i;

		for (; at && sums->phase_ns[order[at - 1]] < sums->phase_ns[i]; at--)
			order[at] = order[at - 1];
		order[at] = (enum dt_phase)i;
	}
}

/* "71 % of it checking accesses, 12 % preparing access checks" */
static void list_phases(const struct sums *sums, double whole, char *text, size_t size)
{
	enum dt_phase order[DT_NR_PHASES] = {0};
	size_t length = 0;

	text[0] = '\0';
	sort_phases(sums, order);
	for (unsigned i = 0; i < DT_NR_PHASES && length < size; i++) {
		const double part = share(sums->phase_ns[order[i]], whole);

		/* what is below a percent is in the table */
		if (!(part >= 0.01) && i)
			break;
		length += (size_t)snprintf(text + length, size - length, "%s%.0f %%%s %s",
					   i ? ", " : "", 100 * part, i ? "" : " of it",
					   dt_phase_words(order[i]));
	}
}

static void say_total(struct dt_section *section, const struct sums *sums)
{
	const bool told = !isnan(sums->cpu_ns);
	char phases[400], wall[32], rest[160] = "";

	(void)dt_text_duration(wall, sizeof(wall), sums->wall_ns);
	if (!told && !sums->nr_calls)
		return;
	if (!sums->nr_calls) {
		dt_section_say(section, "Monitoring took %.2g %% of one CPU over %s.",
			       100 * share(sums->cpu_ns, sums->wall_ns), wall);
		return;
	}
	if (!told) {
		list_phases(sums, sums->self_ns, phases, sizeof(phases));
		dt_section_say(section,
			       "DAMON's traced functions took %.2g %% of one CPU over %s: %s. The "
			       "kdamonds' CPU time is not known here.",
			       100 * share(sums->self_ns, sums->wall_ns), wall, phases);
		return;
	}
	/* functions that wait or are interrupted take longer than the CPU time that they use */
	if (sums->self_ns <= sums->cpu_ns)
		(void)snprintf(
			rest, sizeof(rest),
			"; the remaining %.0f %% are in functions that are not traced, or in "
			"tracing",
			100 - 100 * share(sums->self_ns, sums->cpu_ns));
	list_phases(sums, fmax(sums->cpu_ns, sums->self_ns), phases, sizeof(phases));
	dt_section_say(section, "Monitoring took %.2g %% of one CPU over %s: %s%s.",
		       100 * share(sums->cpu_ns, sums->wall_ns), wall, phases, rest);
	if (sums->self_ns > sums->cpu_ns)
		dt_section_say(section,
			       "The functions lasted %.0f %% of the kdamonds' CPU time: durations "
			       "include interrupts, and waiting for a CPU or a lock.",
			       100 * share(sums->self_ns, sums->cpu_ns));
}

static void say_rates(struct dt_section *section, const struct sums *sums)
{
	const double tick =
		per(sums->phase_ns[DT_PHASE_PREPARE] + sums->phase_ns[DT_PHASE_CHECK], sums->ticks);
	const double all = isnan(sums->cpu_ns) ? sums->self_ns : sums->cpu_ns;
	char one[32], whole[32];

	if (sums->ticks)
		dt_section_say(
			section,
			"A sampling tick costs %s to prepare and check, in the mean of %" PRIu64
			" ticks.",
			dt_text_duration(one, sizeof(one), tick), sums->ticks);
	if (sums->aggregations && all > 0)
		dt_section_say(section,
			       "An aggregation with all its ticks costs %s, in the mean of %" PRIu64
			       " aggregations.",
			       dt_text_duration(whole, sizeof(whole), per(all, sums->aggregations)),
			       sums->aggregations);
}

static void say_tracing(struct dt_section *section, const struct sums *sums)
{
	const struct dt_cost_calls *calls = sums->calls;
	const char *by = calls->by == 1u << DT_CALL_BY_GRAPH ? "the function_graph tracer"
			 : calls->by == 1u << DT_CALL_BY_PROBE
				 ? "dynamic events"
				 : "the function_graph tracer and dynamic events";

	if (!calls->events)
		return;
	dt_section_say(section,
		       "What tracing costs itself: %" PRIu64
		       " entry and return events of %s, %.0f per s. Writing them is part of the "
		       "kdamonds' CPU time, and of the duration of a call that has traced calls "
		       "inside. A recording without --cost tells the CPU time alone.",
		       calls->events, by, (double)calls->events / (sums->wall_ns / NS_PER_S));
	if (calls->lost_enter || calls->lost_leave)
		dt_section_say(section,
			       "%" PRIu64 " returns are without their entry and %" PRIu64
			       " entries without their return, as events were lost: calls are "
			       "missing here.",
			       calls->lost_enter, calls->lost_leave);
}

static void say_absence(struct dt_section *section, const struct sums *sums)
{
	const char *why = "";

	if (sums->calls->events)
		return;
	for (size_t i = 0; i < sums->nr_infos; i++)
		if (sums->infos[i]->host_context && sums->infos[i]->host_context->cost_reason[0])
			why = sums->infos[i]->host_context->cost_reason;
	dt_section_say(section, "No calls of DAMON's functions were recorded%s%s.",
		       *why ? ": " : "; damon-trace record --cost adds them", why);
}

static void say_interrupts(struct dt_section *section, const struct sums *sums)
{
	const double seconds = sums->interrupts_ns / NS_PER_S;

	if (!sums->has_interrupts || seconds <= 0)
		return;
	if (!sums->nmi && !sums->pmi)
		dt_section_say(section, "No CPU had an interrupt of the performance counters.");
	else
		dt_section_say(section,
			       "The CPUs had %" PRIu64 " interrupts of the performance counters, "
			       "%.0f per s, among %" PRIu64 " not maskable ones.",
			       sums->pmi, (double)sums->pmi / seconds, sums->nmi);
}

/* ---- figures and tables ---- */

static void add_figures(struct dt_section *section, const struct sums *sums)
{
	const struct dt_cost_calls *calls = sums->calls;

	dt_section_number(section, "wall_ns", "recorded", DT_UNIT_NS, sums->wall_ns);
	dt_section_number(section, "kdamond_cpu_ns", "CPU time of the kdamonds", DT_UNIT_NS,
			  sums->cpu_ns);
	dt_section_number(section, "kdamond_cpu_share", "of one CPU", DT_UNIT_SHARE,
			  share(sums->cpu_ns, sums->wall_ns));
	dt_section_number(section, "traced_ns", "in traced functions", DT_UNIT_NS,
			  calls->events ? sums->self_ns : NAN);
	dt_section_number(section, "traced_cpu_share", "of the CPU time", DT_UNIT_SHARE,
			  calls->events ? share(sums->self_ns, sums->cpu_ns) : NAN);
	dt_section_integer(section, "calls", "calls", DT_UNIT_COUNT, sums->nr_calls);
	dt_section_integer(section, "events", NULL, DT_UNIT_COUNT, calls->events);
	dt_section_integer(section, "ticks", "sampling ticks", DT_UNIT_COUNT, sums->ticks);
	dt_section_integer(section, "aggregations", "aggregations", DT_UNIT_COUNT,
			   sums->aggregations);
	dt_section_integer(section, "lost_entries", NULL, DT_UNIT_COUNT, calls->lost_enter);
	dt_section_integer(section, "lost_returns", NULL, DT_UNIT_COUNT, calls->lost_leave);
	dt_section_integer(section, "cut_calls", NULL, DT_UNIT_COUNT, calls->cut);
	if (sums->has_interrupts) {
		dt_section_integer(section, "nmi", NULL, DT_UNIT_COUNT, sums->nmi);
		dt_section_integer(section, "pmi", NULL, DT_UNIT_COUNT, sums->pmi);
	} else {
		dt_section_absent(section, "nmi", NULL);
		dt_section_absent(section, "pmi", NULL);
	}
}

static void add_phases(struct dt_section *section, const struct sums *sums)
{
	static const struct dt_heading columns[] = {
		{"phase", NULL, DT_UNIT_NONE},
		{"words", "What the time went into", DT_UNIT_NONE},
		{"calls", "calls", DT_UNIT_COUNT},
		{"self_ns", "total", DT_UNIT_NS},
		{"traced_share", "share", DT_UNIT_SHARE},
		{"cpu_share", "of the CPU time", DT_UNIT_SHARE},
		{"aggregation_ns", "per aggregation", DT_UNIT_NS},
	};
	struct dt_table *table = dt_section_table(section, "phases", NULL, columns,
						  sizeof(columns) / sizeof(columns[0]));
	enum dt_phase order[DT_NR_PHASES] = {0};

	sort_phases(sums, order);
	for (unsigned i = 0; i < DT_NR_PHASES; i++) {
		const enum dt_phase phase = order[i];
		struct dt_value *row = sums->phase_calls[phase] ? dt_table_row(table) : NULL;

		if (!row)
			continue;
		dt_value_text(row, 0, dt_phase_name(phase));
		dt_value_text(row, 1, dt_phase_words(phase));
		dt_value_integer(row, 2, sums->phase_calls[phase]);
		dt_value_number(row, 3, sums->phase_ns[phase]);
		dt_value_number(row, 4, share(sums->phase_ns[phase], sums->self_ns));
		dt_value_number(row, 5, share(sums->phase_ns[phase], sums->cpu_ns));
		dt_value_number(row, 6, per(sums->phase_ns[phase], sums->aggregations));
	}
}

static void add_functions(struct dt_section *section, const struct sums *sums)
{
	static const struct dt_heading columns[] = {
		{"function", "Functions", DT_UNIT_NONE},
		{"phase", NULL, DT_UNIT_NONE},
		{"calls", "calls", DT_UNIT_COUNT},
		{"total_ns", "total", DT_UNIT_NS},
		{"self_ns", "without calls inside", DT_UNIT_NS},
		{"wall_share", "of one CPU", DT_UNIT_SHARE},
		{"cpu_share", "of the CPU time", DT_UNIT_SHARE},
	};
	struct dt_table *table = dt_section_table(section, "functions", NULL, columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++) {
		const struct dt_cost_tally *tally = &sums->calls->tallies[i];
		struct dt_value *row = tally->calls ? dt_table_row(table) : NULL;

		if (!row)
			continue;
		dt_value_text(row, 0, dt_functions[i].name);
		dt_value_text(row, 1, dt_phase_name(dt_functions[i].phase));
		dt_value_integer(row, 2, tally->calls);
		dt_value_integer(row, 3, tally->total_ns);
		dt_value_integer(row, 4, tally->self_ns);
		dt_value_number(row, 5, share((double)tally->total_ns, sums->wall_ns));
		dt_value_number(row, 6, share((double)tally->total_ns, sums->cpu_ns));
	}
}

static void add_durations(struct dt_section *section, const struct sums *sums)
{
	static const struct dt_heading columns[] = {
		{"function", "Duration of a call", DT_UNIT_NONE},
		{"mean_ns", "mean", DT_UNIT_NS},
		{"p50_ns", "p50", DT_UNIT_NS},
		{"p95_ns", "p95", DT_UNIT_NS},
		{"p99_ns", "p99", DT_UNIT_NS},
		{"max_ns", "max", DT_UNIT_NS},
	};
	struct dt_table *table = dt_section_table(section, "durations", NULL, columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++) {
		const struct dt_cost_tally *tally = &sums->calls->tallies[i];
		struct dt_value *row = tally->calls ? dt_table_row(table) : NULL;

		if (!row)
			continue;
		dt_value_text(row, 0, dt_functions[i].name);
		dt_value_number(row, 1, per((double)tally->total_ns, tally->calls));
		dt_value_number(row, 2, dt_quantile_at(&tally->durations, 0.5));
		dt_value_number(row, 3, dt_quantile_at(&tally->durations, 0.95));
		dt_value_number(row, 4, dt_quantile_at(&tally->durations, 0.99));
		dt_value_integer(row, 5, tally->durations.high);
	}
}

static const struct dt_witness_kdamond_report *find_kdamond(const struct sums *sums, size_t input,
							    int32_t pid)
{
	const struct dt_witnesses *witnesses =
		input < sums->nr_infos ? sums->infos[input]->witnesses : NULL;

	for (size_t i = 0; witnesses && i < witnesses->nr_kdamonds; i++)
		if (witnesses->kdamonds[i].pid == pid)
			return &witnesses->kdamonds[i];
	return NULL;
}

static void add_kdamonds(struct dt_section *section, const struct sums *sums)
{
	static const struct dt_heading columns[] = {
		{"kdamond", "Kdamond", DT_UNIT_NONE},
		{"name", "name", DT_UNIT_NONE},
		{"cpu_ns", "CPU time", DT_UNIT_NS},
		{"traced_ns", "in traced functions", DT_UNIT_NS},
		{"ticks", "ticks", DT_UNIT_COUNT},
		{"aggregations", "aggregations", DT_UNIT_COUNT},
	};
	const struct dt_cost_calls *calls = sums->calls;
	struct dt_table *table = dt_section_table(section, "kdamonds", NULL, columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (size_t i = 0; i < calls->nr; i++) {
		const struct dt_cost_thread *thread = &calls->threads[i];
		const struct dt_witness_kdamond_report *told =
			isnan(sums->cpu_ns) ? NULL : find_kdamond(sums, thread->input, thread->pid);
		struct dt_value *row = dt_table_row(table);

		dt_value_integer(row, 0, (uint64_t)(uint32_t)thread->pid);
		if (told) {
			dt_value_text(row, 1, told->name);
			dt_value_integer(row, 2, told->last_cpu_ns - told->first_cpu_ns);
		}
		if (thread->seen)
			dt_value_integer(row, 3, thread->self_ns);
		dt_value_integer(row, 4, dt_cost_ticks(thread));
		dt_value_integer(row, 5, thread->aggregations);
	}
}

static void add_interrupt_table(struct dt_section *section, const struct sums *sums)
{
	static const struct dt_heading columns[] = {
		{"cpu", "Interrupts of CPU", DT_UNIT_NONE},
		{"nmi", "not maskable", DT_UNIT_COUNT},
		{"pmi", "performance counters", DT_UNIT_COUNT},
	};
	struct dt_table *table = dt_section_table(section, "interrupts", NULL, columns,
						  sizeof(columns) / sizeof(columns[0]));

	if (table)
		table->text_rows = 16;
	for (size_t i = 0; i < sums->nr_infos && (sums->nmi || sums->pmi); i++) {
		const struct dt_witnesses *witnesses = sums->infos[i]->witnesses;

		for (size_t j = 0; witnesses && j < witnesses->nr_interrupts; j++) {
			const struct dt_witness_interrupts *cpu = &witnesses->interrupts[j];
			struct dt_value *row = dt_table_row(table);

			dt_value_integer(row, 0, cpu->cpu);
			if (cpu->first_nmi <= cpu->last_nmi)
				dt_value_integer(row, 1, cpu->last_nmi - cpu->first_nmi);
			if (cpu->first_pmi <= cpu->last_pmi)
				dt_value_integer(row, 2, cpu->last_pmi - cpu->first_pmi);
		}
	}
}

/* Busy share of a CPU by phase, on top of each other; keys of pictures have no room for words. */
static void add_chart(struct dt_section *section, const struct sums *sums)
{
	const struct dt_cost_calls *calls = sums->calls;
	const char *names[DT_NR_PHASES];
	enum dt_phase phases[DT_NR_PHASES];
	struct dt_chart *chart;
	uint32_t nr = 0;

	for (unsigned i = 0; i < DT_NR_PHASES; i++) {
		if (!sums->phase_calls[i])
			continue;
		phases[nr] = (enum dt_phase)i;
		names[nr] = dt_phase_name(phases[nr]);
		nr++;
	}
	if (!nr || !calls->bins)
		return;
	chart = dt_section_chart(section, "busy", "Share of one CPU in traced functions",
				 DT_UNIT_SHARE, nr, names, names, calls->nr_bins, calls->start_ns,
				 calls->step_ns);
	if (chart)
		chart->stacked = true;
	for (uint32_t i = 0; i < nr; i++) {
		double *values = dt_chart_series(chart, i);

		for (uint32_t j = 0; values && j < calls->nr_bins; j++)
			values[j] = (double)calls->bins[j][phases[i]] / (double)calls->step_ns;
	}
}

/* "4 - 8 us", "1 - 2 ms", "1 - ... s": as perf ftrace latency labels them. */
static void label_bucket(char text[32], unsigned bucket)
{
	const uint64_t low = dt_cost_bucket_low(bucket);
	const bool ms = low >= 1024;
	const uint64_t unit = ms ? 1024 : 1;

	if (bucket + 1 == DT_COST_BUCKETS)
		(void)snprintf(text, 32, "1 - ... s");
	else
		(void)snprintf(text, 32, "%" PRIu64 " - %" PRIu64 " %s", low / unit,
			       dt_cost_bucket_low(bucket + 1) / unit, ms ? "ms" : "us");
}

/* Up to the last bucket that has calls. */
static void add_histogram(struct dt_report *report, uint16_t function,
			  const struct dt_cost_tally *tally)
{
	static const struct dt_heading columns[] = {
		{"duration", "duration", DT_UNIT_NONE},
		{"from_us", NULL, DT_UNIT_NONE},
		{"to_us", NULL, DT_UNIT_NONE},
		{"calls", "calls", DT_UNIT_COUNT},
		{"share", "share of the calls", DT_UNIT_BAR},
	};
	struct dt_section *section =
		dt_report_section(report, "cost_functions", dt_functions[function].name, true);
	struct dt_table *table;
	unsigned last = DT_COST_BUCKETS - 1;

	dt_section_text(section, "function", NULL, dt_functions[function].name);
	dt_section_text(section, "phase", NULL, dt_phase_name(dt_functions[function].phase));
	dt_section_integer(section, "calls", NULL, DT_UNIT_COUNT, tally->calls);
	table = dt_section_table(section, "histogram", NULL, columns,
				 sizeof(columns) / sizeof(columns[0]));
	while (last && !tally->buckets[last])
		last--;
	for (unsigned i = 0; i <= last; i++) {
		struct dt_value *row = dt_table_row(table);
		char label[32];

		label_bucket(label, i);
		dt_value_text(row, 0, label);
		dt_value_integer(row, 1, dt_cost_bucket_low(i));
		if (i + 1 < DT_COST_BUCKETS)
			dt_value_integer(row, 2, dt_cost_bucket_low(i + 1));
		dt_value_integer(row, 3, tally->buckets[i]);
		dt_value_number(row, 4, per((double)tally->buckets[i], tally->calls));
	}
}

void dt_cost_report(const struct dt_cost_calls *calls, const struct dt_view *view,
		    const struct dt_input_info *const *infos, size_t nr_infos,
		    const struct dt_span *span, struct dt_report *report)
{
	struct sums sums = {.calls = calls, .infos = infos, .nr_infos = nr_infos, .cpu_ns = NAN};
	struct dt_section *section;

	sums.wall_ns = span->first <= span->last ? (double)(span->last - span->first) : 0;
	add_witnesses(&sums, view);
	add_calls(&sums);
	section = dt_report_section(report, "cost", "What monitoring costs", false);
	say_total(section, &sums);
	say_rates(section, &sums);
	say_absence(section, &sums);
	say_interrupts(section, &sums);
	say_tracing(section, &sums);
	add_figures(section, &sums);
	add_phases(section, &sums);
	add_functions(section, &sums);
	add_durations(section, &sums);
	add_kdamonds(section, &sums);
	add_interrupt_table(section, &sums);
	add_chart(section, &sums);
	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++)
		if (calls->tallies[i].calls)
			add_histogram(report, i, &calls->tallies[i]);
}
