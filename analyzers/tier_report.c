/* SPDX-License-Identifier: GPL-2.0-only */
/* What --tiers counted as tables, figures and charts. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzers/sample_tables.h"
#include "analyzers/tier_disagree.h"
#include "analyzers/tiers.h"
#include "damon-trace/section.h"

/* Rows of tier and node that people see. */
#define PAIRS_SHOWN 20

struct page {
	const struct dt_tiers *tiers;
	struct dt_section *section;
	struct dt_tier_cell all;
	struct dt_tier_cell tier[DT_NR_TIERS], place[DT_PLACES];
	double memory, far; /* samples from memory, and from memory other than local DRAM */
};

static void add(struct dt_tier_cell *sum, const struct dt_tier_cell *cell)
{
	sum->samples += cell->samples;
	sum->periods += cell->periods;
}

static void sum_cells(struct page *page)
{
	for (unsigned tier = 0; tier < DT_NR_TIERS; tier++)
		for (unsigned place = 0; place < DT_PLACES; place++)
			for (unsigned near = 0; near < DT_NR_NEAR; near++) {
				const struct dt_tier_cell *cell =
					&page->tiers->cells[tier][place][near];

				add(&page->all, cell);
				add(&page->tier[tier], cell);
				add(&page->place[place], cell);
			}
	for (unsigned tier = 0; tier < DT_NR_TIERS; tier++) {
		page->memory += dt_tier_is_memory(tier) ? page->tier[tier].samples : 0;
		page->far += dt_tier_is_far(tier) ? page->tier[tier].samples : 0;
	}
}

/* The latencies of a tier (place -1: all places) or of a place (tier -1). */
static int sum_latency(const struct page *page, int tier, int place, struct dt_quantile *sum)
{
	if (dt_quantile_init(sum))
		return -ENOMEM;
	for (int i = 0; i < DT_NR_TIERS; i++)
		for (int j = 0; j < DT_PLACES; j++)
			if ((tier < 0 || i == tier) && (place < 0 || j == place) &&
			    page->tiers->latency[i][j])
				dt_quantile_merge(sum, page->tiers->latency[i][j]);
	return 0;
}

/* From column on: samples, their share, accesses, their share, latency. */
static int fill_row(const struct page *page, struct dt_value *row, uint32_t column,
		    const struct dt_tier_cell *cell, int tier, int place)
{
	struct dt_quantile latency;

	dt_value_integer(row, column, (uint64_t)cell->samples);
	dt_value_number(row, column + 1, dt_part_of(cell->samples, page->all.samples));
	if (page->all.periods > 0)
		dt_value_number(row, column + 2, cell->periods);
	dt_value_number(row, column + 3, dt_part_of(cell->periods, page->all.periods));
	if (sum_latency(page, tier, place, &latency))
		return -ENOMEM;
	dt_row_latency(row, column + 4, &latency);
	dt_quantile_free(&latency);
	return 0;
}

#define COUNT_HEADINGS                                                                            \
	{"samples", "samples", DT_UNIT_COUNT}, {"share", "share", DT_UNIT_SHARE},                 \
		{"accesses", "accesses", DT_UNIT_COUNT}, {"accesses_share", NULL, DT_UNIT_SHARE}, \
		DT_LATENCY_HEADINGS

static int add_tiers(struct page *page)
{
	static const struct dt_heading columns[] = {
		{"tier", NULL, DT_UNIT_NONE}, {"name", "tier", DT_UNIT_NONE}, COUNT_HEADINGS};
	struct dt_table *table = dt_section_table(page->section, "tiers", "By data source", columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (unsigned i = 0; i < DT_NR_TIERS; i++) {
		const unsigned tier = (i + 1) % DT_NR_TIERS; /* the unknown one last */
		struct dt_value *row;

		if (!(page->tier[tier].samples > 0))
			continue;
		row = dt_table_row(table);
		dt_value_text(row, 0, dt_tier_key(tier));
		dt_value_text(row, 1, dt_tier_name(tier));
		if (fill_row(page, row, 2, &page->tier[tier], (int)tier, -1))
			return -ENOMEM;
	}
	dt_table_hide_empty(table);
	return 0;
}

static const char *place_name(const struct page *page, unsigned place)
{
	if (place == DT_PLACE_NONE)
		return "no address";
	if (place == DT_PLACE_OUTSIDE)
		return "elsewhere";
	return page->tiers->map.places[place].label;
}

/* Is there anything to say by node? */
static bool has_nodes(const struct page *page)
{
	return page->tiers->map.nr > DT_PLACE_NODES && page->tiers->has_phys;
}

static int add_places(struct page *page)
{
	static const struct dt_heading columns[] = {{"node", NULL, DT_UNIT_NONE},
						    {"name", "node", DT_UNIT_NONE},
						    {"has_cpus", NULL, DT_UNIT_NONE},
						    COUNT_HEADINGS};
	const struct dt_place_map *map = &page->tiers->map;
	const uint32_t nr = has_nodes(page) ? map->nr : 0;
	struct dt_table *table = dt_section_table(page->section, "nodes", "By physical address",
						  columns, sizeof(columns) / sizeof(columns[0]));

	for (unsigned i = 0; i < nr; i++) {
		/* nodes first, what is on none of them behind */
		const unsigned place = (i + DT_PLACE_NODES) % map->nr;
		const struct dt_place *node = &map->places[place];
		struct dt_value *row;

		if (place < DT_PLACE_NODES && !(page->place[place].samples > 0))
			continue;
		row = dt_table_row(table);
		if (place >= DT_PLACE_NODES && node->node >= 0)
			dt_value_integer(row, 0, (uint64_t)node->node);
		dt_value_text(row, 1, place_name(page, place));
		if (place >= DT_PLACE_NODES && node->cpus)
			dt_value_bool(row, 2, node->cpus > 0);
		if (fill_row(page, row, 3, &page->place[place], -1, (int)place))
			return -ENOMEM;
	}
	dt_table_hide_empty(table);
	return 0;
}

/* A row of pairs: samples of a tier with an address of that place. */
static void add_pair(const struct page *page, struct dt_table *table, unsigned tier, unsigned place)
{
	const struct dt_place *node = &page->tiers->map.places[place];
	struct dt_value *row;
	double samples = 0;

	for (unsigned near = 0; near < DT_NR_NEAR; near++)
		samples += page->tiers->cells[tier][place][near].samples;
	if (!(samples > 0))
		return;
	row = dt_table_row(table);
	dt_value_text(row, 0, dt_tier_key(tier));
	dt_value_text(row, 1, dt_tier_name(tier));
	if (place >= DT_PLACE_NODES && node->node >= 0)
		dt_value_integer(row, 2, (uint64_t)node->node);
	dt_value_text(row, 3, place_name(page, place));
	dt_value_integer(row, 4, (uint64_t)samples);
	dt_value_number(row, 5, dt_part_of(samples, page->all.samples));
	dt_value_integer(row, 6, (uint64_t)dt_tier_contradicting(page->tiers, tier, place));
}

/* Which tier was met on which node; memories first, which can contradict. */
static void add_pairs(struct page *page)
{
	static const struct dt_heading columns[] = {
		{"tier", NULL, DT_UNIT_NONE},
		{"tier_name", "source", DT_UNIT_NONE},
		{"node", NULL, DT_UNIT_NONE},
		{"node_name", "node", DT_UNIT_NONE},
		{"samples", "samples", DT_UNIT_COUNT},
		{"share", "share", DT_UNIT_SHARE},
		{"contradicting", "contradicting", DT_UNIT_COUNT}};
	const uint32_t nr = has_nodes(page) && page->tiers->has_source ? page->tiers->map.nr : 0;
	struct dt_table *table =
		dt_section_table(page->section, "pairs", "Data source against physical address",
				 columns, sizeof(columns) / sizeof(columns[0]));

	if (table)
		table->text_rows = PAIRS_SHOWN;
	for (int memory = 1; memory >= 0; memory--)
		for (unsigned tier = 0; tier < DT_NR_TIERS; tier++)
			for (unsigned place = 0; place < nr; place++)
				if (dt_tier_is_memory(tier) == (memory != 0))
					add_pair(page, table, tier, place);
	dt_table_hide_empty(table);
}

static void add_disagreement(struct page *page)
{
	static const struct dt_heading columns[] = {{"kind", NULL, DT_UNIT_NONE},
						    {"meaning", "contradiction", DT_UNIT_NONE},
						    {"samples", "samples", DT_UNIT_COUNT},
						    {"share", "of compared", DT_UNIT_SHARE}};
	struct dt_disagreement found;
	struct dt_table *table;

	dt_tier_disagreement(page->tiers, &found);
	dt_section_integer(page->section, "compared", NULL, DT_UNIT_COUNT,
			   (uint64_t)found.compared);
	dt_section_integer(page->section, "contradicting", NULL, DT_UNIT_COUNT,
			   (uint64_t)found.total);
	dt_section_number(page->section, "contradicting_share", NULL, DT_UNIT_SHARE,
			  dt_part_of(found.total, found.compared));
	if (found.compared > 0)
		dt_section_say(page->section,
			       "%.1f %% of the %.0f samples that name a memory by source and by "
			       "address contradict themselves",
			       100 * found.total / found.compared, found.compared);
	table = dt_section_table(page->section, "contradictions", "Contradictions", columns,
				 sizeof(columns) / sizeof(columns[0]));
	for (unsigned kind = 0; kind < DT_NR_DISAGREE; kind++) {
		struct dt_value *row;

		if (!(found.samples[kind] > 0))
			continue;
		row = dt_table_row(table);
		dt_value_text(row, 0, dt_disagree_key(kind));
		dt_value_text(row, 1, dt_disagree_name(kind));
		dt_value_integer(row, 2, (uint64_t)found.samples[kind]);
		dt_value_number(row, 3, found.samples[kind] / found.compared);
	}
	dt_table_hide_empty(table);
}

static void add_figures(struct page *page)
{
	const struct dt_tiers *tiers = page->tiers;
	struct dt_section *section = page->section;
	const double located = page->all.samples - page->place[DT_PLACE_NONE].samples;

	dt_section_integer(section, "samples", NULL, DT_UNIT_COUNT, (uint64_t)page->all.samples);
	dt_section_integer(section, "without_access", NULL, DT_UNIT_COUNT,
			   (uint64_t)tiers->no_access);
	dt_section_integer(section, "without_source", NULL, DT_UNIT_COUNT,
			   (uint64_t)tiers->no_source);
	dt_section_number(section, "accesses", NULL, DT_UNIT_COUNT,
			  page->all.periods > 0 ? page->all.periods : NAN);
	dt_section_number(section, "known_share", NULL, DT_UNIT_SHARE,
			  dt_part_of(page->all.samples - page->tier[DT_TIER_UNKNOWN].samples,
				     page->all.samples));
	dt_section_integer(section, "with_phys", NULL, DT_UNIT_COUNT, (uint64_t)located);
	dt_section_number(section, "memory_share", NULL, DT_UNIT_SHARE,
			  dt_part_of(page->memory, page->all.samples));
	dt_section_number(section, "dram_share", NULL, DT_UNIT_SHARE,
			  dt_part_of(page->memory - page->far, page->memory));
	dt_section_number(section, "far_share", NULL, DT_UNIT_SHARE,
			  dt_part_of(page->far, page->memory));
}

/* What the inputs lack, and how the next recording has it. */
static void say_missing(struct page *page)
{
	const struct dt_tiers *tiers = page->tiers;
	struct dt_section *section = page->section;

	if (!tiers->has_samples)
		dt_section_say(section, "no memory samples in the input; record them with "
					"damon-trace record, or " DT_HOW_ADDRESSES);
	else if (!tiers->has_source)
		dt_section_say(section, "no sample says where its data came from: the events have "
					"no data source. perf mem record records it, and perf "
					"record -d -W -e cpu/mem-loads,ldlat=30/P or ibs_op//");
	else if (!(page->all.samples > page->tier[DT_TIER_UNKNOWN].samples))
		dt_section_say(section, "the samples carry a data source, but it is empty in all "
					"of them: only precise memory events (cpu/mem-loads/P, "
					"ibs_op//) fill it");
	if (tiers->has_phys_field && !tiers->has_phys)
		dt_section_say(
			section,
			"all physical addresses are 0, so there is no node: " DT_WHY_NO_PHYS);
	else if (tiers->has_samples && !tiers->has_phys_field)
		dt_section_say(section, "no physical addresses, so no node; perf record "
					"--phys-data as root records them");
	else if (tiers->has_phys && tiers->map.nr == DT_PLACE_NODES)
		dt_section_say(section, "nothing says which physical addresses belong to which "
					"node: give --nodes or --iomem");
	if (tiers->map.nr_left_out)
		dt_section_say(section, "%zu ranges of further nodes count as elsewhere",
			       tiers->map.nr_left_out);
	if (tiers->no_source > 0 && tiers->has_source)
		dt_section_say(section, "%.0f samples of events without a data source are left out",
			       tiers->no_source);
	if (tiers->no_access > 0)
		dt_section_say(section,
			       "%.0f samples of instructions that accessed no memory are left out",
			       tiers->no_access);
}

static void say_shares(struct page *page)
{
	if (!(page->memory > 0))
		return;
	dt_section_say(page->section,
		       "%.1f %% of the samples were served from memory; of those %.1f %% from far "
		       "memory, which is all but local DRAM",
		       100 * page->memory / page->all.samples, 100 * page->far / page->memory);
}

int dt_tiers_report(struct dt_tiers *tiers, struct dt_report *report)
{
	struct page page = {.tiers = tiers};

	page.section = dt_report_section(report, "tiers", "Tiers of memory", false);
	sum_cells(&page);
	say_shares(&page);
	add_figures(&page);
	if (add_tiers(&page) || add_places(&page))
		return -ENOMEM;
	add_pairs(&page);
	add_disagreement(&page);
	dt_tiers_charts(tiers, page.section);
	say_missing(&page);
	return 0;
}
