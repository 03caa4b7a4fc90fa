/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes of many series that come in turn and have to be written one series after the other: kept in
 * an unlinked temporary file as a chain of blocks for each, with one block of each in memory.
 */
#ifndef EXPORTERS_SPOOL_H
#define EXPORTERS_SPOOL_H

#include <stddef.h>
#include <stdint.h>

/* Series at most: 32 MiB of blocks. */
#define DT_SPOOL_SERIES 4096

struct dt_spool;

/* 0 or -errno. */
int dt_spool_new(struct dt_spool **result);
/* NULL is allowed. */
void dt_spool_free(struct dt_spool *spool);

/* A new series: its number, from 0; -EMFILE beyond the most, -ENOMEM. */
int dt_spool_add(struct dt_spool *spool);

/* Append to the series of that number. 0 or -errno. */
int dt_spool_put(struct dt_spool *spool, int number, const void *data, size_t size);

/* All bytes of a series, in order, in pieces. 0, -errno, or what piece() returned. */
int dt_spool_each(struct dt_spool *spool, int number,
		  int (*piece)(void *context, const void *data, size_t size), void *context);

#endif
