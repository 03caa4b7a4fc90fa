/* SPDX-License-Identifier: GPL-2.0-only */
/* trace.dat, the format of trace-cmd and KernelShark, versions 6 and 7. */
#ifndef READERS_TRACE_DAT_H
#define READERS_TRACE_DAT_H

#include "damon-trace/reader.h"
#include "readers/trace_data.h"

extern const struct dt_reader_ops dt_trace_dat_reader;

/* What is read of a trace.dat; version 6 and 7 fill the same. */
struct dt_trace_dat {
	struct dt_reader reader;
	struct dt_trace_data data;
	uint32_t page_size; /* as the file's first lines say */
	int long_size;	    /* of the recorded user space */
	uint32_t nr_cpus;   /* as the header says */
	uint64_t overrun;   /* CPUSTAT: events lost in the ring buffers, all CPUs */
	uint64_t warnings_at_open;
	/* version 6: where its options begin (0: it has none), and where they end */
	uint64_t options_at, options_end;
	uint64_t header_size; /* bytes of the file itself, without those beside it */
	bool has_text;	      /* a latency tracer's text instead of events */
};

/* Numbers of options, the same in both versions (trace-cmd.dat.v7(5)). */
enum dt_trace_option {
	DT_OPTION_DONE = 0,
	DT_OPTION_CPUSTAT = 2,
	DT_OPTION_BUFFER = 3,
	DT_OPTION_TRACECLOCK = 4,
	DT_OPTION_UNAME = 5,
	DT_OPTION_CPUCOUNT = 8,
	DT_OPTION_TSC2NSEC = 14,
	DT_OPTION_HEADER_INFO = 16,
	DT_OPTION_FTRACE_EVENTS = 17,
	DT_OPTION_EVENT_FORMATS = 18,
	DT_OPTION_KALLSYMS = 19,
	DT_OPTION_PRINTK = 20,
	DT_OPTION_CMDLINES = 21,
	DT_OPTION_BUFFER_TEXT = 22,
};

/* Options whose data is plain text or numbers; size bytes at bytes->position. */
void dt_trace_dat_option(struct dt_trace_dat *dat, uint32_t option, struct dt_bytes *bytes,
			 uint64_t size);

/* One CPU's data as the header gives it, cut to the bytes that exist. 0 or -ENOMEM. */
int dt_trace_dat_add_cpu(struct dt_trace_dat *dat, struct dt_trace_cpu *cpu);

/* Read all behind the first lines. bytes->position is there. 0 or -errno with *error filled. */
int dt_trace_dat_open_v6(struct dt_trace_dat *dat, struct dt_bytes *bytes, struct dt_error *error);
/*
 * A file that ends behind its options was not closed by its recorder, who left the pages of each
 * CPU in a file beside it (PATH.cpuN): take them. How many there are, or -ENOMEM.
 */
int dt_trace_dat_add_beside(struct dt_trace_dat *dat);
int dt_trace_dat_open_v7(struct dt_trace_dat *dat, struct dt_bytes *bytes, struct dt_error *error);

/*
 * Let the events of another trace.dat of the same recording (a later segment) be walked together
 * with those of the first: their CPUs end at different times, so that only a walk through both
 * keeps the order. 1: done, the other reader is closed; 0: they do not fit together; or -ENOMEM.
 */
int dt_trace_dat_join(struct dt_reader *first, struct dt_reader *other);

/* Forget what walks counted, where the reader is one of trace.dat: the next walk counts anew. */
void dt_trace_dat_recount(struct dt_reader *reader);

/* trace_slice.c: see dt_reader_slice(). */
int dt_trace_dat_slice(struct dt_reader *reader, const struct dt_slice *slice, const char *path,
		       struct dt_slice_sum *sum, struct dt_error *error);

#endif
