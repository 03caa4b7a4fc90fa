/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of a perf.data file (one perf_event_attr each), and how a sample is known to belong
 * to one: by its identifier where the file has them, by fall-backs where not.
 */
#ifndef READERS_PERF_ATTR_H
#define READERS_PERF_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/reader.h"
#include "readers/bytes.h"
#include "readers/damon_events.h"
#include "readers/formats.h"
#include "readers/perf_plan.h"

/* More than any recording has; bounds what a damaged header can make us allocate. */
#define DT_PERF_MAX_ATTRS 4096
#define DT_PERF_MAX_IDS	  (1u << 20)

struct dt_perf_attr {
	uint32_t type;
	uint64_t config, config1, config2;
	uint64_t period; /* asked for; a frequency in Hz when is_frequency */
	bool is_frequency;
	uint8_t precise;
	uint64_t fixed_period; /* of every sample; 0: they carry it or it is not known */
	int32_t clockid;       /* -1: perf's own clock */
	struct dt_perf_plan plan;
	char name[128]; /* as perf names it, "damon:damon_aggregated"; empty when not known */
	uint32_t event; /* index in the reader's events */
	bool tracepoint;
	bool nameless;			  /* neither name nor format: guessed by its samples */
	uint64_t found_after;		  /* samples that came before the one that told */
	bool borrowed;			  /* the decoder belongs to the formats */
	struct dt_damon_decoder *decoder; /* of DAMON's tracepoints, else NULL */
};

/* Identifier to attr: open addressing, no deletion. */
struct dt_perf_id {
	uint64_t id;
	uint32_t attr; /* index plus 1; 0: a free slot */
};

/* Different places of the identifier in samples; in real files there is one. */
#define DT_PERF_MAX_PLACES 8

struct dt_perf_attrs {
	struct dt_perf_attr *list;
	uint32_t count, room;
	struct dt_perf_id *ids;
	uint32_t nr_ids, slots; /* slots: a power of two */
	uint64_t ids_read;	/* also duplicates: bounds the work that a damaged header makes */
	/* set by dt_perf_attrs_settle(): */
	uint16_t places[DT_PERF_MAX_PLACES];
	uint32_t nr_places;
	int32_t fallback;	/* the attr of samples without a known identifier; -1: none */
	uint32_t nr_without_id; /* attrs whose samples carry no known identifier */
	bool one_layout;	/* all attrs have one sample type */
};

void dt_perf_attrs_free(struct dt_perf_attrs *attrs);

/*
 * Read one perf_event_attr at the cursor, which is limited to `room` bytes for it; the cursor ends
 * behind attr.size. room 0: take attr.size alone. 0, -EBADMSG or -ENOMEM, -E2BIG over the limit.
 */
int dt_perf_attr_read(struct dt_perf_attrs *attrs, struct dt_bytes *bytes, uint64_t room);

/* Identifiers up to the cursor's end belong to an attr. 0, -ENOMEM, or -E2BIG over the limit. */
int dt_perf_ids_read(struct dt_perf_attrs *attrs, struct dt_bytes *bytes, uint64_t count,
		     uint32_t attr);

/* The attr of an identifier, or -1. */
int32_t dt_perf_ids_find(const struct dt_perf_attrs *attrs, uint64_t id);

/* All attrs and identifiers are known: choose how samples find theirs. */
void dt_perf_attrs_settle(struct dt_perf_attrs *attrs);

/* The attr of a sample of size bytes, or -1. */
int32_t dt_perf_attrs_of_sample(const struct dt_perf_attrs *attrs, const unsigned char *record,
				size_t size, bool big);

/* The attr whose sample_id trailer another record has, or -1. */
int32_t dt_perf_attrs_of_record(const struct dt_perf_attrs *attrs, const unsigned char *record,
				size_t size, bool big);

/* A nameless tracepoint turned out to be this one of DAMON's events. */
void dt_perf_attr_found(struct dt_perf_attr *attr, const char *name, bool big,
			struct dt_input_info *info, struct dt_warnings *warnings);

/*
 * Name every attr, give tracepoints their decoders (formats may be NULL) and fill info->events.
 * 0 or -ENOMEM.
 */
int dt_perf_attrs_name(struct dt_perf_attrs *attrs, const struct dt_event_table *formats, bool big,
		       struct dt_input_info *info);

#endif
