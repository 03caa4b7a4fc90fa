/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hardware event as the numbers that the kernel takes, whether they come from a name or from a
 * log of perf: what DAMON has to be told so that it samples with the same event.
 */
#ifndef DAMON_TRACE_HW_EVENT_H
#define DAMON_TRACE_HW_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* DAMON's richest layout takes no more. */
#define DT_HW_EVENTS_MAX 64

struct dt_hw_event {
	char name[160];	  /* as it was asked for or opened; empty: not told */
	char pmu[64];	  /* empty: a generic event of the kernel, or not told */
	char generic[64]; /* of types 0, 1 and 3: the name of config; empty: it has none */
	char cpus[256];	  /* a list; empty: all, or not told */
	uint32_t type;
	uint64_t config, config1, config2, config3;
	uint64_t freq;	   /* samples a second and CPU */
	uint64_t period;   /* events from sample to sample; both 0: not told */
	unsigned precise;  /* 0 to 3 */
	bool has_precise;  /* false: left to who opens it */
	bool most_precise; /* the highest level that the PMU has was asked for */
	bool default_rate; /* freq is damon-trace's own */
	bool grouped;	   /* it was written or opened in a group */
	bool aux;	   /* only helps its group */
	bool pinned;
	bool exclude_user, exclude_kernel, exclude_hv;
	bool exclude_idle, exclude_host, exclude_guest;
};

struct dt_hw_events {
	size_t nr;
	struct dt_hw_event list[DT_HW_EVENTS_MAX];
};

/* An event of an input that was passed over. */
struct dt_hw_skipped {
	uint64_t line; /* of the input, from 1 */
	char name[160];
	char why[200];
};

#endif
