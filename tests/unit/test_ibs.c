/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IBS: sizes, validity bits, tiers of both codings, and each erratum with the processors and bits
 * that just miss it. Bits are written as shifts of AMD's numbers. test_ibs_perf.c compares with
 * perf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/data_source.h"

#define B(n) (1ull << (n))

/* OP_DATA3 */
#define LOAD	 B(0)
#define STORE	 B(1)
#define DC_MISS	 B(7)
#define UNCACHED B(14)
#define NO_MAB	 B(16)
#define L2_MISS	 B(20)
#define PREFETCH B(21)

#define PLAIN	 0x3ffu
#define EXTENDED 0xfffu

static const struct dt_processor zen2 = {.amd = true, .family = 0x17, .model = 0x31};
static const struct dt_processor zen3 = {.amd = true, .family = 0x19, .model = 0x01};
static const struct dt_processor zen4 = {.amd = true, .family = 0x19, .model = 0x11};
static const struct dt_processor unknown;

static struct dt_ibs_facts facts_of(uint32_t caps, uint64_t data2, uint64_t data3,
				    const struct dt_processor *processor)
{
	const struct dt_ibs_op op = {
		.caps = caps, .ctl = B(17) | B(18), .data2 = data2, .data3 = data3};
	struct dt_ibs_facts facts;

	memset(&facts, 0xa5, sizeof(facts));
	dt_ibs_op_facts(&op, processor, &facts);
	return facts;
}

/* Register n is 0x1111111111111111 * (n + 1). */
static void fill_raw(unsigned char *raw, uint32_t caps, unsigned registers)
{
	memcpy(raw, &caps, 4);
	for (unsigned i = 0; i < registers; i++)
		memset(raw + 4 + 8ul * i, (int)(0x11 * (i + 1)), 8);
}

static void sizes(void **state)
{
	static const struct {
		uint32_t caps;
		size_t size;
		bool read, target, data4;
	} cases[] = {
		{0x3ff & ~0x20u, 60, true, false, false},
		{0x3ff, 68, true, true, false},
		{0x7ff, 76, true, true, true},
		{0x7df, 68, true, false, true}, /* no branch target: OP_DATA4 stands in its place */
		{0x3df, 68, true, false, false},
		/* promised and absent */
		{0x7ff, 60, true, false, false},
		{0x7ff, 68, true, true, false},
		{0x7ff, 75, true, true, false},
		{0x3ff, 67, true, false, false},
		/* padding, and more than is known */
		{0x3df, 64, true, false, false},
		{0x3ff, 72, true, true, false},
		{0x7ff, 80, true, true, true},
		{0x7ff, 100, true, true, true},
		/* no IBS */
		{0x7ff, 59, false, false, false},
		{0x7ff, 4, false, false, false},
		{0x7ff, 0, false, false, false},
	};
	unsigned char raw[100];
	struct dt_ibs_op op;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill_raw(raw, cases[i].caps, 12);
		assert_int_equal(dt_ibs_op_read(raw, cases[i].size, &op), cases[i].read);
		assert_int_equal(op.has_target, cases[i].target);
		assert_int_equal(op.has_data4, cases[i].data4);
		if (!cases[i].read)
			continue;
		assert_int_equal(op.caps, cases[i].caps);
		assert_int_equal(op.ctl, 0x1111111111111111);
		assert_int_equal(op.rip, 0x2222222222222222);
		assert_int_equal(op.data, 0x3333333333333333);
		assert_int_equal(op.data2, 0x4444444444444444);
		assert_int_equal(op.data3, 0x5555555555555555);
		assert_int_equal(op.lin_addr, 0x6666666666666666);
		assert_int_equal(op.phys_addr, 0x7777777777777777);
		assert_int_equal(op.target, cases[i].target ? 0x8888888888888888 : 0);
		assert_int_equal(op.data4, !cases[i].data4   ? 0
					   : cases[i].target ? 0x9999999999999999
							     : 0x8888888888888888);
	}
}

/* Bytes must not be taken for words of the host. */
static void little_endian(void **state)
{
	unsigned char raw[60] = {0xff, 0x03, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
	struct dt_ibs_op op;

	(void)state;
	assert_true(dt_ibs_op_read(raw, sizeof(raw), &op));
	assert_int_equal(op.caps, 0x3ff);
	assert_int_equal(op.ctl, 0x0807060504030201);
}

static void fetch_sizes(void **state)
{
	unsigned char raw[40];
	struct dt_ibs_fetch fetch;

	(void)state;
	fill_raw(raw, 0x200, 4);
	assert_true(dt_ibs_fetch_read(raw, 36, &fetch));
	assert_true(fetch.has_extended);
	assert_int_equal(fetch.ctl, 0x1111111111111111);
	assert_int_equal(fetch.lin_addr, 0x2222222222222222);
	assert_int_equal(fetch.phys_addr, 0x3333333333333333);
	assert_int_equal(fetch.extended, 0x4444444444444444);
	assert_true(dt_ibs_fetch_read(raw, 28, &fetch));
	assert_false(fetch.has_extended);
	assert_false(dt_ibs_fetch_read(raw, 27, &fetch));
	fill_raw(raw, 0xdff, 4);
	assert_true(dt_ibs_fetch_read(raw, 36, &fetch));
	assert_false(fetch.has_extended);
	assert_int_equal(fetch.extended, 0);
}

static void only_enabled_valid_samples(void **state)
{
	struct dt_ibs_op op = {.caps = PLAIN, .data = 0xffff, .data3 = LOAD | B(17) | B(22)};
	struct dt_ibs_facts facts;

	(void)state;
	for (unsigned bits = 0; bits < 4; bits++) {
		op.ctl = (uint64_t)bits << 17 | B(16) | B(19);
		dt_ibs_op_facts(&op, &zen2, &facts);
		assert_int_equal(facts.valid, bits == 3);
		assert_int_equal(facts.load, bits == 3);
		assert_int_equal(facts.width, bits == 3);
		assert_int_equal(facts.completion_to_retire, bits == 3 ? 0xffff : 0);
		assert_int_equal(facts.tier, bits == 3 ? DT_TIER_L1 : DT_TIER_UNKNOWN);
	}
}

static void neither_load_nor_store(void **state)
{
	struct dt_ibs_facts facts = facts_of(PLAIN, 3, DC_MISS | L2_MISS | UNCACHED | B(17), &zen2);

	(void)state;
	assert_true(facts.valid);
	assert_int_equal(facts.access, DT_ACCESS_UNKNOWN);
	assert_int_equal(facts.tier, DT_TIER_UNKNOWN);
	assert_int_equal(facts.tlb, DT_TLB_UNKNOWN);
	assert_false(facts.dc_miss_known || facts.l2_miss_known || facts.source_known);
	assert_false(facts.latency_known || facts.uncached || facts.lin_addr_valid);
}

static void accesses(void **state)
{
	(void)state;
	assert_int_equal(facts_of(PLAIN, 0, LOAD, &zen2).access, DT_ACCESS_LOAD);
	assert_int_equal(facts_of(PLAIN, 0, STORE, &zen2).access, DT_ACCESS_STORE);
	assert_int_equal(facts_of(PLAIN, 0, LOAD | STORE, &zen2).access, DT_ACCESS_LOAD_STORE);
	assert_int_equal(facts_of(PLAIN, 0, PREFETCH, &zen2).access, DT_ACCESS_PREFETCH);
	assert_int_equal(facts_of(PLAIN, 0, LOAD | PREFETCH, &zen2).access, DT_ACCESS_PREFETCH);
	assert_true(facts_of(PLAIN, 0, LOAD | B(15), &zen2).locked);
	assert_false(facts_of(PLAIN, 0, LOAD, &zen2).locked);
}

static void widths_and_latencies(void **state)
{
	struct dt_ibs_facts facts;

	(void)state;
	assert_int_equal(facts_of(PLAIN, 0, LOAD, &zen2).width, 0);
	for (unsigned code = 1; code < 16; code++)
		assert_int_equal(facts_of(PLAIN, 0, LOAD | (uint64_t)code << 22, &zen2).width,
				 1 << (code - 1));
	facts = facts_of(PLAIN, 3, LOAD | DC_MISS | L2_MISS | 0x2aull << 26 | 0x1234ull << 32,
			 &zen2);
	assert_true(facts.latency_known);
	assert_int_equal(facts.dc_miss_latency, 0x1234);
	assert_int_equal(facts.open_requests, 0x2a);
	/* a hit, a store and a prefetch have no latency */
	assert_false(facts_of(PLAIN, 3, LOAD | 0x1234ull << 32, &zen2).latency_known);
	assert_false(facts_of(PLAIN, 3, STORE | DC_MISS | 0x1234ull << 32, &zen2).latency_known);
	facts = facts_of(PLAIN, 3, LOAD | PREFETCH | DC_MISS | 0x1234ull << 32, &zen2);
	assert_false(facts.latency_known);
	assert_int_equal(facts.dc_miss_latency, 0);
}

static void tlb(void **state)
{
	static const struct {
		uint64_t bits;
		enum dt_tlb tlb;
	} cases[] = {
		{0, DT_TLB_L1_HIT},
		{B(2), DT_TLB_L2_HIT},
		{B(2) | B(3), DT_TLB_MISS},
		{B(3), DT_TLB_L1_HIT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t data3 = LOAD | cases[i].bits | 77ull << 48;
		struct dt_ibs_facts facts = facts_of(PLAIN, 0, data3 | B(17), &zen2);

		assert_int_equal(facts.tlb, cases[i].tlb);
		assert_int_equal(facts.tlb_latency_known, (cases[i].bits & B(2)) != 0);
		assert_int_equal(facts.tlb_latency, cases[i].bits & B(2) ? 77 : 0);
		/* without a linear address the TLB was not asked */
		assert_int_equal(facts_of(PLAIN, 0, data3, &zen2).tlb, DT_TLB_UNKNOWN);
	}
}

static void tiers_of_both_codings(void **state)
{
	static const enum dt_tier plain[8] = {
		[2] = DT_TIER_L3,
		[3] = DT_TIER_LOCAL_DRAM,
		[4] = DT_TIER_PEER_CACHE,
		[7] = DT_TIER_IO,
	};
	static const enum dt_tier extended[32] = {
		[1] = DT_TIER_L3,	  [2] = DT_TIER_PEER_CACHE, [3] = DT_TIER_LOCAL_DRAM,
		[5] = DT_TIER_PEER_CACHE, [6] = DT_TIER_PMEM,	    [7] = DT_TIER_IO,
		[8] = DT_TIER_CXL,
	};

	(void)state;
	for (unsigned source = 0; source < 32; source++) {
		uint64_t data2 = (source & 7) | (uint64_t)(source >> 3) << 6;
		uint64_t data3 = LOAD | DC_MISS | L2_MISS;
		struct dt_ibs_facts facts = facts_of(EXTENDED, data2, data3, &zen4);

		assert_int_equal(facts.tier, extended[source]);
		assert_int_equal(facts.source_known, source != 0);
		assert_int_equal(facts.source, source);
		/* the plain coding does not look at the upper bits */
		facts = facts_of(PLAIN, data2, data3, &zen2);
		assert_int_equal(facts.tier, plain[source & 7]);
		assert_int_equal(facts.source, source & 7);
		/* the remote node changes DRAM alone */
		facts = facts_of(EXTENDED, data2 | B(4), data3, &zen4);
		assert_int_equal(facts.tier, source == 3 ? DT_TIER_REMOTE_DRAM : extended[source]);
		assert_int_equal(facts.remote, source != 0);
	}
	assert_int_equal(facts_of(PLAIN, 3 | B(4), LOAD | DC_MISS | L2_MISS, &zen2).tier,
			 DT_TIER_REMOTE_DRAM);
}

/* The source is that of loads which missed both caches; else it is left from before. */
static void sources_that_are_not_said(void **state)
{
	struct dt_ibs_facts facts;

	(void)state;
	facts = facts_of(EXTENDED, 3, LOAD, &zen4);
	assert_false(facts.source_known);
	assert_false(facts.l2_miss_known);
	assert_int_equal(facts.tier, DT_TIER_L1);
	facts = facts_of(EXTENDED, 3, LOAD | DC_MISS, &zen4);
	assert_false(facts.source_known);
	assert_true(facts.l2_miss_known);
	assert_int_equal(facts.tier, DT_TIER_L2);
	facts = facts_of(EXTENDED, 3, STORE | DC_MISS | L2_MISS, &zen4);
	assert_false(facts.source_known);
	assert_int_equal(facts.tier, DT_TIER_UNKNOWN);
	assert_true(facts_of(EXTENDED, 3, LOAD | STORE | DC_MISS | L2_MISS, &zen4).source_known);
	/* the miss buffer answers where no source is said, and only there */
	facts = facts_of(EXTENDED, 0, LOAD | DC_MISS | L2_MISS | NO_MAB, &zen4);
	assert_int_equal(facts.tier, DT_TIER_LFB);
	facts = facts_of(EXTENDED, 3, LOAD | DC_MISS | L2_MISS | NO_MAB, &zen4);
	assert_int_equal(facts.tier, DT_TIER_LOCAL_DRAM);
	facts = facts_of(EXTENDED, 0, LOAD | NO_MAB, &zen4);
	assert_int_equal(facts.tier, DT_TIER_L1);
}

static void uncached_says_nothing_of_caches(void **state)
{
	uint64_t data3 = LOAD | DC_MISS | L2_MISS | B(17) | 100ull << 32;
	struct dt_ibs_facts facts = facts_of(EXTENDED, 3, data3 | UNCACHED, &zen4);

	(void)state;
	assert_true(facts.uncached);
	assert_false(facts.dc_miss_known || facts.l2_miss_known || facts.source_known);
	assert_false(facts.dc_miss || facts.l2_miss || facts.latency_known);
	assert_int_equal(facts.dc_miss_latency, 0);
	assert_int_equal(facts.tier, DT_TIER_IO);
	assert_int_equal(facts.tlb, DT_TLB_L1_HIT);
	/* write combining (bit 13) is not it */
	facts = facts_of(EXTENDED, 3, data3 | B(13), &zen4);
	assert_true(facts.dc_miss && facts.l2_miss && facts.source_known && facts.latency_known);
	assert_int_equal(facts.tier, DT_TIER_LOCAL_DRAM);
}

static bool second_level_known(uint64_t bits, unsigned family, unsigned model, bool amd)
{
	const struct dt_processor processor = {.amd = amd, .family = family, .model = model};
	struct dt_ibs_facts facts = facts_of(
		PLAIN, 3, LOAD | DC_MISS | L2_MISS | 5ull << 26 | 9ull << 32 | bits, &processor);

	assert_true(facts.dc_miss_known && facts.dc_miss);
	assert_int_equal(facts.l2_miss_known, facts.source_known);
	assert_int_equal(facts.l2_miss, facts.l2_miss_known);
	assert_int_equal(facts.open_requests, facts.l2_miss_known ? 5 : 0);
	assert_int_equal(facts.latency_known, !(bits & PREFETCH));
	if (!facts.l2_miss_known)
		assert_int_equal(facts.tier, bits & NO_MAB ? DT_TIER_LFB : DT_TIER_UNKNOWN);
	return facts.l2_miss_known;
}

/* 1293: prefetches, and misses without a buffer of their own, of family 19h below model 10h. */
static void erratum_1293(void **state)
{
	static const uint64_t hit[] = {PREFETCH, NO_MAB, PREFETCH | NO_MAB};

	(void)state;
	for (size_t i = 0; i < sizeof(hit) / sizeof(hit[0]); i++) {
		assert_false(second_level_known(hit[i], 0x19, 0x00, true));
		assert_false(second_level_known(hit[i], 0x19, 0x0f, true));
		assert_true(second_level_known(hit[i], 0x19, 0x10, true));
		assert_true(second_level_known(hit[i], 0x19, 0x20, true));
		assert_true(second_level_known(hit[i], 0x17, 0x01, true));
		assert_true(second_level_known(hit[i], 0x1a, 0x01, true));
		assert_true(second_level_known(hit[i], 0x18, 0x01, true));
		assert_true(second_level_known(hit[i], 0x19, 0x01, false));
		assert_true(second_level_known(hit[i], 0, 0, false));
	}
	assert_true(second_level_known(0, 0x19, 0x01, true));
	assert_true(second_level_known(B(15), 0x19, 0x01, true)); /* the bits beside */
	assert_true(second_level_known(B(8) | B(13), 0x19, 0x01, true));
}

static bool state_known(unsigned family, unsigned model)
{
	const struct dt_processor processor = {.amd = true, .family = family, .model = model};
	struct dt_ibs_facts facts = facts_of(PLAIN, 2 | B(5), LOAD | DC_MISS | L2_MISS, &processor);

	assert_int_equal(facts.hit_st, facts.hit_st_known);
	return facts.hit_st_known;
}

static void cache_state_of_some_models(void **state)
{
	(void)state;
	assert_false(state_known(0x19, 0x00));
	assert_false(state_known(0x19, 0x0f));
	assert_true(state_known(0x19, 0x10));
	assert_true(state_known(0x19, 0x1f));
	assert_false(state_known(0x19, 0x20));
	assert_false(state_known(0x19, 0x5f));
	assert_true(state_known(0x19, 0x60));
	assert_true(state_known(0x17, 0x31));
	assert_true(state_known(0x1a, 0x02));
	/* it belongs to caches, and is 0 where the line was modified */
	assert_false(facts_of(PLAIN, 3 | B(5), LOAD | DC_MISS | L2_MISS, &zen2).hit_st_known);
	assert_false(facts_of(PLAIN, 2, LOAD | DC_MISS | L2_MISS, &zen2).hit_st);
	assert_true(facts_of(EXTENDED, 1, LOAD | DC_MISS | L2_MISS, &zen4).hit_st_known);
	assert_true(facts_of(EXTENDED, 5, LOAD | DC_MISS | L2_MISS, &zen4).hit_st_known);
	assert_false(facts_of(EXTENDED, 8, LOAD | DC_MISS | L2_MISS, &zen4).hit_st_known);
	assert_false(facts_of(EXTENDED, 1, LOAD | DC_MISS, &zen4).hit_st_known);
	assert_true(facts_of(EXTENDED, 1, LOAD | DC_MISS | L2_MISS, &unknown).hit_st_known);
}

static struct dt_ibs_fetch_facts fetch_of(uint32_t caps, uint64_t ctl,
					  const struct dt_processor *processor)
{
	const struct dt_ibs_fetch fetch = {.caps = caps, .ctl = ctl};
	struct dt_ibs_fetch_facts facts;

	dt_ibs_fetch_facts(&fetch, processor, &facts);
	return facts;
}

/* 1238: the miss bit; 1347: the page sizes. Both of family 19h below model 10h. */
static void fetch_errata(void **state)
{
	static const uint64_t right[4] = {4096, 2 << 20, 1 << 30, 0};
	static const uint64_t zen3_sizes[4] = {4096, 16384, 2 << 20, 1 << 30};
	const struct dt_processor last = {.amd = true, .family = 0x19, .model = 0x0f};
	const struct dt_processor next = {.amd = true, .family = 0x19, .model = 0x10};

	(void)state;
	for (uint64_t code = 0; code < 4; code++) {
		uint64_t ctl = B(48) | B(49) | B(51) | B(52) | code << 53;

		assert_int_equal(fetch_of(PLAIN, ctl, &zen3).page_size, zen3_sizes[code]);
		assert_int_equal(fetch_of(PLAIN, ctl, &last).page_size, zen3_sizes[code]);
		assert_int_equal(fetch_of(PLAIN, ctl, &next).page_size, right[code]);
		assert_int_equal(fetch_of(PLAIN, ctl, &zen2).page_size, right[code]);
		assert_int_equal(fetch_of(PLAIN, ctl & ~B(52), &zen2).page_size, 0);
		assert_false(fetch_of(PLAIN, ctl, &last).ic_miss_known);
		assert_false(fetch_of(PLAIN, ctl, &last).ic_miss);
		assert_true(fetch_of(PLAIN, ctl, &next).ic_miss);
		assert_false(fetch_of(PLAIN, ctl & ~B(48), &next).valid);
		assert_false(fetch_of(PLAIN, ctl & ~B(49), &next).ic_miss);
	}
	assert_false(fetch_of(PLAIN, B(48) | B(49) | B(61), &zen4).l3_miss_known);
	assert_true(fetch_of(EXTENDED, B(48) | B(49) | B(61), &zen4).l3_miss);
	assert_false(fetch_of(PLAIN, B(48) | B(49) | B(58), &zen4).l2_miss_known);
	assert_true(fetch_of(PLAIN, B(48) | B(49) | B(50) | B(58), &zen4).l2_miss);
}

static void processors(void **state)
{
	static const char *const bad[] = {
		"",
		"AuthenticAMD",
		"AuthenticAMD,",
		"AuthenticAMD,25",
		"AuthenticAMD,25,17",
		"AuthenticAMD,25,17,",
		"AuthenticAMD,25,17,1,",
		"AuthenticAMD,25,17,1x",
		"AuthenticAMD,0x19,17,1",
		"AuthenticAMD,-1,17,1",
		"AuthenticAMD, 25,17,1",
		"AuthenticAMD,99999999999,17,1",
		"AuthenticAMD,4294967321,17,1",
		"authenticamd,25,17,1",
		"GenuineIntel-6-55-4",
		"0x00000000480fd010",
	};
	struct dt_processor processor;

	(void)state;
	assert_true(dt_processor_parse("AuthenticAMD,25,17,1", &processor));
	assert_true(processor.amd && !processor.intel);
	assert_int_equal(processor.family, 25);
	assert_int_equal(processor.model, 17);
	assert_int_equal(processor.stepping, 1);
	assert_true(dt_processor_parse("GenuineIntel,6,85,4", &processor));
	assert_true(!processor.amd && processor.intel);
	assert_int_equal(processor.model, 85);
	assert_true(dt_processor_parse("HygonGenuine,24,0,1", &processor));
	assert_true(processor.amd);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&processor, 0xff, sizeof(processor));
		assert_false(dt_processor_parse(bad[i], &processor));
		assert_false(processor.amd || processor.intel);
		assert_int_equal(processor.family | processor.model | processor.stepping, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(little_endian),
		cmocka_unit_test(fetch_sizes),
		cmocka_unit_test(only_enabled_valid_samples),
		cmocka_unit_test(neither_load_nor_store),
		cmocka_unit_test(accesses),
		cmocka_unit_test(widths_and_latencies),
		cmocka_unit_test(tlb),
		cmocka_unit_test(tiers_of_both_codings),
		cmocka_unit_test(sources_that_are_not_said),
		cmocka_unit_test(uncached_says_nothing_of_caches),
		cmocka_unit_test(erratum_1293),
		cmocka_unit_test(cache_state_of_some_models),
		cmocka_unit_test(fetch_errata),
		cmocka_unit_test(processors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
