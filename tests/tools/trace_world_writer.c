/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A world of simulated kdamonds: their events merged by time and written one by one, so that
 * kdamonds interleave and change CPUs in the middle of a snapshot.
 */
#include <stdlib.h>

#include "tests/tools/trace_kdamond.h"
#include "tests/tools/trace_writer_private.h"

#define FIRST_PID 1000

struct dt_world dt_world_default(void)
{
	return (struct dt_world){
		.seed = 1,
		.kdamonds = 1,
		.targets = 1,
		.regions = 40,
		.snapshots = 200,
		.sample_us = 5000,
		.aggr_us = 100000,
		.start_ns = 1234567890123,
		.event_ns = 1500,
		.jitter = 30,
		.base = 0x40000000,
		.bytes = 256u << 20,
		.hot = 125,
		.dwell = 25,
		.migrate = 5,
		.nr_buffers = 0,
	};
}

int32_t dt_world_pid(uint32_t kdamond)
{
	return FIRST_PID + (int32_t)kdamond;
}

char *dt_world_cmdlines(const struct dt_world *world)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		dt_tw_die("out of memory");
	for (uint32_t i = 0; i < world->kdamonds; i++)
		fprintf(out, "%d kdamond.%u\n", dt_world_pid(i), i);
	fputs("77 two words\n", out);
	if (fclose(out))
		dt_tw_die("out of memory");
	return text;
}

static void write_item(struct dt_tw *writer, struct dt_tw_where where,
		       const struct dt_world_item *item)
{
	switch (item->kind) {
	case DT_KIND_REGION:
		dt_tw_region(writer, where, &item->region);
		break;
	case DT_KIND_INTERVALS:
		dt_tw_intervals(writer, where, &item->intervals);
		break;
	case DT_KIND_APPLY:
		dt_tw_apply(writer, where, &item->apply);
		break;
	case DT_KIND_ESZ:
		dt_tw_esz(writer, where, &item->esz);
		break;
	case DT_KIND_STAT:
		dt_tw_stat(writer, where, &item->stat);
		break;
	case DT_KIND_CALL:
		dt_tw_call(writer, where, &item->call);
		break;
	default:
		dt_tw_goal(writer, where, &item->goal);
	}
}

struct run {
	const struct dt_world *world;
	struct dt_tw *writer;
	uint32_t cpus;
	struct dt_kdamond *kdamonds;
	uint64_t time; /* of the last event written: times are unique, so that order is */
	uint64_t regions, events, foreign;
};

/* Foreign events: a reader must step over them, over the long ones too. */
static void write_foreign(struct run *run, struct dt_tw_where where, int32_t pid)
{
	static const char name[] = "/usr/lib/a/directory/with/quite/a/long/name/so/that/the/event/"
				   "needs/a/length/word/of/its/own/because/type/len/cannot/tell/"
				   "more/than/112/bytes";

	run->time++;
	if (run->foreign++ % 8 == 7) {
		dt_tw_event(run->writer, where, DT_TW_SCHED_PROCESS_EXEC, run->time, 77,
			    (const uint64_t[]){(uintptr_t)name, 77, 77});
		return;
	}
	dt_tw_event(run->writer, where, DT_TW_SCHED_SWITCH, run->time, pid,
		    (const uint64_t[]){(uintptr_t) "kdamond", (uint64_t)pid, 120, 1,
				       (uintptr_t) "swapper", 0, 120});
}

/* Does the recording lack this region event? Counts them. */
static bool is_dropped(struct run *run, struct dt_tw_where where)
{
	const struct dt_world *world = run->world;

	run->regions++;
	for (uint32_t i = 0; i < world->drops.count; i++) {
		const struct dt_world_change *drop = &world->drops.change[i];

		if (run->regions < drop->at || run->regions >= drop->at + drop->value)
			continue;
		if (world->mark != DT_WORLD_MARK_NONE)
			dt_tw_lose(run->writer, where,
				   world->mark == DT_WORLD_MARK_KNOWN ? 1 : DT_TW_LOST_UNKNOWN);
		return true;
	}
	return false;
}

static void write_next(struct run *run, struct dt_kdamond *kdamond)
{
	const struct dt_world *world = run->world;
	struct dt_world_item *item = &kdamond->items[kdamond->next++];
	struct dt_tw_where where = {.cpu = kdamond->cpu};

	if (dt_world_random(&kdamond->random, 1000) < world->migrate)
		where.cpu = (uint32_t)dt_world_random(&kdamond->random, run->cpus);
	kdamond->cpu = where.cpu;
	if (world->nr_buffers)
		where.buffer = 1 + kdamond->index % world->nr_buffers;
	if (item->kind == DT_KIND_REGION && is_dropped(run, where))
		return;
	if (run->regions < world->skip ||
	    (run->regions == world->skip && world->skip && item->kind == DT_KIND_REGION))
		return;
	item->time = run->time = item->time > run->time ? item->time : run->time + 1;
	write_item(run->writer, where, item);
	run->events++;
	if (world->padding_every && run->events % world->padding_every == 0) {
		dt_tw_padding(run->writer, where, 24, 7);
		run->time += 7;
	}
	if (world->foreign_every && run->events % world->foreign_every == 0)
		write_foreign(run, where, kdamond->pid);
	if (world->overflow_every && run->events % world->overflow_every == 0)
		dt_tw_overflow(run->writer, where,
			       &(struct dt_overflow){.time = ++run->time,
						     .cpu = (int32_t)where.cpu,
						     .kdamond = kdamond->pid});
}

/* The kdamond with the earliest next event; NULL when all have made their snapshots. */
static struct dt_kdamond *earliest(struct run *run)
{
	struct dt_kdamond *first = NULL;

	for (uint32_t i = 0; i < run->world->kdamonds; i++) {
		struct dt_kdamond *kdamond = &run->kdamonds[i];

		if (kdamond->next == kdamond->nr_items) {
			if (run->world->snapshots && kdamond->snapshot == run->world->snapshots)
				continue;
			dt_kdamond_iterate(kdamond);
		}
		if (!first || kdamond->items[kdamond->next].time < first->items[first->next].time)
			first = kdamond;
	}
	return first;
}

void dt_world_write(const struct dt_world *world, struct dt_tw *writer, uint32_t cpus)
{
	struct run run = {.world = world, .writer = writer, .cpus = cpus};
	struct dt_kdamond *kdamond;

	run.kdamonds = dt_tw_alloc(world->kdamonds * sizeof(*run.kdamonds));
	for (uint32_t i = 0; i < world->kdamonds; i++)
		dt_kdamond_start(&run.kdamonds[i], world, i, cpus);
	while ((kdamond = earliest(&run))) {
		write_next(&run, kdamond);
		if (world->limit && run.regions >= world->limit)
			break;
		if (world->size && run.events % 4096 == 0 && dt_tw_size(writer) >= world->size)
			break;
	}
	for (uint32_t i = 0; i < world->kdamonds; i++)
		free(run.kdamonds[i].items);
	free(run.kdamonds);
}
