/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD's instruction-based sampling of fetches. Their misses are those of the instruction side, so
 * that no tier of data follows from them.
 *
 * Sources: arch/x86/include/asm/amd/ibs.h of Linux, the revision guide of family 19h models 00h to
 * 0fh for errata 1238 and 1347.
 */
#include "damon-trace/data_source.h"
#include "support/ibs_registers.h"

#define CAPS_EXTENDED (1u << 9)

#define CTL_ENABLED	(1ull << 48)
#define CTL_VALID	(1ull << 49)
#define CTL_COMPLETE	(1ull << 50)
#define CTL_IC_MISS	(1ull << 51)
#define CTL_PHYS_ADDR	(1ull << 52)
#define CTL_L1_TLB_MISS (1ull << 55)
#define CTL_L2_TLB_MISS (1ull << 56)
#define CTL_L2_MISS	(1ull << 58)
#define CTL_OC_MISS	(1ull << 60)
#define CTL_L3_MISS	(1ull << 61)

bool dt_ibs_fetch_read(const unsigned char *raw, size_t size, struct dt_ibs_fetch *fetch)
{
	*fetch = (struct dt_ibs_fetch){0};
	if (!dt_ibs_has_register(size, 2))
		return false;
	fetch->caps = dt_ibs_caps(raw);
	fetch->ctl = dt_ibs_register(raw, 0);
	fetch->lin_addr = dt_ibs_register(raw, 1);
	fetch->phys_addr = dt_ibs_register(raw, 2);
	if (fetch->caps & CAPS_EXTENDED && dt_ibs_has_register(size, 3)) {
		fetch->has_extended = true;
		fetch->extended = dt_ibs_register(raw, 3);
	}
	return true;
}

/* Zen 3: the miss of the instruction cache is wrong (1238), the page size coded anew (1347). */
static bool is_zen3(const struct dt_processor *processor)
{
	return processor->amd && processor->family == 0x19 && processor->model < 0x10;
}

static uint64_t page_size(uint64_t ctl, bool zen3)
{
	static const uint64_t sizes[2][4] = {
		{4ull << 10, 2ull << 20, 1ull << 30, 0},
		{4ull << 10, 16ull << 10, 2ull << 20, 1ull << 30},
	};

	return ctl & CTL_PHYS_ADDR ? sizes[zen3][ctl >> 53 & 3] : 0;
}

void dt_ibs_fetch_facts(const struct dt_ibs_fetch *fetch, const struct dt_processor *processor,
			struct dt_ibs_fetch_facts *facts)
{
	bool zen3 = is_zen3(processor);

	*facts = (struct dt_ibs_fetch_facts){0};
	if (!(fetch->ctl & CTL_ENABLED) || !(fetch->ctl & CTL_VALID))
		return;
	facts->valid = true;
	facts->complete = fetch->ctl & CTL_COMPLETE;
	facts->phys_addr_valid = fetch->ctl & CTL_PHYS_ADDR;
	facts->ic_miss_known = !zen3;
	facts->ic_miss = facts->ic_miss_known && fetch->ctl & CTL_IC_MISS;
	facts->l1_tlb_miss = fetch->ctl & CTL_L1_TLB_MISS;
	facts->l2_tlb_miss = fetch->ctl & CTL_L2_TLB_MISS;
	facts->l2_miss_known = facts->complete;
	facts->l2_miss = facts->l2_miss_known && fetch->ctl & CTL_L2_MISS;
	facts->l3_miss_known = fetch->caps & DT_IBS_CAPS_ZEN4;
	facts->l3_miss = facts->l3_miss_known && fetch->ctl & CTL_L3_MISS;
	facts->op_cache_miss = facts->l3_miss_known && fetch->ctl & CTL_OC_MISS;
	facts->latency = fetch->ctl >> 32 & 0xffff;
	facts->page_size = page_size(fetch->ctl, zen3);
	facts->tlb_latency_known = fetch->has_extended;
	facts->tlb_latency = fetch->has_extended ? fetch->extended & 0xffff : 0;
}
