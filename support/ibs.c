/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD's instruction-based sampling of operations: the registers, and what they say once their
 * validity bits and the errata of a processor are taken into account.
 *
 * Sources: arch/x86/include/asm/amd/ibs.h and arch/x86/events/amd/ibs.c of Linux, AMD's processor
 * programming references, the revision guide of family 19h models 00h to 0fh for erratum 1293.
 */
#include "damon-trace/data_source.h"
#include "support/ibs_registers.h"

#define CAPS_BRANCH_TARGET (1u << 5)
#define CAPS_OP_DATA4	   (1u << 10)

#define CTL_ENABLED (1ull << 17)
#define CTL_VALID   (1ull << 18)

#define DATA_RIP_INVALID (1ull << 38)

#define DATA2_REMOTE   (1ull << 4)
#define DATA2_CACHE_ST (1ull << 5)

#define DATA3_LOAD	  (1ull << 0)
#define DATA3_STORE	  (1ull << 1)
#define DATA3_L1_TLB_MISS (1ull << 2)
#define DATA3_L2_TLB_MISS (1ull << 3)
#define DATA3_DC_MISS	  (1ull << 7)
#define DATA3_UNCACHED	  (1ull << 14)
#define DATA3_LOCKED	  (1ull << 15)
#define DATA3_NO_MAB	  (1ull << 16) /* missed, but the line was on its way already */
#define DATA3_LIN_ADDR	  (1ull << 17)
#define DATA3_PHYS_ADDR	  (1ull << 18)
#define DATA3_L2_MISS	  (1ull << 20)
#define DATA3_PREFETCH	  (1ull << 21)

/* Numbers of both codings of the data source; 0: none was recorded. */
enum {
	PLAIN_LOCAL_CACHE = 2,
	PLAIN_DRAM = 3,
	PLAIN_REMOTE_CACHE = 4,
	PLAIN_OTHER = 7,
};

enum {
	EXTENDED_LOCAL_CACHE = 1,
	EXTENDED_NEAR_CACHE = 2,
	EXTENDED_DRAM = 3,
	EXTENDED_FAR_CACHE = 5,
	EXTENDED_LONG_DIMM = 6,
	EXTENDED_IO = 7,
	EXTENDED_MEMORY = 8,
};

/* What follows the registers is padding, or registers of processors to come. */
bool dt_ibs_op_read(const unsigned char *raw, size_t size, struct dt_ibs_op *op)
{
	unsigned next = 7;

	*op = (struct dt_ibs_op){0};
	if (!dt_ibs_has_register(size, next - 1))
		return false;
	op->caps = dt_ibs_caps(raw);
	op->ctl = dt_ibs_register(raw, 0);
	op->rip = dt_ibs_register(raw, 1);
	op->data = dt_ibs_register(raw, 2);
	op->data2 = dt_ibs_register(raw, 3);
	op->data3 = dt_ibs_register(raw, 4);
	op->lin_addr = dt_ibs_register(raw, 5);
	op->phys_addr = dt_ibs_register(raw, 6);
	if (op->caps & CAPS_BRANCH_TARGET && dt_ibs_has_register(size, next)) {
		op->has_target = true;
		op->target = dt_ibs_register(raw, next++);
	}
	if (op->caps & CAPS_OP_DATA4 && dt_ibs_has_register(size, next)) {
		op->has_data4 = true;
		op->data4 = dt_ibs_register(raw, next);
	}
	return true;
}

/* Erratum 1293 (Zen 3): OP_DATA2, the L2 miss and the open requests are wrong. */
static bool second_level_wrong(const struct dt_processor *processor, uint64_t data3)
{
	return processor->amd && processor->family == 0x19 && processor->model < 0x10 &&
	       data3 & (DATA3_PREFETCH | DATA3_NO_MAB);
}

/* Zen 3 has no such bit, or a wrong one: models 00h to 0fh and 20h to 5fh. */
static bool cache_st_wrong(const struct dt_processor *processor)
{
	return processor->amd && processor->family == 0x19 &&
	       (processor->model <= 0x0f || (processor->model >= 0x20 && processor->model <= 0x5f));
}

static enum dt_access access_of(const struct dt_ibs_facts *facts)
{
	if (facts->software_prefetch)
		return DT_ACCESS_PREFETCH;
	if (facts->load && facts->store)
		return DT_ACCESS_LOAD_STORE;
	if (facts->load)
		return DT_ACCESS_LOAD;
	return facts->store ? DT_ACCESS_STORE : DT_ACCESS_UNKNOWN;
}

static void read_tlb(uint64_t data3, struct dt_ibs_facts *facts)
{
	if (!facts->lin_addr_valid)
		return;
	if (!(data3 & DATA3_L1_TLB_MISS)) {
		facts->tlb = DT_TLB_L1_HIT;
		return;
	}
	facts->tlb = data3 & DATA3_L2_TLB_MISS ? DT_TLB_MISS : DT_TLB_L2_HIT;
	facts->tlb_latency_known = true;
	facts->tlb_latency = (uint32_t)(data3 >> 48);
}

/* Uncached accesses say nothing of caches. The latency counts for loads alone. */
static void read_misses(uint64_t data3, const struct dt_processor *processor,
			struct dt_ibs_facts *facts)
{
	facts->dc_miss_known = facts->access != DT_ACCESS_UNKNOWN && !facts->uncached;
	facts->dc_miss = facts->dc_miss_known && data3 & DATA3_DC_MISS;
	if (!facts->dc_miss)
		return;
	if (facts->load && !facts->software_prefetch) {
		facts->latency_known = true;
		facts->dc_miss_latency = data3 >> 32 & 0xffff;
	}
	if (second_level_wrong(processor, data3))
		return;
	facts->l2_miss_known = true;
	facts->l2_miss = data3 & DATA3_L2_MISS;
	facts->open_requests = data3 >> 26 & 0x3f;
}

/* Only loads that missed both caches have a source, and the bit of the line's state with caches. */
static void read_source(const struct dt_ibs_op *op, const struct dt_processor *processor,
			struct dt_ibs_facts *facts)
{
	bool extended = op->caps & DT_IBS_CAPS_ZEN4, cache;
	unsigned source = op->data2 & 7;

	if (extended)
		source |= (unsigned)(op->data2 >> 6 & 3) << 3;
	if (!facts->load || !facts->l2_miss_known || !facts->l2_miss || !source)
		return;
	facts->source_known = true;
	facts->source = (uint8_t)source;
	facts->remote = op->data2 & DATA2_REMOTE;
	cache = extended ? source == EXTENDED_LOCAL_CACHE || source == EXTENDED_NEAR_CACHE ||
				   source == EXTENDED_FAR_CACHE
			 : source == PLAIN_LOCAL_CACHE;
	facts->hit_st_known = cache && !cache_st_wrong(processor);
	facts->hit_st = facts->hit_st_known && op->data2 & DATA2_CACHE_ST;
}

static enum dt_tier plain_tier(const struct dt_ibs_facts *facts)
{
	switch (facts->source) {
	case PLAIN_LOCAL_CACHE:
		return DT_TIER_L3;
	case PLAIN_DRAM:
		return facts->remote ? DT_TIER_REMOTE_DRAM : DT_TIER_LOCAL_DRAM;
	case PLAIN_REMOTE_CACHE:
		return DT_TIER_PEER_CACHE;
	case PLAIN_OTHER:
		return DT_TIER_IO;
	default:
		return DT_TIER_UNKNOWN;
	}
}

/* The memory of a peer agent (12), another kind of processor, has no tier here. */
static enum dt_tier extended_tier(const struct dt_ibs_facts *facts)
{
	switch (facts->source) {
	case EXTENDED_LOCAL_CACHE:
		return DT_TIER_L3;
	case EXTENDED_NEAR_CACHE:
	case EXTENDED_FAR_CACHE:
		return DT_TIER_PEER_CACHE;
	case EXTENDED_DRAM:
		return facts->remote ? DT_TIER_REMOTE_DRAM : DT_TIER_LOCAL_DRAM;
	case EXTENDED_LONG_DIMM:
		return DT_TIER_PMEM;
	case EXTENDED_IO:
		return DT_TIER_IO;
	case EXTENDED_MEMORY:
		return DT_TIER_CXL;
	default:
		return DT_TIER_UNKNOWN;
	}
}

/* Where no source is said, a miss that found its line on the way was served by the miss buffer. */
static enum dt_tier tier_of(const struct dt_ibs_op *op, const struct dt_ibs_facts *facts)
{
	if (facts->uncached)
		return DT_TIER_IO;
	if (facts->dc_miss_known && !facts->dc_miss)
		return DT_TIER_L1;
	if (facts->l2_miss_known && !facts->l2_miss)
		return DT_TIER_L2;
	if (facts->source_known)
		return op->caps & DT_IBS_CAPS_ZEN4 ? extended_tier(facts) : plain_tier(facts);
	return facts->dc_miss && op->data3 & DATA3_NO_MAB ? DT_TIER_LFB : DT_TIER_UNKNOWN;
}

void dt_ibs_op_facts(const struct dt_ibs_op *op, const struct dt_processor *processor,
		     struct dt_ibs_facts *facts)
{
	unsigned width = op->data3 >> 22 & 0xf;

	*facts = (struct dt_ibs_facts){0};
	if (!(op->ctl & CTL_ENABLED) || !(op->ctl & CTL_VALID))
		return;
	facts->valid = true;
	facts->rip_valid = !(op->data & DATA_RIP_INVALID);
	facts->completion_to_retire = op->data & 0xffff;
	facts->tag_to_retire = op->data >> 16 & 0xffff;
	facts->load = op->data3 & DATA3_LOAD;
	facts->store = op->data3 & DATA3_STORE;
	facts->software_prefetch = op->data3 & DATA3_PREFETCH;
	facts->access = access_of(facts);
	if (facts->access == DT_ACCESS_UNKNOWN) /* no memory access: the rest says nothing */
		return;
	facts->locked = op->data3 & DATA3_LOCKED;
	facts->uncached = op->data3 & DATA3_UNCACHED;
	facts->lin_addr_valid = op->data3 & DATA3_LIN_ADDR;
	facts->phys_addr_valid = op->data3 & DATA3_PHYS_ADDR;
	facts->width = width ? 1u << (width - 1) : 0;
	read_tlb(op->data3, facts);
	read_misses(op->data3, processor, facts);
	read_source(op, processor, facts);
	facts->tier = tier_of(op, facts);
}
