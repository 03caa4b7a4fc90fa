/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tier, kind of access and TLB of a sample from perf's data_src word. These run once a sample, so
 * they look at few bits; what the word does not say stays unknown.
 */
#include "damon-trace/data_source.h"

#include "support/data_source_bits.h"

static const struct {
	const char *name, *key;
} tiers[DT_NR_TIERS] = {
	[DT_TIER_UNKNOWN] = {"unknown", "unknown"},
	[DT_TIER_L1] = {"L1", "l1"},
	[DT_TIER_LFB] = {"LFB", "lfb"},
	[DT_TIER_L2] = {"L2", "l2"},
	[DT_TIER_L3] = {"L3", "l3"},
	[DT_TIER_PEER_CACHE] = {"peer cache", "peer_cache"},
	[DT_TIER_LOCAL_DRAM] = {"local DRAM", "local_dram"},
	[DT_TIER_REMOTE_DRAM] = {"remote DRAM", "remote_dram"},
	[DT_TIER_CXL] = {"CXL", "cxl"},
	[DT_TIER_PMEM] = {"PMEM", "pmem"},
	[DT_TIER_IO] = {"I/O", "io"},
};

const char *dt_tier_name(enum dt_tier tier)
{
	return tiers[tier < DT_NR_TIERS ? tier : DT_TIER_UNKNOWN].name;
}

const char *dt_tier_key(enum dt_tier tier)
{
	return tiers[tier < DT_NR_TIERS ? tier : DT_TIER_UNKNOWN].key;
}

bool dt_tier_is_memory(enum dt_tier tier)
{
	return tier >= DT_TIER_LOCAL_DRAM && tier <= DT_TIER_PMEM;
}

bool dt_tier_is_far(enum dt_tier tier)
{
	return tier >= DT_TIER_REMOTE_DRAM && tier <= DT_TIER_PMEM;
}

const char *dt_access_name(enum dt_access access)
{
	static const char *const names[DT_NR_ACCESSES] = {
		[DT_ACCESS_UNKNOWN] = "unknown",
		[DT_ACCESS_LOAD] = "load",
		[DT_ACCESS_STORE] = "store",
		[DT_ACCESS_LOAD_STORE] = "load and store",
		[DT_ACCESS_PREFETCH] = "software prefetch",
		[DT_ACCESS_EXEC] = "instruction fetch",
	};

	return names[access < DT_NR_ACCESSES ? access : DT_ACCESS_UNKNOWN];
}

const char *dt_tlb_name(enum dt_tlb tlb)
{
	static const char *const names[DT_NR_TLBS] = {
		[DT_TLB_UNKNOWN] = "unknown", [DT_TLB_L1_HIT] = "L1 hit",
		[DT_TLB_L2_HIT] = "L2 hit",   [DT_TLB_HIT] = "hit",
		[DT_TLB_WALK] = "page walk",  [DT_TLB_FAULT] = "fault",
		[DT_TLB_MISS] = "miss",
	};

	return names[tlb < DT_NR_TLBS ? tlb : DT_TLB_UNKNOWN];
}

/* Who says so: the remote bit, the distance, the old levels, or the other agent's caches. */
static bool is_remote(uint64_t data_src)
{
	uint64_t region = dt_mem_get(data_src, DT_MEM_REGION);

	return dt_mem_get(data_src, DT_MEM_REMOTE) ||
	       dt_mem_get(data_src, DT_MEM_HOPS) >= DT_HOPS_OTHER_NODE ||
	       dt_mem_get(data_src, DT_MEM_LVL) &
		       (DT_LVL_REM_RAM1 | DT_LVL_REM_RAM2 | DT_LVL_REM_CCE1 | DT_LVL_REM_CCE2) ||
	       region == DT_REGION_O_SHARE || region == DT_REGION_O_NON_SHARE;
}

/* A cache of another core of this node is not this core's cache either. */
static enum dt_tier cache(uint64_t data_src, enum dt_tier own)
{
	return is_remote(data_src) || dt_mem_get(data_src, DT_MEM_HOPS) ? DT_TIER_PEER_CACHE : own;
}

/* IBS' plain coding, "cache of this node", as AMD's kernels give it, with or without a number. */
#define AMD_LOCAL_CACHE (DT_LVL_L3 | DT_LVL_REM_CCE1)

static enum dt_tier tier_of_number(uint64_t data_src)
{
	switch (dt_mem_get(data_src, DT_MEM_LVL_NUM)) {
	case DT_NUM_L0:
	case DT_NUM_L1:
		return cache(data_src, DT_TIER_L1);
	case DT_NUM_LFB:
	case DT_NUM_L2_MHB:
		return cache(data_src, DT_TIER_LFB);
	case DT_NUM_L2:
		return cache(data_src, DT_TIER_L2);
	case DT_NUM_L3:
	case DT_NUM_L4:
	case DT_NUM_MSC:
		return cache(data_src, DT_TIER_L3);
	case DT_NUM_ANY_CACHE:
		return cache(data_src, DT_TIER_UNKNOWN);
	case DT_NUM_RAM:
		return is_remote(data_src) ? DT_TIER_REMOTE_DRAM : DT_TIER_LOCAL_DRAM;
	case DT_NUM_CXL:
		return DT_TIER_CXL;
	case DT_NUM_PMEM:
		return DT_TIER_PMEM;
	case DT_NUM_IO:
	case DT_NUM_UNC:
		return DT_TIER_IO;
	default:
		return DT_TIER_UNKNOWN;
	}
}

/*
 * The levels of before lvl_num (Linux 4.14), which AMD's kernels used alone until 6.7. Several
 * levels at once are no answer, unless they are of one tier.
 */
static enum dt_tier tier_of_levels(uint64_t data_src)
{
	switch (dt_mem_get(data_src, DT_MEM_LVL) & ~(DT_LVL_NA | DT_LVL_HIT | DT_LVL_MISS)) {
	case DT_LVL_L1:
		return cache(data_src, DT_TIER_L1);
	case DT_LVL_LFB:
		return cache(data_src, DT_TIER_LFB);
	case DT_LVL_L2:
		return cache(data_src, DT_TIER_L2);
	case DT_LVL_L3:
		return cache(data_src, DT_TIER_L3);
	case DT_LVL_LOC_RAM:
		return DT_TIER_LOCAL_DRAM;
	case DT_LVL_REM_RAM1:
	case DT_LVL_REM_RAM2:
	case DT_LVL_REM_RAM1 | DT_LVL_REM_RAM2:
		return DT_TIER_REMOTE_DRAM;
	case DT_LVL_REM_CCE1:
	case DT_LVL_REM_CCE2:
	case DT_LVL_REM_CCE1 | DT_LVL_REM_CCE2:
		return DT_TIER_PEER_CACHE;
	case DT_LVL_IO:
	case DT_LVL_UNC:
	case DT_LVL_IO | DT_LVL_UNC:
		return DT_TIER_IO;
	default:
		return DT_TIER_UNKNOWN;
	}
}

/*
 * "L3 miss" names a level that did not have the data, and no other. Words of later kernels may
 * have neither hit nor miss, only a number. For input and output Intel's kernel gives a level that
 * fits the way (RAM with region MMIO, L3 with region O_IO): the region knows better.
 */
enum dt_tier dt_data_src_tier(uint64_t data_src)
{
	uint64_t lvl = dt_mem_get(data_src, DT_MEM_LVL);
	uint64_t region = dt_mem_get(data_src, DT_MEM_REGION);
	uint64_t levels = lvl & ~(uint64_t)(DT_LVL_NA | DT_LVL_HIT | DT_LVL_MISS);
	enum dt_tier tier;

	if (region == DT_REGION_MMIO || region == DT_REGION_O_IO)
		return DT_TIER_IO;
	if (lvl & DT_LVL_MISS && !(lvl & DT_LVL_HIT))
		return DT_TIER_UNKNOWN;
	if (levels == AMD_LOCAL_CACHE && !dt_mem_get(data_src, DT_MEM_REMOTE))
		return DT_TIER_L3;
	tier = tier_of_number(data_src);
	return tier == DT_TIER_UNKNOWN ? tier_of_levels(data_src) : tier;
}

enum dt_access dt_data_src_access(uint64_t data_src)
{
	uint64_t op = dt_mem_get(data_src, DT_MEM_OP);

	if (op & DT_OP_PREFETCH)
		return DT_ACCESS_PREFETCH;
	switch (op & (DT_OP_LOAD | DT_OP_STORE)) {
	case DT_OP_LOAD | DT_OP_STORE:
		return DT_ACCESS_LOAD_STORE;
	case DT_OP_LOAD:
		return DT_ACCESS_LOAD;
	case DT_OP_STORE:
		return DT_ACCESS_STORE;
	default:
		return op & DT_OP_EXEC ? DT_ACCESS_EXEC : DT_ACCESS_UNKNOWN;
	}
}

enum dt_tlb dt_data_src_tlb(uint64_t data_src)
{
	uint64_t tlb = dt_mem_get(data_src, DT_MEM_TLB);

	if (tlb & DT_TLB_BIT_OS)
		return DT_TLB_FAULT;
	if (tlb & DT_TLB_BIT_WALKER)
		return DT_TLB_WALK;
	if (tlb & DT_TLB_BIT_MISS)
		return tlb & DT_TLB_BIT_HIT ? DT_TLB_UNKNOWN : DT_TLB_MISS;
	if (!(tlb & DT_TLB_BIT_HIT))
		return DT_TLB_UNKNOWN;
	switch (tlb & (DT_TLB_BIT_L1 | DT_TLB_BIT_L2)) {
	case DT_TLB_BIT_L1:
		return DT_TLB_L1_HIT;
	case DT_TLB_BIT_L2:
		return DT_TLB_L2_HIT;
	default:
		return DT_TLB_HIT;
	}
}
