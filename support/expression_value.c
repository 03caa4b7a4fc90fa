/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of an expectation: those of the report, and what is computed of them. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/expression_private.h"

struct dt_value dt_value_of(const json_t *json)
{
	struct dt_value value = {.kind = DT_VALUE_ABSENT};

	if (!json)
		return value;
	switch (json_typeof(json)) {
	case JSON_INTEGER:
		value.kind = DT_VALUE_NUMBER;
		value.whole = true;
		value.integer = json_integer_value(json);
		value.number = (double)value.integer;
		break;
	case JSON_REAL:
		value.kind = DT_VALUE_NUMBER;
		value.number = json_real_value(json);
		break;
	case JSON_STRING:
		value.kind = DT_VALUE_TEXT;
		value.text = json_string_value(json);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		value.kind = DT_VALUE_TRUTH;
		value.truth = json_is_true(json);
		break;
	case JSON_NULL:
		value.kind = DT_VALUE_NULL;
		break;
	default:
		value.kind = DT_VALUE_CONTAINER;
	}
	return value;
}

bool dt_value_hex(const char *text, double *number)
{
	char *end;

	if (text[0] != '0' || text[1] != 'x' || !text[2])
		return false;
	*number = (double)strtoull(text, &end, 16);
	return !*end;
}

static double scaled(double number, int scale)
{
	/* dividing by a power of ten rounds less than multiplying by its inverse */
	return scale < 0 ? number / pow(10, -scale) : number * pow(10, scale);
}

static double constant_value(const struct dt_expression *expression, const struct dt_node *node,
			     int scale)
{
	return dt_number_value(expression->text + node->digits_at, node->digits, scale,
			       node->factor);
}

/* A filter's number in the unit of the key that it is compared with. */
static bool number_matches(const struct dt_expression *expression, const struct dt_node *number,
			   const char *key, const json_t *json)
{
	const struct dt_unit theirs = dt_unit_of_key(key);
	const bool fits = theirs.dimension == number->unit.dimension;
	double value;

	if (number->whole && json_is_integer(json))
		return json_integer_value(json) == number->integer;
	if (!fits && number->unit.dimension != DT_DIMENSION_NONE &&
	    number->unit.dimension != DT_DIMENSION_SHARE)
		return false;
	value = constant_value(expression, number,
			       fits ? number->unit.exponent - theirs.exponent
				    : number->unit.exponent);
	if (json_is_string(json)) {
		double hex;

		return dt_value_hex(json_string_value(json), &hex) && hex == value;
	}
	return json_is_number(json) && json_number_value(json) == value;
}

bool dt_filter_matches(const struct dt_expression *expression, const struct dt_filter *filter,
		       const char *key, const json_t *json)
{
	if (!json)
		return false;
	if (filter->number)
		return number_matches(expression, filter->number, key, json);
	switch (filter->word_kind) {
	case DT_WORD_TRUE:
		return json_is_true(json);
	case DT_WORD_FALSE:
		return json_is_false(json);
	case DT_WORD_NULL:
		return json_is_null(json);
	default:
		return json_is_string(json) && !strcmp(json_string_value(json), filter->word);
	}
}

/* ---- the present instance ---- */

static const struct dt_spot *spot_of(const struct dt_run *run, const struct dt_node *node)
{
	for (size_t i = 0; i < run->nr_spots; i++)
		if (run->spots[i].node == node)
			return &run->spots[i];
	return NULL;
}

__attribute__((format(printf, 4, 5))) static enum dt_outcome no_value(struct dt_run *run,
								      const struct dt_node *node,
								      enum dt_outcome outcome,
								      const char *format, ...)
{
	va_list arguments;
	int length;

	length = snprintf(run->why, sizeof(run->why), "%.*s ", (int)node->length,
			  run->expression->text + node->at);
	if (length > 0 && (size_t)length < sizeof(run->why)) {
		va_start(arguments, format);
		(void)vsnprintf(run->why + length, sizeof(run->why) - (size_t)length, format,
				arguments);
		va_end(arguments);
	}
	return outcome;
}

static enum dt_outcome figure_value(struct dt_run *run, const struct dt_node *node,
				    struct dt_value *value)
{
	const struct dt_spot *spot = spot_of(run, node);

	*value = dt_value_of(spot && !spot->missing ? spot->value : NULL);
	if (value->kind == DT_VALUE_ABSENT)
		return no_value(run, node, DT_OUTCOME_UNKNOWN, "is not in the report");
	if (value->kind == DT_VALUE_CONTAINER)
		return no_value(run, node, DT_OUTCOME_WRONG, "is %s, no figure",
				json_is_array(spot->value) ? "an array" : "an object");
	return DT_OUTCOME_HOLDS;
}

static bool all_match(const struct dt_run *run, const struct dt_spot *spot, const json_t *element)
{
	const struct dt_filters *filters = spot->node->filters;

	for (size_t i = 0; i < filters->nr; i++) {
		const struct dt_path *path = &spot->keys[i];
		const json_t *value = element;

		for (size_t j = 0; j < path->nr; j++)
			value = json_object_get(value, path->parts[j].key);
		if (!dt_filter_matches(run->expression, &filters->filters[i],
				       path->parts[path->nr - 1].key, value))
			return false;
	}
	return true;
}

static enum dt_outcome count_value(struct dt_run *run, const struct dt_node *node,
				   struct dt_value *value)
{
	const struct dt_spot *spot = spot_of(run, node);
	const json_t *array = spot && !spot->missing ? spot->value : NULL;

	*value = (struct dt_value){.kind = DT_VALUE_NUMBER, .whole = true};
	if (!array || json_is_null(array))
		return no_value(run, node, DT_OUTCOME_UNKNOWN, "counts what is not in the report");
	if (!json_is_array(array))
		return no_value(run, node, DT_OUTCOME_WRONG, "counts what is no array");
	for (size_t i = 0; i < node->filters->nr && json_array_size(array); i++)
		if (!spot->keys[i].nr)
			return no_value(run, node, DT_OUTCOME_UNKNOWN,
					"counts by a key that the elements do not have");
	for (size_t i = 0; i < json_array_size(array); i++)
		value->integer += all_match(run, spot, json_array_get(array, i));
	value->number = (double)value->integer;
	return DT_OUTCOME_HOLDS;
}

/* The value as a number. */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the parser allows */
static enum dt_outcome operand(struct dt_run *run, const struct dt_node *node, double *number)
{
	struct dt_value value;
	enum dt_outcome outcome = dt_expression_value(run, node, &value);

	if (outcome != DT_OUTCOME_HOLDS)
		return outcome;
	*number = value.number;
	if (value.kind == DT_VALUE_NULL)
		return no_value(run, node, DT_OUTCOME_UNKNOWN, "is null: it is not known");
	if (value.kind == DT_VALUE_TRUTH)
		return no_value(run, node, DT_OUTCOME_WRONG, "is true or false, no number");
	if (value.kind == DT_VALUE_TEXT && !dt_value_hex(value.text, number))
		return no_value(run, node, DT_OUTCOME_WRONG, "is text, no number");
	return DT_OUTCOME_HOLDS;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the parser allows */
static enum dt_outcome computed(struct dt_run *run, const struct dt_node *node, double *number)
{
	double left = 0, right = 0;
	enum dt_outcome outcome = operand(run, node->left, &left);

	if (outcome == DT_OUTCOME_HOLDS && node->right)
		outcome = operand(run, node->right, &right);
	if (outcome != DT_OUTCOME_HOLDS)
		return outcome;
	switch (node->kind) {
	case DT_NODE_NEGATE:
		*number = -left;
		break;
	case DT_NODE_ABS:
		*number = fabs(left);
		break;
	case DT_NODE_ADD:
		*number = left + right;
		break;
	case DT_NODE_SUBTRACT:
		*number = left - right;
		break;
	case DT_NODE_MULTIPLY:
		*number = left * right;
		break;
	default:
		if (right == 0)
			return no_value(run, node, DT_OUTCOME_UNKNOWN, "divides by 0");
		*number = left / right;
	}
	return DT_OUTCOME_HOLDS;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the parser allows */
enum dt_outcome dt_expression_value(struct dt_run *run, const struct dt_node *node,
				    struct dt_value *value)
{
	enum dt_outcome outcome;

	*value = (struct dt_value){.kind = DT_VALUE_NUMBER};
	if (node->kind == DT_NODE_NUMBER) {
		value->whole = node->whole;
		value->integer = node->integer;
		value->number = constant_value(run->expression, node, node->scale);
		return DT_OUTCOME_HOLDS;
	}
	if (node->kind == DT_NODE_FIGURE)
		outcome = figure_value(run, node, value);
	else if (node->kind == DT_NODE_COUNT)
		outcome = count_value(run, node, value);
	else
		outcome = computed(run, node, &value->number);
	if (outcome == DT_OUTCOME_HOLDS && value->kind == DT_VALUE_NUMBER) {
		if (node->scale) {
			value->number = scaled(value->number, node->scale);
			value->whole = false;
		}
		if (!isfinite(value->number))
			return no_value(run, node, DT_OUTCOME_UNKNOWN, "is too large");
	}
	return outcome;
}
