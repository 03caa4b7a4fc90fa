/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of different heat side by side: does the order of heat come out?
 *
 *   heat_sets [SECONDS [SET_MB [DROP]]]
 *
 * Four sets of SET_MB lie one after the other. The first is touched every 20 ms, each further one
 * a quarter as often, the last never after its first touch. DROP 1: a set's pages are given back
 * before each touch, so that all of its touches are page faults.
 */
#include "workload.h"

#include <inttypes.h>
#include <stdbool.h>
#include <time.h>

enum { SETS = 4, HEAT_RATIO = 4 };
#define TICK_NS 20000000UL

static unsigned int period_of(unsigned int set)
{
	unsigned int period = 1;

	while (set--)
		period *= HEAT_RATIO;
	return period;
}

static void describe(const char *base, size_t bytes)
{
	uint64_t now = dt_now();

	for (unsigned int set = 0; set < SETS; set++) {
		const char *from = base + set * bytes;

		dt_truth("set=%u t0=" DT_TIME_FORMAT " base=0x%" PRIxPTR " hot=[0x%" PRIxPTR
			 ",0x%" PRIxPTR ") period_ns=%" PRIu64,
			 set, DT_TIME(now), (uintptr_t)base, (uintptr_t)from,
			 (uintptr_t)(from + bytes),
			 set + 1 == SETS ? 0 : (uint64_t)period_of(set) * TICK_NS);
	}
}

int main(int argc, char **argv)
{
	uint64_t ns = dt_argument(argc, argv, 1, 20) * 1000000000;
	size_t bytes = dt_argument(argc, argv, 2, 24) * DT_MEGABYTE;
	bool drop = dt_argument(argc, argv, 3, 0) != 0;
	char *base = dt_map(SETS * bytes, -1);
	uint64_t start, now, tick_end;

	dt_touch(base, SETS * bytes);
	describe(base, bytes);
	start = dt_now();
	for (unsigned int tick = 0; (now = dt_now()) - start < ns; tick++) {
		for (unsigned int set = 0; set + 1 < SETS; set++) {
			if (tick % period_of(set) != 0)
				continue;
			if (drop)
				dt_drop(base + set * bytes, bytes);
			dt_touch(base + set * bytes, bytes);
		}
		tick_end = start + (tick + 1) * TICK_NS;
		now = dt_now();
		if (now < tick_end)
			nanosleep(&(struct timespec){.tv_nsec = (long)(tick_end - now)}, NULL);
	}
	dt_truth("end t=" DT_TIME_FORMAT, DT_TIME(now));
	return 0;
}
