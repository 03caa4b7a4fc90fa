/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of sparsity share: the blocks that were collected. */
#ifndef ANALYZERS_SPARSITY_H
#define ANALYZERS_SPARSITY_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzers/sample_pick.h"
#include "damon-trace/analyzer.h"

#define DT_SPARSITY_PAGES 512
/* Blocks looked at: with the places that stay free 22 MiB. */
#define DT_SPARSITY_BLOCKS (1u << 17)
/* The pid that stands for physical addresses. */
#define DT_SPARSITY_NO_PID (-1)

struct dt_sparsity_block {
	uint64_t number; /* address >> 21 */
	int32_t pid;
	bool used; /* the place holds a block */
	uint64_t samples;
	uint64_t pages[DT_SPARSITY_PAGES / 64];
};

struct dt_sparsity {
	const struct dt_view *view;
	struct dt_sample_pick pick;
	uint8_t keep[DT_BATCH_MAX];
	uint64_t samples, no_address, left_out;
	uint32_t nr, mask;
	unsigned part;			  /* of the blocks 1 in 2^part is looked at */
	struct dt_sparsity_block *blocks; /* open addressing */
};

/* Put what was collected into a report. 0 or -ENOMEM. */
int dt_sparsity_tell(const struct dt_sparsity *sparsity, struct dt_report *report);

#endif
