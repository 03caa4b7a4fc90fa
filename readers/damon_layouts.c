/* SPDX-License-Identifier: GPL-2.0-only */
/* See damon_layouts.h; offsets are those of current 64-bit kernels (include/trace/events/damon.h).
 */
#include <stddef.h>
#include <string.h>

#include "readers/damon_layouts.h"

/* name, record member, flags, offset and size in the kernel's layout */
#define FIELD(type, field_name, member, flag, offset, size)                 \
	{                                                                   \
		.name = field_name, .place = offsetof(struct type, member), \
		.width = sizeof(((struct type *)0)->member), .flags = flag, \
		.builtin_offset = offset, .builtin_size = size              \
	}

static const struct dt_field_spec aggregated_fields[] = {
	FIELD(dt_region, "target_id", target_id, DT_FIELD_NEEDED, 8, 8),
	FIELD(dt_region, "nr_regions", nr_regions, DT_FIELD_NEEDED, 16, 4),
	FIELD(dt_region, "start", start, DT_FIELD_NEEDED, 24, 8),
	FIELD(dt_region, "end", end, DT_FIELD_NEEDED, 32, 8),
	FIELD(dt_region, "nr_accesses", nr_accesses, DT_FIELD_NEEDED, 40, 4),
	FIELD(dt_region, "age", age, 0, 44, 4),
};

static const struct dt_field_spec region_fields[] = {
	FIELD(dt_region, "target_id", target_id, DT_FIELD_NEEDED, 8, 8),
	FIELD(dt_region, "start", start, DT_FIELD_NEEDED, 16, 8),
	FIELD(dt_region, "end", end, DT_FIELD_NEEDED, 24, 8),
	FIELD(dt_region, "nr_regions", nr_regions, DT_FIELD_NEEDED, 32, 4),
	FIELD(dt_region, "nr_accesses", nr_accesses, DT_FIELD_NEEDED, 36, 4),
	FIELD(dt_region, "age", age, 0, 40, 4),
	FIELD(dt_region, "probe_hits", probe_hits, DT_FIELD_DYNAMIC, 44, 4),
};

static const struct dt_field_spec apply_fields[] = {
	FIELD(dt_apply, "context_idx", context_idx, 0, 8, 4),
	FIELD(dt_apply, "scheme_idx", scheme_idx, DT_FIELD_NEEDED, 12, 4),
	FIELD(dt_apply, "target_idx", target_idx, 0, 16, 8),
	FIELD(dt_apply, "start", start, DT_FIELD_NEEDED, 24, 8),
	FIELD(dt_apply, "end", end, DT_FIELD_NEEDED, 32, 8),
	FIELD(dt_apply, "nr_accesses", nr_accesses, 0, 40, 4),
	FIELD(dt_apply, "age", age, 0, 44, 4),
	FIELD(dt_apply, "nr_regions", nr_regions, 0, 48, 4),
};

static const struct dt_field_spec intervals_fields[] = {
	FIELD(dt_intervals, "sample_us", sample_us, DT_FIELD_NEEDED, 8, 8),
};

static const struct dt_field_spec esz_fields[] = {
	FIELD(dt_esz, "context_idx", context_idx, 0, 8, 4),
	FIELD(dt_esz, "scheme_idx", scheme_idx, DT_FIELD_NEEDED, 12, 4),
	FIELD(dt_esz, "esz", esz, DT_FIELD_NEEDED, 16, 8),
};

static const struct dt_field_spec stat_fields[] = {
	FIELD(dt_stat, "context_idx", context_idx, 0, 8, 4),
	FIELD(dt_stat, "scheme_idx", scheme_idx, DT_FIELD_NEEDED, 12, 4),
	FIELD(dt_stat, "nr_tried", nr_tried, DT_FIELD_NEEDED, 16, 8),
	FIELD(dt_stat, "sz_tried", sz_tried, DT_FIELD_NEEDED, 24, 8),
	FIELD(dt_stat, "nr_applied", nr_applied, DT_FIELD_NEEDED, 32, 8),
	FIELD(dt_stat, "sz_applied", sz_applied, DT_FIELD_NEEDED, 40, 8),
	FIELD(dt_stat, "sz_ops_filter_passed", sz_ops_filter_passed, 0, 48, 8),
	FIELD(dt_stat, "qt_exceeds", qt_exceeds, 0, 56, 8),
	FIELD(dt_stat, "nr_snapshots", nr_snapshots, 0, 64, 8),
};

static const struct dt_field_spec goal_fields[] = {
	FIELD(dt_goal, "context_idx", context_idx, 0, 8, 4),
	FIELD(dt_goal, "scheme_idx", scheme_idx, 0, 12, 4),
	FIELD(dt_goal, "nid", nid, DT_FIELD_NEEDED, 16, 4),
	FIELD(dt_goal, "target_value", target_value, DT_FIELD_NEEDED, 24, 8),
	FIELD(dt_goal, "current_value", current_value, DT_FIELD_NEEDED, 32, 8),
	FIELD(dt_goal, "metric", metric, 0, 0, 0),
	FIELD(dt_goal, "score", score, 0, 0, 0),
};

static const struct dt_field_spec overflow_fields[] = {
	FIELD(dt_overflow, "cpu", cpu, DT_FIELD_NEEDED, 8, 4),
};

#define EVENT(event_name, event_kind, which, event_fields, size)                                   \
	{                                                                                          \
		.name = event_name, .kind = event_kind, .region_event = which,                     \
		.fields = event_fields, .nr_fields = sizeof(event_fields) / sizeof(*event_fields), \
		.builtin_size = size                                                               \
	}

static const struct dt_event_spec events[] = {
	EVENT("damon_aggregated", DT_KIND_REGION, DT_REGION_AGGREGATED, aggregated_fields, 48),
	EVENT("damon_region_aggregated", DT_KIND_REGION, DT_REGION_WITH_PROBES, region_fields, 48),
	EVENT("damon_aggregated_v2", DT_KIND_REGION, DT_REGION_WITH_PROBES, region_fields, 48),
	EVENT("damos_before_apply", DT_KIND_APPLY, 0, apply_fields, 52),
	EVENT("damon_monitor_intervals_tune", DT_KIND_INTERVALS, 0, intervals_fields, 16),
	EVENT("damos_esz", DT_KIND_ESZ, 0, esz_fields, 24),
	EVENT("damos_stat_after_apply_interval", DT_KIND_STAT, 0, stat_fields, 72),
	EVENT("damos_node_eligible_mem_bp", DT_KIND_GOAL, 0, goal_fields, 40),
	EVENT("damon_perf_ring_overflow", DT_KIND_OVERFLOW, 0, overflow_fields, 12),
};

const struct dt_event_spec *dt_event_spec_find(const char *name)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (!strcmp(events[i].name, name))
			return &events[i];
	return NULL;
}
