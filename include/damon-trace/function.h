/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's functions whose calls say what monitoring costs. Few and large ones: what a kernel does
 * for every page is not among them, as tracing it would cost more than it does.
 *
 * Kernels inline what they like: which of them can be traced differs from build to build.
 */
#ifndef DAMON_TRACE_FUNCTION_H
#define DAMON_TRACE_FUNCTION_H

#include <stddef.h>
#include <stdint.h>

/* What a function is for; mm/damon/core.c, kdamond_fn(). */
enum dt_phase {
	DT_PHASE_PREPARE, /* clear the accessed bit of a page of each region, every sampling tick */
	DT_PHASE_CHECK,	  /* look whether it was set again */
	DT_PHASE_AGGREGATE, /* merge, split and reset the regions, every aggregation */
	DT_PHASE_APPLY,	    /* schemes: their quotas, and their actions on regions */
	DT_PHASE_UPDATE,    /* follow the target's mappings, tune the intervals */
	DT_PHASE_REQUEST,   /* requests of user space and of modules */
	DT_NR_PHASES,
};

struct dt_function {
	const char *name;
	enum dt_phase phase;
};

#define DT_NO_FUNCTION UINT16_MAX

/* DT_NR_FUNCTIONS of them, sorted by phase. */
#define DT_NR_FUNCTIONS 20
extern const struct dt_function dt_functions[DT_NR_FUNCTIONS];

/*
 * The index of a function, or DT_NO_FUNCTION. length: bytes of name. What compilers append to the
 * name (".isra.0", ".constprop.0") does not count, ".cold" is another function.
 */
uint16_t dt_function_find(const char *name, size_t length);

/* "check": as in JSON; and "checks for accesses", for people. */
const char *dt_phase_name(enum dt_phase phase);
const char *dt_phase_words(enum dt_phase phase);

#endif
