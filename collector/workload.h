/* SPDX-License-Identifier: GPL-2.0-only */
/* What is recorded while it runs: a command that waits for the start, or a process that is there.
 */
#ifndef COLLECTOR_WORKLOAD_H
#define COLLECTOR_WORKLOAD_H

#include <stdbool.h>

#include <sys/types.h>

#include "damon-trace/error.h"

struct dt_workload {
	pid_t pid;	/* 0: none */
	int pid_fd;	/* becomes readable when the process ends; -1: none */
	bool is_child;	/* a command of ours */
	int go;		/* the child waits until something comes through this */
	int exec_error; /* and says here why it could not run */
	bool reaped;
	int status; /* as the shell gives it: 128 + signal when it was killed */
};

/* No workload yet: descriptors that dt_workload_close may be given. */
void dt_workload_init(struct dt_workload *workload);

/* Fork a child that waits for dt_workload_go and then runs the command (ends with NULL). */
int dt_workload_prepare(struct dt_workload *workload, char *const *command, struct dt_error *error);
/* A process that exists. -ESRCH with *error filled when it does not. */
int dt_workload_attach(struct dt_workload *workload, pid_t pid, struct dt_error *error);

/* Let the command run. -errno with *error filled when it cannot be run. */
int dt_workload_go(struct dt_workload *workload, struct dt_error *error);

/* Has it ended? Keeps the status of a command. */
bool dt_workload_ended(struct dt_workload *workload);

/* Ask a command that still runs to end, wait for it, keep its status. */
void dt_workload_end(struct dt_workload *workload);
/* The same at once for a child that never ran; everything is closed. */
void dt_workload_close(struct dt_workload *workload);

#endif
