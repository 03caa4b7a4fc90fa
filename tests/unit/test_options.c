/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines against an option table: every spelling that is one, and what is said to others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"

/* Everything that was parsed, as text: "output=FILE;quiet;". */
struct parsed {
	char log[256];
};

static void note(struct parsed *parsed, const char *name, const char *text)
{
	const size_t used = strlen(parsed->log);

	(void)snprintf(parsed->log + used, sizeof(parsed->log) - used, "%s%s%s;", name,
		       text ? "=" : "", text ? text : "");
}

static int set_output(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	note(target, "output", text);
	return 0;
}

static int set_quiet(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	note(target, "quiet", text);
	return 0;
}

static int set_number(void *target, const char *text, struct dt_error *error)
{
	uint64_t value;

	if (dt_parse_number(text, &value, error))
		return dt_fail(error, EINVAL, "try 1", "%s is odd", text);
	note(target, "number", text);
	return 0;
}

static const struct dt_option table[] = {
	{"output", 'o', "FILE", "write there", set_output},
	{"quiet", 'q', NULL, "say nothing", set_quiet},
	{"number", 0, "N", "a number, with a text that is long enough to need a second line of it",
	 set_number},
	{NULL, 0, NULL, NULL, NULL},
};

#define MAX_WORDS 12

struct result {
	int status, nr_rest;
	bool help;
	char log[256], rest[256], error[1024];
};

/* What is written to stderr meanwhile goes to a file. */
static int catch_stderr(FILE **file)
{
	const int old = dup(STDERR_FILENO);

	*file = tmpfile();
	assert_non_null(*file);
	assert_true(old >= 0);
	assert_true(dup2(fileno(*file), STDERR_FILENO) >= 0);
	return old;
}

static void release_stderr(FILE *file, int old, char *text, size_t size)
{
	size_t length;

	(void)fflush(stderr);
	assert_true(dup2(old, STDERR_FILENO) >= 0);
	assert_int_equal(close(old), 0);
	rewind(file);
	length = fread(text, 1, size - 1, file);
	text[length] = '\0';
	assert_int_equal(fclose(file), 0);
}

/* words: parted by single spaces; a word "''" is empty. */
static struct result parse(const char *words)
{
	struct result result = {.status = -1};
	struct parsed parsed = {""};
	char copy[256], *argv[MAX_WORDS + 1] = {copy}, *place = copy;
	int argc = 1, old;
	FILE *file;

	(void)snprintf(copy, sizeof(copy), "report %s", words);
	while (*words && (place = strchr(place, ' '))) {
		*place++ = '\0';
		assert_true(argc < MAX_WORDS);
		argv[argc++] = place;
	}
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "''"))
			argv[i][0] = '\0';
	old = catch_stderr(&file);
	result.status = dt_options_parse(table, &parsed, "report", argc, argv, &result.nr_rest,
					 &result.help);
	release_stderr(file, old, result.error, sizeof(result.error));
	memcpy(result.log, parsed.log, sizeof(result.log));
	for (int i = 1; i <= result.nr_rest; i++) {
		(void)strncat(result.rest, argv[i], 60);
		(void)strncat(result.rest, ";", 2);
	}
	return result;
}

static void test_good(void **state)
{
	static const struct {
		const char *words, *log, *rest;
	} cases[] = {
		{"", "", ""},
		{"a b", "", "a;b;"},
		{"--output x", "output=x;", ""},
		{"--output=x", "output=x;", ""},
		{"--output=", "output=;", ""},
		{"--output ''", "output=;", ""},
		{"--output=a=b", "output=a=b;", ""},
		{"-o x", "output=x;", ""},
		{"-ox", "output=x;", ""},
		{"-o -", "output=-;", ""},
		{"-o --quiet", "output=--quiet;", ""},
		{"--output --", "output=--;", ""},
		{"-o -h", "output=-h;", ""},
		{"-q --quiet -q", "quiet;quiet;quiet;", ""},
		{"a -q b -o c d", "quiet;output=c;", "a;b;d;"},
		{"- -q", "quiet;", "-;"},
		{"'' -q", "quiet;", ";"},
		{"-q -- -q --output --help", "quiet;", "-q;--output;--help;"},
		{"-- --", "", "--;"},
		{"a -- b -o", "", "a;b;-o;"},
		{"--number 5 --number=6", "number=5;number=6;", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct result result = parse(cases[i].words);

		assert_int_equal(result.status, DT_EXIT_OK);
		assert_false(result.help);
		assert_string_equal(result.log, cases[i].log);
		assert_string_equal(result.rest, cases[i].rest);
		assert_string_equal(result.error, "");
	}
}

static void test_help_wins(void **state)
{
	static const char *const cases[] = {"--help", "-h", "a --help b", "-q -h --nonsense",
					    "--help --output"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct result result = parse(cases[i]);

		assert_int_equal(result.status, DT_EXIT_OK);
		assert_true(result.help);
		assert_string_equal(result.error, "");
	}
}

static void test_wrong(void **state)
{
	static const struct {
		const char *words, *says, *hints;
	} cases[] = {
		{"--outptu x", "unknown option --outptu", "did you mean --output?"},
		{"--out x", "unknown option --out", "did you mean --output?"},
		{"--Output=x", "unknown option --Output\n", "did you mean --output?"},
		{"--hepl", "unknown option --hepl", "did you mean --help?"},
		{"--xyzzyxyzzy", "unknown option --xyzzyxyzzy", "--help lists the options"},
		{"--=x", "unknown option", "--help lists the options"},
		{"-x", "unknown option -x", ""},
		{"-xyz", "unknown option -x", ""},
		{"--output", "--output needs FILE", NULL},
		{"-o", "--output needs FILE", NULL},
		{"a -q --number", "--number needs N", NULL},
		{"--quiet=yes", "--quiet takes no argument", NULL},
		{"--quiet=", "--quiet takes no argument", NULL},
		{"-qo", "--quiet takes no argument", NULL},
		{"--number=10abc", "--number: 10abc is odd", "try 1"},
		{"--number ''", "--number: ", "try 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct result result = parse(cases[i].words);

		assert_int_equal(result.status, DT_EXIT_USAGE);
		assert_ptr_equal(strstr(result.error, "damon-trace report: "), result.error);
		assert_non_null(strstr(result.error, cases[i].says));
		if (cases[i].hints)
			assert_non_null(strstr(result.error, cases[i].hints));
		else
			assert_null(strstr(result.error, "hint"));
	}
}

/* Names without end, of which no message and no distance may run over its room. */
static void test_long_names(void **state)
{
	char words[200];

	(void)state;
	for (size_t length = 50; length < 150; length++) {
		struct result result;

		(void)snprintf(words, sizeof(words), "--%0*d", (int)length, 0);
		result = parse(words);
		assert_int_equal(result.status, DT_EXIT_USAGE);
		assert_non_null(strstr(result.error, "unknown option --0000"));
		(void)snprintf(words, sizeof(words), "--%0*d=value", (int)length, 0);
		assert_int_equal(parse(words).status, DT_EXIT_USAGE);
	}
}

static void test_nearest(void **state)
{
	static const char *const names[] = {"report", "record", "info", "goals", NULL};
	static const char *const none[] = {NULL};
	static const struct {
		const char *given, *nearest;
	} cases[] = {
		{"report", "report"}, {"reprot", "report"}, {"recrod", "record"}, {"rec", "record"},
		{"inf", "info"},      {"goal", "goals"},    {"gaols", "goals"},	  {"infos", "info"},
		{"xxxxxxx", NULL},    {"", NULL},	    {"zq", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *nearest = dt_nearest(cases[i].given, names);

		if (cases[i].nearest)
			assert_string_equal(nearest, cases[i].nearest);
		else
			assert_null(nearest);
	}
	assert_null(dt_nearest("report", none));
}

/* Lines of at most 80 columns that name every option. */
static void test_help_text(void **state)
{
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(out);
	dt_options_help(out, table);
	assert_int_equal(fclose(out), 0);
	for (const struct dt_option *option = table; option->name; option++)
		assert_non_null(strstr(text, option->name));
	assert_non_null(strstr(text, "  -o, --output FILE"));
	assert_non_null(strstr(text, "      --number N"));
	assert_non_null(strstr(text, "-h, --help"));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	cmocka_unit_test(test_help_wins),
		cmocka_unit_test(test_wrong),	cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_nearest), cmocka_unit_test(test_help_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
