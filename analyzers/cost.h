/* SPDX-License-Identifier: GPL-2.0-only */
/* What monitoring costs: calls of DAMON's functions put together, and what is counted of them. */
#ifndef ANALYZERS_COST_H
#define ANALYZERS_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/quantile.h"
#include "damon-trace/analyzer.h"
#include "damon-trace/function.h"

/* Calls inside of each other; the deepest that DAMON has is three. */
#define DT_COST_DEPTH 16

/* As perf ftrace latency has them: below 1 us, then powers of two, the last from 1 s on. */
#define DT_COST_BUCKETS 22

/* Steps of the chart over time at most. */
#define DT_COST_BINS 240

/* A call that has not returned. */
struct dt_cost_frame {
	uint16_t function;
	uint64_t time;	   /* of the entry */
	uint64_t children; /* ns in traced calls inside */
};

/* A kdamond of an input. */
struct dt_cost_thread {
	size_t input;
	int32_t pid;
	bool seen; /* an event of it */
	unsigned depth;
	struct dt_cost_frame frames[DT_COST_DEPTH];
	uint64_t calls[DT_NR_FUNCTIONS];
	uint64_t self_ns; /* in traced functions */
	/* aggregations are counted by the regions of one target, which begin anew */
	bool has_regions;
	uint8_t event;
	uint64_t target, last_start;
	uint64_t aggregations;
};

/* Of all calls of one function. */
struct dt_cost_tally {
	uint64_t calls, total_ns;
	uint64_t self_ns; /* without traced calls inside */
	uint64_t buckets[DT_COST_BUCKETS];
	struct dt_quantile durations; /* ns; without memory until the first call */
};

struct dt_cost_calls {
	size_t nr, room;
	struct dt_cost_thread *threads;
	struct dt_cost_tally tallies[DT_NR_FUNCTIONS];
	uint64_t events;
	uint64_t lost_enter, lost_leave; /* without the other end */
	uint64_t cut;			 /* by the beginning or the end of an input */
	uint32_t by;			 /* 1u << enum dt_call_by */
	/* self time over time; bins NULL: not wanted */
	uint64_t start_ns, step_ns;
	uint32_t nr_bins;
	uint64_t (*bins)[DT_NR_PHASES];
};

/* ---- cost_calls.c ---- */

/* 0 or -ENOMEM. */
int dt_cost_call(struct dt_cost_calls *calls, size_t input, const struct dt_call *call);
int dt_cost_region(struct dt_cost_calls *calls, size_t input, const struct dt_region *region);
/* Events of the input were lost: what is open has no trustworthy end. */
void dt_cost_loss(struct dt_cost_calls *calls, size_t input);
/* The input ends. */
void dt_cost_cut(struct dt_cost_calls *calls, size_t input);
void dt_cost_calls_free(struct dt_cost_calls *calls);

/* The bucket of a duration; the bucket is [low, high) us, the last one without end. */
unsigned dt_cost_bucket(uint64_t ns);
uint64_t dt_cost_bucket_low(unsigned bucket);

/* Sampling ticks: calls of that function of a tick which was called most. */
uint64_t dt_cost_ticks(const struct dt_cost_thread *thread);

/* ---- cost_report.c ---- */

/* infos: of the inputs, with their witnesses. */
void dt_cost_report(const struct dt_cost_calls *calls, const struct dt_view *view,
		    const struct dt_input_info *const *infos, size_t nr_infos,
		    const struct dt_span *span, struct dt_report *report);

#endif
