/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace.dat writer fed with the records that a reader makes: a test writes a record and
 * expects the same one back.
 */
#include "tests/tools/trace_writer_private.h"

/* The damon_aggregated that the file has a format of. */
static enum dt_tw_event aggregated(const struct dt_tw *writer)
{
	if (dt_tw_has_event(writer, DT_TW_AGGREGATED_NO_AGE))
		return DT_TW_AGGREGATED_NO_AGE;
	if (dt_tw_has_event(writer, DT_TW_AGGREGATED_EXTRA))
		return DT_TW_AGGREGATED_EXTRA;
	return DT_TW_AGGREGATED;
}

static void region_with_probes(struct dt_tw *writer, struct dt_tw_where where,
			       const struct dt_region *region)
{
	struct dt_tw_blob hits = {region->probe_hits, region->nr_probes};
	enum dt_tw_event event = dt_tw_has_event(writer, DT_TW_AGGREGATED_V2)
					 ? DT_TW_AGGREGATED_V2
					 : DT_TW_REGION_AGGREGATED;

	dt_tw_event(writer, where, event, region->time, region->kdamond,
		    (const uint64_t[]){region->target_id, region->start, region->end,
				       region->nr_regions, region->nr_accesses, region->age,
				       (uintptr_t)&hits});
}

void dt_tw_region(struct dt_tw *writer, struct dt_tw_where where, const struct dt_region *region)
{
	enum dt_tw_event event;

	if (region->event == DT_REGION_WITH_PROBES) {
		region_with_probes(writer, where, region);
		return;
	}
	event = aggregated(writer);
	if (event == DT_TW_AGGREGATED_EXTRA)
		/* the invented fields hold what a reader of fixed offsets would stumble over */
		dt_tw_event(writer, where, event, region->time, region->kdamond,
			    (const uint64_t[]){region->target_id, region->nr_regions, 0xdeadbeef,
					       region->start, 0x5a5a5a5a, region->end,
					       region->nr_accesses, region->age});
	else
		dt_tw_event(writer, where, event, region->time, region->kdamond,
			    (const uint64_t[]){region->target_id, region->nr_regions, region->start,
					       region->end, region->nr_accesses, region->age});
}

void dt_tw_apply(struct dt_tw *writer, struct dt_tw_where where, const struct dt_apply *apply)
{
	dt_tw_event(writer, where, DT_TW_BEFORE_APPLY, apply->time, apply->kdamond,
		    (const uint64_t[]){apply->context_idx, apply->scheme_idx, apply->target_idx,
				       apply->start, apply->end, apply->nr_accesses, apply->age,
				       apply->nr_regions});
}

void dt_tw_intervals(struct dt_tw *writer, struct dt_tw_where where,
		     const struct dt_intervals *intervals)
{
	dt_tw_event(writer, where, DT_TW_INTERVALS, intervals->time, intervals->kdamond,
		    &intervals->sample_us);
}

void dt_tw_esz(struct dt_tw *writer, struct dt_tw_where where, const struct dt_esz *esz)
{
	dt_tw_event(writer, where, DT_TW_ESZ, esz->time, esz->kdamond,
		    (const uint64_t[]){esz->context_idx, esz->scheme_idx, esz->esz});
}

void dt_tw_stat(struct dt_tw *writer, struct dt_tw_where where, const struct dt_stat *stat)
{
	dt_tw_event(writer, where, DT_TW_STAT, stat->time, stat->kdamond,
		    (const uint64_t[]){stat->context_idx, stat->scheme_idx, stat->nr_tried,
				       stat->sz_tried, stat->nr_applied, stat->sz_applied,
				       stat->sz_ops_filter_passed, stat->qt_exceeds,
				       stat->nr_snapshots});
}

void dt_tw_goal(struct dt_tw *writer, struct dt_tw_where where, const struct dt_goal *goal)
{
	/* where damos_quota_score() and its caller would be; any kernel address does */
	const uint64_t probe_func = 0xffffffff81596da0, probe_ret_ip = 0xffffffff815972e2;

	if (goal->scheme_idx == DT_UNKNOWN_U32)
		dt_tw_event(writer, where, DT_TW_GOAL_PROBE, goal->time, goal->kdamond,
			    (const uint64_t[]){probe_func, probe_ret_ip, goal->metric,
					       (uint64_t)goal->nid, goal->target_value,
					       goal->current_value, goal->score});
	else
		dt_tw_event(writer, where, DT_TW_GOAL, goal->time, goal->kdamond,
			    (const uint64_t[]){goal->context_idx, goal->scheme_idx,
					       (uint64_t)goal->nid, goal->target_value,
					       goal->current_value});
}

void dt_tw_overflow(struct dt_tw *writer, struct dt_tw_where where,
		    const struct dt_overflow *overflow)
{
	dt_tw_event(writer, where, DT_TW_OVERFLOW, overflow->time, overflow->kdamond,
		    (const uint64_t[]){(uint64_t)overflow->cpu});
}
