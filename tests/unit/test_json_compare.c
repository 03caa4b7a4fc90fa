/* SPDX-License-Identifier: GPL-2.0-only */
/* A report against a baseline: which figures are held against which, and by how much. */
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
#include "support/json_compare.h"

/* What was found: "path outcome" lines, sorted by the order of the documents. */
struct findings {
	char text[4096];
	unsigned count[DT_NR_OUTCOMES];
};

static int note(void *context, const char *path, enum dt_outcome outcome, const char *fact,
		const char *hint)
{
	static const char letters[] = "=?!";
	struct findings *findings = context;
	const size_t length = strlen(findings->text);

	(void)hint;
	assert_true(fact[0]);
	assert_true(outcome < DT_OUTCOME_WRONG);
	findings->count[outcome]++;
	(void)snprintf(findings->text + length, sizeof(findings->text) - length, "%s%s%c",
		       length ? " " : "", path, letters[outcome]);
	return 0;
}

static json_t *parse(const char *text)
{
	char *copy = strdup(text);
	json_error_t problem;
	json_t *root;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	root = json_loads(copy, 0, &problem);
	if (!root)
		fail_msg("%s: %s", text, problem.text);
	free(copy);
	return root;
}

/* tolerance: "FIGURE VALUE", or NULL. */
static struct findings compare(const char *baseline, const char *current, const char *tolerance)
{
	struct findings findings = {0};
	struct dt_tolerance given = {0};
	struct dt_expression *expression = NULL;
	struct dt_comparison comparison = {
		.baseline = parse(baseline),
		.current = parse(current),
		.nr_tolerances = tolerance != NULL,
		.tolerances = &given,
		.found = note,
		.context = &findings,
	};
	struct dt_error error;
	char figure[64], value[64];
	size_t at;

	if (tolerance) {
		assert_int_equal(sscanf(tolerance, "%63s %63s", figure, value), 2);
		assert_int_equal(dt_expression_path(&expression, figure, &given.path, &at, &error),
				 0);
		given.any = !strcmp(value, "any");
		if (!given.any)
			assert_int_equal(dt_expression_number(value, given.path, &given.value,
							      &given.relative, &error),
					 0);
	}
	assert_int_equal(dt_json_compare(&comparison), 0);
	dt_expression_free(expression);
	json_decref(comparison.baseline);
	json_decref(comparison.current);
	return findings;
}

static void expect(const char *baseline, const char *current, const char *tolerance,
		   const char *text)
{
	struct findings findings = compare(baseline, current, tolerance);

	if (strcmp(findings.text, text) != 0)
		fail_msg("%s against %s (%s):\n  %s, not\n  %s", current, baseline,
			 tolerance ? tolerance : "", findings.text, text);
}

static void test_exact(void **state)
{
	(void)state;
	expect("{'losses': {'events': 0}}", "{'losses': {'events': 0}}", NULL, "losses.events=");
	expect("{'losses': {'events': 0}}", "{'losses': {'events': 1}}", NULL, "losses.events!");
	expect("{'n': 9007199254740993}", "{'n': 9007199254740992}", NULL, "n!");
	expect("{'verdict': 'REACHED'}", "{'verdict': 'REACHED'}", NULL, "verdict=");
	expect("{'verdict': 'REACHED'}", "{'verdict': 'STALLED'}", NULL, "verdict!");
	expect("{'complete': true}", "{'complete': false}", NULL, "complete!");
	/* an event's name has no unit */
	expect("{'events': {'eligible_bp': 5}}", "{'events': {'eligible_bp': 6}}", NULL,
	       "events.eligible_bp!");
	expect("{'events': {'a-b': 5}}", "{'events': {'a-b': 5}}", NULL, "events.\"a-b\"=");
}

static void test_unknown(void **state)
{
	(void)state;
	/* a measure that differs, and nothing that says how much matters */
	expect("{'settling_s': 7.5}", "{'settling_s': 7.5}", NULL, "settling_s=");
	expect("{'settling_s': 7.5}", "{'settling_s': 7.6}", NULL, "settling_s?");
	expect("{'target_bp': 6000}", "{'target_bp': 6001}", NULL, "target_bp?");
	/* known on one side only; on neither, there is no figure */
	expect("{'rise_s': null}", "{'rise_s': 3}", NULL, "rise_s?");
	expect("{'rise_s': 3}", "{'rise_s': null}", NULL, "rise_s?");
	expect("{'rise_s': null}", "{'rise_s': null}", NULL, "");
	expect("{'cycle': null}", "{'cycle': {'period_s': 3}}", NULL, "cycle?");
	expect("{'n': 3}", "{'n': '3'}", NULL, "n?");
	expect("{'n': 3, 'm': 4}", "{'m': 4}", NULL, "n? m=");
	/* what only a newer program says */
	expect("{'m': 4}", "{'n': 3, 'm': 4}", NULL, "m=");
}

static void test_left_out(void **state)
{
	static const char baseline[] =
		"{'damon_trace': {'version': '1'}, 'notes': ['a'], 'start_ns': 5, 'inputs': [{"
		"'path': 'a', 'kernel': 'b', 'complete': true}], 'heatmaps': [{'maximum': 3, "
		"'cells': [[1]]}], 'working_sets': [{'bytes': 5}]}";
	static const char current[] =
		"{'damon_trace': {'version': '2'}, 'notes': ['b'], 'start_ns': 6, 'inputs': [{"
		"'path': 'b', 'kernel': 'c', 'complete': true}], 'heatmaps': [{'maximum': 4, "
		"'cells': [[2]]}]}";

	(void)state;
	expect(baseline, current, NULL, "inputs[0].complete=");
	expect(baseline, current, "maximum 2", "inputs[0].complete= heatmaps[0].maximum=");
	expect(baseline, current, "maximum 0.5", "inputs[0].complete= heatmaps[0].maximum!");
}

/* Views are compared by their figures and rows, not by their charts and maps. */
static void test_views(void **state)
{
	static const char baseline[] =
		"{'tiers': {'samples': 90, 'by_tier': [{'tier': 'DRAM', 'samples': 60}, {'tier': "
		"'CXL', 'samples': 30}], 'over_time': {'unit': 'share', 'start_ns': 1, 'step_ns': "
		"5, 'series': {'cxl': [0.1, 0.2]}}, 'map': {'maximum': 3, 'segments': [], 'cells': "
		"[[1]]}, 'far_share': 0.3}, 'sparsity': {'blocks': 3}}";
	/* rows in another order, and a view that was not asked for */
	static const char current[] =
		"{'tiers': {'samples': 90, 'by_tier': [{'tier': 'CXL', 'samples': 30}, {'tier': "
		"'DRAM', 'samples': 61}], 'over_time': {'unit': 'share', 'start_ns': 1, 'step_ns': "
		"5, 'series': {'cxl': [0.3]}}, 'map': {'maximum': 4, 'segments': [], 'cells': "
		"[[2]]}, 'far_share': 0.3}}";

	(void)state;
	expect(baseline, current, NULL,
	       "tiers.samples= tiers.by_tier[0].tier= tiers.by_tier[0].samples! "
	       "tiers.by_tier[1].tier= tiers.by_tier[1].samples= tiers.far_share=");
	expect(baseline, current, "map.maximum 2",
	       "tiers.samples= tiers.by_tier[0].tier= tiers.by_tier[0].samples! "
	       "tiers.by_tier[1].tier= tiers.by_tier[1].samples= tiers.map.maximum= "
	       "tiers.far_share=");
}

static void test_intervals(void **state)
{
	/* half widths of 30 and 40: 50 apart by chance */
	static const char baseline[] =
		"{'steady': {'mean_bp': 6000, 'error_bp': 0, 'ci95_bp': [5970, 6030]}}";
	char current[128];

	(void)state;
	for (int off = 45; off <= 55; off++) {
		(void)snprintf(current, sizeof(current),
			       "{'steady': {'mean_bp': %d, 'error_bp': %d, 'ci95_bp': [%d, %d]}}",
			       6000 - off, -off, 5960 - off, 6040 - off);
		expect(baseline, current, NULL,
		       off <= 50 ? "steady.mean_bp= steady.error_bp="
				 : "steady.mean_bp! steady.error_bp!");
	}
	expect("{'drift': {'bp_per_h': 3, 'ci95': [0, 6], 'p': 0.5}}",
	       "{'drift': {'bp_per_h': -1, 'ci95': [-4, 2], 'p': 0.5}}", NULL,
	       "drift.bp_per_h= drift.p=");
	/* one side without an interval: not known */
	expect(baseline, "{'steady': {'mean_bp': 6001, 'error_bp': 0, 'ci95_bp': null}}", NULL,
	       "steady.mean_bp? steady.error_bp=");
	/* what was given goes before */
	expect(baseline, "{'steady': {'mean_bp': 6040, 'error_bp': 0, 'ci95_bp': [6000, 6080]}}",
	       "mean_bp 10", "steady.mean_bp! steady.error_bp=");
}

static void test_tolerances(void **state)
{
	static const char baseline[] =
		"{'events': {'a': 100, 'b': 200}, 'losses': {'events': 0}, 'settling_s': 7.5}";
	static const char current[] =
		"{'events': {'a': 104, 'b': 212}, 'losses': {'events': 3}, 'settling_s': 8}";

	(void)state;
	expect(baseline, current, "events 5%", "events.a= events.b! losses.events! settling_s?");
	expect(baseline, current, "events.b 12", "events.a! events.b= losses.events! settling_s?");
	expect(baseline, current, "events.b 11", "events.a! events.b! losses.events! settling_s?");
	expect(baseline, current, "events any", "losses.events! settling_s?");
	expect(baseline, current, "losses.events 3",
	       "events.a! events.b! losses.events= settling_s?");
	expect(baseline, current, "settling_s 500ms",
	       "events.a! events.b! losses.events! settling_s=");
	expect(baseline, current, "settling_s 499ms",
	       "events.a! events.b! losses.events! settling_s!");
	/* borders in decimal fractions */
	expect("{'sojourn': 0.95}", "{'sojourn': 0.9}", "sojourn 0.05", "sojourn=");
	expect("{'sojourn': 0.95}", "{'sojourn': 0.89}", "sojourn 0.05", "sojourn!");
	/* a tolerance does not make one word another, unless nobody cares */
	expect("{'verdict': 'A'}", "{'verdict': 'B'}", "verdict 5", "verdict!");
	expect("{'verdict': 'A'}", "{'verdict': 'B'}", "verdict any", "");
}

/* Elements are told apart by what they are, not by their place. */
static void test_arrays(void **state)
{
	static const char baseline[] =
		"{'goals': [{'nid': 0, 'stream': {'scheme': 0, 'kdamond_pid': 5}, 'steps': ["
		"{'target_bp': 6000, 'n': 1}, {'target_bp': 8000, 'n': 2}, {'target_bp': 6000, "
		"'n': 3}]}, {'nid': 1, 'stream': {'scheme': 1, 'kdamond_pid': 5}, 'n': 4}]}";

	(void)state;
	expect(baseline,
	       "{'goals': [{'nid': 1, 'stream': {'scheme': 1, 'kdamond_pid': 9}, 'n': 4}, {'nid': "
	       "0, 'stream': {'scheme': 0, 'kdamond_pid': 9}, 'steps': [{'target_bp': 8000, 'n': "
	       "2}, {'target_bp': 6000, 'n': 1}, {'target_bp': 6000, 'n': 3}]}]}",
	       NULL,
	       "goals[0].nid= goals[0].steps[0].target_bp= goals[0].steps[0].n= "
	       "goals[0].steps[1].target_bp= goals[0].steps[1].n= goals[0].steps[2].target_bp= "
	       "goals[0].steps[2].n= goals[1].nid= goals[1].n=");
	expect("{'causes': [{'cause': 'FIGHT'}, {'cause': 'STUCK'}]}",
	       "{'causes': [{'cause': 'STUCK'}]}", NULL, "causes! causes[0]? causes[1].cause=");
	expect("{'causes': []}", "{'causes': [{'cause': 'STUCK'}]}", NULL, "causes! causes[0]?");
	expect("{'causes': [{'cause': 'FIGHT'}]}", "{'causes': [{'cause': 'STUCK'}]}", NULL,
	       "causes[0]? causes[0]?");
	expect("{'causes': [{'cause': 'FIGHT'}]}", "{'causes': []}", "causes any", "");
	expect("{'sizes': [1, 2, 3]}", "{'sizes': [1, 4, 3]}", NULL,
	       "sizes[0]= sizes[1]! sizes[2]=");
}

static void test_depth(void **state)
{
	char text[1024] = "";
	struct dt_comparison comparison = {.found = note};

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		(void)snprintf(text + 5 * i, 6, "{'a':");
		text[501 + i] = '}';
	}
	text[500] = '1';
	comparison.baseline = parse(text);
	comparison.current = json_incref(comparison.baseline);
	assert_int_equal(dt_json_compare(&comparison), -E2BIG);
	json_decref(comparison.baseline);
	json_decref(comparison.current);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),	  cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_left_out),  cmocka_unit_test(test_views),
		cmocka_unit_test(test_intervals), cmocka_unit_test(test_tolerances),
		cmocka_unit_test(test_arrays),	  cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
