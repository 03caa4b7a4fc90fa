/* SPDX-License-Identifier: GPL-2.0-only */
/* What lies in the segments of a process's map: the mappings that its samples fell into. */
#ifndef ANALYZERS_SEGMENT_LABELS_H
#define ANALYZERS_SEGMENT_LABELS_H

#include <stddef.h>

struct dt_grid;
struct dt_reader;

/*
 * Label the segments of virtual addresses by the mapping that most of the heat lies in, with the
 * number of further ones: "libc.so.6 +2". The readers have been walked.
 */
void dt_label_segments(struct dt_grid *grid, struct dt_reader *const *readers, size_t nr);

#endif
