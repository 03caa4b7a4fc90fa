/* SPDX-License-Identifier: GPL-2.0-only */
/* Names by number. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/name_pool.h"

#define FIRST_SLOTS 256u
#define FIRST_NAMES 64u

/* FNV-1a */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

static uint32_t find_slot(const struct dt_name_pool *pool, const char *name)
{
	uint32_t slot = hash_of(name) & pool->mask;

	while (pool->slots[slot] && strcmp(pool->names[pool->slots[slot] - 1], name) != 0)
		slot = (slot + 1) & pool->mask;
	return slot;
}

static bool grow_slots(struct dt_name_pool *pool)
{
	const uint32_t nr = pool->slots ? (pool->mask + 1) * 2 : FIRST_SLOTS;
	uint32_t *slots = calloc(nr, sizeof(*slots));

	if (!slots)
		return false;
	free(pool->slots);
	pool->slots = slots;
	pool->mask = nr - 1;
	for (uint32_t i = 0; i < pool->nr; i++)
		slots[find_slot(pool, pool->names[i])] = i + 1;
	return true;
}

/* The array doubles at powers of two. */
static bool grow_names(struct dt_name_pool *pool)
{
	char **names;

	if (pool->nr ? pool->nr < FIRST_NAMES || pool->nr & (pool->nr - 1) : pool->names != NULL)
		return true;
	names = realloc(pool->names,
			(pool->nr ? (size_t)pool->nr * 2 : FIRST_NAMES) * sizeof(char *));
	if (!names)
		return false;
	pool->names = names;
	return true;
}

uint32_t dt_name_put(struct dt_name_pool *pool, const char *name)
{
	const size_t size = strlen(name) + 1;
	uint32_t slot;
	char *copy;

	if ((!pool->slots || pool->nr > pool->mask / 2) && !grow_slots(pool))
		return DT_NAME_NONE;
	slot = find_slot(pool, name);
	if (pool->slots[slot])
		return pool->slots[slot] - 1;
	if (pool->nr == DT_NAMES_LIMIT || pool->bytes + size > DT_NAMES_BYTES || !grow_names(pool))
		return DT_NAME_NONE;
	copy = strdup(name);
	if (!copy)
		return DT_NAME_NONE;
	pool->bytes += size;
	pool->names[pool->nr] = copy;
	pool->slots[slot] = ++pool->nr;
	return pool->nr - 1;
}

const char *dt_name_text(const struct dt_name_pool *pool, uint32_t number)
{
	return number < pool->nr ? pool->names[number] : "(others)";
}

void dt_name_pool_free(struct dt_name_pool *pool)
{
	for (uint32_t i = 0; i < pool->nr; i++)
		free(pool->names[i]);
	free(pool->names);
	free(pool->slots);
	*pool = (struct dt_name_pool){0};
}
