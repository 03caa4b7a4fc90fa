/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What quota goals measure now, where the kernel writes it to no file: from its goal events, heard
 * for a moment.
 */
#ifndef DAMON_TRACE_GOAL_VALUES_H
#define DAMON_TRACE_GOAL_VALUES_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/damon_sysfs.h"
#include "damon-trace/event.h"

/* One goal of a running scheme that only the events tell of. */
struct dt_goal_value {
	const struct dt_damon_node *goal; /* in the tree that was searched; borrowed */
	const char *metric;		  /* its text there */
	int32_t kdamond;		  /* pid */
	unsigned context, scheme;
	int32_t nid;	    /* of a node's metric, else -1 */
	uint64_t target;    /* as sysfs has it */
	uint64_t window_ns; /* from one evaluation to the next, as sysfs has it */
	bool alone;	    /* its scheme has no other goal */
	bool known;	    /* it was heard of: */
	struct dt_goal latest;
};

struct dt_goal_values {
	size_t nr, room;
	struct dt_goal_value *values;
};

/*
 * The goals of running kdamonds whose metric is none that dt_goal_is_in_files() knows; none is
 * known yet. 0, or -ENOMEM with *error filled; clear in any case.
 */
int dt_goal_values_find(struct dt_goal_values *values, const struct dt_damon_node *tree,
			struct dt_error *error);
void dt_goal_values_clear(struct dt_goal_values *values);

/* Is what the metric measures to be read from files (user_input, use of a node's memory)? */
bool dt_goal_is_in_files(const char *metric);

/* So long dt_goal_values_listen() listens unless told: enough for two windows of every goal. */
uint64_t dt_goal_values_wait(const struct dt_goal_values *values);

struct dt_goal_listen {
	const struct dt_roots *roots; /* tracefs, with a trace instance of its own there */
	const char *lines;	      /* instead: a file or pipe (control/goal_feed.h); NULL */
	uint64_t wait_ns;
	const volatile sig_atomic_t *stop; /* ends it within 50 ms */
};

/*
 * Listen until every goal was heard of, for wait_ns at most. 0 also when some were not; -EINTR:
 * stopped; -EACCES, -ENOENT, -EOPNOTSUPP, ...: there is nothing to be heard on this machine,
 * *error says why and what to do. The instance is gone in any case.
 */
int dt_goal_values_listen(struct dt_goal_values *values, const struct dt_goal_listen *how,
			  struct dt_error *error);

/* Take one evaluation in, of whichever goal it is. False: of none. */
bool dt_goal_values_take(struct dt_goal_values *values, const struct dt_goal *goal);

/* The goal of that node of the tree; NULL: it is none of these, or values is NULL. */
const struct dt_goal_value *dt_goal_values_of(const struct dt_goal_values *values,
					      const struct dt_damon_node *goal);

/* How many have not been heard of. */
size_t dt_goal_values_missing(const struct dt_goal_values *values);

#endif
