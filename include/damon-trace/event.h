/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's trace events as records, the same from trace.dat, perf.data and a live ring.
 *
 * Times are in ns on the recording's own clock. Addresses are bytes as the kernel printed them
 * (not scaled by addr_unit). kdamond is the common_pid of the event: no DAMON event names its
 * kdamond, so every stream is keyed by that pid together with context, scheme or target.
 */
#ifndef DAMON_TRACE_EVENT_H
#define DAMON_TRACE_EVENT_H

#include <stdint.h>

/* A field that the event's format does not have. */
#define DT_UNKNOWN_U32 UINT32_MAX

/* The kernel has at most this many probes per context (DAMON_MAX_PROBES, mm/damon). */
#define DT_MAX_PROBES 4

enum dt_kind {
	DT_KIND_REGION,	   /* damon_aggregated, damon_region_aggregated */
	DT_KIND_INTERVALS, /* damon_monitor_intervals_tune */
	DT_KIND_LOSS,	   /* lost events or samples, throttling */
	DT_KIND_APPLY,	   /* damos_before_apply */
	DT_KIND_ESZ,	   /* damos_esz */
	DT_KIND_STAT,	   /* damos_stat_after_apply_interval */
	DT_KIND_GOAL,	   /* damos_node_eligible_mem_bp, native or by a dynamic probe */
	DT_KIND_OVERFLOW,  /* damon_perf_ring_overflow */
	DT_KIND_CALL,	   /* entry and return of DAMON's functions */
	DT_KIND_SAMPLE,	   /* hardware or software samples, see sample.h */
	DT_NR_KINDS,
};

/* Which tracepoint a region came from: with probes the kernel prints each region through both. */
enum dt_region_event {
	DT_REGION_AGGREGATED,
	DT_REGION_WITH_PROBES, /* damon_region_aggregated, damon_aggregated_v2 */
};

/* One region of one aggregation. */
struct dt_region {
	uint64_t time;
	uint64_t start, end;  /* bytes, half open */
	uint64_t target_id;   /* index on newer kernels, a kernel pointer on older ones */
	uint32_t nr_regions;  /* of the whole snapshot */
	uint32_t nr_accesses; /* sampling ticks of the aggregation that saw an access */
	uint32_t age;	      /* aggregation intervals; DT_UNKNOWN_U32 on 5.15-era kernels */
	int32_t kdamond;
	uint8_t event; /* enum dt_region_event */
	uint8_t nr_probes;
	uint8_t probe_hits[DT_MAX_PROBES];
};

/* One region that a scheme is about to be applied to. */
struct dt_apply {
	uint64_t time;
	uint64_t start, end;
	uint64_t target_idx;
	uint32_t context_idx, scheme_idx;
	uint32_t nr_regions, nr_accesses, age;
	int32_t kdamond;
};

/*
 * New sampling interval. It is printed before the snapshot that still used the old one. The
 * kernel keeps the number of samples per aggregation, so the aggregation interval follows it.
 */
struct dt_intervals {
	uint64_t time;
	uint64_t sample_us;
	int32_t kdamond;
};

/* Effective quota of a scheme in bytes; printed when it changes. */
struct dt_esz {
	uint64_t time;
	uint64_t esz;
	uint32_t context_idx, scheme_idx;
	int32_t kdamond;
};

/* Statistics of a scheme, cumulative since the kdamond started. */
struct dt_stat {
	uint64_t time;
	uint64_t nr_tried, sz_tried, nr_applied, sz_applied;
	uint64_t sz_ops_filter_passed, qt_exceeds, nr_snapshots;
	uint32_t context_idx, scheme_idx;
	int32_t kdamond;
};

/* One evaluation of a quota goal; values in bp, 1/10000. */
struct dt_goal {
	uint64_t time;
	uint64_t target_value, current_value;
	uint64_t score;	      /* UINT64_MAX when the event has none */
	uint32_t context_idx; /* DT_UNKNOWN_U32 when the event has none (dynamic probe) */
	uint32_t scheme_idx;  /* likewise */
	uint32_t metric;      /* enum damos_quota_goal_metric; DT_UNKNOWN_U32 when not traced */
	int32_t nid;
	int32_t kdamond;
};

/* One dropped report of DAMON's own sample ring. */
struct dt_overflow {
	uint64_t time;
	int32_t cpu;
	int32_t kdamond;
};

enum dt_call_what {
	DT_CALL_ENTER,
	DT_CALL_LEAVE,
};

/* What wrote a call down. */
enum dt_call_by {
	DT_CALL_BY_GRAPH, /* the function_graph tracer */
	DT_CALL_BY_PROBE, /* a pair of dynamic events */
};

/* One end of a call of a function of DAMON's. */
struct dt_call {
	uint64_t time;
	uint64_t duration; /* ns, of a return; UINT64_MAX: not told, the entry's time has it */
	int32_t kdamond;
	uint16_t function; /* index into dt_functions (function.h) */
	uint8_t what;	   /* enum dt_call_what */
	uint8_t by;	   /* enum dt_call_by */
};

enum dt_loss_what {
	DT_LOSS_EVENTS,	  /* trace events */
	DT_LOSS_SAMPLES,  /* perf samples: PERF_RECORD_LOST, LOST_SAMPLES */
	DT_LOSS_THROTTLE, /* PERF_RECORD_THROTTLE */
};

/* Lost records: between the previous record of this cpu and time. */
struct dt_loss {
	uint64_t time;
	uint64_t count; /* 0: the number is not known */
	int32_t cpu;	/* -1: not known */
	uint8_t what;	/* enum dt_loss_what */
};

#endif
