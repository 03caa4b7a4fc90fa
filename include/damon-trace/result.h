/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results: data with meaning. Analyzers make them, renderers know nothing else.
 */
#ifndef DAMON_TRACE_RESULT_H
#define DAMON_TRACE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/goal.h"
#include "damon-trace/reader.h"

/* Whose records: (kdamond pid, context, target). */
struct dt_stream_id {
	int32_t kdamond;
	uint32_t context; /* DT_UNKNOWN_U32: the events do not name it */
	uint64_t target;  /* index, or a kernel pointer on old kernels */
};

/*
 * Snapshots of one stream (DEFINITIONS: complete, incomplete by losses, cut by the recording). Of a
 * recording made with an event filter those that are not whole count as filtered: what they omit
 * is unknown, and no loss.
 */
struct dt_snapshot_count {
	struct dt_stream_id stream;
	uint64_t complete, incomplete, partial, filtered;
};

/*
 * A stretch of the address axis, [start, end) in bytes, drawn as `cells` cells of equal length
 * (the last may be shorter when the edges were fixed by options).
 */
struct dt_segment {
	uint64_t start, end;
	uint32_t cells;
	char label[48]; /* what lies here ("node 0"), or empty */
};

enum dt_space {
	DT_SPACE_UNKNOWN,
	DT_SPACE_PHYSICAL,
	DT_SPACE_VIRTUAL,
	DT_SPACE_LATENCY, /* no addresses: DT_LATENCY_OCTAVE x the binary logarithm of cycles */
};

/* A doubling of the latency, on the axis of DT_SPACE_LATENCY. */
#define DT_LATENCY_OCTAVE (1u << 16)

/* A physical range, [start, end) in bytes: of a NUMA node, or a resource of /proc/iomem. */
struct dt_node_range {
	int32_t node; /* -1: not known which */
	uint64_t start, end;
	char label[48]; /* "node 0", or the resource's name */
	int8_t cpus;	/* 1: CPUs belong to it, -1: none, as CXL memory; 0: not known */
};

/* Schemes that are told apart in one grid. */
#define DT_GRID_SCHEMES 16

/* Where and when a scheme was about to be applied, in the cells of a grid. */
struct dt_grid_scheme {
	uint32_t context, scheme;
	uint64_t regions; /* in the grid: each counts in every cell that it overlaps */
	uint32_t *cells;  /* regions in cell (t, a): cells[t * nr_columns + a] */
};

/*
 * Time x address cells. Cell (t, a) is value[t * nr_columns + a]; columns run through the
 * segments in order, upwards in address. NaN is missing: nothing was observed there.
 *
 * Time cell i is [start_ns + floor(i * (end_ns - start_ns) / time_cells), the next one's start).
 */
struct dt_grid {
	bool is_samples; /* source: hardware or software samples; else DAMON's regions */
	enum dt_space space;
	struct dt_stream_id stream; /* of DAMON's regions */
	int32_t pid;		    /* of virtual samples; -1 for none */
	char comm[32];		    /* of that pid, or empty */
	const char *unit;	    /* "access rate", "samples per aggregation", "samples", ... */
	const char *subject; /* what it shows, where that is neither of the sources; else NULL */
	uint64_t start_ns, end_ns;
	uint32_t time_cells;
	uint32_t nr_segments;
	struct dt_segment *segments;
	uint32_t nr_columns; /* sum of the segments' cells */
	double *value;
	double minimum, maximum; /* of the cells that are not missing; NaN when all are */
	/*
	 * Exactness: the sum over the cells and over the records that went in. DAMON: of heat x
	 * observed bytes x observed seconds. Samples: of the samples (periods, weights).
	 */
	double sum_cells, sum_records;
	uint32_t nr_nodes; /* boundaries to draw; only for the physical space */
	const struct dt_node_range *nodes;
	/* Options chose the segments: what lies between them was not looked at. */
	bool cut_addresses;
	/* Of DAMON's regions, when the schemes were asked for: ascending; else NULL. */
	uint32_t nr_schemes;
	struct dt_grid_scheme *schemes;
};

struct dt_region_report; /* regions.h */
struct dt_scheme_report; /* scheme.h */
struct dt_section;	 /* section.h */
struct dt_folded;	 /* folded.h */

/* Everything that one report has to say. */
struct dt_report {
	size_t nr_inputs;
	const struct dt_input_info **inputs;
	size_t nr_snapshots;
	struct dt_snapshot_count *snapshots;
	size_t nr_grids;
	struct dt_grid *grids;
	struct dt_goals goals;
	size_t nr_regions; /* streams */
	struct dt_region_report *regions;
	bool has_working_sets, has_regions;
	size_t nr_schemes;
	struct dt_scheme_report *schemes;
	bool has_schemes;
	size_t nr_sections; /* section.h */
	struct dt_section **sections;
	struct dt_folded *folded; /* NULL: not asked for */
	bool has_chains;	  /* there was a call chain among the samples */
	bool out_of_memory;	  /* a section is not whole */
	bool has_snapshots; /* the view was asked for or applies: print the key even when empty */
	bool has_grids;
	bool has_goals;
	size_t nr_notes;
	char **notes; /* sentences for the reader of the report: what was left out, and why */
};

/* Free what the report owns (snapshots, grids, goals, notes); not the inputs. */
void dt_report_clear(struct dt_report *report);

/* Add a sentence. Never fails; a note is lost when memory is out. */
void dt_report_note(struct dt_report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
