/* SPDX-License-Identifier: GPL-2.0-only */
/* What memory samples say of the latency of memory, by time; and where they come from. */
#ifndef CONTROL_OBJECTIVE_LATENCY_H
#define CONTROL_OBJECTIVE_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/sampler.h"
#include "damon-trace/error.h"

/* Samples are told apart by so much, ns. */
#define DT_LATENCY_BIN_NS 20000000ull

struct dt_latency_bin {
	double sum, count;
};

/* Bins of DT_LATENCY_BIN_NS from start_ns on. */
struct dt_latency_bins {
	uint64_t start_ns;
	size_t nr;
	struct dt_latency_bin *bins;
	uint64_t samples; /* all, also those that say nothing of it */
};

/*
 * Add the samples of one perf.data. far false: sum and number of the latencies of loads, in the
 * event's unit. far true: the sum is 100 for each sample from far memory, the number that of
 * samples from any memory. Earlier ones than the first bin go there, later ones than the last are
 * left out. 0; -EOPNOTSUPP: the samples do not carry it; or as dt_reader_open.
 */
int dt_latency_read(const char *path, bool far, struct dt_latency_bins *bins,
		    struct dt_error *error);

/* The sampler (collector/sampler.h), which tests replace. */
struct dt_sampler_calls {
	int (*best)(const struct dt_roots *roots, char *name, size_t size, struct dt_error *error);
	int (*open)(struct dt_sampler **sampler, const struct dt_sampler_options *options,
		    struct dt_error *error);
	int (*segment)(struct dt_sampler *sampler, const char *directory, const char *name,
		       struct dt_error *error);
	int (*start)(struct dt_sampler *sampler, struct dt_error *error);
	int (*drain)(struct dt_sampler *sampler, int cpu, uint64_t *bytes, struct dt_error *error);
	int (*follow_cpus)(struct dt_sampler *sampler, struct dt_error *error);
	void (*close)(struct dt_sampler *sampler);
};
extern struct dt_sampler_calls dt_sampler_calls;

#endif
