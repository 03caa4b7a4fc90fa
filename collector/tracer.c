/* SPDX-License-Identifier: GPL-2.0-only */
/* The trace half of a recording, put together of its parts: see tracer.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/cost_tracer.h"
#include "collector/goal_probe.h"
#include "collector/trace_events.h"
#include "collector/trace_files.h"
#include "collector/trace_header.h"
#include "collector/trace_instance.h"
#include "collector/trace_rings.h"
#include "collector/trace_segment.h"
#include "collector/trace_stats.h"
#include "collector/tracer.h"

#define DEFAULT_BUFFER_KB DT_BUFFER_KB
/* For an instance that only lends its clock: the kernel rounds it up to what it needs. */
#define LEAST_BUFFER_KB 4

/* The clock is compared this often; the closest pair counts. */
#define OFFSET_TRIES 16

struct dt_tracer {
	struct dt_trace_instance instance;
	struct dt_trace_events events;
	struct dt_goal_probe probe;
	enum dt_goal_source goals;
	const char *goals_why;
	struct dt_cost_tracer cost;
	bool records; /* events, or calls; else it only lends its clock */
	struct dt_trace_facts facts;
	struct dt_trace_rings rings;
	struct dt_trace_segment *segment; /* the one being written, or NULL */
	int clock_cpu;			  /* any CPU: whose statistics tell the clock */
};

/* The tracepoint where there is one, else the probe. Without either there are no goals. */
static int find_goals(struct dt_tracer *tracer, const struct dt_tracer_options *options)
{
	char name[sizeof(tracer->probe.event)];

	if (dt_trace_exists(options->roots->tracefs, "events/damon/" DT_GOAL_EVENT)) {
		tracer->goals = DT_GOALS_NATIVE;
		return 0;
	}
	tracer->goals = DT_GOALS_NONE;
	if (!options->damon) {
		tracer->goals_why = "DAMON's events are not recorded";
		return 0;
	}
	if (dt_goal_probe_make(&tracer->probe, options->roots, &tracer->goals_why))
		return 0;
	tracer->goals = DT_GOALS_PROBE;
	tracer->goals_why = NULL;
	(void)snprintf(name, sizeof(name), "%s", tracer->probe.event);
	*strchr(name, '/') = ':';
	return dt_trace_events_add(&tracer->events, name);
}

static int find_events(struct dt_tracer *tracer, const struct dt_tracer_options *options,
		       struct dt_error *error)
{
	int ret;

	ret = dt_trace_events_find(&tracer->events, options->roots, options->damon, options->events,
				   error);
	if (ret)
		return ret;
	if (options->damon && !tracer->events.nr)
		return dt_fail(error, ENODEV,
			       "it takes a kernel with CONFIG_DAMON; --no-damon records without",
			       "this kernel has no events of DAMON");
	if (find_goals(tracer, options))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return 0;
}

static int make_cost(struct dt_tracer *tracer, const struct dt_tracer_options *options,
		     struct dt_error *error)
{
	if (options->cost &&
	    dt_cost_tracer_make(&tracer->cost, &tracer->instance, &tracer->events, options->roots))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	tracer->records = tracer->events.nr || tracer->cost.source == DT_COST_GRAPH;
	return 0;
}

/* What a file needs to make sense of the tracer's records. */
static int add_graph(struct dt_tracer *tracer, const struct dt_tracer_options *options,
		     struct dt_error *error)
{
	char *symbols = dt_cost_symbols(&tracer->cost);
	int ret = symbols ? dt_trace_facts_add_graph(&tracer->facts, symbols, options->roots)
			  : -ENOMEM;

	return ret ? dt_fail(error, -ret, NULL, "cannot read the formats of function_graph: %s",
			     strerror(-ret))
		   : 0;
}

/* Everything that must be right before anything flows. */
static int set_up(struct dt_tracer *tracer, const struct dt_tracer_options *options,
		  struct dt_error *error)
{
	struct dt_trace_instance *const instance = &tracer->instance;
	const uint64_t kb = !tracer->records	 ? LEAST_BUFFER_KB
			    : options->buffer_kb ? options->buffer_kb
						 : DEFAULT_BUFFER_KB;
	int ret;

	ret = dt_trace_instance_clock(instance, options->clock ? options->clock : "perf", error);
	if (!ret)
		ret = dt_trace_instance_buffer(instance, kb, error);
	if (ret)
		return ret;
	dt_trace_instance_options(instance);
	ret = dt_trace_events_set(&tracer->events, instance, options->filter, error);
	if (!ret)
		ret = dt_trace_facts_read(&tracer->facts, instance, &tracer->events, options->roots,
					  error);
	if (!ret && tracer->cost.source == DT_COST_GRAPH)
		ret = add_graph(tracer, options, error);
	if (!ret && tracer->records)
		ret = dt_trace_rings_open(&tracer->rings, instance, tracer->facts.page_size, kb,
					  error);
	if (!ret && tracer->rings.nr)
		tracer->facts.nr_cpus = (uint32_t)tracer->rings.rings[tracer->rings.nr - 1].cpu + 1;
	return ret;
}

static int find_clock_cpu(struct dt_tracer *tracer, struct dt_error *error)
{
	int *cpus = NULL;
	const int nr = dt_trace_cpus(&tracer->instance, &cpus);

	if (nr > 0)
		tracer->clock_cpu = cpus[0];
	free(cpus);
	return nr > 0 ? 0 : dt_fail(error, nr ? -nr : ENODEV, NULL, "tracefs has no CPUs");
}

int dt_tracer_open(struct dt_tracer **tracer, const struct dt_tracer_options *options,
		   struct dt_error *error)
{
	struct dt_tracer *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	made->instance.on_fd = -1;
	dt_trace_rings_init(&made->rings);
	ret = dt_tracefs_check(options->roots, error);
	if (!ret && (options->damon || (options->events && options->events[0])))
		ret = find_events(made, options, error);
	if (!ret)
		ret = dt_trace_instance_make(&made->instance, options->roots, error);
	if (!ret)
		ret = make_cost(made, options, error);
	if (!ret)
		ret = find_clock_cpu(made, error);
	if (!ret)
		ret = set_up(made, options, error);
	if (ret) {
		dt_tracer_close(made);
		return ret;
	}
	*tracer = made;
	return 0;
}

const char *const *dt_tracer_events(const struct dt_tracer *tracer)
{
	static const char *const none[] = {NULL};

	return tracer->events.nr ? (const char *const *)tracer->events.names : none;
}

enum dt_goal_source dt_tracer_goals(const struct dt_tracer *tracer, const char **why)
{
	if (why)
		*why = tracer->goals_why;
	return tracer->goals;
}

enum dt_cost_source dt_tracer_cost(const struct dt_tracer *tracer, const char **why)
{
	if (why)
		*why = tracer->cost.why;
	return tracer->cost.source;
}

const char *dt_tracer_instance(const struct dt_tracer *tracer)
{
	return tracer->instance.name;
}

/* What the CPUs have counted so far. */
static void take_stats(const struct dt_tracer *tracer, struct dt_trace_stats *stats)
{
	for (size_t i = 0; i < tracer->rings.nr; i++) {
		const int cpu = tracer->rings.rings[i].cpu;

		(void)dt_trace_stats_read(tracer->instance.path, cpu, &stats[cpu]);
	}
}

int dt_tracer_segment(struct dt_tracer *tracer, const char *directory, const char *name,
		      struct dt_trace_segment **old, struct dt_error *error)
{
	struct dt_trace_segment *begun;
	int ret;

	*old = NULL;
	ret = dt_trace_segment_begin(&begun, &tracer->facts, directory, name, error);
	if (ret)
		return ret;
	take_stats(tracer, dt_trace_segment_first(begun));
	if (tracer->segment)
		take_stats(tracer, dt_trace_segment_last(tracer->segment));
	*old = tracer->segment;
	tracer->segment = begun;
	return 0;
}

int dt_tracer_watch(struct dt_tracer *tracer, int epoll_fd, uint64_t base, struct dt_error *error)
{
	return dt_trace_rings_watch(&tracer->rings, epoll_fd, base, error);
}

int dt_tracer_start(struct dt_tracer *tracer, struct dt_error *error)
{
	return dt_trace_instance_switch(&tracer->instance, true, error);
}

int dt_tracer_stop(struct dt_tracer *tracer, struct dt_error *error)
{
	return dt_trace_instance_switch(&tracer->instance, false, error);
}

int dt_tracer_drain(struct dt_tracer *tracer, int cpu, bool partial, uint64_t *bytes,
		    struct dt_error *error)
{
	uint64_t moved = 0;
	int ret = 0;

	if (!tracer->segment)
		return 0;
	for (size_t i = 0; i < tracer->rings.nr && !ret; i++) {
		struct dt_trace_ring *ring = &tracer->rings.rings[i];

		if (cpu < 0 || ring->cpu == cpu)
			ret = dt_trace_ring_drain(&tracer->rings, ring, tracer->segment, partial,
						  &moved);
	}
	if (cpu < 0)
		dt_trace_rings_follow(&tracer->rings);
	if (bytes)
		*bytes += moved;
	if (ret)
		return dt_fail(error, -ret, ret == -ENOSPC ? "free space on the disk" : NULL,
			       "cannot write trace events: %s", strerror(-ret));
	return 0;
}

int dt_tracer_account(struct dt_tracer *tracer, struct dt_account *account)
{
	for (size_t i = 0; i < account->nr_cpus; i++) {
		struct dt_cpu_account *cpu = &account->cpus[i];
		const struct dt_trace_ring *ring = tracer->rings.rings;
		const struct dt_trace_ring *const end = ring + tracer->rings.nr;
		struct dt_trace_stats stats;

		while (ring < end && ring->cpu != cpu->cpu)
			ring++;
		if (ring == end || dt_trace_stats_read(tracer->instance.path, cpu->cpu, &stats))
			continue;
		cpu->events = stats.read;
		cpu->overrun = stats.overrun;
		cpu->commit_overrun = stats.commit_overrun;
		cpu->dropped = stats.dropped;
		cpu->trace_bytes = ring->bytes;
	}
	return 0;
}

int dt_tracer_finish(struct dt_tracer *tracer, struct dt_error *error)
{
	struct dt_trace_segment *const segment = tracer->segment;

	if (!segment)
		return 0;
	tracer->segment = NULL;
	take_stats(tracer, dt_trace_segment_last(segment));
	return dt_trace_segment_finish(segment, error);
}

void dt_tracer_close(struct dt_tracer *tracer)
{
	if (!tracer)
		return;
	/* a segment that was not finished stays as a killed recorder leaves it */
	dt_trace_segment_free(tracer->segment);
	dt_trace_rings_close(&tracer->rings);
	dt_cost_tracer_stop(&tracer->cost, &tracer->instance);
	(void)dt_trace_instance_destroy(&tracer->instance);
	dt_cost_tracer_remove(&tracer->cost);
	/* only now nothing has it enabled any more */
	(void)dt_goal_probe_remove(&tracer->probe);
	dt_trace_facts_free(&tracer->facts);
	dt_trace_events_free(&tracer->events);
	free(tracer);
}

uint64_t dt_tracer_now(const struct dt_tracer *tracer)
{
	struct dt_trace_stats stats;

	if (dt_trace_stats_read(tracer->instance.path, tracer->clock_cpu, &stats))
		return 0;
	return stats.now_ns;
}

static int64_t realtime_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t dt_tracer_realtime_offset(const struct dt_tracer *tracer)
{
	int64_t best = INT64_MAX, offset = INT64_MIN;

	for (int i = 0; i < OFFSET_TRIES; i++) {
		const int64_t before = realtime_ns();
		const uint64_t now = dt_tracer_now(tracer);
		const int64_t after = realtime_ns();

		if (!now || after - before >= best || after < before)
			continue;
		best = after - before;
		/* the kernel cuts to microseconds: half of one is missing on average */
		offset = before + best / 2 - (int64_t)now - 500;
	}
	return offset;
}
