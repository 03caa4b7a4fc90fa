/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the perf.data writer share. */
#ifndef TESTS_TOOLS_PERF_WRITER_PRIVATE_H
#define TESTS_TOOLS_PERF_WRITER_PRIVATE_H

#include "tests/tools/perf_writer.h"

#define PW_MAX_CPUS   64
#define PW_MAX_EVENTS 8
#define PW_MAX_ATTRS  (PW_MAX_EVENTS + 2)
#define PW_MAX_ROUND  4096

/* Ids of the tracepoints, as format files give them. */
#define PW_ID_AGGREGATED 767
#define PW_ID_GOAL	 1666
#define PW_KDAMOND	 4242

/* Registers in samples. */
#define PW_REGS_USER_MASK 0xffull
#define PW_REGS_INTR_MASK 0x0full
#define PW_STACK_BYTES	  64
/* PERF_SAMPLE_BRANCH_ANY | PERF_SAMPLE_BRANCH_HW_INDEX */
#define PW_BRANCH_TYPE (1ull << 3 | 1ull << 17)

struct pw_attr {
	uint32_t type;
	uint64_t config, sample_type, period;
	const char *name;
	uint64_t first_id; /* one identifier for each CPU from here on */
};

struct pw {
	const struct perf_writer_options *options;
	const struct perf_truth_sink *sink;
	struct perf_totals *totals;
	struct perf_out *outs, *out; /* out: of the record being written */
	struct pw_attr attrs[PW_MAX_ATTRS];
	unsigned nr_attrs;
	unsigned first_event; /* index of the first memory event */
	uint64_t random, time, base_time;
	struct perf_buffer record;
	struct perf_truth round[PW_MAX_ROUND];
	unsigned held;
};

/* perf_writer_header.c */
void pw_choose_attrs(struct pw *pw);
/* Everything before the first record; in file mode the sizes come later. */
void pw_begin(struct pw *pw);
/* Everything behind the last record. */
void pw_end(struct pw *pw);

/* perf_writer_formats.c: the tracing metadata of the DAMON events. */
void pw_formats(struct pw *pw, struct perf_out *out);

/* perf_writer_records.c: one record in the layout of its attr. */
void pw_write_truth(struct pw *pw, const struct perf_truth *truth);
void pw_write_lost_total(struct pw *pw, uint64_t count);
void pw_write_auxtrace(struct pw *pw);
void pw_write_bare(struct pw *pw, uint32_t type);

#endif
