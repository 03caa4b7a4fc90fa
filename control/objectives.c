/* SPDX-License-Identifier: GPL-2.0-only */
/* The registry of objectives: adding one is a file and a line here. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/objectives.h"

const struct dt_objective_kind *const dt_objectives[] = {
	&dt_objective_mbm_total, &dt_objective_mbm_local,
	&dt_objective_latency,	 &dt_objective_far_share,
	&dt_objective_psi,	 &dt_objective_ipc,
	&dt_objective_exec,	 NULL,
};

static int unknown(const char *text, struct dt_error *error)
{
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; dt_objectives[i] && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
					 dt_objectives[i]->name);
	return dt_fail(error, EINVAL, names, "there is no objective \"%.80s\"", text);
}

int dt_objective_open(struct dt_objective **objective, const char *text,
		      const struct dt_objective_setup *setup, struct dt_error *error)
{
	const size_t length = strcspn(text, ":");
	const char *argument = text[length] ? text + length + 1 : NULL;

	for (size_t i = 0; dt_objectives[i]; i++) {
		const struct dt_objective_kind *kind = dt_objectives[i];

		if (strlen(kind->name) != length || strncmp(kind->name, text, length) != 0)
			continue;
		if (argument && !*argument)
			argument = NULL;
		if (argument && !kind->argument)
			return dt_fail(error, EINVAL, NULL, "the objective %s takes no argument",
				       kind->name);
		if (!argument && kind->needs_argument)
			return dt_fail(error, EINVAL, NULL, "the objective %s needs one: %s:%s",
				       kind->name, kind->name, kind->argument);
		return kind->open(objective, argument, setup, error);
	}
	return unknown(text, error);
}

void dt_objective_close(struct dt_objective *objective)
{
	if (objective)
		objective->ops->close(objective);
}

int dt_objective_pid(const char *text, int *pid, struct dt_error *error)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < 1 || number > INT_MAX)
		return dt_fail(error, EINVAL, NULL, "\"%.40s\" is not the pid of a process", text);
	*pid = (int)number;
	return 0;
}
