/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that stands for the kernel's goal events: while the fake kdamond 0 runs, each few
 * milliseconds a line for PULL and one for PUSH, with the targets and nodes that are in force.
 */
#ifndef TESTS_UNIT_GOAL_FEEDER_H
#define TESTS_UNIT_GOAL_FEEDER_H

#include <pthread.h>
#include <stdatomic.h>

#include "tests/unit/fake_kernel.h"

struct goal_feeder {
	const struct fake_kernel *kernel;
	int pipe[2];
	pthread_t thread;
	atomic_bool ends, silent;
	atomic_int wrong_nid;	 /* of PULL; -1: the right one */
	atomic_int wrong_target; /* of PULL; -1: the right one */
};

/* Returns the descriptor to read from, which is the caller's. */
int goal_feeder_begin(struct goal_feeder *feeder, const struct fake_kernel *kernel);
/* A line of one's own. */
void goal_feeder_say(struct goal_feeder *feeder, const char *line);
/* No line comes any more. */
void goal_feeder_end(struct goal_feeder *feeder);

#endif
