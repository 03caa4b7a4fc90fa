/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who accessed memory: samples counted by process, command, cgroup, mapping or symbol. Numbers of
 * the recording are counted as they come; what they are called is asked at the end of each input,
 * when its names are known. Where a sample's address lies must be known before it is counted.
 */
#ifndef ANALYZERS_WHO_H
#define ANALYZERS_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzers/code_names.h"
#include "analyzers/counters.h"
#include "analyzers/name_pool.h"
#include "analyzers/sample_choice.h"
#include "damon-trace/analyzer.h"

/* A sample whose event does not record what is asked for. */
#define DT_WHO_NOT_RECORDED UINT64_MAX

/* Inputs that are asked for the names of processes. */
#define DT_WHO_READERS 64

struct dt_who_table {
	bool wanted;
	struct dt_counters raw;	  /* of this input, by its own numbers */
	struct dt_counters named; /* of all inputs; pids by number, the others by name */
};

struct dt_who {
	const struct dt_view *view;
	struct dt_sample_choice choice;
	struct dt_name_pool names;
	struct dt_code_names code;
	const struct dt_reader *reader;
	size_t nr_readers;
	const struct dt_reader *readers[DT_WHO_READERS]; /* that know names of processes */
	struct dt_who_table by[DT_NR_BY];
	bool has_samples, has_periods;
	uint64_t keys[DT_BATCH_MAX];
};

/* Put the tables into the report. 0 or -ENOMEM. */
int dt_who_report(struct dt_who *who, struct dt_report *report);

/* Say what could not be named, and why. */
struct dt_section;
void dt_who_say(const struct dt_who *who, enum dt_by by, struct dt_section *section);

#endif
