/* SPDX-License-Identifier: GPL-2.0-only */
/* See fake_files.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/fake_files.h"

struct file {
	const char *kind, *path, *text;
	unsigned since, until; /* versions; 0: any */
	unsigned mode;
};

#define RW(kind, path, text, since)              \
	{                                        \
		kind, path, text, since, 0, 0600 \
	}
#define RO(kind, path, text, since)              \
	{                                        \
		kind, path, text, since, 0, 0400 \
	}

static const struct file files[] = {
	RW("kdamonds", "state", "off", 0),
	RO("kdamonds", "pid", "-1", 0),
	RW("kdamonds", "refresh_ms", "0", 617),
	RW("kdamonds", "contexts/nr_contexts", "0", 0),
	RO("contexts", "avail_operations", "vaddr\nfvaddr\npaddr", 0),
	RW("contexts", "operations", "vaddr", 0),
	RW("contexts", "addr_unit", "1", 618),
	RW("contexts", "pause", "N", 701),
	RW("contexts", "monitoring_attrs/intervals/sample_us", "5000", 0),
	RW("contexts", "monitoring_attrs/intervals/aggr_us", "100000", 0),
	RW("contexts", "monitoring_attrs/intervals/update_us", "60000000", 0),
	RW("contexts", "monitoring_attrs/intervals/intervals_goal/access_bp", "0", 615),
	RW("contexts", "monitoring_attrs/intervals/intervals_goal/aggrs", "0", 615),
	RW("contexts", "monitoring_attrs/intervals/intervals_goal/min_sample_us", "0", 615),
	RW("contexts", "monitoring_attrs/intervals/intervals_goal/max_sample_us", "0", 615),
	RW("contexts", "monitoring_attrs/nr_regions/min", "10", 0),
	RW("contexts", "monitoring_attrs/nr_regions/max", "1000", 0),
	RW("contexts", "monitoring_attrs/probes/nr_probes", "0", 702),
	RW("contexts", "targets/nr_targets", "0", 0),
	RW("contexts", "schemes/nr_schemes", "0", 0),
	RW("targets", "pid_target", "0", 0),
	{"targets", "obsolete_target", "N", 619, 0, 0200},
	RW("targets", "regions/nr_regions", "0", 0),
	RW("regions", "start", "0", 0),
	RW("regions", "end", "0", 0),
	RW("schemes", "action", "stat", 0),
	RW("schemes", "target_nid", "-1", 611),
	RW("schemes", "apply_interval_us", "0", 607),
	RW("schemes", "access_pattern/sz/min", "0", 0),
	RW("schemes", "access_pattern/sz/max", "0", 0),
	RW("schemes", "access_pattern/nr_accesses/min", "0", 0),
	RW("schemes", "access_pattern/nr_accesses/max", "0", 0),
	RW("schemes", "access_pattern/age/min", "0", 0),
	RW("schemes", "access_pattern/age/max", "0", 0),
	RW("schemes", "dests/nr_dests", "0", 617),
	RW("schemes", "quotas/ms", "0", 0),
	RW("schemes", "quotas/bytes", "0", 0),
	RW("schemes", "quotas/reset_interval_ms", "0", 0),
	RO("schemes", "quotas/effective_bytes", "0", 609),
	RW("schemes", "quotas/goal_tuner", "consist", 701),
	RW("schemes", "quotas/weights/sz_permil", "0", 0),
	RW("schemes", "quotas/weights/nr_accesses_permil", "0", 0),
	RW("schemes", "quotas/weights/age_permil", "0", 0),
	RW("schemes", "quotas/goals/nr_goals", "0", 608),
	RW("schemes", "watermarks/metric", "none", 0),
	RW("schemes", "watermarks/interval_us", "0", 0),
	RW("schemes", "watermarks/high", "0", 0),
	RW("schemes", "watermarks/mid", "0", 0),
	RW("schemes", "watermarks/low", "0", 0),
	RW("schemes", "filters/nr_filters", "0", 603),
	RW("schemes", "core_filters/nr_filters", "0", 615),
	RW("schemes", "ops_filters/nr_filters", "0", 615),
	RO("schemes", "stats/nr_tried", "0", 0),
	RO("schemes", "stats/sz_tried", "0", 0),
	RO("schemes", "stats/nr_applied", "0", 0),
	RO("schemes", "stats/sz_applied", "0", 0),
	RO("schemes", "stats/qt_exceeds", "0", 0),
	RO("schemes", "tried_regions/total_bytes", "0", 602),
	RW("dests", "id", "0", 0),
	RW("dests", "weight", "0", 0),
	RW("goals", "target_metric", "user_input", 609),
	RW("goals", "target_value", "0", 0),
	RW("goals", "current_value", "0", 0),
	RW("goals", "nid", "0", 616),
	RW("goals", "path", "", 619),
	RW("filters", "type", "anon", 0),
	RW("filters", "matching", "N", 0),
	RW("filters", "allow", "N", 614),
	RW("filters", "memcg_path", "", 0),
	RW("filters", "addr_start", "0", 606),
	RW("filters", "addr_end", "0", 606),
	RW("filters", "min", "0", 615),
	RW("filters", "max", "0", 615),
	RW("filters", "damon_target_idx", "0", 606),
	RW("probes", "weight", "0", 703),
	RW("probes", "filters/nr_filters", "0", 0),
	RW("perf_events", "type", "0", 0),
	RW("perf_events", "config", "0", 0),
	RW("perf_events", "config1", "0", 0),
	RW("perf_events", "config2", "0", 0),
	RW("perf_events", "sample_phys_addr", "0", 0),
	RW("perf_events", "sample_weight_struct", "0", 0),
	RW("perf_events", "freq", "1", 0),
	RW("perf_events", "sample_freq", "0", 0),
	RW("perf_events", "sample_period", "0", 0),
	RW("perf_events", "wakeup_events", "1", 0),
	RW("perf_events", "precise_ip", "2", 0),
	RW("perf_events", "exclude_kernel", "1", 0),
	RW("perf_events", "exclude_hv", "1", 0),
	RW("primitives", "type", "0", 0),
	RW("primitives", "config", "0", 0),
	RW("primitives", "config1", "0", 0),
	RW("primitives", "config2", "0", 0),
	RW("primitives", "sample_phys_addr", "0", 0),
	RW("primitives", "sample_freq", "0", 0),
};

static FILE *make_file(char *path)
{
	FILE *file = fopen(path, "w");

	/* the kernel writes what others may only read */
	if (!file && errno == EACCES && !unlink(path))
		file = fopen(path, "w");
	if (file || errno != ENOENT)
		return file;
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(path, 0755);
		*slash = '/';
	}
	return fopen(path, "w");
}

int fake_files_put(const char *path, const char *text, unsigned mode)
{
	char whole[1024];
	FILE *file;

	(void)snprintf(whole, sizeof(whole), "%s", path);
	file = make_file(whole);
	if (!file)
		return -errno;
	(void)fprintf(file, "%s\n", text);
	if (fclose(file) || chmod(whole, mode))
		return -errno;
	return 0;
}

static int put_below(const char *directory, const char *path, const char *text, unsigned mode)
{
	char whole[1024];

	(void)snprintf(whole, sizeof(whole), "%s/%s", directory, path);
	return fake_files_put(whole, text, mode);
}

static int make_kind(const struct fake_kernel *kernel, const char *directory, const char *kind)
{
	int ret = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !ret; i++)
		if (!strcmp(files[i].kind, kind) && kernel->version >= files[i].since)
			ret = put_below(directory, files[i].path, files[i].text, files[i].mode);
	return ret;
}

/* What the layout of the hardware sampling adds. */
static int make_sampling(const struct fake_kernel *kernel, const char *directory, const char *kind)
{
	const bool probes = !strcmp(kind, "probes");
	char whole[1024];

	if (kernel->layout == FAKE_PERF_EVENTS && !strcmp(kind, "contexts"))
		return put_below(directory, "monitoring_attrs/sample/perf_events/nr_perf_events",
				 "0", 0600);
	if (kernel->layout == FAKE_PROBE_PREPS && probes)
		return put_below(directory, "preps/nr_preps", "0", 0600);
	if (kernel->layout != FAKE_PRIMITIVES || strcmp(kind, "contexts") != 0)
		return 0;
	(void)snprintf(whole, sizeof(whole), "%s/monitoring_attrs/sample/primitives/perf_events",
		       directory);
	return make_kind(kernel, whole, "primitives");
}

int fake_files_make(const struct fake_kernel *kernel, const char *directory, const char *kind)
{
	const bool of_probe = strstr(directory, "/probes/") != NULL;
	int ret;

	if (!strcmp(kind, "core_filters") || !strcmp(kind, "ops_filters"))
		kind = "filters";
	(void)mkdir(directory, 0755);
	if (!strcmp(kind, "preps")) {
		ret = put_below(directory, "prep_action", "none", 0600);
		return ret ? ret : make_kind(kernel, directory, "perf_events");
	}
	ret = make_kind(kernel, directory, kind);
	if (!ret && of_probe && !strcmp(kind, "filters") && kernel->layout == FAKE_PROBE_FILTERS)
		ret = put_below(directory, "perf_event_type", "none", 0600);
	return ret ? ret : make_sampling(kernel, directory, kind);
}

/* ---- values ---- */

struct words {
	const char *file, *words; /* with a blank around each */
	unsigned since;
};

static const struct words words[] = {
	{"operations", " vaddr fvaddr paddr ", 0},
	{"action", " willneed cold pageout hugepage nohugepage lru_prio lru_deprio stat ", 0},
	{"action", " migrate_hot migrate_cold ", 611},
	{"goal_tuner", " consist temporal ", 0},
	{"target_metric", " user_input some_mem_psi_us ", 0},
	{"target_metric", " node_mem_used_bp node_mem_free_bp ", 616},
	{"target_metric", " node_memcg_used_bp node_memcg_free_bp ", 619},
	{"target_metric", " active_mem_bp inactive_mem_bp ", 700},
	{"target_metric", " node_eligible_mem_bp ", 702},
	{"metric", " none free_mem_rate ", 0},
	{"perf_event_type", " ibs_op ", 0},
	{"prep_action", " perf_event ", 0},
	{"type", " anon memcg addr target young hugepage_size unmapped active perf_event ", 0},
	{"matching", " Y N 1 0 y n ", 0},
	{"allow", " Y N 1 0 y n ", 0},
	{"pause", " Y N 1 0 y n ", 0},
};

static bool is_number(const char *text, bool negative)
{
	char *end;

	if (negative && *text == '-')
		text++;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	(void)strtoull(text, &end, 0);
	return !errno && !*end;
}

int fake_files_check(const struct fake_kernel *kernel, const char *path, const char *value)
{
	const char *name = strrchr(path, '/');
	char word[128];
	bool known = false;

	name = name ? name + 1 : path;
	if (!strcmp(name, "memcg_path") || !strcmp(name, "path"))
		return 0;
	if (!strcmp(name, "type") && (strstr(path, "perf_events/") || strstr(path, "preps/")))
		return is_number(value, false) ? 0 : -EINVAL;
	(void)snprintf(word, sizeof(word), " %s ", value);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].file, name) != 0)
			continue;
		known = true;
		if (kernel->version >= words[i].since && strstr(words[i].words, word))
			return 0;
	}
	if (known)
		return -EINVAL;
	return is_number(value, !strcmp(name, "target_nid") || !strcmp(name, "nid")) ? 0 : -EINVAL;
}
