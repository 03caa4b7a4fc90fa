/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The units of agreement: what was monitored, cut at aligned blocks of 2 MiB, with DAMON's heat and
 * the samples of each. Where more blocks were monitored than DT_UNITS_MAX they are twice as large,
 * and so on.
 *
 * Heat is summed exactly, in integers: a region adds to the first block of its run and takes away
 * behind the last, whatever its size; so blocks that DAMON saw alike are exactly alike.
 */
#ifndef ANALYZERS_AGREEMENT_UNITS_H
#define ANALYZERS_AGREEMENT_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzers/extents.h"

/* 256 GiB in blocks of 2 MiB. */
#define DT_UNITS_MAX (1u << 17)

__extension__ typedef unsigned __int128 dt_wide;

/* Ready to be ranked: after dt_units_settle. */
struct dt_unit_sum {
	uint64_t start;	     /* of the block, bytes */
	double bytes;	     /* monitored, the mean over the covered time */
	double rate;	     /* DAMON's, time-weighted mean */
	uint64_t samples[2]; /* in each half */
};

struct dt_units {
	unsigned shift; /* log2 of a block's bytes */
	size_t nr;
	/* per range of the extents: the unit that its first block is, and that block */
	uint32_t *first_unit;
	uint64_t *first_block;
	const struct dt_extents *extents; /* borrowed */
	uint32_t range_hint;
	dt_wide *heat, *area; /* differences: bytes x ns x accesses, and bytes x ns */
	uint64_t (*samples)[2];
	size_t nr_settled;
	struct dt_unit_sum *settled;
};

/* Lay units over what was monitored, at least one range. The extents must outlive them. */
int dt_units_lay(struct dt_units *units, const struct dt_extents *extents);
void dt_units_free(struct dt_units *units);

/*
 * A region was seen for ns with so many accesses. Only the parts within the extents count.
 */
void dt_units_region(struct dt_units *units, uint64_t start, uint64_t end, uint64_t accesses,
		     uint64_t ns);

/* A sample in range number `range` of the extents. */
static inline void dt_units_sample(struct dt_units *units, uint32_t range, uint64_t address,
				   unsigned half)
{
	const uint64_t block = (address >> units->shift) - units->first_block[range];

	units->samples[units->first_unit[range] + block][half]++;
}

/*
 * Sum up. scale: the rate of one access; total_ns: covered time. *lost: samples in blocks that
 * were never seen monitored while it was. 0 or -ENOMEM.
 */
int dt_units_settle(struct dt_units *units, double scale, uint64_t total_ns, uint64_t *lost);

#endif
