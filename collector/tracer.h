/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace half of a recording: DAMON's tracepoints through a tracefs instance of our own into
 * trace.dat.
 *
 * Order of calls: open (the instance stands, is off, and everything in it is set and verified),
 * segment (the first file), start, then drain whenever a watched descriptor is ready or the timer
 * says so, stop, drain until nothing comes, finish, close. close takes what open left half-built
 * and removes the instance and the dynamic events in any case; it may be called at any point.
 *
 * With neither damon nor events nor cost in the options the instance only lends its clock: no
 * segment is written.
 *
 * The rings are drained in time when the thread that drains them is not kept waiting: a negative
 * nice value makes the difference between no loss and some where other threads take all CPUs.
 *
 * Only the instance and dynamic_events are written to; DAMON's own state is not touched.
 */
#ifndef COLLECTOR_TRACER_H
#define COLLECTOR_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "damon-trace/error.h"
#include "damon-trace/recording.h"
#include "damon-trace/roots.h"

/* Instances are named so, followed by the pid of their recorder. */
#define DT_INSTANCE_PREFIX "damon-trace-"
/* Groups of dynamic events likewise. */
#define DT_PROBE_GROUP_PREFIX "damon_trace_"

struct dt_tracer;

/* How the goal events come about. */
enum dt_goal_source {
	DT_GOALS_NONE,	 /* the kernel has no goals that could be traced; see why */
	DT_GOALS_NATIVE, /* it has the tracepoint */
	DT_GOALS_PROBE,	 /* by a dynamic event of ours */
};

/* How the calls of DAMON's functions come about. */
enum dt_cost_source {
	DT_COST_NONE,  /* not asked for, or not to be had; see why */
	DT_COST_GRAPH, /* the instance's function_graph tracer */
	DT_COST_FPROBE,
	DT_COST_KPROBE,
};

struct dt_tracer_options {
	const struct dt_roots *roots;
	const char *clock;  /* a word of trace_clock: "perf", "mono", ... */
	uint64_t buffer_kb; /* per CPU; 0: 4096 */
	bool damon;	    /* every damon:* event that the kernel has, and the goal probe */
	const char *const
		*events;    /* more, "system:event" with globs; ends with NULL; may be NULL */
	const char *filter; /* applied to every event that is recorded; NULL: none */
	bool cost;	    /* entry and return of DAMON's functions, see cost_tracer.h */
};

/*
 * 0, or -errno with *error filled: no tracefs, no permission, no DAMON events (damon set and no
 * event left to record), an unknown event with the nearest names, a clock that the kernel lacks
 * (with those that it has), a filter that an event refuses (with the kernel's reason).
 */
int dt_tracer_open(struct dt_tracer **tracer, const struct dt_tracer_options *options,
		   struct dt_error *error);

/* The events that are recorded, "system:event", ends with NULL; owned by the tracer. */
const char *const *dt_tracer_events(const struct dt_tracer *tracer);
/* Where goal events come from; *why (may be NULL) is one line for DT_GOALS_NONE: what it takes. */
enum dt_goal_source dt_tracer_goals(const struct dt_tracer *tracer, const char **why);
/* The same of the calls; *why is NULL where they were not asked for. */
enum dt_cost_source dt_tracer_cost(const struct dt_tracer *tracer, const char **why);
/* The instance's name. */
const char *dt_tracer_instance(const struct dt_tracer *tracer);

/*
 * Begin a segment at directory/name: its header is written, directory/name.cpuN is made when CPU N
 * has its first event. When one is being written already it becomes *old, and what is drained from
 * now on goes to the new one: no event falls between. *old NULL: there was none. Names are final:
 * the first segment is trace.dat, the next trace.dat.1 and so on, the highest number the youngest.
 */
struct dt_trace_segment;
int dt_tracer_segment(struct dt_tracer *tracer, const char *directory, const char *name,
		      struct dt_trace_segment **old, struct dt_error *error);

/*
 * Make a segment a finished trace.dat: its header and the pages of its CPUs are put together in
 * NAME.new, which takes the place of NAME; then the files of the CPUs go. May run in another thread
 * while the tracer goes on, and must have ended before dt_tracer_close. On failure (-ENOSPC)
 * everything stays readable as it was while it was being written. Frees the segment.
 */
int dt_trace_segment_finish(struct dt_trace_segment *segment, struct dt_error *error);

/* Add the CPUs' descriptors to an epoll instance, edge or level as fits; event.data.u64 = base |
 * cpu. */
int dt_tracer_watch(struct dt_tracer *tracer, int epoll_fd, uint64_t base, struct dt_error *error);

int dt_tracer_start(struct dt_tracer *tracer, struct dt_error *error);
int dt_tracer_stop(struct dt_tracer *tracer, struct dt_error *error);

/*
 * Move what one CPU's ring holds into the segment; cpu -1: all. partial: also pages that are not
 * full yet. Never blocks. *bytes (may be NULL) grows by what was written. 0, or -errno: -ENOSPC and
 * the like from the file, what had been written stays whole.
 */
int dt_tracer_drain(struct dt_tracer *tracer, int cpu, bool partial, uint64_t *bytes,
		    struct dt_error *error);

/* Fill the trace columns of an account (cpus matched by number); cheap enough for once a second. */
int dt_tracer_account(struct dt_tracer *tracer, struct dt_account *account);

/* End the current segment as dt_trace_segment_finish does. */
int dt_tracer_finish(struct dt_tracer *tracer, struct dt_error *error);

/* NULL is allowed. */
void dt_tracer_close(struct dt_tracer *tracer);

/*
 * The trace clock now in ns (the kernel prints it in us), 0 when it cannot be told: user space
 * cannot read the perf clock, the ring's statistics can.
 */
uint64_t dt_tracer_now(const struct dt_tracer *tracer);
/* CLOCK_REALTIME minus the trace clock, ns; INT64_MIN: not known. */
int64_t dt_tracer_realtime_offset(const struct dt_tracer *tracer);

/* ---- what is left of recorders that were killed ---- */

struct dt_leftovers {
	size_t nr;
	char (*names)[128]; /* instances by name, dynamic events as group/event */
};

/* Those whose pid is dead. 0 or -errno. Free with dt_leftovers_free. */
int dt_leftovers_find(const struct dt_roots *roots, struct dt_leftovers *leftovers,
		      struct dt_error *error);
/* Forget all but those of one process. */
void dt_leftovers_keep(struct dt_leftovers *leftovers, int32_t pid);
/* Remove them; 0 when none is left. */
int dt_leftovers_remove(const struct dt_roots *roots, const struct dt_leftovers *leftovers,
			struct dt_error *error);
void dt_leftovers_free(struct dt_leftovers *leftovers);

/* ---- what a kernel could give, for doctor; nothing is changed ---- */

/* Could goal events be had? *why: one line, static or thread-local storage. */
enum dt_goal_source dt_goals_possible(const struct dt_roots *roots, const char **why);
/* Could calls be traced, as far as can be told from outside? *why: likewise. */
enum dt_cost_source dt_cost_possible(const struct dt_roots *roots, const char **why);

#endif
