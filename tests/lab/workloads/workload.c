/* SPDX-License-Identifier: GPL-2.0-only */
/* What the lab's workloads share: memory whose heat is known, and the ground truth about it. */
#include "workload.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/syscall.h>

#define ALIGNMENT (2 * DT_MEGABYTE)
/* <linux/mempolicy.h>; a preference, so that DAMON may move the pages away later. */
#define PREFER_A_NODE 1

static void fail(const char *what)
{
	fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
	exit(1);
}

uint64_t dt_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		fail("clock_gettime");
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t dt_argument(int argc, char **argv, int i, uint64_t fallback)
{
	char *end;
	uint64_t value;

	if (i >= argc)
		return fallback;
	errno = 0;
	value = strtoull(argv[i], &end, 10);
	if (errno || *end || end == argv[i] || argv[i][0] == '-') {
		fprintf(stderr, "workload: '%s' is no number\n", argv[i]);
		exit(2);
	}
	return value;
}

char *dt_map(size_t bytes, int node)
{
	unsigned long mask = node >= 0 ? 1UL << node : 0;
	char *at = mmap(NULL, bytes + ALIGNMENT, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		fail("mmap");
	at += -(uintptr_t)at % ALIGNMENT;
	if (madvise(at, bytes, MADV_NOHUGEPAGE))
		fail("madvise(MADV_NOHUGEPAGE)");
	if (mask && syscall(SYS_mbind, at, bytes, PREFER_A_NODE, &mask, 8 * sizeof(mask), 0))
		fail("mbind");
	return at;
}

void dt_touch(char *from, size_t bytes)
{
	volatile char *page = from;

	for (size_t at = 0; at < bytes; at += DT_PAGE)
		page[at]++;
}

void dt_drop(char *from, size_t bytes)
{
	if (madvise(from, bytes, MADV_DONTNEED))
		fail("madvise(MADV_DONTNEED)");
}

void dt_truth(const char *format, ...)
{
	va_list arguments;

	printf("GT pid=%d ", (int)getpid());
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	if (fflush(stdout))
		fail("writing the truth");
}
