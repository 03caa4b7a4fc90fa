/* SPDX-License-Identifier: GPL-2.0-only */
/* Goal events of two schemes, made one round at a time, and the goals analysis of them. */
#ifndef TESTS_UNIT_GOAL_WORLD_H
#define TESTS_UNIT_GOAL_WORLD_H

#include "damon-trace/analyzer.h"

#define GOAL_WORLD_MOST 40000

/* A round of a PULL scheme (0, node 0) and a PUSH scheme (1, node 1). */
struct goal_round {
	uint64_t target; /* of PULL; PUSH has the rest */
	uint64_t value[2];
	uint64_t esz[2];	       /* printed when it changes; DT_ESZ_UNKNOWN: not printed */
	uint64_t applied[2];	       /* bytes in this round, as one region; 0: none */
	uint64_t tried[2], exceeds[2]; /* more regions, windows over quota */
	int32_t nid[2];
	bool alone; /* only PULL */
};

struct goal_world {
	uint64_t time, period;
	bool native, no_stat;
	int32_t kdamond[2];
	uint64_t last_esz[2];
	struct dt_stat stat[2];
	size_t nr_goals, nr_esz, nr_stats, nr_applies, nr_losses;
	struct dt_goal goals[GOAL_WORLD_MOST];
	struct dt_esz esz[GOAL_WORLD_MOST];
	struct dt_stat stats[GOAL_WORLD_MOST];
	struct dt_apply applies[GOAL_WORLD_MOST];
	struct dt_loss losses[64];
};

/* Rounds every `period` ns; free() it. */
struct goal_world *goal_world_new(uint64_t period);

/* A quiet round at the target: nothing is moved. */
struct goal_round goal_round_at(uint64_t target, uint64_t value);

void goal_world_round(struct goal_world *world, const struct goal_round *round);
void goal_world_loss(struct goal_world *world, enum dt_loss_what what, uint64_t count);

/* The report of the goals analyzer; dt_report_clear() it. options: view without its goals part. */
void goal_world_analyze(struct goal_world *world, const struct dt_view *options,
			struct dt_report *report);

#endif
