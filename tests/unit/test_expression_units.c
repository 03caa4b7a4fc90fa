/* SPDX-License-Identifier: GPL-2.0-only */
/* Units of expectations: numbers become what a figure's name says, exactly. */
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

/* Does "FIGURE OP NUMBER" hold of a report with that one figure? */
static enum dt_outcome outcome_of(const char *figure, double value, const char *rest)
{
	struct dt_document document = {.root = json_object()};
	struct dt_expression *expression;
	struct dt_judgement judgement;
	enum dt_outcome outcome;
	struct dt_error error;
	char text[128];
	size_t at;

	assert_int_equal(json_object_set_new(document.root, figure, json_real(value)), 0);
	assert_int_equal(dt_names_read(&document.names, document.root), 0);
	(void)snprintf(text, sizeof(text), "%s %s", figure, rest);
	if (dt_expression_parse(&expression, text, &at, &error))
		fail_msg("%s: %s", text, error.message);
	assert_int_equal(dt_expression_judge(expression, &document, &judgement), 0);
	outcome = judgement.outcome;
	dt_judgement_clear(&judgement);
	dt_expression_free(expression);
	dt_names_free(&document.names);
	json_decref(document.root);
	return outcome;
}

static void test_conversions(void **state)
{
	static const struct {
		const char *figure;
		double value; /* of the figure, which the text equals */
		const char *text;
	} cases[] = {
		{"x_s", 30, "30"},
		{"x_s", 30, "30s"},
		{"x_s", 30, "30 s"},
		{"x_s", 30, "30000ms"},
		{"x_s", 0.0000012, "1.2us"},
		{"x_s", 7e-9, "7ns"},
		{"x_s", 90, "1.5min"},
		{"x_s", 7200, "2h"},
		{"x_ns", 1500, "1.5us"},
		{"x_ns", 2e9, "2s"},
		{"x_ms", 0.25, "250us"},
		{"x_us", 3.5, "3500ns"},
		{"x_bp", 200, "200"},
		{"x_bp", 200, "200bp"},
		{"x_bp", 200, "2%"},
		{"x_bp", 6010, "60.1%"},
		{"x_bp", 0.1, "0.001%"},
		{"x_pct", 12.5, "12.5%"},
		{"x_pct", 12.5, "12.5pct"},
		{"x_pct", 3.07, "307bp"},
		{"x", 0.95, "95%"},
		{"x", 0.0995, "9.95%"},
		{"x", 0.0307, "307bp"},
		{"x", 4096, "4K"},
		{"x", 4096, "4KiB"},
		{"x", 1048576, "1MB"},
		{"x", 1.5 * (1 << 30), "1.5G"},
		{"x", 2199023255552.0, "2T"},
		{"x", 255, "0xff"},
		{"x", 1500, "1.5e3"},
		{"x", 0.015, "1.5e-2"},
		{"x_bp", 150, "1.5e0%"},
		{"x", 12, "12B"},
		{"bytes_per_s", 5 * 1048576.0, "5M"},
		{"bp_per_h", 12, "12"},
		{"x_pid", 12, "12"},
		{"damon_bp", 12, "12"},
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "== %s", cases[i].text);
		if (outcome_of(cases[i].figure, cases[i].value, text) != DT_OUTCOME_HOLDS)
			fail_msg("%s %.17g is not %s", cases[i].figure, cases[i].value,
				 cases[i].text);
		/* and so that this can fail */
		(void)snprintf(text, sizeof(text), "!= %s", cases[i].text);
		assert_int_equal(outcome_of(cases[i].figure, cases[i].value, text),
				 DT_OUTCOME_FAILS);
	}
}

/* Every tenth of a percent is the double that its decimal fraction is. */
static void test_exact(void **state)
{
	char text[64];

	(void)state;
	for (int i = 1; i <= 1000; i++) {
		double share;
		char *end;

		(void)snprintf(text, sizeof(text), "%d.%de-2", i / 10, i % 10);
		share = strtod(text, &end);
		assert_true(!*end);
		(void)snprintf(text, sizeof(text), "== %d.%d%%", i / 10, i % 10);
		assert_int_equal(outcome_of("x", share, text), DT_OUTCOME_HOLDS);
		assert_int_equal(outcome_of("x_bp", i * 10, text), DT_OUTCOME_HOLDS);
	}
}

static void test_computed(void **state)
{
	(void)state;
	assert_int_equal(outcome_of("x_s", 30, "* 2 == 1min"), DT_OUTCOME_HOLDS);
	assert_int_equal(outcome_of("x_s", 30, "/ 2 == 15000ms"), DT_OUTCOME_HOLDS);
	assert_int_equal(outcome_of("x_s", 30, "+ 500ms == 30.5"), DT_OUTCOME_HOLDS);
	assert_int_equal(outcome_of("x_s", 30, "/ 10s == 3"), DT_OUTCOME_HOLDS);
	assert_int_equal(outcome_of("x_s", 30, "/ 10s == 300%"), DT_OUTCOME_HOLDS);
	assert_int_equal(outcome_of("x_bp", 6000, "* 5% == 300bp"), DT_OUTCOME_HOLDS);
	assert_int_equal(outcome_of("x_bp", 6000, "- 1% == 59%"), DT_OUTCOME_HOLDS);
	assert_int_equal(outcome_of("x_ns", 2e9, "/ 1s == 2"), DT_OUTCOME_HOLDS);
	assert_int_equal(outcome_of("x_s", 2, "<= 2 * (500ms + 500000us)"), DT_OUTCOME_HOLDS);
}

/* Tolerances: shares of a figure without unit are relative to it. */
static void test_numbers(void **state)
{
	static const struct {
		const char *figure, *text;
		int ret;
		double value;
		bool relative;
	} cases[] = {
		{"mean_bp", "200", 0, 200, false},	 {"mean_bp", "2%", 0, 200, false},
		{"settling_s", "10s", 0, 10, false},	 {"settling_s", "1500ms", 0, 1.5, false},
		{"settling_s", "5%", 0, 0.05, true},	 {"complete", "5%", 0, 0.05, true},
		{"complete", "12", 0, 12, false},	 {"complete", "4K", 0, 4096, false},
		{"complete", "5s", -EINVAL, 0, 0},	 {"complete", "-5", -EINVAL, 0, 0},
		{"complete", "", -EINVAL, 0, 0},	 {"complete", "5 5", -EINVAL, 0, 0},
		{"mean_bp", "5s", -EINVAL, 0, 0},	 {"complete", "10abc", -EINVAL, 0, 0},
		{"events.some_bp", "5%", 0, 0.05, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dt_expression *expression;
		const struct dt_path *path;
		struct dt_error error = {0};
		double value = 0;
		bool relative = false;
		size_t at;

		assert_int_equal(
			dt_expression_path(&expression, cases[i].figure, &path, &at, &error), 0);
		assert_int_equal(
			dt_expression_number(cases[i].text, path, &value, &relative, &error),
			cases[i].ret);
		if (cases[i].ret) {
			assert_true(error.message[0]);
		} else {
			assert_true(value == cases[i].value);
			assert_int_equal(relative, cases[i].relative);
		}
		dt_expression_free(expression);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conversions),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_computed),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
