/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hot set that begins on the far node, for schemes that pull it near and push it back: where its
 * pages really are is written down all the time, independently of DAMON.
 *
 *   far_set [SECONDS [MEGABYTES [NODE]]]
 *
 * A first line tells the set, then one line a second "t=SECONDS node0=PAGES node1=PAGES", a sample
 * of every 16th page asked of the kernel with move_pages(2).
 */
#include "workload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

enum { SAMPLED = 16, NODES = 2 };

/* Where the set is. pages and nodes have room for count. */
static void tell_place(void **pages, int *nodes, size_t count)
{
	unsigned long on[NODES] = {0};
	uint64_t now;

	if (syscall(SYS_move_pages, 0, count, pages, NULL, nodes, 0) < 0) {
		fprintf(stderr, "far_set: move_pages: %s\n", strerror(errno));
		exit(1);
	}
	for (size_t i = 0; i < count; i++) {
		if (nodes[i] >= 0 && nodes[i] < NODES)
			on[nodes[i]]++;
	}
	now = dt_now();
	dt_truth("t=" DT_TIME_FORMAT " node0=%lu node1=%lu", DT_TIME(now), on[0], on[1]);
}

static void run(char *base, size_t bytes, uint64_t ns)
{
	size_t count = bytes / DT_PAGE / SAMPLED;
	void **pages = calloc(count, sizeof(*pages));
	int *nodes = calloc(count, sizeof(*nodes));
	uint64_t start = dt_now(), told = start;

	if (!pages || !nodes)
		exit(1);
	for (size_t i = 0; i < count; i++)
		pages[i] = base + i * SAMPLED * DT_PAGE;
	tell_place(pages, nodes, count);
	while (dt_now() - start < ns) {
		dt_touch(base, bytes);
		if (dt_now() - told >= 1000000000) {
			told = dt_now();
			tell_place(pages, nodes, count);
		}
	}
	free(pages);
	free(nodes);
}

int main(int argc, char **argv)
{
	uint64_t ns = dt_argument(argc, argv, 1, 60) * 1000000000;
	size_t bytes = dt_argument(argc, argv, 2, 160) * DT_MEGABYTE;
	int node = (int)dt_argument(argc, argv, 3, 1);
	char *base = dt_map(bytes, node);
	uint64_t now;

	dt_touch(base, bytes);
	now = dt_now();
	dt_truth("set=0 t0=" DT_TIME_FORMAT " base=0x%" PRIxPTR " hot=[0x%" PRIxPTR ",0x%" PRIxPTR
		 ") node=%d",
		 DT_TIME(now), (uintptr_t)base, (uintptr_t)base, (uintptr_t)(base + bytes), node);
	run(base, bytes, ns);
	now = dt_now();
	dt_truth("end t=" DT_TIME_FORMAT, DT_TIME(now));
	return 0;
}
