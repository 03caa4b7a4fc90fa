/* SPDX-License-Identifier: GPL-2.0-only */
/* Which records stay in a slice; the formats that have slices share it. */
#ifndef READERS_SLICE_FILTER_H
#define READERS_SLICE_FILTER_H

#include "damon-trace/slice.h"
#include "readers/damon_events.h"

/* Nothing is asked for: every byte of the records stays. */
static inline bool dt_slice_is_whole(const struct dt_slice *slice)
{
	return !slice->has_time && !slice->nr_addresses && !slice->nr_streams && !slice->nr_pids;
}

static inline bool dt_slice_keeps_time(const struct dt_slice *slice, uint64_t time)
{
	return !slice->has_time || (time >= slice->from_ns && time < slice->to_ns);
}

/* A byte, or a piece of memory of which some byte is asked for. */
bool dt_slice_keeps_address(const struct dt_slice *slice, uint64_t address);
bool dt_slice_keeps_range(const struct dt_slice *slice, uint64_t start, uint64_t end);

bool dt_slice_keeps_pid(const struct dt_slice *slice, int32_t pid);

/* Must an event of DAMON's be decoded to know whether it stays? */
static inline bool dt_slice_looks_inside(const struct dt_slice *slice)
{
	return slice->nr_addresses || slice->nr_streams;
}

/* By stream and addresses; the time was looked at. raw: from common_type on, size bytes. */
bool dt_slice_keeps_damon(const struct dt_slice *slice, const struct dt_damon_decoder *decoder,
			  const unsigned char *raw, size_t size);

#endif
