/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See goal_log.h: which goal an evaluation belongs to, where its event does not tell. A dynamic
 * probe names neither scheme nor place.
 */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/goal_log.h"

/* Goals of one round follow each other at once: this much faster than rounds do. */
#define ROUND_FASTER 8
/* Fewer of a second goal like the first are jitter, not a goal: 1 of so many, and not under 3. */
#define ORDINAL_SHARE 20
#define ORDINAL_LEAST 3
/* From the last evaluation under one node to the first under the next, in gaps between rounds. */
#define HANDOVER 2

static int by_number(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/*
 * For each key the longest time between two evaluations of one round, found from how long rounds
 * are apart: the upper quartile, as with two equal goals every other gap lies within a round.
 */
static int find_rounds(struct dt_goal_log *log, uint64_t *longest)
{
	const size_t nr_keys = log->nr_keys;
	uint64_t *gaps = malloc((log->nr + 1) * sizeof(*gaps));
	uint64_t *last = calloc(nr_keys + 1, sizeof(*last));
	int ret = gaps && last ? 0 : -ENOMEM;

	for (size_t key = 0; key < nr_keys && !ret; key++) {
		size_t nr = 0;

		for (size_t i = 0; i < log->nr; i++) {
			const struct dt_goal_record *record = &log->records[i];

			if (record->key != key)
				continue;
			if (last[key] && record->time >= last[key])
				gaps[nr++] = record->time - last[key];
			last[key] = record->time;
		}
		qsort(gaps, nr, sizeof(*gaps), by_number);
		log->keys[key].gap = nr ? gaps[nr - 1 - nr / 4] : 0;
		longest[key] = log->keys[key].gap / ROUND_FASTER;
	}
	free(gaps);
	free(last);
	return ret;
}

/* The key of the nth goal like this one; made when it is new. */
static int ordinal_key(struct dt_goal_log *log, uint32_t base, uint32_t ordinal, uint32_t *index)
{
	struct dt_goal_key key = log->keys[base], *keys;

	key.ordinal = ordinal;
	for (size_t i = 0; i < log->nr_keys; i++) {
		const struct dt_goal_key *other = &log->keys[i];

		if (other->ordinal == ordinal && other->input == key.input &&
		    other->kdamond == key.kdamond && other->nid == key.nid &&
		    other->context == key.context && other->scheme == key.scheme &&
		    other->metric == key.metric) {
			*index = (uint32_t)i;
			return 0;
		}
	}
	if (log->nr_keys == log->keys_room) {
		keys = reallocarray(log->keys, log->keys_room + 64, sizeof(*keys));
		if (!keys)
			return -ENOMEM;
		log->keys = keys;
		log->keys_room += 64;
	}
	*index = (uint32_t)log->nr_keys;
	log->keys[log->nr_keys++] = key;
	return 0;
}

struct round {
	uint64_t longest, last;
	uint32_t ordinal;
	size_t repeats;
	size_t count;
};

/* Two goals with one metric and node, as of two schemes: told apart by their order in a round. */
static int number_equals(struct dt_goal_log *log)
{
	const size_t nr = log->nr_keys;
	uint64_t *longest = calloc(nr + 1, sizeof(*longest));
	struct round *rounds = calloc(nr + 1, sizeof(*rounds));
	int ret = longest && rounds ? find_rounds(log, longest) : -ENOMEM;

	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < nr && !ret; i++)
			rounds[i].last = 0;
		for (size_t i = 0; i < log->nr && !ret; i++) {
			struct dt_goal_record *record = &log->records[i];
			struct round *round = &rounds[record->key];
			const bool again = round->last && record->time >= round->last &&
					   record->time - round->last < longest[record->key];

			round->last = record->time;
			round->ordinal = again ? round->ordinal + 1 : 0;
			if (!pass) {
				round->count++;
				round->repeats += again;
			} else if (round->ordinal && round->repeats >= ORDINAL_LEAST &&
				   round->repeats * ORDINAL_SHARE >= round->count) {
				ret = ordinal_key(log, record->key, round->ordinal, &record->key);
			}
		}
	}
	free(longest);
	free(rounds);
	return ret;
}

static bool lost_between(const struct dt_goal_log *log, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < log->nr_losses; i++)
		if (!log->losses[i].throttled && log->losses[i].time > from &&
		    log->losses[i].time <= to)
			return true;
	return false;
}

/* The newest evaluation of a kdamond that no damos_esz followed yet. */
struct waiting {
	size_t input;
	int32_t kdamond;
	bool is_waiting;
	const struct dt_goal_record *record;
};

struct waiters {
	size_t nr;
	struct waiting *list; /* one a kdamond and input: no more than keys */
};

static struct waiting *find_waiting(struct waiters *waiters, size_t input, int32_t kdamond)
{
	struct waiting *waiting;

	for (size_t i = 0; i < waiters->nr; i++)
		if (waiters->list[i].kdamond == kdamond && waiters->list[i].input == input)
			return &waiters->list[i];
	waiting = &waiters->list[waiters->nr];
	*waiting = (struct waiting){.input = input, .kdamond = kdamond};
	return waiting;
}

/* A probe's evaluation does not name its scheme: the quota that it led to does. */
static void learn(struct dt_goal_log *log, struct waiters *waiters, const struct dt_esz_record *esz)
{
	const struct waiting *waiting = find_waiting(waiters, esz->input, esz->kdamond);
	struct dt_goal_key *key;

	if (waiting == &waiters->list[waiters->nr] || !waiting->is_waiting)
		return;
	key = &log->keys[waiting->record->key];
	if (!key->learned && key->scheme == DT_UNKNOWN_U32 &&
	    !lost_between(log, waiting->record->time, esz->time)) {
		key->learned = true;
		key->context = esz->context;
		key->scheme = esz->scheme;
	}
	waiters->list[waiting - waiters->list].is_waiting = false;
}

/* Records and quotas are each in the order of time within an input, and inputs one by one. */
static int learn_schemes(struct dt_goal_log *log)
{
	struct waiters waiters = {.list = calloc(log->nr_keys + 1, sizeof(struct waiting))};
	size_t e = 0;

	if (!waiters.list)
		return -ENOMEM;
	for (size_t i = 0; i < log->nr; i++) {
		const struct dt_goal_record *record = &log->records[i];
		const struct dt_goal_key *key = &log->keys[record->key];
		struct waiting *waiting;

		while (e < log->nr_esz &&
		       (log->esz[e].input < key->input ||
			(log->esz[e].input == key->input && log->esz[e].time < record->time)))
			learn(log, &waiters, &log->esz[e++]);
		waiting = find_waiting(&waiters, key->input, key->kdamond);
		if (waiting == &waiters.list[waiters.nr])
			waiters.nr++;
		waiting->record = record;
		waiting->is_waiting = true;
	}
	while (e < log->nr_esz)
		learn(log, &waiters, &log->esz[e++]);
	free(waiters.list);
	return 0;
}

static void measure(struct dt_goal_log *log)
{
	for (size_t i = 0; i < log->nr_keys; i++)
		log->keys[i].count = 0;
	for (size_t i = 0; i < log->nr; i++) {
		const uint64_t time = log->records[i].time;
		struct dt_goal_key *key = &log->keys[log->records[i].key];

		if (time < log->from)
			continue;
		key->first = !key->count || time < key->first ? time : key->first;
		key->last = !key->count || time > key->last ? time : key->last;
		key->count++;
	}
}

/* Did one goal's evaluations end where the other's begin, as when the node of a goal changes? */
static bool is_adjacent(const struct dt_goal_key *a, const struct dt_goal_key *b)
{
	const uint64_t gap = HANDOVER * (a->gap > b->gap ? a->gap : b->gap);

	if (a->input != b->input || a->kdamond != b->kdamond || a->metric != b->metric)
		return false;
	return (a->last < b->first && b->first - a->last <= gap) ||
	       (b->last < a->first && a->first - b->last <= gap);
}

/*
 * A probe's goal whose quota did not change since its node did has no damos_esz to learn from: it
 * belongs to the one goal whose place it took.
 */
static void adopt(struct dt_goal_log *log)
{
	for (size_t i = 0; i < log->nr_keys; i++) {
		struct dt_goal_key *key = &log->keys[i];
		const struct dt_goal_key *other = NULL;
		size_t candidates = 0;

		if (key->scheme != DT_UNKNOWN_U32 || !key->count)
			continue;
		for (size_t k = 0; k < log->nr_keys; k++) {
			if (!log->keys[k].learned || !is_adjacent(key, &log->keys[k]))
				continue;
			other = &log->keys[k];
			candidates++;
		}
		if (candidates != 1)
			continue;
		key->learned = true;
		key->scheme = other->scheme;
		key->context = other->context;
	}
}

/* A probe that tells the scheme does not tell the context: its quota does. */
static void find_contexts(struct dt_goal_log *log)
{
	for (size_t i = 0; i < log->nr_keys; i++) {
		struct dt_goal_key *key = &log->keys[i];

		if (key->context != DT_UNKNOWN_U32 || key->scheme == DT_UNKNOWN_U32)
			continue;
		for (size_t e = 0; e < log->nr_esz; e++) {
			const struct dt_esz_record *esz = &log->esz[e];

			if (esz->input != key->input || esz->kdamond != key->kdamond ||
			    esz->scheme != key->scheme)
				continue;
			key->context = esz->context;
			break;
		}
	}
}

int dt_goal_log_learn(struct dt_goal_log *log)
{
	int ret = number_equals(log);

	if (!ret)
		ret = learn_schemes(log);
	if (ret)
		return ret;
	measure(log);
	adopt(log);
	find_contexts(log);
	return 0;
}
