/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring buffers of an instance, one for each CPU, drained page by page into a segment. */
#ifndef COLLECTOR_TRACE_RINGS_H
#define COLLECTOR_TRACE_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/trace_instance.h"
#include "collector/trace_segment.h"

struct dt_trace_ring {
	int cpu;
	int fd;		/* trace_pipe_raw */
	bool watched;	/* by epoll */
	uint64_t bytes; /* moved to files */
};

/* All zero but the descriptors, which are -1: closed. */
struct dt_trace_rings {
	size_t nr;
	struct dt_trace_ring *rings; /* by ascending CPU */
	uint32_t page_size;
	int pipe[2];
	size_t pipe_size;
	bool no_splice; /* the files' system has none */
	void *page;
	uint64_t limit; /* bytes that one call moves at most */
	int epoll_fd;	/* -1: not watched */
	uint64_t base;
};

/* The numbers of the CPUs that can be, ascending. How many, or -errno; the caller frees *cpus. */
int dt_trace_cpus(const struct dt_trace_instance *instance, int **cpus);

void dt_trace_rings_init(struct dt_trace_rings *rings);
/* Open them all. 0 or -errno with *error filled (-EMFILE: with the number that is needed). */
int dt_trace_rings_open(struct dt_trace_rings *rings, struct dt_trace_instance *instance,
			uint32_t page_size, uint64_t buffer_kb, struct dt_error *error);
void dt_trace_rings_close(struct dt_trace_rings *rings);

/* Have epoll_fd wake for base | CPU. CPUs without a ring yet join when they have come up. */
int dt_trace_rings_watch(struct dt_trace_rings *rings, int epoll_fd, uint64_t base,
			 struct dt_error *error);

/*
 * Move pages of one ring into the segment: the full ones, with partial also what the page being
 * filled holds so far. *bytes grows. 0 or -errno of the files.
 */
int dt_trace_ring_drain(struct dt_trace_rings *rings, struct dt_trace_ring *ring,
			struct dt_trace_segment *segment, bool partial, uint64_t *bytes);

/* Watch the rings of CPUs that have come up since. */
void dt_trace_rings_follow(struct dt_trace_rings *rings);

#endif
