/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording from start to end: DAMON's events, memory samples, witnesses and the machine's facts
 * on one clock, drained by one loop that never waits for the disk of an older segment.
 */
#ifndef COLLECTOR_RECORDER_H
#define COLLECTOR_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "damon-trace/error.h"
#include "damon-trace/recording.h"
#include "damon-trace/roots.h"

struct dt_recorder;

struct dt_recorder_options {
	struct dt_roots roots;
	const char *version;	   /* of the program, for host.json */
	const char *const *argv;   /* of the program, ends with NULL */
	const char *output;	   /* directory */
	bool force;		   /* replace a recording there */
	const char *const *events; /* tracepoints "system:event" and perf's names; ends with NULL */
	bool damon, samples;	   /* what is recorded without being named */
	bool callchain;
	bool cost;	      /* calls of DAMON's functions */
	pid_t pid;	      /* scope of the samples; 0: the command, or system-wide */
	char *const *command; /* ends with NULL; NULL: none */
	uint64_t duration_ns; /* 0: until it is stopped */
	const char *clock;    /* of trace_clock */
	uint64_t buffer_kb;   /* per CPU and ring; 0: the default */
	uint64_t max_size;    /* bytes of the whole recording; 0: no bound */
	const char *filter;
};

/* The smallest max_size: segments hold a header and the processes that run. */
#define DT_RECORDER_LEAST_SIZE (16u << 20)

/* Where the recording stands; rates are of the last second. */
struct dt_recorder_progress {
	uint64_t elapsed_ns;
	uint64_t events, samples, bytes, lost;
	double events_per_s, samples_per_s;
};

/* What the recorder has to say; any may be NULL. */
struct dt_recorder_listener {
	void *context;
	void (*note)(void *context, const char *line); /* something the user should know */
	void (*progress)(void *context, const struct dt_recorder_progress *progress);
};

/* How it ended. */
struct dt_recorder_end {
	const char *reason;
	uint64_t elapsed_ns;
	uint64_t events, samples, bytes;
	uint64_t lost_events, lost_samples, throttles;
	bool incomplete; /* the disk was full, or the end could not be written */
	bool has_status; /* a command ran */
	int status;	 /* and ended so */
};

/*
 * Make the directory, set everything up. 0, or -errno with *error filled and nothing left behind:
 * -EINVAL (a wrong name, clock or filter), -ESRCH, what the machine lacks (-EPERM, -EACCES,
 * -ENOENT, -ENODEV, -EOPNOTSUPP, -EMFILE, -EBUSY), and -EIO where the directory cannot be made.
 */
int dt_recorder_open(struct dt_recorder **recorder, const struct dt_recorder_options *options,
		     const struct dt_recorder_listener *listener, struct dt_error *error);

/* One line: what will be recorded. */
const char *dt_recorder_description(const struct dt_recorder *recorder);

/* Record until it ends. *end is filled in any case. 0 or -errno. */
int dt_recorder_run(struct dt_recorder *recorder, struct dt_recorder_end *end,
		    struct dt_error *error);

/* Losses and rates by CPU, after the run; owned by the recorder. */
const struct dt_account *dt_recorder_account(const struct dt_recorder *recorder);

/* NULL is allowed. Nothing of ours stays in the kernel. */
void dt_recorder_close(struct dt_recorder *recorder);

#endif
