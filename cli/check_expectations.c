/* SPDX-License-Identifier: GPL-2.0-only */
/* Expectations from -x and from files, and the caret under what does not parse. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check.h"
#include "support/utf8.h"

/* The line with a caret under the byte: what has no width of one column must not move it. */
static void print_caret(const char *text, size_t at)
{
	const size_t length = strcspn(text, "\r\n");

	(void)fputs("  ", stderr);
	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)text[i];

		(void)fputc(byte < 0x20 || byte == 0x7f ? ' ' : byte, stderr);
	}
	(void)fputs("\n  ", stderr);
	for (size_t i = 0; i < at && i < length; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			(void)fputc(' ', stderr);
	(void)fputs("^\n", stderr);
}

static void print_problem(const char *source, const char *text, size_t at,
			  const struct dt_error *error)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "damon-trace check: %s: %s\n", source ? source : "-x",
		      error->message);
	print_caret(text, at);
	if (error->hint[0])
		(void)fprintf(stderr, "  hint: %s\n", error->hint);
}

static int no_memory(void)
{
	struct dt_error error;

	(void)dt_fail(&error, ENOMEM, NULL, "no memory for the expectations");
	dt_print_error("check", &error);
	return DT_EXIT_FAILED;
}

/* A line that expects nothing adds nothing. */
static int add(struct dt_expectations *expectations, const char *source, const char *text)
{
	struct dt_expectation *grown, *expectation;
	struct dt_expression *expression;
	struct dt_error error = {0};
	size_t at;
	int ret = dt_expression_parse(&expression, text, &at, &error);

	if (ret == -ENOMEM)
		return no_memory();
	if (ret) {
		print_problem(source, text, at, &error);
		return DT_EXIT_USAGE;
	}
	if (!expression)
		return DT_EXIT_OK;
	grown = reallocarray(expectations->expectations, expectations->nr + 1, sizeof(*grown));
	if (!grown) {
		dt_expression_free(expression);
		return no_memory();
	}
	expectations->expectations = grown;
	expectation = &grown[expectations->nr++];
	*expectation = (struct dt_expectation){source ? strdup(source) : NULL, expression};
	return DT_EXIT_OK;
}

int dt_expectations_add(struct dt_expectations *expectations, const char *text)
{
	const size_t before = expectations->nr;
	int ret = add(expectations, NULL, text);
	struct dt_error error;

	if (ret || expectations->nr > before)
		return ret;
	(void)dt_fail(&error, EINVAL, "for instance -x 'losses.events == 0'",
		      "-x: nothing is expected");
	dt_print_error("check", &error);
	return DT_EXIT_USAGE;
}

/* All lines that do not parse are shown, not only the first. */
static int read_lines(struct dt_expectations *expectations, const char *path, FILE *file)
{
	char *line = NULL, *source = NULL;
	size_t room = 0, number = 0;
	ssize_t length;
	int worst = DT_EXIT_OK;

	while ((length = getline(&line, &room, file)) >= 0) {
		struct dt_error error;
		int ret;

		number++;
		if (asprintf(&source, "%s:%zu", path, number) < 0)
			return no_memory();
		if (strlen(line) != (size_t)length) {
			(void)dt_fail(&error, EINVAL, NULL, "a NUL byte has no place here");
			print_problem(source, line, strlen(line), &error);
			ret = DT_EXIT_USAGE;
		} else {
			ret = add(expectations, source, line);
		}
		free(source);
		if (ret)
			worst = ret;
		if (ret == DT_EXIT_FAILED || expectations->nr > DT_EXPECTATIONS_MAX)
			break;
	}
	free(line);
	return worst;
}

int dt_expectations_read(struct dt_expectations *expectations, const char *path)
{
	const size_t before = expectations->nr;
	FILE *file = fopen(path, "re");
	struct dt_error error;
	int ret, code;

	if (!file) {
		code = errno;
	} else {
		errno = 0;
		ret = read_lines(expectations, path, file);
		code = ferror(file) ? errno : 0;
		(void)fclose(file);
		if (ret)
			return ret;
	}
	if (code)
		(void)dt_fail(&error, code, NULL, "cannot read %s: %s", path, strerror(code));
	else if (expectations->nr == before)
		(void)dt_fail(&error, EINVAL, "one expectation a line, comments from # on",
			      "%s: nothing is expected", path);
	else if (expectations->nr > DT_EXPECTATIONS_MAX)
		(void)dt_fail(&error, EINVAL, NULL, "more than %d expectations",
			      DT_EXPECTATIONS_MAX);
	else
		return DT_EXIT_OK;
	dt_print_error("check", &error);
	return DT_EXIT_USAGE;
}

void dt_expectations_free(struct dt_expectations *expectations)
{
	for (size_t i = 0; i < expectations->nr; i++) {
		free(expectations->expectations[i].source);
		dt_expression_free(expectations->expectations[i].expression);
	}
	free(expectations->expectations);
	*expectations = (struct dt_expectations){0};
}
