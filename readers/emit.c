/* SPDX-License-Identifier: GPL-2.0-only */
/* Batches between reader and sink. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/damon_events.h"
#include "readers/emit.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* Kinds that keep their order among each other (reader.h): a snapshot is judged by them. */
static const enum dt_kind ordered[] = {DT_KIND_REGION, DT_KIND_INTERVALS, DT_KIND_LOSS};

/* All columns in one allocation; the heap is the reader's to grow. */
static struct dt_samples *samples_alloc(void)
{
	struct dt_samples *samples = calloc(1, sizeof(*samples));
	uint64_t **const columns64[] = {&samples->time,	    &samples->ip,	 &samples->addr,
					&samples->phys,	    &samples->period,	 &samples->weight,
					&samples->data_src, &samples->page_size, &samples->cgroup};
	int32_t **const columns32[] = {&samples->pid, &samples->tid, &samples->cpu};
	uint32_t **const flags[] = {&samples->weights, &samples->misc};
	struct dt_piece **const pieces[] = {&samples->raw, &samples->chain};
	const size_t wide = DT_BATCH_MAX * sizeof(uint64_t), narrow = wide / 2;
	size_t size;
	char *place;

	if (!samples)
		return NULL;
	size = (NR(columns64) + NR(pieces)) * wide + (NR(columns32) + NR(flags)) * narrow;
	place = malloc(size);
	if (!place) {
		free(samples);
		return NULL;
	}
	for (size_t i = 0; i < NR(columns64); i++, place += wide)
		*columns64[i] = (uint64_t *)(void *)place;
	for (size_t i = 0; i < NR(pieces); i++, place += wide)
		*pieces[i] = (struct dt_piece *)(void *)place;
	for (size_t i = 0; i < NR(columns32); i++, place += narrow)
		*columns32[i] = (int32_t *)(void *)place;
	for (size_t i = 0; i < NR(flags); i++, place += narrow)
		*flags[i] = (uint32_t *)(void *)place;
	return samples;
}

static void samples_free(struct dt_samples *samples)
{
	if (!samples)
		return;
	free(samples->heap);
	free(samples->time); /* the first of all columns */
	free(samples);
}

size_t dt_record_size(enum dt_kind kind)
{
	static const size_t sizes[DT_NR_KINDS] = {
		[DT_KIND_REGION] = sizeof(struct dt_region),
		[DT_KIND_INTERVALS] = sizeof(struct dt_intervals),
		[DT_KIND_LOSS] = sizeof(struct dt_loss),
		[DT_KIND_APPLY] = sizeof(struct dt_apply),
		[DT_KIND_ESZ] = sizeof(struct dt_esz),
		[DT_KIND_STAT] = sizeof(struct dt_stat),
		[DT_KIND_GOAL] = sizeof(struct dt_goal),
		[DT_KIND_OVERFLOW] = sizeof(struct dt_overflow),
	};

	return sizes[kind];
}

void *dt_batch_alloc(enum dt_kind kind)
{
	if (kind == DT_KIND_SAMPLE)
		return samples_alloc();
	return malloc(DT_BATCH_MAX * dt_record_size(kind));
}

void dt_batch_free(enum dt_kind kind, void *records)
{
	if (kind == DT_KIND_SAMPLE)
		samples_free(records);
	else
		free(records);
}

int dt_emitter_init(struct dt_emitter *emitter, const struct dt_sink *sink)
{
	*emitter = (struct dt_emitter){.sink = sink};
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++) {
		emitter->open[kind].kind = (enum dt_kind)kind;
		emitter->open[kind].records = dt_batch_alloc((enum dt_kind)kind);
		if (!emitter->open[kind].records) {
			dt_emitter_free(emitter);
			return -ENOMEM;
		}
	}
	return 0;
}

void dt_emitter_free(struct dt_emitter *emitter)
{
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++)
		dt_batch_free((enum dt_kind)kind, emitter->open[kind].records);
	*emitter = (struct dt_emitter){0};
}

static void send(struct dt_emitter *emitter, struct dt_batch *batch)
{
	if (batch->count && !emitter->error && dt_emit_wants(emitter, batch->kind))
		emitter->error = emitter->sink->batch(emitter->sink->context, batch);
	batch->count = 0;
}

void dt_emit_flush(struct dt_emitter *emitter, enum dt_kind kind)
{
	send(emitter, &emitter->open[kind]);
}

int dt_emit_flush_all(struct dt_emitter *emitter)
{
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++)
		dt_emit_flush(emitter, (enum dt_kind)kind);
	return emitter->error;
}

void dt_emit_make_room(struct dt_emitter *emitter, enum dt_kind kind)
{
	const size_t nr = NR(ordered);

	if (emitter->open[kind].count == DT_BATCH_MAX)
		dt_emit_flush(emitter, kind);
	for (size_t i = 0; i < nr; i++) {
		if (ordered[i] != kind)
			continue;
		for (size_t j = 0; j < nr; j++)
			if (ordered[j] != kind)
				dt_emit_flush(emitter, ordered[j]);
	}
}

void dt_emit_samples(struct dt_emitter *emitter, struct dt_batch *batch)
{
	send(emitter, batch);
}
