/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the fields of a sample stand. They follow from the attr once for all samples as long as
 * everything before them has a fixed size; behind the first field of variable size they count from
 * a base that is found for each sample.
 */
#ifndef READERS_PERF_PLAN_H
#define READERS_PERF_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a place counts from. */
enum dt_perf_base {
	DT_PERF_RECORD, /* the record's own start */
	DT_PERF_MIDDLE, /* where WEIGHT stands: behind READ, CALLCHAIN, RAW, BRANCH, REGS, STACK */
	DT_PERF_TAIL,	/* where PHYS_ADDR stands: behind REGS_INTR */
	DT_PERF_NR_BASES,
};

struct dt_perf_place {
	uint8_t base; /* enum dt_perf_base */
	uint16_t offset;
};

/* What decides the layout: the fields of perf_event_attr. */
struct dt_perf_layout {
	uint64_t sample_type, read_format, branch_type;
	uint64_t regs_user, regs_intr; /* masks */
	bool sample_id_all;
};

struct dt_perf_plan {
	struct dt_perf_layout layout;
	uint32_t has; /* DT_COL_* with a place */
	struct dt_perf_place ip, tid, time, addr, cpu, period, weight, data_src, phys, cgroup, page;
	uint16_t id;			 /* offset of the identifier; 0: none */
	uint16_t min_size;		 /* of the record up to the last place with base RECORD */
	uint16_t fixed;			 /* offset of READ, or of what comes in its place */
	uint16_t need_middle, need_tail; /* bytes that must follow at those bases */
	bool late;			 /* some column counts from MIDDLE or TAIL */
	uint8_t trailer;		 /* bytes of the sample_id trailer of other records */
};

void dt_perf_plan_init(struct dt_perf_plan *plan, const struct dt_perf_layout *layout);

/* The bases of one sample, its raw data (NULL when it has none) and its call chain. */
struct dt_perf_bases {
	const unsigned char *at[DT_PERF_NR_BASES];
	const unsigned char *raw;
	uint32_t raw_size;
	const unsigned char *chain; /* likewise the call chain */
	uint32_t nr_chain;	    /* its words */
};

/* Walk the fields of variable size. record: size bytes, at least plan->min_size. False when one of
 * them, or a place behind them, leaves the record. */
bool dt_perf_plan_locate(const struct dt_perf_plan *plan, const unsigned char *record, size_t size,
			 bool big, struct dt_perf_bases *bases);

/* The sample_id trailer of a record that is no sample. */
struct dt_perf_trailer {
	uint64_t time, id; /* 0 when absent */
	int32_t cpu;	   /* -1 when absent */
};

void dt_perf_plan_trailer(const struct dt_perf_plan *plan, const unsigned char *record, size_t size,
			  bool big, struct dt_perf_trailer *trailer);

#endif
