/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goal evaluations, effective quotas and losses as they come, and the streams made of them: which
 * scheme an evaluation belongs to, which place it has among the scheme's goals, and where the node
 * of a goal changed.
 *
 * Memory is bounded: past DT_GOAL_MOST evaluations (half a month of one each second) the rest is
 * counted, not kept.
 */
#ifndef ANALYZERS_GOAL_LOG_H
#define ANALYZERS_GOAL_LOG_H

#include "damon-trace/analyzer.h"
#include "damon-trace/goal.h"
#include "damon-trace/reader.h"

#define DT_GOAL_MOST (2u << 20)
/* Evaluations before the shown time that are kept to learn from which scheme is whose. */
#define DT_GOAL_MOST_EARLY (64u << 10)
/* Different goals; a file that has more has been tampered with. */
#define DT_GOAL_MOST_KEYS 256

struct dt_goal_record {
	uint64_t time;
	uint32_t target, value;
	uint32_t key; /* index of its struct dt_goal_key */
};

/* What tells evaluations apart in the events themselves. */
struct dt_goal_key {
	size_t input;
	int32_t kdamond, nid;
	uint32_t context, scheme, metric; /* DT_UNKNOWN_U32: not told */
	uint32_t ordinal;		  /* among equal ones of one round of evaluations */
	bool learned;			  /* context and scheme come from damos_esz */
	size_t count;
	uint64_t first, last; /* times */
	uint64_t gap;	      /* between rounds, ns; 0: not known */
};

struct dt_esz_record {
	uint64_t time, esz;
	size_t input;
	uint32_t context, scheme;
	int32_t kdamond;
};

struct dt_goal_log {
	uint64_t from, to; /* evaluations outside of [from, to) are left out */
	size_t nr_early;   /* those before, which are kept all the same */
	size_t nr_filters; /* only these kdamonds' and contexts'; 0: all */
	const struct dt_stream_filter *filters;
	size_t input;
	size_t nr, room;
	struct dt_goal_record *records;
	size_t nr_keys, keys_room;
	struct dt_goal_key *keys;
	size_t nr_esz, esz_room;
	struct dt_esz_record *esz;
	size_t nr_losses, losses_room;
	struct dt_goal_loss *losses;
	uint64_t nr_left_out;
};

/* 0 or -ENOMEM. Kinds: goals, effective quotas, losses. */
int dt_goal_log_take(struct dt_goal_log *log, const struct dt_batch *batch);

/*
 * Give each key the scheme, and equal goals the place, that its events do not tell; count what the
 * shown time has of it. 0 or -ENOMEM.
 */
int dt_goal_log_learn(struct dt_goal_log *log);

/*
 * Make the streams, in the order of kdamond, context, scheme, metric, place; their evaluations know
 * nothing of their windows yet. The losses go along. 0 or -ENOMEM.
 */
int dt_goal_log_streams(struct dt_goal_log *log, struct dt_goals *goals);

void dt_goal_log_free(struct dt_goal_log *log);

#endif
