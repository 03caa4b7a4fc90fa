/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lab's workloads share: memory whose heat is known, and the ground truth about it.
 *
 * Truth is written to stdout as lines "GT pid=P WORDS", times as seconds of CLOCK_MONOTONIC with
 * nine decimals and address ranges as [0xLOW,0xHIGH), half open. A workload's last line is
 * "GT pid=P end t=SECONDS". A workload that cannot do its work exits with status 1.
 */
#ifndef TESTS_LAB_WORKLOADS_WORKLOAD_H
#define TESTS_LAB_WORKLOADS_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#define DT_PAGE	    4096UL
#define DT_MEGABYTE (1UL << 20)

/* CLOCK_MONOTONIC in ns. */
uint64_t dt_now(void);

/* The number in argument i, or the fallback when there are fewer; bad text ends the program. */
uint64_t dt_argument(int argc, char **argv, int i, uint64_t fallback);

/*
 * Anonymous memory of 4 KiB pages, aligned to 2 MiB, not yet touched. node >= 0: its pages are to
 * be taken from that node, and the program ends when the kernel refuses.
 */
char *dt_map(size_t bytes, int node);

/* Write to every page of [from, from + bytes) once. */
void dt_touch(char *from, size_t bytes);

/* Give the pages back, so that the next touch faults. */
void dt_drop(char *from, size_t bytes);

/* One line of truth. Flushed at once, so that a killed workload has told all it knew. */
__attribute__((format(printf, 1, 2))) void dt_truth(const char *format, ...);

/* Seconds with nine decimals, for a format of "%" PRIu64 ".%09" PRIu64. */
#define DT_TIME(ns)    (ns) / 1000000000, (ns) % 1000000000
#define DT_TIME_FORMAT "%" PRIu64 ".%09" PRIu64

#endif
