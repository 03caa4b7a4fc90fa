/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hot window that moves over a larger range: the plainest pattern whose place and time are known.
 *
 *   moving_window [SECONDS [PHASES [WINDOW_MB [REFAULT]]]]
 *
 * The range is eight windows long. Each phase touches one window for SECONDS, over and over, then
 * the next. REFAULT 1: the window's pages are given back at the beginning of its phase, so that it
 * shows in page faults too: one of each page, within the first moments of the phase.
 */
#include "workload.h"

#include <inttypes.h>
#include <stdbool.h>

enum { WINDOWS = 8 };

static void run_phase(unsigned int phase, char *base, size_t bytes, uint64_t ns, bool refault)
{
	char *window = base + phase % WINDOWS * bytes;
	uint64_t start;

	if (refault)
		dt_drop(window, bytes);
	start = dt_now();
	dt_truth("phase=%u t0=" DT_TIME_FORMAT " base=0x%" PRIxPTR " hot=[0x%" PRIxPTR
		 ",0x%" PRIxPTR ")",
		 phase, DT_TIME(start), (uintptr_t)base, (uintptr_t)window,
		 (uintptr_t)(window + bytes));
	while (dt_now() - start < ns)
		dt_touch(window, bytes);
}

int main(int argc, char **argv)
{
	uint64_t ns = dt_argument(argc, argv, 1, 8) * 1000000000;
	unsigned int phases = (unsigned int)dt_argument(argc, argv, 2, 6);
	size_t bytes = dt_argument(argc, argv, 3, 32) * DT_MEGABYTE;
	bool refault = dt_argument(argc, argv, 4, 0);
	char *base = dt_map(WINDOWS * bytes, -1);
	uint64_t end;

	dt_touch(base, WINDOWS * bytes);
	for (unsigned int phase = 0; phase < phases; phase++)
		run_phase(phase, base, bytes, ns, refault);
	end = dt_now();
	dt_truth("end t=" DT_TIME_FORMAT, DT_TIME(end));
	return 0;
}
