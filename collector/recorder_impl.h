/* SPDX-License-Identifier: GPL-2.0-only */
/* What setting a recording up and running it share. */
#ifndef COLLECTOR_RECORDER_IMPL_H
#define COLLECTOR_RECORDER_IMPL_H

#include "collector/host.h"
#include "collector/recorder.h"
#include "collector/rotation.h"
#include "collector/workload.h"

struct dt_recorder {
	struct dt_recorder_options options;
	struct dt_recorder_listener listener;
	char description[1024];

	/* -e, told apart; each ends with NULL, the texts are the caller's */
	const char **tracepoints;
	const char **perf_events;

	struct dt_directory directory;
	struct dt_workload workload;
	struct dt_tracer *tracer; /* may only lend its clock */
	bool traces;		  /* it also records */
	struct dt_sampler *sampler;
	struct dt_witness *witness;
	struct dt_host host;
	struct dt_damon_tree *at_start;
	struct dt_account account;
	struct dt_host_record record;
	struct dt_rotation rotation;

	int epoll_fd, signal_fd, tick_fd, end_fd;

	/* the run */
	uint64_t begun_ns; /* CLOCK_MONOTONIC */
	uint64_t bytes;	   /* written by the rings and the witnesses */
	struct dt_recorder_progress progress;
	unsigned ticks;
	unsigned interrupts;
	const char *stop; /* why it ends; NULL: it goes on */
	bool disk_full;
};

/* CLOCK_MONOTONIC, ns. */
uint64_t dt_recorder_now(void);

/* Tell the user something. */
__attribute__((format(printf, 2, 3))) void dt_recorder_note(const struct dt_recorder *recorder,
							    const char *format, ...);

/* Write host.json as things stand. */
int dt_recorder_write_host(struct dt_recorder *recorder, const struct dt_damon_tree *at_end,
			   struct dt_error *error);

#endif
