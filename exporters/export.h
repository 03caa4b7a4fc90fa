/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Export: the records of inputs to a format of another tool. The walk (export_walk.c) filters them,
 * pairs what was printed twice, and finds the intervals; a format (one file each, one registry)
 * writes. Nothing is kept but what a format needs of each stream: memory does not grow with the
 * input.
 */
#ifndef EXPORTERS_EXPORT_H
#define EXPORTERS_EXPORT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/sample_source.h"
#include "damon-trace/analyzer.h"
#include "damon-trace/snapshot.h"
#include "exporters/output.h"

/* What can be exported; the order of every list. */
enum dt_export_table {
	DT_EXPORT_REGIONS,
	DT_EXPORT_SAMPLES,
	DT_EXPORT_GOALS,
	DT_EXPORT_SCHEMES,
	DT_EXPORT_TIERS,
	DT_NR_EXPORT_TABLES,
};

/* "regions", ...; ends with NULL. */
extern const char *const dt_export_tables[];

struct dt_export_format;

/* One export. What is not said to be set by the walk is the caller's. */
struct dt_export {
	const struct dt_export_format *format;
	const struct dt_view *view; /* filters and intervals */
	uint32_t tables;	    /* 1u << enum dt_export_table */
	size_t nr_inputs;
	struct dt_reader *const *readers;
	/* whose each input is, in letters that need no quotes; NULL: all are of one machine */
	const char *const *machines;
	/* ns added to times for formats that count from 1970; has_epoch false: by each input */
	bool has_epoch;
	int64_t epoch_ns;
	/* where each table goes; formats with one file use the first */
	struct dt_output *outputs[DT_NR_EXPORT_TABLES];
	bool compress;			   /* damo: zlib */
	const volatile sig_atomic_t *stop; /* NULL: nothing ends it */
	/* set by the walk */
	size_t input; /* at hand */
	uint64_t rows[DT_NR_EXPORT_TABLES];
	uint64_t left_out; /* records that the format cannot hold, told in a note */
	const char *left_out_why;
	bool clock_unknown; /* times were wanted since 1970, and nothing tells the clock's start */
	void *state;	    /* the format's */
};

/* Samples of one batch in view, with what their sources say. */
struct dt_export_samples {
	const struct dt_samples *samples;
	const struct dt_sources *sources;
	const uint8_t *keep; /* NULL: all */
	uint32_t count;
};

/* Counts of samples by tier in one stretch of time. */
struct dt_export_tiers {
	uint64_t start_ns, length_ns;
	const double *samples; /* DT_NR_TIERS of them */
};

/*
 * A format. Functions return 0 or -errno; begin and finish fill *error. Those that are NULL: the
 * format has no place for such records. Records come in the order of the reader.
 */
struct dt_export_format {
	const char *name, *summary;
	uint32_t tables;  /* that it knows */
	bool separate;	  /* each table takes an output of its own */
	bool one_machine; /* it has no place for the name of one */
	int (*begin)(struct dt_export *export, struct dt_error *error);
	/* A region, and the snapshot at hand that it belongs to; first: it begins that. */
	int (*region)(struct dt_export *export, const struct dt_region *region,
		      const struct dt_stream *stream, bool first);
	int (*samples)(struct dt_export *export, const struct dt_export_samples *samples);
	int (*goal)(struct dt_export *export, const struct dt_goal *goal);
	int (*stat)(struct dt_export *export, const struct dt_stat *stat);
	int (*esz)(struct dt_export *export, const struct dt_esz *esz);
	int (*apply)(struct dt_export *export, const struct dt_apply *apply);
	int (*loss)(struct dt_export *export, const struct dt_loss *loss);
	int (*tiers)(struct dt_export *export, const struct dt_export_tiers *tiers);
	/* The end of one input: snapshots that are open are cut by it. */
	int (*input_end)(struct dt_export *export);
	int (*finish)(struct dt_export *export, struct dt_error *error);
	void (*end)(struct dt_export *export); /* after begin, whatever came */
};

extern const struct dt_export_format dt_export_csv;
extern const struct dt_export_format dt_export_jsonl;
extern const struct dt_export_format dt_export_openmetrics;
extern const struct dt_export_format dt_export_perfetto;
extern const struct dt_export_format dt_export_damo;

/* Ends with NULL. */
extern const struct dt_export_format *const dt_export_formats[];

/* The kinds of records (1u << enum dt_kind) that tables are made of, and losses. */
uint32_t dt_export_kinds(uint32_t tables);

/* Which tables do the inputs have? Walks them once. 0 or -errno with *error filled. */
int dt_export_find_tables(const struct dt_export *export, uint32_t *tables, struct dt_error *error);

/* Walk the inputs and write. 0, or -errno with *error filled; -EINTR: it was stopped. */
int dt_export_run(struct dt_export *export, struct dt_error *error);

/* Access rate of a region, 0 to 1 (DEFINITIONS); NaN: its intervals are not known. */
double dt_export_rate(const struct dt_region *region, const struct dt_stream *stream);
/* Was it accessed at all? */
bool dt_export_accessed(const struct dt_region *region, const struct dt_stream *stream);

/* ns to be added to times of the input at hand, by its host context; 0 where nothing is known. */
int64_t dt_export_epoch(const struct dt_export *export, bool *known);

#endif
