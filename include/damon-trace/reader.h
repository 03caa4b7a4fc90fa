/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Readers: bytes to batches of records. One file per format, one registry (readers/registry.c).
 *
 * A reader believes nothing in the file: every offset and count is checked against the bytes that
 * exist, and no allocation is sized by an unchecked number. What is damaged is left out with a
 * warning that names the offset; everything else is yielded.
 */
#ifndef DAMON_TRACE_READER_H
#define DAMON_TRACE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/event.h"
#include "damon-trace/sample.h"

/* Most records in one batch. */
#define DT_BATCH_MAX 1024

/* Records of one kind, at least one, at most DT_BATCH_MAX. */
struct dt_batch {
	enum dt_kind kind;
	uint32_t count;
	union {
		struct dt_region *regions;
		struct dt_intervals *intervals;
		struct dt_loss *losses;
		struct dt_apply *applies;
		struct dt_esz *eszs;
		struct dt_stat *stats;
		struct dt_goal *goals;
		struct dt_overflow *overflows;
		struct dt_call *calls;
		struct dt_samples *samples;
		void *records;
	};
};

/*
 * Where a reader sends its batches.
 *
 * batch() returns 0 to go on or -errno to end the walk with it. The batch belongs to the reader
 * and is valid during the call; a sink may exchange batch->records for storage of its own that
 * dt_batch_alloc() made for the same kind (so a queue copies nothing).
 *
 * Order: DAMON records of one kind come in time order within a stream (a kdamond, with a context
 * and target or scheme where it has them); those of different streams may come one stream after
 * the other, as damo's records do. Regions, intervals and losses of events also keep their order
 * among each other within a stream, and so do calls and losses; formats that tell losses sort all
 * streams into one order of time, as a loss may belong to any of them. Samples come in any order.
 */
struct dt_sink {
	int (*batch)(void *context, struct dt_batch *batch);
	void *context;
	uint32_t kinds;	  /* 1u << enum dt_kind: the kinds that the sink wants */
	uint32_t columns; /* DT_COL_*: the sample columns that it reads */
};

/* Storage for DT_BATCH_MAX records of a kind, NULL when memory is out. Free with dt_batch_free. */
void *dt_batch_alloc(enum dt_kind kind);
void dt_batch_free(enum dt_kind kind, void *records);

/* How often an event occurs in the input. Tracepoints are named without their system. */
struct dt_event_count {
	char name[64];
	uint64_t count;
	bool is_sample; /* a perf event that is no tracepoint: its records are memory samples */
	uint32_t has;	/* DT_COL_* that its samples carry; 0 for tracepoints */
	/* of perf events: how it was asked for (struct perf_event_attr) */
	bool has_attr;
	uint32_t type;
	uint64_t config, config1, config2;
	uint64_t period; /* or frequency in Hz; 0: samples were not asked for by either */
	bool is_frequency;
	uint8_t precise; /* precise_ip, 0 to 3 */
	char pmu[32];	 /* that the type belongs to, where the input says; else empty */
};

/* Which build of a file it is. */
struct dt_build_id {
	uint8_t size; /* bytes in use */
	uint8_t bytes[20];
};

/* A stretch of a process's address space, from MMAP records. Strings live with the reader. */
struct dt_mapping {
	uint64_t start, end; /* bytes */
	uint64_t offset;     /* in the file, bytes */
	const char *name;    /* path, "[heap]", "//anon", ... */
	bool executable;
	const struct dt_build_id *build_id; /* of the file; NULL: not known */
	/* The answer is the same for all addresses from here on and below that. */
	uint64_t same_from, same_to;
};

struct dt_host_context; /* host_context.h */
struct dt_known_stream; /* known.h */
struct dt_witnesses;	/* witnesses.h */

/* What is known of an input; text fields are empty when the input does not say. */
struct dt_input_info {
	const char *path;
	const char *kind; /* "trace.dat", "perf.data", "recording" */
	char version[64]; /* of the format, with its mode: "7, zstd", "2, pipe mode" */
	char kernel[128]; /* release */
	char host[128];
	char arch[32];
	char clock[32]; /* trace clock, or perf's clockid: "perf" when none was set */
	/* of a recording whose samples are on another clock than its events: theirs; else empty */
	char samples_clock[32];
	char command[256];   /* that made the recording */
	char cpuid[64];	     /* of the processor, as perf names it: "AuthenticAMD,25,17,1" */
	char processor[128]; /* its name */
	uint32_t cpus;	     /* 0: unknown */
	bool big_endian;
	uint64_t size; /* bytes */
	/* known after the first walk: */
	uint64_t start_ns, end_ns; /* first and last time stamp; start > end when there is none */
	bool complete;		   /* false: truncated, damaged, or not closed by its writer */
	uint64_t lost_events;	   /* with a known count */
	uint64_t lost_unknown;	   /* gaps of unknown size */
	uint64_t lost_samples;
	uint64_t throttles;
	uint64_t samples_total;	       /* no tracepoint samples among them */
	uint64_t samples_with_address; /* address recorded and not 0 */
	uint64_t samples_address_zero; /* address recorded, and 0 */
	uint64_t samples_with_phys;    /* physical address recorded and not 0 */
	struct dt_warnings warnings;
	size_t nr_events;
	struct dt_event_count *events; /* owned by the reader */
	/* of a recording; NULL: it has none. Owned by the reader */
	struct dt_host_context *host_context;
	struct dt_witnesses
		*witnesses; /* after dt_reader_witnesses(); NULL: none; owned by the reader */
	/* intervals that the input itself tells, known at opening; owned by the reader */
	size_t nr_known;
	const struct dt_known_stream *known;
};

struct dt_reader;
struct dt_slice; /* slice.h */
struct dt_slice_sum;
struct dt_source;

/* A format. */
struct dt_reader_ops {
	const char *name;    /* as shown as the input's kind */
	const char *expects; /* what the file begins with, for "this is no recording" */
	bool streams;	     /* walk reads from front to end: a pipe need not be spooled */
	/* Does a file with this beginning belong to the reader? size: bytes at head. */
	bool (*probe)(const unsigned char *head, size_t size);
	/* Read the header. On success the reader owns the source; on failure it does not. */
	int (*open)(struct dt_reader **reader, struct dt_source *source, struct dt_error *error);
	/*
	 * Send every wanted record of the input to the sink. May be called again. The first
	 * call counts events and losses; later ones leave the info as it is.
	 */
	int (*walk)(struct dt_reader *reader, const struct dt_sink *sink, struct dt_error *error);
	/* The name of a process, known from the first walk on, or NULL. Optional. */
	const char *(*comm)(const struct dt_reader *reader, int32_t pid);
	/* The mapping of an address in a process, known from the first walk on. Optional. */
	bool (*mapping)(const struct dt_reader *reader, int32_t pid, uint64_t address,
			struct dt_mapping *mapping);
	/* The path of a cgroup, known from the first walk on, or NULL. Optional. */
	const char *(*cgroup)(const struct dt_reader *reader, uint64_t id);
	/* Fill info.witnesses where the input has any. 0 or -ENOMEM. Optional. */
	int (*witnesses)(struct dt_reader *reader);
	/* As dt_reader_slice(). Optional. */
	int (*slice)(struct dt_reader *reader, const struct dt_slice *slice, const char *path,
		     struct dt_slice_sum *sum, struct dt_error *error);
	void (*close)(struct dt_reader *reader);
};

/* Common head of every reader's own structure. */
struct dt_reader {
	const struct dt_reader_ops *ops;
	struct dt_source *source;
	struct dt_input_info info;
	bool counted; /* the first walk is done */
};

/*
 * Open an input: a file or a directory of any known kind, found by its content; "-" is stdin. Of
 * what cannot be read twice an unlinked temporary file is made: of binary formats the bytes, of
 * texts the records, while they are first walked. 0, or -errno with *error filled: -ENOENT and
 * the like from the system, -ENOMSG when it is no recording.
 */
int dt_reader_open(struct dt_reader **reader, const char *path, struct dt_error *error);

/* The same for bytes in memory, which must outlive the reader (tests, fuzzers). */
int dt_reader_open_memory(struct dt_reader **reader, const void *data, size_t size,
			  struct dt_error *error);

int dt_reader_walk(struct dt_reader *reader, const struct dt_sink *sink, struct dt_error *error);

/*
 * Inputs that follow each other in time on one machine and clock, the oldest first, as one: its
 * records come as if one file had them, its counts are their sums. Takes the readers over, on
 * success. 0, or -ENOMEM with *error filled.
 */
int dt_reader_chain(struct dt_reader **reader, struct dt_reader *const *readers, size_t nr,
		    struct dt_error *error);

/* The name of a process, known from the first walk on, or NULL. Valid until the reader closes. */
const char *dt_reader_comm(const struct dt_reader *reader, int32_t pid);

/*
 * Where an address of a process lies, as its latest mapping says; known from the first walk on.
 * pid -1: the kernel's own mappings. False: nothing is known, and of *mapping only
 * same_from and same_to are filled.
 */
bool dt_reader_mapping(const struct dt_reader *reader, int32_t pid, uint64_t address,
		       struct dt_mapping *mapping);

/* The path of a cgroup, known from the first walk on, or NULL. Valid until the reader closes. */
const char *dt_reader_cgroup(const struct dt_reader *reader, uint64_t id);

/*
 * Read what the kernel counted while the input was recorded into info.witnesses: long recordings
 * have a lot of it, and few views ask. 0 or -ENOMEM.
 */
int dt_reader_witnesses(struct dt_reader *reader);

/* NULL is allowed. */
void dt_reader_close(struct dt_reader *reader);

#endif
