/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events to sample, from names as perf writes them: cpu/mem-loads,ldlat=30/P,
 * {cpu/mem-loads-aux/,cpu/mem-loads,ldlat=30/}:P, ibs_op/cnt_ctl=1/, r20d1, page-faults.
 */
#ifndef COLLECTOR_EVENT_NAME_H
#define COLLECTOR_EVENT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/perf_event.h>

#include "collector/pmu.h"
#include "damon-trace/error.h"
#include "damon-trace/roots.h"

/* Groups and single events of one recording. */
#define DT_SAMPLED_MAX 64

/* libperf copies an attr of the size that it was built with, which may be larger than ours. */
union dt_attr {
	struct perf_event_attr attr;
	char room[256];
};

struct dt_sampled_event {
	char name[160]; /* as asked for, with all its modifiers, or of the term name= */
	char pmu[64];	/* empty: a generic event of the kernel */
	char cpus[256]; /* list of the CPUs that its PMU is on; empty: all */
	union dt_attr attr;
	unsigned group;	   /* 0: not in one; the first of a group is its leader */
	bool aux;	   /* only helps its group: it is not sampled itself */
	bool ibs;	   /* of AMD's IBS, which has rules of its own */
	bool software;	   /* counted by the kernel, so there on every machine */
	bool most_precise; /* modifier P: the most that the kernel grants */
	bool has_rate;	   /* a term set period or freq */
	bool has_excludes; /* modifiers u, k, h */
	int max_precise;   /* of its PMU; -1: not known */
};

struct dt_sampled_events {
	size_t nr;
	struct dt_sampled_event list[DT_SAMPLED_MAX];
	unsigned groups; /* the highest number of a group */
};

/*
 * Add the events of a text: a name, a group in braces, or a list of both with commas. 0, or
 * -EINVAL (not an event: the column and the nearest names), -ENODEV (a PMU that this machine
 * lacks), -E2BIG, with *error filled and the events as they were.
 */
int dt_sampled_parse(struct dt_sampled_events *events, const struct dt_roots *roots,
		     const char *text, struct dt_error *error);

/* ---- between the files of the parser ---- */

struct dt_event_parser {
	const struct dt_roots *roots;
	const char *text;
	const char *at;
	struct dt_sampled_events *events;
	struct dt_error *error;
};

/* -code, with *error saying what is wrong at which column. hint: may be NULL. */
int dt_event_fail(const struct dt_event_parser *parser, const char *at, int code, const char *hint,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Terms from begin to end, of events/ first and then those that were written. */
int dt_event_terms(const struct dt_event_parser *parser, const struct dt_pmu *pmu,
		   struct dt_sampled_event *event, const char *begin, const char *end);

/* A generic event of the kernel: hardware, software or cache. Is it one? */
bool dt_event_generic(const char *name, size_t length, struct dt_sampled_event *event);
void dt_event_offer_generic(struct dt_nearest *nearest);

#endif
