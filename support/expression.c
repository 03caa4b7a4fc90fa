/* SPDX-License-Identifier: GPL-2.0-only */
/* Expectations: a selector, and a comparison of two sums. The grammar is that of doc/check.md. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/expression_private.h"

static const struct dt_object objects[] = {
	{"goal", "goals", "steps",
	 "quota goals are recorded with damon:damos_node_eligible_mem_bp, or on kernels without it "
	 "by damon-trace record"},
	{"scheme", "schemes", NULL,
	 "schemes are recorded with damon:damos_stat_after_apply_interval"},
	{"stream", "snapshots", NULL,
	 "streams are those of DAMON's regions: record damon:damon_aggregated"},
	{"heatmap", "heatmaps", NULL,
	 "heatmaps come from damon:damon_aggregated, or from memory samples with addresses"},
};

/* What a word means that is none of these: the member of the report that has this name. */
static const char absent_view[] = "views that the recording has nothing for are not in its report; "
				  "doc/report-json.md has all";

/* ---- the comparison ---- */

static int parse_compare(struct dt_parser *parser)
{
	if (parser->token->kind == DT_TOKEN_SIGN && parser->token->sign <= DT_SIGN_GT) {
		parser->expression->compare = parser->token++->sign;
		return 0;
	}
	if (dt_parser_is_sign(parser, DT_SIGN_ASSIGN)) {
		*parser->at = parser->token->at;
		return dt_refuse(parser->error, "== compares", "'=' is no comparison");
	}
	return dt_parser_expected(parser, "==, !=, <, <=, > or >=");
}

/* Names with dots between them, but no indices: they may be a word as well. */
static bool is_wordlike(const struct dt_node *node)
{
	if (node->kind != DT_NODE_FIGURE)
		return false;
	for (size_t i = 0; i < node->path.nr; i++)
		if (node->path.parts[i].kind != DT_PATH_KEY)
			return false;
	return true;
}

/* The text of a node as a word of its own. */
static const char *keep_text(struct dt_expression *expression, const struct dt_node *node)
{
	char *word = expression->storage + 2 * strlen(expression->text) + 2;

	memcpy(word, expression->text + node->at, node->length);
	word[node->length] = '\0';
	return word;
}

static int parse_right(struct dt_parser *parser)
{
	struct dt_expression *expression = parser->expression;
	const struct dt_token *const first = parser->token;
	const struct dt_token *token = first;
	int ret;

	expression->right_at = token->at;
	if (dt_parser_is_word(token) && token[1].kind == DT_TOKEN_END &&
	    (token->kind == DT_TOKEN_QUOTED || dt_parser_word_kind(token) != DT_WORD_TEXT)) {
		expression->word_kind = dt_parser_word_kind(token);
		expression->word = token->word;
		expression->right_length = token->length;
		parser->token++;
		return 0;
	}
	ret = dt_parser_sum(parser, &expression->right);
	if (ret)
		return ret;
	token = parser->token - 1;
	expression->right_length = token->at + token->length - expression->right_at;
	if (dt_parser_is_word(first) && is_wordlike(expression->right))
		expression->word = keep_text(expression, expression->right);
	return 0;
}

static bool is_sign(const struct dt_token *token, enum dt_sign sign)
{
	return token->kind == DT_TOKEN_SIGN && token->sign == sign;
}

/* A word with a colon or with a filter behind it: "tiers:", "agreement pid=7:". */
static bool selects(const struct dt_token *token)
{
	if (is_sign(&token[1], DT_SIGN_COLON))
		return true;
	return is_sign(&token[2], DT_SIGN_ASSIGN) || is_sign(&token[2], DT_SIGN_DOT);
}

static const struct dt_object *find_object(struct dt_expression *expression,
					   const struct dt_token *token)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (!strcmp(objects[i].word, token->word))
			return &objects[i];
	if (!selects(token))
		return NULL;
	expression->view = (struct dt_object){token->word, token->word, NULL, absent_view};
	return &expression->view;
}

/* "goal nid=0 target=6000:", where there is one. */
static int parse_selector(struct dt_parser *parser)
{
	struct dt_expression *expression = parser->expression;
	const struct dt_token *token = parser->token;
	int ret;

	if (token->kind != DT_TOKEN_NAME ||
	    !(dt_parser_is_word(&token[1]) ||
	      (token[1].kind == DT_TOKEN_SIGN && token[1].sign == DT_SIGN_COLON)))
		return 0;
	expression->object = find_object(expression, token);
	*parser->at = token->at;
	if (!expression->object)
		return dt_refuse(parser->error,
				 "goal, scheme, stream, heatmap or a view's name in the report; or "
				 "a comparison is missing",
				 "'%s' is no object to select", token->word);
	parser->token++;
	ret = dt_parser_filters(parser, &expression->filters, DT_SIGN_COLON);
	token = parser->token - 1;
	if (!ret)
		expression->selector_length = token->at + token->length;
	return ret;
}

static int parse_all(struct dt_parser *parser)
{
	int ret = parse_selector(parser);

	if (!ret)
		ret = dt_parser_sum(parser, &parser->expression->left);
	if (!ret)
		ret = parse_compare(parser);
	if (!ret)
		ret = parse_right(parser);
	if (!ret && parser->token->kind == DT_TOKEN_SIGN && parser->token->sign <= DT_SIGN_GT) {
		*parser->at = parser->token->at;
		return dt_refuse(parser->error, "write two expectations",
				 "an expectation has one comparison");
	}
	if (!ret && parser->token->kind != DT_TOKEN_END)
		return dt_parser_expected(parser, "the end");
	if (!ret && parser->expression->left->constant &&
	    (!parser->expression->right || parser->expression->right->constant)) {
		*parser->at = parser->expression->left->at;
		ret = dt_refuse(parser->error, NULL, "no figure of the report is in it");
	}
	return ret ? ret : dt_expression_units(parser->expression, parser->at, parser->error);
}

/* ---- making and freeing ---- */

static struct dt_expression *new_expression(const char *text, struct dt_token **tokens)
{
	const size_t size = strlen(text);
	struct dt_expression *expression = calloc(1, sizeof(*expression));

	*tokens = calloc(size + 2, sizeof(**tokens));
	if (!expression || !*tokens)
		goto failed;
	expression->text = strdup(text);
	/* words and their ends, then the one that keep_text takes */
	expression->storage = malloc(3 * size + 4);
	expression->nodes = calloc(size + 1, sizeof(*expression->nodes));
	if (expression->text && expression->storage && expression->nodes)
		return expression;
failed:
	dt_expression_free(expression);
	free(*tokens);
	*tokens = NULL;
	return NULL;
}

static int read_tokens(struct dt_expression *expression, struct dt_token *tokens, size_t *at,
		       struct dt_error *error)
{
	struct dt_token *last = tokens;

	if (dt_tokens_read(expression->text, tokens, expression->storage, at, error))
		return -EINVAL;
	while (last->kind != DT_TOKEN_END)
		last++;
	/* what is missing is missing behind the last token, not behind blanks and a comment */
	if (last > tokens)
		last->at = last[-1].at + last[-1].length;
	expression->text[last->at] = '\0';
	return 0;
}

/* What a text is to be: an expectation, a path, a number. */
static int parse_as(struct dt_expression **out, const char *text,
		    int (*parse)(struct dt_parser *parser), size_t *at, struct dt_error *error)
{
	struct dt_expression *expression;
	struct dt_token *tokens;
	int ret;

	*out = NULL;
	*at = 0;
	if (strlen(text) > DT_EXPRESSION_MAX)
		return dt_refuse(error, NULL, "longer than %d bytes", DT_EXPRESSION_MAX);
	expression = new_expression(text, &tokens);
	if (!expression)
		return dt_fail(error, ENOMEM, NULL, "no memory for an expectation");
	ret = read_tokens(expression, tokens, at, error);
	if (!ret) {
		struct dt_parser parser = {expression, tokens, 0, false, at, error};

		ret = parse(&parser);
		if (!ret && parser.token->kind != DT_TOKEN_END)
			ret = dt_parser_expected(&parser, "the end");
	}
	free(tokens);
	if (ret)
		dt_expression_free(expression);
	else
		*out = expression;
	return ret;
}

static int parse_expectation(struct dt_parser *parser)
{
	return parser->token->kind == DT_TOKEN_END ? 0 : parse_all(parser);
}

int dt_expression_parse(struct dt_expression **expression, const char *text, size_t *at,
			struct dt_error *error)
{
	int ret = parse_as(expression, text, parse_expectation, at, error);

	if (*expression && !(*expression)->left) {
		dt_expression_free(*expression);
		*expression = NULL;
	}
	return ret;
}

static int parse_path_alone(struct dt_parser *parser)
{
	struct dt_expression *expression = parser->expression;

	expression->left = &expression->nodes[expression->nr_nodes++];
	expression->left->kind = DT_NODE_FIGURE;
	return dt_parser_path(parser, &expression->left->path);
}

int dt_expression_path(struct dt_expression **expression, const char *text,
		       const struct dt_path **path, size_t *at, struct dt_error *error)
{
	int ret = parse_as(expression, text, parse_path_alone, at, error);

	if (*expression)
		*path = &(*expression)->left->path;
	return ret;
}

static int parse_number_alone(struct dt_parser *parser)
{
	if (parser->token->kind != DT_TOKEN_NUMBER)
		return dt_parser_expected(parser, "a number");
	return dt_parser_number(parser, &parser->expression->left);
}

int dt_expression_number(const char *text, const struct dt_path *figure, double *value,
			 bool *relative, struct dt_error *error)
{
	const char *key = dt_path_unit_key(figure);
	const struct dt_unit theirs = dt_unit_of_key(key);
	struct dt_expression *expression;
	const struct dt_node *node;
	int exponent = 0, ret;
	size_t at;

	ret = parse_as(&expression, text, parse_number_alone, &at, error);
	if (!expression)
		return ret;
	node = expression->left;
	*relative = node->unit.dimension == DT_DIMENSION_SHARE &&
		    theirs.dimension != DT_DIMENSION_SHARE;
	if (*relative)
		exponent = node->unit.exponent;
	else if (node->unit.dimension == theirs.dimension)
		exponent = node->unit.exponent - theirs.exponent;
	else if (node->unit.dimension != DT_DIMENSION_NONE)
		ret = dt_refuse(error, NULL, "%s does not fit %s", text, *key ? key : "a count");
	*value = dt_number_value(expression->text + node->digits_at, node->digits, exponent,
				 node->factor);
	dt_expression_free(expression);
	return ret;
}

static void free_filters(struct dt_filters *filters)
{
	for (size_t i = 0; filters && i < filters->nr; i++)
		free(filters->filters[i].key.parts);
}

void dt_expression_free(struct dt_expression *expression)
{
	if (!expression)
		return;
	for (size_t i = 0; i < expression->nr_nodes; i++) {
		free(expression->nodes[i].path.parts);
		free_filters(expression->nodes[i].filters);
		free(expression->nodes[i].filters);
	}
	free_filters(&expression->filters);
	free(expression->nodes);
	free(expression->storage);
	free(expression->text);
	free(expression);
}

const char *dt_expression_text(const struct dt_expression *expression)
{
	return expression->text + strspn(expression->text, " \t\r\n");
}
