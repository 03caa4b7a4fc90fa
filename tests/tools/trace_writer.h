/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes trace.dat files for tests, event by event, byte for byte as trace-cmd and the kernel's
 * ring buffer lay them out: versions 6 and 7, both byte orders, 4 and 8 byte longs, any sub-buffer
 * size. What it writes can then be damaged on purpose.
 *
 * A writer is a test tool: misuse and want of memory end the program with a message.
 */
#ifndef TESTS_TOOLS_TRACE_WRITER_H
#define TESTS_TOOLS_TRACE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "damon-trace/event.h"

enum dt_tw_compression { DT_TW_NONE, DT_TW_ZSTD, DT_TW_ZLIB };

#define DT_TW_NR_FUNCTIONS 5

/* Events that the writer knows; see trace_events_writer.c for their formats. */
enum dt_tw_event {
	DT_TW_AGGREGATED,	  /* target_id nr_regions start end nr_accesses age */
	DT_TW_AGGREGATED_NO_AGE,  /* the same name on kernels before age */
	DT_TW_AGGREGATED_EXTRA,	  /* the same name with invented fields in the middle */
	DT_TW_REGION_AGGREGATED,  /* target_id start end nr_regions nr_accesses age probe_hits */
	DT_TW_AGGREGATED_V2,	  /* its out-of-tree name */
	DT_TW_BEFORE_APPLY,	  /* context_idx scheme_idx target_idx start end nr_accesses
				     age nr_regions */
	DT_TW_ESZ,		  /* context_idx scheme_idx esz */
	DT_TW_STAT,		  /* context_idx scheme_idx nr_tried sz_tried nr_applied sz_applied
				     sz_ops_filter_passed qt_exceeds nr_snapshots */
	DT_TW_INTERVALS,	  /* sample_us */
	DT_TW_GOAL,		  /* context_idx scheme_idx nid target_value current_value */
	DT_TW_GOAL_PROBE,	  /* __probe_func __probe_ret_ip metric nid target_value
				     current_value score */
	DT_TW_OVERFLOW,		  /* cpu */
	DT_TW_SCHED_SWITCH,	  /* foreign: prev_comm prev_pid prev_prio prev_state next_comm
				     next_pid next_prio */
	DT_TW_SCHED_PROCESS_EXEC, /* foreign, of any length: filename pid old_pid */
	DT_TW_GRAPH_ENTRY,	  /* of the function_graph tracer: func depth */
	DT_TW_GRAPH_EXIT,	  /* func depth overrun calltime rettime */
	DT_TW_ENTER,		  /* of dt_tw_functions[0], a dynamic event: __probe_ip */
	DT_TW_LEAVE, /* __probe_func __probe_ret_ip; the next functions follow in pairs */
	DT_TW_NR_EVENTS = DT_TW_ENTER + 2 * DT_TW_NR_FUNCTIONS,
};

/* Functions whose calls the writer knows. */
extern const char *const dt_tw_functions[DT_TW_NR_FUNCTIONS];

/* /proc/kallsyms with them, and others around them; free() it. */
char *dt_tw_symbols(void);

#define DT_TW_GRAPH_EVENTS (3u << DT_TW_GRAPH_ENTRY)
#define DT_TW_PROBE_EVENTS (((1u << 2 * DT_TW_NR_FUNCTIONS) - 1) << DT_TW_ENTER)

/* The formats of a file when config.events is 0: those of one current kernel. */
#define DT_TW_DEFAULT_EVENTS                                                                    \
	(((1u << DT_TW_NR_EVENTS) - 1) & ~(1u << DT_TW_AGGREGATED_NO_AGE) &                     \
	 ~(1u << DT_TW_AGGREGATED_EXTRA) & ~(1u << DT_TW_AGGREGATED_V2) & ~DT_TW_GRAPH_EVENTS & \
	 ~DT_TW_PROBE_EVENTS)

/* All zero: version 6, little endian, 64-bit, pages of 4096 bytes, one CPU, clock mono. */
struct dt_tw_config {
	int version;			    /* 6 or 7 */
	enum dt_tw_compression compression; /* version 7 only */
	bool big_endian;
	int long_size;	      /* of the recorded kernel: 8 or 4 */
	uint32_t page_size;   /* in the file's header, bytes */
	uint32_t subbuf_size; /* of the ring buffer, bytes; 0: page_size */
	uint32_t cpus;
	uint32_t chunk_subbufs;	 /* sub-buffers in one compressed chunk; 0: 10 */
	uint32_t events;	 /* 1u << enum dt_tw_event: whose formats the file has */
	bool absolute_time;	 /* a TIME_STAMP record before every event */
	bool align_8;		 /* rings of machines that need 8-byte alignment */
	bool no_clock;		 /* no TRACECLOCK option (version 6: no clock text either) */
	const char *clock;	 /* of the top buffer */
	const char *uname;	 /* text of the UNAME option */
	const char *cmdlines;	 /* "PID COMM\n"...; NULL: none */
	const char *kallsyms;	 /* "ADDR T NAME\n"...; NULL: none */
	const char *header_page; /* text in place of the right one */
	uint64_t trace_id;
	FILE *truth;	       /* every event as one line of text, see README.md; may be NULL */
	const char *spool_dir; /* CPU data waits in unlinked files here, not in memory */
};

struct dt_tw;

/* Which ring: buffer 0 is the top one, others come from dt_tw_instance(). */
struct dt_tw_where {
	uint32_t buffer, cpu;
};

struct dt_tw *dt_tw_new(const struct dt_tw_config *config);
void dt_tw_free(struct dt_tw *writer);

/* Add a buffer instance; clock NULL: the top buffer's. Returns its number, from 1. */
uint32_t dt_tw_instance(struct dt_tw *writer, const char *name, const char *clock);

/*
 * One event. values: one for each field in the order of the format, as listed above; character
 * arrays are given as (uintptr_t)string, dynamic arrays as (uintptr_t)struct dt_tw_blob.
 * Times of one ring must not go back.
 */
struct dt_tw_blob {
	const void *data;
	uint32_t size;
};
void dt_tw_event(struct dt_tw *writer, struct dt_tw_where where, enum dt_tw_event which,
		 uint64_t time, int32_t pid, const uint64_t *values);

/* The same from the records that a reader makes of them. */
void dt_tw_region(struct dt_tw *writer, struct dt_tw_where where, const struct dt_region *region);
void dt_tw_apply(struct dt_tw *writer, struct dt_tw_where where, const struct dt_apply *apply);
void dt_tw_intervals(struct dt_tw *writer, struct dt_tw_where where,
		     const struct dt_intervals *intervals);
void dt_tw_esz(struct dt_tw *writer, struct dt_tw_where where, const struct dt_esz *esz);
void dt_tw_stat(struct dt_tw *writer, struct dt_tw_where where, const struct dt_stat *stat);
/* The dynamic probe's form when scheme_idx is DT_UNKNOWN_U32. */
void dt_tw_goal(struct dt_tw *writer, struct dt_tw_where where, const struct dt_goal *goal);
/* Of a function of dt_tw_functions, in the form that call->by says. */
void dt_tw_call(struct dt_tw *writer, struct dt_tw_where where, const struct dt_call *call);
void dt_tw_overflow(struct dt_tw *writer, struct dt_tw_where where,
		    const struct dt_overflow *overflow);

/* An event of any payload, from common_type on; it may lie about itself. */
void dt_tw_raw(struct dt_tw *writer, struct dt_tw_where where, uint64_t time, const void *payload,
	       size_t size);

/* A discarded event (PADDING) of `bytes` in all, at least 8, that moves time by delta >= 1 ns. */
void dt_tw_padding(struct dt_tw *writer, struct dt_tw_where where, uint32_t bytes, uint32_t delta);

/* A TIME_STAMP record, which may also set the ring's time back. */
void dt_tw_time_stamp(struct dt_tw *writer, struct dt_tw_where where, uint64_t time);

/* Events were lost here: the next event begins a sub-buffer that says so. */
#define DT_TW_LOST_UNKNOWN UINT64_MAX
void dt_tw_lose(struct dt_tw *writer, struct dt_tw_where where, uint64_t count);

/* End the open sub-buffer; the next event begins a new one. */
void dt_tw_end_subbuf(struct dt_tw *writer, struct dt_tw_where where);

/* A whole sub-buffer as it is; shorter ones are filled up with zeroes. */
void dt_tw_raw_subbuf(struct dt_tw *writer, struct dt_tw_where where, const void *data,
		      size_t size);

/* Add an option of any number; version 7: to the first options section. */
void dt_tw_option(struct dt_tw *writer, uint16_t id, const void *data, uint32_t size);

/* Replace the format text of an event. It need not be one. */
void dt_tw_set_format(struct dt_tw *writer, enum dt_tw_event event, const char *text);

/* The text of a format as the kernel prints it; free() it. */
char *dt_tw_format(const struct dt_tw *writer, enum dt_tw_event which);

/* The number that the format gives the event. */
uint16_t dt_tw_event_id(enum dt_tw_event event);

/* CPU data so far, in bytes. */
uint64_t dt_tw_size(const struct dt_tw *writer);

/* Write the file; once, as the last thing. Returns 0 or -errno of the stream. */
int dt_tw_finish(struct dt_tw *writer, FILE *file);
/* The same to memory, which the caller frees. */
unsigned char *dt_tw_finish_memory(struct dt_tw *writer, size_t *size);

/* Offsets in the finished file, for damaging it. Version 7: of the sections' headers. */
enum dt_tw_place {
	DT_TW_AT_HEADER_PAGE, /* version 6: "header_page" */
	DT_TW_AT_HEADER_EVENT,
	DT_TW_AT_FTRACE_FORMATS, /* version 6: the count */
	DT_TW_AT_EVENT_FORMATS,
	DT_TW_AT_KALLSYMS,
	DT_TW_AT_PRINTK,
	DT_TW_AT_CMDLINES,
	DT_TW_AT_OPTIONS,   /* version 6: "options  " */
	DT_TW_AT_CPU_TABLE, /* version 6: "flyrecord"; 7: the last options section */
	DT_TW_NR_PLACES,
};
uint64_t dt_tw_place(const struct dt_tw *writer, enum dt_tw_place place);
/* Where the data of a ring begins, and how many bytes of the file it takes. */
uint64_t dt_tw_data_place(const struct dt_tw *writer, struct dt_tw_where where, uint64_t *size);

#endif
