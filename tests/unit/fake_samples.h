/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sampler of memory for tests, on machines without one: it stands behind dt_sampler_calls, and
 * hands out perf.data files with the samples that it is given.
 */
#ifndef TESTS_UNIT_FAKE_SAMPLES_H
#define TESTS_UNIT_FAKE_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

enum fake_access {
	FAKE_L1_HIT,
	FAKE_NEAR_LOAD,
	FAKE_FAR_LOAD, /* from another socket */
	FAKE_CXL_LOAD,
	FAKE_FAR_STORE,
	FAKE_NOTHING, /* no memory operation */
};

/* Take the sampler's place. drain: called whenever the rings are; NULL: nothing comes by itself. */
void fake_samples_begin(void (*drain)(void *context), void *context);
/* Give the sampler its place back; forget what was added. */
void fake_samples_end(void);

/* One sample, of the file that is being written. */
void fake_samples_add(uint64_t time_ns, enum fake_access access, uint32_t latency);

/* What goes wrong: errno of the next call of that name; 0: nothing. */
struct fake_samples_faults {
	int best, open, segment, start, drain;
	const char *best_name;	  /* NULL: a unit that samples memory */
	const char *best_refused; /* what is said of a better one that could not be had */
	int no_weight, no_source;
};
extern struct fake_samples_faults fake_samples_faults;
/* Files that were handed out, and samplers that are open. */
extern unsigned fake_samples_files, fake_samples_open;

#endif
