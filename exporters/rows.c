/* SPDX-License-Identifier: GPL-2.0-only */
/* The columns of each table (doc/export.md says what they mean), and rows out of records. */
#include <math.h>

#include "damon-trace/goal.h"
#include "exporters/rows.h"

static const char *const region_columns[] = {
	"time_ns",	"kdamond_pid",		"target",	    "start_bytes",
	"end_bytes",	"regions_in_snapshot",	"accesses_samples", "age_aggregations",
	"access_rate",	"sampling_interval_us", "aggregation_us",   "probe_hits_0",
	"probe_hits_1", "probe_hits_2",		"probe_hits_3",	    NULL};

static const char *const sample_columns[] = {
	"time_ns", "event", "pid",	  "tid",	   "cpu",      "ip",
	"address", "phys",  "period",	  "weight_cycles", "data_src", "tier",
	"access",  "tlb",   "page_bytes", "cgroup",	   NULL};

static const char *const goal_columns[] = {"time_ns",  "kdamond_pid", "context",   "scheme",
					   "metric",   "nid",	      "target_bp", "value_bp",
					   "score_bp", NULL};

static const char *const scheme_columns[] = {"time_ns",
					     "kdamond_pid",
					     "context",
					     "scheme",
					     "event",
					     "esz_bytes",
					     "tried_regions",
					     "tried_bytes",
					     "applied_regions",
					     "applied_bytes",
					     "passed_bytes",
					     "quota_exceeds",
					     "snapshots",
					     "start_bytes",
					     "end_bytes",
					     "accesses_samples",
					     "age_aggregations",
					     "target",
					     NULL};

static const char *const tier_columns[] = {"time_ns", "length_ns", "tier",
					   "samples", "share",	   NULL};

const char *const *dt_row_columns(enum dt_export_table table)
{
	static const char *const *const columns[DT_NR_EXPORT_TABLES] = {
		[DT_EXPORT_REGIONS] = region_columns, [DT_EXPORT_SAMPLES] = sample_columns,
		[DT_EXPORT_GOALS] = goal_columns,     [DT_EXPORT_SCHEMES] = scheme_columns,
		[DT_EXPORT_TIERS] = tier_columns,
	};

	return columns[table];
}

static void begin(struct dt_row *row, enum dt_export_table table)
{
	row->table = table;
	row->nr = 0;
}

static void absent(struct dt_row *row)
{
	row->cells[row->nr++].type = DT_CELL_ABSENT;
}

static void u64(struct dt_row *row, uint64_t value)
{
	row->cells[row->nr++] = (struct dt_cell){.type = DT_CELL_U64, .u64 = value};
}

/* Fields that the event may lack. */
static void u32(struct dt_row *row, uint32_t value)
{
	if (value == DT_UNKNOWN_U32)
		absent(row);
	else
		u64(row, value);
}

static void i64(struct dt_row *row, int64_t value)
{
	row->cells[row->nr++] = (struct dt_cell){.type = DT_CELL_I64, .i64 = value};
}

static void number(struct dt_row *row, double value)
{
	if (isnan(value))
		absent(row);
	else
		row->cells[row->nr++] = (struct dt_cell){.type = DT_CELL_DOUBLE, .number = value};
}

static void text(struct dt_row *row, const char *value)
{
	row->cells[row->nr++] = (struct dt_cell){.type = DT_CELL_TEXT, .text = value};
}

static void absents(struct dt_row *row, unsigned nr)
{
	while (nr--)
		absent(row);
}

/* DEFINITIONS, "Access rate": where probes weigh, it is the weighted sum of their hits. */
double dt_export_rate(const struct dt_region *region, const struct dt_stream *stream)
{
	double hits = region->nr_accesses;

	if (!stream->sample_ns || stream->aggr_ns < stream->sample_ns)
		return NAN;
	if (dt_known_weighs(stream->known)) {
		hits = 0;
		for (unsigned i = 0; i < region->nr_probes && i < stream->known->nr_weights; i++)
			hits += (double)region->probe_hits[i] * (double)stream->known->weights[i];
	}
	return hits * (double)stream->sample_ns / (double)stream->aggr_ns;
}

bool dt_export_accessed(const struct dt_region *region, const struct dt_stream *stream)
{
	if (!dt_known_weighs(stream->known))
		return region->nr_accesses;
	for (unsigned i = 0; i < region->nr_probes && i < stream->known->nr_weights; i++)
		if (region->probe_hits[i] && stream->known->weights[i])
			return true;
	return false;
}

void dt_row_region(struct dt_row *row, const struct dt_region *region,
		   const struct dt_stream *stream)
{
	begin(row, DT_EXPORT_REGIONS);
	u64(row, region->time);
	i64(row, region->kdamond);
	u64(row, region->target_id);
	u64(row, region->start);
	u64(row, region->end);
	u64(row, region->nr_regions);
	u64(row, region->nr_accesses);
	u32(row, region->age);
	number(row, dt_export_rate(region, stream));
	if (stream->sample_ns) {
		u64(row, stream->sample_ns / 1000);
		u64(row, stream->aggr_ns / 1000);
	} else {
		absents(row, 2);
	}
	for (unsigned i = 0; i < DT_MAX_PROBES; i++) {
		if (i < region->nr_probes)
			u64(row, region->probe_hits[i]);
		else
			absent(row);
	}
}

#define COLUMN(bit, field, put)                   \
	do {                                      \
		if (samples->columns & (bit))     \
			put(row, samples->field); \
		else                              \
			absent(row);              \
	} while (0)

static void put_source(struct dt_row *row, const struct dt_sources *sources, uint32_t i)
{
	const uint8_t tier = sources->tier[i];

	if (!sources->known) {
		absents(row, 3);
		return;
	}
	if (tier == DT_TIER_NO_ACCESS)
		absent(row);
	else
		text(row, dt_tier_key((enum dt_tier)tier));
	text(row, dt_access_name((enum dt_access)sources->access[i]));
	text(row, dt_tlb_name((enum dt_tlb)sources->tlb[i]));
}

void dt_row_sample(struct dt_row *row, const struct dt_export *export,
		   const struct dt_export_samples *batch, uint32_t i)
{
	const struct dt_samples *samples = batch->samples;
	const struct dt_input_info *info = &export->readers[export->input]->info;

	begin(row, DT_EXPORT_SAMPLES);
	COLUMN(DT_COL_TIME, time[i], u64);
	text(row, samples->event < info->nr_events ? info->events[samples->event].name : "");
	COLUMN(DT_COL_PID, pid[i], i64);
	COLUMN(DT_COL_TID, tid[i], i64);
	COLUMN(DT_COL_CPU, cpu[i], i64);
	COLUMN(DT_COL_IP, ip[i], u64);
	COLUMN(DT_COL_ADDR, addr[i], u64);
	COLUMN(DT_COL_PHYS, phys[i], u64);
	COLUMN(DT_COL_PERIOD, period[i], u64);
	COLUMN(DT_COL_WEIGHT, weight[i], u64);
	COLUMN(DT_COL_DATA_SRC, data_src[i], u64);
	put_source(row, batch->sources, i);
	COLUMN(DT_COL_PAGE, page_size[i], u64);
	COLUMN(DT_COL_CGROUP, cgroup[i], u64);
}

void dt_row_goal(struct dt_row *row, const struct dt_goal *goal)
{
	const char *metric = dt_goal_metric_name(goal->metric);

	begin(row, DT_EXPORT_GOALS);
	u64(row, goal->time);
	i64(row, goal->kdamond);
	u32(row, goal->context_idx);
	u32(row, goal->scheme_idx);
	if (metric)
		text(row, metric);
	else
		u64(row, goal->metric);
	i64(row, goal->nid);
	u64(row, goal->target_value);
	u64(row, goal->current_value);
	if (goal->score == UINT64_MAX)
		absent(row);
	else
		u64(row, goal->score);
}

static void begin_scheme(struct dt_row *row, uint64_t time, int32_t kdamond, uint32_t context,
			 uint32_t scheme, const char *event)
{
	begin(row, DT_EXPORT_SCHEMES);
	u64(row, time);
	i64(row, kdamond);
	u32(row, context);
	u32(row, scheme);
	text(row, event);
}

void dt_row_stat(struct dt_row *row, const struct dt_stat *stat)
{
	begin_scheme(row, stat->time, stat->kdamond, stat->context_idx, stat->scheme_idx, "stat");
	absent(row);
	u64(row, stat->nr_tried);
	u64(row, stat->sz_tried);
	u64(row, stat->nr_applied);
	u64(row, stat->sz_applied);
	u64(row, stat->sz_ops_filter_passed);
	u64(row, stat->qt_exceeds);
	u64(row, stat->nr_snapshots);
	absents(row, 5);
}

void dt_row_esz(struct dt_row *row, const struct dt_esz *esz)
{
	begin_scheme(row, esz->time, esz->kdamond, esz->context_idx, esz->scheme_idx, "esz");
	u64(row, esz->esz);
	absents(row, 12);
}

void dt_row_apply(struct dt_row *row, const struct dt_apply *apply)
{
	begin_scheme(row, apply->time, apply->kdamond, apply->context_idx, apply->scheme_idx,
		     "apply");
	absents(row, 8);
	u64(row, apply->start);
	u64(row, apply->end);
	u64(row, apply->nr_accesses);
	u32(row, apply->age);
	u64(row, apply->target_idx);
}

void dt_row_tier(struct dt_row *row, const struct dt_export_tiers *tiers, uint32_t tier,
		 double total)
{
	begin(row, DT_EXPORT_TIERS);
	u64(row, tiers->start_ns);
	u64(row, tiers->length_ns);
	text(row, dt_tier_key((enum dt_tier)tier));
	u64(row, (uint64_t)tiers->samples[tier]);
	number(row, tiers->samples[tier] / total);
}

int dt_rows_samples(struct dt_export *export, const struct dt_export_samples *samples,
		    dt_row_writer write)
{
	struct dt_row row;
	int ret = 0;

	for (uint32_t i = 0; i < samples->count && !ret; i++) {
		if (samples->keep && !samples->keep[i])
			continue;
		dt_row_sample(&row, export, samples, i);
		ret = write(export, &row);
	}
	return ret;
}

int dt_rows_tiers(struct dt_export *export, const struct dt_export_tiers *tiers,
		  dt_row_writer write)
{
	struct dt_row row;
	double total = 0;
	int ret = 0;

	for (uint32_t i = 0; i < DT_NR_TIERS; i++)
		total += tiers->samples[i];
	for (uint32_t i = 0; i < DT_NR_TIERS && !ret; i++) {
		if (tiers->samples[i] == 0)
			continue;
		dt_row_tier(&row, tiers, i, total);
		ret = write(export, &row);
	}
	return ret;
}
