/* SPDX-License-Identifier: GPL-2.0-only */
/* perf.data: the format's entry in the registry, and directories of perf record --threads. */
#ifndef READERS_PERF_DATA_H
#define READERS_PERF_DATA_H

#include "damon-trace/reader.h"

extern const struct dt_reader_ops dt_perf_data_reader;

/* Open a directory that holds `data` and data.0, data.1, ...; 0 or -errno with *error filled. */
int dt_perf_dir_open(struct dt_reader **reader, const char *path, struct dt_error *error);

#endif
