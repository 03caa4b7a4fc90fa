/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of DAMON's tree mean: units, possible values, the kernel that brought them, and
 * what they hold when their directory was just made (mm/damon/sysfs*.c, and the kernel's
 * Documentation/admin-guide/mm/damon/usage.rst).
 */
#include <string.h>

#include "damon-trace/damon_sysfs.h"

#define SETTING(pattern, meaning)                              \
	{                                                      \
		pattern, DT_DAMON_SETTING, meaning, NULL, NULL \
	}
#define LATER(pattern, since, initial, meaning)                    \
	{                                                          \
		pattern, DT_DAMON_SETTING, meaning, since, initial \
	}
#define COUNT(pattern, meaning)                             \
	{                                                   \
		pattern, DT_DAMON_COUNT, meaning, NULL, "0" \
	}
#define RESULT(pattern, meaning)                              \
	{                                                     \
		pattern, DT_DAMON_RESULT, meaning, NULL, NULL \
	}

static const char sampled[] = "kernels that take hardware samples";

/* More parts before fewer: the first that fits is taken. */
static const struct dt_damon_file files[] = {
	COUNT("nr_kdamonds", "number of kdamonds, which can change only while none runs"),
	{"state", DT_DAMON_COMMAND,
	 "what the kdamond is to do: on, off, commit, commit_schemes_quota_goals, update_...", NULL,
	 NULL},
	LATER("N/refresh_ms", "6.17", "0",
	      "how often the kernel renews statistics and quotas here, ms; 0: when told to"),
	RESULT("pid", "of the kdamond's thread; -1: it does not run"),
	COUNT("contexts/nr_contexts", "number of contexts, 1 at most"),
	RESULT("avail_operations", "operations that this kernel has"),
	SETTING("operations", "what is monitored: vaddr (processes), fvaddr (fixed ranges of "
			      "processes) or paddr (physical memory)"),
	LATER("addr_unit", "6.18", "1", "bytes of one unit of address, of paddr only"),
	LATER("pause", "7.1", "N", "Y: monitoring rests"),
	SETTING("intervals/sample_us", "sampling interval, us"),
	SETTING("intervals/aggr_us", "aggregation interval, us, not below the sampling interval"),
	SETTING("intervals/update_us", "interval of looking at mappings again, us"),
	LATER("intervals_goal/access_bp", "6.15", "0", "accesses to observe, 1/10000"),
	LATER("intervals_goal/aggrs", "6.15", "0", "aggregations to tune over; 0: no tuning"),
	LATER("intervals_goal/min_sample_us", "6.15", "0", "least tuned sampling interval, us"),
	LATER("intervals_goal/max_sample_us", "6.15", "0", "largest tuned sampling interval, us"),
	SETTING("nr_regions/min", "least number of regions, 3 or more"),
	SETTING("nr_regions/max", "largest number of regions"),
	COUNT("targets/nr_targets", "number of targets"),
	SETTING("pid_target", "process to monitor, for vaddr and fvaddr"),
	LATER("obsolete_target", "6.19", "N", "Y: the next commit drops the target"),
	COUNT("regions/nr_regions", "number of address ranges"),
	SETTING("regions/N/start", "address where the range begins, in units of addr_unit"),
	SETTING("regions/N/end", "address behind the range, above its start and not in another"),
	COUNT("schemes/nr_schemes", "number of schemes"),
	SETTING("action", "what is done to the memory: willneed, cold, pageout, hugepage, "
			  "nohugepage, lru_prio, lru_deprio, migrate_hot, migrate_cold (6.11) or "
			  "stat"),
	LATER("target_nid", "6.11", "-1", "node that migrate_hot and migrate_cold move memory to"),
	LATER("apply_interval_us", "6.7", "0", "how often it is done, us; 0: each aggregation"),
	SETTING("sz/min", "least size of a region, bytes"),
	SETTING("sz/max", "largest size of a region, bytes"),
	SETTING("nr_accesses/min", "least accesses of a region, samples per aggregation"),
	SETTING("nr_accesses/max", "most accesses of a region, samples per aggregation"),
	SETTING("age/min", "least age of a region, aggregations"),
	SETTING("age/max", "highest age of a region, aggregations"),
	{"dests/nr_dests", DT_DAMON_COUNT, "number of nodes to migrate to, by weight", "6.17", "0"},
	LATER("dests/N/id", "6.17", "0", "node to migrate to"),
	LATER("dests/N/weight", "6.17", "0", "its part of what is migrated"),
	LATER("quotas/ms", NULL, "0", "time for the scheme in each quota window, ms; 0: no limit"),
	LATER("quotas/bytes", NULL, "0", "bytes for the scheme in each quota window; 0: no limit"),
	LATER("quotas/reset_interval_ms", NULL, "0", "length of the quota window, ms"),
	RESULT("quotas/effective_bytes", "quota in effect, bytes"),
	LATER("quotas/goal_tuner", "7.1", "consist",
	      "how the quota follows the goals: consist or temporal"),
	LATER("quotas/fail_charge_num", "7.2", "0", "part of the quota that failures cost"),
	LATER("quotas/fail_charge_denom", "7.2", "0", "what fail_charge_num is divided by"),
	LATER("weights/sz_permil", NULL, "0", "weight of a region's size, 1/1000"),
	LATER("weights/nr_accesses_permil", NULL, "0", "weight of a region's accesses, 1/1000"),
	LATER("weights/age_permil", NULL, "0", "weight of a region's age, 1/1000"),
	{"goals/nr_goals", DT_DAMON_COUNT, "number of quota goals", "6.8", "0"},
	LATER("target_metric", "6.9", "user_input",
	      "what the goal measures: user_input, some_mem_psi_us, node_mem_used_bp and "
	      "node_mem_free_bp (6.16), node_memcg_used_bp and node_memcg_free_bp (6.19), "
	      "active_mem_bp and inactive_mem_bp (7.0), node_eligible_mem_bp (7.2)"),
	LATER("goals/N/target_value", "6.8", "0",
	      "what the metric is to be, 1/10000 for _bp, us "
	      "for _us; above 0"),
	LATER("goals/N/current_value", "6.8", "0", "what user_input is now"),
	LATER("goals/N/nid", "6.16", "0", "node of the goal"),
	LATER("goals/N/path", "6.19", "", "memory cgroup of the goal"),
	LATER("watermarks/metric", NULL, "none", "none or free_mem_rate"),
	LATER("watermarks/interval_us", NULL, "0", "how often the metric is looked at, us"),
	LATER("watermarks/high", NULL, "0", "above it the scheme rests, 1/1000"),
	LATER("watermarks/mid", NULL, "0", "below it the scheme works, 1/1000"),
	LATER("watermarks/low", NULL, "0", "below it the scheme rests, 1/1000"),
	{"core_filters/nr_filters", DT_DAMON_COUNT, "number of filters by address or target",
	 "6.15", "0"},
	{"ops_filters/nr_filters", DT_DAMON_COUNT, "number of filters by kind of page", "6.15",
	 "0"},
	{"filters/nr_filters", DT_DAMON_COUNT, "number of filters", "6.3", "0"},
	LATER("perf_event_type", sampled, NULL, "the sampler of a probe: ibs_op"),
	SETTING("type",
		"kind of filter: anon, memcg, addr, target, young, hugepage_size, unmapped, "
		"active; or of perf event: a number"),
	SETTING("matching", "Y: what is of the kind, N: what is not"),
	LATER("allow", "6.14", "N", "Y: the scheme may have it, N: not"),
	LATER("memcg_path", NULL, "", "memory cgroup of the filter"),
	LATER("addr_start", "6.6", "0", "where the filter's addresses begin"),
	LATER("addr_end", "6.6", "0", "address behind those of the filter"),
	LATER("damon_target_idx", "6.6", "0", "number of the filter's target"),
	LATER("N/min", "6.15", "0", "least size of the filter's pages, bytes"),
	LATER("N/max", "6.15", "0", "largest size of the filter's pages, bytes"),
	LATER("stats/max_nr_snapshots", "7.0", "0", "snapshots after which it rests; 0: never"),
	RESULT("stats/nr_tried", "regions that the scheme tried"),
	RESULT("stats/sz_tried", "bytes that the scheme tried"),
	RESULT("stats/nr_applied", "regions that it was done to"),
	RESULT("stats/sz_applied", "bytes that it was done to"),
	RESULT("stats/sz_ops_filter_passed", "bytes that passed the filters"),
	RESULT("stats/qt_exceeds", "quota windows that were not enough"),
	RESULT("stats/nr_snapshots", "snapshots that the scheme looked at"),
	RESULT("tried_regions/total_bytes", "bytes of the regions that it tried last"),
	{"probes/nr_probes", DT_DAMON_COUNT, "number of probes", "7.2", "0"},
	{"preps/nr_preps", DT_DAMON_COUNT, "number of preparations of a probe", sampled, "0"},
	LATER("prep_action", sampled, NULL, "how the probe gets its accesses: perf_event"),
	LATER("probes/N/weight", "7.3", "0", "what a hit of the probe counts; 0: nothing"),
	{"perf_events/nr_perf_events", DT_DAMON_COUNT, "number of perf events, 64 at most", sampled,
	 "0"},
	LATER("config", sampled, "0", "event of the performance monitoring unit"),
	LATER("config1", sampled, "0", "more of the event"),
	LATER("config2", sampled, "0", "more of the event"),
	LATER("sample_phys_addr", sampled, "0", "1: physical addresses, as paddr needs them"),
	LATER("sample_weight_struct", sampled, "0", "1: weights with the samples"),
	LATER("freq", sampled, "1", "1: sample_freq counts, 0: sample_period"),
	LATER("sample_freq", sampled, "0", "samples per second and CPU"),
	LATER("sample_period", sampled, "0", "events from sample to sample"),
	LATER("wakeup_events", sampled, "1", "samples until the kernel looks at them"),
	LATER("precise_ip", sampled, "2", "how precise samples must be, 0 to 3"),
	LATER("exclude_kernel", sampled, "1", "1: accesses of the kernel are left out"),
	LATER("exclude_hv", sampled, "1", "1: accesses of the hypervisor are left out"),
};

/* Do the last parts of the path fit? Compared from the end, part by part. */
static bool fits(const char *pattern, const char *path)
{
	const char *p = pattern + strlen(pattern), *q = path + strlen(path);

	for (;;) {
		const char *p_end = p, *q_end = q;
		size_t length;

		while (p > pattern && p[-1] != '/')
			p--;
		while (q > path && q[-1] != '/')
			q--;
		length = (size_t)(q_end - q);
		if (p_end - p == 1 && *p == 'N') {
			if (!length || strspn(q, "0123456789") < length)
				return false;
		} else if ((size_t)(p_end - p) != length || strncmp(p, q, length) != 0) {
			return false;
		}
		if (p == pattern)
			return true;
		if (q == path)
			return false;
		p--;
		q--;
	}
}

const struct dt_damon_file *dt_damon_file_find(const char *path)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (fits(files[i].pattern, path))
			return &files[i];
	return NULL;
}
