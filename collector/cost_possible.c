/* SPDX-License-Identifier: GPL-2.0-only */
/* Could calls of DAMON's functions be traced here? Looked at from outside: nothing is changed. */
#include <stdlib.h>
#include <string.h>

#include "collector/cost_functions.h"
#include "collector/trace_files.h"

static bool says(const char *directory, const char *file, const char *word)
{
	char *text;
	bool found;

	if (dt_trace_read(directory, file, &text, NULL))
		return false;
	found = strstr(text, word);
	free(text);
	return found;
}

/* The top tracers are those of instances too, since Linux 6.11: set_graph() finds out. */
enum dt_cost_source dt_cost_possible(const struct dt_roots *roots, const char **why)
{
	struct dt_cost_function functions[2 * DT_NR_FUNCTIONS];
	const size_t most = sizeof(functions) / sizeof(functions[0]);

	*why = "this kernel tells none of DAMON's functions that could be traced";
	if (!dt_cost_functions_find(functions, most, roots))
		return DT_COST_NONE;
	*why = "";
	if (says(roots->tracefs, "available_tracers", "function_graph") &&
	    !says(roots->proc, "sys/kernel/ftrace_enabled", "0"))
		return DT_COST_GRAPH;
	if (says(roots->tracefs, "README", "f[:[<group>/]"))
		return DT_COST_FPROBE;
	if (dt_trace_exists(roots->tracefs, "kprobe_events"))
		return DT_COST_KPROBE;
	*why = "this kernel has neither the function_graph tracer nor dynamic events on functions";
	return DT_COST_NONE;
}
