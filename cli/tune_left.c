/* SPDX-License-Identifier: GPL-2.0-only */
/* The trace instance of a tuner that was killed: for restore, and for the next tuner. */
#include <stdio.h>

#include "cli/tune.h"
#include "collector/tracer.h"

void dt_tune_remove_left(const struct dt_roots *roots, const struct dt_tune_record *record,
			 struct dt_warnings *notes)
{
	struct dt_leftovers leftovers = {0};
	struct dt_error error = {{0}, {0}};
	int ret;

	if (!record->instance[0])
		return;
	ret = dt_leftovers_find(roots, &leftovers, &error);
	if (!ret)
		dt_leftovers_keep(&leftovers, record->pid);
	if (!ret && leftovers.nr)
		ret = dt_leftovers_remove(roots, &leftovers, &error);
	for (size_t i = 0; i < leftovers.nr && !ret; i++)
		dt_warn(notes, UINT64_MAX, "removed %s, which the killed tuner left",
			leftovers.names[i]);
	if (ret)
		dt_warn(notes, UINT64_MAX, "%s; damon-trace doctor --clean tries again",
			error.message);
	dt_leftovers_free(&leftovers);
}
