/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of one walk over a perf.data file: perf_walk.c leads, perf_records.c follows. */
#ifndef READERS_PERF_WALK_H
#define READERS_PERF_WALK_H

#include "readers/emit.h"
#include "readers/perf_feed.h"
#include "readers/perf_lane.h"
#include "readers/perf_order.h"
#include "readers/perf_reader.h"

/* One data file's place in the walk. */
struct dt_perf_turn {
	struct dt_perf_feed feed;
	/*
	 * No DAMON record older than `safe` will come from here. A file that interleaves CPUs is
	 * sorted only up to the round before the last (as perf knows it); the file of one CPU in a
	 * directory is sorted by the kernel.
	 */
	uint64_t safe;
	uint64_t round_max; /* the latest time up to the last FINISHED_ROUND */
	uint64_t last;	    /* the latest time seen */
	bool sorted;
};

struct dt_perf_losses {
	uint64_t records[2]; /* from PERF_RECORD_LOST, by enum dt_loss_what */
	uint64_t dropped[2]; /* from the kernel's LOST_SAMPLES */
	uint64_t totals[2];  /* the recorder's own sums, written when it ended */
	uint64_t throttles;
};

struct dt_perf_walk {
	struct dt_perf_reader *reader;
	struct dt_emitter emitter;
	struct dt_perf_order *order; /* NULL: no record needs it */
	bool counting;		     /* the first walk */
	struct dt_perf_lane **lanes; /* by attr; NULL until its first sample */
	struct dt_perf_turn *turns;  /* by part */
	struct dt_perf_turn *turn;   /* whose bytes are looked at */
	struct dt_window window;
	struct dt_warnings *warnings;
	int error; /* -errno */
	/* the attr that the identifier last seen belongs to */
	uint64_t last_id;
	struct dt_perf_lane *last_lane;
	uint64_t first, last; /* ns, over all samples */
	uint64_t foreign;     /* samples of no known event */
	uint64_t undecoded;   /* DAMON's, but damaged */
	struct dt_perf_losses losses;
};

/* perf_records.c: pass over the whole records of a stretch; returns the bytes passed. */
size_t dt_perf_walk_stretch(struct dt_perf_walk *walk, const unsigned char *at, size_t size);
/* A loss that is reported at its time. */
void dt_perf_walk_loss(struct dt_perf_walk *walk, const struct dt_loss *loss);
/* The lanes' gathered records are about to go. */
void dt_perf_walk_settle(struct dt_perf_walk *walk);
/* Let out the DAMON records that no other can precede. */
void dt_perf_walk_release(struct dt_perf_walk *walk);

#endif
