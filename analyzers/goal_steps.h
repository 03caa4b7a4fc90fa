/* SPDX-License-Identifier: GPL-2.0-only */
/* A stream's evaluations as steps: what period, window and band are, and where targets change. */
#ifndef ANALYZERS_GOAL_STEPS_H
#define ANALYZERS_GOAL_STEPS_H

#include "damon-trace/goal.h"

struct dt_goal_choice {
	uint64_t window_ns; /* 0: by the period */
	double band;	    /* bp; 0: by what one quota window moves */
	double drift_limit; /* bp/h; 0: the default */
	size_t nr_writes;
	const struct dt_goal_write *writes; /* by time; steps begin with theirs */
};

/*
 * Cut the stream, whose evaluations are set, into steps and judge each of them. 0 or -ENOMEM; what
 * was made is freed with the stream in both cases.
 */
int dt_goal_cut_steps(struct dt_goal_stream *stream, const struct dt_goal_choice *choice);

#endif
