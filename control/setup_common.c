/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting and stopping kdamonds, and telling why one does not start. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/setup_impl.h"

int dt_setup_kdamonds(const struct dt_damon_node *tree, struct dt_state_kdamond **kdamonds,
		      size_t *nr, struct dt_error *error)
{
	*nr = 0;
	*kdamonds = calloc(tree->nr + 1, sizeof(**kdamonds));
	if (!*kdamonds)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < tree->nr; i++) {
		const struct dt_damon_node *node = &tree->children[i];
		const char *state = dt_damon_node_text(node, "state");
		int64_t pid = 0;

		if (node->file || !state)
			continue;
		if (strcmp(state, "on") != 0 || !dt_damon_node_number(node, &pid, "pid") || pid < 0)
			pid = 0;
		(*kdamonds)[(*nr)++] = (struct dt_state_kdamond){
			(unsigned)strtoul(node->name, NULL, 10), (int32_t)pid};
	}
	return 0;
}

int dt_setup_off(struct dt_damon_sysfs *sysfs, unsigned kdamond, struct dt_error *error)
{
	struct dt_error ignored;
	int32_t pid;
	int ret = dt_damon_sysfs_running(sysfs, kdamond, &pid, error);

	if (ret || !pid)
		return ret;
	ret = dt_damon_sysfs_command(sysfs, kdamond, "off", error);
	/* one that ended by itself meanwhile does not take it */
	if (ret && !dt_damon_sysfs_running(sysfs, kdamond, &pid, &ignored) && !pid)
		return 0;
	return ret;
}

/* ---- why a kdamond does not start ---- */

/* Another running kdamond that takes hardware samples; -1: none is seen. */
static int sampler_owner(const struct dt_damon_node *tree, unsigned kdamond)
{
	for (size_t i = 0; i < tree->nr; i++) {
		const struct dt_damon_node *node = &tree->children[i];
		const char *state = dt_damon_node_text(node, "state");

		if (!node->file && state && !strcmp(state, "on") &&
		    strtoul(node->name, NULL, 10) != kdamond &&
		    dt_sampling_is_used(dt_damon_node_find(node, "contexts/0")))
			return (int)strtoul(node->name, NULL, 10);
	}
	return -1;
}

/* A module of DAMON's that runs a kdamond of its own; NULL: none. */
static const char *busy_module(const struct dt_setup *setup)
{
	static const char *const modules[] = {"damon_stat", "damon_reclaim", "damon_lru_sort"};

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		struct dt_damon_node node = {0};
		size_t budget = 64;
		char path[512];
		const char *enabled;
		bool on;

		(void)snprintf(path, sizeof(path), "%s/module/%s/parameters", setup->sys,
			       modules[i]);
		(void)dt_damon_node_read(&node, path, &budget);
		enabled = dt_damon_node_text(&node, "enabled");
		on = enabled && (*enabled == 'Y' || *enabled == '1');
		dt_damon_node_clear(&node);
		if (on)
			return modules[i];
	}
	return NULL;
}

static int explain_busy(const struct dt_setup *setup, unsigned kdamond, bool samples, int owner,
			struct dt_error *error)
{
	const char *module = busy_module(setup);
	char hint[256];

	if (samples && owner >= 0)
		return dt_fail(error, EBUSY,
			       "stop that one first, or take the accessed bit: --sampling "
			       "accessed-bit",
			       "cannot start kdamond %u: kdamond %d has the hardware sampler, and "
			       "the kernel gives it to one context only",
			       kdamond, owner);
	if (module) {
		(void)snprintf(hint, sizeof(hint),
			       "as root: echo N > %s/module/%s/parameters/enabled", setup->sys,
			       module);
		return dt_fail(error, EBUSY, hint,
			       "cannot start kdamond %u: the kernel's %s holds DAMON", kdamond,
			       module);
	}
	if (samples)
		return dt_fail(
			error, EBUSY,
			"end what else samples with it (damon-trace record, perf), or take the "
			"accessed bit: --sampling accessed-bit",
			"cannot start kdamond %u: another context has the hardware sampler, "
			"and the kernel gives it to one only",
			kdamond);
	return dt_fail(error, EBUSY, "damon-trace status tells what runs",
		       "cannot start kdamond %u: DAMON stays busy", kdamond);
}

static int explain(const struct dt_setup *setup, unsigned kdamond, int code,
		   const struct dt_error *told, struct dt_error *error)
{
	struct dt_damon_node tree = {0};
	bool samples = false;
	int owner = -1;

	if (code == EBUSY && !dt_damon_sysfs_read(setup->sysfs, &tree, error)) {
		char path[64];

		(void)snprintf(path, sizeof(path), "%u/contexts/0", kdamond);
		samples = dt_sampling_is_used(dt_damon_node_find(&tree, path));
		owner = sampler_owner(&tree, kdamond);
	}
	dt_damon_node_clear(&tree);
	if (code == EBUSY)
		return explain_busy(setup, kdamond, samples, owner, error);
	if (code == EINVAL)
		return dt_fail(
			error, EINVAL,
			"look for overlapping address ranges, nr_regions/min below 3, an "
			"aggregation shorter than a sampling interval, a process that is gone, "
			"a goal of 0, perf events that the unit refuses",
			"cannot start kdamond %u: the kernel refuses the configuration", kdamond);
	*error = *told;
	return -code;
}

int dt_setup_on(const struct dt_setup *setup, unsigned kdamond, int32_t *pid,
		struct dt_error *error)
{
	struct dt_error told;
	int ret = dt_damon_sysfs_command(setup->sysfs, kdamond, "on", &told);

	*pid = 0;
	if (ret)
		return explain(setup, kdamond, -ret, &told, error);
	ret = dt_damon_sysfs_running(setup->sysfs, kdamond, pid, error);
	if (!ret && !*pid)
		ret = dt_fail(error, ESRCH, "does its target still run?",
			      "kdamond %u was started and has ended at once", kdamond);
	return ret;
}

int dt_setup_state(const struct dt_setup *setup, struct dt_state *state, struct dt_error *error)
{
	const int ret = dt_state_read(state, setup->directory, error);

	if (ret && ret != -ENOENT)
		return ret;
	if (!ret && strcmp(state->boot_id, setup->machine->boot_id ? setup->machine->boot_id : ""))
		dt_state_clear(state);
	return 0;
}

int dt_setup_put_back(struct dt_damon_sysfs *sysfs, const struct dt_damon_plan *before,
		      struct dt_error *error)
{
	if (!before->nr)
		return dt_damon_sysfs_put(sysfs, "nr_kdamonds", "0", error);
	return dt_damon_plan_run(sysfs, before, 0, before->nr, NULL, error);
}
