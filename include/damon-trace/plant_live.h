/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel as a plant: DAMON's sysfs, the stream of its goals, an objective. */
#ifndef DAMON_TRACE_PLANT_LIVE_H
#define DAMON_TRACE_PLANT_LIVE_H

#include "damon-trace/actuator.h"
#include "damon-trace/objective.h"
#include "damon-trace/tune_journal.h"
#include "damon-trace/tuner.h"

struct dt_live_options {
	struct dt_damon_sysfs *sysfs; /* its stop flag is the user's wish to stop */
	const struct dt_actuator *actuator;
	struct dt_tune_journal *journal; /* each write is announced there first */
	struct dt_tune_record *record;	 /* kept as the journal is */
	struct dt_objective *objective;	 /* NULL: none; closed with the plant, also on failure */
	uint64_t verify_ns; /* longest wait for an evaluation after a write; 0: 10 s, or more where
			       quota windows are long */
};

/*
 * With evaluations from a trace instance of its own. The clock is that of all times. Where the
 * actuator has no goal no instance is made, and the clock is CLOCK_MONOTONIC. Borrows all that the
 * options point to.
 */
int dt_plant_live_open(struct dt_plant **plant, const struct dt_live_options *options,
		       const struct dt_roots *roots, const char *clock, struct dt_error *error);
/* With evaluations from lines (control/goal_feed.h) on CLOCK_MONOTONIC; fd is taken over. */
int dt_plant_live_open_lines(struct dt_plant **plant, const struct dt_live_options *options, int fd,
			     struct dt_error *error);

#endif
