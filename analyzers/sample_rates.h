/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many samples each event gave on each CPU, against what was asked for, and whether DAMON's
 * own ring would have held them.
 *
 * That ring has DT_DAMON_RING_SLOTS slots for each CPU, one of which stays free, and the kdamond
 * empties it each sampling interval: of an interval with more samples than fit the rest is lost.
 */
#ifndef ANALYZERS_SAMPLE_RATES_H
#define ANALYZERS_SAMPLE_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "damon-trace/analyzer.h"

/* Of Linux' DAMON with perf events (RFC), mm/damon. */
#define DT_DAMON_RING_SLOTS 256
#define DT_DAMON_RING_HOLDS (DT_DAMON_RING_SLOTS - 1)

/* CPUs and events told apart. */
#define DT_MOST_RATE_CPUS   4096
#define DT_MOST_RATE_EVENTS 64

/* One event on one CPU. */
struct dt_cpu_rate {
	uint64_t samples;
	double periods;
	/* the sampling interval at hand, and those before it */
	uint64_t interval, in_interval;
	uint64_t busiest, overflows, dropped; /* samples; intervals; samples */
};

struct dt_event_rate {
	char name[64];
	uint64_t asked_period; /* or frequency, Hz; 0: neither */
	bool is_frequency, has_cpu, has_misc, has_attr;
	uint8_t precise; /* asked */
	uint64_t samples, exact;
	double periods;
	double seconds; /* length of the inputs that have it, as far as in view */
	bool counted;	/* of the input at hand */
	uint32_t nr_cpus;
	struct dt_cpu_rate *cpus;
};

enum dt_interval_source {
	DT_INTERVAL_DEFAULT, /* nothing says: DAMON's own default */
	DT_INTERVAL_GIVEN,
	DT_INTERVAL_RECORDED,
};

struct dt_sample_rates {
	uint64_t interval_ns;
	enum dt_interval_source source;
	bool tuned; /* the interval changed meanwhile */
	uint32_t nr;
	struct dt_event_rate events[DT_MOST_RATE_EVENTS];
	uint64_t elsewhere;  /* samples of further events, CPUs without a number or beyond */
	uint32_t nr_machine; /* CPUs of the machine; 0: not known */
	double seconds;	     /* of all inputs, as far as in view */
	/* of DAMON's own ring: reports dropped on each CPU */
	uint64_t nr_drops;
	uint32_t nr_drop_cpus;
	uint64_t *drops;
};

void dt_sample_rates_init(struct dt_sample_rates *rates, const struct dt_view *view);
void dt_sample_rates_free(struct dt_sample_rates *rates);

/* A batch; keep NULL: all of it. 0 or -ENOMEM. */
int dt_sample_rates_take(struct dt_sample_rates *rates, const struct dt_reader *reader,
			 const struct dt_samples *samples, uint32_t count, const uint8_t *keep);

/* A report that DAMON's ring dropped. 0 or -ENOMEM. */
int dt_sample_rates_drop(struct dt_sample_rates *rates, int32_t cpu);

/* The end of an input of that length, ns, on a machine with so many CPUs (0: unknown). */
void dt_sample_rates_input(struct dt_sample_rates *rates, uint64_t length, uint32_t cpus);

/* Intervals of the event's time on one CPU; NaN when the time is not known. */
double dt_sample_rates_intervals(const struct dt_sample_rates *rates,
				 const struct dt_event_rate *event);

#endif
