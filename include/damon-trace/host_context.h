/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What host.json says of a recording: the machine that it was made on, how it was made, what DAMON
 * was set to, and what was lost. The file is described in doc/recording.md.
 *
 * Texts that it does not have are empty, numbers 0 unless something else is said.
 */
#ifndef DAMON_TRACE_HOST_CONTEXT_H
#define DAMON_TRACE_HOST_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/event.h"
#include "damon-trace/recording.h"

/* [start, end) in bytes. */
struct dt_host_range {
	uint64_t start, end;
};

struct dt_host_node_facts {
	int32_t nid;
	bool has_cpus; /* false: memory alone, as CXL memory is */
	char cpus[256];
	uint64_t mem_total_kb;
	size_t nr_ranges; /* ascending */
	struct dt_host_range *ranges;
};

/* A quota goal as it stands in sysfs; current_value there is not kept up by the kernel. */
struct dt_host_goal {
	char metric[32]; /* "node_eligible_mem_bp", ... */
	uint64_t target_value, current_value;
	int32_t nid;
};

struct dt_host_limits {
	uint64_t min, max;
};

struct dt_host_scheme {
	char action[32]; /* "migrate_hot", ... */
	int32_t target_nid;
	uint64_t apply_interval_us; /* 0: the aggregation interval */
	/* access pattern: bytes, samples per aggregation, aggregations */
	struct dt_host_limits size, nr_accesses, age;
	uint64_t quota_ms, quota_bytes, reset_interval_ms, effective_bytes; /* 0: no limit */
	char goal_tuner[16]; /* "consist", "temporal"; empty on kernels with one alone */
	size_t nr_goals;
	struct dt_host_goal *goals;
};

/* A context of DAMON: how a set of targets is monitored, and what is done with what is seen. */
struct dt_host_monitor {
	char operations[16];			/* "paddr", "vaddr", "fvaddr" */
	uint64_t addr_unit;			/* bytes of one unit of address; 1 unless set */
	uint64_t sample_us, aggr_us, update_us; /* 0: unknown */
	bool tunes_intervals;			/* they only say where it began */
	uint64_t min_regions, max_regions;
	size_t nr_probes;
	uint64_t weights[DT_MAX_PROBES];
	size_t nr_targets;
	int32_t *target_pids; /* by index; 0: none, as for paddr */
	size_t nr_schemes;
	struct dt_host_scheme *schemes;
};

struct dt_host_kdamond {
	int32_t pid;	 /* of the thread; -1: it did not run, or is not known */
	char source[32]; /* its number below kdamonds/, or the module that runs it */
	char state[16];
	size_t nr_contexts;
	struct dt_host_monitor *contexts;
};

/* DAMON's configuration at one time. */
struct dt_host_damon {
	size_t nr_kdamonds;
	struct dt_host_kdamond *kdamonds;
};

struct dt_host_context {
	/* the recording */
	char version[32]; /* of the damon-trace that made it */
	char command[1024];
	bool ended;	     /* false: its recorder was killed, or still runs */
	char end_reason[64]; /* "duration", "interrupted", "disk full", ... */
	char clock[32];
	uint64_t start_ns, end_ns; /* on the clock; 0: unknown */
	/* CLOCK_REALTIME minus the clock, ns; INT64_MIN: unknown */
	int64_t realtime_offset_start, realtime_offset_end;
	size_t nr_events;
	char (*events)[128]; /* tracepoints */
	char *filter;	     /* of the tracepoints; NULL: none */
	char sample_event[512];
	int32_t pid; /* whose samples; 0: system-wide */
	uint64_t buffer_kb;
	char goal_source[16]; /* "native", "probe", "none" */
	char goal_reason[256];
	char cost_source[16]; /* "function_graph", "fprobe", "kprobe", "none"; empty: not asked for
			       */
	char cost_reason[256];

	/* the machine */
	char hostname[256], release[128], arch[64], cpu_model[256];
	char boot_id[64]; /* a new one at each boot */
	uint32_t cpus_online;
	uint64_t mem_total_kb, page_size;
	bool iomem_known; /* the nodes' ranges are exact */
	size_t nr_nodes;
	struct dt_host_node_facts *nodes;

	struct dt_account account; /* no CPUs: not ended */
	struct dt_host_damon at_start, at_end;
};

/*
 * Read directory/host.json. 0, with *context NULL when there is none or it is of no use; what is
 * wrong with it is a warning. -ENOMEM. Numbers of things are bounded; unknown keys are ignored.
 */
int dt_host_context_read(struct dt_host_context **context, const char *directory,
			 struct dt_warnings *warnings);
/* NULL is allowed. */
void dt_host_context_free(struct dt_host_context *context);

/*
 * How the kdamond of that pid monitors: at the start of the recording, or at its end when it came
 * later. NULL: not known. context DT_UNKNOWN_U32: the first, which on today's kernels is the only.
 */
const struct dt_host_monitor *dt_host_monitor_find(const struct dt_host_context *context,
						   int32_t kdamond, uint32_t number);

/*
 * DAMON's configuration from a text {"damon": {...}} like the trees in host.json. 0, -EINVAL when
 * it is none, or -ENOMEM. Free with dt_host_damon_clear.
 */
int dt_host_damon_parse(struct dt_host_damon *damon, const char *text, size_t size);
void dt_host_damon_clear(struct dt_host_damon *damon);

/* Does a probe of this monitor weigh? Then accesses are not counted. NULL is allowed. */
bool dt_host_monitor_weighs(const struct dt_host_monitor *monitor);

#endif
