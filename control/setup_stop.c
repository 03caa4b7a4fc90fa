/* SPDX-License-Identifier: GPL-2.0-only */
/* Stopping what setup started, and giving DAMON's tree back what it held before. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/setup_impl.h"

struct stop {
	struct dt_setup *setup;
	struct dt_state state;
	struct dt_state_kdamond *kdamonds; /* all that there are */
	size_t nr;
};

static bool is_ours(const struct stop *stop, const struct dt_state_kdamond *kdamond)
{
	return dt_state_owns(&stop->state, stop->setup->machine, kdamond->index, kdamond->pid);
}

/* Is it to be stopped? -EBUSY: it was named, and is not ours. */
static int wanted(const struct stop *stop, const struct dt_state_kdamond *kdamond,
		  const unsigned *named, size_t nr, bool *yes, struct dt_error *error)
{
	const bool ours = is_ours(stop, kdamond);

	*yes = !nr && ours;
	for (size_t i = 0; i < nr && !*yes; i++)
		*yes = named[i] == kdamond->index;
	if (!*yes || ours || stop->setup->take_over || !kdamond->pid)
		return 0;
	return dt_fail(error, EBUSY, "damon-trace stop --take-over does it all the same",
		       "kdamond %u (pid %" PRId32 ") was not started by damon-trace",
		       kdamond->index, kdamond->pid);
}

static int check_named(const struct stop *stop, const unsigned *named, size_t nr,
		       struct dt_error *error)
{
	for (size_t i = 0; i < nr; i++) {
		size_t k = 0;

		while (k < stop->nr && stop->kdamonds[k].index != named[i])
			k++;
		if (k == stop->nr)
			return dt_fail(error, ENOENT, "damon-trace status lists them",
				       "there is no kdamond %u", named[i]);
	}
	return 0;
}

/* When nothing runs any more: the earlier configuration. What ran before is not started again. */
static int put_back(struct stop *stop, struct dt_error *error)
{
	int ret;

	for (size_t i = 0; i < stop->nr; i++)
		if (stop->kdamonds[i].pid)
			return 0;
	if (!stop->state.boot_id[0])
		return 0;
	ret = dt_setup_put_back(stop->setup->sysfs, &stop->state.before_writes, error);
	if (ret)
		return ret;
	for (size_t i = 0; i < stop->state.nr_before; i++)
		if (stop->state.before[i].pid)
			dt_warn(&stop->setup->notes, UINT64_MAX,
				"kdamond %u ran before it was taken over; it has its configuration "
				"back, and is off",
				stop->state.before[i].index);
	return dt_state_remove(stop->setup->directory, error);
}

static int stop_them(struct stop *stop, const unsigned *named, size_t nr, size_t *stopped,
		     struct dt_error *error)
{
	bool yes;
	int ret = check_named(stop, named, nr, error);

	/* first all that is to be refused, so that nothing is half done */
	for (size_t i = 0; i < stop->nr && !ret; i++)
		ret = wanted(stop, &stop->kdamonds[i], named, nr, &yes, error);
	for (size_t i = 0; i < stop->nr && !ret; i++) {
		struct dt_state_kdamond *kdamond = &stop->kdamonds[i];

		ret = wanted(stop, kdamond, named, nr, &yes, error);
		if (ret || !yes || !kdamond->pid)
			continue;
		ret = dt_setup_off(stop->setup->sysfs, kdamond->index, error);
		if (ret)
			break;
		kdamond->pid = 0;
		++*stopped;
	}
	return ret ? ret : put_back(stop, error);
}

int dt_setup_stop(struct dt_setup *setup, const unsigned *kdamonds, size_t nr, size_t *stopped,
		  struct dt_error *error)
{
	struct stop stop = {.setup = setup};
	struct dt_damon_node tree = {0};
	int lock, ret;

	*stopped = 0;
	ret = dt_state_lock(setup->directory, "lock", &lock, error);
	if (ret)
		return ret;
	ret = dt_setup_state(setup, &stop.state, error);
	if (!ret)
		ret = dt_damon_sysfs_read(setup->sysfs, &tree, error);
	if (!ret)
		ret = dt_setup_kdamonds(&tree, &stop.kdamonds, &stop.nr, error);
	dt_damon_node_clear(&tree);
	if (!ret)
		ret = stop_them(&stop, kdamonds, nr, stopped, error);
	free(stop.kdamonds);
	dt_state_clear(&stop.state);
	(void)close(lock);
	return ret;
}
