/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objectives: what a law maximizes, minimizes or holds, measured on the running machine. One file
 * each and one line in the registry (control/objectives.c).
 *
 * An objective is collected while the tuner waits, and its mean asked for afterwards, over a span
 * that lies in the past. Times are ns on the tuner's clock.
 */
#ifndef DAMON_TRACE_OBJECTIVE_H
#define DAMON_TRACE_OBJECTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/roots.h"

struct dt_objective;

struct dt_objective_setup {
	const struct dt_roots *roots;
	const char *resctrl; /* where it is mounted; NULL: fs/resctrl below roots->sysfs */
	const char *clock;   /* a word of trace_clock */
};

/* A kind of objective, as --objective NAME[:ARGUMENT] names it. */
struct dt_objective_kind {
	const char *name;
	const char *argument; /* for --help; NULL: it takes none */
	bool needs_argument;
	const char *summary;
	const char *unit;
	/* 0 or -errno with *error filled. argument: NULL when none was given. */
	int (*open)(struct dt_objective **objective, const char *argument,
		    const struct dt_objective_setup *setup, struct dt_error *error);
};

struct dt_objective_ops {
	/* Take in what there is; called every 100 ms or so. 0 or -errno with *error filled. */
	int (*collect)(struct dt_objective *objective, uint64_t now_ns, struct dt_error *error);
	/* The mean over [from, to). *value NaN: nothing is known of that time. */
	int (*mean)(struct dt_objective *objective, uint64_t from, uint64_t to, double *value,
		    struct dt_error *error);
	void (*close)(struct dt_objective *objective);
};

/* Common head of every objective's own structure. */
struct dt_objective {
	const struct dt_objective_ops *ops;
};

/* Ends with NULL. */
extern const struct dt_objective_kind *const dt_objectives[];

/* "psi:memory/some". -EINVAL: no objective of that name, with the nearest ones. */
int dt_objective_open(struct dt_objective **objective, const char *text,
		      const struct dt_objective_setup *setup, struct dt_error *error);
/* NULL is allowed. */
void dt_objective_close(struct dt_objective *objective);

/* ---- for perf counters, which tests replace ---- */

/* As perf_event_open(2). */
struct perf_event_attr;
struct dt_perf_calls {
	int (*open)(struct perf_event_attr *attr, int pid, int cpu, int group);
	/* The count, scaled by enabled / running, and whether it ran at all. 0 or -errno. */
	int (*read)(int fd, double *count);
};
extern struct dt_perf_calls dt_perf_calls;

#endif
