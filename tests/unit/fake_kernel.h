/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel's DAMON for tests: a directory tree like /sys/kernel/mm/damon, and the answers to what
 * is written there. Directories come and go with nr_*, state starts and ends kdamonds, values are
 * checked as the kernel checks them.
 *
 * It stands behind a table of file operations (struct dt_sysfs_files), as plain files can refuse
 * nothing. All it knows is in its files, so that processes one after the other see the same kernel.
 */
#ifndef TESTS_UNIT_FAKE_KERNEL_H
#define TESTS_UNIT_FAKE_KERNEL_H

#include <stdbool.h>

#include "damon-trace/damon_sysfs.h"

/* How the kernel takes hardware samples. */
enum fake_layout {
	FAKE_NO_SAMPLES,
	FAKE_PERF_EVENTS,   /* sample/perf_events/N */
	FAKE_PRIMITIVES,    /* sample/primitives/perf_events */
	FAKE_PROBE_FILTERS, /* probes/P/filters/F/perf_event_type */
	FAKE_PROBE_PREPS,   /* probes/P/preps/N */
};

struct fake_kernel {
	char sysfs[256]; /* stands for /sys */
	struct dt_sysfs_files files;

	unsigned version; /* 100 * major + minor: 703 */
	enum fake_layout layout;

	/* ---- what goes wrong ---- */
	unsigned busy;	       /* the next so many writes are EBUSY */
	const char *fail_path; /* a write to a path that ends so fails ... */
	int fail_errno;	       /* ... with this */
	unsigned fail_after;   /* ... after so many that do not */
	bool fail_once;	       /* ... and then no more */
	bool loses_nid;	       /* a commit leaves the goals on the node they had before */
	bool sampler_is_held;  /* another context has the hardware: "on" is EBUSY */
	unsigned dies_after;   /* the kdamonds die after so many writes more; 0: they live */
	const char *vanishing; /* a file that is gone once it was written */
	void (*on_write)(struct fake_kernel *kernel, const char *path); /* before each */

	/* ---- what was written: paths below kdamonds/, values without newline ---- */
	unsigned nr_writes;
	struct fake_write {
		char path[DT_DAMON_PATH], value[64];
		int ret;
	} writes[4096];
};

/* Make the tree, without kdamonds, below a directory that exists; faults are off. 0 or -errno. */
int fake_kernel_make(struct fake_kernel *kernel, const char *sysfs, unsigned version,
		     enum fake_layout layout);
/* The same kernel again, whose tree is there already. */
void fake_kernel_open(struct fake_kernel *kernel, const char *sysfs, unsigned version,
		      enum fake_layout layout);

/* Set up a kdamond as another program would: one context, off; or running with that pid. */
int fake_kernel_other(struct fake_kernel *kernel, int pid);

/* The node that the running scheme's goal looks at, which a commit may have lost; -1: none. */
int fake_kernel_live_nid(const struct fake_kernel *kernel, unsigned kdamond, unsigned scheme);
/* Its target, of the last commit; -1: none. */
long fake_kernel_live_target(const struct fake_kernel *kernel, unsigned kdamond, unsigned scheme);
/* The weight of one of its destinations, likewise. */
long fake_kernel_live_weight(const struct fake_kernel *kernel, unsigned kdamond, unsigned scheme,
			     unsigned destination);

#endif
