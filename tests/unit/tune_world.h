/* SPDX-License-Identifier: GPL-2.0-only */
/* A fake kernel on which PULL and PUSH run, for tests of tuning: its kdamond 0, T = 6000. */
#ifndef TESTS_UNIT_TUNE_WORLD_H
#define TESTS_UNIT_TUNE_WORLD_H

#include "damon-trace/actuator.h"
#include "damon-trace/tune_journal.h"
#include "tests/unit/fake_kernel.h"

struct tune_world {
	struct fake_kernel kernel;
	struct dt_damon_sysfs sysfs;
	char state[512]; /* the state directory */
	struct dt_actuator actuator;
	struct dt_tune_facts facts;
	struct dt_tune_journal journal; /* in the state directory */
	struct dt_tune_record record;
	struct dt_error error;
};

/* Path of the target of PULL (0) or PUSH (1). */
const char *tune_world_path(unsigned scheme);

/* Both fail the test when something goes wrong. The root is sysfs_tree_root(). */
void tune_world_begin(struct tune_world *world);
void tune_world_end(struct tune_world *world);
/* Begin the journal anew with what the files hold now. */
void tune_world_journal(struct tune_world *world);

/* Are the files and the running goals on this pair of targets? Fails the test when not. */
void tune_world_expect(const struct tune_world *world, long pull, long push);
/* A number out of a file. */
long tune_world_file(const struct tune_world *world, const char *path);
/* As another program writes it, the commit included. */
void tune_world_foreign(struct tune_world *world, const char *path, const char *value);

/* Write a target the way a tuner does, without looking at evaluations. */
int tune_world_write(struct tune_world *world, uint32_t target);

#endif
