/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of a file: id, name, decoder and count. Both trace.dat and the tracing data inside
 * perf.data carry the kernel's format texts in the same layout.
 */
#ifndef READERS_FORMATS_H
#define READERS_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

#include "damon-trace/reader.h"
#include "readers/bytes.h"
#include "readers/call_events.h"
#include "readers/damon_events.h"

/* common_type is 16 bits wide. */
#define DT_EVENT_IDS 65536

struct dt_event_type {
	char name[64];
	char system[64];
	struct dt_damon_decoder *decoder;    /* NULL: not DAMON's */
	const struct dt_plain_region *plain; /* of the decoder; NULL: not that simple */
	struct dt_call_decoder *call;	     /* NULL: no call of a function */
	uint64_t count;
};

struct dt_event_table {
	uint32_t slot[DT_EVENT_IDS]; /* index into types by id, plus 1; 0: no such event */
	bool big_endian;
	struct dt_call_symbols symbols;
	uint32_t nr_types, room;
	struct dt_event_type *types;
};

/* NULL when memory is out. */
struct dt_event_table *dt_event_table_new(bool big_endian);
void dt_event_table_free(struct dt_event_table *table);

/*
 * Read "systems": u32 number of systems, then per system its name, u32 number of events, per
 * event u64 size and the text. Damaged formats are left out with a warning. 0, -ENOMEM, or
 * -EBADMSG when the list itself breaks off (what came before it is kept).
 */
int dt_formats_read_systems(struct dt_event_table *table, struct dt_bytes *bytes,
			    struct dt_warnings *warnings);

/* Pass over the ftrace formats: u32 number, per event u64 size and text; kept under "ftrace". */
int dt_formats_read_ftrace(struct dt_event_table *table, struct dt_bytes *bytes,
			   struct dt_warnings *warnings);

/* The type of an id, made when there is none yet (named "event-ID"); NULL: no memory. */
struct dt_event_type *dt_event_table_get(struct dt_event_table *table, uint16_t id);

/* The page header as the kernel describes it (events/header_page). */
struct dt_page_layout {
	uint32_t commit_offset, commit_size; /* bytes; size 4 or 8 */
	uint32_t data_offset;
	uint32_t sub_buffer_size; /* data_offset + size of the data; 0: not said */
};

/*
 * "header_page\0" u64 size, text, "header_event\0" u64 size, text. 0 or -EBADMSG. *layout comes
 * in with the default for the machine's long size and keeps what the text does not say.
 */
int dt_formats_read_headers(struct dt_page_layout *layout, struct dt_bytes *bytes);

#endif
