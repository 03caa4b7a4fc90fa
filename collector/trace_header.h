/* SPDX-License-Identifier: GPL-2.0-only */
/* The header of a trace.dat of version 6 (trace-cmd.dat.v6(5)), of what this kernel says. */
#ifndef COLLECTOR_TRACE_HEADER_H
#define COLLECTOR_TRACE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "collector/trace_events.h"
#include "collector/trace_stats.h"
#include "damon-trace/error.h"

/* A text of tracefs. */
struct dt_trace_text {
	char *text;
	size_t size;
};

/* What does not change from segment to segment. All zero: nothing. */
struct dt_trace_facts {
	uint32_t page_size; /* of a sub-buffer of the ring, bytes */
	uint32_t nr_cpus;   /* the highest number of a CPU that can be, plus 1 */
	struct dt_trace_text header_page, header_event;
	struct dt_trace_text clocks; /* "local [perf] mono" */
	char clock[64];		     /* "[perf]" */
	char uname[512];
	uint64_t id; /* tells this recording's files from others */
	size_t nr_events;
	char **names; /* of the events, sorted: systems stand together */
	struct dt_trace_text *formats;
	/* of the function_graph tracer, where it runs: formats of its entry and exit, symbols */
	struct dt_trace_text graph[2];
	char *symbols;
	char *tracefs, *proc; /* roots, for the names of processes */
};

/* Read them of an instance whose events and clock are set. 0 or -errno with *error filled. */
int dt_trace_facts_read(struct dt_trace_facts *facts, const struct dt_trace_instance *instance,
			const struct dt_trace_events *events, const struct dt_roots *roots,
			struct dt_error *error);
/*
 * The same for the function_graph tracer; symbols, the text of /proc/kallsyms for its functions,
 * now belongs to facts. 0 or -errno.
 */
int dt_trace_facts_add_graph(struct dt_trace_facts *facts, char *symbols,
			     const struct dt_roots *roots);
void dt_trace_facts_free(struct dt_trace_facts *facts);

/*
 * The bytes up to the end of the options: the kernel's texts, the names of processes, the clock
 * and the machine. stats: one for each CPU, or NULL where they are not known yet. 0 or -ENOMEM;
 * the caller frees *bytes.
 */
int dt_trace_header_make(const struct dt_trace_facts *facts, const char *cmdlines,
			 const struct dt_trace_stats *stats, unsigned char **bytes, size_t *size);

/*
 * What follows in a finished file: where the data of each CPU is, from the first page boundary on.
 * sizes: bytes of each CPU, whole pages. *data: where the data begins.
 */
int dt_trace_table_make(const struct dt_trace_facts *facts, const uint64_t *sizes, size_t header,
			unsigned char **bytes, size_t *size, uint64_t *data);

#endif
