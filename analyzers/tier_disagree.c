/* SPDX-License-Identifier: GPL-2.0-only */
/* Contradictions, from the counts of all pairs. */
#include "analyzers/tier_disagree.h"

static const struct {
	const char *key, *name;
} kinds[DT_NR_DISAGREE] = {
	[DT_DISAGREE_LOCAL_FAR] = {"local_dram_on_cpuless_node",
				   "local DRAM, but the node has no CPUs"},
	[DT_DISAGREE_LOCAL_OTHER] = {"local_dram_on_other_node",
				     "local DRAM, but on another node than the CPU"},
	[DT_DISAGREE_REMOTE_OWN] = {"remote_dram_on_own_node",
				    "remote DRAM, but on the node of the CPU"},
	[DT_DISAGREE_FAR_DRAM] = {"far_memory_on_cpu_node", "CXL or PMEM, but the node has CPUs"},
};

const char *dt_disagree_key(enum dt_disagree kind)
{
	return kinds[kind].key;
}

const char *dt_disagree_name(enum dt_disagree kind)
{
	return kinds[kind].name;
}

/* DT_NR_DISAGREE: no contradiction. */
static enum dt_disagree judge(enum dt_tier tier, const struct dt_place *place,
			      enum dt_nearness near)
{
	if (tier == DT_TIER_LOCAL_DRAM && place->cpus < 0)
		return DT_DISAGREE_LOCAL_FAR;
	if (tier == DT_TIER_LOCAL_DRAM && near == DT_NEAR_OTHER)
		return DT_DISAGREE_LOCAL_OTHER;
	if (tier == DT_TIER_REMOTE_DRAM && near == DT_NEAR_OWN)
		return DT_DISAGREE_REMOTE_OWN;
	if ((tier == DT_TIER_CXL || tier == DT_TIER_PMEM) && place->cpus > 0)
		return DT_DISAGREE_FAR_DRAM;
	return DT_NR_DISAGREE;
}

double dt_tier_contradicting(const struct dt_tiers *tiers, unsigned tier, unsigned place)
{
	double samples = 0;

	if (place < DT_PLACE_NODES)
		return 0;
	for (unsigned near = 0; near < DT_NR_NEAR; near++)
		if (judge(tier, &tiers->map.places[place], near) != DT_NR_DISAGREE)
			samples += tiers->cells[tier][place][near].samples;
	return samples;
}

void dt_tier_disagreement(const struct dt_tiers *tiers, struct dt_disagreement *found)
{
	*found = (struct dt_disagreement){0};
	for (unsigned tier = 0; tier < DT_NR_TIERS; tier++) {
		if (!dt_tier_is_memory(tier))
			continue;
		for (unsigned place = DT_PLACE_NODES; place < tiers->map.nr; place++)
			for (unsigned near = 0; near < DT_NR_NEAR; near++) {
				const double samples = tiers->cells[tier][place][near].samples;
				const enum dt_disagree kind =
					judge(tier, &tiers->map.places[place], near);

				found->compared += samples;
				if (kind == DT_NR_DISAGREE)
					continue;
				found->samples[kind] += samples;
				found->total += samples;
			}
	}
}
