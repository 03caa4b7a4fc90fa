/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Setting DAMON up: all or nothing. The order: look who runs, check the configuration, note what is
 * there, stop what may be stopped, write, start, note what was started. From the first write on
 * every failure goes back to what was there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/setup_impl.h"

#define PROBES "0/contexts/0/monitoring_attrs/probes"

/* How the configuration becomes a plan on this kernel, as far as it is known. */
static int make_plan(struct dt_setup *setup, const struct dt_damon_node *tree,
		     const enum dt_sampling *probed, struct dt_damon_plan *plan,
		     struct dt_error *error)
{
	struct dt_damon_features features;
	struct dt_damon_node wanted = {0};
	int ret;

	setup->notes = (struct dt_warnings){0};
	dt_damon_features_find(&features, tree, setup->machine->release);
	if (probed && features.sampling == DT_SAMPLING_ACCESSED_BIT)
		features.sampling = *probed;
	if (setup->sampling_given) {
		features.sampling = setup->sampling;
		features.sampling_chosen = true;
	}
	ret = dt_config_tree(setup->config, setup->machine, &features, setup->pid, &wanted,
			     &setup->notes, error);
	if (!ret)
		ret = dt_damon_plan_make(plan, &wanted, NULL, error);
	dt_damon_node_clear(&wanted);
	return ret;
}

/* How many kdamonds the plan makes: its first write says so. */
static unsigned nr_planned(const struct dt_damon_plan *plan)
{
	return plan->nr && !strcmp(plan->writes[0].path, "nr_kdamonds")
		       ? (unsigned)strtoul(plan->writes[0].value, NULL, 10)
		       : 0;
}

int dt_setup_plan(struct dt_setup *setup, struct dt_damon_plan *plan, struct dt_error *error)
{
	struct dt_damon_node tree = {0};
	char path[DT_DAMON_PATH];
	unsigned nr;
	int ret = dt_damon_sysfs_read(setup->sysfs, &tree, error);

	if (!ret)
		ret = make_plan(setup, &tree, NULL, plan, error);
	dt_damon_node_clear(&tree);
	nr = ret ? 0 : nr_planned(plan);
	for (unsigned i = 0; i < nr && !ret; i++) {
		(void)snprintf(path, sizeof(path), "%u/state", i);
		ret = dt_damon_plan_add(plan, path, "on");
		if (ret)
			ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	return ret;
}

/* ---- who runs ---- */

static int refuse(const struct dt_state_kdamond *kdamond, struct dt_error *error)
{
	return dt_fail(error, EBUSY,
		       "stop it with the program that started it, or replace it with --take-over",
		       "kdamond %u (pid %" PRId32 ") runs, and damon-trace did not start it",
		       kdamond->index, kdamond->pid);
}

static int check_running(const struct dt_setup *setup, const struct dt_state *state,
			 const struct dt_state_kdamond *kdamonds, size_t nr, struct dt_error *error)
{
	for (size_t i = 0; i < nr; i++)
		if (kdamonds[i].pid && !setup->take_over &&
		    !dt_state_owns(state, setup->machine, kdamonds[i].index, kdamonds[i].pid))
			return refuse(&kdamonds[i], error);
	return 0;
}

/* What a later stop or restore goes back to: when setup replaces its own, what was before that. */
static int note_before(const struct dt_damon_node *tree, const struct dt_state *old,
		       struct dt_state *state, struct dt_state_kdamond *kdamonds, size_t nr,
		       struct dt_error *error)
{
	int ret = 0;

	if (!old->boot_id[0]) {
		state->before = kdamonds;
		state->nr_before = nr;
		return dt_damon_plan_make(&state->before_writes, tree, NULL, error);
	}
	free(kdamonds);
	state->before = calloc(old->nr_before + 1, sizeof(*state->before));
	if (!state->before)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	if (old->nr_before)
		memcpy(state->before, old->before, old->nr_before * sizeof(*state->before));
	state->nr_before = old->nr_before;
	for (size_t i = 0; i < old->before_writes.nr && !ret; i++)
		ret = dt_damon_plan_add(&state->before_writes, old->before_writes.writes[i].path,
					old->before_writes.writes[i].value);
	return ret ? dt_fail(error, ENOMEM, NULL, "out of memory") : 0;
}

/* ---- writing ---- */

struct run {
	struct dt_setup *setup;
	struct dt_state *state;
	/* to go back to: what stood there at the moment setup began */
	struct dt_damon_plan now;
	struct dt_state_kdamond *running;
	size_t nr_running;
};

/*
 * Which of the layouts has this kernel? Those of probes show only when there is a probe, so one is
 * made and removed.
 */
static int probe_sampling(struct dt_damon_sysfs *sysfs, enum dt_sampling *sampling,
			  struct dt_error *error)
{
	static const char *const files[] = {PROBES "/nr_probes", PROBES "/0/filters/nr_filters"};
	struct dt_damon_node tree = {0};
	int ret = 0;

	*sampling = DT_SAMPLING_ACCESSED_BIT;
	if (!dt_damon_sysfs_has(sysfs, files[0]))
		return 0;
	for (size_t i = 0; i < 2 && !ret && dt_damon_sysfs_has(sysfs, files[i]); i++)
		ret = dt_damon_sysfs_put(sysfs, files[i], "1", error);
	if (!ret)
		ret = dt_damon_sysfs_read(sysfs, &tree, error);
	if (!ret)
		*sampling = dt_sampling_seen(dt_damon_node_find(&tree, "0/contexts/0"));
	dt_damon_node_clear(&tree);
	return ret ? ret : dt_damon_sysfs_put(sysfs, files[0], "0", error);
}

/* Directories first, which show what the kernel has, then the rest as it fits there. */
static int write_config(const struct run *run, struct dt_damon_plan *plan, struct dt_error *error)
{
	struct dt_damon_sysfs *sysfs = run->setup->sysfs;
	struct dt_damon_node tree = {0};
	enum dt_sampling probed;
	int ret;

	ret = dt_damon_plan_run(sysfs, plan, 0, plan->nr_skeleton, NULL, error);
	if (!ret)
		ret = probe_sampling(sysfs, &probed, error);
	if (!ret)
		ret = dt_damon_sysfs_read(sysfs, &tree, error);
	if (!ret) {
		dt_damon_plan_clear(plan);
		ret = make_plan(run->setup, &tree, &probed, plan, error);
	}
	dt_damon_node_clear(&tree);
	return ret ? ret : dt_damon_plan_run(sysfs, plan, plan->nr_skeleton, plan->nr, NULL, error);
}

/* Each is noted as soon as it runs. */
static int start_all(const struct run *run, struct dt_error *error)
{
	struct dt_state *state = run->state;
	const unsigned nr = nr_planned(&state->writes);
	int ret = 0;

	state->kdamonds = calloc(nr + 1, sizeof(*state->kdamonds));
	if (!state->kdamonds)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (unsigned i = 0; i < nr && !ret; i++) {
		struct dt_state_kdamond *kdamond = &state->kdamonds[i];

		kdamond->index = i;
		ret = dt_setup_on(run->setup, i, &kdamond->pid, error);
		if (ret)
			break;
		state->nr_kdamonds = i + 1;
		state->phase = i + 1 == nr ? DT_STATE_RUNNING : DT_STATE_BEGUN;
		ret = dt_state_write(state, run->setup->directory, error);
	}
	return ret;
}

/* What ran runs again, those of an earlier setup under their new pids. */
static int start_again(const struct run *run, struct dt_state *old, struct dt_error *error)
{
	int ret = 0;

	for (size_t i = 0; i < run->nr_running && !ret; i++) {
		const struct dt_state_kdamond *was = &run->running[i];
		int32_t pid;

		if (!was->pid)
			continue;
		ret = dt_setup_on(run->setup, was->index, &pid, error);
		for (size_t k = 0; k < old->nr_kdamonds && !ret; k++)
			if (old->kdamonds[k].index == was->index &&
			    old->kdamonds[k].pid == was->pid)
				old->kdamonds[k].pid = pid;
	}
	return ret;
}

/* Everything as it was when setup began. */
static void go_back(const struct run *run, struct dt_state *old, struct dt_error *error)
{
	struct dt_damon_sysfs *sysfs = run->setup->sysfs;
	const volatile sig_atomic_t *stop = sysfs->stop;
	const unsigned nr = nr_planned(&run->state->writes);
	struct dt_error inner;
	int ret = 0;

	/* going back is not to be interrupted by what made us go back */
	sysfs->stop = NULL;
	for (unsigned i = 0; i < nr; i++)
		(void)dt_setup_off(sysfs, i, &inner);
	ret = dt_setup_put_back(sysfs, &run->now, &inner);
	if (!ret)
		ret = start_again(run, old, &inner);
	sysfs->stop = stop;
	if (ret)
		(void)snprintf(error->hint, sizeof(error->hint),
			       "and DAMON is not what it was before: %.400s", inner.message);
	else if (old->boot_id[0])
		(void)dt_state_write(old, run->setup->directory, &inner);
	else
		(void)dt_state_remove(run->setup->directory, &inner);
}

static int stop_running(const struct run *run, struct dt_error *error)
{
	int ret = 0;

	for (size_t i = 0; i < run->nr_running && !ret; i++)
		if (run->running[i].pid)
			ret = dt_setup_off(run->setup->sysfs, run->running[i].index, error);
	return ret;
}

static int do_it(struct run *run, struct dt_state *old, struct dt_error *error)
{
	int ret = dt_state_write(run->state, run->setup->directory, error);

	if (ret)
		return ret;
	ret = stop_running(run, error);
	if (!ret)
		ret = write_config(run, &run->state->writes, error);
	if (!ret)
		ret = start_all(run, error);
	if (ret)
		go_back(run, old, error);
	return ret;
}

static int prepare(struct run *run, const struct dt_state *old, struct dt_error *error)
{
	struct dt_setup *setup = run->setup;
	struct dt_damon_node tree = {0};
	struct dt_state_kdamond *copy = NULL;
	size_t nr;
	int ret = dt_damon_sysfs_read(setup->sysfs, &tree, error);

	if (!ret)
		ret = dt_setup_kdamonds(&tree, &run->running, &run->nr_running, error);
	if (!ret)
		ret = check_running(setup, old, run->running, run->nr_running, error);
	if (!ret)
		ret = make_plan(setup, &tree, NULL, &run->state->writes, error);
	if (!ret)
		ret = dt_damon_plan_make(&run->now, &tree, NULL, error);
	if (!ret)
		ret = dt_setup_kdamonds(&tree, &copy, &nr, error);
	if (!ret)
		ret = note_before(&tree, old, run->state, copy, nr, error);
	dt_damon_node_clear(&tree);
	return ret;
}

int dt_setup_run(struct dt_setup *setup, struct dt_state *state, struct dt_error *error)
{
	struct run run = {.setup = setup, .state = state};
	struct dt_state old = {.phase = DT_STATE_BEGUN};
	int lock, ret;

	*state = (struct dt_state){.phase = DT_STATE_BEGUN};
	(void)snprintf(state->boot_id, sizeof(state->boot_id), "%s",
		       setup->machine->boot_id ? setup->machine->boot_id : "");
	(void)snprintf(state->origin, sizeof(state->origin), "%s", setup->origin);
	ret = dt_state_lock(setup->directory, "lock", &lock, error);
	if (ret)
		return ret;
	ret = dt_setup_state(setup, &old, error);
	if (!ret)
		ret = prepare(&run, &old, error);
	if (!ret)
		ret = do_it(&run, &old, error);
	dt_state_clear(&old);
	dt_damon_plan_clear(&run.now);
	free(run.running);
	(void)close(lock);
	return ret;
}
