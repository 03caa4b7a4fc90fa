/* SPDX-License-Identifier: GPL-2.0-only */
/* See sample_scope.h. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/resource.h>

#include "collector/pmu.h"
#include "collector/sample_scope.h"

/* More than any kernel is built for. */
#define CPU_MAX (1 << 16)

/* Descriptors that others of the process need: files, rings of the trace, epoll. */
#define SPARE 128

static int add_cpu(struct dt_cpus *cpus, size_t *room, int cpu)
{
	if (cpus->nr == *room) {
		const size_t more = *room ? *room * 2 : 64;
		int *list = realloc(cpus->list, more * sizeof(*list));

		if (!list)
			return -ENOMEM;
		cpus->list = list;
		*room = more;
	}
	cpus->list[cpus->nr++] = cpu;
	return 0;
}

/* A number of a CPU at *at, which moves behind it. */
static int take_cpu(const char **at, int *cpu)
{
	char *end;
	long value;

	if (**at < '0' || **at > '9')
		return -EINVAL;
	value = strtol(*at, &end, 10);
	if (value >= CPU_MAX)
		return -EINVAL;
	*at = end;
	*cpu = (int)value;
	return 0;
}

int dt_cpus_parse(struct dt_cpus *cpus, const char *text)
{
	const char *at = text;
	size_t room = 0;
	int ret = 0;

	*cpus = (struct dt_cpus){0};
	while (!ret && *at && *at != '\n') {
		int first = 0, last;

		ret = take_cpu(&at, &first);
		last = first;
		if (!ret && *at == '-') {
			at++;
			ret = take_cpu(&at, &last);
		}
		if (!ret && (last < first || (cpus->nr && cpus->list[cpus->nr - 1] >= first)))
			ret = -EINVAL;
		for (int cpu = first; !ret && cpu <= last; cpu++)
			ret = add_cpu(cpus, &room, cpu);
		if (!ret && *at == ',')
			at++;
		else if (!ret && *at && *at != '\n')
			ret = -EINVAL;
	}
	if (ret)
		dt_cpus_free(cpus);
	return ret;
}

int dt_cpus_online(struct dt_cpus *cpus, const struct dt_roots *roots, struct dt_error *error)
{
	char text[4096];
	int ret;

	ret = dt_pmu_read(text, sizeof(text), "%s/devices/system/cpu/online", roots->sysfs);
	if (!ret)
		ret = dt_cpus_parse(cpus, text);
	if (!ret && !cpus->nr) {
		dt_cpus_free(cpus);
		ret = -EINVAL;
	}
	if (ret)
		return dt_fail(error, -ret, "is sysfs mounted?",
			       "cannot learn which CPUs are online from "
			       "%s/devices/system/cpu/online: %s",
			       roots->sysfs, strerror(-ret));
	return 0;
}

bool dt_cpus_have(const struct dt_cpus *cpus, int cpu)
{
	for (size_t i = 0; i < cpus->nr; i++)
		if (cpus->list[i] == cpu)
			return true;
	return false;
}

void dt_cpus_free(struct dt_cpus *cpus)
{
	free(cpus->list);
	*cpus = (struct dt_cpus){0};
}

int dt_pids_add(struct dt_pids *pids, pid_t pid)
{
	if (pids->nr == pids->room) {
		const size_t more = pids->room ? pids->room * 2 : 64;
		pid_t *list = realloc(pids->list, more * sizeof(*list));

		if (!list)
			return -ENOMEM;
		pids->list = list;
		pids->room = more;
	}
	pids->list[pids->nr++] = pid;
	return 0;
}

void dt_pids_free(struct dt_pids *pids)
{
	free(pids->list);
	*pids = (struct dt_pids){0};
}

int dt_pids_threads(struct dt_pids *pids, const struct dt_roots *roots, pid_t pid)
{
	const size_t before = pids->nr;
	struct dirent *entry;
	char path[512];
	int ret = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/%d/task", roots->proc, (int)pid);
	dir = opendir(path);
	while (dir && !ret && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			ret = dt_pids_add(pids, (pid_t)strtol(entry->d_name, NULL, 10));
	if (dir)
		(void)closedir(dir);
	if (!ret && pids->nr == before)
		ret = -ESRCH;
	return ret;
}

/* Children that a thread has made, to a list of processes. Kernels without the file: none. */
static int add_children(struct dt_pids *processes, const struct dt_roots *roots, pid_t pid,
			pid_t thread)
{
	char path[512], *line = NULL, *at, *end;
	size_t room = 0;
	FILE *file;
	int ret = 0;

	(void)snprintf(path, sizeof(path), "%s/%d/task/%d/children", roots->proc, (int)pid,
		       (int)thread);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (getline(&line, &room, file) > 0)
		for (at = line; !ret; at = end) {
			const long child = strtol(at, &end, 10);

			if (end == at)
				break;
			ret = dt_pids_add(processes, (pid_t)child);
		}
	free(line);
	(void)fclose(file);
	return ret;
}

int dt_pids_of(struct dt_pids *pids, const struct dt_roots *roots, pid_t pid,
	       struct dt_error *error)
{
	struct dt_pids processes = {0};
	int ret = dt_pids_add(&processes, pid);

	*pids = (struct dt_pids){0};
	for (size_t i = 0; !ret && i < processes.nr; i++) {
		const size_t first = pids->nr;

		ret = dt_pids_threads(pids, roots, processes.list[i]);
		/* a child may end while we look */
		if (ret == -ESRCH && i > 0)
			ret = 0;
		for (size_t t = first; !ret && t < pids->nr; t++)
			ret = add_children(&processes, roots, processes.list[i], pids->list[t]);
	}
	dt_pids_free(&processes);
	if (!ret)
		return 0;
	dt_pids_free(pids);
	return dt_fail(error, -ret, ret == -ESRCH ? "'ps -e' lists the processes" : NULL,
		       "cannot sample process %d: %s", (int)pid,
		       ret == -ESRCH ? "there is none" : strerror(-ret));
}

int64_t dt_sysctl(const struct dt_roots *roots, const char *name, int64_t absent)
{
	char text[64], *end;
	int64_t value;

	if (dt_pmu_read(text, sizeof(text), "%s/sys/kernel/%s", roots->proc, name))
		return absent;
	value = strtoll(text, &end, 10);
	return end == text || *end ? absent : value;
}

/* What the levels forbid those without CAP_PERFMON; Documentation/admin-guide/sysctl/kernel.rst */
static const char *paranoid_meaning(int64_t level)
{
	if (level <= -1)
		return "everything is allowed, so something else forbids it (seccomp, a container, "
		       "an LSM)";
	if (level == 0)
		return "raw tracepoints are not allowed";
	if (level == 1)
		return "events of a whole CPU are not allowed";
	if (level == 2)
		return "events of a whole CPU and of the kernel are not allowed";
	return "no events are allowed";
}

char *dt_perf_permission(const struct dt_roots *roots, char *text, size_t size)
{
	const int64_t level = dt_sysctl(roots, "perf_event_paranoid", INT64_MIN);

	if (level == INT64_MIN)
		(void)snprintf(text, size,
			       "kernel.perf_event_paranoid cannot be read: is the kernel built "
			       "without perf events?");
	else
		(void)snprintf(
			text, size,
			"kernel.perf_event_paranoid is %" PRId64
			": without CAP_PERFMON %s; run as root, give the program CAP_PERFMON "
			"(setcap cap_perfmon+ep), or sysctl kernel.perf_event_paranoid=-1",
			level, paranoid_meaning(level));
	return text;
}

/* Descriptors that are open. */
static uint64_t descriptors_open(const struct dt_roots *roots)
{
	struct dirent *entry;
	char path[512];
	uint64_t nr = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/self/fd", roots->proc);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	if (dir)
		(void)closedir(dir);
	return nr;
}

int dt_descriptors_reserve(const struct dt_roots *roots, uint64_t wanted, struct dt_error *error)
{
	const uint64_t needed = descriptors_open(roots) + wanted + SPARE;
	struct rlimit limit, raised;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed)
		return 0;
	raised = limit;
	raised.rlim_cur = needed;
	if (raised.rlim_max < needed)
		raised.rlim_max = needed;
	if (!setrlimit(RLIMIT_NOFILE, &raised))
		return 0;
	raised = limit;
	raised.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &raised);
	if (limit.rlim_max >= needed)
		return 0;
	return dt_fail(error, EMFILE,
		       "raise the limit (ulimit -Hn, LimitNOFILE= of a service), run as root, or "
		       "sample fewer threads",
		       "%" PRIu64
		       " descriptors are needed, one for each event, CPU and thread; the "
		       "limit is %" PRIu64,
		       needed, (uint64_t)limit.rlim_max);
}
