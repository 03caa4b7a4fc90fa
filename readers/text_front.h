/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands before an event's own words in a line of `perf script`, of `trace-cmd report` and of
 * tracefs: who, where, when, which event.
 *
 *	comm  pid/tid [cpu] misc seconds.fraction: period event: ...	perf script
 *	comm-pid (tgid) [cpu] flags seconds.fraction: event: ...	tracefs, trace-cmd
 *
 * Each part may be absent, and names of processes have blanks. So the time is found first, being
 * the one part of a form of its own, and the others from there, leftwards.
 */
#ifndef READERS_TEXT_FRONT_H
#define READERS_TEXT_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/sample.h"

struct dt_text_front {
	uint32_t columns; /* DT_COL_*: TIME, PID, TID, CPU, PERIOD as they were found */
	bool is_trace;	  /* comm-pid */
	bool is_ns;	  /* nine digits of fraction */
	bool lone_pid;	  /* one number that perf script prints for either */
	bool has_event;
	uint64_t time; /* ns */
	uint64_t period;
	int32_t pid, tid, cpu;
	const char *comm, *event; /* not terminated */
	size_t comm_length, event_length;
	const char *body; /* what follows, from the first column of its first number */
	const char *who;  /* where the part that dt_text_front_who() reads ends */
};

/* Parse the front of the line [at, end). False: there is neither a time nor an event. */
bool dt_text_front(struct dt_text_front *front, const char *at, const char *end);

/* Then comm, pid, tid and cpu, and is_trace: most walks do without. start: of the line. */
void dt_text_front_who(struct dt_text_front *front, const char *start);

#endif
