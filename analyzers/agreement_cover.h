/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Covered time of a stream (DEFINITIONS, "Snapshots and heat"): from its first snapshot to its
 * last, without the holes that losses and late snapshots left. Found in one walk and in bounded
 * memory: what may be a hole is kept, the longest ones when there are too many.
 */
#ifndef ANALYZERS_AGREEMENT_COVER_H
#define ANALYZERS_AGREEMENT_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Holes kept. */
#define DT_COVER_HOLES 4096

/* [start, end) ns. */
struct dt_hole {
	uint64_t start, end;
	/* of the end, what is covered as long as it is no more than that; 0: nothing */
	uint64_t keep;
};

struct dt_cover {
	uint64_t start, end; /* ns; start >= end: nothing is covered */
	size_t nr, room;
	struct dt_hole *holes;
	uint64_t forgotten; /* shorter holes beyond the most; counted as covered */
	bool failed;	    /* out of memory */
	/* the input at hand */
	bool open;
	uint64_t from, to;    /* its snapshots so far */
	uint64_t before_last; /* the start of its last interval */
	uint64_t low, high;   /* a covered stretch, found last */
};

/* A snapshot at time, ns; interval: its nominal aggregation, 0 when not known. */
void dt_cover_snapshot(struct dt_cover *cover, uint64_t time, uint64_t interval);
/* The last one was not whole. */
void dt_cover_spoil(struct dt_cover *cover);
/* An input ends: nothing is covered across. */
void dt_cover_input_end(struct dt_cover *cover);

/*
 * All snapshots are in: settle the holes. median: of the gaps; [from, to): nothing outside counts.
 * 0 or -ENOMEM.
 */
int dt_cover_settle(struct dt_cover *cover, uint64_t median, uint64_t from, uint64_t to);
void dt_cover_free(struct dt_cover *cover);

bool dt_cover_find(struct dt_cover *cover, uint64_t time);

/* Is the time covered? After dt_cover_settle. */
static inline bool dt_cover_holds(struct dt_cover *cover, uint64_t time)
{
	return time - cover->low < cover->high - cover->low || dt_cover_find(cover, time);
}

#endif
