/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sample half of a recording: memory samples through perf_event_open and libperf's rings into
 * perf.data.
 *
 * Order of calls: open, segment, (watch), start, drain..., stop, drain, finish, close. As in
 * tracer.h, close takes what is half-built.
 *
 * A perf.data that is being written says that it holds 0 bytes of records: readers take them up to
 * the end of the file. Of what the kernel counts as lost, the part that no record told of is added
 * at the end, so the file and the account agree.
 */
#ifndef COLLECTOR_SAMPLER_H
#define COLLECTOR_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include "damon-trace/error.h"
#include "damon-trace/recording.h"
#include "damon-trace/roots.h"

struct dt_sampler;
struct dt_host; /* collector/host.h */

struct dt_sampler_options {
	const struct dt_roots *roots;
	const char *const
		*events;  /* as perf writes them; ends with NULL; NULL: the machine's best */
	pid_t pid;	  /* a process with its threads and children; 0: system-wide */
	bool on_exec;	  /* pid is a child that waits before exec: begin at its exec */
	bool use_clockid; /* stamp with clockid instead of perf's own clock */
	int32_t clockid;
	uint64_t buffer_kb;	    /* per CPU, rounded up to a power of two of pages; 0: 4096 */
	bool callchain;		    /* PERF_SAMPLE_CALLCHAIN too */
	const struct dt_host *host; /* for the features of perf.data */
	const char *const *command; /* argv of the recorder, for CMDLINE; ends with NULL */
};

/*
 * Resolve the events, open them on every CPU, map the rings. What the kernel refuses of an event is
 * left out and named in the description; with buffer_kb 0 the rings shrink to what the user may
 * lock. 0, or -errno with *error filled:
 *
 * -EINVAL     no event (the column and the nearest names), or one that cannot be sampled
 * -ENODEV, -ENOENT, -EOPNOTSUPP   a PMU or an event that the machine lacks
 * -ESRCH      no such process
 * -EACCES, -EPERM   no permission (the sysctl with its value and meaning, the capability; the
 *             owner of the process), or rings larger than may be locked
 * -EMFILE     not enough descriptors even at the highest limit (how many are needed)
 * -EBUSY      an IBS that DAMON holds, or a counter that somebody else holds
 */
int dt_sampler_open(struct dt_sampler **sampler, const struct dt_sampler_options *options,
		    struct dt_error *error);

/* One line: which events, why these, what the kernel refused of them. Owned by the sampler. */
const char *dt_sampler_description(const struct dt_sampler *sampler);

/*
 * As dt_tracer_segment, for perf.data: the one before is finished at once. While the processes that
 * run are described in the new one, the rings are drained into the old one. When the new one cannot
 * be made the old one goes on.
 */
int dt_sampler_segment(struct dt_sampler *sampler, const char *directory, const char *name,
		       struct dt_error *error);

int dt_sampler_watch(struct dt_sampler *sampler, int epoll_fd, uint64_t base,
		     struct dt_error *error);
int dt_sampler_start(struct dt_sampler *sampler, struct dt_error *error);
int dt_sampler_stop(struct dt_sampler *sampler, struct dt_error *error);

/*
 * Move what the ring of one CPU (-1: all) holds into perf.data. Never blocks. On failure (-ENOSPC)
 * the file ends with its last whole record; what found no place counts as lost.
 */
int dt_sampler_drain(struct dt_sampler *sampler, int cpu, uint64_t *bytes, struct dt_error *error);

/*
 * Follow CPUs that came or went; to be called once a second. New ones are opened and watched as
 * the others.
 */
int dt_sampler_follow_cpus(struct dt_sampler *sampler, struct dt_error *error);

/*
 * An event that gives nothing: a line to tell the user, with the likely cause, or NULL. To be
 * called once a second with the ns since the start; each line comes once, after two seconds.
 */
const char *dt_sampler_complaint(struct dt_sampler *sampler, uint64_t elapsed_ns);

/* Fill the sample columns of an account. */
int dt_sampler_account(struct dt_sampler *sampler, struct dt_account *account);

/* Write the header and the features of the current segment; perf reads it from now on. */
int dt_sampler_finish(struct dt_sampler *sampler, struct dt_error *error);
void dt_sampler_close(struct dt_sampler *sampler);

/* ---- for doctor ---- */

/*
 * The event that open would take with no -e, found by opening it on all CPUs for a moment; 0 and
 * its name, or -errno with the reason.
 */
int dt_sampler_best(const struct dt_roots *roots, char *name, size_t size, struct dt_error *error);

#endif
