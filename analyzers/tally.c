/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts whose cells grow with what they must hold. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/tally.h"

/* Cells to begin with: a nanosecond, and a cache line. */
#define FIRST_TIME_SHIFT    0
#define FIRST_ADDRESS_SHIFT 6

/*
 * Columns beyond twice the time cells: one cache line, so that the cells of one time in all rows do
 * not fall into the same few sets of the cache.
 */
#define PADDING 8

/* Rows are allocated in steps, so that a process with few samples stays small. */
#define FIRST_ROWS 8

static uint32_t places_for(uint32_t max_rows)
{
	uint32_t places = 64;

	/* a quarter full at most: nearly every look-up hits at once */
	while (places < 4 * max_rows)
		places *= 2;
	return places;
}

size_t dt_tally_bytes(uint32_t max_times, uint32_t max_rows, bool quotient)
{
	const size_t cells = (size_t)max_rows * (2 * max_times + PADDING);

	return cells * sizeof(double) * (quotient ? 2 : 1) +
	       places_for(max_rows) * sizeof(struct dt_tally_place);
}

int dt_tally_init(struct dt_tally *tally, uint32_t max_times, uint32_t max_rows, bool quotient)
{
	const uint32_t places = places_for(max_rows);

	*tally = (struct dt_tally){.max_times = max_times,
				   .max_rows = max_rows,
				   .quotient = quotient,
				   .time_shift = FIRST_TIME_SHIFT,
				   .address_shift = FIRST_ADDRESS_SHIFT,
				   .width = 2 * max_times + PADDING,
				   .first = UINT64_MAX,
				   .mask = places - 1};
	tally->places = calloc(places, sizeof(*tally->places));
	tally->row_address = calloc(max_rows, sizeof(*tally->row_address));
	if (tally->places && tally->row_address)
		return 0;
	dt_tally_free(tally);
	return -ENOMEM;
}

void dt_tally_free(struct dt_tally *tally)
{
	free(tally->row_address);
	free(tally->cells);
	free(tally->counts);
	free(tally->places);
	*tally = (struct dt_tally){0};
}

/* The place of an address cell in the table, or the free one for it. */
static struct dt_tally_place *find_place(const struct dt_tally *tally, uint64_t key)
{
	uint32_t place = dt_tally_hash(tally, key);

	while (tally->places[place].key && tally->places[place].key != key)
		place = (place + 1) & tally->mask;
	return &tally->places[place];
}

static void take_place(struct dt_tally *tally, struct dt_tally_place *place, uint64_t key,
		       uint32_t row)
{
	place->key = key;
	place->cell = (uint64_t)row * tally->width;
	tally->row_address[row] = key - 1;
}

static int grow(double **cells, size_t old, size_t new)
{
	double *larger = new ? realloc(*cells, new * sizeof(double)) : NULL;

	if (!larger)
		return -ENOMEM;
	memset(larger + old, 0, (new - old) * sizeof(double));
	*cells = larger;
	return 0;
}

static int grow_rows(struct dt_tally *tally)
{
	uint32_t room = tally->rows_room ? tally->rows_room * 2 : FIRST_ROWS;
	const size_t old = (size_t)tally->rows_room * tally->width;
	int ret;

	if (room > tally->max_rows)
		room = tally->max_rows;
	ret = grow(&tally->cells, old, (size_t)room * tally->width);
	if (!ret && tally->quotient)
		ret = grow(&tally->counts, old, (size_t)room * tally->width);
	if (!ret)
		tally->rows_room = room;
	return ret;
}

static void add_row(double *cells, uint32_t width, uint64_t to, uint32_t from)
{
	double *into = cells + to, *out = cells + (size_t)from * width;

	for (uint32_t i = 0; i < width; i++)
		into[i] += out[i];
}

static void move_row(double *cells, uint32_t width, uint32_t to, uint32_t from)
{
	if (to != from)
		memcpy(cells + (size_t)to * width, cells + (size_t)from * width,
		       width * sizeof(double));
}

static void clear_rows(double *cells, uint32_t width, uint32_t from, uint32_t to)
{
	memset(cells + (size_t)from * width, 0, (size_t)(to - from) * width * sizeof(double));
}

/* Address cells twice as long: rows that become one are added up. */
static void coarsen_address(struct dt_tally *tally)
{
	const uint32_t nr = tally->nr_rows;
	uint32_t kept = 0;

	memset(tally->places, 0, ((size_t)tally->mask + 1) * sizeof(*tally->places));
	tally->address_shift++;
	for (uint32_t i = 0; i < nr; i++) {
		const uint64_t cell = tally->row_address[i] >> 1;
		struct dt_tally_place *place = find_place(tally, cell + 1);

		if (place->key) {
			add_row(tally->cells, tally->width, place->cell, i);
			if (tally->counts)
				add_row(tally->counts, tally->width, place->cell, i);
			continue;
		}
		take_place(tally, place, cell + 1, kept);
		move_row(tally->cells, tally->width, kept, i);
		if (tally->counts)
			move_row(tally->counts, tally->width, kept, i);
		kept++;
	}
	clear_rows(tally->cells, tally->width, kept, nr);
	if (tally->counts)
		clear_rows(tally->counts, tally->width, kept, nr);
	tally->nr_rows = kept;
}

/*
 * Rearrange the columns: those from `first` cells on (old cells, `nr` of them, at old base) go to
 * cells `shift` bits coarser, the first of which is new_base.
 */
static void move_columns(struct dt_tally *tally, double *cells, uint64_t new_base, unsigned shift,
			 double *scratch)
{
	for (uint32_t row = 0; row < tally->nr_rows; row++) {
		double *line = cells + (size_t)row * tally->width;

		memcpy(scratch, line, tally->width * sizeof(double));
		memset(line, 0, tally->width * sizeof(double));
		for (uint32_t i = 0; i < tally->width; i++)
			if (scratch[i] != 0)
				line[((tally->base + i) >> shift) - new_base] += scratch[i];
	}
}

/* Make the columns hold the times from first to last. */
static int fit_times(struct dt_tally *tally, uint64_t first, uint64_t last)
{
	unsigned shift = tally->time_shift;
	uint64_t new_base, span;
	double *scratch;

	while ((last >> shift) - (first >> shift) >= tally->max_times)
		shift++;
	span = (last >> shift) - (first >> shift) + 1;
	new_base = first >> shift;
	/* times rarely go back: leave most of the room behind, but some in front */
	if (new_base >= (tally->width - span) / 4)
		new_base -= (tally->width - span) / 4;
	else
		new_base = 0;
	if (tally->nr_rows) {
		scratch = malloc(tally->width * sizeof(double));
		if (!scratch)
			return -ENOMEM;
		move_columns(tally, tally->cells, new_base, shift - tally->time_shift, scratch);
		if (tally->counts)
			move_columns(tally, tally->counts, new_base, shift - tally->time_shift,
				     scratch);
		free(scratch);
	}
	tally->time_shift = shift;
	tally->base = new_base;
	return 0;
}

int dt_tally_make_room(struct dt_tally *tally, uint64_t time, uint64_t address,
		       const struct dt_tally_place **where)
{
	struct dt_tally_place *place;
	int ret = 0;

	if ((time >> tally->time_shift) - tally->base >= tally->width || tally->first > tally->last)
		ret = fit_times(tally, time < tally->first ? time : tally->first,
				time > tally->last ? time : tally->last);
	if (ret)
		return ret;
	place = find_place(tally, (address >> tally->address_shift) + 1);
	while (!place->key && tally->nr_rows == tally->max_rows) {
		coarsen_address(tally);
		place = find_place(tally, (address >> tally->address_shift) + 1);
	}
	if (!place->key && tally->nr_rows == tally->rows_room)
		ret = grow_rows(tally);
	if (ret)
		return ret;
	if (!place->key)
		take_place(tally, place, (address >> tally->address_shift) + 1, tally->nr_rows++);
	*where = place;
	return 0;
}

double dt_tally_sum(const struct dt_tally *tally)
{
	double sum = 0;

	for (size_t i = 0; i < (size_t)tally->nr_rows * tally->width; i++)
		sum += tally->cells[i];
	return sum;
}

/* Every cell of the tally lies within one cell of the axes, so its start tells which. */
void dt_tally_pour(const struct dt_tally *tally, const struct dt_axis *time,
		   const struct dt_address_axis *address, double *above, double *below)
{
	uint32_t hint = 0;

	for (uint32_t row = 0; row < tally->nr_rows; row++) {
		const uint64_t start = tally->row_address[row] << tally->address_shift;
		const uint32_t segment = dt_address_axis_find(address, start, &hint);
		const size_t line = (size_t)row * tally->width;
		uint32_t column;

		if (segment == address->nr_segments)
			continue;
		column = address->first_column[segment] +
			 dt_axis_cell(&address->segments[segment], start);
		for (uint32_t i = 0; i < tally->width; i++) {
			const uint64_t at = (tally->base + i) << tally->time_shift;
			size_t cell;

			if (at < time->start || at >= time->end)
				continue;
			cell = (size_t)dt_axis_cell(time, at) * address->nr_columns + column;
			above[cell] += tally->cells[line + i];
			if (below)
				below[cell] += tally->counts[line + i];
		}
	}
}
