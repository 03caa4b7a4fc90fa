/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters by key. Half of the places are free at any time, so that look-ups are short. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/counters.h"

int dt_counters_init(struct dt_counters *counters, uint32_t limit)
{
	*counters = (struct dt_counters){.limit = limit, .mask = limit * 2 - 1};
	counters->places = calloc((size_t)limit * 2, sizeof(*counters->places));
	return counters->places ? 0 : -ENOMEM;
}

void dt_counters_free(struct dt_counters *counters)
{
	free(counters->places);
	*counters = (struct dt_counters){0};
}

static struct dt_counter *find(struct dt_counters *counters, uint64_t key)
{
	uint32_t place = dt_counters_place(counters, key);

	while (counters->places[place].samples && counters->places[place].key != key)
		place = (place + 1) & counters->mask;
	return &counters->places[place];
}

static int by_samples(const void *a, const void *b)
{
	const struct dt_counter *left = a, *right = b;

	if (left->samples != right->samples)
		return left->samples > right->samples ? -1 : 1;
	return left->key < right->key ? -1 : left->key > right->key;
}

static struct dt_counter *sorted_by(const struct dt_counters *counters,
				    int (*order)(const void *a, const void *b))
{
	struct dt_counter *sorted = calloc((size_t)counters->nr + 1, sizeof(*sorted));
	uint32_t nr = 0;

	if (!sorted)
		return NULL;
	for (uint32_t i = 0; i <= counters->mask; i++)
		if (counters->places[i].samples)
			sorted[nr++] = counters->places[i];
	qsort(sorted, nr, sizeof(*sorted), order);
	return sorted;
}

struct dt_counter *dt_counters_sorted(const struct dt_counters *counters)
{
	return sorted_by(counters, by_samples);
}

/* The most that a key can have had. */
static uint64_t most(const struct dt_counter *counter)
{
	return counter->samples + counter->lack;
}

static int by_most(const void *a, const void *b)
{
	const struct dt_counter *left = a, *right = b;

	if (most(left) != most(right))
		return most(left) > most(right) ? -1 : 1;
	return by_samples(a, b);
}

static void drop_half(struct dt_counters *counters)
{
	const uint32_t kept = counters->limit / 2;
	struct dt_counter *sorted = sorted_by(counters, by_most);

	if (!sorted)
		return;
	counters->lack = most(&sorted[kept]);
	for (uint32_t i = kept; i < counters->nr; i++)
		dt_counter_add(&counters->others, &sorted[i]);
	counters->nr_fallen += counters->nr - kept;
	counters->nr = kept;
	memset(counters->places, 0, ((size_t)counters->mask + 1) * sizeof(*counters->places));
	for (uint32_t i = 0; i < kept; i++)
		*find(counters, sorted[i].key) = sorted[i];
	free(sorted);
}

struct dt_counter *dt_counters_new(struct dt_counters *counters, uint64_t key)
{
	struct dt_counter *counter = find(counters, key);

	if (counter->samples)
		return counter;
	if (counters->nr == counters->limit) {
		drop_half(counters);
		counter = find(counters, key);
	}
	/* without memory to make room, the sum takes what is new */
	if (counters->nr == counters->limit)
		return &counters->others;
	counters->nr++;
	*counter = (struct dt_counter){.key = key, .lack = counters->lack};
	return counter;
}
