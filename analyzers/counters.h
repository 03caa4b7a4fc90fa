/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples counted by key, for any number of keys in bounded memory: when the table is full its
 * lighter half falls out into one sum, so that all counts together stay exact. A key that falls out
 * may come back; how much it can lack is known. What it can have had decides what falls out, so
 * that a key that comes late, but often, stays.
 */
#ifndef ANALYZERS_COUNTERS_H
#define ANALYZERS_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

/* Keys at most. */
#define DT_COUNTERS_LIMIT (1u << 16)

struct dt_counter {
	uint64_t key;
	uint64_t samples;	  /* 0: the place is free */
	uint64_t latency_samples; /* of those whose latency is known */
	uint64_t lack;		  /* samples that it may have had before it came in */
	double periods, latencies;
};

struct dt_counters {
	struct dt_counter *places; /* open addressing */
	uint32_t nr, limit, mask;
	struct dt_counter others; /* what fell out */
	uint64_t nr_fallen;	  /* keys that fell out; those that came back and fell again too */
	uint64_t lack;		  /* samples that any key can lack at most */
};

/* limit: keys at most, a power of two of 4 or more. 0 or -ENOMEM. */
int dt_counters_init(struct dt_counters *counters, uint32_t limit);
void dt_counters_free(struct dt_counters *counters);

/* The counter of a key, made when it is new. It is to be added to at once, samples too. */
struct dt_counter *dt_counters_new(struct dt_counters *counters, uint64_t key);

static inline uint32_t dt_counters_place(const struct dt_counters *counters, uint64_t key)
{
	return (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & counters->mask;
}

/* The same, without a call for a key that is found at once. */
static inline struct dt_counter *dt_counters_at(struct dt_counters *counters, uint64_t key)
{
	struct dt_counter *counter = &counters->places[dt_counters_place(counters, key)];

	if (__builtin_expect(counter->samples && counter->key == key, 1))
		return counter;
	return dt_counters_new(counters, key);
}

static inline void dt_counter_add(struct dt_counter *to, const struct dt_counter *from)
{
	to->samples += from->samples;
	to->latency_samples += from->latency_samples;
	to->periods += from->periods;
	to->latencies += from->latencies;
}

/*
 * All keys, most samples first, equal ones by key: nr of them, to be freed. NULL when memory is
 * out.
 */
struct dt_counter *dt_counters_sorted(const struct dt_counters *counters);

#endif
