/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON records in time order. perf writes the rings of the CPUs one after the other, so order
 * holds only from one FINISHED_ROUND record to the next. A heap of fixed size holds back what may
 * still be preceded; equal times keep the file's order.
 */
#ifndef READERS_PERF_ORDER_H
#define READERS_PERF_ORDER_H

#include <stdint.h>

#include "readers/damon_events.h"

/* Records held back at most; when full the older half goes out. */
#define DT_PERF_ORDER_MAX 65536

struct dt_perf_order;

/* NULL when memory is out. */
struct dt_perf_order *dt_perf_order_new(struct dt_emitter *emitter);
void dt_perf_order_free(struct dt_perf_order *order);

/* 0 or -ENOMEM. */
int dt_perf_order_put(struct dt_perf_order *order, enum dt_kind kind,
		      const union dt_damon_record *record);

/* Emit what is not newer than limit (UINT64_MAX: everything). */
void dt_perf_order_release(struct dt_perf_order *order, uint64_t limit);

/* How many records went out behind a later one because the heap was full. */
uint64_t dt_perf_order_late(const struct dt_perf_order *order);

#endif
