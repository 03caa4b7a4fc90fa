/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Series of numbers over time, for formats that know nothing else: the goals, schemes, snapshots,
 * tiers and losses as points, each of a series that its labels name. Regions are summed over each
 * snapshot.
 */
#ifndef EXPORTERS_POINTS_H
#define EXPORTERS_POINTS_H

#include "exporters/export.h"

enum dt_metric {
	DT_METRIC_GOAL_VALUE,
	DT_METRIC_GOAL_TARGET,
	DT_METRIC_GOAL_SCORE,
	DT_METRIC_ESZ,
	DT_METRIC_TRIED_REGIONS,
	DT_METRIC_TRIED_BYTES,
	DT_METRIC_APPLIED_REGIONS,
	DT_METRIC_APPLIED_BYTES,
	DT_METRIC_PASSED_BYTES,
	DT_METRIC_QUOTA_EXCEEDS,
	DT_METRIC_SNAPSHOTS,
	DT_METRIC_REGIONS,
	DT_METRIC_MONITORED,
	DT_METRIC_ACCESSED,
	DT_METRIC_ACCESS_RATE,
	DT_METRIC_TIER_SAMPLES,
	DT_METRIC_TIER_SHARE,
	DT_METRIC_LOST_EVENTS,
	DT_METRIC_LOST_SAMPLES,
	DT_METRIC_THROTTLES,
	DT_NR_METRICS,
};

struct dt_metric_facts {
	const char *name; /* damon_trace_NAME */
	const char *title, *unit;
	const char *help;
	bool counter; /* it only grows */
};

extern const struct dt_metric_facts dt_metrics[DT_NR_METRICS];

/* What tells one series of a metric from another. Unused members are 0. */
struct dt_series_key {
	enum dt_metric metric;
	uint32_t input;
	int32_t kdamond;
	uint32_t context, scheme; /* DT_UNKNOWN_U32: not told */
	uint32_t goal_metric;
	int32_t nid;
	uint32_t tier;
	uint64_t target;
};

/* The value: a whole number, or where that is false a fraction. */
struct dt_point {
	struct dt_series_key key;
	uint64_t time;
	bool whole;
	uint64_t integer;
	double number;
};

/* Labels of a series as pairs into list; returns how many. Texts are static or in room. */
#define DT_LABELS_MAX  8
#define DT_LABELS_ROOM 256
struct dt_label {
	const char *name, *value;
};
size_t dt_export_series_labels(const struct dt_export *export, const struct dt_series_key *key,
			       struct dt_label list[DT_LABELS_MAX], char room[DT_LABELS_ROOM]);

/* Places of keys, in the order in which they came first. */
/* Series at most. */
#define DT_SERIES_MAX 4096

struct dt_series_index {
	size_t nr, room, last;
	struct dt_series_key *keys;
};
/* The place of a key; added when it is new, *fresh then. -1: no memory. */
long dt_export_series_find(struct dt_series_index *index, const struct dt_series_key *key,
			   bool *fresh);
void dt_export_series_free(struct dt_series_index *index);

struct dt_snapshot_sum {
	bool open;
	struct dt_stream_id id;
	uint64_t time, regions, bytes, accessed;
	double weighted; /* rate x bytes; NaN: not known */
};

/* A format's way to points: put() gets each; 0 or -errno. */
struct dt_points {
	int (*put)(struct dt_export *export, const struct dt_point *point);
	size_t nr_sums;
	struct dt_snapshot_sum *sums; /* by the stream's index */
	uint64_t lost[3];	      /* by enum dt_loss_what, of the input at hand */
};
void dt_points_free(struct dt_points *points);

int dt_points_region(struct dt_points *points, struct dt_export *export,
		     const struct dt_region *region, const struct dt_stream *stream, bool first);
int dt_points_goal(struct dt_points *points, struct dt_export *export, const struct dt_goal *goal);
int dt_points_stat(struct dt_points *points, struct dt_export *export, const struct dt_stat *stat);
int dt_points_esz(struct dt_points *points, struct dt_export *export, const struct dt_esz *esz);
int dt_points_loss(struct dt_points *points, struct dt_export *export, const struct dt_loss *loss);
int dt_points_tiers(struct dt_points *points, struct dt_export *export,
		    const struct dt_export_tiers *tiers);
int dt_points_input_end(struct dt_points *points, struct dt_export *export);

/* For a format whose state begins with struct dt_points: its functions, and where they go. */
#define DT_POINTS_TABLES                                                             \
	(1u << DT_EXPORT_REGIONS | 1u << DT_EXPORT_GOALS | 1u << DT_EXPORT_SCHEMES | \
	 1u << DT_EXPORT_TIERS)

#define DT_POINTS_FUNCTION(noun)                                                          \
	static int point_##noun(struct dt_export *export, const struct dt_##noun *record) \
	{                                                                                 \
		return dt_points_##noun(export->state, export, record);                   \
	}

#define DT_POINTS_FUNCTIONS                                                                   \
	DT_POINTS_FUNCTION(goal)                                                              \
	DT_POINTS_FUNCTION(stat)                                                              \
	DT_POINTS_FUNCTION(esz)                                                               \
	DT_POINTS_FUNCTION(loss)                                                              \
	static int point_tiers(struct dt_export *export, const struct dt_export_tiers *tiers) \
	{                                                                                     \
		return dt_points_tiers(export->state, export, tiers);                         \
	}                                                                                     \
	static int point_region(struct dt_export *export, const struct dt_region *region,     \
				const struct dt_stream *stream, bool first)                   \
	{                                                                                     \
		return dt_points_region(export->state, export, region, stream, first);        \
	}                                                                                     \
	static int point_input_end(struct dt_export *export)                                  \
	{                                                                                     \
		return dt_points_input_end(export->state, export);                            \
	}

#define DT_POINTS_OPS                                                                     \
	.region = point_region, .goal = point_goal, .stat = point_stat, .esz = point_esz, \
	.loss = point_loss, .tiers = point_tiers, .input_end = point_input_end

#endif
