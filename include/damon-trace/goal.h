/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quota goals: what a goal stream did, step by step, and why (DEFINITIONS, "Goals").
 *
 * Shares are in bp (1/10000), times in seconds unless the name ends in _ns (the recording's own
 * clock). A figure that could not be had is NaN.
 */
#ifndef DAMON_TRACE_GOAL_H
#define DAMON_TRACE_GOAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A share that is all there is. */
#define DT_GOAL_WHOLE 10000

/* Of the first that holds, in this order. */
enum dt_goal_verdict {
	DT_GOAL_NO_DATA,
	DT_GOAL_OSCILLATING,
	DT_GOAL_REACHED,
	DT_GOAL_DRIFTING,
	DT_GOAL_MOVING,
	DT_GOAL_STALLED,
	DT_NR_GOAL_VERDICTS,
};

enum dt_drift_verdict {
	DT_DRIFT_NONE,
	DT_DRIFT_DRIFTING,
	DT_DRIFT_UNDECIDED,
};

enum dt_goal_cause {
	DT_CAUSE_BOOTSTRAP,   /* the tuner still grows its quota from below one region */
	DT_CAUSE_QUOTA_BOUND, /* the quota is at its cap, and the error does not shrink */
	DT_CAUSE_STARVED,     /* nothing is eligible */
	DT_CAUSE_FIGHT,	      /* complementary schemes move memory against each other */
	DT_CAUSE_STUCK,	      /* no scheme may move a region, and the goal is missed */
	DT_CAUSE_SUM_OFF,     /* complementary values do not sum to the whole */
	DT_CAUSE_NID_LOST,    /* the goal reads another node than it was set to */
	DT_CAUSE_LOST_EVENTS,
	DT_CAUSE_THROTTLED,
	DT_NR_GOAL_CAUSES,
};

enum dt_band_source {
	DT_BAND_GIVEN,
	DT_BAND_MEDIAN,	 /* what one quota window moves */
	DT_BAND_LOWEST,	 /* that is less than the least band */
	DT_BAND_HIGHEST, /* that is more than the widest band */
	DT_BAND_DEFAULT, /* there were no two values to tell it: the least band */
};

struct dt_goal_because {
	enum dt_goal_cause cause;
	uint64_t from_ns, to_ns;
	char evidence[160]; /* one clause with its figures, ASCII */
};

/* A later run outside of the band, of a step that had settled. */
struct dt_goal_excursion {
	uint64_t from_ns, to_ns;
};

struct dt_goal_steady {
	bool settled; /* false: the second half of the step */
	size_t first; /* its first evaluation, counted from that of the step */
	size_t count;
	double start_s; /* from the start of the step */
	double mean, error, sd;
	double low, high; /* 95 % interval of the mean */
	double sojourn;	  /* share of the time within the band, 0 to 1 */
	double iae;	  /* time-mean of the absolute error */
};

struct dt_goal_drift {
	double bp_per_h, low, high; /* Theil-Sen with its 95 % interval */
	double p;		    /* of no trend: Mann-Kendall, corrected */
	enum dt_drift_verdict verdict;
};

struct dt_goal_cycle {
	bool found;
	double period_s;
	double amplitude; /* half of the swing */
	double decay;	  /* swing of the last period / of the one before */
};

/* A longest run of evaluations with one target. */
struct dt_goal_step {
	size_t first, count; /* evaluations of the stream */
	uint64_t start_ns, end_ns;
	bool written; /* start_ns is when the target was written, not when it was first evaluated */
	size_t write; /* by which of the writes that the view has, if it was */
	double target, initial;
	double rise_s, settling_s, overshoot_pct;
	struct dt_goal_steady steady;
	struct dt_goal_drift drift;
	struct dt_goal_cycle cycle;
	enum dt_goal_verdict verdict;
	double last_mean; /* the last mean over a window */
	size_t nr_excursions;
	struct dt_goal_excursion *excursions;
	size_t nr_causes;
	struct dt_goal_because *causes;
};

#define DT_ESZ_UNKNOWN UINT64_MAX

/* One evaluation, and its window: up to the next one of the stream. */
struct dt_goal_evaluation {
	uint64_t time;
	uint32_t target, value;
	uint64_t esz;	      /* bytes, in force at the end of the window; DT_ESZ_UNKNOWN */
	uint64_t sz_applied;  /* cumulative, as of the last statistics so far */
	uint64_t nr_tried;    /* likewise */
	uint64_t qt_exceeds;  /* likewise */
	uint64_t apply_bytes; /* of the regions that the scheme was about to be applied to */
	uint32_t applies;     /* number of these */
	int32_t nid;
	bool has_stat; /* the three cumulative ones are known */
	bool lost;     /* events were lost in this window */
};

/*
 * What memory samples say of the share that the goal steers: the accesses that went where the goal
 * counts hot memory. Bins of equal length.
 */
struct dt_goal_samples {
	char series[32]; /* "node_share", "dram_share", "far_share"; empty: there are none */
	bool assumed;	 /* that the node is DRAM (0) or far memory: nothing says so */
	uint64_t start_ns, step_ns;
	size_t nr;
	double *values; /* bp; NaN: no sample in this bin */
	/* over the bins within the goal's evaluations, against its time-weighted mean there */
	size_t nr_pairs;
	double correlation;	/* Pearson's; NaN below three pairs or without any change */
	double mean_difference; /* samples minus goal, bp */
};

enum dt_goal_write_what {
	DT_GOAL_WRITE,	  /* as the tuner's law decided */
	DT_GOAL_ROLLBACK, /* to the best target so far */
	DT_GOAL_RESTORE,  /* the former target, at the tuner's end */
};

/* A target that a tuner wrote while it was recorded (tune.jsonl). */
struct dt_goal_write {
	uint64_t from, time; /* begun and done, ns on the recording's clock */
	uint32_t scheme, target;
	int32_t kdamond;
	enum dt_goal_write_what what;
	bool verified;	 /* the kernel was seen to go by it */
	char reason[96]; /* of the tuner; may be empty */
};

/* A write to the goal of a stream, and what became of it. */
struct dt_goal_mark {
	struct dt_goal_write write;
	int64_t step; /* that began with it; -1: none was recorded */
};

/* (kdamond pid, context, scheme, metric, place among the scheme's goals). */
struct dt_goal_stream {
	int32_t kdamond;
	uint32_t context, scheme; /* DT_UNKNOWN_U32: the events did not tell */
	uint32_t metric;	  /* DT_UNKNOWN_U32: that of the tracepoint */
	uint32_t place;
	int32_t nid; /* the last one */
	size_t input;
	size_t count;
	struct dt_goal_evaluation *evaluations;
	double period_s, window_s, band;
	bool window_given;
	enum dt_band_source band_source;
	double band_median; /* NaN: not known */
	double drift_limit;
	int64_t complement; /* index of the next goal of its group, -1: none */
	size_t nr_steps;
	struct dt_goal_step *steps;
	size_t nr_marks;
	struct dt_goal_mark *marks; /* by time */
	uint64_t nr_beyond;	    /* evaluations left out: over the whole */
	uint64_t nr_zero;	    /* evaluations with target 0 */
	struct dt_goal_samples samples;
};

/* What is known beside the events of a goal and its scheme: their configuration. */
struct dt_goal_setup {
	int32_t kdamond;
	uint32_t context, scheme;
	uint32_t place;	 /* among the scheme's goals of its metric */
	char metric[32]; /* by name */
	bool has_nid;
	int32_t nid;	    /* that the goal was set to */
	uint64_t cap;	    /* of the effective quota, bytes; 0: not known */
	uint64_t addr_unit; /* bytes; 0: not known, taken as 1 */
	bool temporal;	    /* the tuner gives all or nothing: it does not grow */
};

/* A loss of events or a throttling, for pictures. */
struct dt_goal_loss {
	uint64_t time, count;
	bool throttled;
};

struct dt_goals {
	uint64_t origin; /* time 0 of reports, ns: the first event of all inputs */
	size_t nr;
	struct dt_goal_stream *streams;
	size_t nr_losses;
	struct dt_goal_loss *losses;
};

/* "REACHED", "none", "QUOTA_BOUND", "node_eligible_mem_bp"; static text. */
const char *dt_goal_verdict_name(enum dt_goal_verdict verdict);
const char *dt_drift_verdict_name(enum dt_drift_verdict verdict);
const char *dt_goal_cause_name(enum dt_goal_cause cause);
const char *dt_band_source_name(enum dt_band_source source);
/* "write", "rollback", "restore". */
const char *dt_goal_write_name(enum dt_goal_write_what what);

/* NULL for a number that no known kernel has. */
const char *dt_goal_metric_name(uint32_t metric);

/* Is the metric a share, 0 to 10000 bp? */
bool dt_goal_metric_is_share(uint32_t metric);

/* Free what it owns, not the structure. */
void dt_goals_clear(struct dt_goals *goals);

#endif
