/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the expectation language share: tokens, the tree, units. */
#ifndef SUPPORT_EXPRESSION_PRIVATE_H
#define SUPPORT_EXPRESSION_PRIVATE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "support/expression.h"

/* dt_fail of a parser, seen not to be 0 by checkers that look at one file. */
#define dt_refuse(error, ...) ((void)dt_fail(error, EINVAL, __VA_ARGS__), -EINVAL)

/* ---- tokens ---- */

enum dt_token_kind {
	DT_TOKEN_END,
	DT_TOKEN_NAME,
	DT_TOKEN_QUOTED,
	DT_TOKEN_NUMBER,
	DT_TOKEN_SIGN, /* punctuation; which: struct dt_token.sign */
};

enum dt_sign {
	DT_SIGN_NONE,
	DT_SIGN_EQ,
	DT_SIGN_NE,
	DT_SIGN_LE,
	DT_SIGN_GE,
	DT_SIGN_LT,
	DT_SIGN_GT,
	DT_SIGN_ASSIGN,
	DT_SIGN_COLON,
	DT_SIGN_DOT,
	DT_SIGN_PERCENT,
	DT_SIGN_PLUS,
	DT_SIGN_MINUS,
	DT_SIGN_TIMES,
	DT_SIGN_DIVIDE,
	DT_SIGN_OPEN,
	DT_SIGN_CLOSE,
	DT_SIGN_OPEN_INDEX,
	DT_SIGN_CLOSE_INDEX,
};

struct dt_token {
	enum dt_token_kind kind;
	enum dt_sign sign;
	size_t at, length; /* in the text; a quoted one with its quotes */
	const char *word;  /* of a name, or between the quotes; NUL-terminated */
};

/*
 * Split the text; tokens[room) ends with DT_TOKEN_END, room is strlen(text) + 1 at most. Words go
 * to storage, of twice the text's size. 0 or -EINVAL with *at and *error.
 */
int dt_tokens_read(const char *text, struct dt_token *tokens, char *storage, size_t *at,
		   struct dt_error *error);

/* ---- units ---- */

enum dt_dimension {
	DT_DIMENSION_NONE,  /* a number without unit, a count */
	DT_DIMENSION_TIME,  /* exponent 0: seconds */
	DT_DIMENSION_SHARE, /* exponent 0: of 1 */
	DT_DIMENSION_OTHER, /* a rate or a product: nothing can be converted to it */
};

struct dt_unit {
	enum dt_dimension dimension;
	int exponent; /* of ten */
};

/* The unit that a figure's key ends in. */
struct dt_unit dt_unit_of_key(const char *key);

/* A unit by name; factor: what a number is multiplied by besides the exponent. */
bool dt_unit_by_name(const char *name, struct dt_unit *unit, double *factor);

/* ---- the tree ---- */

enum dt_node_kind {
	DT_NODE_NUMBER,
	DT_NODE_FIGURE,
	DT_NODE_COUNT, /* elements of an array */
	DT_NODE_NEGATE,
	DT_NODE_ABS,
	DT_NODE_ADD,
	DT_NODE_SUBTRACT,
	DT_NODE_MULTIPLY,
	DT_NODE_DIVIDE,
};

/* KEY=VALUE, of a selector or of count(). */
struct dt_filter {
	struct dt_path key;
	size_t at;
	const char *word; /* text, or NULL: a number */
	enum { DT_WORD_TEXT, DT_WORD_TRUE, DT_WORD_FALSE, DT_WORD_NULL } word_kind;
	struct dt_node *number; /* DT_NODE_NUMBER, before its unit is known to fit */
};

#define DT_FILTERS_MAX 8

struct dt_filters {
	size_t nr;
	struct dt_filter filters[DT_FILTERS_MAX];
};

struct dt_node {
	enum dt_node_kind kind;
	size_t at, length; /* of its text */
	struct dt_node *left, *right;
	struct dt_path path;	    /* of a figure or a count; as written */
	struct dt_filters *filters; /* of a count, or NULL */
	bool constant;		    /* no figure in it */
	struct dt_unit unit;
	int scale;	  /* the value is to be multiplied by this power of ten */
	size_t digits_at; /* of a number: its text without unit */
	size_t digits;
	double factor;	 /* of a number: its unit's */
	bool whole;	 /* of a number: an integer without unit */
	int64_t integer; /* then */
};

/*
 * A selector's object: elements of an array, with those of an array in them; or a member of the
 * report that is an object itself.
 */
struct dt_object {
	const char *word;
	const char *array, *inner; /* inner may be NULL */
	const char *absent;	   /* what would give some */
};

struct dt_expression {
	char *text;
	char *storage; /* of the words */
	size_t nr_nodes, room;
	struct dt_node *nodes;
	const struct dt_object *object; /* or NULL: the report */
	struct dt_object view;		/* the object of a word that has no other meaning */
	struct dt_filters filters;
	size_t selector_length; /* of its text */
	enum dt_sign compare;
	struct dt_node *left;
	struct dt_node *right; /* NULL when a word is compared with */
	const char *word; /* what text is compared with; also of a right side that may be one */
	int word_kind;	  /* as in struct dt_filter */
	size_t right_at, right_length;
};

/* ---- the parser ---- */

struct dt_parser {
	struct dt_expression *expression;
	struct dt_token *token; /* the next one */
	unsigned nesting;
	bool glued; /* a unit stands right behind its number */
	size_t *at; /* where it went wrong */
	struct dt_error *error;
};

/* Fail for want of something. -EINVAL. */
int dt_parser_expected(struct dt_parser *parser, const char *what);
bool dt_parser_is_sign(const struct dt_parser *parser, enum dt_sign sign);
/* Is it the next token? Take it. */
bool dt_parser_take_sign(struct dt_parser *parser, enum dt_sign sign);
bool dt_parser_is_word(const struct dt_token *token);
int dt_parser_word_kind(const struct dt_token *token);
/* 0, -EINVAL with *at and *error, or -ENOMEM; what was made is freed with the expression. */
int dt_parser_number(struct dt_parser *parser, struct dt_node **out);
int dt_parser_path(struct dt_parser *parser, struct dt_path *path);
/* KEY=VALUE..., up to the sign that ends them, which is taken. */
int dt_parser_filters(struct dt_parser *parser, struct dt_filters *filters, enum dt_sign end);
int dt_parser_sum(struct dt_parser *parser, struct dt_node **out);

/*
 * Find the units of the tree and convert numbers to those of the figures that they stand beside.
 * 0 or -EINVAL with *at and *error.
 */
int dt_expression_units(struct dt_expression *expression, size_t *at, struct dt_error *error);

/* A number times a power of ten, rounded once. */
double dt_number_value(const char *text, size_t digits, int exponent, double factor);

/* ---- names in a report ---- */

enum dt_found {
	DT_FOUND_ONE,
	DT_FOUND_NONE,
	DT_FOUND_SEVERAL,
};

/*
 * Find the place that a path means: from the object (NULL: the root) or a part of it, in full, or
 * by its end where only one name ends so. suffixed: the last key may lack its unit. place: its
 * parts are allocated when one is found. candidates: a text, "A, B", of those that it may be, or
 * that it is like.
 */
enum dt_found dt_expression_find(const struct dt_names *names, const struct dt_object *object,
				 const struct dt_path *given, bool suffixed, struct dt_path *place,
				 char *candidates, size_t size);

/* The same among the elements of the array at `array`; the place is then one in an element. */
enum dt_found dt_expression_find_in(const struct dt_names *names, const struct dt_path *array,
				    const struct dt_path *given, struct dt_path *place);

/* ---- judging ---- */

/* The element that an array stands for at present. */
struct dt_binding {
	const json_t *array;
	const char *key; /* the array's name, or NULL within another array */
	size_t index;
	json_t *element;
};

#define DT_BINDINGS_MAX 64

/* A place that the expectation looks at. */
struct dt_spot {
	struct dt_path place;
	bool missing; /* the report has none */
	const struct dt_filter *filter;
	const struct dt_node *node;	     /* a figure or a count, when it is no filter */
	struct dt_path keys[DT_FILTERS_MAX]; /* of a count's filters; nr 0: not there */
	json_t *value;			     /* at present; NULL: not there */
};

struct dt_run {
	const struct dt_expression *expression;
	const struct dt_document *document;
	struct dt_judgement *judgement;
	size_t nr_spots;
	struct dt_spot *spots;
	size_t nr_bindings;
	struct dt_binding bindings[DT_BINDINGS_MAX];
	uint64_t instances;
	char why[256]; /* when no value could be made */
};

enum dt_value_kind {
	DT_VALUE_ABSENT,
	DT_VALUE_NULL,
	DT_VALUE_NUMBER,
	DT_VALUE_TEXT,
	DT_VALUE_TRUTH,
	DT_VALUE_CONTAINER,
};

struct dt_value {
	enum dt_value_kind kind;
	double number;
	bool whole; /* integer is exact */
	int64_t integer;
	const char *text;
	bool truth;
};

/* What a JSON value is (NULL: absent); text like 0x7f00 is a number too when asked for as one. */
struct dt_value dt_value_of(const json_t *json);
bool dt_value_hex(const char *text, double *number);

/* Does a JSON value equal a filter's? key: of that value, for the unit. */
bool dt_filter_matches(const struct dt_expression *expression, const struct dt_filter *filter,
		       const char *key, const json_t *json);

/* The present value of a node. DT_OUTCOME_HOLDS, or UNKNOWN or WRONG with run->why. */
enum dt_outcome dt_expression_value(struct dt_run *run, const struct dt_node *node,
				    struct dt_value *value);

/* Compare the two sides at present and put a fact into the judgement. */
void dt_expression_compare(struct dt_run *run);

/* Where the present instance stands: "goals[0] nid=0, steps[1] target_bp=6000: ", or "". */
char *dt_run_where(const struct dt_run *run, char *buffer, size_t size);

#endif
