/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of DAMON's events is this? For recordings that lost names and formats with their end (a
 * perf that was killed): payloads are compared with what the layouts of current 64-bit kernels
 * would make of them.
 */
#ifndef READERS_DAMON_GUESS_H
#define READERS_DAMON_GUESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DT_GUESS_KDAMONDS 64

/* The threads that printed regions: events too small to be told by themselves are DAMON's there. */
struct dt_damon_guesser {
	unsigned nr;
	int32_t kdamonds[DT_GUESS_KDAMONDS];
};

/*
 * The event's name, or NULL: it looks like none of DAMON's. raw: the payload from common_type on,
 * with perf's padding to 4 bytes short of a multiple of 8.
 */
const char *dt_damon_guess(struct dt_damon_guesser *guesser, const unsigned char *raw, size_t size,
			   bool big_endian);

#endif
