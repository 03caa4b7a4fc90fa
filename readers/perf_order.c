/* SPDX-License-Identifier: GPL-2.0-only */
/* A heap of record times over a pool of records. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_order.h"

struct held {
	enum dt_kind kind;
	union dt_damon_record record;
};

struct key {
	uint64_t time;
	uint64_t arrival; /* counts up: makes the order stable */
	uint32_t slot;	  /* in the pool */
};

/* Made when the first record comes: most walks over samples need none of this. */
struct store {
	struct key heap[DT_PERF_ORDER_MAX];
	uint32_t free_slots[DT_PERF_ORDER_MAX];
	struct held pool[DT_PERF_ORDER_MAX];
};

struct dt_perf_order {
	struct dt_emitter *emitter;
	struct store *store;
	uint64_t arrivals, last, late;
	uint32_t count;
	uint32_t nr_free; /* of free_slots */
	uint32_t fresh;	  /* slots from here on were never used */
};

struct dt_perf_order *dt_perf_order_new(struct dt_emitter *emitter)
{
	struct dt_perf_order *order = calloc(1, sizeof(*order));

	if (order)
		order->emitter = emitter;
	return order;
}

void dt_perf_order_free(struct dt_perf_order *order)
{
	if (!order)
		return;
	free(order->store);
	free(order);
}

uint64_t dt_perf_order_late(const struct dt_perf_order *order)
{
	return order->late;
}

static bool before(const struct key *a, const struct key *b)
{
	return a->time != b->time ? a->time < b->time : a->arrival < b->arrival;
}

static void sift_up(struct key *heap, uint32_t at, struct key key)
{
	while (at && before(&key, &heap[(at - 1) / 2])) {
		heap[at] = heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap[at] = key;
}

static void sift_down(struct key *heap, uint32_t count, struct key key)
{
	uint32_t at = 0, child;

	while ((child = 2 * at + 1) < count) {
		if (child + 1 < count && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &key))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = key;
}

static void emit_first(struct dt_perf_order *order)
{
	struct store *store = order->store;
	struct key first = store->heap[0];
	const struct held *held = &store->pool[first.slot];
	size_t size = dt_record_size(held->kind);

	if (first.time < order->last)
		order->late++;
	else
		order->last = first.time;
	memcpy(dt_emit(order->emitter, held->kind, size), &held->record, size);
	order->count--;
	if (order->count)
		sift_down(store->heap, order->count, store->heap[order->count]);
	store->free_slots[order->nr_free++] = first.slot;
}

int dt_perf_order_put(struct dt_perf_order *order, enum dt_kind kind,
		      const union dt_damon_record *record)
{
	struct store *store = order->store;
	struct key key;

	if (!store)
		store = order->store = calloc(1, sizeof(*store));
	if (!store)
		return -ENOMEM;
	while (order->count == DT_PERF_ORDER_MAX)
		for (uint32_t i = 0; i < DT_PERF_ORDER_MAX / 2; i++)
			emit_first(order);
	key.slot = order->nr_free ? store->free_slots[--order->nr_free] : order->fresh++;
	key.time = record->time;
	key.arrival = order->arrivals++;
	store->pool[key.slot].kind = kind;
	store->pool[key.slot].record = *record;
	sift_up(store->heap, order->count++, key);
	return 0;
}

void dt_perf_order_release(struct dt_perf_order *order, uint64_t limit)
{
	while (order->count && order->store->heap[0].time <= limit)
		emit_first(order);
}
