/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of DAMON's functions this kernel lets be traced. */
#ifndef COLLECTOR_COST_FUNCTIONS_H
#define COLLECTOR_COST_FUNCTIONS_H

#include <stddef.h>

#include "collector/cost_tracer.h"

/*
 * Those of available_filter_functions, or of /proc/kallsyms where that cannot be read, with their
 * addresses where the kernel tells them. How many; the text of functions is sorted as theirs.
 */
size_t dt_cost_functions_find(struct dt_cost_function *functions, size_t most,
			      const struct dt_roots *roots);

#endif
