/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hardware samples with known truth: first it is chosen where an access was served, then the words
 * and registers that say so are composed, from tables that the program does not share.
 */
#ifndef TESTS_TOOLS_SAMPLES_WORLD_H
#define TESTS_TOOLS_SAMPLES_WORLD_H

#include "tests/tools/samples_writer.h"

enum sworld_kind { SWORLD_PEBS, SWORLD_IBS_OP, SWORLD_IBS_FETCH };

struct sworld_options {
	enum sworld_kind kind;
	const char *cpuid; /* NULL: one that fits the kind */
	bool zen4;	   /* IBS: the extended source coding */
	uint64_t samples, seed;
	uint32_t cpus;		   /* 1 to 64 */
	int silent_cpu;		   /* that has no samples; -1: none */
	uint64_t lost_every;	   /* samples; 0: never. LOST and LOST_SAMPLES in turn */
	uint64_t throttle_every;   /* THROTTLE, and UNTHROTTLE 50 samples later */
	uint64_t disagree_every;   /* memory samples whose address is of another node */
	uint64_t no_address_every; /* address 0 */
	uint64_t no_phys_every;	   /* physical address 0 */
	bool no_data_src;	   /* IBS: the registers alone */
};

extern const struct sworld_options sworld_defaults;

/* What is true of one sample. Names are the keys of the program's JSON. */
struct sworld_truth {
	struct sw_sample sample;
	const char *tier, *access, *tlb;
	int node; /* of phys; -1: none */
	bool disagrees;
};

/* Told every sample, and every loss and throttle. */
struct sworld_sink {
	void (*sample)(void *context, const struct sworld_truth *truth);
	void (*lost)(void *context, uint64_t time, uint32_t cpu, uint64_t count);
	void (*throttle)(void *context, uint64_t time, uint32_t cpu, bool throttled);
	void *context;
};

void sworld_config(const struct sworld_options *options, struct sw_config *config);
void sworld_write(const struct sworld_options *options, const struct sw_config *config,
		  struct perf_out *out, const struct sworld_sink *sink);

/* RAW of an IBS sample: caps, then the registers. */
void sworld_raw(struct sw_sample *sample, uint32_t caps, const uint64_t *registers, unsigned count);

#endif
