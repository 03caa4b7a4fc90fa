/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of DAMON's streams beside their events, which name neither intervals, nor the kind
 * of addresses, nor the weights of probes: from the host context of a recording.
 */
#ifndef DAMON_TRACE_KNOWN_H
#define DAMON_TRACE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/event.h"
#include "damon-trace/result.h"

/* Of all streams of one kdamond. */
struct dt_known_stream {
	int32_t kdamond;
	uint64_t sample_ns, aggr_ns; /* at the start; 0: not known */
	enum dt_space space;
	uint64_t addr_unit; /* bytes of one unit of address */
	unsigned nr_weights;
	uint64_t weights[DT_MAX_PROBES]; /* one above 0: probes count in place of accesses */
	size_t nr_targets;
	const int32_t *target_pids; /* by the target's index; 0: none. Borrowed */
};

struct dt_known {
	size_t nr;
	const struct dt_known_stream *streams; /* borrowed */
	/*
	 * Events passed a filter: what snapshots lack is unknown, neither lost nor zero
	 * (DEFINITIONS, "Snapshots and heat").
	 */
	bool filtered;
};

/* NULL: nothing is known of it. */
const struct dt_known_stream *dt_known_find(const struct dt_known *known, int32_t kdamond);

/* Does any probe weigh? NULL is allowed. */
bool dt_known_weighs(const struct dt_known_stream *stream);

#endif
