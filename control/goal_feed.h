/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a live tuner's evaluations of goals come from: a trace instance of its own, or (tests, and
 * programs that trace by themselves) lines of a file or pipe. Both have a clock, that of the times.
 */
#ifndef CONTROL_GOAL_FEED_H
#define CONTROL_GOAL_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/event.h"
#include "damon-trace/roots.h"

enum dt_feed_what {
	DT_FEED_NOTHING, /* so far */
	DT_FEED_GOAL,
	DT_FEED_LOSS, /* before the next goal; loss.count 0: how many is not known */
	DT_FEED_END,  /* nothing will come any more */
};

struct dt_feed_item {
	enum dt_feed_what what;
	struct dt_goal goal;
	struct dt_loss loss;
};

struct dt_goal_feed;

struct dt_goal_feed_ops {
	uint64_t (*now)(struct dt_goal_feed *feed);
	/* Sleep until something came, at most so long, or until a signal. */
	void (*sleep)(struct dt_goal_feed *feed, unsigned ms);
	/* The next item, by time among those that are there. Never blocks. 0 or -errno. */
	int (*take)(struct dt_goal_feed *feed, struct dt_feed_item *item, struct dt_error *error);
	/* Leave a mark where recorders see it; NULL: there is no such place. */
	void (*mark)(struct dt_goal_feed *feed, const char *text);
	void (*close)(struct dt_goal_feed *feed);
};

struct dt_goal_feed {
	const struct dt_goal_feed_ops *ops;
	const char *clock; /* a word of trace_clock */
};

/*
 * The kernel's own event or, where there is none, a dynamic one. clock: "perf", "mono", ...
 * -EOPNOTSUPP: the kernel gives neither, the error says what it takes; else as dt_tracer_open.
 */
int dt_goal_feed_trace(struct dt_goal_feed **feed, const struct dt_roots *roots, const char *clock,
		       struct dt_error *error);

/*
 * Lines of seven words, "goal TIME KDAMOND SCHEME NID TARGET VALUE" (ns on CLOCK_MONOTONIC, pid of
 * the kdamond, bp), or "loss TIME COUNT". fd is taken over, also on failure; others are -EINVAL.
 */
int dt_goal_feed_lines(struct dt_goal_feed **feed, int fd, struct dt_error *error);

/* NULL is allowed. */
void dt_goal_feed_close(struct dt_goal_feed *feed);

#endif
