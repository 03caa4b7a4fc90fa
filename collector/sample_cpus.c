/* SPDX-License-Identifier: GPL-2.0-only */
/* The rings of all CPUs, those that come and go while it runs, and what each of them gave. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/epoll.h>

#include "collector/sampler_impl.h"

/* Reading the times of so many events each second would cost more than they tell. */
#define READ_EVENTS_MAX 1024

struct dt_cpu_account *dt_sampler_cpu(struct dt_sampler *sampler, int cpu)
{
	const size_t wanted = (size_t)cpu + 1;

	if (wanted > sampler->nr_cpus) {
		struct dt_cpu_account *more = realloc(sampler->cpus, wanted * sizeof(*more));

		if (!more)
			return NULL;
		memset(more + sampler->nr_cpus, 0, (wanted - sampler->nr_cpus) * sizeof(*more));
		for (size_t i = sampler->nr_cpus; i < wanted; i++)
			more[i].cpu = (int)i;
		sampler->cpus = more;
		sampler->nr_cpus = wanted;
	}
	return &sampler->cpus[cpu];
}

static int add_ring(struct dt_sampler *sampler, struct dt_sample_ring *ring)
{
	struct dt_sample_ring **rings =
		realloc(sampler->rings, (sampler->nr_rings + 1) * sizeof(struct dt_sample_ring *));

	if (!rings)
		return -ENOMEM;
	sampler->rings = rings;
	rings[sampler->nr_rings++] = ring;
	return dt_sampler_cpu(sampler, ring->cpu) ? 0 : -ENOMEM;
}

static int fail_map(const struct dt_sampler *sampler, int ret, struct dt_error *error)
{
	const struct dt_roots *roots = sampler->options.roots;
	char hint[256];

	(void)snprintf(hint, sizeof(hint),
		       "choose a smaller buffer (-b), or raise kernel.perf_event_mlock_kb (it is "
		       "%lld) or ulimit -l",
		       (long long)dt_sysctl(roots, "perf_event_mlock_kb", 0));
	return dt_fail(error, -ret, ret == -EPERM || ret == -ENOMEM ? hint : NULL,
		       "cannot map a ring of %ld kB for each CPU: %s",
		       (long)((uint64_t)sampler->pages * sampler->page_bytes / 1024),
		       strerror(-ret));
}

static int open_group(struct dt_sampler *sampler, unsigned group, int cpu,
		      const struct dt_pids *pids, struct dt_error *error)
{
	struct dt_sample_ring *ring;
	size_t failed = 0;
	int ret;

	ring = dt_ring_open(sampler, group, cpu, pids, &failed);
	if (!ring)
		return dt_sampler_refused(sampler, &sampler->events.list[failed], errno, error);
	ret = dt_ring_map(sampler, ring);
	if (ret) {
		dt_ring_close(ring);
		return fail_map(sampler, ret, error);
	}
	ret = add_ring(sampler, ring);
	return ret ? dt_fail(error, -ret, NULL, "out of memory") : 0;
}

int dt_sampler_open_cpu(struct dt_sampler *sampler, int cpu, const struct dt_pids *pids,
			struct dt_error *error)
{
	int ret = 0;

	for (unsigned group = 0; !ret && group <= sampler->events.groups; group++)
		if (dt_group_on_cpu(sampler, group, cpu))
			ret = open_group(sampler, group, cpu, pids, error);
	return ret;
}

static int learn_ring(struct dt_sampler *sampler, struct dt_sample_ring *ring)
{
	const size_t nr = ring->nr * ring->nr_threads;
	struct dt_sample_id *known =
		realloc(sampler->known, (sampler->nr_known + nr) * sizeof(*known));

	if (!known)
		return -ENOMEM;
	sampler->known = known;
	for (size_t k = 0; k < nr; k++)
		known[sampler->nr_known++] =
			(struct dt_sample_id){ring->ids[k], ring->events[k / ring->nr_threads]};
	ring->learnt = true;
	return 0;
}

static int index_ids(struct dt_sampler *sampler)
{
	struct dt_sample_id *slots;
	size_t nr = 64;

	while (nr < sampler->nr_known * 2)
		nr *= 2;
	slots = calloc(nr, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < sampler->nr_known; i++) {
		size_t slot = sampler->known[i].id & (nr - 1);

		while (slots[slot].id)
			slot = (slot + 1) & (nr - 1);
		slots[slot] = sampler->known[i];
	}
	free(sampler->slots);
	sampler->slots = slots;
	sampler->nr_slots = nr;
	return 0;
}

int dt_sampler_learn_ids(struct dt_sampler *sampler)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < sampler->nr_rings; i++)
		if (!sampler->rings[i]->learnt)
			ret = learn_ring(sampler, sampler->rings[i]);
	return ret ? ret : index_ids(sampler);
}

/* ---- waiting ---- */

static int watch_ring(const struct dt_sampler *sampler, const struct dt_sample_ring *ring,
		      struct dt_error *error)
{
	/* by edges: the end of a thread stays readable for good */
	struct epoll_event event = {.events = EPOLLIN | EPOLLET,
				    .data.u64 = sampler->epoll_base | (uint32_t)ring->cpu};

	if (sampler->epoll_fd < 0 || ring->fd < 0 ||
	    !epoll_ctl(sampler->epoll_fd, EPOLL_CTL_ADD, ring->fd, &event) || errno == EEXIST)
		return 0;
	return dt_fail(error, errno, NULL, "cannot wait for samples of CPU %d: %s", ring->cpu,
		       strerror(errno));
}

int dt_sampler_watch(struct dt_sampler *sampler, int epoll_fd, uint64_t base,
		     struct dt_error *error)
{
	int ret = 0;

	sampler->epoll_fd = epoll_fd;
	sampler->epoll_base = base;
	for (size_t i = 0; !ret && i < sampler->nr_rings; i++)
		ret = watch_ring(sampler, sampler->rings[i], error);
	return ret;
}

/* ---- CPUs that come and go ---- */

/* Events of a CPU that went are dead; when it comes back it gets new ones. */
static int forget_cpu(struct dt_sampler *sampler, int cpu, struct dt_error *error)
{
	size_t kept = 0;
	int ret = 0;

	for (size_t i = 0; i < sampler->nr_rings; i++) {
		struct dt_sample_ring *ring = sampler->rings[i];

		if (ring->cpu != cpu) {
			sampler->rings[kept++] = ring;
			continue;
		}
		if (!ret && sampler->has_file)
			ret = dt_ring_drain(sampler, ring, NULL, error);
		if (!ret && sampler->has_file)
			ret = dt_ring_last_losses(sampler, ring, error);
		dt_ring_times(ring, &sampler->cpus[cpu]);
		dt_ring_close(ring);
	}
	sampler->nr_rings = kept;
	return ret;
}

static int take_cpu(struct dt_sampler *sampler, int cpu, struct dt_error *error)
{
	struct dt_pids now = {0};
	const struct dt_pids *pids = &sampler->pids;
	const size_t before = sampler->nr_rings;
	int ret = 0;

	/* threads that came since have inherited the other CPUs' events, but none for this one */
	if (sampler->options.pid) {
		ret = dt_pids_of(&now, sampler->options.roots, sampler->options.pid, error);
		pids = &now;
	}
	if (!ret)
		ret = dt_sampler_open_cpu(sampler, cpu, pids, error);
	dt_pids_free(&now);
	/* the process ends, or the CPU went again already */
	if (ret == -ESRCH || ret == -ENODEV)
		return 0;
	if (!ret)
		ret = dt_rings_find_fds(sampler, error);
	for (size_t i = before; !ret && i < sampler->nr_rings; i++) {
		ret = watch_ring(sampler, sampler->rings[i], error);
		if (!ret && sampler->started)
			perf_evlist__enable(sampler->rings[i]->evlist);
	}
	return ret;
}

int dt_sampler_follow_cpus(struct dt_sampler *sampler, struct dt_error *error)
{
	struct dt_cpus now = {0};
	bool changed = false;
	int ret;

	ret = dt_cpus_online(&now, sampler->options.roots, error);
	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < sampler->online.nr; i++)
		if (!dt_cpus_have(&now, sampler->online.list[i])) {
			ret = forget_cpu(sampler, sampler->online.list[i], error);
			changed = true;
		}
	for (size_t i = 0; !ret && i < now.nr; i++)
		if (!dt_cpus_have(&sampler->online, now.list[i])) {
			ret = take_cpu(sampler, now.list[i], error);
			changed = true;
		}
	dt_cpus_free(&sampler->online);
	sampler->online = now;
	if (ret || !changed)
		return ret;
	ret = dt_sampler_learn_ids(sampler);
	if (ret)
		return dt_fail(error, -ret, NULL, "out of memory");
	return dt_sampler_write_ids(sampler, error);
}

/* ---- the account ---- */

void dt_ring_times(const struct dt_sample_ring *ring, struct dt_cpu_account *account)
{
	for (size_t i = 0; i < ring->nr; i++)
		for (size_t thread = 0; thread < ring->nr_threads; thread++) {
			struct perf_counts_values values;

			if (perf_evsel__read(ring->evsels[i], 0, (int)thread, &values))
				continue;
			account->enabled_ns += values.ena;
			account->running_ns += values.run;
		}
}

int dt_sampler_account(struct dt_sampler *sampler, struct dt_account *account)
{
	size_t events = 0;

	for (size_t i = 0; i < sampler->nr_rings; i++)
		events += sampler->rings[i]->nr * sampler->rings[i]->nr_threads;
	for (size_t i = 0; i < account->nr_cpus; i++) {
		struct dt_cpu_account *to = &account->cpus[i];
		struct dt_cpu_account from;

		if (to->cpu < 0 || (size_t)to->cpu >= sampler->nr_cpus)
			continue;
		from = sampler->cpus[to->cpu];
		for (size_t k = 0; k < sampler->nr_rings; k++)
			if (sampler->rings[k]->cpu == to->cpu &&
			    (sampler->stopped || events <= READ_EVENTS_MAX))
				dt_ring_times(sampler->rings[k], &from);
		to->samples = from.samples;
		to->with_address = from.with_address;
		to->lost = from.lost;
		to->lost_samples = from.lost_samples;
		to->throttles = from.throttles;
		to->enabled_ns = from.enabled_ns;
		to->running_ns = from.running_ns;
		to->perf_bytes = from.perf_bytes;
	}
	return 0;
}
