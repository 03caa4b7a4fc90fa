/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sparsity (DEFINITIONS, "Hardware samples"): of each 2 MiB block with samples, how many of its 512
 * pages were sampled, against what as many samples would hit if they were spread over all pages
 * evenly. Few pages in many samples: a huge page there is mostly unused memory.
 *
 * Memory is bounded by looking at a part of the blocks, chosen by a hash of their place: 1 in 2, 4,
 * 8... whatever the order of the samples is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/blocks.h"
#include "analyzers/sparsity.h"

#define PAGE_SHIFT 12

static bool applies(const struct dt_view *view)
{
	return view->sparsity;
}

static int begin(void *state, const struct dt_view *view)
{
	struct dt_sparsity *sparsity = state;

	sparsity->view = view;
	sparsity->mask = 1023;
	sparsity->blocks = calloc(sparsity->mask + 1, sizeof(*sparsity->blocks));
	return sparsity->blocks ? 0 : -ENOMEM;
}

static int pass(void *state, unsigned number, const struct dt_span *span, struct dt_wants *wants,
		struct dt_error *error)
{
	struct dt_sparsity *sparsity = state;
	const struct dt_view *view = sparsity->view;

	(void)error;
	if (!dt_sample_pick_pass(&sparsity->pick, view, number, span, false, wants))
		return 0;
	wants->columns |= view->phys ? DT_COL_PHYS : DT_COL_ADDR | DT_COL_PID;
	return 0;
}

static uint64_t hash(int32_t pid, uint64_t number)
{
	uint64_t mixed = number + ((uint64_t)(uint32_t)pid << 43);

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
	return mixed ^ mixed >> 31;
}

/* The upper half decides whether a block is looked at, the lower one where it stands. */
static bool looked_at(const struct dt_sparsity *sparsity, uint64_t hashed)
{
	return !(hashed >> 32 & ((1ull << sparsity->part) - 1));
}

static struct dt_sparsity_block *find(struct dt_sparsity_block *blocks, uint32_t mask, int32_t pid,
				      uint64_t number, uint64_t hashed)
{
	uint32_t at = (uint32_t)hashed & mask;

	while (blocks[at].used && (blocks[at].number != number || blocks[at].pid != pid))
		at = (at + 1) & mask;
	return &blocks[at];
}

/* A larger table, or fewer of the blocks. */
static int make_room(struct dt_sparsity *sparsity)
{
	uint32_t mask = sparsity->mask;
	struct dt_sparsity_block *blocks;
	uint32_t nr = 0;

	if (sparsity->nr >= DT_SPARSITY_BLOCKS)
		sparsity->part++;
	else
		mask = mask * 2 + 1;
	blocks = calloc((size_t)mask + 1, sizeof(*blocks));
	if (!blocks)
		return -ENOMEM;
	for (uint32_t i = 0; i <= sparsity->mask; i++) {
		const struct dt_sparsity_block *block = &sparsity->blocks[i];
		const uint64_t hashed = hash(block->pid, block->number);

		if (!block->used)
			continue;
		if (!looked_at(sparsity, hashed)) {
			sparsity->left_out += block->samples;
			continue;
		}
		*find(blocks, mask, block->pid, block->number, hashed) = *block;
		nr++;
	}
	free(sparsity->blocks);
	sparsity->blocks = blocks;
	sparsity->mask = mask;
	sparsity->nr = nr;
	return 0;
}

static int add(struct dt_sparsity *sparsity, int32_t pid, uint64_t address)
{
	const uint64_t number = address >> DT_BLOCK_SHIFT;
	const uint64_t hashed = hash(pid, number);
	const unsigned page = address >> PAGE_SHIFT & (DT_SPARSITY_PAGES - 1);
	struct dt_sparsity_block *block;

	if (!looked_at(sparsity, hashed)) {
		sparsity->left_out++;
		return 0;
	}
	block = find(sparsity->blocks, sparsity->mask, pid, number, hashed);
	if (!block->used) {
		/* half of the places stay free */
		while (sparsity->nr >= DT_SPARSITY_BLOCKS || sparsity->nr > sparsity->mask / 2)
			if (make_room(sparsity))
				return -ENOMEM;
		if (!looked_at(sparsity, hashed)) {
			sparsity->left_out++;
			return 0;
		}
		block = find(sparsity->blocks, sparsity->mask, pid, number, hashed);
		block->used = true;
		block->number = number;
		block->pid = pid;
		sparsity->nr++;
	}
	block->samples++;
	block->pages[page / 64] |= 1ull << page % 64;
	return 0;
}

static int batch(void *state, const struct dt_batch *records)
{
	struct dt_sparsity *sparsity = state;
	const struct dt_view *view = sparsity->view;
	const struct dt_samples *samples = records->samples;
	const uint64_t *address = view->phys ? samples->phys : samples->addr;
	const uint32_t needed =
		(view->phys ? DT_COL_PHYS : DT_COL_ADDR) | dt_sample_pick_columns(view);
	const bool has_pid = samples->columns & DT_COL_PID;

	if ((samples->columns & needed) != needed) {
		sparsity->no_address += records->count;
		return 0;
	}
	if (!sparsity->pick.all)
		dt_sample_pick_mark(&sparsity->pick, samples, records->count, sparsity->keep);
	for (uint32_t i = 0; i < records->count; i++) {
		if (!address[i]) {
			sparsity->no_address++;
			continue;
		}
		if (!sparsity->pick.all && !sparsity->keep[i])
			continue;
		sparsity->samples++;
		if (add(sparsity, has_pid && !view->phys ? samples->pid[i] : DT_SPARSITY_NO_PID,
			address[i]))
			return -ENOMEM;
	}
	return 0;
}

static int finish(void *state, struct dt_report *report)
{
	return dt_sparsity_tell(state, report) ? -ENOMEM : 0;
}

static void end(void *state)
{
	struct dt_sparsity *sparsity = state;

	free(sparsity->blocks);
}

const struct dt_analyzer dt_sparsity_analyzer = {
	.name = "sparsity",
	.summary = "how many pages of each 2 MiB block were sampled",
	.applies = applies,
	.state_size = sizeof(struct dt_sparsity),
	.begin = begin,
	.pass = pass,
	.batch = batch,
	.finish = finish,
	.end = end,
};
