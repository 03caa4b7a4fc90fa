/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel's file systems are: parameters, so that tests put trees of their own there. */
#ifndef DAMON_TRACE_ROOTS_H
#define DAMON_TRACE_ROOTS_H

/* Paths without a slash at the end; they outlive whoever is given them. */
struct dt_roots {
	const char *tracefs; /* /sys/kernel/tracing */
	const char *sysfs;   /* /sys */
	const char *proc;    /* /proc */
};

#define DT_ROOTS_DEFAULT                               \
	{                                              \
		"/sys/kernel/tracing", "/sys", "/proc" \
	}

#endif
