/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue between decoding and analysis. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "support/pipeline.h"

/* Batches in flight: enough to even out pages that decode fast and snapshots that end. */
#define NR_SLOTS 32

/*
 * Looks at the queue before going to sleep, a few hundred us. Who sleeps at once may be woken on
 * the core of who woke it, and then the two take turns there while another core is idle.
 */
#define NR_LOOKS 500

struct slot {
	struct dt_batch batch;
	/* storage to exchange with the reader's, made on first use of a kind in this slot */
	void *storage[DT_NR_KINDS];
};

struct dt_pipeline {
	const struct dt_sink *to;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, freed;
	atomic_uint head, tail; /* slots written and read so far; changed with the lock held */
	atomic_bool closed;
	int error; /* first error of the sink */
	struct slot slots[NR_SLOTS];
};

static bool is_empty(struct dt_pipeline *pipeline)
{
	return atomic_load(&pipeline->head) == atomic_load(&pipeline->tail) &&
	       !atomic_load(&pipeline->closed);
}

static bool is_full(struct dt_pipeline *pipeline)
{
	return atomic_load(&pipeline->head) - atomic_load(&pipeline->tail) == NR_SLOTS;
}

/* Without the lock; on a single core the other side gets its turn. */
static void look(struct dt_pipeline *pipeline, bool (*waits)(struct dt_pipeline *))
{
	for (unsigned i = 0; i < NR_LOOKS && waits(pipeline); i++)
		(void)sched_yield();
}

static void *drain(void *argument)
{
	struct dt_pipeline *pipeline = argument;

	for (;;) {
		struct slot *slot;
		int ret = 0;

		look(pipeline, is_empty);
		pthread_mutex_lock(&pipeline->lock);
		while (is_empty(pipeline))
			pthread_cond_wait(&pipeline->filled, &pipeline->lock);
		if (pipeline->head == pipeline->tail)
			break;
		slot = &pipeline->slots[pipeline->tail % NR_SLOTS];
		if (!pipeline->error) {
			pthread_mutex_unlock(&pipeline->lock);
			ret = pipeline->to->batch(pipeline->to->context, &slot->batch);
			pthread_mutex_lock(&pipeline->lock);
			/* the sink may have exchanged the storage */
			slot->storage[slot->batch.kind] = slot->batch.records;
		}
		if (ret)
			pipeline->error = ret;
		pipeline->tail++;
		pthread_cond_signal(&pipeline->freed);
		pthread_mutex_unlock(&pipeline->lock);
	}
	pthread_mutex_unlock(&pipeline->lock);
	return NULL;
}

/* The reader's side: exchange the batch's storage for that of a free slot. */
static int put(void *context, struct dt_batch *batch)
{
	struct dt_pipeline *pipeline = context;
	struct slot *slot;
	void *empty;
	int ret;

	look(pipeline, is_full);
	pthread_mutex_lock(&pipeline->lock);
	while (is_full(pipeline))
		pthread_cond_wait(&pipeline->freed, &pipeline->lock);
	ret = pipeline->error;
	slot = &pipeline->slots[pipeline->head % NR_SLOTS];
	pthread_mutex_unlock(&pipeline->lock);
	if (ret)
		return ret;
	if (!slot->storage[batch->kind])
		slot->storage[batch->kind] = dt_batch_alloc(batch->kind);
	if (!slot->storage[batch->kind])
		return -ENOMEM;
	empty = slot->storage[batch->kind];
	slot->batch = *batch;
	slot->storage[batch->kind] = batch->records;
	batch->records = empty;
	pthread_mutex_lock(&pipeline->lock);
	pipeline->head++;
	pthread_cond_signal(&pipeline->filled);
	pthread_mutex_unlock(&pipeline->lock);
	return 0;
}

int dt_pipeline_start(struct dt_pipeline **pipeline, const struct dt_sink *to, struct dt_sink *from)
{
	struct dt_pipeline *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return -ENOMEM;
	made->to = to;
	pthread_mutex_init(&made->lock, NULL);
	pthread_cond_init(&made->filled, NULL);
	pthread_cond_init(&made->freed, NULL);
	ret = pthread_create(&made->thread, NULL, drain, made);
	if (ret) {
		free(made);
		return -ret;
	}
	*from = (struct dt_sink){
		.batch = put, .context = made, .kinds = to->kinds, .columns = to->columns};
	*pipeline = made;
	return 0;
}

int dt_pipeline_finish(struct dt_pipeline *pipeline)
{
	int ret;

	pthread_mutex_lock(&pipeline->lock);
	pipeline->closed = true;
	pthread_cond_signal(&pipeline->filled);
	pthread_mutex_unlock(&pipeline->lock);
	(void)pthread_join(pipeline->thread, NULL);
	ret = pipeline->error;
	for (unsigned i = 0; i < NR_SLOTS; i++)
		for (int kind = 0; kind < DT_NR_KINDS; kind++)
			dt_batch_free((enum dt_kind)kind, pipeline->slots[i].storage[kind]);
	pthread_cond_destroy(&pipeline->filled);
	pthread_cond_destroy(&pipeline->freed);
	pthread_mutex_destroy(&pipeline->lock);
	free(pipeline);
	return ret;
}
