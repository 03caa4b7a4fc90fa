/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of address blocks against plain arrays, also when the set is full and coarsens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzers/blocks.h"

#define BLOCK (1ull << DT_BLOCK_SHIFT)

/* At most half of the places are taken, or looking one up would take ever longer. */
static void add(struct dt_blocks *blocks, uint32_t owner, uint64_t address)
{
	assert_int_equal(dt_blocks_add(blocks, owner, address), 0);
	assert_true(blocks->nr <= (blocks->mask + 1) / 2);
}

/* Does exactly the naive set come out: the blocks, at the size they have now, of the addresses? */
static void check_owner(const struct dt_blocks *blocks, uint32_t owner, const uint64_t *addresses,
			size_t nr)
{
	struct dt_extents found = {0}, wanted = {0};
	const uint64_t size = 1ull << blocks->shift;

	assert_int_equal(dt_blocks_extents(blocks, owner, &found), 0);
	for (size_t i = 0; i < nr; i++) {
		const uint64_t start = addresses[i] & ~(size - 1);

		dt_extents_add(&wanted, start,
			       start > UINT64_MAX - size ? UINT64_MAX : start + size);
	}
	assert_true(wanted.nr < DT_EXTENTS_MAX);
	assert_int_equal(found.nr, wanted.nr);
	for (size_t i = 0; i < found.nr && found.ranges && wanted.ranges; i++) {
		assert_int_equal(found.ranges[i].start, wanted.ranges[i].start);
		assert_int_equal(found.ranges[i].end, wanted.ranges[i].end);
	}
	dt_extents_free(&found);
	dt_extents_free(&wanted);
}

static void test_random(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		uint64_t addresses[3][600], random = seed;
		struct dt_blocks blocks;

		assert_int_equal(dt_blocks_init(&blocks), 0);
		for (unsigned i = 0; i < 600; i++) {
			for (uint32_t owner = 0; owner < 3; owner++) {
				random = random * 6364136223846793005ull + 1442695040888963407ull;
				/* dense for small seeds, over all addresses for large ones */
				addresses[owner][i] = random >> (40 - seed);
				assert_int_equal(
					dt_blocks_add(&blocks, owner * 1000, addresses[owner][i]),
					0);
			}
		}
		assert_int_equal(blocks.shift, DT_BLOCK_SHIFT);
		for (uint32_t owner = 0; owner < 3; owner++)
			check_owner(&blocks, owner * 1000, addresses[owner], 600);
		check_owner(&blocks, 1, NULL, 0);
		dt_blocks_free(&blocks);
	}
}

static void test_borders(void **state)
{
	const uint64_t addresses[] = {0,	 1,	     BLOCK - 1,		BLOCK,
				      3 * BLOCK, UINT64_MAX, UINT64_MAX - BLOCK};
	struct dt_blocks blocks;

	(void)state;
	assert_int_equal(dt_blocks_init(&blocks), 0);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(dt_blocks_add(&blocks, 0, addresses[i]), 0);
		assert_int_equal(dt_blocks_add(&blocks, DT_BLOCK_OWNER_MAX, addresses[i]), 0);
		assert_int_equal(dt_blocks_add(&blocks, 0, addresses[i]), 0);
	}
	assert_int_equal(blocks.nr, 10);
	check_owner(&blocks, 0, addresses, 7);
	check_owner(&blocks, DT_BLOCK_OWNER_MAX, addresses, 7);
	check_owner(&blocks, 1, NULL, 0);
	dt_blocks_free(&blocks);
}

static uint32_t count_keys(const struct dt_blocks *blocks)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i <= blocks->mask; i++)
		nr += blocks->keys[i] != 0;
	return nr;
}

/* Two terabytes without a hole, and a stray block: the blocks become larger, none is lost. */
static void test_coarsens(void **state)
{
	const uint64_t nr = 1ull << 20, stray = 1ull << 60;
	struct dt_extents found = {0};
	struct dt_blocks blocks;
	uint64_t size;

	(void)state;
	assert_int_equal(dt_blocks_init(&blocks), 0);
	assert_int_equal(dt_blocks_add(&blocks, 4, stray), 0);
	for (uint64_t i = 0; i < nr; i++)
		add(&blocks, 3, i * BLOCK + i % BLOCK);
	assert_true(blocks.shift > DT_BLOCK_SHIFT);
	assert_true(blocks.shift <= DT_BLOCK_SHIFT + 3);
	assert_true(blocks.nr <= (blocks.mask + 1) / 2);
	assert_int_equal(dt_blocks_extents(&blocks, 3, &found), 0);
	assert_int_equal(found.nr, 1);
	assert_int_equal(found.ranges[0].start, 0);
	assert_int_equal(found.ranges[0].end, nr * BLOCK);
	check_owner(&blocks, 4, &stray, 1);
	/* blocks that became one count once */
	assert_int_equal(blocks.nr, count_keys(&blocks));
	size = 1ull << blocks.shift;
	assert_int_equal(dt_blocks_add(&blocks, 3, nr * BLOCK + 1), 0);
	dt_extents_free(&found);
	assert_int_equal(dt_blocks_extents(&blocks, 3, &found), 0);
	assert_int_equal(found.ranges[0].end, nr * BLOCK + size);
	dt_extents_free(&found);
	dt_blocks_free(&blocks);
}

/* Scattered over all addresses: one bit less is not enough. */
static void test_scattered(void **state)
{
	const uint64_t step = 1ull << 44;
	struct dt_extents found = {0};
	struct dt_blocks blocks;

	(void)state;
	assert_int_equal(dt_blocks_init(&blocks), 0);
	for (uint64_t i = 0; i < 1ull << 20; i++)
		add(&blocks, 0, i * step);
	assert_true(blocks.nr <= (blocks.mask + 1) / 2);
	assert_int_equal(dt_blocks_extents(&blocks, 0, &found), 0);
	assert_int_equal(found.nr, 1);
	assert_int_equal(found.ranges[0].start, 0);
	assert_int_equal(found.ranges[0].end, UINT64_MAX);
	dt_extents_free(&found);
	dt_blocks_free(&blocks);
}

/* Every owner there can be, with blocks at both ends of the address space. */
static void test_many_owners(void **state)
{
	struct dt_blocks blocks;

	(void)state;
	assert_int_equal(dt_blocks_init(&blocks), 0);
	for (int round = 0; round < 3; round++)
		for (uint32_t owner = 0; owner <= DT_BLOCK_OWNER_MAX; owner++)
			for (uint64_t part = 0; part < 16; part++)
				add(&blocks, owner, part << 60 | (uint64_t)round << 40);
	for (uint32_t owner = 0; owner <= DT_BLOCK_OWNER_MAX; owner += 4321) {
		struct dt_extents got = {0};

		assert_int_equal(dt_blocks_extents(&blocks, owner, &got), 0);
		assert_true(got.nr >= 1);
		assert_int_equal(got.ranges[0].start, 0);
		assert_int_equal(got.ranges[got.nr - 1].end >> 60, 15);
		dt_extents_free(&got);
	}
	dt_blocks_free(&blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),	    cmocka_unit_test(test_borders),
		cmocka_unit_test(test_coarsens),    cmocka_unit_test(test_scattered),
		cmocka_unit_test(test_many_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
