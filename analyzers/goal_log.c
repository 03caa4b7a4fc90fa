/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_log.h: taking records in. goal_streams.c makes streams of them. */
#include <errno.h>
#include <stdlib.h>

#include "analyzers/goal_log.h"

/* Room for one more item; NULL when memory is out, with the items as they were. */
static void *more(void *items, size_t nr, size_t *room, size_t size)
{
	if (nr < *room)
		return items;
	items = reallocarray(items, *room ? *room * 2 : 64, size);
	if (items)
		*room = *room ? *room * 2 : 64;
	return items;
}

static uint32_t narrow(uint64_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

/* What came before the shown time may still hold in it. */
static bool is_wanted(struct dt_goal_log *log, uint64_t time, size_t nr)
{
	if (time >= log->to)
		return false;
	if (nr < DT_GOAL_MOST)
		return true;
	log->nr_left_out++;
	return false;
}

/* 1 when it is found or made, 0 when there are too many, -ENOMEM. Keys are few, and come in turn.
 */
static int find_key(struct dt_goal_log *log, const struct dt_goal *goal, uint32_t *index)
{
	struct dt_goal_key *keys;

	for (size_t i = log->nr_keys; i-- > 0;) {
		const struct dt_goal_key *key = &log->keys[i];

		if (key->kdamond != goal->kdamond || key->nid != goal->nid ||
		    key->scheme != goal->scheme_idx || key->metric != goal->metric ||
		    key->context != goal->context_idx || key->input != log->input)
			continue;
		*index = (uint32_t)i;
		return 1;
	}
	if (log->nr_keys == DT_GOAL_MOST_KEYS)
		return 0;
	keys = more(log->keys, log->nr_keys, &log->keys_room, sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	log->keys = keys;
	*index = (uint32_t)log->nr_keys++;
	keys[*index] = (struct dt_goal_key){
		.input = log->input,
		.kdamond = goal->kdamond,
		.nid = goal->nid,
		.context = goal->context_idx,
		.scheme = goal->scheme_idx,
		.metric = goal->metric,
	};
	return 1;
}

static int take_goal(struct dt_goal_log *log, const struct dt_goal *goal)
{
	struct dt_goal_record *records;
	uint32_t key;
	int ret;

	if (!dt_filters_pass(log->filters, log->nr_filters, goal->kdamond, goal->context_idx))
		return 0;
	if (goal->time < log->from && log->nr_early++ >= DT_GOAL_MOST_EARLY)
		return 0;
	if (!is_wanted(log, goal->time, log->nr))
		return 0;
	ret = find_key(log, goal, &key);
	if (ret <= 0) {
		log->nr_left_out += !ret;
		return ret;
	}
	records = more(log->records, log->nr, &log->room, sizeof(*records));
	if (!records)
		return -ENOMEM;
	log->records = records;
	records[log->nr++] = (struct dt_goal_record){
		.time = goal->time,
		.target = narrow(goal->target_value),
		.value = narrow(goal->current_value),
		.key = key,
	};
	return 0;
}

static int take_esz(struct dt_goal_log *log, const struct dt_esz *esz)
{
	struct dt_esz_record *list;

	if (!is_wanted(log, esz->time, log->nr_esz))
		return 0;
	list = more(log->esz, log->nr_esz, &log->esz_room, sizeof(*list));
	if (!list)
		return -ENOMEM;
	log->esz = list;
	list[log->nr_esz++] = (struct dt_esz_record){
		.time = esz->time,
		.esz = esz->esz,
		.input = log->input,
		.context = esz->context_idx,
		.scheme = esz->scheme_idx,
		.kdamond = esz->kdamond,
	};
	return 0;
}

static int take_loss(struct dt_goal_log *log, const struct dt_loss *loss)
{
	struct dt_goal_loss *list;

	if (loss->what == DT_LOSS_SAMPLES || !is_wanted(log, loss->time, log->nr_losses))
		return 0;
	list = more(log->losses, log->nr_losses, &log->losses_room, sizeof(*list));
	if (!list)
		return -ENOMEM;
	log->losses = list;
	list[log->nr_losses++] = (struct dt_goal_loss){
		.time = loss->time,
		.count = loss->count,
		.throttled = loss->what == DT_LOSS_THROTTLE,
	};
	return 0;
}

int dt_goal_log_take(struct dt_goal_log *log, const struct dt_batch *batch)
{
	int ret = 0;

	for (uint32_t i = 0; i < batch->count && !ret; i++) {
		if (batch->kind == DT_KIND_GOAL)
			ret = take_goal(log, &batch->goals[i]);
		else if (batch->kind == DT_KIND_ESZ)
			ret = take_esz(log, &batch->eszs[i]);
		else if (batch->kind == DT_KIND_LOSS)
			ret = take_loss(log, &batch->losses[i]);
	}
	return ret;
}

void dt_goal_log_free(struct dt_goal_log *log)
{
	free(log->records);
	free(log->keys);
	free(log->esz);
	free(log->losses);
	*log = (struct dt_goal_log){0};
}
