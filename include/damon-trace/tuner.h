/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tuning a target: the loop, the laws that decide, the plants that they act on.
 *
 * The loop is one and the same for a live kernel, a fake one and a simulated one: it knows only
 * struct dt_plant. It writes a target, waits until the goal has settled (the analyzers' own
 * verdict), leaves out what was measured on the way, measures the objective over windows until the
 * difference to the best so far is significant or the budget is spent, asks the law, and tells the
 * journal all of it.
 *
 * The target T is a share in bp (1/10000). With a goal pair it is the target_value of the PULL
 * scheme, and 10000 - T that of the PUSH scheme; with weights it is the share of the first
 * destination. Times are ns on the recording's (trace) clock.
 */
#ifndef DAMON_TRACE_TUNER_H
#define DAMON_TRACE_TUNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/event.h"
#include "damon-trace/goal.h"

/* A target of 0 divides by zero in kernels through 7.3, and so does 10000 for the other scheme. */
#define DT_TARGET_LOWEST  1
#define DT_TARGET_HIGHEST 9999

/* ---- laws ----------------------------------------------------------------------------------- */

struct dt_schedule_point {
	uint64_t after_ns; /* from the start of the loop */
	uint32_t target;
};

struct dt_law_setup {
	uint32_t minimum, maximum; /* targets, within LOWEST..HIGHEST */
	uint32_t initial;	   /* in force when the loop begins */
	bool maximize;		   /* the objective; else minimize */
	double set_point;	   /* of the objective, for laws that hold one; NaN: none */
	size_t nr_schedule;
	const struct dt_schedule_point *schedule; /* ascending in time; borrowed */
	unsigned budget;			  /* most writes; 0: no bound */
	uint64_t seed;				  /* of laws that draw lots */
};

/* What became of one target: the law gets one after each settling and measurement. */
struct dt_observation {
	uint64_t time_ns;	      /* from the start of the loop */
	uint32_t target;	      /* in force */
	enum dt_goal_verdict verdict; /* of the step so far */
	double value;		      /* mean of the goal's value while it was measured, bp; NaN */
	double objective;	      /* mean; NaN: there is none, or it could not be measured */
	double error;		      /* standard error of that mean; NaN: fewer than two windows */
	unsigned windows;
	bool rolled_back; /* the loop went back to the best target by itself */
};

enum dt_move {
	DT_MOVE_HOLD,	 /* keep the target; ask again at or after `again_ns` */
	DT_MOVE_WRITE,	 /* `target` */
	DT_MOVE_MEASURE, /* the same target once more */
	DT_MOVE_DONE,	 /* there is nothing left to find; the best target stays */
};

struct dt_decision {
	enum dt_move move;
	uint32_t target;
	/*
	 * From the start of the loop; 0: after the next measurement. Else neither settling nor
	 * measuring goes on beyond it, and the law is asked at that time, not before.
	 */
	uint64_t again_ns;
	char reason[160]; /* one clause for the journal, ASCII */
};

/* A law. One file each, one registry (control/laws.c). */
struct dt_law {
	const char *name;    /* as of --law */
	const char *summary; /* for --help */
	bool needs_objective, needs_schedule, needs_set_point;
	/* A new state. 0, or -errno with *error filled. */
	int (*begin)(void **state, const struct dt_law_setup *setup, struct dt_error *error);
	/* Never asks for a target outside of the setup's bounds. */
	void (*decide)(void *state, const struct dt_observation *observation,
		       struct dt_decision *decision);
	void (*end)(void *state); /* NULL is allowed */
};

/* hold, step, hill-climb, golden, extremum, pi; ends with NULL. */
extern const struct dt_law *const dt_laws[];
/* NULL: no law of that name. */
const struct dt_law *dt_law_find(const char *name);

/* ---- plants --------------------------------------------------------------------------------- */

enum dt_plant_event_what {
	DT_PLANT_TIME, /* the time that was waited for */
	/*
	 * An evaluation of the goal that is tuned. One whose target_value is not the target in
	 * force is journaled, but neither judged nor measured: it belongs to the former target.
	 */
	DT_PLANT_GOAL,
	DT_PLANT_LOSS,	  /* events were lost, or the stream ended and began again */
	DT_PLANT_FOREIGN, /* somebody else changed the target: `foreign` is in force */
	DT_PLANT_GONE,	  /* the kdamond ended, or its files vanished: `why` */
};

struct dt_plant_event {
	enum dt_plant_event_what what;
	struct dt_goal goal;
	uint32_t foreign;
	char why[160];
};

struct dt_plant;

struct dt_plant_ops {
	const char *name;
	/* ns on the clock of all times of this plant. */
	uint64_t (*now)(struct dt_plant *plant);
	/*
	 * The next event, or DT_PLANT_TIME at `until`. 0; -EINTR: the user wants to stop (within
	 * 100 ms); another -errno with *error filled.
	 */
	int (*wait)(struct dt_plant *plant, uint64_t until, struct dt_plant_event *event,
		    struct dt_error *error);
	/*
	 * Put a target in force: all files in one transaction, verified afterwards (the traced
	 * target and nid, too) and repaired or taken back. 0, or -errno with *error filled; then
	 * the former target is in force again, unless the error says so.
	 */
	int (*write)(struct dt_plant *plant, uint32_t target, struct dt_error *error);
	/*
	 * The objective's mean over [from, to), which lies in the past. *value NaN: it could not
	 * be had this time. NULL: the plant has no objective.
	 */
	int (*objective)(struct dt_plant *plant, uint64_t from, uint64_t to, double *value,
			 struct dt_error *error);
	/* Bytes that the schemes moved so far, NaN when not known. May be NULL. */
	double (*moved)(struct dt_plant *plant);
	void (*close)(struct dt_plant *plant);
};

/* Common head of every plant's own structure. */
struct dt_plant {
	const struct dt_plant_ops *ops;
	uint32_t target;   /* in force */
	uint64_t quota_ns; /* quota window of the goal, 0: as the evaluations show */
};

/* ---- the loop ------------------------------------------------------------------------------- */

struct dt_loop_limits {
	uint64_t deadline_ns;  /* of the whole loop; 0: none */
	uint64_t settle_ns;    /* longest wait for one settling; 0: 60 s */
	uint64_t window_ns;    /* of one measurement; 0: 10 evaluations of the goal */
	unsigned most_windows; /* of one target; 0: 30 */
	double worse;	       /* relative: go back when the objective is worse by that; 0: 10 % */
	double band;	       /* bp; 0: as DEFINITIONS */
	bool dry_run;	       /* decide, never write */
};

enum dt_entry_what {
	DT_ENTRY_BEGIN,
	DT_ENTRY_EVALUATION,  /* a goal's value as it came */
	DT_ENTRY_SETTLED,     /* or not: the verdict that ended the wait */
	DT_ENTRY_MEASUREMENT, /* one window */
	DT_ENTRY_OBSERVATION,
	DT_ENTRY_DECISION,
	DT_ENTRY_WRITE, /* with its verification */
	DT_ENTRY_ROLLBACK,
	DT_ENTRY_FOREIGN,
	DT_ENTRY_LOSS,
	DT_ENTRY_END,
};

/* What the journal is told. Fields that an entry does not need are 0 or NaN. */
struct dt_entry {
	enum dt_entry_what what;
	uint64_t time_ns; /* the plant's clock */
	struct dt_goal goal;
	enum dt_goal_verdict verdict;
	struct dt_observation observation;
	struct dt_decision decision;
	uint32_t from, to; /* of writes, bp */
	bool verified, dry_run;
	double objective;
	const char *text; /* reason, failure, or NULL; valid during the call */
};

/* Where the entries go: tune.jsonl, a table of a replay, a test. entry() returns 0 or -errno. */
struct dt_journal {
	int (*entry)(struct dt_journal *journal, const struct dt_entry *entry);
};

enum dt_tune_end {
	DT_TUNE_DONE,	  /* the law found what it looked for, or the schedule is over */
	DT_TUNE_DEADLINE, /* time or budget is spent */
	DT_TUNE_STOPPED,  /* by the user */
	DT_TUNE_GONE,	  /* the plant ended */
	DT_TUNE_FOREIGN,  /* somebody else took over the target */
	DT_TUNE_FAILED,
};

struct dt_tune_result {
	enum dt_tune_end end;
	uint32_t best; /* target */
	double best_objective, best_error;
	unsigned writes, observations, rollbacks;
};

/*
 * Run the loop. At its end the best target is in force, without an objective the last one; what
 * was in force before the loop is the caller's to restore. 0, or -errno with *error filled
 * (result->end says which of the ends it was in any case).
 */
int dt_tune_loop(struct dt_plant *plant, const struct dt_law *law, const struct dt_law_setup *setup,
		 const struct dt_loop_limits *limits, struct dt_journal *journal,
		 struct dt_tune_result *result, struct dt_error *error);

#endif
