/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace: the dispatch to its commands. */
#include <errno.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "cli/cli.h"

#define MOST_COMMANDS 16

static void print_help(FILE *out)
{
	(void)fputs("damon-trace: where the memory heat is, as DAMON and the hardware saw it\n"
		    "\n"
		    "Usage: damon-trace COMMAND [OPTIONS] [INPUT...]\n"
		    "\n"
		    "Commands:\n",
		    out);
	for (size_t i = 0; dt_commands[i]; i++)
		(void)fprintf(out, "  %-10s %s\n", dt_commands[i]->name, dt_commands[i]->summary);
	(void)fputs("  help       help of a command: damon-trace help COMMAND\n"
		    "\n"
		    "Example: record for half a minute, and look at it\n"
		    "  damon-trace record -d 30\n"
		    "  damon-trace report\n"
		    "\n"
		    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but the input was\n"
		    "incomplete or events were lost, 4 the machine lacks something.\n",
		    out);
}

static int print_version(void)
{
	(void)printf("damon-trace %s\nzstd %s, zlib %s\n", DT_VERSION, ZSTD_versionString(),
		     zlibVersion());
	return dt_finish_output(stdout, NULL, NULL);
}

static const struct dt_command *find_command(const char *name)
{
	for (size_t i = 0; dt_commands[i]; i++)
		if (!strcmp(dt_commands[i]->name, name))
			return dt_commands[i];
	return NULL;
}

static int unknown(const char *name)
{
	const char *names[MOST_COMMANDS + 4];
	const char *nearest;
	struct dt_error error;
	char hint[128];
	size_t nr = 0;

	for (; nr < MOST_COMMANDS && dt_commands[nr]; nr++)
		names[nr] = dt_commands[nr]->name;
	names[nr++] = "help";
	names[nr++] = "--help";
	names[nr++] = "--version";
	names[nr] = NULL;
	nearest = dt_nearest(name, names);
	(void)snprintf(hint, sizeof(hint), "did you mean damon-trace %s?", nearest ? nearest : "");
	(void)dt_fail(&error, EINVAL, nearest ? hint : "damon-trace --help lists the commands",
		      "unknown %s \"%s\"", name[0] == '-' ? "option" : "command", name);
	dt_print_error(NULL, &error);
	return DT_EXIT_USAGE;
}

static int help(const char *name)
{
	const struct dt_command *command = name ? find_command(name) : NULL;

	if (name && !command)
		return unknown(name);
	if (command)
		command->help(stdout);
	else
		print_help(stdout);
	return dt_finish_output(stdout, NULL, NULL);
}

int main(int argc, char **argv)
{
	const struct dt_command *command;

	if (argc < 2) {
		print_help(stderr);
		return DT_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help(NULL);
	if (!strcmp(argv[1], "help"))
		return help(argc > 2 ? argv[2] : NULL);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return print_version();
	command = find_command(argv[1]);
	return command ? command->run(argc - 1, argv + 1) : unknown(argv[1]);
}
