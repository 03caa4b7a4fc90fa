/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which samples are in view: those of the time, the processes and the addresses that the user
 * chose, as views that are no map ask for them.
 */
#ifndef ANALYZERS_SAMPLE_PICK_H
#define ANALYZERS_SAMPLE_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "damon-trace/analyzer.h"

struct dt_sample_pick {
	const struct dt_view *view;
	bool all;	   /* nothing is chosen: every sample is in view */
	uint64_t from, to; /* ns; to UINT64_MAX: up to the end */
};

/*
 * Before a pass: are samples counted in it? They are in one pass alone: the first, or the second
 * when the first one's walk has to be over: after_first, or because a time is given from the start
 * of the recording, which that finds. *done: that pass is over.
 */
bool dt_sample_pick_begin(struct dt_sample_pick *pick, const struct dt_view *view, unsigned pass,
			  const struct dt_span *span, bool after_first, bool *done);

/* The same for an analyzer: false, or *wants asks for samples with the columns looked at. */
bool dt_sample_pick_pass(struct dt_sample_pick *pick, const struct dt_view *view, unsigned pass,
			 const struct dt_span *span, bool after_first, struct dt_wants *wants);

/* DT_COL_* that it looks at. */
uint32_t dt_sample_pick_columns(const struct dt_view *view);

/* Is a time in view? */
static inline bool dt_sample_pick_time(const struct dt_sample_pick *pick, uint64_t time)
{
	return time >= pick->from && (time < pick->to || pick->to == UINT64_MAX);
}

/* The part of start..end, ns, that is in view; 0 when there is none. */
uint64_t dt_sample_pick_length(const struct dt_sample_pick *pick, uint64_t start, uint64_t end);

/* keep[i]: is sample i in view? Only asked for when not all are. */
void dt_sample_pick_mark(const struct dt_sample_pick *pick, const struct dt_samples *samples,
			 uint32_t count, uint8_t *keep);

#endif
