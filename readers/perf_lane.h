/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The samples of one event on their way into columns. Records are gathered by address while the
 * bytes stand still, then each column is filled in one loop.
 */
#ifndef READERS_PERF_LANE_H
#define READERS_PERF_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "readers/emit.h"
#include "readers/perf_attr.h"

/* Gathered at most; small enough that their bytes are still in the cache when columns are filled.
 */
#define DT_PERF_GATHER 256

struct dt_perf_tally {
	uint64_t samples;
	uint64_t with_address, address_zero, with_phys;
	uint64_t damaged;     /* too short for their fields */
	uint64_t first, last; /* ns; first > last when there is none */
};

/* Bytes of a sample that have no fixed size. */
struct dt_perf_blob {
	const unsigned char *at;
	uint32_t size;
};

struct dt_perf_lane {
	const struct dt_perf_attr *attr;
	struct dt_emitter *emitter;
	bool big;
	bool counting;	  /* addresses are counted as well as times */
	uint32_t columns; /* that are filled */
	uint32_t has;
	bool late; /* samples must be located one by one */
	uint32_t gathered;
	const unsigned char *at[DT_PERF_NR_BASES][DT_PERF_GATHER];
	struct dt_perf_blob raw[DT_PERF_GATHER], chain[DT_PERF_GATHER]; /* only where asked for */
	struct dt_batch batch;
	struct dt_perf_tally tally;
	uint64_t recent; /* the latest time since somebody last set this to 0 */
};

/* NULL when memory is out. */
struct dt_perf_lane *dt_perf_lane_new(const struct dt_perf_attr *attr, struct dt_emitter *emitter,
				      bool big, bool counting);
void dt_perf_lane_free(struct dt_perf_lane *lane);

/* The bytes of the gathered records are about to go: fill columns from them. */
void dt_perf_lane_settle(struct dt_perf_lane *lane);
/* Send what is filled. */
void dt_perf_lane_flush(struct dt_perf_lane *lane);

/* The bases of a sample whose fields vary in size; false: damaged. */
bool dt_perf_lane_locate(struct dt_perf_lane *lane, const unsigned char *record, size_t size);

/* One sample of size bytes; false when it is too short. */
static inline bool dt_perf_lane_add(struct dt_perf_lane *lane, const unsigned char *record,
				    size_t size)
{
	if (__builtin_expect(size < lane->attr->plan.min_size, 0)) {
		lane->tally.damaged++;
		return false;
	}
	if (lane->late && !dt_perf_lane_locate(lane, record, size))
		return false;
	lane->at[DT_PERF_RECORD][lane->gathered] = record;
	if (++lane->gathered == DT_PERF_GATHER)
		dt_perf_lane_settle(lane);
	return true;
}

#endif
