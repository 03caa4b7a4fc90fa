/* SPDX-License-Identifier: GPL-2.0-only */
/* All formats, and the opening of inputs by their content. */
#ifndef READERS_REGISTRY_H
#define READERS_REGISTRY_H

#include "damon-trace/reader.h"

/* Ends with NULL. */
extern const struct dt_reader_ops *const dt_readers[];

/* Does the directory hold a part of a recording? */
bool dt_recording_is(const char *path);
/*
 * Is the file a segment of a part: "NAME" (number 0) or "NAME.3" (3; the older the smaller)?
 */
bool dt_recording_segment(const char *file, const char *name, unsigned long *segment);
/* A recording directory of damon-trace: trace.dat and perf.data on one clock, as one input. */
int dt_recording_open(struct dt_reader **reader, const char *path, struct dt_error *error);
/* recording_slice.c: see dt_reader_slice(). */
int dt_recording_slice(struct dt_reader *reader, const struct dt_slice *slice, const char *path,
		       struct dt_slice_sum *sum, struct dt_error *error);

#endif
