/* SPDX-License-Identifier: GPL-2.0-only */
/* Options from a table: parsing, help, and the nearest name to one that does not exist. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* Names longer than this are not looked for. */
#define NAME_MAX_LENGTH 64

#define HELP_WIDTH  80
#define HELP_COLUMN 26

/* Levenshtein distance; at most NAME_MAX_LENGTH letters each. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_LENGTH + 1];
	const size_t width = strlen(b);

	for (unsigned j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < width; j++) {
			unsigned change = corner + (a[i] != b[j]);

			corner = row[j + 1];
			if (row[j] + 1 < change)
				change = row[j] + 1;
			if (corner + 1 < change)
				change = corner + 1;
			row[j + 1] = change;
		}
	}
	return row[width];
}

const char *dt_nearest(const char *given, const char *const *names)
{
	const size_t length = strlen(given);
	const char *best = NULL;
	unsigned best_distance = (unsigned)length / 2 + 1;

	if (!length || length > NAME_MAX_LENGTH)
		return NULL;
	for (size_t i = 0; names[i]; i++) {
		unsigned found;

		if (strlen(names[i]) > NAME_MAX_LENGTH)
			continue;
		found = distance(given, names[i]);
		if (!strncmp(given, names[i], length))
			found = found ? 1 : 0;
		if (found < best_distance) {
			best_distance = found;
			best = names[i];
		}
	}
	return best;
}

static int unknown_option(const struct dt_option *options, const char *command, const char *name)
{
	const char *names[NAME_MAX_LENGTH + 2];
	struct dt_error error;
	const char *nearest;
	char hint[128];
	size_t nr = 0;

	for (; nr < NAME_MAX_LENGTH && options[nr].name; nr++)
		names[nr] = options[nr].name;
	names[nr++] = "help";
	names[nr] = NULL;
	nearest = dt_nearest(name, names);
	if (nearest)
		(void)snprintf(hint, sizeof(hint), "did you mean --%s?", nearest);
	else
		(void)snprintf(hint, sizeof(hint), "damon-trace %s --help lists the options",
			       command);
	(void)dt_fail(&error, EINVAL, hint, "unknown option %s%s", strlen(name) > 1 ? "--" : "-",
		      name);
	dt_print_error(command, &error);
	return DT_EXIT_USAGE;
}

static int run_option(const struct dt_option *option, void *target, const char *command,
		      const char *text)
{
	struct dt_error error, outer;

	if (!option->parse(target, text, &error))
		return DT_EXIT_OK;
	(void)dt_fail(&outer, EINVAL, error.hint, "--%s: %s", option->name, error.message);
	dt_print_error(command, &outer);
	return DT_EXIT_USAGE;
}

static int missing_argument(const struct dt_option *option, const char *command, bool superfluous)
{
	struct dt_error error;

	(void)dt_fail(&error, EINVAL, NULL,
		      superfluous ? "--%s takes no argument" : "--%s needs %s", option->name,
		      option->argument);
	dt_print_error(command, &error);
	return DT_EXIT_USAGE;
}

/* "--name", "--name=value", "--name value". *at is moved over a value. */
static int long_option(const struct dt_option *options, void *target, const char *command, int argc,
		       char **argv, int *at)
{
	const char *name = argv[*at] + 2;
	const char *equals = strchr(name, '=');
	const size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct dt_option *option = options;
	char given[NAME_MAX_LENGTH + 1];

	for (; option->name; option++)
		if (strlen(option->name) == length && !strncmp(option->name, name, length))
			break;
	if (!option->name) {
		(void)snprintf(given, sizeof(given), "%.*s", (int)length, name);
		return unknown_option(options, command, given);
	}
	if (!option->argument)
		return equals ? missing_argument(option, command, true)
			      : run_option(option, target, command, NULL);
	if (equals)
		return run_option(option, target, command, equals + 1);
	if (*at + 1 >= argc)
		return missing_argument(option, command, false);
	return run_option(option, target, command, argv[++*at]);
}

/* "-o value", "-ovalue", and flags. */
static int short_option(const struct dt_option *options, void *target, const char *command,
			int argc, char **argv, int *at)
{
	const char *text = argv[*at] + 1;
	const char given[2] = {*text, '\0'};
	const struct dt_option *option = options;

	for (; option->name; option++)
		if (option->letter == *text)
			break;
	if (!option->name)
		return unknown_option(options, command, given);
	if (!option->argument)
		return text[1] ? missing_argument(option, command, true)
			       : run_option(option, target, command, NULL);
	if (text[1])
		return run_option(option, target, command, text + 1);
	if (*at + 1 >= argc)
		return missing_argument(option, command, false);
	return run_option(option, target, command, argv[++*at]);
}

int dt_options_parse(const struct dt_option *options, void *target, const char *command, int argc,
		     char **argv, int *nr_rest, bool *help)
{
	bool only_rest = false;

	*nr_rest = 0;
	*help = false;
	for (int i = 1; i < argc; i++) {
		int ret = DT_EXIT_OK;

		if (only_rest || argv[i][0] != '-' || !argv[i][1]) {
			argv[++*nr_rest] = argv[i];
		} else if (!strcmp(argv[i], "--")) {
			only_rest = true;
		} else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			*help = true;
			return DT_EXIT_OK;
		} else if (argv[i][1] == '-') {
			ret = long_option(options, target, command, argc, argv, &i);
		} else {
			ret = short_option(options, target, command, argc, argv, &i);
		}
		if (ret)
			return ret;
	}
	return DT_EXIT_OK;
}

/* Words from the column on, wrapped. */
static void print_wrapped(FILE *out, const char *text)
{
	int column = HELP_COLUMN;

	while (*text) {
		const int length = (int)strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + length > HELP_WIDTH) {
			(void)fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			(void)fputc(' ', out);
			column++;
		}
		(void)fprintf(out, "%.*s", length, text);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	(void)fputc('\n', out);
}

void dt_options_help(FILE *out, const struct dt_option *options)
{
	for (; options->name; options++) {
		char head[128];
		int length;

		length = snprintf(
			head, sizeof(head), "  %c%c%s--%s%s%s", options->letter ? '-' : ' ',
			options->letter ? options->letter : ' ', options->letter ? ", " : "  ",
			options->name, options->argument ? " " : "",
			options->argument ? options->argument : "");
		(void)fputs(head, out);
		if (length + 2 > HELP_COLUMN)
			(void)fprintf(out, "\n%*s", HELP_COLUMN, "");
		else
			(void)fprintf(out, "%*s", HELP_COLUMN - length, "");
		print_wrapped(out, options->help);
	}
	(void)fprintf(out, "  -h, --help%*sthis text\n", HELP_COLUMN - 12, "");
}

bool dt_command_parse(const struct dt_command *command, const struct dt_option *options,
		      void *target, int argc, char **argv, int *nr_rest, int *status)
{
	bool wants_help;

	*status =
		dt_options_parse(options, target, command->name, argc, argv, nr_rest, &wants_help);
	if (*status)
		return false;
	if (!wants_help)
		return true;
	command->help(stdout);
	*status = dt_finish_output(stdout, command->name, NULL);
	return false;
}
