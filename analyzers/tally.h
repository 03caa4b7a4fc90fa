/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts by time and address before the ranges of either are known, so that samples need one pass.
 *
 * Cells are aligned powers of two. They start small and become twice as long whenever more would
 * be needed than the asked number; so in the end they are never coarser than the cells of a free
 * axis (axis.h), and those are sums of them. The arguments: a free time axis needs at least the
 * cells between the first and the last sample, a free address axis at least the occupied ones.
 */
#ifndef ANALYZERS_TALLY_H
#define ANALYZERS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/axis.h"

/* A row: the counts of one occupied address cell. */
struct dt_tally {
	uint32_t max_times, max_rows; /* asked cells */
	bool quotient;		      /* a second count per cell, of the samples */
	unsigned time_shift, address_shift;
	uint64_t base;	      /* time cell of the first column */
	uint32_t width;	      /* columns: twice max_times */
	uint64_t first, last; /* time stamps so far, ns; first > last: none */
	uint32_t nr_rows, rows_room;
	uint64_t *row_address; /* address cell of each row */
	double *cells;	       /* [row][column] */
	double *counts;	       /* the same for the quotient, else NULL */
	uint64_t *keys;	       /* open addressing: address cell + 1; 0: free */
	uint16_t *row_of;
	uint32_t mask;
};

/* 0 or -ENOMEM. max_rows at most 32768. */
int dt_tally_init(struct dt_tally *tally, uint32_t max_times, uint32_t max_rows, bool quotient);
void dt_tally_free(struct dt_tally *tally);

/* Bytes that a tally may come to need. */
size_t dt_tally_bytes(uint32_t max_times, uint32_t max_rows, bool quotient);

/* The slow part of dt_tally_add: make room for a sample. 0 or -ENOMEM. */
int dt_tally_make_room(struct dt_tally *tally, uint64_t time, uint64_t address);

static inline uint32_t dt_tally_hash(const struct dt_tally *tally, uint64_t key)
{
	return (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 40) & tally->mask;
}

/*
 * Add a sample. *new_row: its address cell had no sample before. 0 or -ENOMEM.
 */
static inline int dt_tally_add(struct dt_tally *tally, uint64_t time, uint64_t address,
			       double value, bool *new_row)
{
	const uint64_t key = (address >> tally->address_shift) + 1;
	uint32_t place = dt_tally_hash(tally, key);
	uint64_t column = (time >> tally->time_shift) - tally->base;
	size_t cell;

	*new_row = false;
	if (__builtin_expect(tally->keys[place] != key || column >= tally->width, 0)) {
		int ret = dt_tally_make_room(tally, time, address);

		if (ret)
			return ret;
		*new_row = true;
		column = (time >> tally->time_shift) - tally->base;
		place = dt_tally_hash(tally, (address >> tally->address_shift) + 1);
		while (tally->keys[place] != (address >> tally->address_shift) + 1)
			place = (place + 1) & tally->mask;
	}
	cell = (size_t)tally->row_of[place] * tally->width + column;
	tally->cells[cell] += value;
	if (tally->counts)
		tally->counts[cell] += 1;
	tally->first = time < tally->first ? time : tally->first;
	tally->last = time > tally->last ? time : tally->last;
	return 0;
}

/*
 * Add everything to the cells of a map with free axes: above[time cell][column] and, for a
 * quotient, below.
 */
void dt_tally_pour(const struct dt_tally *tally, const struct dt_axis *time,
		   const struct dt_address_axis *address, double *above, double *below);

#endif
