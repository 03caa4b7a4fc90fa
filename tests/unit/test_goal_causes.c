/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each cause with a stream that yields exactly it, and near misses that do not: what is just as
 * long, as far or as much as it takes, and what is a little less.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/goal_world.h"

#define PERIOD 200000000u
#define MIB    (1u << 20)
#define REGION 4096

/* A second scheme that rests, and no reason for anything. */
static struct goal_round calm(uint64_t target, uint64_t value)
{
	struct goal_round round = goal_round_at(target, value);

	round.esz[0] = 0;
	round.esz[1] = 0;
	return round;
}

/* So many rounds of it, in the middle of calm ones at the target. */
static struct dt_report around(struct goal_world *world, const struct goal_round *round,
			       unsigned count)
{
	const struct goal_round quiet = calm(round->target, round->target);
	struct dt_report report;

	for (unsigned i = 0; i < 40; i++)
		goal_world_round(world, &quiet);
	for (unsigned i = 0; i < count; i++)
		goal_world_round(world, round);
	for (unsigned i = 0; i < 40; i++)
		goal_world_round(world, &quiet);
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	return report;
}

/* The causes of all steps of goal `index` as text, "FIGHT STUCK". */
static const char *causes(const struct dt_report *report, size_t index)
{
	static char text[512];
	const struct dt_goal_stream *stream = &report->goals.streams[index];

	text[0] = '\0';
	for (size_t s = 0; s < stream->nr_steps; s++)
		for (size_t i = 0; i < stream->steps[s].nr_causes; i++) {
			const struct dt_goal_because *because = &stream->steps[s].causes[i];

			assert_true(because->from_ns <= because->to_ns);
			assert_true(because->from_ns >= stream->steps[s].start_ns);
			assert_true(strlen(because->evidence) > 10);
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				       *text ? " " : "", dt_goal_cause_name(because->cause));
		}
	return text;
}

static void expect(struct dt_report *report, const char *pull, const char *push)
{
	assert_int_equal(report->goals.nr, push ? 2 : 1);
	assert_string_equal(causes(report, 0), pull);
	if (push)
		assert_string_equal(causes(report, 1), push);
	dt_report_clear(report);
}

static void test_nothing(void **state)
{
	const struct goal_round round = calm(6000, 6000);
	struct dt_report report = around(goal_world_new(PERIOD), &round, 10);

	(void)state;
	assert_int_equal(report.goals.streams[0].complement, 1);
	assert_int_equal(report.goals.streams[1].complement, 0);
	expect(&report, "", "");
}

/* CONSIST grows its quota by at most 2 a window: from `from` on until it reaches `to`. */
static struct dt_report grow(uint64_t from, uint64_t to, bool native)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct goal_round round = goal_round_at(6000, 5990);
	struct dt_report report;

	world->native = native;
	round.esz[1] = 0;
	for (uint64_t esz = from; esz < to; esz *= 2) {
		round.esz[0] = esz;
		goal_world_round(world, &round);
	}
	round.esz[0] = to;
	for (unsigned i = 0; i < 40; i++)
		goal_world_round(world, &round);
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	return report;
}

static void test_bootstrap(void **state)
{
	struct dt_report report;
	const struct dt_goal_because *because;

	(void)state;
	for (int native = 0; native < 2; native++) {
		report = grow(1, 64 * MIB, native);
		because = &report.goals.streams[0].steps[0].causes[0];
		/* 1, 2, .. 2048: 12 windows */
		assert_int_equal(because->to_ns - because->from_ns, 12 * (uint64_t)PERIOD);
		assert_non_null(strstr(because->evidence, "from 1 to 2048 bytes"));
		expect(&report, "BOOTSTRAP", "");
	}
	/* a region and more from the start on */
	report = grow(REGION, 64 * MIB, true);
	expect(&report, "", "");
	/* two windows: a flicker */
	report = grow(1024, 64 * MIB, true);
	expect(&report, "", "");
	/* small, but it does not grow: at the target that is as it should be */
	report = grow(17, 17, true);
	expect(&report, "", "");
}

/* 80 rounds with a full quota; the value goes by `step` a round. */
static struct dt_report push_on(unsigned step, unsigned exceeds, uint64_t last_esz)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct goal_round round = goal_round_at(6000, 2000);
	struct dt_report report;

	for (unsigned i = 0; i < 80; i++) {
		round.value[0] = 2000 + (uint64_t)step * i;
		round.value[1] = 10000 - round.value[0];
		round.esz[0] = i % 7 ? 8 * MIB : last_esz;
		round.applied[0] = 4 * MIB;
		round.exceeds[0] = exceeds;
		goal_world_round(world, &round);
	}
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	return report;
}

static void test_quota_bound(void **state)
{
	struct dt_report report = push_on(0, 1, 8 * MIB);

	(void)state;
	assert_non_null(
		strstr(report.goals.streams[0].steps[0].causes[0].evidence, "cap of 8 MiB"));
	expect(&report, "QUOTA_BOUND", "");
	/* the error shrinks */
	report = push_on(40, 1, 8 * MIB);
	expect(&report, "", "");
	/* the quota is not used up */
	report = push_on(0, 0, 8 * MIB);
	expect(&report, "", "");
	/* it is below its cap now and then, so the cap is not what binds */
	report = push_on(0, 1, 7 * MIB);
	expect(&report, "", "");
}

static void test_starved(void **state)
{
	struct goal_round round = calm(6000, 6000);
	struct dt_report report;

	(void)state;
	round.value[0] = round.value[1] = 0;
	report = around(goal_world_new(PERIOD), &round, 6);
	assert_non_null(strstr(report.goals.streams[0].steps[0].causes[0].evidence,
			       "all 2 nodes read 0 in 6"));
	expect(&report, "STARVED", "STARVED");
	/* a window or two are a flicker */
	report = around(goal_world_new(PERIOD), &round, 2);
	expect(&report, "", "");
	/* one node alone reads 0: the other has it all */
	round.value[1] = 10000;
	report = around(goal_world_new(PERIOD), &round, 6);
	expect(&report, "", "");
}

static struct dt_report pull(uint64_t tried, uint64_t esz, uint64_t value)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct goal_round round = goal_round_at(6000, value);

	round.esz[0] = esz;
	round.tried[0] = tried;
	return around(world, &round, 40);
}

static void test_no_region_matches(void **state)
{
	struct dt_report report = pull(0, 8 * MIB, 3000);

	(void)state;
	assert_non_null(
		strstr(report.goals.streams[0].steps[0].causes[0].evidence, "no region matched"));
	expect(&report, "STARVED", "");
	/* tried, whatever came of it */
	report = pull(1, 8 * MIB, 3000);
	expect(&report, "", "");
	/* near enough */
	report = pull(0, 8 * MIB, 5900);
	expect(&report, "", "");
}

static struct dt_report fight(uint64_t pull_esz, uint64_t push_esz, bool together)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct goal_round round = calm(6000, 6000);
	struct dt_report report;

	for (unsigned i = 0; i < 80; i++) {
		const bool both = i >= 30 && i < 35;

		round.esz[0] = both ? pull_esz : 0;
		round.esz[1] = both ? push_esz : 0;
		round.applied[0] = both && (together || i % 2) ? REGION : 0;
		round.applied[1] = both && (together || !(i % 2)) ? REGION : 0;
		goal_world_round(world, &round);
	}
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	return report;
}

static void test_fight(void **state)
{
	struct dt_report report = fight(REGION, REGION, true);
	const struct dt_goal_because *because = report.goals.streams[0].steps[0].causes;

	(void)state;
	assert_int_equal(because->to_ns - because->from_ns, 5 * (uint64_t)PERIOD);
	assert_non_null(strstr(because->evidence, "5 quota windows"));
	expect(&report, "FIGHT", "FIGHT");
	/* never in one window: that is how it should be */
	report = fight(REGION, REGION, false);
	expect(&report, "", "");
	/* one of them has less than a region */
	report = fight(REGION, REGION - 1, true);
	expect(&report, "", "");
	/* quotas that were never printed: what was applied shows them */
	report = fight(DT_ESZ_UNKNOWN, REGION, true);
	assert_int_equal(report.goals.nr, 2);
	dt_report_clear(&report);
}

static struct dt_report stick(uint64_t esz, uint64_t value, unsigned rounds)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct goal_round round = calm(6000, value);

	round.esz[0] = esz;
	return around(world, &round, rounds);
}

static void test_stuck(void **state)
{
	struct dt_report report;

	(void)state;
	/* W is 10 rounds */
	report = stick(0, 5000, 10);
	assert_non_null(strstr(report.goals.streams[0].steps[0].causes[0].evidence, "10.0 points"));
	expect(&report, "STUCK", "STUCK");
	report = stick(0, 5000, 9);
	expect(&report, "", "");
	/* within the band, which is the least one of 200 bp here */
	report = stick(0, 5800, 20);
	expect(&report, "", "");
	report = stick(0, 5799, 20);
	expect(&report, "STUCK", "STUCK");
	/* a region may be moved */
	report = stick(REGION, 5000, 9);
	expect(&report, "", "");
}

static void test_sum_off(void **state)
{
	struct goal_round round = calm(6000, 6000);
	struct dt_report report;

	(void)state;
	round.value[1] = 4101;
	report = around(goal_world_new(PERIOD), &round, 3);
	assert_non_null(strstr(report.goals.streams[1].steps[0].causes[0].evidence, "101.0"));
	expect(&report, "SUM_OFF", "SUM_OFF");
	report = around(goal_world_new(PERIOD), &round, 2);
	expect(&report, "", "");
	round.value[1] = 4100;
	report = around(goal_world_new(PERIOD), &round, 20);
	expect(&report, "", "");
	round.value[1] = 3900;
	report = around(goal_world_new(PERIOD), &round, 20);
	expect(&report, "", "");
	round.value[1] = 3899;
	report = around(goal_world_new(PERIOD), &round, 20);
	expect(&report, "SUM_OFF", "SUM_OFF");
}

/* After the target was rewritten, PUSH's goal reads another node. */
static struct dt_report rewrite(bool native, int32_t nid)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct goal_round round = calm(6000, 6000);
	struct dt_report report;

	world->native = native;
	for (unsigned i = 0; i < 60; i++)
		goal_world_round(world, &round);
	round = calm(7000, 7000);
	round.nid[1] = nid;
	if (nid == 0)
		round.value[1] = 7000;
	for (unsigned i = 0; i < 60; i++)
		goal_world_round(world, &round);
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	return report;
}

static void test_nid_lost(void **state)
{
	(void)state;
	for (int native = 0; native < 2; native++) {
		struct dt_report report = rewrite(native, 2);
		const struct dt_goal_stream *stream = &report.goals.streams[1];

		assert_int_equal(report.goals.nr, 2);
		assert_int_equal(stream->nr_steps, 2);
		assert_int_equal(stream->count, 120);
		assert_int_equal(stream->nid, 2);
		assert_int_equal(stream->steps[0].nr_causes, 0);
		assert_int_equal(stream->steps[1].nr_causes, 1);
		assert_non_null(strstr(stream->steps[1].causes[0].evidence,
				       "reads node 2; it began with node 1"));
		expect(&report, "", "NID_LOST");
		/* the same node as before */
		report = rewrite(native, 1);
		expect(&report, "", "");
	}
}

/* Both goals read node 0 then: they must stay two goals. */
static void test_nid_lost_to_the_other(void **state)
{
	(void)state;
	for (int native = 0; native < 2; native++) {
		struct dt_report report = rewrite(native, 0);

		assert_int_equal(report.goals.nr, 2);
		assert_int_equal(report.goals.streams[0].count, 120);
		assert_int_equal(report.goals.streams[1].count, 120);
		assert_non_null(strstr(causes(&report, 1), "NID_LOST"));
		assert_null(strstr(causes(&report, 0), "NID_LOST"));
		dt_report_clear(&report);
	}
}

static struct dt_report lose(enum dt_loss_what what, uint64_t count, unsigned at)
{
	struct goal_world *world = goal_world_new(PERIOD);
	const struct goal_round round = calm(6000, 6000);
	struct dt_report report;

	for (unsigned i = 0; i < 60; i++) {
		if (i == at || i == at + 1)
			goal_world_loss(world, what, count);
		goal_world_round(world, &round);
	}
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	return report;
}

static void test_losses(void **state)
{
	struct dt_report report = lose(DT_LOSS_EVENTS, 7, 30);
	const struct dt_goal_stream *stream = &report.goals.streams[0];

	(void)state;
	assert_string_equal(stream->steps[0].causes[0].evidence, "14 events lost in 2 places");
	/* the quota is not known from there on: it may have changed */
	assert_true(stream->evaluations[28].esz == 0);
	assert_true(stream->evaluations[29].esz == DT_ESZ_UNKNOWN);
	assert_true(stream->evaluations[59].esz == DT_ESZ_UNKNOWN);
	expect(&report, "LOST_EVENTS", "LOST_EVENTS");
	report = lose(DT_LOSS_EVENTS, 0, 30);
	assert_non_null(strstr(report.goals.streams[0].steps[0].causes[0].evidence, "unknown"));
	expect(&report, "LOST_EVENTS", "LOST_EVENTS");
	report = lose(DT_LOSS_THROTTLE, 1, 30);
	assert_true(report.goals.streams[0].evaluations[59].esz == 0);
	expect(&report, "THROTTLED", "THROTTLED");
	/* lost samples are not the goals' */
	report = lose(DT_LOSS_SAMPLES, 5, 30);
	expect(&report, "", "");
	/* before the first evaluation */
	report = lose(DT_LOSS_THROTTLE, 1, 100);
	expect(&report, "", "");
}

/* After lost events nobody knows the quotas: stuck is not claimed. */
static void test_unknown_quota(void **state)
{
	struct goal_world *world = goal_world_new(PERIOD);
	struct goal_round round = calm(6000, 6000);
	struct dt_report report;

	(void)state;
	for (unsigned i = 0; i < 30; i++)
		goal_world_round(world, &round);
	goal_world_loss(world, DT_LOSS_EVENTS, 3);
	round = calm(6000, 5000);
	for (unsigned i = 0; i < 40; i++)
		goal_world_round(world, &round);
	goal_world_analyze(world, &(struct dt_view){0}, &report);
	free(world);
	expect(&report, "LOST_EVENTS", "LOST_EVENTS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_bootstrap),
		cmocka_unit_test(test_quota_bound),
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_no_region_matches),
		cmocka_unit_test(test_fight),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_sum_off),
		cmocka_unit_test(test_nid_lost),
		cmocka_unit_test(test_nid_lost_to_the_other),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_unknown_quota),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
