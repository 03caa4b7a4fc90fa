/* SPDX-License-Identifier: GPL-2.0-only */
/* What the views of samples have in common in their tables: how latencies stand in a row. */
#ifndef ANALYZERS_SAMPLE_TABLES_H
#define ANALYZERS_SAMPLE_TABLES_H

#include "analyzers/quantile.h"
#include "damon-trace/section.h"

/* Columns of a latency, in cycles. */
#define DT_LATENCY_HEADINGS                                                                        \
	{"latency_samples", NULL, DT_UNIT_COUNT}, {"latency_mean_cycles", "mean", DT_UNIT_CYCLES}, \
		{"latency_p50_cycles", "p50", DT_UNIT_CYCLES},                                     \
		{"latency_p90_cycles", NULL, DT_UNIT_CYCLES},                                      \
		{"latency_p95_cycles", NULL, DT_UNIT_CYCLES},                                      \
		{"latency_p99_cycles", "p99", DT_UNIT_CYCLES},                                     \
		{"latency_p999_cycles", NULL, DT_UNIT_CYCLES},                                     \
	{                                                                                          \
		"latency_max_cycles", "max", DT_UNIT_CYCLES                                        \
	}

#define DT_LATENCY_COLUMNS 8

/* Fill DT_LATENCY_COLUMNS values from a column on; all absent when nothing was counted. */
void dt_row_latency(struct dt_value *row, uint32_t column, const struct dt_quantile *quantile);

/*
 * Once a table is filled: hide from people what is empty, columns without a value or all of it.
 * Programs find every table and column, whatever there is to say.
 */
void dt_table_hide_empty(struct dt_table *table);

/* part / whole, NaN without a whole. */
double dt_part_of(double part, double whole);

/* What to do so that the next recording has addresses, and why physical ones may all be 0. */
#define DT_HOW_ADDRESSES                                                                     \
	"perf record -d -e cpu/mem-loads,ldlat=30/P (Intel), -d -e ibs_op// (AMD) or -d -e " \
	"page-faults (anywhere)"
#define DT_WHY_NO_PHYS                                                                          \
	"the recorder lacked CAP_SYS_ADMIN or CAP_PERFMON (record as root, or lower "           \
	"kernel.perf_event_paranoid), or the event has none (page faults come before the page " \
	"is there; on Intel only precise events, cpu/.../P, have one, on AMD ibs_op)"

#endif
