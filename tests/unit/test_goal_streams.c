/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which evaluations make a stream: by kdamond, scheme and place, not by node alone, which is what
 * other tools do; and which streams are each other's complement.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/render.h"
#include "tests/unit/goal_world.h"

#define PERIOD 200000000u
#define ROUNDS 50

static struct dt_report analyze(struct goal_world *world)
{
	struct dt_report report;

	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	return report;
}

/* Quotas that change now and then, as they do: what a probe's events are learned from. */
static struct goal_round round_of(unsigned i, uint64_t target, uint64_t value)
{
	struct goal_round round = goal_round_at(target, value);

	round.esz[0] = i % 5 ? 8u << 20 : 4u << 20;
	round.esz[1] = i % 7 ? 0 : 4096;
	return round;
}

static void expect_stream(const struct dt_goal_stream *stream, int32_t kdamond, uint32_t scheme,
			  int32_t nid, size_t count)
{
	assert_int_equal(stream->kdamond, kdamond);
	assert_int_equal(stream->scheme, scheme);
	assert_int_equal(stream->nid, nid);
	assert_int_equal(stream->count, count);
}

static void test_pair(void **state)
{
	(void)state;
	for (int native = 0; native < 2; native++) {
		struct goal_world *world = goal_world_new(PERIOD);
		struct dt_report report;

		world->native = native;
		for (unsigned i = 0; i < ROUNDS; i++) {
			const struct goal_round round = round_of(i, 6000, 5000 + i);

			goal_world_round(world, &round);
		}
		report = analyze(world);
		assert_int_equal(report.goals.nr, 2);
		expect_stream(&report.goals.streams[0], 100, 0, 0, ROUNDS);
		expect_stream(&report.goals.streams[1], 100, 1, 1, ROUNDS);
		assert_int_equal(report.goals.streams[0].complement, 1);
		assert_int_equal(report.goals.streams[1].complement, 0);
		assert_int_equal(report.goals.streams[0].evaluations[4].esz, 8u << 20);
		assert_int_equal(report.goals.streams[0].evaluations[5].esz, 4u << 20);
		assert_int_equal(report.goals.streams[1].evaluations[7].esz, 4096);
		dt_report_clear(&report);
	}
}

/* Two schemes with goals on one node: two streams, also from a probe that names neither. */
static void test_one_node_two_schemes(void **state)
{
	(void)state;
	for (int native = 0; native < 2; native++) {
		struct goal_world *world = goal_world_new(PERIOD);
		struct dt_report report;

		world->native = native;
		for (unsigned i = 0; i < ROUNDS; i++) {
			struct goal_round round = round_of(i, 6000, 5000 + i);

			round.nid[1] = 0;
			goal_world_round(world, &round);
		}
		report = analyze(world);
		assert_int_equal(report.goals.nr, 2);
		expect_stream(&report.goals.streams[0], 100, 0, 0, ROUNDS);
		expect_stream(&report.goals.streams[1], 100, 1, 0, ROUNDS);
		for (unsigned i = 0; i < ROUNDS; i++)
			assert_int_equal(report.goals.streams[1].evaluations[i].value, 5000 - i);
		/* no complement: one node */
		assert_int_equal(report.goals.streams[0].complement, -1);
		dt_report_clear(&report);
	}
}

/* Two goals of one scheme have places; the scheme is not its own complement. */
static void test_places(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	world->native = true;
	for (unsigned i = 0; i < ROUNDS; i++) {
		const struct goal_round round = round_of(i, 6000, 5000);

		goal_world_round(world, &round);
	}
	for (size_t i = 0; i < world->nr_goals; i++)
		world->goals[i].scheme_idx = 3;
	report = analyze(world);
	assert_int_equal(report.goals.nr, 2);
	expect_stream(&report.goals.streams[0], 100, 3, 0, ROUNDS);
	expect_stream(&report.goals.streams[1], 100, 3, 1, ROUNDS);
	assert_int_equal(report.goals.streams[0].place, 0);
	assert_int_equal(report.goals.streams[1].place, 1);
	assert_int_equal(report.goals.streams[0].complement, -1);
	dt_report_clear(&report);
}

/* A probe that tells the scheme, all goals of a scheme at one instant, and not the context. */
static void test_goals_of_one_instant(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		const struct goal_round round = round_of(i, 6000, 5000 + i);

		goal_world_round(world, &round);
		for (size_t k = world->nr_goals - 2; k < world->nr_goals; k++) {
			world->goals[k].scheme_idx = 0;
			world->goals[k].nid = 0;
			world->goals[k].time = world->goals[world->nr_goals - 2].time;
		}
	}
	report = analyze(world);
	assert_int_equal(report.goals.nr, 2);
	for (unsigned place = 0; place < 2; place++) {
		expect_stream(&report.goals.streams[place], 100, 0, 0, ROUNDS);
		assert_int_equal(report.goals.streams[place].context, 0);
		assert_int_equal(report.goals.streams[place].place, place);
		assert_int_equal(report.goals.streams[place].evaluations[7].value,
				 place ? 4993 : 5007);
	}
	dt_report_clear(&report);
}

/* Kdamonds with equal numbers of schemes and nodes do not mix. */
static void test_two_kdamonds(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	for (unsigned i = 0; i < 2 * ROUNDS; i++) {
		const struct goal_round round =
			round_of(i / 2, i % 2 ? 7000 : 6000, i % 2 ? 7000 : 6000);

		world->kdamond[0] = world->kdamond[1] = i % 2 ? 200 : 100;
		/* what changed is another kdamond's */
		world->last_esz[0] = world->last_esz[1] = DT_ESZ_UNKNOWN;
		goal_world_round(world, &round);
	}
	report = analyze(world);
	assert_int_equal(report.goals.nr, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct dt_goal_stream *stream = &report.goals.streams[i];

		expect_stream(stream, i < 2 ? 100 : 200, i % 2, (int32_t)(i % 2), ROUNDS);
		assert_int_equal(stream->nr_steps, 1);
		assert_int_equal(stream->complement, (int64_t)(i ^ 1));
	}
	dt_report_clear(&report);
}

/* PULL and PUSH of different kdamonds are a pair too. */
static void test_pair_across_kdamonds(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	world->kdamond[1] = 200;
	for (unsigned i = 0; i < ROUNDS; i++) {
		const struct goal_round round = round_of(i, 6000, 6000);

		goal_world_round(world, &round);
	}
	report = analyze(world);
	assert_int_equal(report.goals.nr, 2);
	assert_int_equal(report.goals.streams[0].complement, 1);
	dt_report_clear(&report);
}

/* Of 100 rounds, how many may have targets that do not sum to the whole? */
static int64_t complement_with(unsigned wrong)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;
	int64_t complement;

	for (unsigned i = 0; i < 101; i++) {
		const struct goal_round round = round_of(i, 6000, 6000);

		goal_world_round(world, &round);
		if (i < wrong)
			world->goals[world->nr_goals - 1].target_value--;
	}
	report = analyze(world);
	complement = report.goals.streams[0].complement;
	dt_report_clear(&report);
	return complement;
}

static void test_most_of_the_time(void **state)
{
	(void)state;
	assert_int_equal(complement_with(0), 1);
	assert_int_equal(complement_with(9), 1);
	assert_int_equal(complement_with(12), -1);
	assert_int_equal(complement_with(101), -1);
}

/* Three nodes: 50, 30 and 20 %. A fourth goal of 20 % does not belong. */
static void test_three_nodes(void **state)
{
	static const uint64_t targets[] = {5000, 3000, 2000, 2100};
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	for (unsigned i = 0; i < ROUNDS * 4; i++)
		world->goals[world->nr_goals++] = (struct dt_goal){
			.time = 1000000000u + i / 4 * (uint64_t)PERIOD + i % 4 * 50000,
			.target_value = targets[i % 4],
			.current_value = targets[i % 4],
			.scheme_idx = i % 4,
			.metric = DT_UNKNOWN_U32,
			.nid = (int32_t)(i % 4),
			.kdamond = 100,
		};
	report = analyze(world);
	assert_int_equal(report.goals.nr, 4);
	assert_int_equal(report.goals.streams[0].complement, 1);
	assert_int_equal(report.goals.streams[1].complement, 2);
	assert_int_equal(report.goals.streams[2].complement, 0);
	assert_int_equal(report.goals.streams[3].complement, -1);
	dt_report_clear(&report);
}

/* Without damos_esz a probe's scheme stays unknown, and the pair is recognised all the same. */
static void test_unknown_scheme(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		const struct goal_round round = round_of(i, 6000, 6000);

		goal_world_round(world, &round);
	}
	world->nr_esz = 0;
	report = analyze(world);
	assert_int_equal(report.goals.nr, 2);
	expect_stream(&report.goals.streams[0], 100, DT_UNKNOWN_U32, 0, ROUNDS);
	assert_int_equal(report.goals.streams[0].evaluations[9].esz, DT_ESZ_UNKNOWN);
	assert_int_equal(report.goals.streams[0].complement, 1);
	dt_report_clear(&report);
}

/* Values over the whole are left out and told; a target of 0 is told and divides nothing. */
static void test_bad_values(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct goal_round round = round_of(i, 0, 100);

		round.value[0] = i == 7 ? 123456789012u : i == 8 ? 10001 : 10000;
		goal_world_round(world, &round);
	}
	report = analyze(world);
	assert_int_equal(report.goals.streams[0].count, ROUNDS - 2);
	assert_int_equal(report.goals.streams[0].nr_beyond, 2);
	assert_int_equal(report.goals.streams[0].nr_zero, ROUNDS - 2);
	assert_true(report.goals.streams[0].steps[0].steady.mean == 10000);
	assert_true(report.goals.streams[0].steps[0].target == 0);
	assert_int_equal(report.nr_notes, 2);
	assert_non_null(strstr(report.notes[0], "over 10000 bp"));
	assert_non_null(strstr(report.notes[1], "target of 0"));
	dt_report_clear(&report);
}

/* A metric that is no share may be any number, and has no complement. */
static void test_other_metric(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct goal_round round = round_of(i, 6000, 6000);

		round.value[0] = 250000;
		goal_world_round(world, &round);
	}
	for (size_t i = 0; i < world->nr_goals; i++)
		world->goals[i].metric = 1;
	report = analyze(world);
	assert_int_equal(report.goals.streams[0].count, ROUNDS);
	assert_string_equal(dt_goal_metric_name(report.goals.streams[0].metric), "some_mem_psi_us");
	assert_int_equal(report.goals.streams[0].complement, -1);
	assert_int_equal(report.nr_notes, 0);
	dt_report_clear(&report);
}

/* --time and --stream choose evaluations. */
static void test_choice(void **state)
{
	const struct dt_stream_filter other = {.has_kdamond = true, .kdamond = 7};
	const uint64_t second = 1000000000u;

	(void)state;
	for (int relative = 0; relative < 2; relative++) {
		struct goal_world *world = goal_world_new(PERIOD);
		const uint64_t origin = relative ? 0 : world->time;
		struct dt_view options = {.has_time = true,
					  .time_relative = relative,
					  .from_ns = origin + second,
					  .to_ns = origin + 3 * second};
		struct dt_report report;

		for (unsigned i = 0; i < ROUNDS; i++) {
			const struct goal_round round = round_of(i, 6000, 5000 + i);

			goal_world_round(world, &round);
		}
		goal_world_analyze(world, &options, &report);
		assert_int_equal(report.goals.streams[0].count, 10);
		assert_int_equal(report.goals.streams[0].evaluations[0].value, 5005);
		dt_report_clear(&report);
		options = (struct dt_view){.nr_streams = 1, .streams = &other};
		goal_world_analyze(world, &options, &report);
		assert_int_equal(report.goals.nr, 0);
		dt_report_clear(&report);
		free(world);
	}
}

/* Counters that start anew give no rate, and statistics before the first evaluation no window. */
static void test_windows(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct dt_report report;
	const struct dt_goal_evaluation *e;

	(void)state;
	world->native = true;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct goal_round round = round_of(i, 6000, 6000);

		round.applied[0] = i % 3 ? 0 : 1 << 20;
		round.exceeds[0] = 1;
		goal_world_round(world, &round);
	}
	world->nr_goals -= 2;
	memmove(world->goals, world->goals + 2, world->nr_goals * sizeof(*world->goals));
	report = analyze(world);
	e = report.goals.streams[0].evaluations;
	for (unsigned i = 0; i < ROUNDS - 2; i++) {
		assert_true(e[i].has_stat);
		assert_int_equal(e[i].qt_exceeds, i + 2);
		assert_int_equal(e[i].applies, (i + 1) % 3 == 0);
		assert_int_equal(e[i].apply_bytes, (i + 1) % 3 ? 0 : 1 << 20);
		assert_int_equal(e[i].sz_applied, ((i + 1) / 3 + 1) << 20);
	}
	dt_report_clear(&report);
}

static uint64_t chance(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* Any of the values that are likely to go wrong, or a small one. */
static uint64_t odd(uint64_t *state)
{
	static const uint64_t values[] = {0,	 1,	     UINT64_MAX, UINT32_MAX, 10000,
					  10001, 1ull << 63, 5000000000, 6000,	     4000};
	const uint64_t which = chance(state) % 14;

	return which < 10 ? values[which] : 5000000000u + chance(state);
}

static void garble(struct goal_world *world, uint64_t *state)
{
	for (unsigned i = 0; i < 300; i++) {
		const unsigned many = chance(state) % 2 ? 3 : 1000;

		world->goals[world->nr_goals++] = (struct dt_goal){
			.time = odd(state),
			.target_value = odd(state),
			.current_value = odd(state),
			.context_idx = chance(state) % 3 ? 0 : DT_UNKNOWN_U32,
			.scheme_idx = chance(state) % 3 ? chance(state) % many : DT_UNKNOWN_U32,
			.metric = chance(state) % 3 ? 8 : (uint32_t)odd(state),
			.nid = (int32_t)(chance(state) % many) - 1,
			.kdamond = (int32_t)(chance(state) % 2),
		};
		world->esz[world->nr_esz++] = (struct dt_esz){.time = odd(state),
							      .esz = odd(state),
							      .kdamond = (int32_t)chance(state) % 2,
							      .scheme_idx = chance(state) % 3};
		world->stats[world->nr_stats++] =
			(struct dt_stat){.time = odd(state), .sz_applied = odd(state)};
		world->applies[world->nr_applies++] = (struct dt_apply){
			.time = odd(state), .start = odd(state), .end = odd(state)};
	}
	for (unsigned i = 0; i < 20; i++)
		world->losses[world->nr_losses++] = (struct dt_loss){
			.time = odd(state), .count = odd(state), .what = chance(state) % 3};
}

/* Whatever the events say: an end, and nothing out of bounds, in every form of output. */
static void test_garbage(void **state)
{
	const struct dt_style style = {.width = 80, .utf8 = true};
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(out);
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct goal_world *world = goal_world_new(PERIOD);
		uint64_t random = seed;
		struct dt_report report;

		garble(world, &random);
		report = analyze(world);
		assert_true(report.goals.nr <= 256);
		dt_text_goals(out, &report, &style);
		dt_csv_goals(out, &report);
		dt_json_report(out, &report);
		dt_report_clear(&report);
	}
	assert_int_equal(fclose(out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_one_node_two_schemes),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_goals_of_one_instant),
		cmocka_unit_test(test_two_kdamonds),
		cmocka_unit_test(test_pair_across_kdamonds),
		cmocka_unit_test(test_most_of_the_time),
		cmocka_unit_test(test_three_nodes),
		cmocka_unit_test(test_unknown_scheme),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_other_metric),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
