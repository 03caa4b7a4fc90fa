/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the witnesses of a recording say: counters that the kernel kept while it was made
 * (witness.jsonl, described in doc/recording.md), from the first line to the last.
 */
#ifndef DAMON_TRACE_WITNESSES_H
#define DAMON_TRACE_WITNESSES_H

#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"

struct dt_witness_node_report {
	int32_t nid;
	uint64_t first_used_kb, last_used_kb;
};

struct dt_witness_kdamond_report {
	int32_t pid;
	char name[32];
	uint64_t first_cpu_ns, last_cpu_ns;
};

/* Interrupts of a CPU that hardware samples come by: how many it had (/proc/interrupts). */
struct dt_witness_interrupts {
	uint32_t cpu;
	uint64_t first_nmi, last_nmi; /* not maskable, of whatever cause */
	uint64_t first_pmi, last_pmi; /* of the performance counters */
};

/* Pages that were moved between two lines. */
struct dt_witness_point {
	uint64_t time_ns;
	uint64_t migrated, promoted, demoted; /* pages, since the line before */
};

/* Points that are kept; beyond it two become one. */
#define DT_WITNESS_POINTS 4096

struct dt_witnesses {
	uint64_t nr_lines, nr_damaged;
	uint64_t start_ns, end_ns;
	/* pages, growth over the recording: vmstat's pgmigrate_*, pgpromote_success, pgdemote_* */
	uint64_t migrated, failed, promoted, demoted;
	size_t nr_nodes;
	struct dt_witness_node_report *nodes;
	size_t nr_kdamonds;
	struct dt_witness_kdamond_report *kdamonds;
	size_t nr_interrupts; /* CPUs */
	struct dt_witness_interrupts *interrupts;
	size_t nr_points;
	struct dt_witness_point *points;
	uint64_t page_size; /* bytes; of the recorded machine */
};

/*
 * Read the witnesses of a recording directory, all segments. *witnesses is NULL when there are
 * none. 0 or -ENOMEM; what cannot be read is counted in nr_damaged.
 */
int dt_witnesses_read(struct dt_witnesses **witnesses, const char *directory, uint64_t page_size);
/* NULL is allowed. */
void dt_witnesses_free(struct dt_witnesses *witnesses);

#endif
