/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions per cycle as an objective, counted on all CPUs or for the threads of a process. */
#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

#include "collector/sample_scope.h"
#include "control/objectives.h"
#include "control/series.h"

enum { INSTRUCTIONS, CYCLES, NR_COUNTERS };

struct ipc {
	struct dt_objective objective;
	struct dt_series series;
	size_t nr;
	int (*fds)[NR_COUNTERS];
};

/* ---- the kernel's counters ---- */

static int open_counter(struct perf_event_attr *attr, int pid, int cpu, int group)
{
	const long fd = syscall(SYS_perf_event_open, attr, pid, cpu, group, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static int read_counter(int fd, double *count)
{
	uint64_t values[3]; /* count, enabled, running */

	if (read(fd, values, sizeof(values)) != (ssize_t)sizeof(values))
		return errno ? -errno : -EIO;
	/* counters that share a unit count a part of the time */
	*count = values[2] ? (double)values[0] * ((double)values[1] / (double)values[2]) : 0;
	return 0;
}

struct dt_perf_calls dt_perf_calls = {open_counter, read_counter};

/* ---- reading ---- */

static int collect(struct dt_objective *objective, uint64_t now_ns, struct dt_error *error)
{
	struct ipc *ipc = (struct ipc *)objective;
	double sums[NR_COUNTERS] = {0, 0};

	for (size_t i = 0; i < ipc->nr; i++)
		for (int k = 0; k < NR_COUNTERS; k++) {
			double count;
			const int ret = dt_perf_calls.read(ipc->fds[i][k], &count);

			if (ret)
				return dt_fail(error, -ret, NULL, "cannot read a perf counter: %s",
					       strerror(-ret));
			sums[k] += count;
		}
	if (dt_series_add(&ipc->series, now_ns, sums[INSTRUCTIONS], sums[CYCLES]))
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return 0;
}

static int mean(struct dt_objective *objective, uint64_t from, uint64_t to, double *value,
		struct dt_error *error)
{
	const struct ipc *ipc = (const struct ipc *)objective;
	double rates[NR_COUNTERS];

	(void)error;
	*value = dt_series_rates(&ipc->series, from, to, rates) && rates[CYCLES] > 0
			 ? rates[INSTRUCTIONS] / rates[CYCLES]
			 : NAN;
	return 0;
}

static void close_ipc(struct dt_objective *objective)
{
	struct ipc *ipc = (struct ipc *)objective;

	for (size_t i = 0; i < ipc->nr; i++)
		for (int k = 0; k < NR_COUNTERS; k++)
			if (ipc->fds[i][k] >= 0)
				(void)close(ipc->fds[i][k]);
	free(ipc->fds);
	dt_series_free(&ipc->series);
	free(ipc);
}

/* ---- opening ---- */

static int refused(int code, struct dt_error *error)
{
	const char *hint = NULL;

	if (code == EACCES || code == EPERM)
		hint = "run it as root, or lower /proc/sys/kernel/perf_event_paranoid";
	else if (code == ENOENT || code == ENODEV || code == EOPNOTSUPP)
		hint = "this machine has no such counters, as most virtual ones: take another "
		       "objective";
	else if (code == EMFILE)
		hint = "raise the limit of open files: ulimit -n";
	return dt_fail(error, code, hint, "cannot count instructions and cycles: %s",
		       strerror(code));
}

/* One group, so that both counters run at the same times. */
static int add_pair(struct ipc *ipc, int pid, int cpu)
{
	static const uint64_t configs[] = {PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CPU_CYCLES};
	int *pair = ipc->fds[ipc->nr++];

	pair[0] = pair[1] = -1;
	for (int k = 0; k < NR_COUNTERS; k++) {
		struct perf_event_attr attr = {
			.type = PERF_TYPE_HARDWARE,
			.size = sizeof(attr),
			.config = configs[k],
			.read_format =
				PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
			/* threads and children that come later */
			.inherit = pid >= 0,
		};

		pair[k] = dt_perf_calls.open(&attr, pid, cpu, k ? pair[0] : -1);
		if (pair[k] < 0)
			return pair[k];
	}
	return 0;
}

static int open_process(struct ipc *ipc, const struct dt_roots *roots, int pid,
			struct dt_error *error)
{
	struct dt_pids pids = {.nr = 0};
	int ret = dt_pids_of(&pids, roots, pid, error);
	bool any = false;

	if (!ret) {
		ipc->fds = calloc(pids.nr + 1, sizeof(*ipc->fds));
		if (!ipc->fds)
			ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	for (size_t i = 0; i < pids.nr && ipc->fds && !ret; i++) {
		ret = add_pair(ipc, (int)pids.list[i], -1);
		if (ret == -ESRCH) {
			ipc->nr--;
			ret = 0;
			continue;
		}
		any |= !ret;
		if (ret)
			(void)refused(-ret, error);
	}
	dt_pids_free(&pids);
	if (!ret && !any)
		ret = dt_fail(error, ESRCH, NULL, "process %d has ended", pid);
	return ret;
}

static int open_machine(struct ipc *ipc, const struct dt_roots *roots, struct dt_error *error)
{
	struct dt_cpus cpus = {.nr = 0};
	int ret = dt_cpus_online(&cpus, roots, error);

	if (!ret) {
		ipc->fds = calloc(cpus.nr + 1, sizeof(*ipc->fds));
		if (!ipc->fds)
			ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	for (size_t i = 0; i < cpus.nr && ipc->fds && !ret; i++) {
		ret = add_pair(ipc, -1, cpus.list[i]);
		if (ret)
			(void)refused(-ret, error);
	}
	dt_cpus_free(&cpus);
	return ret;
}

static const struct dt_objective_ops ipc_ops = {
	.collect = collect,
	.mean = mean,
	.close = close_ipc,
};

static int open_ipc(struct dt_objective **objective, const char *argument,
		    const struct dt_objective_setup *setup, struct dt_error *error)
{
	struct ipc *ipc = calloc(1, sizeof(*ipc));
	int pid = 0, ret = 0;

	if (!ipc)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	ipc->objective.ops = &ipc_ops;
	if (argument)
		ret = dt_objective_pid(argument, &pid, error);
	if (!ret)
		ret = argument ? open_process(ipc, setup->roots, pid, error)
			       : open_machine(ipc, setup->roots, error);
	if (ret)
		close_ipc(&ipc->objective);
	else
		*objective = &ipc->objective;
	return ret;
}

const struct dt_objective_kind dt_objective_ipc = {
	.name = "ipc",
	.argument = "PID",
	.summary = "instructions per cycle",
	.unit = "per cycle",
	.open = open_ipc,
};
