/* SPDX-License-Identifier: GPL-2.0-only */
/* The parser of the expectation language up to sums; expression.c makes comparisons of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/expression_private.h"

/* Parentheses and signs inside each other. */
#define NESTING_MAX 64
/* Keys and indices of one path. */
#define PARTS_MAX 32
/* Digits that are still a number and not an attempt. */
#define DIGITS_MAX 64

static const char *const sign_text[] = {
	[DT_SIGN_EQ] = "==",	     [DT_SIGN_NE] = "!=",    [DT_SIGN_LE] = "<=",
	[DT_SIGN_GE] = ">=",	     [DT_SIGN_LT] = "<",     [DT_SIGN_GT] = ">",
	[DT_SIGN_COLON] = ":",	     [DT_SIGN_ASSIGN] = "=", [DT_SIGN_OPEN] = "(",
	[DT_SIGN_CLOSE] = ")",	     [DT_SIGN_DOT] = ".",    [DT_SIGN_OPEN_INDEX] = "[",
	[DT_SIGN_CLOSE_INDEX] = "]",
};

int dt_parser_expected(struct dt_parser *parser, const char *what)
{
	const struct dt_token *token = parser->token;
	const char *text = parser->expression->text + token->at;

	*parser->at = token->at;
	if (token->kind == DT_TOKEN_END)
		return dt_refuse(parser->error, NULL, "expected %s at the end", what);
	return dt_refuse(parser->error, NULL, "expected %s in place of '%.*s'", what,
			 (int)token->length, text);
}

bool dt_parser_is_sign(const struct dt_parser *parser, enum dt_sign sign)
{
	return parser->token->kind == DT_TOKEN_SIGN && parser->token->sign == sign;
}

bool dt_parser_take_sign(struct dt_parser *parser, enum dt_sign sign)
{
	if (!dt_parser_is_sign(parser, sign))
		return false;
	parser->token++;
	return true;
}

static int need_sign(struct dt_parser *parser, enum dt_sign sign)
{
	char what[8];

	if (dt_parser_take_sign(parser, sign))
		return 0;
	(void)snprintf(what, sizeof(what), "'%s'", sign_text[sign]);
	return dt_parser_expected(parser, what);
}

bool dt_parser_is_word(const struct dt_token *token)
{
	return token->kind == DT_TOKEN_NAME || token->kind == DT_TOKEN_QUOTED;
}

/* Every node takes a token at least, so there is room for it. */
static struct dt_node *new_node(struct dt_parser *parser, enum dt_node_kind kind)
{
	struct dt_expression *expression = parser->expression;
	struct dt_node *node = &expression->nodes[expression->nr_nodes++];

	*node = (struct dt_node){.kind = kind, .at = parser->token->at, .factor = 1};
	return node;
}

/* The node's text ends with the token before the next one. */
static void end_node(const struct dt_parser *parser, struct dt_node *node)
{
	const struct dt_token *last = parser->token - 1;

	node->length = last->at + last->length - node->at;
}

/* ---- numbers ---- */

static int parse_unit(struct dt_parser *parser, struct dt_node *node)
{
	const struct dt_token *token = parser->token;

	if (dt_parser_take_sign(parser, DT_SIGN_PERCENT)) {
		node->unit = (struct dt_unit){DT_DIMENSION_SHARE, -2};
		return 0;
	}
	if (token->kind != DT_TOKEN_NAME ||
	    (parser->glued && token->at != node->digits_at + node->digits))
		return 0;
	if (!dt_unit_by_name(token->word, &node->unit, &node->factor)) {
		*parser->at = token->at;
		return dt_refuse(parser->error,
				 "units: %, bp, pct, ns, us, ms, s, min, h, K, M, G, T",
				 "'%s' is no unit", token->word);
	}
	parser->token++;
	return 0;
}

/* A number without fraction and unit is kept as it is, for counts beyond 2^53. */
static void keep_whole(const struct dt_expression *expression, struct dt_node *node)
{
	const char *text = expression->text + node->digits_at;
	long long value;
	char *end;

	if (node->unit.dimension != DT_DIMENSION_NONE || node->factor > 1)
		return;
	errno = 0;
	value = strtoll(text, &end, text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10);
	node->whole = !errno && (size_t)(end - text) == node->digits;
	node->integer = value;
}

int dt_parser_number(struct dt_parser *parser, struct dt_node **out)
{
	struct dt_node *node = new_node(parser, DT_NODE_NUMBER);
	const char *text = parser->expression->text + node->at;

	node->constant = true;
	node->digits_at = node->at;
	node->digits = parser->token->length;
	*parser->at = node->at;
	if (node->digits > DIGITS_MAX)
		return dt_refuse(parser->error, NULL, "more than %d digits", DIGITS_MAX);
	if (dt_number_value(text, node->digits, 0, 1) > 1e300)
		return dt_refuse(parser->error, NULL, "%.*s is too large", (int)node->digits, text);
	parser->token++;
	if (parse_unit(parser, node))
		return -EINVAL;
	keep_whole(parser->expression, node);
	end_node(parser, node);
	*out = node;
	return 0;
}

/* ---- paths ---- */

/* "[]", "[2]", "[-1]"; the bracket is taken already. */
static int parse_index(struct dt_parser *parser, struct dt_path_part *part)
{
	const char *text = parser->expression->text;
	bool negative;

	part->kind = DT_PATH_ALL;
	if (dt_parser_take_sign(parser, DT_SIGN_CLOSE_INDEX))
		return 0;
	negative = dt_parser_take_sign(parser, DT_SIGN_MINUS);
	part->kind = DT_PATH_INDEX;
	if (parser->token->kind != DT_TOKEN_NUMBER || parser->token->length > 9 ||
	    strspn(text + parser->token->at, "0123456789") < parser->token->length)
		return dt_parser_expected(parser, negative ? "a place" : "a place or ']'");
	part->index = strtol(text + parser->token->at, NULL, 10);
	if (negative)
		part->index = -part->index;
	parser->token++;
	return need_sign(parser, DT_SIGN_CLOSE_INDEX);
}

static int parse_part(struct dt_parser *parser, struct dt_path *path)
{
	struct dt_path_part part = {.kind = DT_PATH_KEY};

	*parser->at = parser->token->at;
	if (path->nr == PARTS_MAX)
		return dt_refuse(parser->error, NULL, "a path of more than %d parts", PARTS_MAX);
	if (path->nr && dt_parser_take_sign(parser, DT_SIGN_OPEN_INDEX)) {
		if (parse_index(parser, &part))
			return -EINVAL;
	} else if (dt_parser_is_word(parser->token)) {
		part.key = parser->token++->word;
	} else {
		return dt_parser_expected(parser, "a name");
	}
	path->parts[path->nr++] = part;
	return 0;
}

int dt_parser_path(struct dt_parser *parser, struct dt_path *path)
{
	path->parts = calloc(PARTS_MAX, sizeof(path->parts[0]));
	if (!path->parts)
		return -ENOMEM;
	do {
		if (parse_part(parser, path))
			return -EINVAL;
	} while (dt_parser_is_sign(parser, DT_SIGN_OPEN_INDEX) ||
		 dt_parser_take_sign(parser, DT_SIGN_DOT));
	return 0;
}

/* ---- KEY=VALUE ---- */

int dt_parser_word_kind(const struct dt_token *token)
{
	if (token->kind == DT_TOKEN_QUOTED)
		return DT_WORD_TEXT;
	if (!strcmp(token->word, "true"))
		return DT_WORD_TRUE;
	if (!strcmp(token->word, "false"))
		return DT_WORD_FALSE;
	return strcmp(token->word, "null") ? DT_WORD_TEXT : DT_WORD_NULL;
}

static int parse_filter(struct dt_parser *parser, struct dt_filter *filter)
{
	bool negative;
	int ret;

	filter->at = parser->token->at;
	ret = dt_parser_path(parser, &filter->key);
	if (!ret)
		ret = need_sign(parser, DT_SIGN_ASSIGN);
	if (ret)
		return ret;
	if (dt_parser_is_word(parser->token)) {
		filter->word_kind = dt_parser_word_kind(parser->token);
		filter->word = parser->token++->word;
		return 0;
	}
	negative = dt_parser_take_sign(parser, DT_SIGN_MINUS);
	if (parser->token->kind != DT_TOKEN_NUMBER)
		return dt_parser_expected(parser, "a value");
	/* behind a blank there is the next key */
	parser->glued = true;
	ret = dt_parser_number(parser, &filter->number);
	parser->glued = false;
	if (!ret && negative) {
		filter->number->factor = -filter->number->factor;
		filter->number->integer = -filter->number->integer;
	}
	return ret;
}

/* Up to the sign that ends them, which is taken. */
int dt_parser_filters(struct dt_parser *parser, struct dt_filters *filters, enum dt_sign end)
{
	char what[32];

	while (!dt_parser_take_sign(parser, end)) {
		int ret;

		*parser->at = parser->token->at;
		(void)snprintf(what, sizeof(what), "KEY=VALUE or '%s'", sign_text[end]);
		if (!dt_parser_is_word(parser->token))
			return dt_parser_expected(parser, what);
		if (filters->nr == DT_FILTERS_MAX)
			return dt_refuse(parser->error, NULL, "more than %d of KEY=VALUE",
					 DT_FILTERS_MAX);
		/* counted at once: it is freed in any case */
		ret = parse_filter(parser, &filters->filters[filters->nr++]);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- the expression ---- */

static int parse_figure(struct dt_parser *parser, struct dt_node **out)
{
	struct dt_node *node = new_node(parser, DT_NODE_FIGURE);
	int ret = dt_parser_path(parser, &node->path);

	end_node(parser, node);
	*out = node;
	return ret;
}

/* "abs(SUM)", "count(PATH KEY=VALUE...)". */
static int parse_function(struct dt_parser *parser, struct dt_node **out)
{
	const bool is_count = !strcmp(parser->token->word, "count");
	struct dt_node *node;
	int ret;

	if (!is_count && strcmp(parser->token->word, "abs") != 0) {
		*parser->at = parser->token->at;
		return dt_refuse(parser->error, NULL,
				 "'%s' is no function: abs(FIGURE), count(ARRAY)",
				 parser->token->word);
	}
	node = new_node(parser, is_count ? DT_NODE_COUNT : DT_NODE_ABS);
	*out = node;
	parser->token += 2;
	if (!is_count) {
		ret = dt_parser_sum(parser, &node->left);
		if (!ret)
			ret = need_sign(parser, DT_SIGN_CLOSE);
		node->constant = node->left && node->left->constant;
	} else {
		node->filters = calloc(1, sizeof(*node->filters));
		if (!node->filters)
			return -ENOMEM;
		ret = dt_parser_path(parser, &node->path);
		if (!ret)
			ret = dt_parser_filters(parser, node->filters, DT_SIGN_CLOSE);
	}
	end_node(parser, node);
	return ret;
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by NESTING_MAX */
static int parse_primary(struct dt_parser *parser, struct dt_node **node)
{
	const struct dt_token *token = parser->token;
	int ret;

	if (token->kind == DT_TOKEN_NUMBER)
		return dt_parser_number(parser, node);
	if (token->kind == DT_TOKEN_NAME && token[1].kind == DT_TOKEN_SIGN &&
	    token[1].sign == DT_SIGN_OPEN)
		return parse_function(parser, node);
	if (dt_parser_is_word(token))
		return parse_figure(parser, node);
	if (!dt_parser_take_sign(parser, DT_SIGN_OPEN))
		return dt_parser_expected(parser, "a figure or a number");
	ret = dt_parser_sum(parser, node);
	if (!ret)
		ret = need_sign(parser, DT_SIGN_CLOSE);
	if (ret)
		return ret;
	/* with its parentheses */
	(*node)->at = token->at;
	end_node(parser, *node);
	return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by NESTING_MAX */
static int parse_signed(struct dt_parser *parser, struct dt_node **out)
{
	struct dt_node *node;
	int ret;

	*parser->at = parser->token->at;
	if (parser->nesting == NESTING_MAX)
		return dt_refuse(parser->error, NULL, "nested deeper than %d", NESTING_MAX);
	parser->nesting++;
	if (dt_parser_is_sign(parser, DT_SIGN_MINUS)) {
		node = new_node(parser, DT_NODE_NEGATE);
		parser->token++;
		ret = parse_signed(parser, &node->left);
		node->constant = !ret && node->left->constant;
		end_node(parser, node);
		*out = node;
	} else {
		ret = parse_primary(parser, out);
	}
	parser->nesting--;
	return ret;
}

static struct dt_node *new_pair(struct dt_parser *parser, enum dt_node_kind kind,
				struct dt_node *left)
{
	struct dt_node *node = new_node(parser, kind);

	node->at = left->at;
	node->left = left;
	parser->token++;
	return node;
}

static void end_pair(const struct dt_parser *parser, struct dt_node *node)
{
	node->constant = node->left->constant && node->right->constant;
	end_node(parser, node);
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by NESTING_MAX */
static int parse_product(struct dt_parser *parser, struct dt_node **out)
{
	int ret = parse_signed(parser, out);

	while (!ret && *out &&
	       (dt_parser_is_sign(parser, DT_SIGN_TIMES) ||
		dt_parser_is_sign(parser, DT_SIGN_DIVIDE))) {
		const bool times = dt_parser_is_sign(parser, DT_SIGN_TIMES);

		*out = new_pair(parser, times ? DT_NODE_MULTIPLY : DT_NODE_DIVIDE, *out);
		ret = parse_signed(parser, &(*out)->right);
		if (!ret)
			end_pair(parser, *out);
	}
	return ret;
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by NESTING_MAX */
int dt_parser_sum(struct dt_parser *parser, struct dt_node **out)
{
	int ret = parse_product(parser, out);

	while (!ret && *out &&
	       (dt_parser_is_sign(parser, DT_SIGN_PLUS) ||
		dt_parser_is_sign(parser, DT_SIGN_MINUS))) {
		const bool plus = dt_parser_is_sign(parser, DT_SIGN_PLUS);

		*out = new_pair(parser, plus ? DT_NODE_ADD : DT_NODE_SUBTRACT, *out);
		ret = parse_product(parser, &(*out)->right);
		if (!ret)
			end_pair(parser, *out);
	}
	return ret;
}
