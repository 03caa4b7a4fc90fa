/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace stop: end what setup started. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/control.h"

#define KDAMONDS_MAX 64

struct stop_options {
	struct dt_roots roots;
	const char *state;
	bool take_over;
};

DT_OPTION_FLAG(set_take_over, struct stop_options, take_over);
DT_CONTROL_PATH(set_state, struct stop_options, state);
DT_CONTROL_PATH(set_sysfs, struct stop_options, roots.sysfs);
DT_CONTROL_PATH(set_proc, struct stop_options, roots.proc);

static const struct dt_option option_table[] = {
	{"take-over", 0, NULL, "stop the kdamonds named even if another program started them",
	 set_take_over},
	{"state", 0, "DIR", "where setup noted what it started (" DT_STATE_DIRECTORY ")",
	 set_state},
	{"sysfs", 0, "DIR", "where sysfs is mounted (/sys)", set_sysfs},
	{"proc", 0, "DIR", "where procfs is mounted (/proc)", set_proc},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs(
		"Usage: damon-trace stop [OPTIONS] [KDAMOND...]\n"
		"\n"
		"Stop the kdamonds that damon-trace setup started, all of them or those of the\n"
		"numbers given, and nobody else's. When none of them is left, DAMON gets the\n"
		"configuration back that it had before.\n"
		"\n"
		"Options:\n",
		out);
	dt_options_help(out, option_table);
	(void)fputs(
		"\n"
		"Examples:\n"
		"  damon-trace stop\n"
		"  damon-trace stop --take-over 0\n"
		"\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage, 4 the machine lacks something.\n",
		out);
}

static int run_on(const struct stop_options *options, const unsigned *kdamonds, size_t nr,
		  const struct dt_control_machine *machine, struct dt_error *error)
{
	struct dt_damon_sysfs sysfs;
	struct dt_setup setup = {.sysfs = &sysfs,
				 .sys = options->roots.sysfs,
				 .machine = &machine->facts,
				 .directory = options->state,
				 .take_over = options->take_over};
	size_t stopped;
	int ret = dt_control_open(&sysfs, &options->roots, error);

	if (ret)
		return ret;
	ret = dt_setup_stop(&setup, kdamonds, nr, &stopped, error);
	if (!ret && !stopped)
		(void)puts(nr ? "it did not run" : "nothing to stop: damon-trace started nothing");
	else if (!ret)
		(void)printf("%zu kdamond%s stopped\n", stopped, stopped == 1 ? "" : "s");
	dt_control_notes("stop", &setup.notes);
	return ret;
}

static int parse_numbers(char **words, int nr, const struct stop_options *options,
			 unsigned kdamonds[KDAMONDS_MAX], struct dt_error *error)
{
	uint64_t number;

	if (nr > KDAMONDS_MAX)
		return dt_fail(error, EINVAL, NULL, "at most %d kdamonds", KDAMONDS_MAX);
	if (!nr && options->take_over)
		return dt_fail(error, EINVAL, "damon-trace status lists them",
			       "--take-over takes the numbers of kdamonds");
	for (int i = 0; i < nr; i++) {
		if (dt_parse_number(words[i], &number, error) || number > INT_MAX)
			return dt_fail(error, EINVAL, "damon-trace status lists them",
				       "\"%s\" is not the number of a kdamond", words[i]);
		kdamonds[i] = (unsigned)number;
	}
	return 0;
}

static int run(int argc, char **argv)
{
	struct stop_options options = {.roots = DT_ROOTS_DEFAULT, .state = DT_STATE_DIRECTORY};
	struct dt_control_machine machine;
	struct dt_error error = {{0}, {0}};
	unsigned kdamonds[KDAMONDS_MAX];
	int nr, ret;

	if (!dt_command_parse(&dt_command_stop, option_table, &options, argc, argv, &nr, &ret))
		return ret;
	if (parse_numbers(argv + 1, nr, &options, kdamonds, &error)) {
		dt_print_error("stop", &error);
		return DT_EXIT_USAGE;
	}
	ret = dt_control_machine_read(&machine, &options.roots, &error);
	if (!ret)
		ret = run_on(&options, kdamonds, (size_t)nr, &machine, &error);
	dt_control_machine_free(&machine);
	if (ret) {
		dt_print_error("stop", &error);
		return dt_control_status(ret);
	}
	return dt_finish_output(stdout, "stop", NULL);
}

const struct dt_command dt_command_stop = {
	.name = "stop",
	.summary = "stop what setup started",
	.run = run,
	.help = help,
};
