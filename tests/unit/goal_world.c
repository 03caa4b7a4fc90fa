/* SPDX-License-Identifier: GPL-2.0-only */
/* See goal_world.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/goal_world.h"

/* Between two events of a round, ns. */
#define APART 20000

struct goal_world *goal_world_new(uint64_t period)
{
	struct goal_world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->time = 5000000000u;
	world->period = period;
	world->kdamond[0] = world->kdamond[1] = 100;
	world->last_esz[0] = world->last_esz[1] = DT_ESZ_UNKNOWN;
	return world;
}

struct goal_round goal_round_at(uint64_t target, uint64_t value)
{
	return (struct goal_round){
		.target = target, .value = {value, 10000 - value}, .nid = {0, 1}};
}

static void evaluate(struct goal_world *world, const struct goal_round *round, unsigned scheme,
		     uint64_t time)
{
	assert_true(world->nr_goals < GOAL_WORLD_MOST);
	world->goals[world->nr_goals++] = (struct dt_goal){
		.time = time,
		.target_value = scheme ? 10000 - round->target : round->target,
		.current_value = round->value[scheme],
		.score = UINT64_MAX,
		.context_idx = world->native ? 0 : DT_UNKNOWN_U32,
		.scheme_idx = world->native ? scheme : DT_UNKNOWN_U32,
		.metric = world->native ? DT_UNKNOWN_U32 : 8,
		.nid = round->nid[scheme],
		.kdamond = world->kdamond[scheme],
	};
	if (round->esz[scheme] == world->last_esz[scheme] || round->esz[scheme] == DT_ESZ_UNKNOWN)
		return;
	world->last_esz[scheme] = round->esz[scheme];
	world->esz[world->nr_esz++] = (struct dt_esz){
		.time = time + APART,
		.esz = round->esz[scheme],
		.scheme_idx = scheme,
		.kdamond = world->kdamond[scheme],
	};
}

static void apply(struct goal_world *world, const struct goal_round *round, unsigned scheme,
		  uint64_t time)
{
	struct dt_stat *stat = &world->stat[scheme];

	stat->time = time + APART;
	stat->scheme_idx = scheme;
	stat->kdamond = world->kdamond[scheme];
	stat->nr_tried += round->tried[scheme] + (round->applied[scheme] > 0);
	stat->sz_applied += round->applied[scheme];
	stat->qt_exceeds += round->exceeds[scheme];
	if (round->applied[scheme])
		world->applies[world->nr_applies++] = (struct dt_apply){
			.time = time,
			.start = 0x10000000,
			.end = 0x10000000 + round->applied[scheme],
			.scheme_idx = scheme,
			.kdamond = world->kdamond[scheme],
		};
	if (!world->no_stat)
		world->stats[world->nr_stats++] = *stat;
}

void goal_world_round(struct goal_world *world, const struct goal_round *round)
{
	const unsigned nr = round->alone ? 1 : 2;

	for (unsigned scheme = 0; scheme < nr; scheme++)
		evaluate(world, round, scheme, world->time + scheme * 3 * APART);
	for (unsigned scheme = 0; scheme < nr; scheme++)
		apply(world, round, scheme, world->time + (10 + scheme * 3) * APART);
	world->time += world->period;
}

void goal_world_loss(struct goal_world *world, enum dt_loss_what what, uint64_t count)
{
	/* before the next round */
	world->losses[world->nr_losses++] = (struct dt_loss){
		.time = world->time - world->period / 4, .count = count, .what = (uint8_t)what};
}

static void send(void *state, enum dt_kind kind, char *records, size_t nr, size_t size)
{
	for (size_t i = 0; i < nr; i += DT_BATCH_MAX) {
		const size_t count = nr - i < DT_BATCH_MAX ? nr - i : DT_BATCH_MAX;
		struct dt_batch batch = {.kind = kind, .count = (uint32_t)count};

		batch.records = records + i * size;
		assert_int_equal(dt_goals_analyzer.batch(state, &batch), 0);
	}
}

#define SEND(kind, list, nr)                                                                     \
	do {                                                                                     \
		if (wants.kinds & 1u << (kind))                                                  \
			send(state, kind, (char *)world->list, world->nr, sizeof(*world->list)); \
	} while (0)

void goal_world_analyze(struct goal_world *world, const struct dt_view *options,
			struct dt_report *report)
{
	const struct dt_span span = {world->nr_goals ? world->goals[0].time : 0, world->time};
	struct dt_view view = *options;
	struct dt_wants wants = {0};
	struct dt_error error;
	void *state;

	view.goals = view.goals_asked = true;
	*report = (struct dt_report){0};
	assert_int_equal(dt_analyzer_begin(&dt_goals_analyzer, &state, &view, &error), 0);
	for (unsigned pass = 0;; pass++) {
		assert_int_equal(
			dt_analyzer_pass(&dt_goals_analyzer, state, pass, &span, &wants, &error),
			0);
		if (wants.done)
			break;
		assert_true(pass < 5);
		/* what comes late in the recording may come early here: kinds keep no order */
		SEND(DT_KIND_STAT, stats, nr_stats);
		SEND(DT_KIND_LOSS, losses, nr_losses);
		SEND(DT_KIND_GOAL, goals, nr_goals);
		SEND(DT_KIND_ESZ, esz, nr_esz);
		SEND(DT_KIND_APPLY, applies, nr_applies);
		dt_goals_analyzer.input_end(state);
	}
	assert_int_equal(dt_analyzer_finish(&dt_goals_analyzer, state, report, &error), 0);
	dt_analyzer_end(&dt_goals_analyzer, state);
}
