/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounded recordings: segments follow each other without a gap, an older one is closed in a thread
 * while the rings are drained into the next, and the oldest goes.
 */
#ifndef COLLECTOR_ROTATION_H
#define COLLECTOR_ROTATION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/directory.h"
#include "collector/sampler.h"
#include "collector/tracer.h"
#include "collector/witness.h"

struct dt_rotation {
	struct dt_directory *directory;
	struct dt_tracer *tracer;   /* NULL: no trace.dat */
	struct dt_sampler *sampler; /* NULL: no perf.data */
	struct dt_witness *witness;
	uint64_t max_size; /* bytes; 0: one segment without a bound */
	uint64_t written;  /* into the current segment */
	/* the segment that is being closed */
	pthread_t thread;
	bool busy;
	atomic_bool done;
	struct dt_trace_segment *closing;
	int result;
	struct dt_error error;
};

/* Begin the first segment. 0 or -errno with *error filled. */
int dt_rotation_begin(struct dt_rotation *rotation, struct dt_error *error);

/* Begin the next segment when this one is large enough. 0 or -errno with *error filled. */
int dt_rotation_check(struct dt_rotation *rotation, struct dt_error *error);

/* Wait for the segment that is being closed, if any: its result. */
int dt_rotation_settle(struct dt_rotation *rotation, struct dt_error *error);

#endif
