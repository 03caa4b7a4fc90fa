/* SPDX-License-Identifier: GPL-2.0-only */
/* The comparison of an expectation for one instance, and the fact that it makes, in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/expression_private.h"
#include "support/number.h"

static const char *const expected_text[] = {
	[DT_SIGN_EQ] = "",	    [DT_SIGN_NE] = "anything but ", [DT_SIGN_LE] = "at most ",
	[DT_SIGN_GE] = "at least ", [DT_SIGN_LT] = "less than ",    [DT_SIGN_GT] = "more than ",
};

static bool holds(enum dt_sign sign, int order)
{
	switch (sign) {
	case DT_SIGN_EQ:
		return order == 0;
	case DT_SIGN_NE:
		return order != 0;
	case DT_SIGN_LE:
		return order <= 0;
	case DT_SIGN_GE:
		return order >= 0;
	case DT_SIGN_LT:
		return order < 0;
	default:
		return order > 0;
	}
}

static int order_numbers(const struct dt_value *left, const struct dt_value *right)
{
	if (left->whole && right->whole)
		return left->integer < right->integer ? -1 : left->integer > right->integer;
	return left->number < right->number ? -1 : left->number > right->number;
}

static const char *value_text(const struct dt_value *value, char buffer[64])
{
	switch (value->kind) {
	case DT_VALUE_NUMBER:
		if (value->whole)
			(void)snprintf(buffer, 64, "%" PRId64, value->integer);
		else
			(void)snprintf(buffer, 64, "%.10g", value->number);
		return buffer;
	case DT_VALUE_TEXT:
		return value->text;
	case DT_VALUE_TRUTH:
		return value->truth ? "true" : "false";
	default:
		return "null";
	}
}

/* "settling_s is 41.2", and of what fails "; expected at most 30". */
static void judge_values(struct dt_run *run, bool good, const struct dt_value *left,
			 const struct dt_value *right)
{
	const struct dt_expression *expression = run->expression;
	const bool names_theirs = right && expression->right && !expression->right->constant;
	char where[512], is[64], theirs[64], expected[160] = "";

	if (!good)
		(void)snprintf(expected, sizeof(expected), "; expected %s%.*s",
			       expected_text[expression->compare], (int)expression->right_length,
			       expression->text + expression->right_at);
	else if (names_theirs)
		(void)snprintf(expected, sizeof(expected), "; %.*s", (int)expression->right_length,
			       expression->text + expression->right_at);
	dt_judge(run->judgement, good ? DT_OUTCOME_HOLDS : DT_OUTCOME_FAILS, "%s%.*s is %s%s%s%s",
		 dt_run_where(run, where, sizeof(where)), (int)expression->left->length,
		 expression->text + expression->left->at, value_text(left, is), expected,
		 names_theirs ? good ? " is " : ", which is " : "",
		 names_theirs ? value_text(right, theirs) : "");
}

static void judge_none(struct dt_run *run, enum dt_outcome outcome)
{
	char where[512];

	dt_judge(run->judgement, outcome, "%s%s", dt_run_where(run, where, sizeof(where)),
		 run->why);
}

/* What is no number is equal or not, and nothing else. */
static void compare_words(struct dt_run *run, const struct dt_value *left, bool comparable,
			  bool equal)
{
	const struct dt_expression *expression = run->expression;
	const struct dt_node *node = expression->left;
	char is[64];

	if (comparable &&
	    (expression->compare == DT_SIGN_EQ || expression->compare == DT_SIGN_NE)) {
		judge_values(run, equal == (expression->compare == DT_SIGN_EQ), left, NULL);
		return;
	}
	(void)snprintf(run->why, sizeof(run->why), "%.*s is %s, which %.*s cannot be compared with",
		       (int)node->length, expression->text + node->at, value_text(left, is),
		       (int)expression->right_length, expression->text + expression->right_at);
	judge_none(run, DT_OUTCOME_WRONG);
}

static void compare_text(struct dt_run *run, const struct dt_value *left)
{
	const struct dt_expression *expression = run->expression;
	struct dt_value right;

	if (expression->word) {
		compare_words(run, left, expression->word_kind == DT_WORD_TEXT,
			      !strcmp(left->text, expression->word));
		return;
	}
	/* a figure by its path, which may be text too */
	if (expression->right->kind == DT_NODE_FIGURE &&
	    dt_expression_value(run, expression->right, &right) == DT_OUTCOME_HOLDS &&
	    right.kind == DT_VALUE_TEXT)
		compare_words(run, left, true, !strcmp(left->text, right.text));
	else
		compare_words(run, left, false, false);
}

static void compare_numbers(struct dt_run *run, struct dt_value *left)
{
	const struct dt_node *node = run->expression->right;
	struct dt_value right;
	enum dt_outcome outcome = dt_expression_value(run, node, &right);

	if (outcome == DT_OUTCOME_HOLDS && right.kind == DT_VALUE_NULL) {
		(void)snprintf(run->why, sizeof(run->why), "%.*s is null: it is not known",
			       (int)node->length, run->expression->text + node->at);
		outcome = DT_OUTCOME_UNKNOWN;
	}
	if (outcome != DT_OUTCOME_HOLDS)
		judge_none(run, outcome);
	else if (right.kind == DT_VALUE_NUMBER ||
		 (right.kind == DT_VALUE_TEXT && dt_value_hex(right.text, &right.number)))
		judge_values(run, holds(run->expression->compare, order_numbers(left, &right)),
			     left, &right);
	else
		compare_words(run, left, false, false);
}

/* Only a question for null is answered by null. */
static void compare_null(struct dt_run *run, const struct dt_value *left)
{
	const struct dt_node *node = run->expression->left;

	if (!run->expression->right && run->expression->word_kind == DT_WORD_NULL) {
		compare_words(run, left, true, true);
		return;
	}
	(void)snprintf(run->why, sizeof(run->why), "%.*s is null: it is not known",
		       (int)node->length, run->expression->text + node->at);
	judge_none(run, DT_OUTCOME_UNKNOWN);
}

void dt_expression_compare(struct dt_run *run)
{
	const struct dt_expression *expression = run->expression;
	const bool has_word = !expression->right;
	const bool asks_null = has_word && expression->word_kind == DT_WORD_NULL;
	struct dt_value left;
	enum dt_outcome outcome = dt_expression_value(run, expression->left, &left);
	double hex;

	/* an object is not null either */
	if (outcome != DT_OUTCOME_HOLDS && !(asks_null && left.kind == DT_VALUE_CONTAINER)) {
		judge_none(run, outcome);
	} else if (left.kind == DT_VALUE_NULL) {
		compare_null(run, &left);
	} else if (asks_null) {
		compare_words(run, &left, true, false);
	} else if (left.kind == DT_VALUE_TRUTH) {
		compare_words(run, &left, has_word && expression->word_kind != DT_WORD_TEXT,
			      left.truth == (expression->word_kind == DT_WORD_TRUE));
	} else if (left.kind == DT_VALUE_TEXT &&
		   !(expression->right && expression->right->constant &&
		     dt_value_hex(left.text, &hex))) {
		compare_text(run, &left);
	} else if (has_word) {
		compare_words(run, &left, false, false);
	} else {
		if (left.kind == DT_VALUE_TEXT)
			left.number = hex;
		compare_numbers(run, &left);
	}
}
