/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of address blocks. */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/blocks.h"

/* Places in the table at the start and at most: 8 MiB, half of them used. */
#define FIRST_PLACES (1u << 12)
#define MOST_PLACES  (1u << 20)

static const uint64_t number_mask = (1ull << DT_BLOCK_BITS) - 1;

int dt_blocks_init(struct dt_blocks *blocks)
{
	*blocks = (struct dt_blocks){.shift = DT_BLOCK_SHIFT, .mask = FIRST_PLACES - 1};
	blocks->keys = calloc(FIRST_PLACES, sizeof(*blocks->keys));
	return blocks->keys ? 0 : -ENOMEM;
}

void dt_blocks_free(struct dt_blocks *blocks)
{
	free(blocks->keys);
	*blocks = (struct dt_blocks){0};
}

/* Where the key is, or the free place for it. */
static uint32_t find(const struct dt_blocks *blocks, uint64_t key)
{
	uint32_t place = dt_block_hash(blocks, key);

	while (blocks->keys[place] && blocks->keys[place] != key)
		place = (place + 1) & blocks->mask;
	return place;
}

/* Move all keys into a table of that many places; coarser: into blocks twice as large. */
static int rebuild(struct dt_blocks *blocks, uint32_t places, unsigned coarser)
{
	struct dt_blocks made = {.shift = blocks->shift + coarser, .mask = places - 1};

	made.keys = calloc(places, sizeof(*made.keys));
	if (!made.keys)
		return -ENOMEM;
	for (uint32_t i = 0; i <= blocks->mask; i++) {
		uint64_t key = blocks->keys[i];
		uint32_t place;

		if (!key)
			continue;
		key = (key & ~number_mask) | (key & number_mask) >> coarser;
		place = find(&made, key);
		made.nr += !made.keys[place];
		made.keys[place] = key;
	}
	free(blocks->keys);
	*blocks = made;
	return 0;
}

int dt_blocks_add_slow(struct dt_blocks *blocks, uint64_t key)
{
	uint32_t place = find(blocks, key);
	int ret = 0;

	if (blocks->keys[place] == key)
		return 0;
	blocks->keys[place] = key;
	blocks->nr++;
	if (blocks->nr <= (blocks->mask + 1) / 2)
		return 0;
	if (blocks->mask + 1 < MOST_PLACES)
		return rebuild(blocks, (blocks->mask + 1) * 2, 0);
	/* one bit fewer may not be enough: scattered blocks stay apart */
	while (!ret && blocks->nr > (blocks->mask + 1) / 4 && blocks->shift < 63)
		ret = rebuild(blocks, blocks->mask + 1, 1);
	return ret;
}

static int ascending(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

int dt_blocks_extents(const struct dt_blocks *blocks, uint32_t owner, struct dt_extents *extents)
{
	uint64_t *numbers = malloc(((size_t)blocks->nr + 1) * sizeof(*numbers));
	size_t nr = 0;

	if (!numbers)
		return -ENOMEM;
	for (uint32_t i = 0; i <= blocks->mask; i++)
		if (blocks->keys[i] >> DT_BLOCK_BITS == owner + 1)
			numbers[nr++] = blocks->keys[i] & number_mask;
	qsort(numbers, nr, sizeof(*numbers), ascending);
	for (size_t i = 0; i < nr; i++) {
		const uint64_t start = numbers[i] << blocks->shift;
		const uint64_t size = 1ull << blocks->shift;

		dt_extents_add(extents, start,
			       start > UINT64_MAX - size ? UINT64_MAX : start + size);
	}
	free(numbers);
	return extents->failed ? -ENOMEM : 0;
}
