/* SPDX-License-Identifier: GPL-2.0-only */
/* Could goal events be had on this kernel? Looked at from outside: nothing is made or changed. */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/goal_offsets.h"
#include "collector/goal_probe.h"
#include "collector/trace_files.h"

/* Is the function there to be probed? Names are public in kallsyms, addresses are not. */
static bool has_function(const struct dt_roots *roots, const char *name)
{
	const size_t length = strlen(name);
	char *symbols;
	bool found = false;

	if (dt_trace_read(roots->proc, "kallsyms", &symbols, NULL))
		return true; /* not known: the probe will tell */
	for (const char *at = symbols; !found && (at = strstr(at, name)); at += length)
		found = at > symbols && at[-1] == ' ' && (at[length] == '\n' || !at[length]);
	free(symbols);
	return found;
}

/* The README lists the dynamic events that the kernel was built with. */
static bool has_probes(const struct dt_roots *roots)
{
	char *text;
	bool found;

	if (dt_trace_read(roots->tracefs, "README", &text, NULL))
		return false;
	found = strstr(text, "f[:[<group>/]") || dt_trace_exists(roots->tracefs, "kprobe_events");
	free(text);
	return found;
}

enum dt_goal_source dt_goals_possible(const struct dt_roots *roots, const char **why)
{
	struct dt_goal_offsets offsets;
	char path[PATH_MAX];

	*why = "";
	if (dt_trace_exists(roots->tracefs, "events/damon/" DT_GOAL_EVENT))
		return DT_GOALS_NATIVE;
	if (dt_trace_path(path, sizeof(path), roots->sysfs, "kernel/btf/vmlinux")) {
		*why = "the path of sysfs is too long";
		return DT_GOALS_NONE;
	}
	if (dt_goal_offsets_read(&offsets, path, why))
		return DT_GOALS_NONE;
	if (!has_function(roots, DT_GOAL_FUNCTION)) {
		*why = "this kernel's " DT_GOAL_FUNCTION "() is inlined and cannot be probed";
		return DT_GOALS_NONE;
	}
	if (!has_probes(roots)) {
		*why = "this kernel has no dynamic events on functions: CONFIG_FPROBE_EVENTS or "
		       "CONFIG_KPROBE_EVENTS";
		return DT_GOALS_NONE;
	}
	return DT_GOALS_PROBE;
}
