/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Analyzers: records to results. One file per analysis, one registry (analyzers/registry.c).
 *
 * An analyzer does no I/O and prints nothing. It may ask for several passes over the inputs
 * (ranges first, then cells).
 */
#ifndef DAMON_TRACE_ANALYZER_H
#define DAMON_TRACE_ANALYZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/known.h"
#include "damon-trace/reader.h"
#include "damon-trace/result.h"

enum dt_weight {
	DT_WEIGHT_COUNT,   /* number of samples */
	DT_WEIGHT_PERIOD,  /* estimated accesses: sum of the periods */
	DT_WEIGHT_LATENCY, /* mean of the weights */
};

/* What samples are broken down by. */
enum dt_by {
	DT_BY_PID,
	DT_BY_COMM,
	DT_BY_CGROUP,
	DT_BY_MAPPING, /* that holds the address */
	DT_BY_SYMBOL,  /* of the code that accessed it */
	DT_NR_BY,
};

struct dt_symbols; /* symbols.h */

/* [start, end) in bytes. */
struct dt_range {
	uint64_t start, end;
};

/* Is an address, or a part of [start, end), in one of them? Of none: false. */
static inline bool dt_ranges_hold(const struct dt_range *ranges, size_t nr, uint64_t address)
{
	for (size_t i = 0; i < nr; i++)
		if (address >= ranges[i].start && address < ranges[i].end)
			return true;
	return false;
}

static inline bool dt_ranges_touch(const struct dt_range *ranges, size_t nr, uint64_t start,
				   uint64_t end)
{
	for (size_t i = 0; i < nr; i++)
		if (start < ranges[i].end && end > ranges[i].start)
			return true;
	return false;
}

/* Which streams; a part that is not set matches all. */
struct dt_stream_filter {
	bool has_kdamond, has_context, has_target;
	int32_t kdamond;
	uint32_t context;
	uint64_t target;
};

/* What the user chose for the views of a report. Arrays are borrowed. */
struct dt_view {
	bool damon, samples; /* sources wanted */
	uint32_t time_cells, address_cells;
	bool fit; /* evenly divided cells between the data's own edges, not aligned ones */
	bool has_time;
	bool time_relative;	 /* to the first sample or event; else on the recording's clock */
	uint64_t from_ns, to_ns; /* to_ns UINT64_MAX: up to the end */
	size_t nr_addresses;	 /* sorted, disjoint */
	const struct dt_range *addresses;
	size_t nr_streams;
	const struct dt_stream_filter *streams;
	uint64_t sample_ns, aggr_ns; /* of all streams; 0: not given */
	struct dt_known known;	     /* of single ones, where nothing was given */
	size_t nr_nodes;
	const struct dt_node_range *nodes;
	int32_t node; /* only this node's addresses; -1: all */
	size_t nr_cpu_nodes;
	const int16_t *cpu_nodes; /* the node of each CPU, -1: not known */
	size_t nr_pids;
	const int32_t *pids; /* only these processes' samples */
	bool phys;	     /* physical addresses of samples */
	enum dt_weight weight;
	bool wss, regions; /* views of DAMON's regions without a map */
	bool schemes;
	bool sample_facts, tiers;   /* views of memory samples without a map */
	bool agreement;		    /* set DAMON's heat beside the samples */
	bool sparsity;		    /* pages of 2 MiB blocks that were sampled */
	bool cost;		    /* what monitoring costs */
	uint32_t by;		    /* 1u << enum dt_by: who accessed memory */
	bool latency_map;	    /* time x latency */
	bool folded;		    /* call chains */
	uint32_t only_tiers;	    /* 1u << enum dt_tier, of those three views; 0: all */
	struct dt_symbols *symbols; /* where code gets its names from; NULL: nowhere */
	uint32_t max_stream_maps;   /* of DAMON's streams: those with the most regions */
	uint32_t max_sample_maps;   /* of processes: the hottest ones */
	bool goals;		    /* judge quota goals */
	bool goals_asked;	    /* the report says so even when there are none */
	bool sections_asked;	    /* a view whose results are sections (section.h) */
	uint64_t window_ns;	    /* of goals; 0: by their period */
	double band_bp;		    /* 0: by what one quota window moves */
	double drift_limit;	    /* bp/h; 0: the default */
	size_t nr_goal_setups;
	const struct dt_goal_setup *goal_setups;
	size_t nr_goal_writes;
	const struct dt_goal_write *goal_writes; /* by time */
};

/* Does one of the filters let this kdamond and context through, whatever its target? None: all. */
bool dt_filters_pass(const struct dt_stream_filter *filters, size_t nr, int32_t kdamond,
		     uint32_t context);

/* Is the stream among those that the user chose? */
bool dt_view_wants_stream(const struct dt_view *view, const struct dt_stream_id *stream);

/* Earliest and latest time stamp of all inputs, ns; first > last when there is none. */
struct dt_span {
	uint64_t first, last;
};

/* What an analyzer wants to see in one pass. kinds 0 and done: no (further) pass. */
struct dt_wants {
	bool done;
	uint32_t kinds;	  /* 1u << enum dt_kind */
	uint32_t columns; /* DT_COL_* */
};

struct dt_analyzer {
	const char *name;
	const char *summary;
	/* Is there something to do in this view? */
	bool (*applies)(const struct dt_view *view);
	size_t state_size; /* of the state for one report, which begins as zeros */
	/* Make the state ready. 0 or -errno; end() follows in any case. */
	int (*begin)(void *state, const struct dt_view *view);
	/*
	 * Before each pass. pass: 0, 1, ...; span: known from pass 1 on; *wants: zeros. 0 or
	 * -errno; *error is filled where the errno and the name do not say it all. Optional:
	 * without it there is one pass, over these kinds.
	 */
	uint32_t kinds; /* 1u << enum dt_kind */
	int (*pass)(void *state, unsigned pass, const struct dt_span *span, struct dt_wants *wants,
		    struct dt_error *error);
	/* The batches that follow, up to input_end(), are this reader's. Optional. */
	void (*input_begin)(void *state, const struct dt_reader *reader);
	/* A batch of a wanted kind. 0 or -errno. */
	int (*batch)(void *state, const struct dt_batch *batch);
	/* The end of one input within a pass; another may follow. Optional. */
	void (*input_end)(void *state);
	/* Put the results into the report. 0 or -errno. */
	int (*finish)(void *state, struct dt_report *report);
	/* Free what the state holds, but not itself. */
	void (*end)(void *state);
};

/*
 * The steps of an analyzer with what they have in common: the state's memory, and an error that has
 * a sentence. 0, or -errno with *error filled.
 */
int dt_analyzer_begin(const struct dt_analyzer *analyzer, void **state, const struct dt_view *view,
		      struct dt_error *error);
int dt_analyzer_pass(const struct dt_analyzer *analyzer, void *state, unsigned number,
		     const struct dt_span *span, struct dt_wants *wants, struct dt_error *error);
int dt_analyzer_finish(const struct dt_analyzer *analyzer, void *state, struct dt_report *report,
		       struct dt_error *error);
/* state NULL is allowed. */
void dt_analyzer_end(const struct dt_analyzer *analyzer, void *state);

extern const struct dt_analyzer dt_heatmap_analyzer;
extern const struct dt_analyzer dt_regions_analyzer;
extern const struct dt_analyzer dt_schemes_analyzer;
extern const struct dt_analyzer dt_snapshots_analyzer;
extern const struct dt_analyzer dt_goals_analyzer;
extern const struct dt_analyzer dt_sample_facts_analyzer;
extern const struct dt_analyzer dt_tiers_analyzer;
extern const struct dt_analyzer dt_agreement_analyzer;
extern const struct dt_analyzer dt_sparsity_analyzer;
extern const struct dt_analyzer dt_cost_analyzer;
extern const struct dt_analyzer dt_who_analyzer;
extern const struct dt_analyzer dt_folded_analyzer;
extern const struct dt_analyzer dt_latency_analyzer;

/* All of them, in the order of a report; ends with NULL. */
extern const struct dt_analyzer *const dt_analyzers[];

/*
 * Run the registry's analyzers that apply over inputs, which are walked at least once. threads: 1,
 * or more to decode and analyze at the same time; the results are the same. 0, or -errno with
 * *error filled.
 */
int dt_analyze(struct dt_reader *const *readers, size_t nr_readers, const struct dt_view *view,
	       unsigned threads, struct dt_report *report, struct dt_error *error);

#endif
