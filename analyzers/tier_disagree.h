/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the data source of a sample contradicts its physical address.
 *
 * Compared are samples whose source is a memory (local or remote DRAM, CXL, PMEM) and whose
 * address lies on a known node: a cache says nothing of where the page is. Remote DRAM on a node
 * without CPUs is no contradiction, since sources older than CXL have no other name for it.
 */
#ifndef ANALYZERS_TIER_DISAGREE_H
#define ANALYZERS_TIER_DISAGREE_H

#include "analyzers/tiers.h"

/* In the order in which they are judged; a sample has at most one. */
enum dt_disagree {
	DT_DISAGREE_LOCAL_FAR,	 /* local DRAM, on a node to which no CPU belongs */
	DT_DISAGREE_LOCAL_OTHER, /* local DRAM, on a node that is not the CPU's */
	DT_DISAGREE_REMOTE_OWN,	 /* remote DRAM, on the CPU's own node */
	DT_DISAGREE_FAR_DRAM,	 /* CXL or PMEM, on a node to which CPUs belong */
	DT_NR_DISAGREE,
};

struct dt_disagreement {
	double compared, total; /* samples */
	double samples[DT_NR_DISAGREE];
};

void dt_tier_disagreement(const struct dt_tiers *tiers, struct dt_disagreement *found);

/* Samples of one pair that contradict. */
double dt_tier_contradicting(const struct dt_tiers *tiers, unsigned tier, unsigned place);

/* For JSON, and for people; static. */
const char *dt_disagree_key(enum dt_disagree kind);
const char *dt_disagree_name(enum dt_disagree kind);

#endif
