/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gen_text [-n LINES] [-f FORM] [-s SEED]: invented samples in perf's print forms, on stdout, for
 * measuring how fast they are read. Forms: short (time, event, addr), plain (what perf script
 * prints of `perf record -d`), full (with data_src and weights).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* xorshift64* */
static uint64_t next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

static void line(const char *form, uint64_t time, uint64_t *state)
{
	static const char source[] =
		"|OP LOAD|LVL L3 or L3 hit|SNP None|TLB L1 or L2 hit|LCK No|BLK  N/A";
	const unsigned pid = 1000 + (unsigned)(next(state) % 4);
	const uint64_t page = 0x7f0000000000 + (next(state) % 65536) * 4096;
	const uint64_t addr = page + next(state) % 4096;
	const unsigned cpu = (unsigned)(next(state) % 64),
		       weight = 3 + (unsigned)(next(state) % 900);
	const uint64_t us = time / 1000;
	const char *event = "cpu/mem-loads,ldlat=30/P";

	if (strcmp(form, "short") == 0)
		(void)printf("%5" PRIu64 ".%06" PRIu64 ": %s: %16" PRIx64 "\n", us / 1000000,
			     us % 1000000, event, addr);
	else if (strcmp(form, "plain") == 0)
		(void)printf("%16s %5u/%-5u [%03u] %5" PRIu64 ".%06" PRIu64 ": %10u %s: %16" PRIx64
			     "  %16" PRIx64 " work+0x%x (/usr/bin/worker)\n",
			     "worker", pid, pid, cpu, us / 1000000, us % 1000000, 1000, event, addr,
			     (uint64_t)0x401000 + weight, weight);
	else
		(void)printf("%16s %5u/%-5u [%03u] %5" PRIu64 ".%06" PRIu64 ": %10u %s: %16" PRIx64
			     " %16" PRIx64 " %s%16u%16u%16u %16" PRIx64
			     " work+0x%x (/usr/bin/worker)\n",
			     "worker", pid, pid, cpu, us / 1000000, us % 1000000, 1000, event, addr,
			     (uint64_t)0x10668100842, source, weight, weight + 12, 0,
			     (uint64_t)0x401000 + weight, weight);
}

int main(int argc, char **argv)
{
	uint64_t lines = 1000000, state = 0x9e3779b97f4a7c15ull, time = 1000000000000ull;
	const char *form = "plain";
	int option;

	while ((option = getopt(argc, argv, "n:f:s:")) != -1) {
		if (option == 'n')
			lines = strtoull(optarg, NULL, 10);
		else if (option == 'f')
			form = optarg;
		else if (option == 's')
			state ^= strtoull(optarg, NULL, 10) * 0xff51afd7ed558ccdull;
		else
			return 2;
	}
	if (strcmp(form, "short") && strcmp(form, "plain") && strcmp(form, "full")) {
		(void)fprintf(stderr, "gen_text: short, plain or full, not %s\n", form);
		return 2;
	}
	for (uint64_t i = 0; i < lines; i++) {
		time += 500 + next(&state) % 1000;
		line(form, time, &state);
	}
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
