/* SPDX-License-Identifier: GPL-2.0-only */
/* Shares over time: of the tiers, of the nodes, and of DRAM against far memory. */
#include <ctype.h>
#include <math.h>

#include "analyzers/sample_tables.h"
#include "analyzers/tiers.h"
#include "damon-trace/section.h"

static const double *bin(const struct dt_time_bins *bins, uint32_t i)
{
	return bins->sums + (size_t)i * bins->nr_series;
}

/* Series of the bins as shares of their sum, stacked; those that never occurred are left out. */
static void add_shares(const struct dt_tiers *tiers, struct dt_section *section, const char *name,
		       const char *title, const uint32_t *series, const char *const *keys,
		       const char *const *heads, uint32_t nr)
{
	const struct dt_time_bins *bins = &tiers->bins;
	struct dt_chart *chart =
		dt_section_chart(section, name, title, DT_UNIT_SHARE, nr, keys, heads, bins->nr,
				 dt_time_bins_start(bins), dt_time_bins_step(bins));

	if (!chart)
		return;
	chart->stacked = true;
	for (uint32_t i = 0; i < bins->nr; i++) {
		double whole = 0;

		for (uint32_t j = 0; j < nr; j++)
			whole += bin(bins, i)[series[j]];
		for (uint32_t j = 0; j < nr; j++)
			dt_chart_series(chart, j)[i] = dt_part_of(bin(bins, i)[series[j]], whole);
	}
}

static double total_of(const struct dt_time_bins *bins, uint32_t series)
{
	double total = 0;

	for (uint32_t i = 0; i < bins->nr; i++)
		total += bin(bins, i)[series];
	return total;
}

static void add_tiers(const struct dt_tiers *tiers, struct dt_section *section)
{
	const char *keys[DT_NR_TIERS] = {NULL}, *heads[DT_NR_TIERS] = {NULL};
	uint32_t series[DT_NR_TIERS], nr = 0;

	for (uint32_t tier = 0; tier < DT_NR_TIERS; tier++) {
		/* from the nearest to the farthest, and what is not known on top */
		const uint32_t at = (tier + 1) % DT_NR_TIERS;

		if (!(total_of(&tiers->bins, at) > 0))
			continue;
		keys[nr] = dt_tier_key(at);
		heads[nr] = dt_tier_name(at);
		series[nr++] = at;
	}
	add_shares(tiers, section, "tier_shares", "Share of each tier", series, keys, heads, nr);
}

/* "node 0" as a key: node_0. */
static void make_key(char *key, const char *label)
{
	size_t i = 0;

	for (; label[i]; i++)
		key[i] = (char)(isalnum((unsigned char)label[i]) ? tolower((unsigned char)label[i])
								 : '_');
	key[i] = '\0';
}

static void add_nodes(const struct dt_tiers *tiers, struct dt_section *section)
{
	char names[DT_PLACES][sizeof(tiers->map.places[0].label)];
	const char *keys[DT_PLACES] = {NULL}, *heads[DT_PLACES] = {NULL};
	uint32_t series[DT_PLACES], nr = 0;
	double total = 0;

	for (uint32_t place = DT_PLACE_NODES; place < tiers->map.nr; place++) {
		total += total_of(&tiers->bins, DT_NR_TIERS + place);
		make_key(names[nr], tiers->map.places[place].label);
		keys[nr] = names[nr];
		heads[nr] = tiers->map.places[place].label;
		series[nr++] = DT_NR_TIERS + place;
	}
	add_shares(tiers, section, "node_shares", "Share of each node", series, keys, heads,
		   total > 0 ? nr : 0);
}

double dt_tiers_share(const struct dt_tiers *tiers, enum dt_tier_series what, int32_t node,
		      uint32_t i)
{
	const double *sums = bin(&tiers->bins, i);
	double part = 0, whole = 0;

	for (uint32_t tier = 0; tier < DT_NR_TIERS && what != DT_SERIES_NODE; tier++) {
		if (!dt_tier_is_memory(tier))
			continue;
		whole += sums[tier];
		part += dt_tier_is_far(tier) == (what == DT_SERIES_FAR) ? sums[tier] : 0;
	}
	for (uint32_t place = DT_PLACE_NODES; place < tiers->map.nr && what == DT_SERIES_NODE;
	     place++) {
		whole += sums[DT_NR_TIERS + place];
		part += tiers->map.places[place].node == node ? sums[DT_NR_TIERS + place] : 0;
	}
	return dt_part_of(part, whole);
}

static void add_memory(const struct dt_tiers *tiers, struct dt_section *section)
{
	static const char *const keys[] = {"dram_share", "far_share"};
	static const char *const heads[] = {"local DRAM", "far memory"};
	const struct dt_time_bins *bins = &tiers->bins;
	struct dt_chart *chart;
	double total = 0;

	for (uint32_t tier = 0; tier < DT_NR_TIERS; tier++)
		total += dt_tier_is_memory(tier) ? total_of(bins, tier) : 0;
	chart = dt_section_chart(section, "memory_shares", "Local DRAM against far memory",
				 DT_UNIT_SHARE, total > 0 ? 2 : 0, keys, heads, bins->nr,
				 dt_time_bins_start(bins), dt_time_bins_step(bins));
	if (!chart)
		return;
	chart->stacked = true;
	for (uint32_t i = 0; i < bins->nr && total > 0; i++) {
		dt_chart_series(chart, 0)[i] = dt_tiers_share(tiers, DT_SERIES_DRAM, -1, i);
		dt_chart_series(chart, 1)[i] = dt_tiers_share(tiers, DT_SERIES_FAR, -1, i);
	}
}

void dt_tiers_charts(const struct dt_tiers *tiers, struct dt_section *section)
{
	add_tiers(tiers, section);
	add_memory(tiers, section);
	add_nodes(tiers, section);
}
