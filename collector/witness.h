/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Independent witnesses: counters that the kernel keeps whether or not anybody traces, read once a
 * second on the recording's clock. They answer whether the pages really moved.
 *
 * Each sample is one line of witness.jsonl, a JSON object: {"time_ns", "nodes":[{"nid",
 * "mem_free_kb", ...}], "vmstat":{...}, "psi":{...}, "mbm":[...], "kdamonds":[{"pid", "name",
 * "cpu_ns"}]}; what the machine does not have is left out. doc/recording.md has all of it.
 *
 * Nothing is written to the kernel, and DAMON's sysfs is not read: its locks are for its owner.
 */
#ifndef COLLECTOR_WITNESS_H
#define COLLECTOR_WITNESS_H

#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/roots.h"

struct dt_witness;

/* Open the sources that exist; they stay open. 0 or -ENOMEM. */
int dt_witness_open(struct dt_witness **witness, const struct dt_roots *roots,
		    struct dt_error *error);
/* Go on in directory/name, a new file; the one before is closed. */
int dt_witness_segment(struct dt_witness *witness, const char *directory, const char *name,
		       struct dt_error *error);
/*
 * One sample, stamped time_ns (of the recording's clock; 0: unknown, written as null). *bytes (may
 * be NULL) grows. Before the first segment it does nothing. 0 or -errno of the file, which then
 * ends with the last whole line.
 */
int dt_witness_sample(struct dt_witness *witness, uint64_t time_ns, uint64_t *bytes,
		      struct dt_error *error);
/* The next sample is the last one: it has everything, also what is only read now and then. */
void dt_witness_is_last(struct dt_witness *witness);
/* NULL is allowed. */
void dt_witness_close(struct dt_witness *witness);

#endif
