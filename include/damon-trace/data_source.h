/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a memory sample says about where its data came from: perf's data_src word, AMD's IBS
 * registers, and the tier that either of them names.
 *
 * Source of the bits: include/uapi/linux/perf_event.h (union perf_mem_data_src) and
 * arch/x86/include/asm/amd/ibs.h of Linux, AMD's processor programming references.
 */
#ifndef DAMON_TRACE_DATA_SOURCE_H
#define DAMON_TRACE_DATA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the data was found, in the order of distance. */
enum dt_tier {
	DT_TIER_UNKNOWN, /* the sample does not say, or says something that has no name yet */
	DT_TIER_L1,	 /* L0 counts as L1 */
	DT_TIER_LFB,	 /* a line fill buffer: the line was on its way */
	DT_TIER_L2,
	DT_TIER_L3, /* L3, L4, memory-side cache */
	DT_TIER_PEER_CACHE,
	DT_TIER_LOCAL_DRAM,
	DT_TIER_REMOTE_DRAM,
	DT_TIER_CXL, /* CXL or extension memory */
	DT_TIER_PMEM,
	DT_TIER_IO, /* I/O, MMIO, uncached */
	DT_NR_TIERS,
};

/* "L1", "local DRAM", ...: for people. Never NULL for a tier. */
const char *dt_tier_name(enum dt_tier tier);
/* "l1", "local_dram", ...: for JSON and options. */
const char *dt_tier_key(enum dt_tier tier);
/* Memory, not a cache: DRAM, CXL, PMEM. */
bool dt_tier_is_memory(enum dt_tier tier);
/* Memory other than local DRAM. */
bool dt_tier_is_far(enum dt_tier tier);

enum dt_access {
	DT_ACCESS_UNKNOWN,
	DT_ACCESS_LOAD,
	DT_ACCESS_STORE,
	DT_ACCESS_LOAD_STORE, /* one instruction that did both */
	DT_ACCESS_PREFETCH,
	DT_ACCESS_EXEC,
	DT_NR_ACCESSES,
};

const char *dt_access_name(enum dt_access access);

enum dt_tlb {
	DT_TLB_UNKNOWN,
	DT_TLB_L1_HIT,
	DT_TLB_L2_HIT,
	DT_TLB_HIT,   /* in which level is not said */
	DT_TLB_WALK,  /* missed, the hardware walked the page table */
	DT_TLB_FAULT, /* missed, and the system was asked */
	DT_TLB_MISS,  /* missed, what followed is not said */
	DT_NR_TLBS,
};

const char *dt_tlb_name(enum dt_tlb tlb);

enum dt_tier dt_data_src_tier(uint64_t data_src);
enum dt_access dt_data_src_access(uint64_t data_src);
enum dt_tlb dt_data_src_tlb(uint64_t data_src);

/*
 * The word as perf script prints its field data_src, "|OP LOAD|LVL L3 hit|SNP None|...": the text
 * of perf 6.1 for the bits it knows, in the same manner for those that came later. Values without
 * a name are printed as numbers. Always terminates buffer (size > 0); returns buffer. 256 bytes
 * are enough for any word that a kernel makes, 512 for any at all.
 */
char *dt_data_src_text(char *buffer, size_t size, uint64_t data_src);
/*
 * The reverse, from any of the texts that perf versions print (with or without the raw number in
 * front). False when nothing of it was understood.
 */
bool dt_data_src_parse(const char *text, size_t size, uint64_t *data_src);

/* The processor, as the recording's CPUID feature names it ("AuthenticAMD,25,17,1"). */
struct dt_processor {
	bool amd, intel;
	uint32_t family, model, stepping; /* all 0: not known */
};

/* False when the text is of no known form; *processor is then all 0. */
bool dt_processor_parse(const char *cpuid, struct dt_processor *processor);

/* IBS execution sample, from PERF_SAMPLE_RAW. */
struct dt_ibs_op {
	uint32_t caps; /* of the machine: bit 5 branch target, 10 OP_DATA4, 11 Zen 4 extensions */
	uint64_t ctl, rip, data, data2, data3, lin_addr, phys_addr, target, data4;
	bool has_target, has_data4;
};

/* What the registers say once their validity bits and the errata are taken into account. */
struct dt_ibs_facts {
	bool valid; /* an enabled, valid sample */
	bool load, store, software_prefetch, locked, uncached;
	bool rip_valid, lin_addr_valid, phys_addr_valid;
	bool dc_miss, l2_miss; /* only with their _known */
	bool dc_miss_known, l2_miss_known;
	bool source_known; /* source is said; one that has no meaning leaves tier unknown */
	bool remote;	   /* remote node; only with source_known */
	bool hit_st;	   /* the line was shared; only with hit_st_known */
	bool hit_st_known;
	bool latency_known, tlb_latency_known;
	uint8_t source;				      /* the (extended) coding's number */
	uint8_t open_requests;			      /* only with l2_miss_known */
	uint32_t width;				      /* bytes; 0: not said */
	uint32_t dc_miss_latency, tlb_latency;	      /* cycles */
	uint32_t tag_to_retire, completion_to_retire; /* cycles */
	enum dt_tier tier;
	enum dt_tlb tlb;
	enum dt_access access;
};

/* raw: PERF_SAMPLE_RAW's bytes behind its size. False when they are no IBS op sample. */
bool dt_ibs_op_read(const unsigned char *raw, size_t size, struct dt_ibs_op *op);
/* processor decides which errata hold; with one that is not known, none. */
void dt_ibs_op_facts(const struct dt_ibs_op *op, const struct dt_processor *processor,
		     struct dt_ibs_facts *facts);

/* IBS fetch sample. */
struct dt_ibs_fetch {
	uint32_t caps; /* bit 9: extended */
	uint64_t ctl, lin_addr, phys_addr, extended;
	bool has_extended;
};

struct dt_ibs_fetch_facts {
	bool valid;    /* an enabled, valid sample */
	bool complete; /* the fetch delivered instructions */
	bool phys_addr_valid;
	bool l1_tlb_miss, l2_tlb_miss;
	bool ic_miss, ic_miss_known; /* instruction cache */
	bool l2_miss, l2_miss_known;
	bool l3_miss, op_cache_miss, l3_miss_known; /* both with one _known */
	bool tlb_latency_known;
	uint32_t latency, tlb_latency; /* cycles */
	uint64_t page_size;	       /* bytes; 0: not said */
};

bool dt_ibs_fetch_read(const unsigned char *raw, size_t size, struct dt_ibs_fetch *fetch);
void dt_ibs_fetch_facts(const struct dt_ibs_fetch *fetch, const struct dt_processor *processor,
			struct dt_ibs_fetch_facts *facts);

#endif
