/* SPDX-License-Identifier: GPL-2.0-only */
/* Which memory event a machine can sample best, and who else may hold its hardware. */
#ifndef COLLECTOR_EVENT_CHOOSE_H
#define COLLECTOR_EVENT_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "damon-trace/roots.h"

/* One way to sample memory. */
struct dt_event_choice {
	char name[512];		 /* for dt_sampled_parse */
	const char *description; /* what kind of event it is */
};

#define DT_CHOICES_MAX 4

/*
 * Those that the machine's PMUs offer, the best first: IBS op, PEBS load latency, PEBS L3 misses,
 * page-faults, which is always there. The kernel may still refuse one. Returns their number.
 */
size_t dt_event_choices(const struct dt_roots *roots, struct dt_event_choice choices[]);

/*
 * Does DAMON sample with IBS, of which every CPU has one event? who: a sentence about it. Looked up
 * in all layouts that DAMON's sysfs tree has for it; nothing there is changed.
 */
bool dt_ibs_held(const struct dt_roots *roots, char *who, size_t size);

#endif
