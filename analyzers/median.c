/* SPDX-License-Identifier: GPL-2.0-only */
/* Exact medians in bounded memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzers/median.h"
#include "support/temporary.h"

/* Values held in memory; enough for hours of snapshots. */
#define HELD_MAX (64u << 10)

/* The value is found 16 bits at a time. */
#define DIGIT_BITS 16
#define NR_DIGITS  (1u << DIGIT_BITS)

static int spill(struct dt_median *median)
{
	if (!median->fd) {
		int fd = dt_temporary_open();

		if (fd < 0)
			return fd;
		median->fd = fd;
	}
	return dt_write_all(median->fd, median->values, median->held * sizeof(uint64_t));
}

static int make_room(struct dt_median *median)
{
	uint32_t room = median->room ? median->room * 2 : 256;
	uint64_t *values;
	int ret;

	if (median->room == HELD_MAX) {
		ret = spill(median);
		median->held = 0;
		return ret;
	}
	values = realloc(median->values, room * sizeof(*values));
	if (!values)
		return -ENOMEM;
	median->values = values;
	median->room = room;
	return 0;
}

void dt_median_add(struct dt_median *median, uint64_t value)
{
	if (median->held == median->room && !median->error)
		median->error = make_room(median);
	if (median->error)
		return;
	median->values[median->held++] = value;
	median->count++;
}

static void count_digits(uint64_t *counts, const uint64_t *values, size_t nr, unsigned shift,
			 uint64_t prefix)
{
	for (size_t i = 0; i < nr; i++) {
		/* all digits above the one counted must be those found already */
		uint64_t above = shift == 64 - DIGIT_BITS ? 0 : values[i] >> (shift + DIGIT_BITS);

		if (above == prefix)
			counts[(values[i] >> shift) & (NR_DIGITS - 1)]++;
	}
}

static int count_file(const struct dt_median *median, uint64_t *counts, unsigned shift,
		      uint64_t prefix)
{
	uint64_t chunk[1024];
	off_t offset = 0;
	ssize_t got;

	while ((got = pread(median->fd, chunk, sizeof(chunk), offset)) > 0) {
		count_digits(counts, chunk, (size_t)got / sizeof(chunk[0]), shift, prefix);
		offset += got;
	}
	return got < 0 ? -errno : 0;
}

/* The value at `rank` (from 0) in ascending order. */
static int find_rank(const struct dt_median *median, uint64_t rank, uint64_t *counts,
		     uint64_t *value)
{
	uint64_t prefix = 0;

	for (unsigned shift = 64; shift > 0;) {
		uint32_t digit = 0;
		int ret = 0;

		shift -= DIGIT_BITS;
		memset(counts, 0, NR_DIGITS * sizeof(*counts));
		count_digits(counts, median->values, median->held, shift, prefix);
		if (median->fd)
			ret = count_file(median, counts, shift, prefix);
		if (ret)
			return ret;
		while (digit < NR_DIGITS - 1 && rank >= counts[digit])
			rank -= counts[digit++];
		prefix = prefix << DIGIT_BITS | digit;
	}
	*value = prefix;
	return 0;
}

int dt_median_get(const struct dt_median *median, uint64_t *value)
{
	uint64_t *counts;
	uint64_t low = 0, high = 0;
	int ret;

	*value = 0;
	if (median->error || !median->count)
		return median->error;
	counts = malloc(NR_DIGITS * sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	ret = find_rank(median, (median->count - 1) / 2, counts, &low);
	if (!ret)
		ret = find_rank(median, median->count / 2, counts, &high);
	free(counts);
	if (!ret)
		*value = low + (high - low) / 2;
	return ret;
}

void dt_median_free(struct dt_median *median)
{
	free(median->values);
	if (median->fd)
		(void)close(median->fd);
	*median = (struct dt_median){0};
}
