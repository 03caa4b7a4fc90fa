/* SPDX-License-Identifier: GPL-2.0-only */
/* A report counts over all of its inputs: events by name, samples, losses. */
#ifndef RENDER_TALLY_H
#define RENDER_TALLY_H

#include "damon-trace/result.h"

struct dt_event_tally {
	const char *name; /* borrowed from an input */
	uint64_t count;
};

/*
 * Sum the counts of all events of equal name. *tally is sorted by name; free it.
 * 0 or -ENOMEM; *tally is NULL when there is no event.
 */
int dt_tally_events(const struct dt_input_info *const *inputs, size_t nr_inputs,
		    struct dt_event_tally **tally, size_t *nr);

/* Most frequent first; those of equal count by name. */
void dt_tally_by_count(struct dt_event_tally *tally, size_t nr);

#endif
