/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Simulated kdamonds that fill a trace.dat writer: regions under a moving hot window, quota goals,
 * tuned and late intervals, lost events. Everything follows from the seed.
 */
#ifndef TESTS_TOOLS_TRACE_WORLD_H
#define TESTS_TOOLS_TRACE_WORLD_H

#include "tests/tools/trace_writer.h"

/* Which events carry the regions. */
enum dt_world_regions {
	DT_WORLD_AGGREGATED, /* damon_aggregated */
	DT_WORLD_PROBES,     /* damon_region_aggregated alone */
	DT_WORLD_PAIRS,	     /* both, one after the other, for each region */
};

/* Events of calls of DAMON's functions. */
enum dt_world_calls {
	DT_WORLD_NO_CALLS,
	DT_WORLD_GRAPH, /* of the function_graph tracer */
	DT_WORLD_CALL_PROBES,
};

enum dt_world_mark {
	DT_WORLD_MARK_NONE, /* a loss that the ring does not tell */
	DT_WORLD_MARK_UNKNOWN,
	DT_WORLD_MARK_KNOWN,
};

#define DT_WORLD_MAX_CHANGES 16

/* Something that happens at a snapshot, or at a region event. */
struct dt_world_change {
	uint64_t at;
	uint64_t value;
};

struct dt_world_changes {
	uint32_t count;
	struct dt_world_change change[DT_WORLD_MAX_CHANGES]; /* in ascending order */
};

struct dt_world {
	uint64_t seed;
	uint32_t kdamonds, targets; /* targets of each kdamond */
	uint32_t regions;	    /* at most, of each target */
	uint64_t snapshots;	    /* of each kdamond; 0: until size */
	uint64_t size;		    /* bytes of CPU data after which to stop; 0: none */
	uint64_t sample_us, aggr_us;
	uint64_t start_ns;
	uint64_t event_ns;    /* between two events of a kdamond */
	uint32_t jitter;      /* an interval is up to so many 1/1000 longer */
	bool in_step;	      /* all kdamonds aggregate at the same time */
	uint64_t base, bytes; /* of the first target's memory; others follow */
	bool holes;	      /* memory in three areas, as of a process, not in one */
	uint32_t hot;	      /* size of the hot window, 1/1000 of the memory */
	uint32_t dwell;	      /* snapshots before it moves on */
	uint32_t migrate;     /* chance of another CPU before an event, 1/1000 */
	enum dt_world_regions events;
	enum dt_world_calls calls;
	bool schemes;	   /* two of them: DAMOS events before each snapshot */
	bool goals;	   /* with a quota goal each, PULL to node 0 and PUSH to node 1 */
	bool native_goals; /* the tracepoint's form, not the dynamic probe's */
	struct dt_world_changes goal_steps; /* value: the PULL goal's target, bp */
	struct dt_world_changes tunes;	    /* value: the new sampling interval, us */
	struct dt_world_changes late;	    /* value: the gap before it, 1/1000 of the interval */
	struct dt_world_changes drops;	    /* at: first region event, from 1; value: how many */
	enum dt_world_mark mark;
	uint64_t skip;	/* region events before the recording begins */
	uint64_t limit; /* region events in all, with skip; 0: no limit */
	/* events after which comes one more, 0: never */
	uint32_t foreign_every, padding_every, overflow_every;
	uint32_t nr_buffers; /* instances to spread the kdamonds over; 0: the top buffer */
};

/* A world of one kdamond with one target and 200 snapshots. */
struct dt_world dt_world_default(void);

/* Write the world's events. The caller finishes the file. */
void dt_world_write(const struct dt_world *world, struct dt_tw *writer, uint32_t cpus);

/* The common_pid of a kdamond. */
int32_t dt_world_pid(uint32_t kdamond);

/* saved_cmdlines text of the world's threads; free() it. */
char *dt_world_cmdlines(const struct dt_world *world);

#endif
