/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pid of a kdamond that ran only between the recording's start and its end: DAMON's
 * configuration, read at both, has no pid then, and nobody could tell which events it belongs to.
 */
#include <string.h>

#include "damon-trace/witnesses.h"
#include "readers/host_json.h"

static bool is_module(const struct dt_host_kdamond *kdamond)
{
	return kdamond->source[0] < '0' || kdamond->source[0] > '9';
}

/*
 * The only kdamond below kdamonds/, when it monitors one context, and neither it nor a module of
 * DAMON's is on.
 */
static struct dt_host_kdamond *only_one(const struct dt_host_damon *damon)
{
	struct dt_host_kdamond *only = NULL;

	for (size_t i = 0; i < damon->nr_kdamonds; i++) {
		struct dt_host_kdamond *kdamond = &damon->kdamonds[i];

		if (kdamond->pid >= 0 || !strcmp(kdamond->state, "on"))
			return NULL;
		if (is_module(kdamond))
			continue;
		if (only)
			return NULL;
		only = kdamond;
	}
	return only && only->nr_contexts == 1 ? only : NULL;
}

static bool monitors_alike(const struct dt_host_monitor *a, const struct dt_host_monitor *b)
{
	return !strcmp(a->operations, b->operations) && a->sample_us == b->sample_us &&
	       a->aggr_us == b->aggr_us && a->addr_unit == b->addr_unit &&
	       a->nr_probes == b->nr_probes && !memcmp(a->weights, b->weights, sizeof(a->weights));
}

bool dt_host_lacks_kdamond(const struct dt_host_context *host)
{
	const struct dt_host_kdamond *start = only_one(&host->at_start);
	const struct dt_host_kdamond *end = only_one(&host->at_end);

	/* a recorder that was killed saw no end */
	if (!start || (host->at_end.nr_kdamonds && !end))
		return false;
	return !end || monitors_alike(start->contexts, end->contexts);
}

void dt_host_name_kdamond(struct dt_host_context *host, const struct dt_witnesses *witnesses)
{
	if (!dt_host_lacks_kdamond(host) || !witnesses || witnesses->nr_kdamonds != 1)
		return;
	only_one(&host->at_start)->pid = witnesses->kdamonds->pid;
	if (host->at_end.nr_kdamonds)
		only_one(&host->at_end)->pid = witnesses->kdamonds->pid;
}
