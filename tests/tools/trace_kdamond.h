/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One simulated kdamond: the events of one iteration at a time, not written yet.
 */
#ifndef TESTS_TOOLS_TRACE_KDAMOND_H
#define TESTS_TOOLS_TRACE_KDAMOND_H

#include "tests/tools/trace_world.h"

struct dt_world_item {
	enum dt_kind kind;
	union {
		uint64_t time; /* every record begins with it */
		struct dt_region region;
		struct dt_intervals intervals;
		struct dt_apply apply;
		struct dt_esz esz;
		struct dt_stat stat;
		struct dt_goal goal;
		struct dt_call call;
	};
};

struct dt_kdamond {
	const struct dt_world *world;
	uint32_t index, cpu;
	int32_t pid;
	uint64_t snapshot; /* the next one */
	uint64_t start;	   /* of the last iteration, ns */
	uint64_t time;	   /* of the last event made */
	uint64_t sample_us, aggr_us;
	uint64_t random;
	uint64_t balance; /* bp of the eligible memory on node 0 */
	uint64_t esz[2];
	struct dt_stat stat[2];
	struct dt_world_item *items;
	size_t nr_items, capacity, next;
};

void dt_kdamond_start(struct dt_kdamond *kdamond, const struct dt_world *world, uint32_t index,
		      uint32_t cpus);

/* Make the events of the next iteration, in the order of the kernel. */
void dt_kdamond_iterate(struct dt_kdamond *kdamond);

/* A new event at the kdamond's time, which goes on. */
struct dt_world_item *dt_kdamond_item(struct dt_kdamond *kdamond, enum dt_kind kind);

/* The calls of an aggregation: ticks, then merging and schemes, which call others. */
void dt_kdamond_calls(struct dt_kdamond *kdamond);

/* From 0 to limit - 1; 0 when limit is 0. */
uint64_t dt_world_random(uint64_t *state, uint64_t limit);

#endif
