/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agreement of DAMON and samples over the same time and address space (DEFINITIONS, "Hardware
 * samples"). One comparison sets a stream of DAMON's beside the samples of its address space; the
 * parts have a file each: covered time, units, rankings, scores, lag, grids, and what is told.
 */
#ifndef ANALYZERS_AGREEMENT_H
#define ANALYZERS_AGREEMENT_H

#include "analyzers/agreement_cover.h"
#include "analyzers/agreement_pair.h"
#include "analyzers/agreement_ranking.h"
#include "analyzers/agreement_units.h"
#include "analyzers/median.h"
#include "damon-trace/analyzer.h"
#include "damon-trace/error.h"
#include "damon-trace/section.h"
#include "damon-trace/snapshot.h"

/* Processes that are told apart where nothing says which one a stream is of. */
#define DT_AGREEMENT_PIDS 8

/* Where the samples of a comparison went. */
struct dt_agreement_counts {
	uint64_t compared;
	uint64_t no_address;	  /* 0, or not resolved */
	uint64_t outside_time;	  /* not covered by DAMON */
	uint64_t outside_address; /* not monitored */
	uint64_t other_process;
};

struct dt_agreement_pid {
	int32_t pid;
	uint64_t samples;
};

/* One stream of DAMON's, and the samples of its address space. */
struct dt_comparison {
	const struct dt_known_stream *known; /* or NULL */
	bool wanted;
	struct dt_stream_id id;

	/* survey */
	struct dt_extents extents; /* bytes monitored at any time */
	struct dt_cover cover;
	struct dt_median gaps;
	uint64_t regions;
	uint64_t aggr_ns, sample_ns; /* of the first snapshot; 0: not known */
	bool any_access, any_hits, by_probes;
	uint64_t incomplete, partial; /* snapshots that were not whole, so far */
	uint64_t unit;		      /* bytes of one unit of its addresses */

	/* between the passes */
	bool chosen; /* it is compared */
	bool physical;
	bool space_assumed;
	int32_t pid;		/* of virtual samples; -1: not known */
	const char *pid_source; /* where it is known from */
	bool pid_assumed;
	double scale; /* the rate of one access */
	uint64_t median;

	/* fill */
	struct dt_units units;
	struct dt_pair shown, fine; /* the grids that are shown, and those for the lag */
	bool covered;		    /* the snapshot at hand */
	uint64_t covered_ns;	    /* of it */
	uint64_t snapshots, total_ns;
	struct dt_agreement_counts counts;
	uint32_t nr_pids; /* only where pid is not known */
	struct dt_agreement_pid pids[DT_AGREEMENT_PIDS];
	uint64_t more_pids; /* samples of yet others */
	uint32_t extent_hint;
};

struct dt_agreement {
	const struct dt_view *view;
	unsigned pass;
	struct dt_snapshots snapshots; /* of the pass at hand */
	size_t nr, room;
	struct dt_comparison **list; /* by the stream's index, the same in both passes */
	size_t nr_chosen, nr_left_out;
};

/* The first walk, agreement_survey.c: what was monitored, and when. 0 or -ENOMEM. */
int dt_agreement_survey(struct dt_agreement *agreement, const struct dt_region *regions,
			uint32_t count);
void dt_agreement_survey_input_end(struct dt_agreement *agreement);

/* Between the walks, agreement_choose.c: whose addresses are whose. 0 or -errno. */
int dt_agreement_choose(struct dt_agreement *agreement, const struct dt_span *span);

/* The second walk, agreement_fill.c: heat and samples. 0 or -ENOMEM. */
int dt_agreement_fill(struct dt_agreement *agreement, const struct dt_region *regions,
		      uint32_t count);
void dt_agreement_fill_samples(struct dt_comparison *comparison, const struct dt_view *view,
			       const struct dt_samples *samples, uint32_t count);

/* The hits of all probes, by their weights. */
uint64_t dt_agreement_probe_sum(const struct dt_comparison *comparison,
				const struct dt_region *region);

/* Addresses of a stream may be in larger units. */
static inline uint64_t dt_agreement_bytes(const struct dt_comparison *comparison, uint64_t address)
{
	return address > UINT64_MAX / comparison->unit ? UINT64_MAX : address * comparison->unit;
}

enum dt_measure {
	DT_MEASURE_SPEARMAN,
	DT_MEASURE_CURVE,     /* area under the capture curve: 0 chance, 1 the samples' own order */
	DT_MEASURE_DISTANCE,  /* Jensen-Shannon, 0 to 1 */
	DT_MEASURE_PRECISION, /* of the bytes with a value above 0 those with samples */
	DT_MEASURE_RECALL,    /* the other way round */
	DT_MEASURE_TOUCHED,   /* share of the samples in bytes with a value above 0 */
	DT_NR_MEASURES,
};

/* Scores of a ranking against samples. NaN: not defined for them. */
struct dt_agreement_scores {
	double overlap[DT_NR_BUDGETS], captured[DT_NR_BUDGETS];
	double measure[DT_NR_MEASURES];
};

/* All of them: DAMON's, and what so many samples could reach. */
struct dt_agreement_set {
	struct dt_agreement_scores damon;  /* against all samples */
	struct dt_agreement_scores halves; /* against each half of them, the mean */
	struct dt_agreement_scores floor;  /* one half against the other, both ways, the mean */
	double most[DT_NR_BUDGETS];	   /* captured by the samples' own order */
};

/* 0 or -ENOMEM. */
int dt_agreement_score(const struct dt_units *units, struct dt_agreement_set *set);

/* How DAMON's heat follows the samples in time. */
struct dt_agreement_lag {
	double lag_ns;	    /* of the highest correlation; NaN: flat, or too short */
	double correlation; /* there */
	double at_zero;
	uint64_t step_ns; /* resolution */
};

int dt_agreement_find_lag(const struct dt_pair *fine, struct dt_agreement_lag *lag);

/* Why a comparison is refused; *reason holds message and hint. False: nothing is in the way. */
bool dt_agreement_refuses(const struct dt_comparison *comparison, const struct dt_report *report,
			  struct dt_error *reason);

/* Are the samples on another clock than the regions? */
bool dt_agreement_clocks_differ(const struct dt_report *report, struct dt_error *reason);

/* Nothing can be compared, as the inputs have too little. */
void dt_agreement_explain(const struct dt_report *report, struct dt_error *reason);

/* Tell a comparison, or why there is none (comparison may be NULL). 0 or -ENOMEM. */
int dt_agreement_tell(struct dt_comparison *comparison, const struct dt_view *view,
		      struct dt_report *report);
void dt_agreement_tell_refusal(const struct dt_comparison *comparison,
			       const struct dt_error *reason, struct dt_report *report);

/* The table of regions. */
void dt_agreement_regions(const struct dt_units *units, struct dt_section *section);

#endif
