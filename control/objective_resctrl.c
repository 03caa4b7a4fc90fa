/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory bandwidth as an objective, from resctrl's monitoring (Documentation/arch/x86/resctrl.rst):
 * of the whole machine, or of a process, whose threads get a monitoring group.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "collector/sample_scope.h"
#include "collector/trace_files.h"
#include "control/objectives.h"
#include "control/series.h"

/* Threads that come while the group is filled: their makers' group is theirs once they are in. */
#define ROUNDS 4

struct mbm {
	struct dt_objective objective;
	struct dt_series series;
	const char *file; /* "mbm_total_bytes" */
	char group[PATH_MAX];
	bool made;
};

/* ---- reading ---- */

/* "Unavailable" and "Error" are no numbers: then the sum is not known this time. */
static bool add_file(const char *directory, const char *file, double *sum)
{
	char text[64], *end;
	double bytes;

	if (dt_trace_read_into(directory, file, text, sizeof(text)))
		return false;
	bytes = strtod(text, &end);
	if (end == text)
		return false;
	*sum += bytes;
	return true;
}

/* Over all L3 domains. 0; -EAGAIN: not this time; -ENOENT: there are no such files. */
static int read_sum(const struct mbm *mbm, double *sum)
{
	char path[PATH_MAX + 300];
	struct dirent *entry;
	bool known = true, any = false;
	DIR *stream;

	*sum = 0;
	(void)snprintf(path, sizeof(path), "%s/mon_data", mbm->group);
	stream = opendir(path);
	if (!stream)
		return -errno;
	while ((entry = readdir(stream))) {
		if (strncmp(entry->d_name, "mon_L3_", 7) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/mon_data/%s", mbm->group, entry->d_name);
		if (!dt_trace_exists(path, mbm->file))
			continue;
		any = true;
		known &= add_file(path, mbm->file, sum);
	}
	(void)closedir(stream);
	return !any ? -ENOENT : known ? 0 : -EAGAIN;
}

static int explain(const struct mbm *mbm, int ret, struct dt_error *error)
{
	return dt_fail(error, -ret,
		       ret == -ENOENT ? "it takes a processor and a kernel that monitor bandwidth "
					"(grep mbm /proc/cpuinfo)"
				      : NULL,
		       "%s/mon_data tells no %s: %s", mbm->group, mbm->file, strerror(-ret));
}

static int collect(struct dt_objective *objective, uint64_t now_ns, struct dt_error *error)
{
	struct mbm *mbm = (struct mbm *)objective;
	double sum;
	const int ret = read_sum(mbm, &sum);

	if (ret == -EAGAIN)
		return 0;
	if (ret)
		return explain(mbm, ret, error);
	if (dt_series_add(&mbm->series, now_ns, sum, 0))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return 0;
}

static int mean(struct dt_objective *objective, uint64_t from, uint64_t to, double *value,
		struct dt_error *error)
{
	const struct mbm *mbm = (const struct mbm *)objective;
	double rates[2];

	(void)error;
	*value = dt_series_rates(&mbm->series, from, to, rates) ? rates[0] : NAN;
	return 0;
}

/* ---- the group ---- */

static int add_threads(const struct mbm *mbm, const struct dt_roots *roots, int pid, size_t *nr,
		       struct dt_error *error)
{
	struct dt_pids pids = {.nr = 0};
	char number[32];
	int ret = dt_pids_of(&pids, roots, pid, error);

	*nr = pids.nr;
	for (size_t i = 0; i < pids.nr && !ret; i++) {
		(void)snprintf(number, sizeof(number), "%d\n", (int)pids.list[i]);
		ret = dt_trace_write(mbm->group, "tasks", number, true);
		/* a thread that has ended meanwhile is no matter */
		if (ret == -ESRCH)
			ret = 0;
		else if (ret)
			(void)dt_fail(error, -ret, NULL, "cannot put thread %d into %s: %s",
				      (int)pids.list[i], mbm->group, strerror(-ret));
	}
	dt_pids_free(&pids);
	return ret;
}

static int make_group(struct mbm *mbm, const char *root, const struct dt_roots *roots, int pid,
		      struct dt_error *error)
{
	size_t before = 0, nr = 0;
	int ret = 0;

	if (snprintf(mbm->group, sizeof(mbm->group), "%s/mon_groups/damon-trace-%d", root,
		     (int)getpid()) >= (int)sizeof(mbm->group))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long", root);
	if (mkdir(mbm->group, 0755) && errno != EEXIST)
		return dt_fail(error, errno,
			       errno == ENOSPC ? "all of the processor's monitoring groups are in "
						 "use: remove one"
					       : "run it as root",
			       "cannot make %s: %s", mbm->group, strerror(errno));
	mbm->made = true;
	for (int i = 0; i < ROUNDS && !ret && (!i || nr != before); i++) {
		before = nr;
		ret = add_threads(mbm, roots, pid, &nr, error);
	}
	return ret;
}

static void close_mbm(struct dt_objective *objective)
{
	struct mbm *mbm = (struct mbm *)objective;

	if (mbm->made)
		(void)rmdir(mbm->group);
	dt_series_free(&mbm->series);
	free(mbm);
}

static const struct dt_objective_ops mbm_ops = {
	.collect = collect,
	.mean = mean,
	.close = close_mbm,
};

static int set_up(struct mbm *mbm, const char *argument, const struct dt_objective_setup *setup,
		  struct dt_error *error)
{
	char root[PATH_MAX];
	double sum;
	int pid, ret;

	if (setup->resctrl)
		(void)snprintf(root, sizeof(root), "%s", setup->resctrl);
	else
		(void)snprintf(root, sizeof(root), "%s/fs/resctrl", setup->roots->sysfs);
	if (!dt_trace_exists(root, "mon_data"))
		return dt_fail(error, ENODEV,
			       "mount -t resctrl resctrl /sys/fs/resctrl (as root); it takes a "
			       "processor that monitors bandwidth (grep mbm /proc/cpuinfo)",
			       "resctrl is not mounted at %s, or monitors nothing", root);
	(void)snprintf(mbm->group, sizeof(mbm->group), "%s", root);
	if (argument) {
		ret = dt_objective_pid(argument, &pid, error);
		if (!ret)
			ret = make_group(mbm, root, setup->roots, pid, error);
		if (ret)
			return ret;
	}
	ret = read_sum(mbm, &sum);
	return ret && ret != -EAGAIN ? explain(mbm, ret, error) : 0;
}

static int open_mbm(struct dt_objective **objective, const char *argument, const char *file,
		    const struct dt_objective_setup *setup, struct dt_error *error)
{
	struct mbm *mbm = calloc(1, sizeof(*mbm));
	int ret;

	if (!mbm)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	mbm->objective.ops = &mbm_ops;
	mbm->file = file;
	ret = set_up(mbm, argument, setup, error);
	if (ret)
		close_mbm(&mbm->objective);
	else
		*objective = &mbm->objective;
	return ret;
}

static int open_total(struct dt_objective **objective, const char *argument,
		      const struct dt_objective_setup *setup, struct dt_error *error)
{
	return open_mbm(objective, argument, "mbm_total_bytes", setup, error);
}

static int open_local(struct dt_objective **objective, const char *argument,
		      const struct dt_objective_setup *setup, struct dt_error *error)
{
	return open_mbm(objective, argument, "mbm_local_bytes", setup, error);
}

const struct dt_objective_kind dt_objective_mbm_total = {
	.name = "mbm-total",
	.argument = "PID",
	.summary = "memory bandwidth by resctrl",
	.unit = "bytes/s",
	.open = open_total,
};

const struct dt_objective_kind dt_objective_mbm_local = {
	.name = "mbm-local",
	.argument = "PID",
	.summary = "the same, to the CPUs' own memory alone",
	.unit = "bytes/s",
	.open = open_local,
};
