/* SPDX-License-Identifier: GPL-2.0-only */
/* The schema: what damo prints and reads (damo args damon), and a few keys more (doc/setup.md). */
#include "control/config_walk.h"

#define FILE_KEY(name, type, path)           \
	{                                    \
		name, type, path, NULL, NULL \
	}
#define IGNORED(name)                                  \
	{                                              \
		name, DT_KEY_IGNORED, NULL, NULL, NULL \
	}
#define MAP(name, keys)                            \
	{                                          \
		name, DT_KEY_MAP, NULL, keys, NULL \
	}
#define LIST(name, path, keys)                      \
	{                                           \
		name, DT_KEY_LIST, path, keys, NULL \
	}
#define OWN(name, function)                            \
	{                                              \
		name, DT_KEY_OWN, NULL, NULL, function \
	}
#define END                                            \
	{                                              \
		NULL, DT_KEY_IGNORED, NULL, NULL, NULL \
	}

#define INTERVALS "monitoring_attrs/intervals/"

static const struct dt_config_key range_keys[] = {
	FILE_KEY("start", DT_KEY_BYTES, "start"),
	FILE_KEY("end", DT_KEY_BYTES, "end"),
	END,
};

static const struct dt_config_key target_keys[] = {
	OWN("pid", dt_config_target_pid),
	LIST("regions", "regions/nr_regions", range_keys),
	OWN("nodes", dt_config_target_nodes),
	END,
};

static const struct dt_config_key tuning_keys[] = {
	FILE_KEY("access_bp", DT_KEY_BP, INTERVALS "intervals_goal/access_bp"),
	FILE_KEY("aggrs", DT_KEY_NUMBER, INTERVALS "intervals_goal/aggrs"),
	FILE_KEY("min_sample_us", DT_KEY_US, INTERVALS "intervals_goal/min_sample_us"),
	FILE_KEY("max_sample_us", DT_KEY_US, INTERVALS "intervals_goal/max_sample_us"),
	END,
};

static const struct dt_config_key interval_keys[] = {
	FILE_KEY("sample_us", DT_KEY_US, INTERVALS "sample_us"),
	FILE_KEY("aggr_us", DT_KEY_US, INTERVALS "aggr_us"),
	FILE_KEY("ops_update_us", DT_KEY_US, INTERVALS "update_us"),
	MAP("intervals_goal", tuning_keys),
	END,
};

static const struct dt_config_key region_keys[] = {
	FILE_KEY("min", DT_KEY_NUMBER, "monitoring_attrs/nr_regions/min"),
	FILE_KEY("max", DT_KEY_NUMBER, "monitoring_attrs/nr_regions/max"),
	END,
};

static const struct dt_config_key probe_keys[] = {
	FILE_KEY("weight", DT_KEY_NUMBER, "weight"),
	OWN("filters", dt_config_filters),
	END,
};

static const struct dt_config_key dest_keys[] = {
	FILE_KEY("id", DT_KEY_NUMBER, "id"),
	FILE_KEY("weight", DT_KEY_NUMBER, "weight"),
	END,
};

static const struct dt_config_key size_keys[] = {
	FILE_KEY("min", DT_KEY_BYTES, "access_pattern/sz/min"),
	FILE_KEY("max", DT_KEY_BYTES, "access_pattern/sz/max"),
	END,
};

static const struct dt_config_key pattern_keys[] = {
	MAP("sz_bytes", size_keys),
	OWN("nr_accesses", dt_config_accesses),
	OWN("age", dt_config_age),
	END,
};

static const struct dt_config_key weight_keys[] = {
	FILE_KEY("sz_permil", DT_KEY_PERMIL, "quotas/weights/sz_permil"),
	FILE_KEY("nr_accesses_permil", DT_KEY_PERMIL, "quotas/weights/nr_accesses_permil"),
	FILE_KEY("age_permil", DT_KEY_PERMIL, "quotas/weights/age_permil"),
	END,
};

static const struct dt_config_key quota_keys[] = {
	FILE_KEY("time_ms", DT_KEY_MS, "quotas/ms"),
	FILE_KEY("sz_bytes", DT_KEY_BYTES, "quotas/bytes"),
	FILE_KEY("reset_interval_ms", DT_KEY_MS, "quotas/reset_interval_ms"),
	OWN("goals", dt_config_goals),
	FILE_KEY("goal_tuner", DT_KEY_WORD, "quotas/goal_tuner"),
	FILE_KEY("fail_charge_num", DT_KEY_NUMBER, "quotas/fail_charge_num"),
	FILE_KEY("fail_charge_denom", DT_KEY_NUMBER, "quotas/fail_charge_denom"),
	MAP("weights", weight_keys),
	IGNORED("effective_sz_bytes"),
	END,
};

static const struct dt_config_key watermark_keys[] = {
	FILE_KEY("metric", DT_KEY_WORD, "watermarks/metric"),
	FILE_KEY("interval_us", DT_KEY_US, "watermarks/interval_us"),
	FILE_KEY("high_permil", DT_KEY_PERMIL, "watermarks/high"),
	FILE_KEY("mid_permil", DT_KEY_PERMIL, "watermarks/mid"),
	FILE_KEY("low_permil", DT_KEY_PERMIL, "watermarks/low"),
	END,
};

static const struct dt_config_key scheme_keys[] = {
	FILE_KEY("action", DT_KEY_WORD, "action"),
	FILE_KEY("target_nid", DT_KEY_SIGNED, "target_nid"),
	LIST("dests", "dests/nr_dests", dest_keys),
	MAP("access_pattern", pattern_keys),
	FILE_KEY("apply_interval_us", DT_KEY_US, "apply_interval_us"),
	MAP("quotas", quota_keys),
	MAP("watermarks", watermark_keys),
	OWN("filters", dt_config_filters),
	FILE_KEY("max_nr_snapshots", DT_KEY_NUMBER, "stats/max_nr_snapshots"),
	IGNORED("stats"),
	IGNORED("tried_regions"),
	END,
};

static const struct dt_config_key context_keys[] = {
	FILE_KEY("ops", DT_KEY_WORD, "operations"),
	FILE_KEY("addr_unit", DT_KEY_BYTES, "addr_unit"),
	FILE_KEY("pause", DT_KEY_BOOL, "pause"),
	LIST("targets", "targets/nr_targets", target_keys),
	MAP("intervals", interval_keys),
	MAP("nr_regions", region_keys),
	LIST("probes", "monitoring_attrs/probes/nr_probes", probe_keys),
	OWN("perf_events", dt_config_events),
	LIST("schemes", "schemes/nr_schemes", scheme_keys),
	END,
};

static const struct dt_config_key kdamond_keys[] = {
	FILE_KEY("refresh_ms", DT_KEY_MS, "refresh_ms"),
	LIST("contexts", "contexts/nr_contexts", context_keys),
	IGNORED("state"),
	IGNORED("pid"),
	END,
};

const struct dt_config_key dt_config_root[] = {
	LIST("kdamonds", "nr_kdamonds", kdamond_keys),
	END,
};
