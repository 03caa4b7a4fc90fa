/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exact median of any number of values in bounded memory: what does not fit is kept in an
 * unlinked temporary file, and the median is found by counting digits from the top.
 */
#ifndef ANALYZERS_MEDIAN_H
#define ANALYZERS_MEDIAN_H

#include <stdint.h>

struct dt_median {
	uint64_t count;
	uint64_t *values; /* the last ones, not yet in the file */
	uint32_t held, room;
	int fd; /* of the file, 0: none yet */
	int error;
};

/* Add a value; errors are remembered until dt_median_get. A zeroed struct is an empty one. */
void dt_median_add(struct dt_median *median, uint64_t value);

/*
 * The median, of an even count the mean of the middle two, rounded down; 0 of none.
 * Returns 0 or -errno.
 */
int dt_median_get(const struct dt_median *median, uint64_t *value);

void dt_median_free(struct dt_median *median);

#endif
