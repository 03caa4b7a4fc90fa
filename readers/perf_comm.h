/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of processes, from the COMM records of a perf.data file. */
#ifndef READERS_PERF_COMM_H
#define READERS_PERF_COMM_H

#include <stddef.h>
#include <stdint.h>

/* TASK_COMM_LEN of the kernel. */
#define DT_COMM_SIZE 16

struct dt_perf_comm {
	int32_t pid;
	char name[DT_COMM_SIZE]; /* empty: a free slot */
};

struct dt_perf_comms {
	struct dt_perf_comm *slots; /* open addressing */
	uint32_t nr, mask;
};

/* Set or replace a name, which need not be terminated. More than 64 Ki processes are forgotten. */
void dt_perf_comms_put(struct dt_perf_comms *comms, int32_t pid, const char *name, size_t size);
/* NULL: not known. */
const char *dt_perf_comms_find(const struct dt_perf_comms *comms, int32_t pid);
void dt_perf_comms_free(struct dt_perf_comms *comms);

#endif
