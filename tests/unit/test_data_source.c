/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tier, kind of access and TLB from data_src words. The words are spelt out as shifted numbers of
 * the kernel's header, or whole as recordings have them, so that they do not share the program's
 * own list of bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/data_source.h"

#define OP(n)	  ((uint64_t)(n))
#define LVL(n)	  ((uint64_t)(n) << 5)
#define SNOOP(n)  ((uint64_t)(n) << 19)
#define TLB(n)	  ((uint64_t)(n) << 26)
#define NUM(n)	  ((uint64_t)(n) << 33)
#define REMOTE	  (1ull << 37)
#define HOPS(n)	  ((uint64_t)(n) << 43)
#define REGION(n) ((uint64_t)(n) << 46)
#define HIT	  LVL(2)
#define MISS	  LVL(4)

static const struct {
	uint64_t word;
	enum dt_tier tier;
} tiers[] = {
	{0, DT_TIER_UNKNOWN},
	{LVL(1), DT_TIER_UNKNOWN},
	{UINT64_MAX, DT_TIER_UNKNOWN},
	/* numbers, alone and with the old level beside them as Intel's kernel gives them */
	{NUM(1), DT_TIER_L1},
	{NUM(7), DT_TIER_L1},
	{NUM(2), DT_TIER_L2},
	{NUM(3), DT_TIER_L3},
	{NUM(4), DT_TIER_L3},
	{NUM(6), DT_TIER_L3},
	{NUM(5), DT_TIER_LFB},
	{NUM(12), DT_TIER_LFB},
	{NUM(13), DT_TIER_LOCAL_DRAM},
	{NUM(9), DT_TIER_CXL},
	{NUM(14), DT_TIER_PMEM},
	{NUM(8), DT_TIER_IO},
	{NUM(10), DT_TIER_IO},
	{NUM(15), DT_TIER_UNKNOWN},
	{NUM(11), DT_TIER_UNKNOWN},
	{NUM(0), DT_TIER_UNKNOWN},
	{HIT | LVL(8) | NUM(1), DT_TIER_L1},
	{HIT | LVL(0x80) | NUM(13), DT_TIER_LOCAL_DRAM},
	{HIT | LVL(0x100) | NUM(13) | REMOTE, DT_TIER_REMOTE_DRAM},
	{HIT | LVL(0x400) | NUM(3) | REMOTE, DT_TIER_PEER_CACHE},
	{HIT | LVL(0x1000) | NUM(15), DT_TIER_IO},
	{HIT | LVL(0x2000) | NUM(15), DT_TIER_IO},
	/* the number decides where an old level disagrees */
	{HIT | LVL(0x80) | NUM(9), DT_TIER_CXL},
	/* a level that was missed is not where the data was */
	{MISS | LVL(0x40) | NUM(3), DT_TIER_UNKNOWN},
	{MISS | LVL(8), DT_TIER_UNKNOWN},
	{MISS | HIT | LVL(8), DT_TIER_L1},
	/* old levels alone */
	{HIT | LVL(0x10), DT_TIER_LFB},
	{HIT | LVL(0x20), DT_TIER_L2},
	{HIT | LVL(0x40), DT_TIER_L3},
	{HIT | LVL(0x80), DT_TIER_LOCAL_DRAM},
	{HIT | LVL(0x100), DT_TIER_REMOTE_DRAM},
	{HIT | LVL(0x200), DT_TIER_REMOTE_DRAM},
	{HIT | LVL(0x300), DT_TIER_REMOTE_DRAM},
	{HIT | LVL(0x400), DT_TIER_PEER_CACHE},
	{HIT | LVL(0x800), DT_TIER_PEER_CACHE},
	{HIT | LVL(0x1000), DT_TIER_IO},
	{HIT | LVL(0x2000), DT_TIER_IO},
	{HIT, DT_TIER_UNKNOWN},
	{HIT | LVL(8 | 0x20), DT_TIER_UNKNOWN},
	{HIT | LVL(0x80 | 0x100), DT_TIER_UNKNOWN},
	/* how far: hops 1 is another core of the node, 2 to 4 are other nodes */
	{NUM(2) | REMOTE | HOPS(1), DT_TIER_PEER_CACHE},
	{NUM(2) | HOPS(1), DT_TIER_PEER_CACHE},
	{NUM(11) | REMOTE | HOPS(1), DT_TIER_PEER_CACHE},
	{NUM(11) | REMOTE, DT_TIER_PEER_CACHE},
	{NUM(11) | HOPS(3), DT_TIER_PEER_CACHE},
	{NUM(13) | HOPS(1), DT_TIER_LOCAL_DRAM},
	{NUM(13) | HOPS(2), DT_TIER_REMOTE_DRAM},
	{NUM(13) | REMOTE, DT_TIER_REMOTE_DRAM},
	{NUM(14) | REMOTE | HOPS(2), DT_TIER_PMEM},
	{NUM(9) | REMOTE, DT_TIER_CXL},
	{NUM(10) | REMOTE, DT_TIER_IO},
	/* regions: 2, 3 of this caching agent, 5, 6 of another, 4 and 7 are I/O, 8..15 memory */
	{NUM(3) | REGION(2), DT_TIER_L3},
	{NUM(3) | REGION(3), DT_TIER_L3},
	{NUM(3) | REGION(5), DT_TIER_PEER_CACHE},
	{NUM(3) | REGION(6), DT_TIER_PEER_CACHE},
	{REGION(4), DT_TIER_IO},
	{NUM(15) | REGION(7), DT_TIER_IO},
	{HIT | LVL(0x40) | NUM(3) | REGION(4), DT_TIER_IO},
	{HIT | NUM(13) | REGION(7), DT_TIER_IO},
	{HIT | LVL(0x40 | 0x400) | NUM(3) | REMOTE | REGION(2), DT_TIER_PEER_CACHE},
	{NUM(13) | REGION(8), DT_TIER_LOCAL_DRAM},
	{NUM(13) | REGION(15) | REMOTE, DT_TIER_REMOTE_DRAM},
	{REGION(8), DT_TIER_UNKNOWN},
	{REGION(1), DT_TIER_UNKNOWN},
	{REGION(16), DT_TIER_UNKNOWN},
	/* AMD, plain coding: cache of this node (Linux 6.1, then 6.7), of another node */
	{HIT | LVL(0x40 | 0x400), DT_TIER_L3},
	{HIT | LVL(0x40 | 0x400) | NUM(11) | HOPS(1), DT_TIER_L3},
	{HIT | LVL(0x800) | NUM(11) | REMOTE | HOPS(2), DT_TIER_PEER_CACHE},
	{HIT | LVL(0x40 | 0x800), DT_TIER_UNKNOWN},
	/* extended: another CCX near and far, DRAM far, CXL near and far */
	{HIT | LVL(0x400) | NUM(11) | REMOTE | HOPS(1), DT_TIER_PEER_CACHE},
	{HIT | LVL(0x800) | NUM(11) | REMOTE | HOPS(2), DT_TIER_PEER_CACHE},
	{HIT | LVL(0x100) | NUM(13) | REMOTE | HOPS(2), DT_TIER_REMOTE_DRAM},
	{HIT | NUM(9) | REMOTE | HOPS(2), DT_TIER_CXL},
	/* words of Intel's recordings: L1, LFB, L2, L3, the last with a TLB miss */
	{0x10268100142, DT_TIER_L1},
	{0x11868100242, DT_TIER_LFB},
	{0x10468100442, DT_TIER_L2},
	{0x10650100842, DT_TIER_L3},
};

static void tier_of_every_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++)
		if (dt_data_src_tier(tiers[i].word) != tiers[i].tier)
			fail_msg("%#llx: %s, not %s", (unsigned long long)tiers[i].word,
				 dt_tier_name(dt_data_src_tier(tiers[i].word)),
				 dt_tier_name(tiers[i].tier));
}

static void access_of_every_operation(void **state)
{
	static const enum dt_access expected[32] = {
		[OP(2)] = DT_ACCESS_LOAD,	 [OP(3)] = DT_ACCESS_LOAD,
		[OP(4)] = DT_ACCESS_STORE,	 [OP(5)] = DT_ACCESS_STORE,
		[OP(6)] = DT_ACCESS_LOAD_STORE,	 [OP(7)] = DT_ACCESS_LOAD_STORE,
		[OP(16)] = DT_ACCESS_EXEC,	 [OP(17)] = DT_ACCESS_EXEC,
		[OP(18)] = DT_ACCESS_LOAD,	 [OP(19)] = DT_ACCESS_LOAD,
		[OP(20)] = DT_ACCESS_STORE,	 [OP(21)] = DT_ACCESS_STORE,
		[OP(22)] = DT_ACCESS_LOAD_STORE, [OP(23)] = DT_ACCESS_LOAD_STORE,
	};

	(void)state;
	for (unsigned op = 0; op < 32; op++)
		assert_int_equal(dt_data_src_access(OP(op) | HIT | NUM(1)),
				 op & 8 ? DT_ACCESS_PREFETCH : expected[op]);
}

static const struct {
	uint64_t word;
	enum dt_tlb tlb;
} tlbs[] = {
	{0, DT_TLB_UNKNOWN},
	{TLB(1), DT_TLB_UNKNOWN},
	{TLB(8), DT_TLB_UNKNOWN},
	{TLB(2 | 8), DT_TLB_L1_HIT},
	{TLB(2 | 0x10), DT_TLB_L2_HIT},
	{TLB(2 | 8 | 0x10), DT_TLB_HIT},
	{TLB(2), DT_TLB_HIT},
	{TLB(4 | 0x10), DT_TLB_MISS},
	{TLB(4), DT_TLB_MISS},
	{TLB(2 | 4), DT_TLB_UNKNOWN},
	{TLB(2 | 0x20), DT_TLB_WALK},
	{TLB(4 | 0x20), DT_TLB_WALK},
	{TLB(2 | 0x40), DT_TLB_FAULT},
	{TLB(4 | 0x60), DT_TLB_FAULT},
	{0x10268100142, DT_TLB_HIT},
	{0x10650100842, DT_TLB_MISS},
};

static void tlb_of_every_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tlbs) / sizeof(tlbs[0]); i++)
		if (dt_data_src_tlb(tlbs[i].word) != tlbs[i].tlb)
			fail_msg("%#llx: %s, not %s", (unsigned long long)tlbs[i].word,
				 dt_tlb_name(dt_data_src_tlb(tlbs[i].word)),
				 dt_tlb_name(tlbs[i].tlb));
}

/* Whoever names a tier may use any number; keys are what options and JSON are matched by. */
static void names_are_whole_and_different(void **state)
{
	(void)state;
	for (int i = 0; i < DT_NR_TIERS; i++) {
		assert_non_null(dt_tier_name(i));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(dt_tier_key(i), dt_tier_key(j));
	}
	for (int i = 0; i < DT_NR_ACCESSES; i++)
		assert_non_null(dt_access_name(i));
	for (int i = 0; i < DT_NR_TLBS; i++)
		assert_non_null(dt_tlb_name(i));
	assert_string_equal(dt_tier_name(DT_NR_TIERS), "unknown");
	assert_string_equal(dt_access_name(DT_NR_ACCESSES), "unknown");
	assert_string_equal(dt_tlb_name(DT_NR_TLBS), "unknown");
}

static void kinds_of_tiers(void **state)
{
	(void)state;
	for (int i = 0; i < DT_NR_TIERS; i++) {
		const char *key = dt_tier_key(i);
		bool far =
			!strcmp(key, "remote_dram") || !strcmp(key, "cxl") || !strcmp(key, "pmem");

		assert_int_equal(dt_tier_is_far(i), far);
		assert_int_equal(dt_tier_is_memory(i), far || !strcmp(key, "local_dram"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tier_of_every_code),
		cmocka_unit_test(access_of_every_operation),
		cmocka_unit_test(tlb_of_every_form),
		cmocka_unit_test(names_are_whole_and_different),
		cmocka_unit_test(kinds_of_tiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
