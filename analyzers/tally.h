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

/* A place of the table that finds rows; open addressing. */
struct dt_tally_place {
	uint64_t key;  /* address cell + 1; 0: free */
	uint64_t cell; /* of the row's first column */
};

/* A row: the counts of one occupied address cell. */
struct dt_tally {
	uint32_t max_times, max_rows; /* asked cells */
	bool quotient;		      /* a second count per cell, of the samples */
	unsigned time_shift, address_shift;
	uint64_t base;	      /* time cell of the first column */
	uint32_t width;	      /* columns: twice max_times and some */
	uint64_t first, last; /* time stamps so far, ns; first > last: none */
	uint32_t nr_rows, rows_room;
	uint64_t *row_address; /* address cell of each row */
	double *cells;	       /* [row][column] */
	double *counts;	       /* the same for the quotient, else NULL */
	struct dt_tally_place *places;
	uint32_t mask;
};

/* 0 or -ENOMEM. max_rows at most 32768. */
int dt_tally_init(struct dt_tally *tally, uint32_t max_times, uint32_t max_rows, bool quotient);
void dt_tally_free(struct dt_tally *tally);

/* Bytes that a tally may come to need. */
size_t dt_tally_bytes(uint32_t max_times, uint32_t max_rows, bool quotient);

/* The slow part of dt_tally_add: make room for a sample and say where. 0 or -ENOMEM. */
int dt_tally_make_room(struct dt_tally *tally, uint64_t time, uint64_t address,
		       const struct dt_tally_place **where);

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
	const struct dt_tally_place *place = &tally->places[dt_tally_hash(tally, key)];
	uint64_t column = (time >> tally->time_shift) - tally->base;
	size_t cell;

	*new_row = false;
	if (__builtin_expect(place->key != key || column >= tally->width, 0)) {
		int ret = dt_tally_make_room(tally, time, address, &place);

		if (ret)
			return ret;
		*new_row = true;
		column = (time >> tally->time_shift) - tally->base;
	}
	cell = place->cell + column;
	tally->cells[cell] += value;
	if (tally->counts)
		tally->counts[cell] += 1;
	tally->first = time < tally->first ? time : tally->first;
	tally->last = time > tally->last ? time : tally->last;
	return 0;
}

/*
 * The same for a count of samples where nothing is slow: false when the sample must go through
 * dt_tally_add, with nothing changed.
 */
static inline bool dt_tally_count(struct dt_tally *tally, uint64_t time, uint64_t address)
{
	const uint64_t key = (address >> tally->address_shift) + 1;
	const struct dt_tally_place *place = &tally->places[dt_tally_hash(tally, key)];
	const uint64_t column = (time >> tally->time_shift) - tally->base;

	if (__builtin_expect((place->key != key) | (column >= tally->width), 0))
		return false;
	tally->cells[place->cell + column] += 1;
	if (__builtin_expect(time < tally->first, 0))
		tally->first = time;
	tally->last = time > tally->last ? time : tally->last;
	return true;
}

/* The sum of the cells. */
double dt_tally_sum(const struct dt_tally *tally);

/*
 * Add everything to the cells of a map with free axes: above[time cell][column] and, for a
 * quotient, below.
 */
void dt_tally_pour(const struct dt_tally *tally, const struct dt_axis *time,
		   const struct dt_address_axis *address, double *above, double *below);

#endif
