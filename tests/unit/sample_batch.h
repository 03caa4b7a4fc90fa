/* SPDX-License-Identifier: GPL-2.0-only */
/* Batches of samples made by hand, for the analyses that take them. */
#ifndef TESTS_UNIT_SAMPLE_BATCH_H
#define TESTS_UNIT_SAMPLE_BATCH_H

#include "damon-trace/analyzer.h"

/* One sample; what its columns do not name is not used. */
struct hand_sample {
	uint64_t time, addr, phys, period, weight, data_src, page_size;
	int32_t cpu, pid;
	uint32_t weights, misc;
};

/* An analysis under test with its view and its report. */
struct hand_run {
	const struct dt_analyzer *analyzer;
	void *state;
	struct dt_reader reader;
	struct dt_event_count event;
	struct dt_report report;
	struct dt_wants wants;
};

/* Begin it for a recording of [start, end] ns; the reader has run->event as its only one. */
void hand_begin(struct hand_run *run, const struct dt_analyzer *analyzer,
		const struct dt_view *view, uint64_t start, uint64_t end);
/* Send samples with those columns, in as many batches as they need. */
void hand_samples(struct hand_run *run, const struct hand_sample *samples, uint32_t count,
		  uint32_t columns);
/* Send other records. */
void hand_records(struct hand_run *run, enum dt_kind kind, void *records, uint32_t count);
/* End the input and make the report. */
void hand_finish(struct hand_run *run);
void hand_free(struct hand_run *run);

/* data_src of a load served at lvl_num with a hit, and of remote ones. */
#define HAND_LOAD(lvl_num) (2ull | 2ull << 5 | (uint64_t)(lvl_num) << 33)
#define HAND_REMOTE	   (1ull << 37)
#define HAND_STORE	   4ull
#define HAND_L1		   HAND_LOAD(1)
#define HAND_LOCAL_DRAM	   HAND_LOAD(13)
#define HAND_REMOTE_DRAM   (HAND_LOAD(13) | HAND_REMOTE)
#define HAND_CXL	   HAND_LOAD(9)

#endif
