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
#define DT_COL_WEIGHTS	(1u << 10) /* var2 and var3 of WEIGHT_STRUCT */
#define DT_COL_PAGE	(1u << 11) /* DATA_PAGE_SIZE */
#define DT_COL_CGROUP	(1u << 12)
#define DT_COL_MISC	(1u << 13) /* the record's own flags */
#define DT_COL_RAW	(1u << 14)
#define DT_COL_CHAIN	(1u << 15)
#define DT_COL_ALL	((1u << 16) - 1)

/* Of misc: who was running (PERF_RECORD_MISC_CPUMODE_MASK), and how exact ip is. */
#define DT_MISC_MODE	     7
#define DT_MISC_KERNEL	     1
#define DT_MISC_USER	     2
#define DT_MISC_HYPERVISOR   3
#define DT_MISC_GUEST_KERNEL 4
#define DT_MISC_GUEST_USER   5
#define DT_MISC_EXACT_IP     (1u << 14)

/*
 * A piece of a batch's heap: size bytes at heap + offset. Offsets are multiples of 8.
 */
struct dt_piece {
	uint32_t offset, size;
};

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
	uint64_t *addr;	     /* bytes, virtual; 0 = the hardware gave none */
	uint64_t *phys;	     /* bytes; 0 = not resolved */
	uint64_t *period;    /* events that one sample stands for */
	uint64_t *weight;    /* latency, PERF_SAMPLE_WEIGHT or var1_dw of WEIGHT_STRUCT */
	uint64_t *data_src;  /* union perf_mem_data_src */
	uint64_t *page_size; /* bytes, of the page of addr; 0: not known */
	uint64_t *cgroup;    /* identifier, see dt_reader_cgroup() */
	int32_t *pid, *tid;
	int32_t *cpu;
	uint32_t *weights;	/* WEIGHT_STRUCT: var2_w, and var3_w << 16 */
	uint32_t *misc;		/* DT_MISC_* */
	struct dt_piece *raw;	/* PERF_SAMPLE_RAW's bytes, in the file's byte order */
	struct dt_piece *chain; /* instruction pointers and PERF_CONTEXT_* marks, u64 each */
	unsigned char *heap;	/* of raw and chain; grows with the reader's need */
	uint32_t heap_used, heap_room;
};

#endif
