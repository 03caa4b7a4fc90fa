/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine that a recording is made on: facts that do not change while it runs, read once from
 * /proc and /sys (roots are parameters), and the files beside the events that keep them.
 */
#ifndef COLLECTOR_HOST_H
#define COLLECTOR_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/recording.h"
#include "damon-trace/roots.h"

struct dt_address_range {
	uint64_t start, end; /* half open, bytes */
};

/* A NUMA node. */
struct dt_host_node {
	int nid;
	bool has_cpus; /* false: memory alone, as CXL memory is */
	bool has_memory;
	char cpulist[256];     /* as the kernel writes it; empty: none */
	uint64_t mem_total_kb; /* of node meminfo */
	uint64_t mem_free_kb;
	size_t nr_ranges; /* physical, ascending; from memory blocks and /proc/iomem */
	struct dt_address_range *ranges;
};

/* A performance monitoring unit. */
struct dt_host_pmu {
	char name[64];
	uint32_t type;
	char cpus[256]; /* "cpus" or "cpumask"; empty when it has neither */
	bool memory;	/* can sample memory addresses: ibs_op, cpu with mem-loads, ... */
};

struct dt_host {
	char hostname[256];
	char release[128];
	char version[256]; /* of uname */
	char arch[64];
	char boot_id[64]; /* a new one at each boot; empty: unknown */
	char cpu_model[256];
	char cpu_id[128]; /* vendor,family,model,stepping as perf's CPUID feature */
	uint32_t cpus_online, cpus_possible;
	uint64_t mem_total_kb;
	uint64_t page_size; /* bytes */
	bool iomem_known;   /* false: /proc/iomem shows zeros without root */
	size_t nr_nodes;
	struct dt_host_node *nodes;
	size_t nr_pmus;
	struct dt_host_pmu *pmus;
	int64_t perf_event_paranoid; /* INT64_MIN: not readable */
	int64_t perf_event_mlock_kb;
	int64_t perf_event_max_sample_rate;
	/* CONFIG_ lines that matter here, "CONFIG_DAMON=y" one after the other; empty: unknown */
	char config[2048];
};

/* Read the facts. What cannot be read stays empty or 0. 0 or -ENOMEM. */
int dt_host_read(struct dt_host *host, const struct dt_roots *roots, struct dt_error *error);
void dt_host_free(struct dt_host *host);

/* What host.json says of the recording itself. Text is borrowed; NULL: not so. */
struct dt_host_record {
	const char *version;	    /* of damon-trace */
	const char *const *command; /* argv, ends with NULL */
	const char *clock;
	const char *const *events; /* tracepoints */
	const char *sample_event;  /* description of what is sampled, NULL: no samples */
	const char *goal_source;   /* "native", "probe", "none" */
	const char *goal_reason;   /* why none */
	const char *cost_source; /* "function_graph", "fprobe", "kprobe", "none"; NULL: not asked */
	const char *cost_reason; /* why none */
	const char *filter;
	uint64_t buffer_kb;
	int32_t pid; /* scope of the samples; 0: system-wide */
	/* CLOCK_REALTIME minus the trace clock, ns; INT64_MIN: unknown */
	int64_t realtime_offset_start, realtime_offset_end;
	uint64_t start_ns, end_ns;	  /* on the trace clock; 0: unknown */
	const struct dt_account *account; /* NULL while it runs */
	bool ended;			  /* false: written at the start; a reader then knows */
	const char *end_reason; /* "duration", "interrupted", "command ended", "disk full", ... */
};

/*
 * DAMON's sysfs tree (/sys/kernel/mm/damon/admin) as text, kept between start and end. Only
 * read: files that a read changes or that are write-only are left out.
 */
struct dt_damon_tree;
int dt_damon_tree_read(struct dt_damon_tree **tree, const struct dt_roots *roots,
		       struct dt_error *error);
void dt_damon_tree_free(struct dt_damon_tree *tree);
/* As JSON, as in host.json. 0 or -ENOMEM; the caller frees *text. */
int dt_damon_tree_text(const struct dt_damon_tree *tree, char **text, size_t *size);

/*
 * Write directory/host.json by way of a new file and rename, so that it is whole at any time.
 * trees may be NULL (no DAMON in sysfs, or not ended yet). 0 or -errno with *error filled.
 */
int dt_host_write(const char *directory, const struct dt_host *host,
		  const struct dt_host_record *record, const struct dt_damon_tree *at_start,
		  const struct dt_damon_tree *at_end, struct dt_error *error);

#endif
