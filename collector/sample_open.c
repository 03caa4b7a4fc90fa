/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events and rings through libperf. Only its public interface is used, as distributions package
 * it; what that does not give, the descriptors and the identifiers, is asked of the kernel.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include "collector/sampler_impl.h"

/*
 * Events of libperf 6.1 keep a reference to their maps for good, later ones do not. A map is
 * therefore made once for each CPU and set of threads, and kept here until the program ends.
 */
static struct kept_map {
	struct kept_map *next;
	struct perf_cpu_map *cpus;
	int cpu;
	struct perf_thread_map *threads;
	size_t nr_pids;
	pid_t pids[];
} * kept_maps;

static struct kept_map *keep_map(size_t nr_pids)
{
	struct kept_map *map = calloc(1, sizeof(*map) + nr_pids * sizeof(pid_t));

	if (!map)
		return NULL;
	map->nr_pids = nr_pids;
	map->next = kept_maps;
	kept_maps = map;
	return map;
}

static struct perf_cpu_map *map_of_cpu(int cpu)
{
	struct kept_map *map;
	char text[16];

	for (map = kept_maps; map; map = map->next)
		if (map->cpus && map->cpu == cpu)
			return map->cpus;
	map = keep_map(0);
	if (!map)
		return NULL;
	(void)snprintf(text, sizeof(text), "%d", cpu);
	map->cpu = cpu;
	map->cpus = perf_cpu_map__new(text);
	return map->cpus;
}

static struct perf_thread_map *map_of_threads(const struct dt_pids *pids)
{
	const size_t size = pids->nr * sizeof(pid_t);
	struct kept_map *map;

	for (map = kept_maps; map; map = map->next)
		if (map->threads && map->nr_pids == pids->nr &&
		    !memcmp(map->pids, pids->list, size))
			return map->threads;
	map = keep_map(pids->nr);
	if (!map)
		return NULL;
	memcpy(map->pids, pids->list, size);
	map->threads = perf_thread_map__new_array((int)pids->nr, map->pids);
	return map->threads;
}

static int quiet(enum libperf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

bool dt_group_on_cpu(const struct dt_sampler *sampler, unsigned group, int cpu)
{
	for (size_t i = 0; i < sampler->events.nr; i++) {
		const struct dt_sampled_event *event = &sampler->events.list[i];
		struct dt_cpus cpus = {0};
		bool on;

		if (event->group != group)
			continue;
		if (!event->cpus[0] || dt_cpus_parse(&cpus, event->cpus))
			return true;
		on = dt_cpus_have(&cpus, cpu);
		dt_cpus_free(&cpus);
		if (on)
			return true;
	}
	return false;
}

/* The events of the ring's group, in their order: a leader comes first. */
static int add_events(const struct dt_sampler *sampler, struct dt_sample_ring *ring)
{
	for (size_t i = 0; i < sampler->events.nr; i++) {
		struct dt_sampled_event event = sampler->events.list[i];
		struct dt_cpus cpus = {0};
		bool on = !event.cpus[0] || dt_cpus_parse(&cpus, event.cpus) ||
			  dt_cpus_have(&cpus, ring->cpu);

		dt_cpus_free(&cpus);
		if (event.group != ring->group || !on)
			continue;
		ring->evsels[ring->nr] = perf_evsel__new(&event.attr.attr);
		if (!ring->evsels[ring->nr])
			return -ENOMEM;
		perf_evlist__add(ring->evlist, ring->evsels[ring->nr]);
		ring->events[ring->nr++] = (uint32_t)i;
	}
	return 0;
}

static int open_events(struct dt_sample_ring *ring, const struct dt_pids *pids, size_t *failed)
{
	struct perf_cpu_map *cpus = map_of_cpu(ring->cpu);
	struct perf_thread_map *threads = map_of_threads(pids);

	if (!cpus || !threads)
		return -ENOMEM;
	perf_evlist__set_maps(ring->evlist, cpus, threads);
	if (ring->group)
		perf_evlist__set_leader(ring->evlist);
	for (size_t i = 0; i < ring->nr; i++) {
		int ret = perf_evsel__open(ring->evsels[i], cpus, threads);

		if (ret) {
			*failed = ring->events[i];
			return ret;
		}
	}
	return 0;
}

struct dt_sample_ring *dt_ring_open(const struct dt_sampler *sampler, unsigned group, int cpu,
				    const struct dt_pids *pids, size_t *failed)
{
	struct dt_sample_ring *ring = calloc(1, sizeof(*ring));
	int ret = -ENOMEM;

	if (!ring)
		return NULL;
	ring->cpu = cpu;
	ring->group = group;
	ring->fd = -1;
	ring->nr_threads = pids->nr;
	libperf_init(quiet);
	ring->evlist = perf_evlist__new();
	if (ring->evlist)
		ret = add_events(sampler, ring);
	if (!ret)
		ret = open_events(ring, pids, failed);
	if (!ret)
		return ring;
	dt_ring_close(ring);
	errno = -ret;
	return NULL;
}

void dt_ring_close(struct dt_sample_ring *ring)
{
	if (!ring)
		return;
	if (ring->evlist)
		perf_evlist__delete(ring->evlist);
	free(ring->ids);
	free(ring);
}

/* With identifiers in the format libperf would keep them too, and 6.1 never frees them. */
static void ask_for_ids(struct dt_sample_ring *ring, bool ask)
{
	for (size_t i = 0; i < ring->nr; i++) {
		struct perf_event_attr *attr = perf_evsel__attr(ring->evsels[i]);

		if (ask)
			attr->read_format |= PERF_FORMAT_ID;
		else
			attr->read_format &= ~(uint64_t)PERF_FORMAT_ID;
	}
}

static int read_ids(struct dt_sample_ring *ring)
{
	ring->ids = calloc(ring->nr * ring->nr_threads, sizeof(*ring->ids));
	if (!ring->ids)
		return -ENOMEM;
	for (size_t i = 0; i < ring->nr; i++)
		for (size_t thread = 0; thread < ring->nr_threads; thread++) {
			struct perf_counts_values values;

			if (perf_evsel__read(ring->evsels[i], 0, (int)thread, &values))
				return -EIO;
			ring->ids[i * ring->nr_threads + thread] = values.id;
		}
	return 0;
}

int dt_ring_map(struct dt_sampler *sampler, struct dt_sample_ring *ring)
{
	int ret;

	ask_for_ids(ring, false);
	errno = 0;
	ret = perf_evlist__mmap(ring->evlist, sampler->pages);
	if (ret)
		ret = errno ? -errno : -ENOMEM;
	ask_for_ids(ring, true);
	if (ret)
		return ret;
	ring->map = perf_evlist__next_mmap(ring->evlist, NULL, false);
	return ring->map ? read_ids(ring) : -ENOMEM;
}

static struct dt_sample_ring *ring_of_id(const struct dt_sampler *sampler, uint64_t id)
{
	for (size_t i = 0; i < sampler->nr_rings; i++)
		if (sampler->rings[i]->ids && sampler->rings[i]->ids[0] == id)
			return sampler->rings[i];
	return NULL;
}

int dt_rings_find_fds(struct dt_sampler *sampler, struct dt_error *error)
{
	char path[512], target[64];
	struct dirent *entry;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/self/fd", sampler->options.roots->proc);
	dir = opendir(path);
	if (!dir)
		return dt_fail(error, errno, "mount -t proc proc /proc", "cannot read %s: %s", path,
			       strerror(errno));
	while ((entry = readdir(dir))) {
		const int fd = (int)strtol(entry->d_name, NULL, 10);
		const ssize_t length =
			readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		struct dt_sample_ring *ring;
		uint64_t id;

		if (length < 0)
			continue;
		target[length] = '\0';
		if (strcmp(target, "anon_inode:[perf_event]") != 0 ||
		    ioctl(fd, PERF_EVENT_IOC_ID, &id))
			continue;
		/* libperf opens without PERF_FLAG_FD_CLOEXEC */
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		ring = ring_of_id(sampler, id);
		if (ring)
			ring->fd = fd;
	}
	(void)closedir(dir);
	return 0;
}
