/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of address blocks per owner (a process), of bounded size: where samples fell. Blocks are
 * 2 MiB; when the set is full all blocks become twice as large, and so on.
 */
#ifndef ANALYZERS_BLOCKS_H
#define ANALYZERS_BLOCKS_H

#include <stdint.h>

#include "analyzers/extents.h"

/* 2 MiB, a huge page, and the unit of DEFINITIONS. */
#define DT_BLOCK_SHIFT 21
/* An owner's number and a block's fit into one word. */
#define DT_BLOCK_BITS (64 - DT_BLOCK_SHIFT)
/* Few enough owners that coarser blocks always make room: one owner has two at least. */
#define DT_BLOCK_OWNER_MAX 65535u

struct dt_blocks {
	uint64_t *keys; /* open addressing; 0: free */
	uint32_t nr, mask;
	unsigned shift; /* log2 of the block size */
};

/* 0 or -ENOMEM. */
int dt_blocks_init(struct dt_blocks *blocks);
void dt_blocks_free(struct dt_blocks *blocks);
int dt_blocks_add_slow(struct dt_blocks *blocks, uint64_t key);

static inline uint64_t dt_block_key(const struct dt_blocks *blocks, uint32_t owner,
				    uint64_t address)
{
	/* owners count from 1 here, so that no key is 0 */
	return (uint64_t)(owner + 1) << DT_BLOCK_BITS | address >> blocks->shift;
}

static inline uint32_t dt_block_hash(const struct dt_blocks *blocks, uint64_t key)
{
	return (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & blocks->mask;
}

/* Add the block of an address. owner <= DT_BLOCK_OWNER_MAX. 0 or -ENOMEM. */
static inline int dt_blocks_add(struct dt_blocks *blocks, uint32_t owner, uint64_t address)
{
	uint64_t key = dt_block_key(blocks, owner, address);

	if (blocks->keys[dt_block_hash(blocks, key)] == key)
		return 0;
	return dt_blocks_add_slow(blocks, key);
}

/* All blocks of one owner as address ranges. 0 or -ENOMEM. */
int dt_blocks_extents(const struct dt_blocks *blocks, uint32_t owner, struct dt_extents *extents);

#endif
