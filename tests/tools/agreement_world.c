/* SPDX-License-Identifier: GPL-2.0-only */
/* See agreement_world.h. */
#include <stdlib.h>

#include "tests/tools/agreement_world.h"

/* Hot blocks do not lie beside each other: a step that shares no divisor with their number. */
#define STEP 37

struct agreement_world agreement_world_default(unsigned common)
{
	return (struct agreement_world){
		.blocks = 100,
		.hot = 10,
		.common = common,
		.snapshots = 41,
		.aggr_ns = 100000000,
		.accesses = 20,
		.hot_samples = 91,
		.cold_samples = 1,
		.pages = 512,
		.base = 0x7f0000000000ull,
	};
}

bool agreement_world_hot(const struct agreement_world *world, bool damon, unsigned block,
			 unsigned moved)
{
	/* places 0..hot are DAMON's; the samples' begin so much later that `common` are the same */
	const unsigned first = (damon ? 0 : world->hot - world->common) + moved * world->hot;

	for (unsigned i = 0; i < world->hot; i++)
		if ((first + i) * STEP % world->blocks == block)
			return true;
	return false;
}

static struct perf_truth *add(struct agreement_records *records)
{
	struct perf_truth *truth = &records->list[records->nr++];

	*truth = (struct perf_truth){.period = 1};
	return truth;
}

static unsigned moves(const struct agreement_world *world, unsigned interval)
{
	return world->move ? interval / world->move : 0;
}

/* Snapshot n tells of the interval before it; the first one's is not recorded. */
static void add_snapshot(const struct agreement_world *world, struct agreement_records *records,
			 unsigned n)
{
	const unsigned interval = n ? n - 1 : 0;
	const unsigned told = interval > world->late ? interval - world->late : 0;

	for (unsigned block = 0; block < world->blocks; block++) {
		struct perf_truth *truth = add(records);

		truth->kind = PT_REGION;
		truth->time = AW_START_NS + n * world->aggr_ns + 1000 * block;
		truth->pid = truth->tid = 4242;
		truth->start = world->base + block * AW_BLOCK;
		truth->end = truth->start + AW_BLOCK;
		truth->age = n;
		if (agreement_world_hot(world, true, block, moves(world, told)))
			truth->accesses = world->accesses;
	}
}

static void add_sample(const struct agreement_world *world, struct agreement_records *records,
		       uint64_t time, uint64_t address)
{
	struct perf_truth *truth = add(records);

	truth->kind = PT_SAMPLE;
	truth->time = time;
	truth->pid = truth->tid = AW_PID;
	truth->ip = 0x401000;
	truth->addr = world->physical && address ? address + (1ull << 44) : address;
	truth->phys = world->physical ? address : 0;
}

/* The number of samples of a block up to the end of an interval, of so many over all. */
static unsigned due(unsigned samples, unsigned intervals, unsigned passed)
{
	return (unsigned)((uint64_t)samples * passed / intervals);
}

/* Samples between snapshot n and the next. */
static void add_interval(const struct agreement_world *world, struct agreement_records *records,
			 unsigned n)
{
	const unsigned intervals = world->snapshots - 1;

	for (unsigned block = 0; block < world->blocks; block++) {
		const bool hot = agreement_world_hot(world, false, block, moves(world, n));
		const unsigned samples = hot ? world->hot_samples : world->cold_samples;
		const unsigned to = due(samples, intervals, n + 1);

		for (unsigned i = due(samples, intervals, n); i < to; i++) {
			const uint64_t page = (block + i * 5ull) % world->pages;

			add_sample(world, records,
				   AW_START_NS + n * world->aggr_ns + world->aggr_ns / 2 +
					   block * 7919ull + i * 13ull,
				   world->base + block * AW_BLOCK + page * 4096 + i % 4096);
		}
	}
}

static void add_strays(const struct agreement_world *world, struct agreement_records *records)
{
	const uint64_t middle = AW_START_NS + world->aggr_ns + 1,
		       end = world->base + world->blocks * AW_BLOCK;

	for (unsigned i = 0; i < world->after; i++)
		add_sample(world, records,
			   AW_START_NS + (world->snapshots + 1) * world->aggr_ns + i, world->base);
	for (unsigned i = 0; i < world->above; i++)
		add_sample(world, records, middle + i, end + i * AW_BLOCK);
	for (unsigned i = 0; i < world->none; i++)
		add_sample(world, records, middle + i, 0);
	for (unsigned i = 0; i < world->others; i++) {
		add_sample(world, records, middle + i, world->base);
		records->list[records->nr - 1].pid = AW_PID + 1;
		records->list[records->nr - 1].tid = AW_PID + 1;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct perf_truth *left = a, *right = b;

	if (left->time != right->time)
		return left->time < right->time ? -1 : 1;
	/* regions of a snapshot stay in the order of their addresses */
	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->addr < right->addr ? -1 : left->addr > right->addr;
}

int agreement_world_make(const struct agreement_world *world, struct agreement_records *records)
{
	const size_t most_samples =
		world->hot_samples > world->cold_samples ? world->hot_samples : world->cold_samples;

	*records = (struct agreement_records){0};
	records->list = calloc((size_t)world->blocks * (world->snapshots + most_samples) +
				       world->after + world->above + world->none + world->others,
			       sizeof(*records->list));
	if (!records->list)
		return -1;
	for (unsigned n = 0; n < world->snapshots; n++) {
		add_snapshot(world, records, n);
		if (n + 1 < world->snapshots)
			add_interval(world, records, n);
	}
	add_strays(world, records);
	qsort(records->list, records->nr, sizeof(*records->list), by_time);
	return 0;
}

void agreement_records_free(struct agreement_records *records)
{
	free(records->list);
	*records = (struct agreement_records){0};
}

static bool next(void *context, struct perf_truth *truth)
{
	struct agreement_records *records = context;

	if (records->next == records->nr)
		return false;
	*truth = records->list[records->next++];
	return true;
}

struct perf_writer_options agreement_world_options(const struct agreement_world *world,
						   struct agreement_records *records)
{
	struct perf_writer_options options = perf_writer_defaults;

	options.sample_type = PW_IP | PW_TID | PW_TIME | PW_ADDR | PW_PERIOD | PW_CPU;
	if (world->physical)
		options.sample_type |= PW_PHYS_ADDR;
	options.identifier = PW_IDENTIFIER;
	options.cpus = 1;
	options.snapshots = world->snapshots;
	options.regions = world->blocks;
	options.given = next;
	options.given_context = records;
	records->next = 0;
	return options;
}
