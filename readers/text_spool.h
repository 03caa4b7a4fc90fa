/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of a text that comes through a pipe, in an unlinked temporary file: a tenth of the
 * text, and read back without parsing. Of each column of a batch only the distances from its
 * smallest value are kept, in as few bytes as the largest of them needs.
 */
#ifndef READERS_TEXT_SPOOL_H
#define READERS_TEXT_SPOOL_H

#include "damon-trace/reader.h"

struct dt_text_spool;

/* 0 or -errno. */
int dt_text_spool_new(struct dt_text_spool **spool);
/* NULL is allowed. */
void dt_text_spool_free(struct dt_text_spool *spool);

/*
 * *tee becomes a sink of everything that keeps all batches and hands on to `to` those that it
 * wants. Both must outlive the walk.
 */
void dt_text_spool_sink(struct dt_text_spool *spool, const struct dt_sink *to, struct dt_sink *tee);

/* What went wrong in keeping them: 0 or -errno. */
int dt_text_spool_error(const struct dt_text_spool *spool);

/* Send what was kept. 0 or -errno. */
int dt_text_spool_walk(struct dt_text_spool *spool, const struct dt_sink *sink);

#endif
