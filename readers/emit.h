/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Collects decoded records into batches and sends them to a sink, keeping the order that reader.h
 * promises.
 */
#ifndef READERS_EMIT_H
#define READERS_EMIT_H

#include <stdbool.h>

#include "damon-trace/reader.h"

struct dt_emitter {
	const struct dt_sink *sink;
	int error; /* the first error of the sink; everything after it is dropped */
	struct dt_batch open[DT_NR_KINDS]; /* the batches being filled; not DT_KIND_SAMPLE */
};

int dt_emitter_init(struct dt_emitter *emitter, const struct dt_sink *sink);
void dt_emitter_free(struct dt_emitter *emitter);

/* Does the sink want this kind? */
static inline bool dt_emit_wants(const struct dt_emitter *emitter, enum dt_kind kind)
{
	return emitter->sink->kinds & (1u << kind);
}

/* Send the open batch of a kind. */
void dt_emit_flush(struct dt_emitter *emitter, enum dt_kind kind);
/* Send all open batches. Returns the emitter's error. */
int dt_emit_flush_all(struct dt_emitter *emitter);

/* The slow part of dt_emit(): flushes what must go before, or a full batch. */
void dt_emit_make_room(struct dt_emitter *emitter, enum dt_kind kind);

/*
 * Make room for one record and count it; the caller fills the slot at once. size: of one record
 * of this kind.
 */
static inline void *dt_emit(struct dt_emitter *emitter, enum dt_kind kind, size_t size)
{
	struct dt_batch *batch = &emitter->open[kind];

	if (__builtin_expect(batch->count == DT_BATCH_MAX || kind == DT_KIND_INTERVALS ||
				     kind == DT_KIND_LOSS || batch->count == 0,
			     0))
		dt_emit_make_room(emitter, kind);
	return (char *)batch->records + (size_t)batch->count++ * size;
}

/* Send a batch of samples, which the reader keeps one of per event, and empty it. */
void dt_emit_samples(struct dt_emitter *emitter, struct dt_batch *batch);

#endif
