/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One simulated kdamond: its regions under the hot window, its schemes with their quota goals, its
 * intervals.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/tools/trace_kdamond.h"
#include "tests/tools/trace_writer_private.h"

#define PAGE	  4096u
#define NR_AREAS  3
#define NR_PROBES 2

/* The hole between the first two areas is drawn, the one before the last is folded away. */
#define SMALL_HOLE 50 /* 1/1000 of the memory */
#define LARGE_HOLE 4  /* times the memory */

/* damos_quota_goal_metric of node_eligible_mem_bp on Linux 7.2 and 7.3 */
#define METRIC_NODE_ELIGIBLE_MEM_BP 8

#define SCHEME_QUOTA (64u << 20) /* bytes a window */
#define ESZ_UNSET    UINT64_MAX

struct area {
	uint64_t start, size;
};

/* splitmix64: small, seedable, the same everywhere */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t dt_world_random(uint64_t *state, uint64_t limit)
{
	return limit ? random_next(state) % limit : 0;
}

static const struct dt_world_change *change_at(const struct dt_world_changes *changes, uint64_t at)
{
	for (uint32_t i = 0; i < changes->count; i++)
		if (changes->change[i].at == at)
			return &changes->change[i];
	return NULL;
}

/* The value in force: that of the last change not after `at`. */
static uint64_t value_at(const struct dt_world_changes *changes, uint64_t at, uint64_t value)
{
	for (uint32_t i = 0; i < changes->count && changes->change[i].at <= at; i++)
		value = changes->change[i].value;
	return value;
}

struct dt_world_item *dt_kdamond_item(struct dt_kdamond *kdamond, enum dt_kind kind)
{
	struct dt_world_item *item;

	if (kdamond->nr_items == kdamond->capacity) {
		kdamond->capacity = kdamond->capacity ? kdamond->capacity * 2 : 256;
		kdamond->items =
			realloc(kdamond->items, kdamond->capacity * sizeof(*kdamond->items));
		if (!kdamond->items)
			dt_tw_die("out of memory");
	}
	item = &kdamond->items[kdamond->nr_items++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	item->time = kdamond->time;
	kdamond->time += kdamond->world->event_ns;
	return item;
}

/* The areas of a target's memory; returns how many. */
static uint32_t areas_of(const struct dt_world *world, uint32_t target, struct area *areas)
{
	static const uint64_t parts[NR_AREAS] = {550, 300, 150}; /* 1/1000 of the memory */
	uint64_t span = world->bytes * (world->holes ? LARGE_HOLE + 2 : 1);
	uint64_t at = world->base + target * span;

	if (!world->holes) {
		areas[0] = (struct area){at, world->bytes};
		return 1;
	}
	for (uint32_t i = 0; i < NR_AREAS; i++) {
		areas[i].start = at;
		areas[i].size = world->bytes / 1000 * parts[i] / PAGE * PAGE;
		at += areas[i].size;
		at += i ? world->bytes * LARGE_HOLE
			: world->bytes / 1000 * SMALL_HOLE / PAGE * PAGE;
	}
	return NR_AREAS;
}

/* Bytes of [start, end) that lie in the hot window, which moves through the memory. */
static uint64_t hot_bytes(const struct dt_kdamond *kdamond, const struct area *area, uint64_t start,
			  uint64_t end)
{
	const struct dt_world *world = kdamond->world;
	uint64_t size = area->size / 1000 * world->hot;
	uint64_t places = size ? area->size / size : 1;
	uint64_t place = (kdamond->snapshot / (world->dwell ? world->dwell : 1) + kdamond->index) %
			 (places ? places : 1);
	uint64_t hot_start = area->start + place * size, hot_end = hot_start + size;
	uint64_t from = start > hot_start ? start : hot_start, to = end < hot_end ? end : hot_end;

	return from < to ? to - from : 0;
}

static uint32_t accesses_of(struct dt_kdamond *kdamond, const struct area *area, uint64_t start,
			    uint64_t end)
{
	uint64_t most = kdamond->aggr_us / kdamond->sample_us;
	uint64_t hot = hot_bytes(kdamond, area, start, end) * most / (end - start);
	uint64_t noise = dt_world_random(&kdamond->random, 8);

	if (!hot)
		return noise == 0;
	return (uint32_t)(noise < 3 && hot > noise ? hot - noise : hot);
}

static struct dt_region *add_region_event(struct dt_kdamond *kdamond,
					  const struct dt_region *region)
{
	struct dt_world_item *item = dt_kdamond_item(kdamond, DT_KIND_REGION);
	uint64_t time = item->time;

	item->region = *region;
	item->region.time = time;
	return &item->region;
}

static void add_region(struct dt_kdamond *kdamond, const struct dt_region *region)
{
	enum dt_world_regions events = kdamond->world->events;
	struct dt_region *probed;

	if (events != DT_WORLD_PROBES)
		(void)add_region_event(kdamond, region);
	if (events == DT_WORLD_AGGREGATED)
		return;
	probed = add_region_event(kdamond, region);
	probed->event = DT_REGION_WITH_PROBES;
	probed->nr_probes = NR_PROBES;
	probed->probe_hits[0] = (uint8_t)region->nr_accesses;
	probed->probe_hits[1] = (uint8_t)(region->nr_accesses / 2);
}

/* The regions of one area: equal parts, their borders shaken a little each time. */
static void add_area(struct dt_kdamond *kdamond, const struct area *area, uint32_t count,
		     struct dt_region *region)
{
	uint64_t part = area->size / count;
	uint64_t start = area->start;

	for (uint32_t i = 1; i <= count; i++) {
		uint64_t shake = dt_world_random(&kdamond->random, part / PAGE / 2) * PAGE;
		uint64_t end = area->start + i * part / PAGE * PAGE + shake;

		if (i == count)
			end = area->start + area->size;
		region->start = start;
		region->end = end;
		region->nr_accesses = accesses_of(kdamond, area, start, end);
		region->age = (uint32_t)(kdamond->snapshot % 50);
		add_region(kdamond, region);
		start = end;
	}
}

static void add_target(struct dt_kdamond *kdamond, uint32_t target)
{
	const struct dt_world *world = kdamond->world;
	uint32_t count = world->regions;
	struct area areas[NR_AREAS];
	uint32_t nr_areas = areas_of(world, target, areas);
	struct dt_region region = {.target_id = target, .kdamond = kdamond->pid};
	uint32_t counts[NR_AREAS] = {0};

	count -= (uint32_t)dt_world_random(&kdamond->random, count / 4 + 1);
	for (uint32_t i = 0; i < nr_areas; i++) {
		counts[i] = count / nr_areas ? count / nr_areas : 1;
		if (areas[i].size / counts[i] < 4 * PAGE)
			dt_tw_die("%u regions are too many for the memory", world->regions);
		region.nr_regions += counts[i];
	}
	for (uint32_t i = 0; i < nr_areas; i++)
		add_area(kdamond, &areas[i], counts[i], &region);
}

static void add_goal(struct dt_kdamond *kdamond, uint32_t scheme, uint64_t target, uint64_t current)
{
	struct dt_world_item *item = dt_kdamond_item(kdamond, DT_KIND_GOAL);

	item->goal.target_value = target;
	item->goal.current_value = current;
	item->goal.score = current * 10000 / target;
	item->goal.nid = (int32_t)scheme;
	item->goal.metric = METRIC_NODE_ELIGIBLE_MEM_BP;
	item->goal.kdamond = kdamond->pid;
	item->goal.context_idx = DT_UNKNOWN_U32;
	item->goal.scheme_idx = DT_UNKNOWN_U32;
	if (kdamond->world->native_goals) {
		item->goal.metric = DT_UNKNOWN_U32;
		item->goal.score = UINT64_MAX;
		item->goal.context_idx = 0;
		item->goal.scheme_idx = scheme;
	}
}

/* Goal evaluation and effective quota of a scheme; esz is printed when it changes. */
static void add_quota(struct dt_kdamond *kdamond, uint32_t scheme)
{
	uint64_t pull = value_at(&kdamond->world->goal_steps, kdamond->snapshot, 6000);
	uint64_t target = scheme ? 10000 - pull : pull;
	uint64_t current = scheme ? 10000 - kdamond->balance : kdamond->balance;
	uint64_t esz = SCHEME_QUOTA;
	struct dt_world_item *item;

	if (kdamond->world->goals) {
		add_goal(kdamond, scheme, target, current);
		esz = current < target ? SCHEME_QUOTA : 0;
	}
	if (esz == kdamond->esz[scheme])
		return;
	kdamond->esz[scheme] = esz;
	item = dt_kdamond_item(kdamond, DT_KIND_ESZ);
	item->esz.scheme_idx = scheme;
	item->esz.esz = esz;
	item->esz.kdamond = kdamond->pid;
}

/* A few regions are moved, which shifts the balance of the nodes. */
static void add_applied(struct dt_kdamond *kdamond, uint32_t scheme)
{
	const struct dt_world *world = kdamond->world;
	uint64_t count = kdamond->esz[scheme] ? 1 + dt_world_random(&kdamond->random, 3) : 0;
	uint64_t size = world->bytes / 64 / PAGE * PAGE;

	for (uint64_t i = 0; i < count; i++) {
		struct dt_world_item *item = dt_kdamond_item(kdamond, DT_KIND_APPLY);
		uint64_t step = 20 + dt_world_random(&kdamond->random, 40); /* bp */

		item->apply.scheme_idx = scheme;
		item->apply.start =
			world->base + dt_world_random(&kdamond->random, world->bytes / size) * size;
		item->apply.end = item->apply.start + size;
		item->apply.nr_regions = world->regions;
		item->apply.nr_accesses = (uint32_t)(kdamond->aggr_us / kdamond->sample_us);
		item->apply.kdamond = kdamond->pid;
		if (scheme)
			kdamond->balance -= kdamond->balance > step ? step : 0;
		else
			kdamond->balance += kdamond->balance + step < 10000 ? step : 0;
		kdamond->stat[scheme].nr_tried++;
		kdamond->stat[scheme].sz_tried += size;
		kdamond->stat[scheme].nr_applied++;
		kdamond->stat[scheme].sz_applied += size / 2;
		kdamond->stat[scheme].sz_ops_filter_passed += size;
	}
	kdamond->stat[scheme].qt_exceeds += count == 3;
	kdamond->stat[scheme].nr_snapshots++;
}

static void add_schemes(struct dt_kdamond *kdamond)
{
	for (uint32_t scheme = 0; scheme < 2; scheme++)
		add_quota(kdamond, scheme);
	for (uint32_t scheme = 0; scheme < 2; scheme++)
		add_applied(kdamond, scheme);
	for (uint32_t scheme = 0; scheme < 2; scheme++) {
		struct dt_world_item *item = dt_kdamond_item(kdamond, DT_KIND_STAT);
		uint64_t time = item->time;

		item->stat = kdamond->stat[scheme];
		item->stat.time = time;
		item->stat.scheme_idx = scheme;
		item->stat.kdamond = kdamond->pid;
	}
}

/* Printed before the snapshot that still used the old interval. */
static void add_tune(struct dt_kdamond *kdamond)
{
	const struct dt_world_change *tune = change_at(&kdamond->world->tunes, kdamond->snapshot);
	struct dt_world_item *item;

	if (!tune)
		return;
	item = dt_kdamond_item(kdamond, DT_KIND_INTERVALS);
	item->intervals.sample_us = tune->value;
	item->intervals.kdamond = kdamond->pid;
}

static void apply_tune(struct dt_kdamond *kdamond)
{
	const struct dt_world_change *tune = change_at(&kdamond->world->tunes, kdamond->snapshot);

	if (!tune)
		return;
	kdamond->aggr_us = kdamond->aggr_us / kdamond->sample_us * tune->value;
	kdamond->sample_us = tune->value;
}

/* The start of the next iteration: one interval later, or as late as the world says. */
static uint64_t next_start(struct dt_kdamond *kdamond)
{
	const struct dt_world *world = kdamond->world;
	const struct dt_world_change *late = change_at(&world->late, kdamond->snapshot);
	uint64_t interval = kdamond->aggr_us * 1000;

	if (!kdamond->snapshot)
		return kdamond->start;
	if (late)
		return kdamond->start + interval * late->value / 1000;
	return kdamond->start + interval +
	       dt_world_random(&kdamond->random, interval * world->jitter / 1000);
}

void dt_kdamond_iterate(struct dt_kdamond *kdamond)
{
	uint64_t start = next_start(kdamond);

	kdamond->nr_items = kdamond->next = 0;
	kdamond->start = start > kdamond->time ? start : kdamond->time;
	kdamond->time = kdamond->start;
	if (kdamond->world->calls != DT_WORLD_NO_CALLS)
		dt_kdamond_calls(kdamond);
	if (kdamond->world->schemes || kdamond->world->goals)
		add_schemes(kdamond);
	add_tune(kdamond);
	for (uint32_t target = 0; target < kdamond->world->targets; target++)
		add_target(kdamond, target);
	apply_tune(kdamond);
	kdamond->snapshot++;
}

void dt_kdamond_start(struct dt_kdamond *kdamond, const struct dt_world *world, uint32_t index,
		      uint32_t cpus)
{
	memset(kdamond, 0, sizeof(*kdamond));
	kdamond->world = world;
	kdamond->index = index;
	kdamond->cpu = index % cpus;
	kdamond->pid = dt_world_pid(index);
	kdamond->start = world->start_ns;
	if (!world->in_step)
		kdamond->start += world->aggr_us * 1000 / world->kdamonds * index;
	kdamond->time = kdamond->start;
	kdamond->sample_us = world->sample_us;
	kdamond->aggr_us = world->aggr_us;
	kdamond->random = world->seed * 1000003 + index;
	kdamond->balance = 1000;
	kdamond->esz[0] = kdamond->esz[1] = ESZ_UNSET;
}
