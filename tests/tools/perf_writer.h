/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A writer of perf.data files with known content, for the generator and for the unit tests. It
 * shares no code with the reader. What it writes is made up, in the layout that perf uses.
 */
#ifndef TESTS_TOOLS_PERF_WRITER_H
#define TESTS_TOOLS_PERF_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/tools/perf_out.h"

/* PERF_SAMPLE_* of perf_event_open(2). */
#define PW_IP		  (1ull << 0)
#define PW_TID		  (1ull << 1)
#define PW_TIME		  (1ull << 2)
#define PW_ADDR		  (1ull << 3)
#define PW_READ		  (1ull << 4)
#define PW_CALLCHAIN	  (1ull << 5)
#define PW_ID		  (1ull << 6)
#define PW_CPU		  (1ull << 7)
#define PW_PERIOD	  (1ull << 8)
#define PW_STREAM_ID	  (1ull << 9)
#define PW_RAW		  (1ull << 10)
#define PW_BRANCH_STACK	  (1ull << 11)
#define PW_REGS_USER	  (1ull << 12)
#define PW_STACK_USER	  (1ull << 13)
#define PW_WEIGHT	  (1ull << 14)
#define PW_DATA_SRC	  (1ull << 15)
#define PW_IDENTIFIER	  (1ull << 16)
#define PW_TRANSACTION	  (1ull << 17)
#define PW_REGS_INTR	  (1ull << 18)
#define PW_PHYS_ADDR	  (1ull << 19)
#define PW_CGROUP	  (1ull << 21)
#define PW_DATA_PAGE_SIZE (1ull << 22)
#define PW_CODE_PAGE_SIZE (1ull << 23)
#define PW_WEIGHT_STRUCT  (1ull << 24)

/* header 8, ip, tid, time, addr, period: 48 bytes */
#define PW_DEFAULT (PW_IP | PW_TID | PW_TIME | PW_ADDR | PW_PERIOD)

struct perf_truth;

enum perf_writer_mode { PW_FILE, PW_PIPE, PW_DIRECTORY };

/* The layout of damos_node_eligible_mem_bp. */
enum perf_writer_goals { PW_GOALS_NATIVE, PW_GOALS_PROBE };

struct perf_writer_options {
	enum perf_writer_mode mode;
	bool big;	       /* written on a big-endian machine */
	uint32_t attr_size;    /* 64 to 4096 */
	bool unterminated;     /* as left behind by a killed perf */
	unsigned compress;     /* record type 81 or 83; 0: none */
	size_t compress_chunk; /* plain bytes in one compressed record; 0: 32 KiB */
	uint64_t samples;      /* memory samples over all events */
	uint64_t seed;
	uint64_t sample_type; /* PW_*; identifiers are added as the next field says */
	uint64_t read_format;
	unsigned events;      /* memory events, 1 to 8 */
	uint64_t identifier;  /* PW_IDENTIFIER, PW_ID, or 0: samples do not tell their event */
	bool no_ids;	      /* the file does not list the identifiers */
	bool mixed;	      /* every second memory event also records CPU and PERIOD */
	unsigned cpus, pids;  /* 1 to 64 each */
	uint64_t base, range; /* the addresses lie in base .. base + range of each process */
	unsigned phases;      /* places where the hot window stands one after the other */
	unsigned round;	      /* samples between two FINISHED_ROUND records, at most 4096 */
	bool mono;	      /* clock CLOCK_MONOTONIC instead of perf's own */
	uint64_t lost_every, throttle_every, dropped_every; /* samples; 0: never */
	uint64_t lost_total; /* what the recorder's own sum says was lost; 0: none written */
	unsigned snapshots, regions; /* DAMON aggregations, and regions of each */
	enum perf_writer_goals goals;
	bool no_formats; /* without TRACING_DATA */
	bool empty;	 /* without the record that perf begins its data with */
	bool auxtrace;	 /* an AUXTRACE record whose payload looks like records */
	/* the records, in the order of time, in place of those made up here; false: no more */
	bool (*given)(void *context, struct perf_truth *truth);
	void *given_context;
};

/* The options that the generator starts from. */
extern const struct perf_writer_options perf_writer_defaults;

enum perf_truth_kind { PT_SAMPLE, PT_REGION, PT_GOAL, PT_LOST, PT_DROPPED, PT_THROTTLE };

/* One thing that was written. */
struct perf_truth {
	enum perf_truth_kind kind;
	uint64_t time;
	unsigned event; /* memory event, PT_SAMPLE */
	uint32_t pid, tid, cpu;
	uint64_t ip, addr, phys, period, weight, data_src;
	uint64_t start, end; /* PT_REGION */
	uint32_t accesses, age, nid;
	uint64_t target, current; /* PT_GOAL */
	uint64_t count;		  /* PT_LOST, PT_DROPPED */
};

struct perf_totals {
	uint64_t samples[8]; /* by memory event */
	uint64_t with_address, address_zero, with_phys;
	uint64_t regions, goals;
	uint64_t lost, dropped, throttles;
	uint64_t first, last; /* ns */
};

struct perf_truth_sink {
	void (*record)(void *context, const struct perf_truth *truth); /* NULL: totals only */
	void *context;
};

/* The name of a memory event. */
const char *perf_writer_event_name(unsigned event);

/*
 * Write a recording. outs: one output, in directory mode that of `data` and one for each CPU.
 * Returns 0 or -1.
 */
int perf_write(const struct perf_writer_options *options, struct perf_out *outs,
	       const struct perf_truth_sink *sink, struct perf_totals *totals);

/* The same with files: path, or in directory mode the directory that is made. */
int perf_write_path(const struct perf_writer_options *options, const char *path,
		    const struct perf_truth_sink *sink, struct perf_totals *totals);

#endif
