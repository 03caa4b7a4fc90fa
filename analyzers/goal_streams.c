/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_log.h: streams out of the records that were taken in. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/goal_log.h"

static int by_identity(const void *a, const void *b)
{
	const struct dt_goal_key *l = *(struct dt_goal_key *const *)a;
	const struct dt_goal_key *r = *(struct dt_goal_key *const *)b;

	if (l->kdamond != r->kdamond)
		return l->kdamond < r->kdamond ? -1 : 1;
	if (l->context != r->context)
		return l->context < r->context ? -1 : 1;
	if (l->scheme != r->scheme)
		return l->scheme < r->scheme ? -1 : 1;
	if (l->metric != r->metric)
		return l->metric < r->metric ? -1 : 1;
	if (l->first != r->first)
		return l->first < r->first ? -1 : 1;
	return l < r ? -1 : l > r;
}

/* A stream while it is put together of keys that follow each other in time. */
struct draft {
	const struct dt_goal_key *last;
	uint32_t place;
	size_t count;
};

static bool continues(const struct dt_goal_key *key, const struct dt_goal_key *before)
{
	if (key->kdamond != before->kdamond || key->context != before->context ||
	    key->scheme != before->scheme || key->metric != before->metric ||
	    key->first <= before->last)
		return false;
	/* without its scheme a goal is known by its node alone */
	return key->nid == before->nid || key->scheme != DT_UNKNOWN_U32;
}

/* Which stream each key belongs to; returns how many there are. */
static size_t draft_streams(struct dt_goal_key **keys, size_t nr, struct draft *drafts,
			    size_t *of_key, const struct dt_goal_key *base)
{
	size_t nr_drafts = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct dt_goal_key *key = keys[i];
		uint32_t place = 0;
		size_t best = nr_drafts;

		for (size_t d = 0; d < nr_drafts; d++) {
			const struct dt_goal_key *last = drafts[d].last;

			if (last->kdamond == key->kdamond && last->context == key->context &&
			    last->scheme == key->scheme && last->metric == key->metric)
				place++;
			if (continues(key, last) && (best == nr_drafts || last->nid == key->nid))
				best = d;
		}
		if (best == nr_drafts)
			drafts[nr_drafts++].place = place;
		drafts[best].last = key;
		drafts[best].count += key->count;
		of_key[key - base] = best;
	}
	return nr_drafts;
}

static int by_time(const void *a, const void *b)
{
	const struct dt_goal_evaluation *left = a, *right = b;

	return left->time < right->time ? -1 : left->time > right->time;
}

/* Inputs may have been given in another order than they were recorded. */
static void sort_stream(struct dt_goal_stream *stream)
{
	for (size_t i = 1; i < stream->count; i++) {
		if (stream->evaluations[i].time >= stream->evaluations[i - 1].time)
			continue;
		qsort(stream->evaluations, stream->count, sizeof(*stream->evaluations), by_time);
		return;
	}
}

static void add_evaluation(struct dt_goal_stream *stream, const struct dt_goal_record *record,
			   const struct dt_goal_key *key)
{
	stream->input = key->input;
	if (record->value > DT_GOAL_WHOLE && dt_goal_metric_is_share(stream->metric)) {
		stream->nr_beyond++;
		return;
	}
	stream->nr_zero += record->target == 0;
	stream->evaluations[stream->count++] = (struct dt_goal_evaluation){
		.time = record->time,
		.target = record->target,
		.value = record->value,
		.esz = DT_ESZ_UNKNOWN,
		.nid = key->nid,
	};
}

static int make_streams(struct dt_goal_log *log, struct dt_goals *goals, const struct draft *drafts,
			size_t nr, const size_t *of_key)
{
	goals->streams = calloc(nr ? nr : 1, sizeof(*goals->streams));
	if (!goals->streams)
		return -ENOMEM;
	goals->nr = nr;
	for (size_t i = 0; i < nr; i++) {
		struct dt_goal_stream *stream = &goals->streams[i];
		const struct dt_goal_key *key = drafts[i].last;

		stream->kdamond = key->kdamond;
		stream->context = key->context;
		stream->scheme = key->scheme;
		stream->metric = key->metric;
		stream->place = drafts[i].place;
		stream->nid = key->nid;
		stream->complement = -1;
		stream->evaluations = calloc(drafts[i].count + 1, sizeof(*stream->evaluations));
		if (!stream->evaluations)
			return -ENOMEM;
	}
	for (size_t i = 0; i < log->nr; i++) {
		const struct dt_goal_record *record = &log->records[i];

		if (record->time < log->from)
			continue;
		add_evaluation(&goals->streams[of_key[record->key]], record,
			       &log->keys[record->key]);
	}
	for (size_t i = 0; i < nr; i++)
		sort_stream(&goals->streams[i]);
	return 0;
}

static int assemble(struct dt_goal_log *log, struct dt_goals *goals)
{
	const size_t nr = log->nr_keys;
	struct dt_goal_key **keys = malloc((nr + 1) * sizeof(struct dt_goal_key *));
	struct draft *drafts = calloc(nr + 1, sizeof(*drafts));
	size_t *of_key = calloc(nr + 1, sizeof(*of_key));
	int ret = -ENOMEM;

	if (keys && drafts && of_key) {
		size_t nr_shown = 0;

		for (size_t i = 0; i < nr; i++)
			if (log->keys[i].count)
				keys[nr_shown++] = &log->keys[i];
		qsort(keys, nr_shown, sizeof(struct dt_goal_key *), by_identity);
		ret = make_streams(log, goals, drafts,
				   draft_streams(keys, nr_shown, drafts, of_key, log->keys),
				   of_key);
	}
	free(keys);
	free(drafts);
	free(of_key);
	return ret;
}

static int by_loss(const void *a, const void *b)
{
	const struct dt_goal_loss *left = a, *right = b;

	if (left->time != right->time)
		return left->time < right->time ? -1 : 1;
	return (left->count > right->count) - (left->count < right->count);
}

int dt_goal_log_streams(struct dt_goal_log *log, struct dt_goals *goals)
{
	int ret = dt_goal_log_learn(log);

	if (ret)
		return ret;
	if (log->nr_losses)
		qsort(log->losses, log->nr_losses, sizeof(*log->losses), by_loss);
	ret = assemble(log, goals);
	goals->losses = log->losses;
	goals->nr_losses = log->nr_losses;
	log->losses = NULL;
	log->nr_losses = log->losses_room = 0;
	return ret;
}
