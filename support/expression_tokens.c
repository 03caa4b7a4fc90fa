/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of an expectation as tokens. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "support/expression_private.h"
#include "support/utf8.h"

struct lexer {
	const char *text;
	char *storage;
	size_t *at;
	struct dt_error *error;
};

/* Longer ones first. */
static const struct {
	const char *text;
	enum dt_sign sign;
} signs[] = {
	{"==", DT_SIGN_EQ},	{"!=", DT_SIGN_NE},	   {"<=", DT_SIGN_LE},
	{">=", DT_SIGN_GE},	{"<", DT_SIGN_LT},	   {">", DT_SIGN_GT},
	{"=", DT_SIGN_ASSIGN},	{":", DT_SIGN_COLON},	   {".", DT_SIGN_DOT},
	{"%", DT_SIGN_PERCENT}, {"+", DT_SIGN_PLUS},	   {"-", DT_SIGN_MINUS},
	{"*", DT_SIGN_TIMES},	{"/", DT_SIGN_DIVIDE},	   {"(", DT_SIGN_OPEN},
	{")", DT_SIGN_CLOSE},	{"[", DT_SIGN_OPEN_INDEX}, {"]", DT_SIGN_CLOSE_INDEX},
};

static size_t name_length(const char *text)
{
	size_t length = 0;

	if (!isalpha((unsigned char)*text) && *text != '_')
		return 0;
	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

static size_t digits_length(const char *text)
{
	size_t length = 0;

	while (isdigit((unsigned char)text[length]))
		length++;
	return length;
}

/* Digits with a fraction and an exponent, or 0x and hexadecimal digits; 0 when it is none. */
static size_t number_length(const char *text)
{
	size_t length = digits_length(text), more;

	if (!length)
		return 0;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
	    isxdigit((unsigned char)text[2])) {
		for (length = 2; isxdigit((unsigned char)text[length]);)
			length++;
		return length;
	}
	if (text[length] == '.') {
		more = digits_length(text + length + 1);
		length += more ? more + 1 : 0;
	}
	if (text[length] == 'e' || text[length] == 'E') {
		const size_t sign = text[length + 1] == '-' || text[length + 1] == '+';

		more = digits_length(text + length + 1 + sign);
		length += more ? more + 1 + sign : 0;
	}
	return length;
}

static void keep_word(struct lexer *lexer, struct dt_token *token, const char *from, size_t length)
{
	token->word = lexer->storage;
	memcpy(lexer->storage, from, length);
	lexer->storage += length;
	*lexer->storage++ = '\0';
}

/* Between quotes of either kind; a backslash takes the next character as it is. */
static int read_quoted(struct lexer *lexer, struct dt_token *token)
{
	const char *text = lexer->text + token->at;
	const char quote = *text++;

	token->kind = DT_TOKEN_QUOTED;
	token->word = lexer->storage;
	for (; *text && *text != quote; text++) {
		if (*text == '\\' && text[1])
			text++;
		*lexer->storage++ = *text;
	}
	*lexer->storage++ = '\0';
	token->length = (size_t)(text + 1 - lexer->text) - token->at;
	if (*text)
		return 0;
	*lexer->at = token->at;
	return dt_refuse(lexer->error, NULL, "the quote is not closed");
}

static int read_sign(struct lexer *lexer, struct dt_token *token)
{
	const char *text = lexer->text + token->at;
	char shown[8] = "";
	size_t length;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		token->length = strlen(signs[i].text);
		if (!strncmp(text, signs[i].text, token->length)) {
			token->kind = DT_TOKEN_SIGN;
			token->sign = signs[i].sign;
			return 0;
		}
	}
	*lexer->at = token->at;
	length = dt_utf8_sequence(text);
	if (!length || dt_utf8_control(text, length))
		return dt_refuse(lexer->error, NULL, "a byte 0x%02x has no place here",
				 (unsigned char)*text);
	memcpy(shown, text, length);
	return dt_refuse(lexer->error, "text with such characters needs quotes",
			 "'%s' has no place here", shown);
}

int dt_tokens_read(const char *text, struct dt_token *tokens, char *storage, size_t *at,
		   struct dt_error *error)
{
	struct lexer lexer = {text, storage, at, error};
	size_t place = strspn(text, " \t\r\n");
	int ret = 0;

	*storage = '\0';
	*at = 0;
	for (; text[place] && text[place] != '#'; place += strspn(text + place, " \t\r\n")) {
		struct dt_token *token = tokens++;
		const char *from = text + place;

		*token = (struct dt_token){.at = place};
		if ((token->length = name_length(from))) {
			token->kind = DT_TOKEN_NAME;
			keep_word(&lexer, token, from, token->length);
		} else if ((token->length = number_length(from))) {
			token->kind = DT_TOKEN_NUMBER;
		} else if (*from == '"' || *from == '\'') {
			ret = read_quoted(&lexer, token);
		} else {
			ret = read_sign(&lexer, token);
		}
		if (ret)
			return ret;
		place += token->length;
	}
	*tokens = (struct dt_token){.kind = DT_TOKEN_END, .at = place};
	return 0;
}
