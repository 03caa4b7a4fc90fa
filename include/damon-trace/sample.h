/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory samples travel as columns, so that binning is a tight loop over plain arrays.
 */
#ifndef DAMON_TRACE_SAMPLE_H
#define DAMON_TRACE_SAMPLE_H

#include <stdint.h>

/* Columns. A reader fills those that the sink asked for and the event has. */
#define DT_COL_TIME	(1u << 0)
#define DT_COL_IP	(1u << 1)
#define DT_COL_PID	(1u << 2)
#define DT_COL_ADDR	(1u << 3)
#define DT_COL_PHYS	(1u << 4)
#define DT_COL_CPU	(1u << 5)
#define DT_COL_PERIOD	(1u << 6)
#define DT_COL_WEIGHT	(1u << 7)
#define DT_COL_DATA_SRC (1u << 8)
#define DT_COL_TID	(1u << 9)
#define DT_COL_ALL	((1u << 10) - 1)

/*
 * A batch of samples of one event (one perf_event_attr). Arrays hold count elements; those whose
 * bit is not in columns are undefined. Samples are in the file's order, not in time order.
 */
struct dt_samples {
	uint32_t columns; /* which of the arrays are filled: DT_COL_* */
	uint32_t has;	  /* which fields the event records at all, asked for or not: DT_COL_* */
	uint32_t event;	  /* index among the reader's events */
	uint64_t *time;	  /* ns; 0 when the event records no time */
	uint64_t *ip;
	uint64_t *addr;	    /* bytes, virtual; 0 = the hardware gave none */
	uint64_t *phys;	    /* bytes; 0 = not resolved */
	uint64_t *period;   /* events that one sample stands for */
	uint64_t *weight;   /* latency, PERF_SAMPLE_WEIGHT or var1_dw of WEIGHT_STRUCT */
	uint64_t *data_src; /* union perf_mem_data_src */
	int32_t *pid, *tid;
	int32_t *cpu;
};

#endif
