/* SPDX-License-Identifier: GPL-2.0-only */
/* Expectations over a small report: what parses, where it breaks, what holds and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/expression.h"

static const char report[] =
	"{'damon_trace': {'format': 1},"
	" 'inputs': [{'path': 'a b.dat', 'kind': 'trace.dat', 'complete': true, 'start_ns': "
	"5000000000,"
	"   'end_ns': 12000000000, 'warnings_total': 0}],"
	" 'events': {'damon_aggregated': 400, 'page-faults': 7, 'damos_node_eligible_mem_bp': 90,"
	"   'cycles:P': 9007199254740993},"
	" 'losses': {'events': 0, 'unknown': 2},"
	" 'snapshots': [{'stream': {'kdamond_pid': 12, 'context': null, 'target': 0}, 'complete': "
	"40},"
	"   {'stream': {'kdamond_pid': 12, 'context': null, 'target': 1}, 'complete': 35}],"
	" 'goals': ["
	"  {'stream': {'kdamond_pid': 12, 'context': 0, 'scheme': 0}, 'metric': "
	"'node_eligible_mem_bp',"
	"   'nid': 0, 'evaluations': 100, 'period_s': 0.5, 'complement': 1, 'steps': ["
	"    {'target_bp': 6000, 'settling_s': 7.5, 'overshoot_pct': 12.5, 'steady': {'settled': "
	"true,"
	"      'mean_bp': 5900, 'error_bp': -100, 'ci95_bp': [5850, 5950], 'sojourn': 0.95},"
	"     'drift': {'bp_per_h': 12, 'verdict': 'none'}, 'cycle': null, 'verdict': 'REACHED',"
	"     'causes': []},"
	"    {'target_bp': 8000, 'settling_s': null, 'overshoot_pct': 0, 'steady': {'settled': "
	"false,"
	"      'mean_bp': 7000, 'error_bp': -1000, 'ci95_bp': null, 'sojourn': 0.2},"
	"     'drift': {'bp_per_h': null, 'verdict': 'undecided'}, 'cycle': {'period_s': 37,"
	"      'amplitude_bp': 3320}, 'verdict': 'OSCILLATING', 'causes': ["
	"      {'cause': 'QUOTA_BOUND', 'from_ns': 1, 'to_ns': 2, 'evidence': 'x'},"
	"      {'cause': 'FIGHT', 'from_ns': 1, 'to_ns': 2, 'evidence': 'y'}]}]},"
	"  {'stream': {'kdamond_pid': 12, 'context': 0, 'scheme': 1}, 'metric': "
	"'node_eligible_mem_bp',"
	"   'nid': 1, 'evaluations': 100, 'period_s': 0.5, 'complement': 0, 'steps': ["
	"    {'target_bp': 4000, 'settling_s': 8, 'overshoot_pct': 0, 'steady': {'settled': true,"
	"      'mean_bp': 4050, 'error_bp': 50, 'ci95_bp': [4000, 4100], 'sojourn': 1},"
	"     'drift': {'bp_per_h': -2, 'verdict': 'none'}, 'cycle': null, 'verdict': 'REACHED',"
	"     'causes': []}]}],"
	" 'heatmaps': [{'source': 'damon', 'stream': {'target': 0}, 'unit': 'access rate',"
	"   'segments': [{'start': '0x40000000', 'end': '0x80000000', 'cells': 2}],"
	"   'maximum': 0.5, 'cells': [[0.5, null], [0.25, 0]]}],"
	" 'tiers': {'samples': 90, 'far_share': 0.21, 'latency_cycles': 412, 'rate_bytes_s': "
	"2097152,"
	"   'by_tier': [{'tier': 'local DRAM', 'node': 0, 'share': 0.79},"
	"     {'tier': 'CXL', 'node': 1, 'share': 0.21}],"
	"   'over_time': {'unit': 'share', 'start_ns': 1, 'step_ns': 5, 'series': {'cxl': [0.1, "
	"null]}}},"
	" 'agreement': [{'pid': 7, 'rank_correlation': 0.9, 'lag_s': null, 'regions': []},"
	"   {'pid': 8, 'rank_correlation': 0.4, 'lag_s': 0.25, 'regions': [{'start': 4096}]}],"
	" 'samples': {'total': 7}, 'notes': []}";

static struct dt_document document;

static int load(void **state)
{
	char *text = strdup(report);
	json_error_t problem;

	(void)state;
	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	document.root = json_loads(text, 0, &problem);
	free(text);
	return !document.root || dt_names_read(&document.names, document.root);
}

static int unload(void **state)
{
	(void)state;
	dt_names_free(&document.names);
	json_decref(document.root);
	return 0;
}

/* The judgement of the report; clear it. */
static struct dt_judgement judge(const char *text)
{
	struct dt_judgement judgement;
	struct dt_expression *expression;
	struct dt_error error;
	size_t at;

	if (dt_expression_parse(&expression, text, &at, &error))
		fail_msg("%s: %s at %zu", text, error.message, at);
	assert_non_null(expression);
	assert_int_equal(dt_expression_judge(expression, &document, &judgement), 0);
	dt_expression_free(expression);
	return judgement;
}

struct outcome_case {
	enum dt_outcome outcome;
	const char *text;
};

static void check_outcomes(const struct outcome_case *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct dt_judgement judgement = judge(cases[i].text);
		const char *fact = judgement.fact[judgement.outcome][0];

		if (judgement.outcome != cases[i].outcome)
			fail_msg("%s: outcome %d: %s", cases[i].text, judgement.outcome,
				 fact ? fact : "");
		assert_non_null(fact);
		dt_judgement_clear(&judgement);
	}
}

#define CHECK(cases) check_outcomes(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_figures(void **state)
{
	static const struct outcome_case cases[] = {
		/* by the whole path */
		{DT_OUTCOME_HOLDS, "losses.events == 0"},
		{DT_OUTCOME_FAILS, "losses.events != 0"},
		{DT_OUTCOME_FAILS, "losses.unknown == 0"},
		{DT_OUTCOME_HOLDS, "goals[0].steps[0].steady.mean_bp == 5900"},
		{DT_OUTCOME_HOLDS, "goals[-1].steps[-1].steady.mean_bp == 4050"},
		{DT_OUTCOME_HOLDS, "goals[0].steps[0].steady.ci95_bp[1] == 5950"},
		{DT_OUTCOME_HOLDS, "inputs[0].complete == true"},
		{DT_OUTCOME_FAILS, "inputs[0].complete == false"},
		{DT_OUTCOME_HOLDS, "events.\"page-faults\" == 7"},
		{DT_OUTCOME_HOLDS, "events.'page-faults' == 7"},
		/* by the end of it, in every place */
		{DT_OUTCOME_HOLDS, "warnings_total == 0"},
		{DT_OUTCOME_FAILS, "sojourn >= 0.9"},
		{DT_OUTCOME_HOLDS, "sojourn >= 0.2"},
		{DT_OUTCOME_HOLDS, "steady.mean_bp >= 4050"},
		{DT_OUTCOME_HOLDS, "snapshots[].complete >= 35"},
		{DT_OUTCOME_FAILS, "snapshots[].complete > 35"},
		{DT_OUTCOME_HOLDS, "goals[].steps[].target_bp >= 4000"},
		{DT_OUTCOME_HOLDS, "goals.steps.target_bp >= 4000"},
		{DT_OUTCOME_HOLDS, "\"page-faults\" == 7"},
		/* larger than doubles tell apart */
		{DT_OUTCOME_HOLDS, "events.'cycles:P' == 9007199254740993"},
		{DT_OUTCOME_FAILS, "events.'cycles:P' == 9007199254740992"},
		{DT_OUTCOME_HOLDS, "events.'cycles:P' > 9007199254740992"},
		/* addresses */
		{DT_OUTCOME_HOLDS, "segments[0].start == 1G"},
		{DT_OUTCOME_HOLDS, "segments[0].end == 0x80000000"},
		{DT_OUTCOME_FAILS, "segments[0].end < 2GiB"},
		/* cells: one of them is null */
		{DT_OUTCOME_UNKNOWN, "cells[][] <= 0.5"},
		{DT_OUTCOME_FAILS, "cells[][] < 0.5"},
		{DT_OUTCOME_HOLDS, "cells[1][] <= 0.25"},
	};

	(void)state;
	CHECK(cases);
}

static void test_selectors(void **state)
{
	static const struct outcome_case cases[] = {
		{DT_OUTCOME_HOLDS, "goal nid=0 target=6000: verdict == REACHED"},
		{DT_OUTCOME_HOLDS, "goal nid=0 target=60%: verdict == REACHED"},
		{DT_OUTCOME_HOLDS, "goal nid=0 target_bp=6000bp: verdict == REACHED"},
		{DT_OUTCOME_FAILS, "goal nid=0 target=8000: verdict == REACHED"},
		{DT_OUTCOME_FAILS, "goal nid=0: verdict == REACHED"},
		{DT_OUTCOME_FAILS, "goal: verdict == REACHED"},
		{DT_OUTCOME_HOLDS, "goal nid=1: verdict == REACHED"},
		{DT_OUTCOME_HOLDS, "goal scheme=1: verdict == REACHED"},
		{DT_OUTCOME_HOLDS, "goal stream.scheme=1: verdict == REACHED"},
		{DT_OUTCOME_HOLDS, "goal kdamond=12 nid=1: settling_s == 8"},
		{DT_OUTCOME_HOLDS, "goal metric=node_eligible_mem_bp: evaluations == 100"},
		{DT_OUTCOME_HOLDS, "goal settled=true: verdict == REACHED"},
		{DT_OUTCOME_HOLDS, "goal settled=false: verdict == OSCILLATING"},
		{DT_OUTCOME_HOLDS, "goal cycle=null: verdict == REACHED"},
		{DT_OUTCOME_HOLDS, "goal verdict=OSCILLATING: cycle.period_s == 37"},
		{DT_OUTCOME_HOLDS, "goal error=-1000: verdict == OSCILLATING"},
		{DT_OUTCOME_HOLDS, "goal target=4000: nid == 1"},
		{DT_OUTCOME_HOLDS, "stream target=1: complete == 35"},
		{DT_OUTCOME_HOLDS, "stream context=null: complete >= 35"},
		{DT_OUTCOME_HOLDS, "heatmap source=damon: maximum <= 1"},
		{DT_OUTCOME_HOLDS, "heatmap source=\"damon\" target=0: unit == \"access rate\""},
		/* what the object does not have is the report's */
		{DT_OUTCOME_HOLDS, "goal: evaluations <= events.damon_aggregated"},
		/* its own comes first: the goal's period, not the cycle's */
		{DT_OUTCOME_HOLDS, "goal: period_s == 0.5"},
		/* nothing selected, nothing known */
		{DT_OUTCOME_UNKNOWN, "goal nid=7: verdict == REACHED"},
		{DT_OUTCOME_UNKNOWN, "goal nid=0 target=4000: verdict == REACHED"},
		{DT_OUTCOME_UNKNOWN, "goal target=60s: verdict == REACHED"},
		{DT_OUTCOME_UNKNOWN, "goal colour=1: verdict == REACHED"},
		{DT_OUTCOME_UNKNOWN, "scheme: tried == 0"},
		{DT_OUTCOME_UNKNOWN, "scheme: losses.events == 0"},
	};

	(void)state;
	CHECK(cases);
}

/* Every view of a report can be selected by its key. */
static void test_views(void **state)
{
	static const struct outcome_case cases[] = {
		/* by the name alone, where there is one of it */
		{DT_OUTCOME_HOLDS, "far_share <= 25 %"},
		{DT_OUTCOME_FAILS, "far_share <= 20%"},
		{DT_OUTCOME_HOLDS, "tiers.latency_cycles == 412"},
		{DT_OUTCOME_WRONG, "samples == 90"},
		/* a view that is an object */
		{DT_OUTCOME_HOLDS, "tiers: samples == 90"},
		{DT_OUTCOME_HOLDS, "tiers: far_share <= 2500bp"},
		{DT_OUTCOME_FAILS, "tiers: far_share <= 20 %"},
		{DT_OUTCOME_HOLDS, "tiers: rate_bytes_s >= 2M"},
		{DT_OUTCOME_HOLDS, "tiers: samples > samples.total"},
		{DT_OUTCOME_HOLDS, "tiers samples=90: far_share > 0"},
		{DT_OUTCOME_UNKNOWN, "tiers samples=91: far_share > 0"},
		{DT_OUTCOME_UNKNOWN, "tiers: nothing > 0"},
		/* its rows */
		{DT_OUTCOME_HOLDS, "tiers: share >= 20%"},
		{DT_OUTCOME_FAILS, "tiers: share >= 50%"},
		{DT_OUTCOME_HOLDS, "tiers tier='local DRAM': share >= 50%"},
		{DT_OUTCOME_FAILS, "tiers node=1: share >= 50%"},
		{DT_OUTCOME_HOLDS, "tiers: count(by_tier) == 2"},
		{DT_OUTCOME_HOLDS, "count(tiers.by_tier tier=CXL) == 1"},
		{DT_OUTCOME_UNKNOWN, "tiers tier=HBM: share >= 50%"},
		/* and points of its charts */
		{DT_OUTCOME_UNKNOWN, "tiers: cxl[] <= 1"},
		{DT_OUTCOME_HOLDS, "tiers: over_time.series.cxl[0] == 0.1"},
		/* many views of one kind */
		{DT_OUTCOME_FAILS, "agreement: rank_correlation >= 0.5"},
		{DT_OUTCOME_HOLDS, "agreement pid=7: rank_correlation >= 0.5"},
		{DT_OUTCOME_FAILS, "agreement pid=8: rank_correlation >= 0.5"},
		{DT_OUTCOME_UNKNOWN, "agreement pid=9: rank_correlation >= 0.5"},
		{DT_OUTCOME_HOLDS, "agreement lag=0.25: pid == 8"},
		{DT_OUTCOME_HOLDS, "agreement pid=7: count(regions) == 0"},
		{DT_OUTCOME_UNKNOWN, "agreement pid=7: lag_s < 1"},
		/* views that the report does not have, and names of none */
		{DT_OUTCOME_UNKNOWN, "sparsity: unused_share < 1"},
		{DT_OUTCOME_UNKNOWN, "gaol nid=0: verdict == REACHED"},
		{DT_OUTCOME_UNKNOWN, "gaol: verdict == REACHED"},
	};

	(void)state;
	CHECK(cases);
}

/* No evidence never passes. */
static void test_unknown(void **state)
{
	static const struct outcome_case cases[] = {
		{DT_OUTCOME_UNKNOWN, "nothing.like.this == 0"},
		{DT_OUTCOME_UNKNOWN, "nothing != 0"},
		{DT_OUTCOME_UNKNOWN, "inputs[1].complete == true"},
		{DT_OUTCOME_UNKNOWN, "inputs[-2].complete == true"},
		{DT_OUTCOME_UNKNOWN, "settling_s <= 30"},
		{DT_OUTCOME_UNKNOWN, "settling_s != 30"},
		{DT_OUTCOME_UNKNOWN, "abs(settling_s) >= 0"},
		{DT_OUTCOME_UNKNOWN, "goal target=8000: settling_s + 1 > 0"},
		{DT_OUTCOME_UNKNOWN, "goal target=6000: cycle.period_s > 0"},
		{DT_OUTCOME_UNKNOWN, "goal target=6000: cause != FIGHT"},
		{DT_OUTCOME_UNKNOWN, "1 / losses.events > 0"},
		{DT_OUTCOME_UNKNOWN, "notes[] == x"},
		{DT_OUTCOME_UNKNOWN, "count(nothing) == 0"},
		{DT_OUTCOME_UNKNOWN, "goal target=8000: mean_bp >= ci95_bp[0]"},
		/* one that fails outweighs one that is not known */
		{DT_OUTCOME_FAILS, "settling_s <= 7"},
		/* a question for null is answered by null */
		{DT_OUTCOME_HOLDS, "goal target=8000: settling_s == null"},
		{DT_OUTCOME_FAILS, "goal target=8000: settling_s != null"},
		{DT_OUTCOME_FAILS, "goal target=6000: settling_s == null"},
		{DT_OUTCOME_HOLDS, "goal target=6000: cycle == null"},
		{DT_OUTCOME_HOLDS, "goal target=8000: cycle != null"},
		{DT_OUTCOME_UNKNOWN, "nothing == null"},
	};

	(void)state;
	CHECK(cases);
}

static void test_wrong(void **state)
{
	static const struct outcome_case cases[] = {
		{DT_OUTCOME_WRONG, "verdict == REACHED"},
		{DT_OUTCOME_WRONG, "complete == 40"},
		{DT_OUTCOME_WRONG, "period_s < 1"},
		{DT_OUTCOME_WRONG, "events >= 3"},
		{DT_OUTCOME_WRONG, "goal: steps >= 1"},
		{DT_OUTCOME_WRONG, "goal: verdict > REACHED"},
		{DT_OUTCOME_WRONG, "goal: verdict == 3"},
		{DT_OUTCOME_WRONG, "goal: verdict + 1 == 3"},
		{DT_OUTCOME_WRONG, "losses.events == 'none'"},
		{DT_OUTCOME_WRONG, "inputs[0].complete > true"},
		{DT_OUTCOME_WRONG, "inputs[0].complete == 1"},
		{DT_OUTCOME_WRONG, "count(losses) == 1"},
	};

	(void)state;
	CHECK(cases);
}

static void test_arithmetic(void **state)
{
	static const struct outcome_case cases[] = {
		{DT_OUTCOME_HOLDS, "goal target=6000: abs(error_bp) == 100"},
		{DT_OUTCOME_HOLDS, "goal target=6000: -error_bp == 100"},
		{DT_OUTCOME_HOLDS, "goal target=6000: mean_bp - target_bp == error_bp"},
		{DT_OUTCOME_HOLDS, "mean_bp - target_bp == error_bp"},
		{DT_OUTCOME_HOLDS, "goal: abs(mean_bp - target_bp) == abs(error_bp)"},
		{DT_OUTCOME_HOLDS, "losses.unknown + 3 * 4 - 10 / 4 == 11.5"},
		{DT_OUTCOME_HOLDS, "(losses.unknown + 3) * 4 == 20"},
		{DT_OUTCOME_HOLDS, "10 - losses.unknown - 3 == 5"},
		{DT_OUTCOME_HOLDS, "16 / losses.unknown / 4 == 2"},
		{DT_OUTCOME_HOLDS, "- - losses.unknown == 2"},
		{DT_OUTCOME_HOLDS, "3 > losses.unknown"},
		{DT_OUTCOME_HOLDS, "stream: complete >= 8% * events.damon_aggregated"},
		/* two paths through one array mean one element of it */
		{DT_OUTCOME_HOLDS, "goals[].steps[].target_bp == goals[].steps[].target_bp"},
		{DT_OUTCOME_FAILS, "goals[0].steps[].target_bp == goals[1].steps[].target_bp"},
		{DT_OUTCOME_HOLDS, "count(goals) == 2"},
		{DT_OUTCOME_HOLDS, "goal nid=0: count(steps) == 2"},
		{DT_OUTCOME_HOLDS, "count(notes) == 0"},
		{DT_OUTCOME_HOLDS, "goal target=6000: count(causes) == 0"},
		{DT_OUTCOME_HOLDS, "goal target=8000: count(causes cause=FIGHT) == 1"},
		{DT_OUTCOME_HOLDS, "goal target=8000: count(causes cause=STUCK) == 0"},
		{DT_OUTCOME_HOLDS, "goal target=6000: count(causes cause=FIGHT) == 0"},
		{DT_OUTCOME_FAILS, "count(causes cause=FIGHT) == 0"},
		{DT_OUTCOME_HOLDS, "goal nid=0: count(steps target=80% verdict=OSCILLATING) == 1"},
		{DT_OUTCOME_HOLDS, "count(goals scheme=1) == 1"},
		{DT_OUTCOME_HOLDS, "goal target=8000: count(causes) / 2 == 1"},
	};

	(void)state;
	CHECK(cases);
}

static void test_words(void **state)
{
	static const struct outcome_case cases[] = {
		{DT_OUTCOME_HOLDS, "inputs[0].kind == trace.dat"},
		{DT_OUTCOME_HOLDS, "inputs[0].kind == 'trace.dat'"},
		{DT_OUTCOME_HOLDS, "inputs[0].path == \"a b.dat\""},
		{DT_OUTCOME_HOLDS, "inputs[0].kind != perf.data"},
		{DT_OUTCOME_HOLDS, "goal target=6000: drift.verdict == none"},
		{DT_OUTCOME_HOLDS, "goal nid=1: verdict == goals[0].steps[0].verdict"},
		{DT_OUTCOME_FAILS, "goal nid=1: verdict == goals[0].steps[1].verdict"},
		/* a word that is a name in the report as well */
		{DT_OUTCOME_FAILS, "heatmap: unit == samples"},
		/* names at the right of a number are figures */
		{DT_OUTCOME_HOLDS, "goal: complement <= evaluations # and a comment, a == 1"},
	};

	(void)state;
	CHECK(cases);
}

/* What is said: where, what it is, what was expected, and what there is instead. */
static void test_facts(void **state)
{
	struct dt_judgement judgement = judge("goal nid=0 target=60%: settling_s <= 5s");

	(void)state;
	assert_string_equal(judgement.fact[DT_OUTCOME_FAILS][0],
			    "goals[0] nid=0 scheme=0, steps[0] target_bp=6000: settling_s is 7.5; "
			    "expected at most 5s");
	assert_int_equal(judgement.count[DT_OUTCOME_FAILS], 1);
	dt_judgement_clear(&judgement);

	judgement = judge("goal: mean_bp >= target_bp");
	assert_int_equal(judgement.count[DT_OUTCOME_FAILS], 2);
	assert_int_equal(judgement.count[DT_OUTCOME_HOLDS], 1);
	assert_string_equal(
		judgement.fact[DT_OUTCOME_FAILS][1],
		"goals[0] nid=0 scheme=0, steps[1] target_bp=8000: mean_bp is 7000; expected at "
		"least target_bp, which is 8000");
	dt_judgement_clear(&judgement);

	judgement = judge("verdict == REACHED");
	assert_non_null(strstr(judgement.fact[DT_OUTCOME_WRONG][0], "goals[].steps[].verdict"));
	assert_non_null(
		strstr(judgement.fact[DT_OUTCOME_WRONG][0], "goals[].steps[].drift.verdict"));
	dt_judgement_clear(&judgement);

	judgement = judge("goal nid=7: verdict == REACHED");
	assert_string_equal(judgement.fact[DT_OUTCOME_UNKNOWN][0],
			    "no goal matches \"goal nid=7\"");
	assert_non_null(strstr(judgement.hint, "nid=1"));
	dt_judgement_clear(&judgement);

	judgement = judge("settling == 3");
	assert_non_null(strstr(judgement.hint, "settling_s"));
	dt_judgement_clear(&judgement);

	judgement = judge("page == 3");
	assert_non_null(strstr(judgement.hint, "events.\"page-faults\""));
	dt_judgement_clear(&judgement);
}

/* What does not parse, and the byte where it goes wrong. */
static void test_broken(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{"losses.events", 13},
		{"losses.events  # == 0", 13},
		{"losses.events ==", 16},
		{"losses.events == ", 16},
		{"losses.events = 0", 14},
		{"losses.events == 0 0", 19},
		{"losses.events == 10abc", 19},
		{"losses.events == 10.5.5", 21},
		{"losses.events == $", 17},
		{"losses..events == 0", 7},
		{"losses. == 0", 8},
		{".events == 0", 0},
		{"a[ == 0", 3},
		{"a[1 == 0", 4},
		{"a[1.5] == 0", 2},
		{"a[-] == 0", 3},
		{"a['x'] == 0", 2},
		{"1 < losses.events < 3", 18},
		{"1 == 1", 0},
		{"(a == 1", 3},
		{"a) == 1", 1},
		{"abs(a == 1", 6},
		{"sum(a) == 1", 0},
		{"count(1) == 1", 6},
		{"count(a b) == 1", 9},
		{"a == (b", 7},
		{"a == 'b", 5},
		{"goal nid=0 verdict == REACHED", 19},
		{"goal nid 0: verdict == REACHED", 9},
		{"goal nid=: verdict == REACHED", 9},
		{"gaol nid: verdict == REACHED", 0},
		{"tiers far: share == 1", 0},
		{"goal: == REACHED", 6},
		{"verdict REACHED", 0},
		{"a == 1 +", 8},
		{"a == * 1", 5},
		{"a == 1e999", 5},
		{"a == \x01", 5},
		{"a == \xff", 5},
		/* units that do not fit */
		{"settling_s <= 30bp", 14},
		{"error_bp <= 5s", 12},
		{"losses.events <= 5s", 17},
		{"settling_s <= mean_bp", 14},
		{"bp_per_h <= 10bp", 12},
		{"applied_bytes_per_s >= 5s", 23},
		{"settling_s + 5% < 30", 13},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dt_expression *expression;
		struct dt_error error = {0};
		size_t at;

		if (dt_expression_parse(&expression, cases[i].text, &at, &error) != -EINVAL)
			fail_msg("%s is taken", cases[i].text);
		assert_null(expression);
		if (at != cases[i].at)
			fail_msg("%s: at %zu, not %zu: %s", cases[i].text, at, cases[i].at,
				 error.message);
		assert_true(error.message[0]);
	}
}

static void test_nothing(void **state)
{
	static const char *const texts[] = {"", "  \t", "# a comment", "  # == 0"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct dt_expression *expression;
		struct dt_error error;
		size_t at;

		assert_int_equal(dt_expression_parse(&expression, texts[i], &at, &error), 0);
		assert_null(expression);
	}
}

/* Nested as deep as allowed, one deeper, and as long as allowed. */
static void test_borders(void **state)
{
	char text[DT_EXPRESSION_MAX + 64];
	struct dt_expression *expression;
	struct dt_judgement judgement;
	struct dt_error error;
	size_t at;

	(void)state;
	for (size_t depth = 62; depth <= 70; depth++) {
		int ret;

		memset(text, '(', depth);
		(void)snprintf(text + depth, sizeof(text) - depth, "x");
		memset(text + depth + 1, ')', depth);
		(void)snprintf(text + 2 * depth + 1, 16, " == 1");
		ret = dt_expression_parse(&expression, text, &at, &error);
		assert_int_equal(ret, depth < 64 ? 0 : -EINVAL);
		dt_expression_free(expression);
	}
	memset(text, ' ', sizeof(text));
	memcpy(text, "x == 1", 6);
	text[DT_EXPRESSION_MAX] = '\0';
	assert_int_equal(dt_expression_parse(&expression, text, &at, &error), 0);
	assert_string_equal(dt_expression_text(expression), "x == 1");
	dt_expression_free(expression);
	text[DT_EXPRESSION_MAX] = ' ';
	text[DT_EXPRESSION_MAX + 1] = '\0';
	assert_int_equal(dt_expression_parse(&expression, text, &at, &error), -EINVAL);
	/* a chain, as long as it gets */
	at = (size_t)snprintf(text, sizeof(text), "losses.events");
	while (at < DT_EXPRESSION_MAX - 8)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "+1");
	(void)snprintf(text + at, sizeof(text) - at, " > 1");
	judgement = judge(text);
	assert_int_equal(judgement.outcome, DT_OUTCOME_HOLDS);
	dt_judgement_clear(&judgement);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures), cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_views),	cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_wrong),	cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_words),	cmocka_unit_test(test_facts),
		cmocka_unit_test(test_broken),	cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_borders),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
