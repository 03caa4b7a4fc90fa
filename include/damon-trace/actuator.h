/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Actuators: which files of DAMON's sysfs hold the target that is tuned, and what they held before.
 *
 * goals: target_value of a complementary pair, T for the PULL scheme and 10000 - T for the PUSH
 * scheme, taken over by commit_schemes_quota_goals alone: a full commit makes perf events anew.
 * weights: dests/D/weight of one scheme, T for the first destination and 10000 - T among the others
 * as they shared it before, taken over by commit.
 */
#ifndef DAMON_TRACE_ACTUATOR_H
#define DAMON_TRACE_ACTUATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/damon_sysfs.h"

/* Destinations of a scheme beyond this are not tuned. */
#define DT_ACTUATOR_FILES 16

enum dt_actuator_kind {
	DT_ACTUATOR_GOALS,
	DT_ACTUATOR_WEIGHTS,
};

/* One number in one file, relative to kdamonds/. */
struct dt_actuator_file {
	char path[DT_DAMON_PATH];
	uint64_t original; /* before anything was tuned */
};

/* A goal as the trace events name it. */
struct dt_actuator_goal {
	unsigned scheme;
	int32_t nid;
	bool alone; /* the scheme has no other goal */
};

struct dt_actuator {
	enum dt_actuator_kind kind;
	unsigned kdamond, context;
	int32_t pid;			    /* of the kdamond */
	bool has_goal;			    /* goals.. are filled: evaluations can be watched */
	struct dt_actuator_goal pull, push; /* push: of goals only */
	uint64_t quota_ns;		    /* quota window; 0: each apply interval */
	const char *command;		    /* that makes the kernel take the files over */
	size_t nr;
	struct dt_actuator_file files[DT_ACTUATOR_FILES];
};

/* -1: whichever there is. scheme: that of PULL, or that with the weights. */
struct dt_actuator_choice {
	enum dt_actuator_kind kind;
	int kdamond, scheme;
};

/*
 * Find what is to be tuned among the kdamonds that run. 0; -ENOENT: there is none; -EEXIST: more
 * than one, the hint names them; -EINVAL: it cannot be tuned as it stands.
 */
int dt_actuator_find(struct dt_actuator *actuator, const struct dt_damon_node *tree,
		     const struct dt_actuator_choice *choice, struct dt_error *error);

/* What the files hold with a target of so many bp; values: one for each file. */
void dt_actuator_values(const struct dt_actuator *actuator, uint32_t target, uint64_t *values);
/* The target that such values stand for, bp. */
uint32_t dt_actuator_target(const struct dt_actuator *actuator, const uint64_t *values);
/* The target before anything was tuned. */
uint32_t dt_actuator_original(const struct dt_actuator *actuator);

/* The files as they stand. -ERANGE: one of them holds no number. */
int dt_actuator_read(const struct dt_actuator *actuator, const struct dt_damon_sysfs *sysfs,
		     uint64_t *values, struct dt_error *error);

/* "goals", "weights". */
const char *dt_actuator_name(enum dt_actuator_kind kind);

#endif
