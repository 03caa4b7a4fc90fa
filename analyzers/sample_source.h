/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each sample of a batch says of its access, whoever says it: IBS registers where the sample
 * carries them, else perf's data_src word. Decoding a word takes a dozen tests; a recording has a
 * few hundred different words, so they are kept.
 */
#ifndef ANALYZERS_SAMPLE_SOURCE_H
#define ANALYZERS_SAMPLE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "damon-trace/data_source.h"
#include "damon-trace/reader.h"

#define DT_SOURCE_WORDS 256

/* Stands in tier[] for an instruction that accessed no memory at all; IBS samples those too. */
#define DT_TIER_NO_ACCESS DT_NR_TIERS

struct dt_source_word {
	uint64_t word;
	uint8_t tier, access, tlb;
};

struct dt_sources {
	struct dt_source_word words[DT_SOURCE_WORDS]; /* seen last, by hash */
	const struct dt_reader *reader;
	struct dt_processor processor;
	/* of the last batch */
	bool known;			/* its event records a source at all */
	bool has_registers;		/* IBS registers */
	const uint64_t *phys, *latency; /* NULL: the event records none; 0: not known */
	uint8_t tier[DT_BATCH_MAX];	/* enum dt_tier or DT_TIER_NO_ACCESS */
	uint8_t access[DT_BATCH_MAX];	/* enum dt_access */
	uint8_t tlb[DT_BATCH_MAX];	/* enum dt_tlb */
	uint8_t linear[DT_BATCH_MAX];	/* has_registers: the linear address is valid */
	uint64_t own_phys[DT_BATCH_MAX], own_latency[DT_BATCH_MAX];
	uint32_t instruction[DT_BATCH_MAX]; /* has_registers: its latency, 0: not known */
};

/* DT_COL_* that are looked at. */
#define DT_SOURCE_COLUMNS (DT_COL_DATA_SRC | DT_COL_RAW | DT_COL_PHYS | DT_COL_WEIGHT)

void dt_sources_init(struct dt_sources *sources);

/* The batches that follow are this reader's. */
void dt_sources_input(struct dt_sources *sources, const struct dt_reader *reader);

void dt_sources_decode(struct dt_sources *sources, const struct dt_samples *samples,
		       uint32_t count);

#endif
