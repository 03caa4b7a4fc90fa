/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the records of a perf.data file say of address spaces and cgroups: which file or anonymous
 * memory lies where in which process, who was forked from whom, what a cgroup's number stands for.
 */
#ifndef READERS_PERF_MAPS_H
#define READERS_PERF_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/reader.h"

struct dt_perf_map {
	struct dt_mapping mapping; /* the name belongs to the names below */
	int32_t pid;
	uint32_t name;	  /* index of names */
	uint32_t order;	  /* of its record: later ones replace what they cover */
	uint64_t highest; /* end of this and all mappings before it in the process */
};

/* A child, or a cgroup. */
struct dt_perf_link {
	uint64_t from;
	uint64_t to; /* the parent; the cgroup's path, an index of names */
};

struct dt_perf_maps {
	struct dt_perf_map *maps;
	struct dt_perf_link *parents, *cgroups;
	size_t nr_maps, nr_parents, nr_cgroups;
	bool sorted;
	char **names;		  /* each once */
	struct dt_build_id **ids; /* of the files of these names; NULL: not known */
	uint32_t nr_names;
	uint32_t *slots; /* open addressing: index of names plus 1 */
	uint32_t mask;
};

/* Names are courtesies: without memory, and beyond a bound, there is none. */
void dt_perf_maps_put(struct dt_perf_maps *maps, int32_t pid, const struct dt_mapping *mapping,
		      const char *name, size_t size);
void dt_perf_maps_fork(struct dt_perf_maps *maps, int32_t child, int32_t parent);
void dt_perf_maps_cgroup(struct dt_perf_maps *maps, uint64_t id, const char *path, size_t size);

/* Of a file; size: that of its name. */
void dt_perf_maps_build_id(struct dt_perf_maps *maps, const char *name, size_t size,
			   const struct dt_build_id *id);

/* All records are in: look-ups may begin. */
void dt_perf_maps_sort(struct dt_perf_maps *maps);

bool dt_perf_maps_find(const struct dt_perf_maps *maps, int32_t pid, uint64_t address,
		       struct dt_mapping *mapping);
/* NULL: not known. */
const char *dt_perf_maps_find_cgroup(const struct dt_perf_maps *maps, uint64_t id);

void dt_perf_maps_free(struct dt_perf_maps *maps);

#endif
