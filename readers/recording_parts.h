/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several files read as one input, whose counts are the sums of its parts: those of a recording
 * directory (recording.c), and inputs that follow each other on one machine (chain.c).
 */
#ifndef READERS_RECORDING_PARTS_H
#define READERS_RECORDING_PARTS_H

#include "damon-trace/reader.h"

/* One file. */
struct dt_part {
	char *name;
	bool is_perf;	       /* it has samples, which name their event by its place */
	unsigned long segment; /* trace.dat is 0, trace.dat.1 is 1: the older the smaller */
	struct dt_reader *reader;
	/* the place of each of its events among the recording's; samples name it */
	uint32_t *map;
	uint32_t nr_map;
};

struct dt_recording {
	struct dt_reader reader;
	char *path;
	bool damaged;  /* a part could not be opened */
	bool borrowed; /* the host's context and the witnesses belong to a part */
	size_t nr_parts;
	struct dt_part *parts; /* trace.dat's segments, then perf.data's, the oldest first */
};

extern const struct dt_reader_ops dt_recording_ops;

/* An empty one; path is copied. NULL: no memory. Close it as a reader. */
struct dt_recording *dt_recording_new(const char *path);

/* Room for one more, which the recording owns; name is copied. NULL: no memory. */
struct dt_part *dt_recording_add(struct dt_recording *recording, const char *name);

/*
 * The part's reader is open: take what it tells of the machine and of its events. A segment of
 * trace.dat may become one with the first (its reader is NULL then). 0 or -ENOMEM.
 */
int dt_recording_take(struct dt_recording *recording, struct dt_part *part);

/* Only parts that have a reader stay. */
void dt_recording_settle(struct dt_recording *recording);

#endif
