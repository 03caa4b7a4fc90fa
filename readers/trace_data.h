/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU data of a trace.dat: per-CPU sequences of ring buffer pages, plain or in compressed
 * chunks, of the top buffer and of every instance, walked together in time order.
 */
#ifndef READERS_TRACE_DATA_H
#define READERS_TRACE_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "readers/emit.h"
#include "readers/formats.h"
#include "readers/source.h"

/* Sub-buffers beyond this do not exist; a file that says so is damaged. */
#define DT_PAGE_SIZE_MAX (4u << 20)

enum dt_codec { DT_CODEC_NONE, DT_CODEC_ZSTD, DT_CODEC_ZLIB };

/* Decompress into to[0..size): the whole result must have that size. 0 or -EBADMSG. */
int dt_codec_expand(enum dt_codec codec, void *to, size_t size, const void *from, size_t from_size);

/* The most that size bytes can become when they are compressed. */
size_t dt_codec_room(enum dt_codec codec, size_t size);
/* Compress; *to_size comes in as the room at `to`. 0 or -EINVAL. */
int dt_codec_compress(enum dt_codec codec, void *to, size_t *to_size, const void *from,
		      size_t size);

/* A CPU whose number the file does not tell. */
#define DT_CPU_UNKNOWN UINT32_MAX

/* The data of one CPU in one buffer. */
struct dt_trace_cpu {
	uint32_t cpu;
	uint64_t offset, size; /* in the file */
	uint32_t page_size;    /* sub-buffer size, bytes */
	bool compressed;       /* in chunks: u32 count, then per chunk u32 u32 and the bytes */
	bool uncounted;	       /* the count of the chunks was never written: all of them */
};

/* A warning that begins with the CPU's name. */
void dt_trace_cpu_warn(const struct dt_trace_cpu *cpu, struct dt_warnings *warnings,
		       uint64_t offset, const char *what);

struct dt_trace_data {
	const struct dt_source *source;
	struct dt_event_table *table;
	struct dt_page_layout layout;
	enum dt_codec codec;
	bool big_endian;
	/* TSC2NSEC: ns = ((raw - offset) * mult) >> shift; mult 0: raw is ns already */
	uint32_t tsc_mult, tsc_shift;
	uint64_t tsc_offset;
	uint32_t nr_cpus, room;
	struct dt_trace_cpu *cpus;
};

/* 0 or -ENOMEM. */
int dt_trace_data_add(struct dt_trace_data *data, const struct dt_trace_cpu *cpu);

/* A time of the ring buffer in ns. */
uint64_t dt_trace_data_ns(const struct dt_trace_data *data, uint64_t raw);

/*
 * Walk all CPUs in time order. When counting: fills the table's counts and the losses, times and
 * warnings of info. 0 or -errno of the sink, of reading, or -ENOMEM.
 */
int dt_trace_data_walk(struct dt_trace_data *data, struct dt_emitter *emitter,
		       struct dt_input_info *info, bool counting);

#endif
