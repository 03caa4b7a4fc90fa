/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries and returns put together, by thread. DAMON's functions do not call themselves: an entry
 * of one that is open means that its return was lost.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/cost.h"

/* Threads of all inputs; a machine has a few kdamonds. */
#define MOST_THREADS 4096

unsigned dt_cost_bucket(uint64_t ns)
{
	const uint64_t us = ns / 1000;
	const unsigned bucket = us ? 64 - (unsigned)__builtin_clzll(us) : 0;

	return bucket < DT_COST_BUCKETS ? bucket : DT_COST_BUCKETS - 1;
}

uint64_t dt_cost_bucket_low(unsigned bucket)
{
	return bucket ? UINT64_C(1) << (bucket - 1) : 0;
}

static struct dt_cost_thread *find_thread(struct dt_cost_calls *calls, size_t input, int32_t pid)
{
	struct dt_cost_thread *threads = calls->threads;

	for (size_t i = 0; i < calls->nr; i++)
		if (threads[i].pid == pid && threads[i].input == input)
			return &threads[i];
	if (calls->nr == MOST_THREADS)
		return NULL;
	if (calls->nr == calls->room) {
		calls->room = calls->room ? 2 * calls->room : 4;
		threads = realloc(threads, calls->room * sizeof(*threads));
		if (!threads)
			return NULL;
		calls->threads = threads;
	}
	threads[calls->nr] = (struct dt_cost_thread){.input = input, .pid = pid};
	return &threads[calls->nr++];
}

static void count_bin(struct dt_cost_calls *calls, uint64_t time, enum dt_phase phase,
		      uint64_t self)
{
	uint64_t bin;

	if (!calls->bins || time < calls->start_ns)
		return;
	bin = (time - calls->start_ns) / calls->step_ns;
	if (bin < calls->nr_bins)
		calls->bins[bin][phase] += self;
}

static int count(struct dt_cost_calls *calls, struct dt_cost_thread *thread,
		 const struct dt_call *call, uint64_t duration, uint64_t children)
{
	struct dt_cost_tally *tally = &calls->tallies[call->function];
	/* the clocks of a duration and of the events may differ by a little */
	const uint64_t self = duration > children ? duration - children : 0;

	if (!tally->durations.counts && dt_quantile_init(&tally->durations))
		return -ENOMEM;
	dt_quantile_add(&tally->durations, duration, 1);
	tally->calls++;
	tally->total_ns += duration;
	tally->self_ns += self;
	tally->buckets[dt_cost_bucket(duration)]++;
	thread->calls[call->function]++;
	thread->self_ns += self;
	count_bin(calls, call->time, dt_functions[call->function].phase, self);
	if (thread->depth)
		thread->frames[thread->depth - 1].children += duration;
	return 0;
}

/* The place of the function's frame, from 1; 0: it is not open. */
static unsigned find_frame(const struct dt_cost_thread *thread, uint16_t function)
{
	unsigned depth = thread->depth;

	while (depth && thread->frames[depth - 1].function != function)
		depth--;
	return depth;
}

static void unwind(struct dt_cost_calls *calls, struct dt_cost_thread *thread, unsigned depth)
{
	calls->lost_leave += thread->depth - depth;
	thread->depth = depth;
}

static void enter(struct dt_cost_calls *calls, struct dt_cost_thread *thread,
		  const struct dt_call *call)
{
	const unsigned open = find_frame(thread, call->function);

	if (open)
		unwind(calls, thread, open - 1);
	else if (thread->depth == DT_COST_DEPTH)
		unwind(calls, thread, 0);
	thread->frames[thread->depth++] =
		(struct dt_cost_frame){.function = call->function, .time = call->time};
}

static int leave(struct dt_cost_calls *calls, struct dt_cost_thread *thread,
		 const struct dt_call *call)
{
	const unsigned open = find_frame(thread, call->function);
	struct dt_cost_frame frame;
	uint64_t duration = call->duration;

	if (!open) {
		*(thread->seen ? &calls->lost_enter : &calls->cut) += 1;
		/* the tracer itself may know when it began */
		return duration == UINT64_MAX ? 0 : count(calls, thread, call, duration, 0);
	}
	unwind(calls, thread, open);
	frame = thread->frames[--thread->depth];
	if (duration == UINT64_MAX && call->time < frame.time) {
		calls->lost_enter++;
		return 0;
	}
	if (duration == UINT64_MAX)
		duration = call->time - frame.time;
	return count(calls, thread, call, duration, frame.children);
}

int dt_cost_call(struct dt_cost_calls *calls, size_t input, const struct dt_call *call)
{
	struct dt_cost_thread *thread;
	int ret = 0;

	if (call->function >= DT_NR_FUNCTIONS)
		return 0;
	thread = find_thread(calls, input, call->kdamond);
	if (!thread)
		return calls->nr == MOST_THREADS ? 0 : -ENOMEM;
	calls->events++;
	calls->by |= 1u << call->by;
	if (call->what == DT_CALL_ENTER)
		enter(calls, thread, call);
	else
		ret = leave(calls, thread, call);
	thread->seen = true;
	return ret;
}

int dt_cost_region(struct dt_cost_calls *calls, size_t input, const struct dt_region *region)
{
	struct dt_cost_thread *thread = find_thread(calls, input, region->kdamond);

	if (!thread)
		return calls->nr == MOST_THREADS ? 0 : -ENOMEM;
	if (!thread->has_regions) {
		thread->has_regions = true;
		thread->event = region->event;
		thread->target = region->target_id;
		thread->last_start = UINT64_MAX;
	}
	if (region->target_id != thread->target || region->event != thread->event)
		return 0;
	thread->aggregations += region->start <= thread->last_start;
	thread->last_start = region->start;
	return 0;
}

void dt_cost_loss(struct dt_cost_calls *calls, size_t input)
{
	for (size_t i = 0; i < calls->nr; i++)
		if (calls->threads[i].input == input)
			unwind(calls, &calls->threads[i], 0);
}

void dt_cost_cut(struct dt_cost_calls *calls, size_t input)
{
	for (size_t i = 0; i < calls->nr; i++) {
		if (calls->threads[i].input != input)
			continue;
		calls->cut += calls->threads[i].depth;
		calls->threads[i].depth = 0;
	}
}

uint64_t dt_cost_ticks(const struct dt_cost_thread *thread)
{
	uint64_t most = 0;

	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++)
		if (dt_functions[i].phase <= DT_PHASE_CHECK && thread->calls[i] > most)
			most = thread->calls[i];
	return most;
}

void dt_cost_calls_free(struct dt_cost_calls *calls)
{
	for (uint16_t i = 0; i < DT_NR_FUNCTIONS; i++)
		dt_quantile_free(&calls->tallies[i].durations);
	free(calls->threads);
	free(calls->bins);
	*calls = (struct dt_cost_calls){0};
}
