/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of the loop. Its functions return 0 to go on, 1 when the loop has ended (result->end
 * says how), or -errno with the error filled.
 */
#ifndef CONTROL_LOOP_IMPL_H
#define CONTROL_LOOP_IMPL_H

#include "control/welch.h"
#include "damon-trace/tuner.h"

#define DT_LOOP_ENDED 1

/* The goal since the last write, and what it is judged by. */
struct dt_watch {
	size_t nr, room;
	uint64_t *times;
	double *t, *y; /* t: scratch of the judgement */
	uint64_t last_ns;
	size_t nr_gaps, nr_changes; /* of all, the latest are kept */
	double gaps[64], changes[64];
	double initial;	     /* the value before the step */
	double last;	     /* the latest value of all */
	size_t judged;	     /* evaluations at the last judgement */
	uint64_t stalled_ns; /* since when the verdict is STALLED; 0: it is not */
	enum dt_goal_verdict verdict;
};

void dt_watch_free(struct dt_watch *watch);
/* The target was written: what comes from now on is a new step. */
void dt_watch_restart(struct dt_watch *watch);
/* 0 or -ENOMEM. */
int dt_watch_add(struct dt_watch *watch, uint64_t time, double value);
/* Judge the step so far, if enough came since the last time or `now` is set. 0 or -ENOMEM. */
int dt_watch_judge(struct dt_watch *watch, double target, double band, bool now);
/* Time from one evaluation to the next, ns; 0: not known. */
uint64_t dt_watch_period(const struct dt_watch *watch);
/* The verdict has been STALLED for so long that no further change is waited for. */
bool dt_watch_is_stuck(const struct dt_watch *watch);

struct dt_measured {
	uint32_t target;
	struct dt_sum objective;
	struct dt_sum value; /* one a window */
	double worth;	     /* of the mean, higher is better */
};

struct dt_loop {
	struct dt_plant *plant;
	const struct dt_law *law;
	void *state;
	const struct dt_law_setup *setup;
	const struct dt_loop_limits *limits;
	struct dt_journal *journal;
	struct dt_tune_result *result;
	struct dt_error *error;
	uint64_t start_ns;
	uint64_t written_ns; /* of the last write */
	uint64_t again_ns;   /* the law asked to be asked then, on the plant's clock; 0: no */
	bool lost;	     /* events were lost in the current window */
	bool closing;	     /* only the best target is put in force, whatever the time */
	char end_text[512];  /* why it ended */
	bool settled;	     /* the wait after the last write is over */
	double value_area;   /* of the goal's value in the current window, bp x ns */
	uint64_t value_ns;   /* since when `value` is in force; 0: none in this window */
	double value;
	struct dt_watch watch;
	bool has_best;
	struct dt_measured best, now;
};

/* Does the law look for a best objective? */
bool dt_loop_seeks(const struct dt_loop *loop);

int dt_loop_note(struct dt_loop *loop, struct dt_entry *entry);
struct dt_entry dt_loop_entry(const struct dt_loop *loop, enum dt_entry_what what);
int dt_loop_end(struct dt_loop *loop, enum dt_tune_end end, const char *text);

/* Take in one event, or the time `until`. *reached: it was the time. */
int dt_loop_next(struct dt_loop *loop, uint64_t until, bool *reached);
/* loop_settle.c: until the goal has settled, has stalled, or it has lasted too long. */
int dt_loop_settle(struct dt_loop *loop);
/* loop_measure.c: windows until the difference to the best is clear; fills loop->now. */
int dt_loop_measure(struct dt_loop *loop);
/* Length of a measurement window, ns. */
uint64_t dt_loop_window(const struct dt_loop *loop);
/* loop_write.c: with all guards. */
int dt_loop_write(struct dt_loop *loop, uint32_t target, const char *why, bool rollback);
/* One write more would leave none for the way back to the best target. */
bool dt_loop_is_spent(const struct dt_loop *loop);

#endif
