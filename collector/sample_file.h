/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * perf.data as it is written: a header that already tells the events, then records as the kernel
 * gave them, then what describes the machine. Until the end the header says that it has 0 bytes of
 * data, which readers take as "up to the end of the file".
 *
 * The format is in the kernel's tools/perf/Documentation/perf.data-file-format.txt.
 */
#ifndef COLLECTOR_SAMPLE_FILE_H
#define COLLECTOR_SAMPLE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/uio.h>

#include <linux/perf_event.h>

#include "collector/event_name.h"
#include "collector/sample_scope.h"
#include "damon-trace/error.h"
#include "damon-trace/roots.h"

struct dt_host;

/* An event of the file. */
struct dt_file_event {
	const char *name;
	const struct perf_event_attr *attr;
	unsigned group; /* 0: none */
	size_t nr_ids;
	const uint64_t *ids;
};

/* What a file says besides its records. */
struct dt_file_facts {
	const struct dt_roots *roots;
	size_t nr_events;
	struct dt_file_event events[DT_SAMPLED_MAX];
	const struct dt_host *host; /* NULL: not known */
	const char *const *command; /* ends with NULL; NULL: not known */
	bool use_clockid;
	int32_t clockid;
	uint64_t first_ns, last_ns; /* of samples; last 0: there was none */
};

struct dt_sample_file {
	int fd; /* -1: closed */
	char path[4096];
	uint64_t ids_room; /* identifiers that have a place behind the header */
	uint64_t data_at;  /* offset of the first record */
	uint64_t end;	   /* offset behind the last whole record */
	uint64_t first_ns, last_ns;
	bool failed; /* a write came short: nothing is added any more */
	bool finished;
};

/*
 * Make the file with a header; ids_room identifiers fit into it. 0 or -errno with *error filled
 * and no file left behind.
 */
int dt_file_begin(struct dt_sample_file *file, const char *directory, const char *name,
		  const struct dt_file_facts *facts, uint64_t ids_room, struct dt_error *error);

/*
 * Add whole records. When not all of it can be written, none of it stays. 0 or -errno with *error
 * filled.
 */
int dt_file_add(struct dt_sample_file *file, struct iovec *parts, int nr, size_t bytes,
		struct dt_error *error);
/* The same for one piece of memory. */
int dt_file_add_record(struct dt_sample_file *file, const void *records, size_t bytes,
		       struct dt_error *error);

/* Write the events with the identifiers that they have by now. */
int dt_file_write_ids(struct dt_sample_file *file, const struct dt_file_facts *facts);

/* Describe the machine, complete the header. What cannot be described is left out. */
int dt_file_finish(struct dt_sample_file *file, const struct dt_file_facts *facts,
		   struct dt_error *error);
void dt_file_close(struct dt_sample_file *file);

/* ---- sample_features.c ---- */

/* Sections that describe the machine, one after the other, as bytes; section ends at ends[bit]. */
#define DT_FILE_FEATURES 32
struct dt_features {
	unsigned char *bytes;
	size_t size, room;
	bool failed;		       /* no memory */
	size_t ends[DT_FILE_FEATURES]; /* by bit; 0: it is not there */
};
void dt_features_make(struct dt_features *features, const struct dt_file_facts *facts);

/* ---- sample_synth.c ---- */

/* Records that the kernel gave before anybody listened: what runs, and what is mapped where. */
struct dt_synth {
	struct dt_sample_file *file;
	const struct dt_roots *roots;
	size_t trailer;		       /* bytes of a sample_id, zeros: before all times */
	bool data;		       /* also mappings that hold no code */
	uint64_t text_start, text_end; /* of the kernel; 0: not known */
	/* called now and then, as looking at all processes takes its time; NULL: nobody */
	void (*meanwhile)(void *context);
	void *context;
};
/* Find the kernel's code. That takes some 50 ms, and it does not move. */
void dt_synth_find_kernel(const struct dt_roots *roots, uint64_t *start, uint64_t *end);
/* Of the kernel, and of some processes; pids NULL: all. 0 or -errno with *error filled. */
int dt_synth_all(const struct dt_synth *synth, const struct dt_pids *pids, struct dt_error *error);
/* The names of events, for readers of a file that was never finished. */
int dt_synth_names(const struct dt_synth *synth, const struct dt_file_facts *facts,
		   struct dt_error *error);

#endif
