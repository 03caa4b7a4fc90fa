/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the perf.data reader have in common: everything that a walk yields in plain
 * arrays, and recordings of the writer with what was written.
 */
#ifndef TESTS_UNIT_PERF_CHECK_H
#define TESTS_UNIT_PERF_CHECK_H

#include "damon-trace/reader.h"
#include "tests/tools/perf_writer.h"

struct perf_row {
	struct perf_truth truth; /* kind, time and the fields of the columns */
	uint32_t columns, has, event;
};

/* A list of rows; the tests are small. */
struct perf_rows {
	struct perf_row *list;
	size_t count, room;
};

void perf_rows_add(struct perf_rows *rows, const struct perf_row *row);
void perf_rows_free(struct perf_rows *rows);
/* Stable, by time. */
void perf_rows_sort(struct perf_rows *rows);

/* What one walk gave. */
struct perf_got {
	struct perf_rows samples, regions, goals, losses;
	uint64_t batches;
	uint64_t disorder; /* DAMON records of a kind behind a later one */
	uint64_t last[DT_NR_KINDS];
	int fail_after; /* batches until the sink fails with -ECANCELED; 0: never */
	bool swap;	/* exchange the storage of every batch, as a queue does */
};

void perf_got_free(struct perf_got *got);

/* Walk with a sink that keeps everything. Returns the walk's result. */
int perf_collect(struct dt_reader *reader, struct perf_got *got, uint32_t kinds, uint32_t columns);

#define PERF_ALL_KINDS ((1u << DT_NR_KINDS) - 1)

/* A recording of the writer. */
struct perf_made {
	struct perf_out out;	/* in memory; not of directories */
	struct perf_rows truth; /* in the order of writing, which is that of time */
	struct perf_totals totals;
};

void perf_make(struct perf_made *made, const struct perf_writer_options *options);
/* In directory mode: the same in files below path. */
void perf_make_at(struct perf_made *made, const struct perf_writer_options *options,
		  const char *path);
void perf_made_free(struct perf_made *made);

/* Open the bytes; fails the test when they do not open. */
struct dt_reader *perf_open(const struct perf_made *made, size_t size);

/* Everything that was written is in what was got, field by field as far as sample_type goes. */
void perf_check_all(const struct perf_made *made, const struct perf_got *got,
		    const struct perf_writer_options *options);

bool perf_has_warning(const struct dt_reader *reader, const char *part);

#endif
