/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as points of series. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "exporters/points.h"
#include "exporters/rows.h"

const struct dt_metric_facts dt_metrics[DT_NR_METRICS] = {
	[DT_METRIC_GOAL_VALUE] = {"goal_value_bp", "value", "bp", "Value of a quota goal.", false},
	[DT_METRIC_GOAL_TARGET] = {"goal_target_bp", "target", "bp", "Target of a quota goal.",
				   false},
	[DT_METRIC_GOAL_SCORE] = {"goal_score_bp", "score", "bp",
				  "Score of the goals of a scheme, value over target.", false},
	[DT_METRIC_ESZ] = {"scheme_effective_quota_bytes", "effective quota", "bytes",
			   "Effective quota of a scheme.", false},
	[DT_METRIC_TRIED_REGIONS] = {"scheme_tried_regions", "tried regions", "regions",
				     "Regions that a scheme tried.", true},
	[DT_METRIC_TRIED_BYTES] = {"scheme_tried_bytes", "tried", "bytes",
				   "Bytes that a scheme tried.", true},
	[DT_METRIC_APPLIED_REGIONS] = {"scheme_applied_regions", "applied regions", "regions",
				       "Regions that a scheme was applied to.", true},
	[DT_METRIC_APPLIED_BYTES] = {"scheme_applied_bytes", "applied", "bytes",
				     "Bytes that a scheme was applied to.", true},
	[DT_METRIC_PASSED_BYTES] = {"scheme_passed_bytes", "passed filters", "bytes",
				    "Bytes that passed the filters of the operations set.", true},
	[DT_METRIC_QUOTA_EXCEEDS] = {"scheme_quota_exceeds", "quota exceeded", "times",
				     "Times that a scheme exceeded its quota.", true},
	[DT_METRIC_SNAPSHOTS] = {"scheme_snapshots", "snapshots of the scheme", "snapshots",
				 "Snapshots that a scheme saw.", true},
	[DT_METRIC_REGIONS] = {"regions", "regions", "regions", "Regions of a snapshot.", false},
	[DT_METRIC_MONITORED] = {"monitored_bytes", "monitored", "bytes",
				 "Bytes in the regions of a snapshot.", false},
	[DT_METRIC_ACCESSED] = {"accessed_bytes", "working set", "bytes",
				"Bytes in the regions of a snapshot that were accessed.", false},
	[DT_METRIC_ACCESS_RATE] = {"access_rate_ratio", "access rate", "1",
				   "Access rate of a snapshot, the mean over its bytes.", false},
	[DT_METRIC_TIER_SAMPLES] = {"tier_samples", "samples", "samples",
				    "Memory samples of a stretch of time by tier.", false},
	[DT_METRIC_TIER_SHARE] = {"tier_share_ratio", "share", "1",
				  "Share of a tier among the memory samples of a stretch of time.",
				  false},
	[DT_METRIC_LOST_EVENTS] = {"lost_events", "lost events", "events",
				   "Events lost; a gap of unknown size counts 1.", true},
	[DT_METRIC_LOST_SAMPLES] = {"lost_samples", "lost samples", "samples",
				    "Samples lost; a gap of unknown size counts 1.", true},
	[DT_METRIC_THROTTLES] = {"throttles", "throttled", "times",
				 "Times that sampling was throttled.", true},
};

/* ---- series ---- */

static bool same_key(const struct dt_series_key *a, const struct dt_series_key *b)
{
	return a->metric == b->metric && a->input == b->input && a->kdamond == b->kdamond &&
	       a->context == b->context && a->scheme == b->scheme &&
	       a->goal_metric == b->goal_metric && a->nid == b->nid && a->tier == b->tier &&
	       a->target == b->target;
}

long dt_export_series_find(struct dt_series_index *index, const struct dt_series_key *key,
			   bool *fresh)
{
	*fresh = false;
	for (size_t i = 0; i < index->nr; i++) {
		/* series come in turn: the next one is likely the one behind the last */
		const size_t at = (index->last + 1 + i) % index->nr;

		if (same_key(&index->keys[at], key)) {
			index->last = at;
			return (long)at;
		}
	}
	if (index->nr == index->room) {
		const size_t room = index->room ? index->room * 2 : 16;
		struct dt_series_key *keys = realloc(index->keys, room * sizeof(*keys));

		if (!keys)
			return -1;
		index->keys = keys;
		index->room = room;
	}
	*fresh = true;
	index->keys[index->nr] = *key;
	index->last = index->nr++;
	return (long)index->last;
}

void dt_export_series_free(struct dt_series_index *index)
{
	free(index->keys);
	*index = (struct dt_series_index){0};
}

struct labels {
	struct dt_label *labels;
	size_t nr;
	char *room;
};

static void add_text(struct labels *labels, const char *name, const char *value)
{
	labels->labels[labels->nr++] = (struct dt_label){name, value};
}

static void add_number(struct labels *labels, const char *name, int64_t value)
{
	char *end = dt_put_i64(labels->room, value);

	*end = '\0';
	add_text(labels, name, labels->room);
	labels->room = end + 1;
}

size_t dt_export_series_labels(
	const struct dt_export *export, const struct dt_series_key *key,
	struct dt_label list[DT_LABELS_MAX],
	/* NOLINTNEXTLINE(readability-non-const-parameter): written through labels */
	char room[DT_LABELS_ROOM])
{
	struct labels labels = {.labels = list, .room = room};

	if (export->machines)
		add_text(&labels, "host", export->machines[key->input]);
	if (dt_row_numbered(export))
		add_number(&labels, "input", key->input);
	if (key->metric >= DT_METRIC_LOST_EVENTS)
		return labels.nr;
	if (key->metric >= DT_METRIC_TIER_SAMPLES) {
		add_text(&labels, "tier", dt_tier_key((enum dt_tier)key->tier));
		return labels.nr;
	}
	add_number(&labels, "kdamond", key->kdamond);
	if (key->metric >= DT_METRIC_REGIONS) {
		add_text(&labels, "target", labels.room);
		*dt_put_u64(labels.room, key->target) = '\0';
		return labels.nr;
	}
	if (key->context != DT_UNKNOWN_U32)
		add_number(&labels, "context", key->context);
	if (key->scheme != DT_UNKNOWN_U32)
		add_number(&labels, "scheme", key->scheme);
	if (key->metric <= DT_METRIC_GOAL_SCORE) {
		const char *metric = dt_goal_metric_name(key->goal_metric);

		if (metric)
			add_text(&labels, "metric", metric);
		else
			add_number(&labels, "metric", key->goal_metric);
		add_number(&labels, "nid", key->nid);
	}
	return labels.nr;
}

/* ---- points ---- */

static int put_integer(struct dt_points *points, struct dt_export *export, struct dt_point *point,
		       enum dt_metric metric, uint64_t value)
{
	point->key.metric = metric;
	point->whole = true;
	point->integer = value;
	return points->put(export, point);
}

static int put_number(struct dt_points *points, struct dt_export *export, struct dt_point *point,
		      enum dt_metric metric, double value)
{
	if (isnan(value))
		return 0;
	point->key.metric = metric;
	point->whole = false;
	point->number = value;
	return points->put(export, point);
}

int dt_points_goal(struct dt_points *points, struct dt_export *export, const struct dt_goal *goal)
{
	struct dt_point point = {.time = goal->time,
				 .key = {.input = (uint32_t) export->input,
					 .kdamond = goal->kdamond,
					 .context = goal->context_idx,
					 .scheme = goal->scheme_idx,
					 .goal_metric = goal->metric,
					 .nid = goal->nid}};
	int ret = put_integer(points, export, &point, DT_METRIC_GOAL_VALUE, goal->current_value);

	if (!ret)
		ret = put_integer(points, export, &point, DT_METRIC_GOAL_TARGET,
				  goal->target_value);
	if (!ret && goal->score != UINT64_MAX)
		ret = put_integer(points, export, &point, DT_METRIC_GOAL_SCORE, goal->score);
	export->rows[DT_EXPORT_GOALS]++;
	return ret;
}

int dt_points_stat(struct dt_points *points, struct dt_export *export, const struct dt_stat *stat)
{
	const struct {
		enum dt_metric metric;
		uint64_t value;
	} values[] = {
		{DT_METRIC_TRIED_REGIONS, stat->nr_tried},
		{DT_METRIC_TRIED_BYTES, stat->sz_tried},
		{DT_METRIC_APPLIED_REGIONS, stat->nr_applied},
		{DT_METRIC_APPLIED_BYTES, stat->sz_applied},
		{DT_METRIC_PASSED_BYTES, stat->sz_ops_filter_passed},
		{DT_METRIC_QUOTA_EXCEEDS, stat->qt_exceeds},
		{DT_METRIC_SNAPSHOTS, stat->nr_snapshots},
	};
	struct dt_point point = {.time = stat->time,
				 .key = {.input = (uint32_t) export->input,
					 .kdamond = stat->kdamond,
					 .context = stat->context_idx,
					 .scheme = stat->scheme_idx}};
	int ret = 0;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) && !ret; i++)
		ret = put_integer(points, export, &point, values[i].metric, values[i].value);
	export->rows[DT_EXPORT_SCHEMES]++;
	return ret;
}

int dt_points_esz(struct dt_points *points, struct dt_export *export, const struct dt_esz *esz)
{
	struct dt_point point = {.time = esz->time,
				 .key = {.input = (uint32_t) export->input,
					 .kdamond = esz->kdamond,
					 .context = esz->context_idx,
					 .scheme = esz->scheme_idx}};

	export->rows[DT_EXPORT_SCHEMES]++;
	return put_integer(points, export, &point, DT_METRIC_ESZ, esz->esz);
}

int dt_points_loss(struct dt_points *points, struct dt_export *export, const struct dt_loss *loss)
{
	struct dt_point point = {.time = loss->time, .key.input = (uint32_t) export->input};

	if (loss->what > DT_LOSS_THROTTLE)
		return 0;
	points->lost[loss->what] += loss->count ? loss->count : 1;
	return put_integer(points, export, &point,
			   (enum dt_metric)(DT_METRIC_LOST_EVENTS + loss->what),
			   points->lost[loss->what]);
}

int dt_points_tiers(struct dt_points *points, struct dt_export *export,
		    const struct dt_export_tiers *tiers)
{
	struct dt_point point = {.time = tiers->start_ns};
	double total = 0;
	int ret = 0;

	for (uint32_t i = 0; i < DT_NR_TIERS; i++)
		total += tiers->samples[i];
	for (uint32_t i = 0; i < DT_NR_TIERS && !ret; i++) {
		point.key.tier = i;
		ret = put_integer(points, export, &point, DT_METRIC_TIER_SAMPLES,
				  (uint64_t)tiers->samples[i]);
		if (!ret)
			ret = put_number(points, export, &point, DT_METRIC_TIER_SHARE,
					 tiers->samples[i] / total);
	}
	export->rows[DT_EXPORT_TIERS]++;
	return ret;
}

/* ---- snapshots ---- */

static int put_sum(struct dt_points *points, struct dt_export *export, struct dt_snapshot_sum *sum)
{
	struct dt_point point = {.time = sum->time,
				 .key = {.input = (uint32_t) export->input,
					 .kdamond = sum->id.kdamond,
					 .target = sum->id.target}};
	int ret;

	if (!sum->open)
		return 0;
	sum->open = false;
	ret = put_integer(points, export, &point, DT_METRIC_REGIONS, sum->regions);
	if (!ret)
		ret = put_integer(points, export, &point, DT_METRIC_MONITORED, sum->bytes);
	if (!ret)
		ret = put_integer(points, export, &point, DT_METRIC_ACCESSED, sum->accessed);
	if (!ret && sum->bytes)
		ret = put_number(points, export, &point, DT_METRIC_ACCESS_RATE,
				 sum->weighted / (double)sum->bytes);
	export->rows[DT_EXPORT_REGIONS]++;
	return ret;
}

static struct dt_snapshot_sum *sum_of(struct dt_points *points, uint32_t index)
{
	if (index >= points->nr_sums) {
		const size_t nr = (size_t)index * 2 + 8;
		struct dt_snapshot_sum *sums = realloc(points->sums, nr * sizeof(*sums));

		if (!sums)
			return NULL;
		memset(sums + points->nr_sums, 0, (nr - points->nr_sums) * sizeof(*sums));
		points->sums = sums;
		points->nr_sums = nr;
	}
	return &points->sums[index];
}

int dt_points_region(struct dt_points *points, struct dt_export *export,
		     const struct dt_region *region, const struct dt_stream *stream, bool first)
{
	struct dt_snapshot_sum *sum = sum_of(points, stream->index);
	const uint64_t bytes = region->end > region->start ? region->end - region->start : 0;
	const double rate = dt_export_rate(region, stream);
	int ret = 0;

	if (!sum)
		return -ENOMEM;
	if (first)
		ret = put_sum(points, export, sum);
	if (!sum->open)
		*sum = (struct dt_snapshot_sum){
			.open = true, .id = stream->count.stream, .time = stream->time};
	sum->regions++;
	sum->bytes += bytes;
	sum->weighted += rate * (double)bytes;
	if (dt_export_accessed(region, stream))
		sum->accessed += bytes;
	return ret;
}

int dt_points_input_end(struct dt_points *points, struct dt_export *export)
{
	int ret = 0;

	for (size_t i = 0; i < points->nr_sums && !ret; i++)
		ret = put_sum(points, export, &points->sums[i]);
	memset(points->lost, 0, sizeof(points->lost));
	return ret;
}

void dt_points_free(struct dt_points *points)
{
	free(points->sums);
	points->sums = NULL;
	points->nr_sums = 0;
}
