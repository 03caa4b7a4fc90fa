/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units of an expectation. A figure's unit is the end of its name, so all is known before there is
 * a report: what does not fit is found at once, and numbers are converted once and rounded once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/expression_private.h"

/* Exponents beyond this make 0 or infinity of any number. */
#define EXPONENT_MAX 9999

static const struct {
	const char *name;
	struct dt_unit unit;
	double factor;
} units[] = {
	{"bp", {DT_DIMENSION_SHARE, -4}, 1},
	{"pct", {DT_DIMENSION_SHARE, -2}, 1},
	{"ns", {DT_DIMENSION_TIME, -9}, 1},
	{"us", {DT_DIMENSION_TIME, -6}, 1},
	{"ms", {DT_DIMENSION_TIME, -3}, 1},
	{"s", {DT_DIMENSION_TIME, 0}, 1},
	{"min", {DT_DIMENSION_TIME, 0}, 60},
	{"h", {DT_DIMENSION_TIME, 0}, 3600},
	/* as everywhere in the program: powers of 1024 */
	{"K", {DT_DIMENSION_NONE, 0}, 1024.0},
	{"M", {DT_DIMENSION_NONE, 0}, 1024.0 * 1024},
	{"G", {DT_DIMENSION_NONE, 0}, 1024.0 * 1024 * 1024},
	{"T", {DT_DIMENSION_NONE, 0}, 1024.0 * 1024 * 1024 * 1024},
	{"B", {DT_DIMENSION_NONE, 0}, 1},
};

bool dt_unit_by_name(const char *name, struct dt_unit *unit, double *factor)
{
	const size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const bool prefix = units[i].factor >= 1024 && units[i].name[0] == name[0];

		/* K, KB and KiB are the same */
		if (strcmp(units[i].name, name) != 0 &&
		    !(prefix && ((length == 2 && name[1] == 'B') ||
				 (length == 3 && !strcmp(name + 1, "iB")))))
			continue;
		*unit = units[i].unit;
		*factor = units[i].factor;
		return true;
	}
	return false;
}

struct dt_unit dt_unit_of_key(const char *key)
{
	const size_t unit_length = dt_key_unit(key);
	struct dt_unit unit = {DT_DIMENSION_NONE, 0};
	double factor;

	const size_t length = strlen(key);

	if (strstr(key, "_per_") || (length >= 7 && !strcmp(key + length - 7, "bytes_s")))
		return (struct dt_unit){DT_DIMENSION_OTHER, 0};
	if (unit_length)
		(void)dt_unit_by_name(key + strlen(key) - unit_length + 1, &unit, &factor);
	return unit;
}

double dt_number_value(const char *text, size_t digits, int exponent, double factor)
{
	char buffer[128];
	const char *end;
	long own = 0;

	if (digits > 2 && (text[1] == 'x' || text[1] == 'X')) {
		(void)snprintf(buffer, sizeof(buffer), "1e%d", exponent);
		return (double)strtoull(text, NULL, 16) * strtod(buffer, NULL) * factor;
	}
	end = memchr(text, 'e', digits);
	if (!end)
		end = memchr(text, 'E', digits);
	if (end)
		own = strtol(end + 1, NULL, 10);
	if (own > EXPONENT_MAX)
		own = EXPONENT_MAX;
	if (own < -EXPONENT_MAX)
		own = -EXPONENT_MAX;
	(void)snprintf(buffer, sizeof(buffer), "%.*se%ld", end ? (int)(end - text) : (int)digits,
		       text, own + exponent);
	return strtod(buffer, NULL) * factor;
}

/* ---- the tree ---- */

struct walk {
	const char *text;
	size_t *at;
	struct dt_error *error;
};

static void convert(struct dt_node *node, int exponent)
{
	node->scale += node->unit.exponent - exponent;
	node->unit.exponent = exponent;
}

static const char *unit_text(struct dt_unit unit)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].unit.dimension == unit.dimension &&
		    units[i].unit.exponent == unit.exponent)
			return units[i].name;
	return "a share";
}

static int misfit(struct walk *walk, const struct dt_node *left, const struct dt_node *right)
{
	const struct dt_node *blamed = right->constant || !left->constant ? right : left;
	const struct dt_node *other = blamed == right ? left : right;
	char theirs[32] = "has no unit to convert it to";

	*walk->at = blamed->at;
	if (other->unit.dimension == DT_DIMENSION_OTHER)
		(void)snprintf(theirs, sizeof(theirs), "is a rate or a product");
	else if (other->unit.dimension != DT_DIMENSION_NONE)
		(void)snprintf(theirs, sizeof(theirs), "is in %s", unit_text(other->unit));
	return dt_refuse(walk->error,
			 "a figure's unit is the end of its name; a bare number takes it",
			 "%.*s does not fit: %.*s %s", (int)blamed->length, walk->text + blamed->at,
			 (int)other->length, walk->text + other->at, theirs);
}

/* Two sides that are added or compared get one unit. */
static int join(struct walk *walk, struct dt_node *left, struct dt_node *right,
		struct dt_unit *unit)
{
	const enum dt_dimension dimension = left->unit.dimension;
	struct dt_node *constant = right->constant ? right : left->constant ? left : NULL;
	struct dt_node *other = constant == left ? right : left;

	*unit = other->unit;
	if (dimension == right->unit.dimension) {
		convert(other == left ? right : left, unit->exponent);
		return 0;
	}
	if (constant && constant->unit.dimension == DT_DIMENSION_NONE)
		return 0;
	if (constant && constant->unit.dimension == DT_DIMENSION_SHARE &&
	    other->unit.dimension == DT_DIMENSION_NONE) {
		convert(constant, 0);
		return 0;
	}
	/* of two figures, one without a unit in its name may have any */
	if (!constant && (dimension == DT_DIMENSION_NONE || dimension == DT_DIMENSION_OTHER ||
			  right->unit.dimension == DT_DIMENSION_NONE ||
			  right->unit.dimension == DT_DIMENSION_OTHER))
		return 0;
	return misfit(walk, left, right);
}

/* 5% of something is a twentieth of it, whatever its unit. */
static void plain_share(struct dt_node *node)
{
	if (!node->constant || node->unit.dimension != DT_DIMENSION_SHARE)
		return;
	convert(node, 0);
	node->unit.dimension = DT_DIMENSION_NONE;
}

static struct dt_unit product(struct dt_node *left, struct dt_node *right)
{
	plain_share(left);
	plain_share(right);
	if (left->unit.dimension == DT_DIMENSION_NONE)
		return right->unit;
	if (right->unit.dimension == DT_DIMENSION_NONE)
		return left->unit;
	return (struct dt_unit){DT_DIMENSION_OTHER, 0};
}

static struct dt_unit quotient(struct dt_node *left, struct dt_node *right)
{
	plain_share(right);
	if (right->unit.dimension == DT_DIMENSION_NONE)
		return left->unit;
	if (left->unit.dimension != right->unit.dimension ||
	    left->unit.dimension == DT_DIMENSION_OTHER)
		return (struct dt_unit){DT_DIMENSION_OTHER, 0};
	convert(right, left->unit.exponent);
	return (struct dt_unit){DT_DIMENSION_NONE, 0};
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the parser allows */
static int find_units(struct walk *walk, struct dt_node *node)
{
	if (node->kind == DT_NODE_FIGURE) {
		node->unit = dt_unit_of_key(dt_path_unit_key(&node->path));
		return 0;
	}
	if (!node->left)
		return 0;
	if (find_units(walk, node->left))
		return -EINVAL;
	if (!node->right) {
		node->unit = node->left->unit;
		return 0;
	}
	if (find_units(walk, node->right))
		return -EINVAL;
	switch (node->kind) {
	case DT_NODE_ADD:
	case DT_NODE_SUBTRACT:
		return join(walk, node->left, node->right, &node->unit);
	case DT_NODE_MULTIPLY:
		node->unit = product(node->left, node->right);
		return 0;
	default:
		node->unit = quotient(node->left, node->right);
		return 0;
	}
}

int dt_expression_units(struct dt_expression *expression, size_t *at, struct dt_error *error)
{
	struct walk walk = {expression->text, at, error};
	struct dt_unit unit;

	*at = 0;
	if (find_units(&walk, expression->left))
		return -EINVAL;
	if (!expression->right)
		return 0;
	if (find_units(&walk, expression->right))
		return -EINVAL;
	return join(&walk, expression->left, expression->right, &unit);
}
