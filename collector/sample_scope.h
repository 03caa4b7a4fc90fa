/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What samples are taken of: CPUs, and the threads of a process with its children; and the limits
 * that the kernel sets to it.
 */
#ifndef COLLECTOR_SAMPLE_SCOPE_H
#define COLLECTOR_SAMPLE_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include "damon-trace/error.h"
#include "damon-trace/roots.h"

/* Numbers of CPUs, ascending. */
struct dt_cpus {
	size_t nr;
	int *list;
};

/* Read a list as the kernel writes it, "0-3,8". Empty text: no CPUs. 0, -EINVAL or -ENOMEM. */
int dt_cpus_parse(struct dt_cpus *cpus, const char *text);
/* SYSFS/devices/system/cpu/online. 0 or -errno with *error filled. */
int dt_cpus_online(struct dt_cpus *cpus, const struct dt_roots *roots, struct dt_error *error);
bool dt_cpus_have(const struct dt_cpus *cpus, int cpu);
void dt_cpus_free(struct dt_cpus *cpus);

struct dt_pids {
	size_t nr, room;
	pid_t *list;
};

/*
 * All threads of a process and of its children and theirs; the process itself first. 0, -ESRCH
 * when it is not there, -ENOMEM.
 */
int dt_pids_of(struct dt_pids *pids, const struct dt_roots *roots, pid_t pid,
	       struct dt_error *error);
/* Those of one process alone. */
int dt_pids_threads(struct dt_pids *pids, const struct dt_roots *roots, pid_t pid);
int dt_pids_add(struct dt_pids *pids, pid_t pid);
void dt_pids_free(struct dt_pids *pids);

/* A number in PROC/sys/kernel; absent when it cannot be read. */
int64_t dt_sysctl(const struct dt_roots *roots, const char *name, int64_t absent);

/* Why the kernel refuses perf events to us, and what would change that. Returns text. */
char *dt_perf_permission(const struct dt_roots *roots, char *text, size_t size);

/*
 * Room for so many more descriptors: the soft limit is raised, as root the hard one too. 0 or
 * -EMFILE with *error naming the number that is needed.
 */
int dt_descriptors_reserve(const struct dt_roots *roots, uint64_t wanted, struct dt_error *error);

#endif
