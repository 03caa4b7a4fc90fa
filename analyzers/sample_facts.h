/* SPDX-License-Identifier: GPL-2.0-only */
/* What memory samples are worth: everything that --samples counts in one pass. */
#ifndef ANALYZERS_SAMPLE_FACTS_H
#define ANALYZERS_SAMPLE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzers/quantile.h"
#include "analyzers/sample_pick.h"
#include "analyzers/sample_rates.h"
#include "analyzers/sample_source.h"
#include "analyzers/time_bins.h"
#include "damon-trace/analyzer.h"

/*
 * Why a sample may be of no use, the first that holds. Of these the first three have no valid
 * address; the others have one that some views cannot use.
 */
enum dt_unusable {
	DT_UNUSABLE_NO_FIELD,	/* the event records no address */
	DT_UNUSABLE_NO_LINEAR,	/* IBS: the instruction had no valid linear address */
	DT_UNUSABLE_ZERO,	/* the hardware gave none */
	DT_UNUSABLE_HYPERVISOR, /* not an address of this system */
	DT_UNUSABLE_GUEST,	/* likewise */
	DT_UNUSABLE_KERNEL,	/* no process's */
	DT_UNUSABLE_NO_PHYS,	/* physical addresses are recorded, and this one is 0 */
	DT_USABLE,
	DT_NR_USES,
};

/* Sizes of pages told apart; the rest counts together. */
#define DT_PAGE_SIZES 15

struct dt_page_sizes {
	uint32_t nr;
	uint64_t size[DT_PAGE_SIZES]; /* bytes; 0: not known */
	uint64_t samples[DT_PAGE_SIZES + 1];
};

enum dt_loss_series {
	DT_SERIES_LOST_SAMPLES,
	DT_SERIES_OVERFLOWS, /* of DAMON's own ring */
	DT_SERIES_THROTTLES,
	DT_NR_LOSS_SERIES,
};

struct dt_sample_facts {
	const struct dt_view *view;
	struct dt_sample_pick pick;
	struct dt_sources sources;
	struct dt_sample_rates rates;
	const struct dt_reader *reader;
	uint64_t samples, uses[DT_NR_USES];
	uint64_t accesses[DT_NR_ACCESSES], tlbs[DT_NR_TLBS];
	struct dt_quantile *latency[DT_NR_ACCESSES]; /* NULL: none seen */
	struct dt_quantile *instruction;
	struct dt_page_sizes pages;
	struct dt_time_bins losses;
	uint64_t lost_samples, lost_gaps, throttles;
	bool counting;
	bool has_addr, has_phys, has_phys_field, has_source, has_misc;
	bool loss_seen[DT_NR_LOSS_SERIES];
	uint8_t keep[DT_BATCH_MAX];
};

/* Put what was counted into the report. 0 or -ENOMEM. */
int dt_sample_facts_report(struct dt_sample_facts *facts, struct dt_report *report);

/* Its tables of events and CPUs, and what is expected of DAMON's own ring. */
struct dt_section;
void dt_sample_rates_report(const struct dt_sample_rates *rates, struct dt_section *section);

#endif
