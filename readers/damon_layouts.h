/* SPDX-License-Identifier: GPL-2.0-only */
/* DAMON's events: the fields that they have, and the members of the records that take them. */
#ifndef READERS_DAMON_LAYOUTS_H
#define READERS_DAMON_LAYOUTS_H

#include <stdint.h>

#include "damon-trace/event.h"

enum dt_field_flag {
	DT_FIELD_NEEDED = 1,
	DT_FIELD_DYNAMIC = 2, /* __data_loc array of bytes, copied to probe_hits */
};

/* A field of a record: its name in the format, its place and width in the record. */
struct dt_field_spec {
	const char *name;
	uint16_t place;
	uint8_t width;
	uint8_t flags;
	uint16_t builtin_offset; /* in the payload of current 64-bit kernels */
	uint8_t builtin_size;	 /* 0: not there */
};

struct dt_event_spec {
	const char *name;
	enum dt_kind kind;
	uint8_t region_event;
	const struct dt_field_spec *fields;
	uint8_t nr_fields;
	uint16_t builtin_size;
};

/* NULL: the name is not one of DAMON's events. */
const struct dt_event_spec *dt_event_spec_find(const char *name);

#endif
