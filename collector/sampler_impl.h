/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the sampler share. */
#ifndef COLLECTOR_SAMPLER_IMPL_H
#define COLLECTOR_SAMPLER_IMPL_H

#include <perf/cpumap.h>
#include <perf/evlist.h>
#include <perf/evsel.h>
#include <perf/mmap.h>
#include <perf/threadmap.h>

#include "collector/event_name.h"
#include "collector/sample_file.h"
#include "collector/sample_scope.h"
#include "collector/sampler.h"

/* The events of one group (or all that are in none) on one CPU, with the ring that they share. */
struct dt_sample_ring {
	int cpu;
	unsigned group;
	struct perf_evlist *evlist;
	struct perf_mmap *map; /* the evlist's */
	size_t nr;
	struct perf_evsel *evsels[DT_SAMPLED_MAX]; /* the evlist's */
	uint32_t events[DT_SAMPLED_MAX];	   /* their places in dt_sampler.events */
	size_t nr_threads;
	uint64_t *ids; /* nr rows of nr_threads */
	bool learnt;   /* they are among those of the sampler */
	int fd;	       /* of the first event: to wait for; libperf's */
	uint64_t lost; /* records, as the ring told so far */
};

/* What an event gave on all CPUs. */
struct dt_event_tally {
	uint64_t samples, with_address;
	bool complained;
};

/* An identifier's event: open addressing. */
struct dt_sample_id {
	uint64_t id; /* 0: free */
	uint32_t event;
};

struct dt_sampler {
	struct dt_sampler_options options;
	struct dt_sampled_events events;
	struct dt_event_tally tallies[DT_SAMPLED_MAX];
	char choice[160];      /* why these events; empty: they were asked for */
	bool refused;	       /* a better event was, and the error says why */
	char dropped[256];     /* what the kernel refused, a list */
	char description[768]; /* all of it */
	char complaint[512];
	bool identifiers; /* samples begin with the identifier of their event */
	int pages;	  /* of a ring */
	uint64_t page_bytes;

	struct dt_cpus online;
	struct dt_pids pids; /* one, -1: system-wide */
	size_t nr_rings;
	struct dt_sample_ring **rings; /* by CPU, then group */
	struct dt_sample_id *known;    /* identifiers, also of rings that went */
	size_t nr_known;
	struct dt_sample_id *slots; /* the same by identifier; nr_slots is a power of two */
	size_t nr_slots;

	/* by number of the CPU, also of those that went */
	size_t nr_cpus;
	struct dt_cpu_account *cpus;

	struct dt_sample_file file;
	bool has_file;
	uint64_t text_start, text_end; /* the kernel's code */
	bool started, stopped;
	int epoll_fd; /* -1: nobody waits */
	uint64_t epoll_base;
};

/* ---- sampler_attr.c: what the kernel is asked for, and what it grants ---- */

/* Fill the attrs of all events. */
void dt_sampler_attrs(struct dt_sampler *sampler);
/*
 * Reduce the attrs to what the kernel takes, which is kept in dropped. 0 or -errno with *error
 * filled.
 */
int dt_sampler_settle(struct dt_sampler *sampler, struct dt_error *error);
/* ---- sampler_refused.c ---- */

/* -code, with *error filled: why an event cannot be opened. */
int dt_sampler_refused(const struct dt_sampler *sampler, const struct dt_sampled_event *event,
		       int code, struct dt_error *error);

/* ---- sample_open.c: libperf's part ---- */

/*
 * Open the events of a group on a CPU without a ring. *failed: the place of the event that did not
 * open. NULL with errno.
 */
struct dt_sample_ring *dt_ring_open(const struct dt_sampler *sampler, unsigned group, int cpu,
				    const struct dt_pids *pids, size_t *failed);
/* Map the ring and learn the identifiers. 0 or -errno. */
int dt_ring_map(struct dt_sampler *sampler, struct dt_sample_ring *ring);
void dt_ring_close(struct dt_sample_ring *ring);
/* Find the descriptors of rings that have none yet, and keep all from children. */
int dt_rings_find_fds(struct dt_sampler *sampler, struct dt_error *error);
/* Has a group an event on this CPU? */
bool dt_group_on_cpu(const struct dt_sampler *sampler, unsigned group, int cpu);

/* ---- sample_cpus.c: the rings of all CPUs ---- */

int dt_sampler_open_cpu(struct dt_sampler *sampler, int cpu, const struct dt_pids *pids,
			struct dt_error *error);
/* Take up the identifiers of rings that are new. */
int dt_sampler_learn_ids(struct dt_sampler *sampler);
struct dt_cpu_account *dt_sampler_cpu(struct dt_sampler *sampler, int cpu);
/* Add the times of a ring's events to an account. */
void dt_ring_times(const struct dt_sample_ring *ring, struct dt_cpu_account *account);

/* ---- sampler_files.c ---- */

/* The file has the identifiers of all rings. 0 or -errno with *error filled. */
int dt_sampler_write_ids(struct dt_sampler *sampler, struct dt_error *error);

/* ---- sample_ring.c ---- */

/* Move what a ring holds to the file. 0 or -errno with *error filled. */
int dt_ring_drain(struct dt_sampler *sampler, struct dt_sample_ring *ring, uint64_t *bytes,
		  struct dt_error *error);
/* Records that were lost at the end, which no later record told: they get one. */
int dt_ring_last_losses(struct dt_sampler *sampler, struct dt_sample_ring *ring,
			struct dt_error *error);

#endif
