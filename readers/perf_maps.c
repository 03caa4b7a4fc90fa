/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings by process and address, parents and cgroups by number; names are kept once. */
#include <stdlib.h>
#include <string.h>

#include "readers/perf_maps.h"
#include "support/grow.h"

/* More than any recording has; bounds what a damaged file can make us keep. */
#define MOST_MAPS  (1u << 20)
#define MOST_NAMES (1u << 18)
#define MOST_LINKS (1u << 18)
/* Of parents that are asked in turn. */
#define MOST_STEPS 16

#define NO_NAME UINT32_MAX

/* FNV-1a */
static uint32_t hash_of(const char *text, size_t size)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

static bool grow_slots(struct dt_perf_maps *maps)
{
	const uint32_t nr = maps->slots ? (maps->mask + 1) * 2 : 256;
	uint32_t *slots = calloc(nr, sizeof(*slots));

	if (!slots)
		return false;
	for (uint32_t i = 0; i < maps->nr_names; i++) {
		uint32_t slot = hash_of(maps->names[i], strlen(maps->names[i])) & (nr - 1);

		while (slots[slot])
			slot = (slot + 1) & (nr - 1);
		slots[slot] = i + 1;
	}
	free(maps->slots);
	maps->slots = slots;
	maps->mask = nr - 1;
	return true;
}

static uint32_t add_name(struct dt_perf_maps *maps, const char *text, size_t size, uint32_t slot)
{
	struct dt_build_id **ids;
	char **names;
	char *copy;

	if (maps->nr_names == MOST_NAMES)
		return NO_NAME;
	names = dt_grow(maps->names, maps->nr_names, sizeof(char *));
	if (names)
		maps->names = names;
	ids = dt_grow(maps->ids, maps->nr_names, sizeof(struct dt_build_id *));
	if (ids)
		maps->ids = ids;
	copy = strndup(text, size);
	if (!names || !ids || !copy) {
		free(copy);
		return NO_NAME;
	}
	ids[maps->nr_names] = NULL;
	maps->names[maps->nr_names] = copy;
	maps->slots[slot] = ++maps->nr_names;
	return maps->nr_names - 1;
}

/* The index of a name, which need not be terminated. */
static uint32_t name_of(struct dt_perf_maps *maps, const char *text, size_t size)
{
	uint32_t slot;

	size = strnlen(text, size);
	if ((!maps->slots || maps->nr_names > maps->mask / 2) && !grow_slots(maps))
		return NO_NAME;
	for (slot = hash_of(text, size) & maps->mask; maps->slots[slot];
	     slot = (slot + 1) & maps->mask) {
		const char *name = maps->names[maps->slots[slot] - 1];

		if (!strncmp(name, text, size) && !name[size])
			return maps->slots[slot] - 1;
	}
	return add_name(maps, text, size, slot);
}

void dt_perf_maps_put(struct dt_perf_maps *maps, int32_t pid, const struct dt_mapping *mapping,
		      const char *name, size_t size)
{
	const uint32_t index = name_of(maps, name, size);
	struct dt_perf_map *list;

	if (index == NO_NAME || maps->nr_maps == MOST_MAPS || mapping->start >= mapping->end)
		return;
	list = dt_grow(maps->maps, maps->nr_maps, sizeof(*list));
	if (!list)
		return;
	maps->maps = list;
	list[maps->nr_maps] = (struct dt_perf_map){
		.mapping = *mapping,
		.pid = pid,
		.name = index,
		.order = (uint32_t)maps->nr_maps,
	};
	list[maps->nr_maps++].mapping.name = maps->names[index];
	maps->sorted = false;
}

static void link(struct dt_perf_link **links, size_t *nr, uint64_t from, uint64_t to)
{
	struct dt_perf_link *list;

	if (*nr == MOST_LINKS)
		return;
	list = dt_grow(*links, *nr, sizeof(*list));
	if (!list)
		return;
	*links = list;
	list[(*nr)++] = (struct dt_perf_link){from, to};
}

void dt_perf_maps_fork(struct dt_perf_maps *maps, int32_t child, int32_t parent)
{
	link(&maps->parents, &maps->nr_parents, (uint32_t)child, (uint32_t)parent);
}

void dt_perf_maps_cgroup(struct dt_perf_maps *maps, uint64_t id, const char *path, size_t size)
{
	const uint32_t index = name_of(maps, path, size);

	if (index != NO_NAME)
		link(&maps->cgroups, &maps->nr_cgroups, id, index);
}

void dt_perf_maps_build_id(struct dt_perf_maps *maps, const char *name, size_t size,
			   const struct dt_build_id *id)
{
	const uint32_t index = name_of(maps, name, size);

	if (index == NO_NAME || !id->size || id->size > sizeof(id->bytes))
		return;
	if (!maps->ids[index])
		maps->ids[index] = malloc(sizeof(*id));
	if (maps->ids[index])
		*maps->ids[index] = *id;
}

static int by_place(const void *a, const void *b)
{
	const struct dt_perf_map *left = a, *right = b;

	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	if (left->mapping.start != right->mapping.start)
		return left->mapping.start < right->mapping.start ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

static int by_from(const void *a, const void *b)
{
	const struct dt_perf_link *left = a, *right = b;

	return left->from < right->from ? -1 : left->from > right->from;
}

void dt_perf_maps_sort(struct dt_perf_maps *maps)
{
	if (maps->nr_maps)
		qsort(maps->maps, maps->nr_maps, sizeof(*maps->maps), by_place);
	for (size_t i = 0; i < maps->nr_maps; i++) {
		struct dt_perf_map *map = &maps->maps[i];

		map->highest = map->mapping.end;
		if (i && map[-1].pid == map->pid && map[-1].highest > map->highest)
			map->highest = map[-1].highest;
	}
	if (maps->nr_parents)
		qsort(maps->parents, maps->nr_parents, sizeof(*maps->parents), by_from);
	if (maps->nr_cgroups)
		qsort(maps->cgroups, maps->nr_cgroups, sizeof(*maps->cgroups), by_from);
	maps->sorted = true;
}

/* The number of mappings of lower processes, or of this one that begin at or below the address. */
static size_t count_below(const struct dt_perf_maps *maps, int32_t pid, uint64_t address)
{
	size_t low = 0, high = maps->nr_maps;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct dt_perf_map *map = &maps->maps[middle];

		if (map->pid < pid || (map->pid == pid && map->mapping.start <= address))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * The latest of the process's own mappings that hold the address. The stretch of *same in which
 * that holds is cut at the edges of all mappings that are looked at.
 */
static const struct dt_perf_map *find_own(const struct dt_perf_maps *maps, int32_t pid,
					  uint64_t address, struct dt_mapping *same)
{
	const size_t below = count_below(maps, pid, address);
	const struct dt_perf_map *found = NULL;

	if (below < maps->nr_maps && maps->maps[below].pid == pid &&
	    maps->maps[below].mapping.start < same->same_to)
		same->same_to = maps->maps[below].mapping.start;
	for (size_t i = below; i-- > 0;) {
		const struct dt_perf_map *map = &maps->maps[i];
		const bool ends = map->mapping.end <= address;

		if (map->pid != pid)
			break;
		if (map->highest <= address) {
			same->same_from = greater(same->same_from, map->highest);
			break;
		}
		same->same_from =
			greater(same->same_from, ends ? map->mapping.end : map->mapping.start);
		if (ends)
			continue;
		if (map->mapping.end < same->same_to)
			same->same_to = map->mapping.end;
		if (!found || map->order > found->order)
			found = map;
	}
	return found;
}

static const struct dt_perf_link *find_link(const struct dt_perf_link *links, size_t nr,
					    uint64_t from)
{
	const struct dt_perf_link key = {.from = from};

	return nr ? bsearch(&key, links, nr, sizeof(*links), by_from) : NULL;
}

bool dt_perf_maps_find(const struct dt_perf_maps *maps, int32_t pid, uint64_t address,
		       struct dt_mapping *mapping)
{
	struct dt_mapping same = {.same_to = UINT64_MAX};

	if (!maps->sorted)
		return false;
	for (unsigned step = 0; step < MOST_STEPS; step++) {
		const struct dt_perf_map *map = find_own(maps, pid, address, &same);
		const struct dt_perf_link *parent;

		mapping->same_from = same.same_from;
		mapping->same_to = same.same_to;
		if (map) {
			*mapping = map->mapping;
			mapping->build_id = maps->ids[map->name];
			mapping->same_from = same.same_from;
			mapping->same_to = same.same_to;
			return true;
		}
		/* what a child did not map itself it has from its parent */
		parent = find_link(maps->parents, maps->nr_parents, (uint32_t)pid);
		if (!parent)
			return false;
		pid = (int32_t)(uint32_t)parent->to;
	}
	return false;
}

const char *dt_perf_maps_find_cgroup(const struct dt_perf_maps *maps, uint64_t id)
{
	const struct dt_perf_link *found;

	if (!maps->sorted)
		return NULL;
	found = find_link(maps->cgroups, maps->nr_cgroups, id);
	return found ? maps->names[found->to] : NULL;
}

void dt_perf_maps_free(struct dt_perf_maps *maps)
{
	for (uint32_t i = 0; i < maps->nr_names; i++) {
		free(maps->names[i]);
		free(maps->ids[i]);
	}
	free(maps->ids);
	free(maps->names);
	free(maps->slots);
	free(maps->maps);
	free(maps->parents);
	free(maps->cgroups);
	*maps = (struct dt_perf_maps){0};
}
