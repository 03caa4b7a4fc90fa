/* SPDX-License-Identifier: GPL-2.0-only */
/* Rates of events and CPUs as tables, and what they would mean to DAMON's own ring. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzers/sample_facts.h"
#include "analyzers/sample_tables.h"
#include "damon-trace/section.h"

/* CPUs of one machine, and a list of them as text. */
struct cpu_list {
	uint64_t nr;
	char text[256];
};

static bool has_samples(const struct dt_sample_rates *rates, uint32_t cpu)
{
	for (uint32_t i = 0; i < rates->nr; i++)
		if (cpu < rates->events[i].nr_cpus && rates->events[i].cpus[cpu].samples)
			return true;
	return false;
}

/* "3, 8-11, ..." */
static void add_run(struct cpu_list *list, uint32_t first, uint32_t last)
{
	const size_t used = strlen(list->text);
	char run[32];

	list->nr += last - first + 1;
	if (first == last)
		(void)snprintf(run, sizeof(run), "%s%" PRIu32, used ? ", " : "", first);
	else
		(void)snprintf(run, sizeof(run), "%s%" PRIu32 "-%" PRIu32, used ? ", " : "", first,
			       last);
	if (used + strlen(run) + sizeof(", ...") < sizeof(list->text))
		memcpy(list->text + used, run, strlen(run) + 1);
	else if (used < 4 || strcmp(list->text + used - 3, "...") != 0)
		memcpy(list->text + used, ", ...", sizeof(", ..."));
}

static void find_silent(const struct dt_sample_rates *rates, struct cpu_list *silent)
{
	*silent = (struct cpu_list){0};
	for (uint32_t cpu = 0; cpu < rates->nr_machine; cpu++) {
		const uint32_t first = cpu;

		if (has_samples(rates, cpu))
			continue;
		while (cpu + 1 < rates->nr_machine && !has_samples(rates, cpu + 1))
			cpu++;
		add_run(silent, first, cpu);
	}
}

static uint32_t count_cpus(const struct dt_event_rate *event)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < event->nr_cpus; i++)
		nr += event->cpus[i].samples > 0;
	return nr;
}

static void add_events(const struct dt_sample_rates *rates, struct dt_section *section)
{
	static const struct dt_heading columns[] = {{"event", "event", DT_UNIT_NONE},
						    {"samples", "samples", DT_UNIT_COUNT},
						    {"asked_period", "period asked", DT_UNIT_COUNT},
						    {"asked_hz", "rate asked", DT_UNIT_HZ},
						    {"rate_hz", "rate", DT_UNIT_HZ},
						    {"cpu_rate_hz", NULL, DT_UNIT_HZ},
						    {"achieved_share", "of asked", DT_UNIT_SHARE},
						    {"mean_period", "mean period", DT_UNIT_COUNT},
						    {"precise_asked", "precise", DT_UNIT_NONE},
						    {"precise_share", "exact IP", DT_UNIT_SHARE},
						    {"cpus", "CPUs", DT_UNIT_COUNT}};
	struct dt_table *table = dt_section_table(section, "events", "Events", columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (uint32_t i = 0; i < rates->nr; i++) {
		const struct dt_event_rate *event = &rates->events[i];
		const uint32_t cpus = count_cpus(event);
		const double rate = dt_part_of((double)event->samples, event->seconds);
		struct dt_value *row = dt_table_row(table);

		dt_value_text(row, 0, event->name);
		dt_value_integer(row, 1, event->samples);
		if (event->asked_period)
			dt_value_integer(row, event->is_frequency ? 3 : 2, event->asked_period);
		dt_value_number(row, 4, rate);
		dt_value_number(row, 5, dt_part_of(rate, cpus));
		if (event->is_frequency)
			dt_value_number(
				row, 6,
				dt_part_of(dt_part_of(rate, cpus), (double)event->asked_period));
		if (event->periods > 0)
			dt_value_number(row, 7, event->periods / (double)event->samples);
		if (event->has_attr)
			dt_value_integer(row, 8, event->precise);
		if (event->has_misc)
			dt_value_number(row, 9,
					dt_part_of((double)event->exact, (double)event->samples));
		if (event->has_cpu)
			dt_value_integer(row, 10, cpus);
	}
	dt_table_hide_empty(table);
}

/* Share of the intervals of one CPU in which DAMON's ring would overflow. */
static double overflow_share(const struct dt_sample_rates *rates, const struct dt_event_rate *event,
			     const struct dt_cpu_rate *cpu)
{
	return dt_part_of((double)cpu->overflows, dt_sample_rates_intervals(rates, event));
}

/* A row for each event on each CPU. */
static void add_cpus(const struct dt_sample_rates *rates, struct dt_section *section)
{
	static const struct dt_heading columns[] = {
		{"cpu", "CPU", DT_UNIT_NONE},
		{"event", "event", DT_UNIT_NONE},
		{"samples", "samples", DT_UNIT_COUNT},
		{"rate_hz", "rate", DT_UNIT_HZ},
		{"achieved_share", "of asked", DT_UNIT_SHARE},
		{"mean_period", NULL, DT_UNIT_COUNT},
		{"ring_expected", "ring, mean", DT_UNIT_NONE},
		{"ring_busiest", "most", DT_UNIT_COUNT},
		{"ring_overflow_share", "overflows", DT_UNIT_SHARE},
		{"ring_dropped_share", "lost", DT_UNIT_SHARE}};
	struct dt_table *table = dt_section_table(section, "cpus", "CPUs", columns,
						  sizeof(columns) / sizeof(columns[0]));
	const double interval = (double)rates->interval_ns * 1e-9;

	if (table)
		table->text_rows = 24;
	for (uint32_t i = 0; i < rates->nr; i++) {
		const struct dt_event_rate *event = &rates->events[i];

		for (uint32_t cpu = 0; cpu < event->nr_cpus; cpu++) {
			const struct dt_cpu_rate *at = &event->cpus[cpu];
			const double rate = dt_part_of((double)at->samples, event->seconds);
			struct dt_value *row;

			if (!at->samples)
				continue;
			row = dt_table_row(table);
			dt_value_integer(row, 0, cpu);
			dt_value_text(row, 1, event->name);
			dt_value_integer(row, 2, at->samples);
			dt_value_number(row, 3, rate);
			if (event->is_frequency)
				dt_value_number(row, 4,
						dt_part_of(rate, (double)event->asked_period));
			if (at->periods > 0)
				dt_value_number(row, 5, at->periods / (double)at->samples);
			dt_value_number(row, 6, rate * interval);
			dt_value_integer(row, 7, at->busiest);
			dt_value_number(row, 8, overflow_share(rates, event, at));
			dt_value_number(row, 9,
					dt_part_of((double)at->dropped, (double)at->samples));
		}
	}
	dt_table_hide_empty(table);
}

/* Where DAMON's ring would overflow most often, or else is fullest. */
struct worst {
	bool found;
	uint32_t cpu;
	uint64_t busiest;
	double share, fill;
	double samples, dropped; /* of all CPUs */
};

static void find_worst(const struct dt_sample_rates *rates, struct worst *worst)
{
	*worst = (struct worst){.share = -1};
	for (uint32_t i = 0; i < rates->nr; i++)
		for (uint32_t cpu = 0; cpu < rates->events[i].nr_cpus; cpu++) {
			const struct dt_event_rate *event = &rates->events[i];
			const struct dt_cpu_rate *at = &event->cpus[cpu];
			const double share = overflow_share(rates, event, at);

			worst->samples += (double)at->samples;
			worst->dropped += (double)at->dropped;
			if (!at->samples ||
			    !(share > worst->share ||
			      (share == worst->share && at->busiest > worst->busiest)))
				continue;
			worst->found = true;
			worst->share = share;
			worst->cpu = cpu;
			worst->busiest = at->busiest;
			worst->fill = (double)at->samples / event->seconds *
				      (double)rates->interval_ns * 1e-9;
		}
}

static void say_worst(const struct dt_sample_rates *rates, const struct worst *worst,
		      struct dt_section *section)
{
	static const char *const sources[] = {[DT_INTERVAL_DEFAULT] =
						      "its default; --intervals says another",
					      [DT_INTERVAL_GIVEN] = "as given",
					      [DT_INTERVAL_RECORDED] = "as recorded"};
	const bool tuned = rates->source == DT_INTERVAL_RECORDED && rates->tuned;

	dt_section_say(
		section,
		"DAMON's own ring holds %d samples a CPU and is emptied every %g ms (%s): at "
		"this rate CPU %" PRIu32 ", the worst, has %.1f of them in the mean and "
		"%" PRIu64 " at most; %.1f %% of its intervals overflow",
		DT_DAMON_RING_HOLDS, (double)rates->interval_ns * 1e-6,
		tuned ? "at the start, tuned later" : sources[rates->source], worst->cpu,
		worst->fill, worst->busiest, worst->share * 100);
}

static void add_prediction(const struct dt_sample_rates *rates, struct dt_section *section)
{
	static const char *const sources[] = {[DT_INTERVAL_DEFAULT] = "default",
					      [DT_INTERVAL_GIVEN] = "given",
					      [DT_INTERVAL_RECORDED] = "recorded"};
	struct worst worst;

	find_worst(rates, &worst);
	dt_section_integer(section, "ring_interval_ns", NULL, DT_UNIT_NS, rates->interval_ns);
	dt_section_text(section, "ring_interval_source", NULL, sources[rates->source]);
	dt_section_integer(section, "ring_holds", NULL, DT_UNIT_COUNT, DT_DAMON_RING_HOLDS);
	if (!worst.found) {
		dt_section_absent(section, "ring_worst_cpu", NULL);
		dt_section_absent(section, "ring_worst_expected", NULL);
		dt_section_absent(section, "ring_worst_busiest", NULL);
		dt_section_absent(section, "ring_worst_overflow_share", NULL);
		dt_section_absent(section, "ring_dropped_share", NULL);
		return;
	}
	dt_section_integer(section, "ring_worst_cpu", NULL, DT_UNIT_NONE, worst.cpu);
	dt_section_number(section, "ring_worst_expected", NULL, DT_UNIT_NONE, worst.fill);
	dt_section_integer(section, "ring_worst_busiest", NULL, DT_UNIT_COUNT, worst.busiest);
	dt_section_number(section, "ring_worst_overflow_share", NULL, DT_UNIT_SHARE, worst.share);
	dt_section_number(section, "ring_dropped_share", NULL, DT_UNIT_SHARE,
			  dt_part_of(worst.dropped, worst.samples));
	say_worst(rates, &worst, section);
}

static void add_drops(const struct dt_sample_rates *rates, struct dt_section *section)
{
	static const struct dt_heading columns[] = {{"cpu", "CPU", DT_UNIT_NONE},
						    {"overflows", "reports lost", DT_UNIT_COUNT},
						    {"rate_hz", "rate", DT_UNIT_HZ}};
	struct dt_table *table;

	dt_section_integer(section, "ring_overflows", NULL, DT_UNIT_COUNT, rates->nr_drops);
	dt_section_number(section, "ring_overflows_hz", NULL, DT_UNIT_HZ,
			  dt_part_of((double)rates->nr_drops, rates->seconds));
	if (rates->nr_drops)
		dt_section_say(section,
			       "DAMON's own ring did overflow: %" PRIu64 " reports were lost",
			       rates->nr_drops);
	table = dt_section_table(section, "ring_overflows_by_cpu",
				 "Reports that DAMON's own ring lost", columns,
				 sizeof(columns) / sizeof(columns[0]));
	for (uint32_t cpu = 0; cpu < rates->nr_drop_cpus; cpu++) {
		struct dt_value *row;

		if (!rates->drops[cpu])
			continue;
		row = dt_table_row(table);
		dt_value_integer(row, 0, cpu);
		dt_value_integer(row, 1, rates->drops[cpu]);
		dt_value_number(row, 2, dt_part_of((double)rates->drops[cpu], rates->seconds));
	}
	dt_table_hide_empty(table);
}

static void add_silent(const struct dt_sample_rates *rates, struct dt_section *section)
{
	struct cpu_list silent;
	bool has_cpu = false;

	for (uint32_t i = 0; i < rates->nr; i++)
		has_cpu |= rates->events[i].has_cpu;
	if (!has_cpu || !rates->nr_machine) {
		dt_section_absent(section, "cpus_without_samples", NULL);
		dt_section_absent(section, "silent_cpus", NULL);
		return;
	}
	find_silent(rates, &silent);
	dt_section_integer(section, "cpus_without_samples", NULL, DT_UNIT_COUNT, silent.nr);
	dt_section_text(section, "silent_cpus", NULL, silent.text);
	if (silent.nr)
		dt_section_say(section,
			       "%" PRIu64 " of %" PRIu32
			       " CPUs gave no sample: %s. They were idle, "
			       "the recording was of one process, or something else holds their "
			       "counters (DAMON's own event, another perf)",
			       silent.nr, rates->nr_machine, silent.text);
}

void dt_sample_rates_report(const struct dt_sample_rates *rates, struct dt_section *section)
{
	add_silent(rates, section);
	add_prediction(rates, section);
	dt_section_integer(section, "uncounted", NULL, DT_UNIT_COUNT, rates->elsewhere);
	add_events(rates, section);
	add_cpus(rates, section);
	add_drops(rates, section);
}
