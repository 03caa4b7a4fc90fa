/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A world in which DAMON and samples agree to a known degree: blocks of 2 MiB of one process, some
 * of them hot to DAMON, some to the samples, and so many of these the same. Every block has an
 * exact number of samples, spread evenly over the time, so that scores can be computed by hand.
 */
#ifndef TESTS_TOOLS_AGREEMENT_WORLD_H
#define TESTS_TOOLS_AGREEMENT_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/tools/perf_writer.h"

#define AW_BLOCK    (2ull << 20)
#define AW_PID	    1000
#define AW_START_NS 1000000000000ull

struct agreement_world {
	unsigned blocks, hot; /* of each side */
	unsigned common;      /* hot to both */
	unsigned snapshots;
	uint64_t aggr_ns;
	uint32_t accesses;		    /* that DAMON saw in hot blocks; in cold ones none */
	unsigned hot_samples, cold_samples; /* of each block */
	unsigned pages;			    /* of each block that samples touch, 1 to 512 */
	unsigned move; /* snapshots after which both hot sets move on; 0: never */
	unsigned late; /* snapshots that DAMON is late by */
	uint64_t base; /* of the addresses */
	/* what must not count: samples behind the last snapshot, above the blocks, without address,
	   and of another process */
	unsigned after, above, none, others;
	bool physical; /* the addresses are physical ones */
};

/* 100 blocks, 10 hot ones, 91 samples in a hot block and 1 in a cold one. */
struct agreement_world agreement_world_default(unsigned common);

/* The records of a world, in the order of time. */
struct agreement_records {
	struct perf_truth *list;
	size_t nr, next;
};

/* 0 or -1. Free with agreement_records_free. */
int agreement_world_make(const struct agreement_world *world, struct agreement_records *records);
void agreement_records_free(struct agreement_records *records);

/* Options of the perf.data writer that write them. */
struct perf_writer_options agreement_world_options(const struct agreement_world *world,
						   struct agreement_records *records);

/* Is a block hot to DAMON or to the samples, `moved` moves after the start? */
bool agreement_world_hot(const struct agreement_world *world, bool damon, unsigned block,
			 unsigned moved);

#endif
