/* SPDX-License-Identifier: GPL-2.0-only */
/* What --samples counted as tables, figures and charts. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "analyzers/sample_facts.h"
#include "analyzers/sample_tables.h"
#include "damon-trace/section.h"

static double share_of(const struct dt_sample_facts *facts, uint64_t count)
{
	return dt_part_of((double)count, (double)facts->samples);
}

static uint64_t count_valid(const struct dt_sample_facts *facts)
{
	uint64_t valid = 0;

	for (unsigned use = DT_UNUSABLE_HYPERVISOR; use < DT_NR_USES; use++)
		valid += facts->uses[use];
	return valid;
}

static void add_uses(const struct dt_sample_facts *facts, struct dt_section *section)
{
	static const struct dt_heading columns[] = {{"reason", NULL, DT_UNIT_NONE},
						    {"meaning", "limits of use", DT_UNIT_NONE},
						    {"valid_address", NULL, DT_UNIT_NONE},
						    {"samples", "samples", DT_UNIT_COUNT},
						    {"share", "share", DT_UNIT_SHARE}};
	static const char *const names[DT_NR_USES][2] = {
		[DT_UNUSABLE_NO_FIELD] = {"no_address_field", "no address recorded"},
		[DT_UNUSABLE_NO_LINEAR] = {"no_linear_address", "no linear address (IBS)"},
		[DT_UNUSABLE_ZERO] = {"address_zero", "address 0"},
		[DT_UNUSABLE_HYPERVISOR] = {"hypervisor", "address of the hypervisor"},
		[DT_UNUSABLE_GUEST] = {"guest", "address of a guest"},
		[DT_UNUSABLE_KERNEL] = {"kernel", "in the kernel: no process's memory"},
		[DT_UNUSABLE_NO_PHYS] = {"no_physical_address", "physical address 0"},
		[DT_USABLE] = {"none", "no limits"},
	};
	struct dt_table *table = dt_section_table(section, "use", "Usable samples", columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (unsigned i = 0; i < DT_NR_USES; i++) {
		const unsigned use = DT_NR_USES - 1 - i;
		struct dt_value *row;

		if (!facts->uses[use])
			continue;
		row = dt_table_row(table);
		dt_value_text(row, 0, names[use][0]);
		dt_value_text(row, 1, names[use][1]);
		dt_value_bool(row, 2, use >= DT_UNUSABLE_HYPERVISOR);
		dt_value_integer(row, 3, facts->uses[use]);
		dt_value_number(row, 4, share_of(facts, facts->uses[use]));
	}
	dt_table_hide_empty(table);
}

/* Kinds of access with the latency of each, and the instructions' own. */
static void add_accesses(const struct dt_sample_facts *facts, struct dt_section *section)
{
	static const struct dt_heading columns[] = {{"access", "access", DT_UNIT_NONE},
						    {"samples", "samples", DT_UNIT_COUNT},
						    {"share", "share", DT_UNIT_SHARE},
						    DT_LATENCY_HEADINGS};
	struct dt_table *table;
	struct dt_value *row;
	bool any = facts->instruction || facts->accesses[DT_ACCESS_UNKNOWN] < facts->samples;

	for (unsigned access = 0; access < DT_NR_ACCESSES; access++)
		any |= facts->latency[access] != NULL;
	table = dt_section_table(section, "accesses", "Accesses and their latency", columns,
				 sizeof(columns) / sizeof(columns[0]));
	for (unsigned i = 0; i < DT_NR_ACCESSES && any; i++) {
		const unsigned access = (i + 1) % DT_NR_ACCESSES; /* the unknown ones last */

		if (!facts->accesses[access])
			continue;
		row = dt_table_row(table);
		dt_value_text(row, 0, dt_access_name(access));
		dt_value_integer(row, 1, facts->accesses[access]);
		dt_value_number(row, 2, share_of(facts, facts->accesses[access]));
		if (facts->latency[access])
			dt_row_latency(row, 3, facts->latency[access]);
	}
	if (facts->instruction) {
		row = dt_table_row(table);
		dt_value_text(row, 0, "whole instruction");
		dt_row_latency(row, 3, facts->instruction);
	}
	dt_table_hide_empty(table);
}

static void add_tlb(const struct dt_sample_facts *facts, struct dt_section *section)
{
	static const struct dt_heading columns[] = {{"tlb", "TLB", DT_UNIT_NONE},
						    {"samples", "samples", DT_UNIT_COUNT},
						    {"share", "share", DT_UNIT_SHARE}};
	const bool any = facts->tlbs[DT_TLB_UNKNOWN] < facts->samples;
	struct dt_table *table = dt_section_table(section, "tlb", "Data TLB", columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (unsigned i = 0; i < DT_NR_TLBS && any; i++) {
		const unsigned tlb = (i + 1) % DT_NR_TLBS;
		struct dt_value *row;

		if (!facts->tlbs[tlb])
			continue;
		row = dt_table_row(table);
		dt_value_text(row, 0, dt_tlb_name(tlb));
		dt_value_integer(row, 1, facts->tlbs[tlb]);
		dt_value_number(row, 2, share_of(facts, facts->tlbs[tlb]));
	}
	dt_table_hide_empty(table);
}

/* The smallest size above one; DT_PAGE_SIZES: there is none. */
static uint32_t next_size(const struct dt_page_sizes *pages, uint64_t above)
{
	uint32_t next = DT_PAGE_SIZES;

	for (uint32_t i = 0; i < pages->nr; i++)
		if (pages->size[i] > above &&
		    (next == DT_PAGE_SIZES || pages->size[i] < pages->size[next]))
			next = i;
	return next;
}

/* Ascending; page sizes that are not known, and those of no place in the list, last. */
static void add_pages(const struct dt_sample_facts *facts, struct dt_section *section)
{
	static const struct dt_heading columns[] = {{"page_size_bytes", "page size", DT_UNIT_BYTES},
						    {"samples", "samples", DT_UNIT_COUNT},
						    {"share", "share", DT_UNIT_SHARE}};
	const struct dt_page_sizes *pages = &facts->pages;
	uint64_t rest = pages->samples[DT_PAGE_SIZES];
	struct dt_table *table = dt_section_table(section, "page_sizes", "Size of the page",
						  columns, sizeof(columns) / sizeof(columns[0]));
	struct dt_value *row;

	for (uint32_t i = next_size(pages, 0); i < DT_PAGE_SIZES;
	     i = next_size(pages, pages->size[i])) {
		row = dt_table_row(table);
		dt_value_integer(row, 0, pages->size[i]);
		dt_value_integer(row, 1, pages->samples[i]);
		dt_value_number(row, 2, share_of(facts, pages->samples[i]));
	}
	for (uint32_t i = 0; i < pages->nr; i++)
		rest += pages->size[i] ? 0 : pages->samples[i];
	if (rest) {
		row = dt_table_row(table);
		dt_value_integer(row, 1, rest);
		dt_value_number(row, 2, share_of(facts, rest));
	}
	dt_table_hide_empty(table);
}

/* A chart of those of some series that occurred. */
static void add_chart(const struct dt_sample_facts *facts, struct dt_section *section,
		      const char *name, const char *title, enum dt_loss_series first,
		      enum dt_loss_series last)
{
	static const char *const all_keys[] = {
		[DT_SERIES_LOST_SAMPLES] = "lost_samples",
		[DT_SERIES_OVERFLOWS] = "ring_overflows",
		[DT_SERIES_THROTTLES] = "throttles",
	};
	static const char *const all_heads[] = {
		[DT_SERIES_LOST_SAMPLES] = "samples",
		[DT_SERIES_OVERFLOWS] = "reports of DAMON's own ring",
		[DT_SERIES_THROTTLES] = "times",
	};
	const struct dt_time_bins *bins = &facts->losses;
	const char *keys[DT_NR_LOSS_SERIES] = {NULL}, *heads[DT_NR_LOSS_SERIES] = {NULL};
	uint32_t series[DT_NR_LOSS_SERIES], nr = 0;
	struct dt_chart *chart;

	for (uint32_t i = first; i <= last; i++) {
		if (!facts->loss_seen[i])
			continue;
		keys[nr] = all_keys[i];
		heads[nr] = all_heads[i];
		series[nr++] = i;
	}
	chart = dt_section_chart(section, name, title, DT_UNIT_COUNT, nr, keys, heads, bins->nr,
				 dt_time_bins_start(bins), dt_time_bins_step(bins));
	for (uint32_t j = 0; j < nr && chart; j++)
		for (uint32_t i = 0; i < bins->nr; i++)
			dt_chart_series(chart, j)[i] =
				bins->sums[(size_t)i * bins->nr_series + series[j]];
}

/* Throttles are few beside what is lost: on one scale they would not be seen. */
static void add_losses(const struct dt_sample_facts *facts, struct dt_section *section)
{
	add_chart(facts, section, "losses", "Lost over time", DT_SERIES_LOST_SAMPLES,
		  DT_SERIES_OVERFLOWS);
	add_chart(facts, section, "throttled", "Throttled over time", DT_SERIES_THROTTLES,
		  DT_SERIES_THROTTLES);
}

static void say_missing(const struct dt_sample_facts *facts, struct dt_section *section)
{
	if (!facts->samples)
		dt_section_say(section, "no memory samples in view; record them with damon-trace "
					"record, or " DT_HOW_ADDRESSES);
	else if (!facts->has_addr)
		dt_section_say(section, "the samples have no address (ADDR was not recorded): "
					"record with " DT_HOW_ADDRESSES);
	if (facts->has_phys_field && !facts->has_phys && facts->samples)
		dt_section_say(section, "all physical addresses are 0: " DT_WHY_NO_PHYS);
}

static void say_whole(const struct dt_sample_facts *facts, struct dt_section *section)
{
	const double valid = 100 * share_of(facts, count_valid(facts));

	if (!facts->samples)
		return;
	if (facts->rates.seconds > 0)
		dt_section_say(section,
			       "%" PRIu64
			       " samples in %.4g s, %.1f %% of them with a valid address",
			       facts->samples, facts->rates.seconds, valid);
	else
		dt_section_say(section,
			       "%" PRIu64
			       " samples, %.1f %% of them with a valid address; no rates: "
			       "they have no time",
			       facts->samples, valid);
}

static void add_figures(const struct dt_sample_facts *facts, struct dt_section *section)
{
	const double seconds = facts->rates.seconds > 0 ? facts->rates.seconds : NAN;

	dt_section_integer(section, "samples", NULL, DT_UNIT_COUNT, facts->samples);
	dt_section_number(section, "seconds", NULL, DT_UNIT_SECONDS, seconds);
	dt_section_number(section, "rate_hz", "rate", DT_UNIT_HZ, (double)facts->samples / seconds);
	dt_section_number(section, "usable_share", NULL, DT_UNIT_SHARE,
			  share_of(facts, count_valid(facts)));
	dt_section_integer(section, "lost_samples", "samples lost", DT_UNIT_COUNT,
			   facts->lost_samples);
	dt_section_number(section, "lost_share", NULL, DT_UNIT_SHARE,
			  dt_part_of((double)facts->lost_samples,
				     (double)facts->lost_samples + (double)facts->samples));
	dt_section_integer(section, "lost_gaps", NULL, DT_UNIT_COUNT, facts->lost_gaps);
	dt_section_integer(section, "throttles", "throttled", DT_UNIT_COUNT, facts->throttles);
	dt_section_number(section, "throttles_hz", NULL, DT_UNIT_HZ,
			  (double)facts->throttles / seconds);
}

int dt_sample_facts_report(struct dt_sample_facts *facts, struct dt_report *report)
{
	struct dt_section *section =
		dt_report_section(report, "sample_facts", "Memory samples", false);

	say_whole(facts, section);
	add_figures(facts, section);
	dt_sample_rates_report(&facts->rates, section);
	add_uses(facts, section);
	add_accesses(facts, section);
	add_tlb(facts, section);
	add_pages(facts, section);
	add_losses(facts, section);
	say_missing(facts, section);
	return 0;
}
