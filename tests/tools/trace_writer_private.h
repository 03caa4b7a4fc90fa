/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the trace.dat writer share: bytes in the recorded machine's order, the rings
 * and the events' layouts.
 */
#ifndef TESTS_TOOLS_TRACE_WRITER_PRIVATE_H
#define TESTS_TOOLS_TRACE_WRITER_PRIVATE_H

#include "tests/tools/trace_writer.h"

#define DT_TW_MAX_FIELDS 12

/* Growing bytes; numbers are put in the order of the recorded machine. */
struct dt_tw_bytes {
	unsigned char *data;
	size_t size, capacity;
	bool big_endian;
};

void dt_tw_put(struct dt_tw_bytes *bytes, const void *data, size_t size);
void dt_tw_put_number(struct dt_tw_bytes *bytes, uint64_t value, int size);
/* With its terminating zero. */
void dt_tw_put_string(struct dt_tw_bytes *bytes, const char *text);
void dt_tw_put_zeroes(struct dt_tw_bytes *bytes, size_t size);
void dt_tw_store(unsigned char *at, uint64_t value, int size, bool big_endian);

/* Says what went wrong and ends the program. */
_Noreturn void dt_tw_die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *dt_tw_alloc(size_t size);

/* One CPU's ring buffer of one instance. */
struct dt_tw_ring {
	unsigned char *subbuf; /* the open one; NULL before the first event */
	uint32_t used;	       /* bytes of data in it */
	uint32_t room;	       /* bytes of data that it may hold */
	bool is_open;
	uint64_t time; /* of its last event */
	bool lost;     /* the next sub-buffer begins after a loss of lost_count events */
	uint64_t lost_count;
	bool subbuf_lost; /* the open one does */
	uint64_t subbuf_lost_count;
	uint64_t first_time, entries, overrun;
	FILE *spool; /* the closed sub-buffers */
	char *memory;
	size_t memory_size;
	uint64_t size;		    /* bytes in the spool */
	struct dt_tw_bytes packed;  /* compressed */
	uint64_t offset, file_size; /* in the finished file */
};

struct dt_tw_buffer {
	char *name;
	char *clock;
	struct dt_tw_ring *rings; /* one a CPU */
	uint64_t offset, size;	  /* version 6: of its CPU table; 7: of its section */
};

/* Where the fields of an event lie for this machine. */
struct dt_tw_layout {
	uint16_t offset[DT_TW_MAX_FIELDS];
	uint16_t end;  /* of the last field: dynamic data begins here */
	uint16_t size; /* of the event without dynamic data */
	char *text;    /* set by dt_tw_set_format() */
};

struct dt_tw_extra_option {
	uint16_t id;
	uint32_t size;
	unsigned char *data;
};

struct dt_tw {
	struct dt_tw_config config;
	uint32_t nr_buffers;
	struct dt_tw_buffer *buffers;
	struct dt_tw_layout layouts[DT_TW_NR_EVENTS];
	uint32_t nr_options;
	struct dt_tw_extra_option *options;
	uint64_t places[DT_TW_NR_PLACES];
};

struct dt_tw_ring *dt_tw_ring_of(struct dt_tw *writer, struct dt_tw_where where);
/* Room for one event; returns where its payload goes, zeroed. */
unsigned char *dt_tw_reserve(struct dt_tw *writer, struct dt_tw_where where, uint64_t time,
			     uint32_t size);
void dt_tw_ring_close(struct dt_tw *writer, struct dt_tw_ring *ring);
/* The last close. */
void dt_tw_ring_finish(struct dt_tw *writer, struct dt_tw_where where);
void dt_tw_ring_free(struct dt_tw_ring *ring);
/* Copy closed sub-buffers out of the spool. */
void dt_tw_ring_read(const struct dt_tw_ring *ring, uint64_t offset, void *data, size_t size);
/* Bytes of a sub-buffer before its data. */
uint32_t dt_tw_subbuf_header(const struct dt_tw *writer);

void dt_tw_layouts_init(struct dt_tw *writer);
/* Events of tracers: their formats stand apart. */
#define DT_TW_FTRACE "ftrace"
const char *dt_tw_event_system(enum dt_tw_event event);
const char *dt_tw_event_name(enum dt_tw_event event);
bool dt_tw_has_event(const struct dt_tw *writer, enum dt_tw_event event);

/* Numbers of options, and of the sections of version 7. */
enum dt_tw_option_id {
	DT_TW_OPTION_DONE = 0,
	DT_TW_OPTION_CPUSTAT = 2,
	DT_TW_OPTION_BUFFER = 3,
	DT_TW_OPTION_TRACECLOCK = 4,
	DT_TW_OPTION_UNAME = 5,
	DT_TW_OPTION_CPUCOUNT = 8,
	DT_TW_OPTION_VERSION = 9,
	DT_TW_OPTION_TRACEID = 11,
	DT_TW_OPTION_HEADER_INFO = 16, /* from here on also the numbers of the sections */
	DT_TW_OPTION_FTRACE_EVENTS = 17,
	DT_TW_OPTION_EVENT_FORMATS = 18,
	DT_TW_OPTION_KALLSYMS = 19,
	DT_TW_OPTION_PRINTK = 20,
	DT_TW_OPTION_CMDLINES = 21,
	DT_TW_SECTION_OPTIONS = 0,
	DT_TW_SECTION_BUFFER = 3,
	DT_TW_SECTION_STRINGS = 15,
};

#define DT_TW_NR_METADATA 6 /* sections 16 to 21, which version 6 has one after the other */

void dt_tw_put_initial(const struct dt_tw *writer, struct dt_tw_bytes *out);
void dt_tw_put_metadata(const struct dt_tw *writer, struct dt_tw_bytes *out, int section);
/* Notes the place of a metadata section. */
void dt_tw_mark_metadata(struct dt_tw *writer, int section, uint64_t offset);
/* All options but BUFFER and DONE. */
void dt_tw_put_options(const struct dt_tw *writer, struct dt_tw_bytes *out);
void dt_tw_put_option(struct dt_tw_bytes *out, enum dt_tw_option_id id, const void *data,
		      size_t size);
void dt_tw_put_option_number(struct dt_tw_bytes *out, enum dt_tw_option_id id, uint64_t number,
			     int size);
/* Its length as a number of size_bytes, then the text without its zero; text may be NULL. */
void dt_tw_put_text(struct dt_tw_bytes *out, const char *text, int size_bytes);

/* The file being written; errors of the stream are looked at once, at the end. */
struct dt_tw_output {
	FILE *file;
	uint64_t offset;
};

void dt_tw_out(struct dt_tw_output *out, const void *data, size_t size);
void dt_tw_out_and_free(struct dt_tw_output *out, struct dt_tw_bytes *bytes);
/* Zeroes up to an offset. */
void dt_tw_out_pad(struct dt_tw_output *out, uint64_t to);
void dt_tw_out_rings(struct dt_tw *writer, struct dt_tw_output *out,
		     const struct dt_tw_buffer *buffer);
uint64_t dt_tw_page_up(const struct dt_tw *writer, uint64_t offset);
/* Gives the rings of a buffer their places from `offset` on; returns the end. */
uint64_t dt_tw_place_rings(struct dt_tw *writer, struct dt_tw_buffer *buffer, uint64_t offset);

void dt_tw_v6_write(struct dt_tw *writer, struct dt_tw_output *out);
void dt_tw_v7_write(struct dt_tw *writer, struct dt_tw_output *out);
void dt_tw_v7_compress(const struct dt_tw *writer, struct dt_tw_ring *ring);

#endif
