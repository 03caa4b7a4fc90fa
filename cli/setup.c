/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace setup: DAMON from a configuration file, or PULL and PUSH from one line. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/control.h"

struct setup_options {
	struct dt_roots roots;
	const char *state, *pull_push;
	bool dry_run, take_over, print, sampling_given;
	enum dt_sampling sampling;
	int32_t pid;
};

static int set_pull_push(void *target, const char *text, struct dt_error *error)
{
	struct dt_pull_push options;

	((struct setup_options *)target)->pull_push = text;
	return dt_pull_push_parse(&options, text, error);
}

DT_OPTION_FLAG(set_dry_run, struct setup_options, dry_run);
DT_OPTION_FLAG(set_print, struct setup_options, print);
DT_OPTION_FLAG(set_take_over, struct setup_options, take_over);

static int set_sampling(void *target, const char *text, struct dt_error *error)
{
	struct setup_options *options = target;

	options->sampling_given = strcmp(text, "auto") != 0;
	if (!options->sampling_given)
		return 0;
	for (int i = 0; i < DT_NR_SAMPLINGS; i++)
		if (!strcmp(text, dt_sampling_name((enum dt_sampling)i))) {
			options->sampling = (enum dt_sampling)i;
			return 0;
		}
	return dt_fail(error, EINVAL, NULL,
		       "\"%s\" is none of: auto, accessed-bit, perf-events, primitives, "
		       "probe-filters, probe-preps",
		       text);
}

static int set_pid(void *target, const char *text, struct dt_error *error)
{
	uint64_t pid;

	if (dt_parse_number(text, &pid, error))
		return -EINVAL;
	if (!pid || pid > INT_MAX)
		return dt_fail(error, EINVAL, NULL, "%s is no pid", text);
	((struct setup_options *)target)->pid = (int32_t)pid;
	return 0;
}

DT_CONTROL_PATH(set_state, struct setup_options, state);
DT_CONTROL_PATH(set_sysfs, struct setup_options, roots.sysfs);
DT_CONTROL_PATH(set_proc, struct setup_options, roots.proc);

static const struct dt_option option_table[] = {
	{"pull-push", 0, "near=N,far=N,target=PART",
	 "keep PART (60%, 6000) of the hot memory on node near, the rest on far. Also: "
	 "tuner=temporal|consist, quota=BYTES for each scheme and window, window=1s, sample=5ms, "
	 "aggr=100ms, regions=100-1000",
	 set_pull_push},
	{"dry-run", 'n', NULL, "print what would be written as a shell script, and write nothing",
	 set_dry_run},
	{"print-config", 0, NULL, "print the configuration of --pull-push, and write nothing",
	 set_print},
	{"take-over", 0, NULL, "stop and replace kdamonds that another program started",
	 set_take_over},
	{"sampling", 0, "HOW",
	 "auto (default: what the kernel has), accessed-bit, perf-events, primitives, "
	 "probe-filters, probe-preps",
	 set_sampling},
	{"pid", 'p', "PID", "process of the targets that name none", set_pid},
	{"state", 0, "DIR", "where it is noted what was started (" DT_STATE_DIRECTORY ")",
	 set_state},
	{"sysfs", 0, "DIR", "where sysfs is mounted (/sys)", set_sysfs},
	{"proc", 0, "DIR", "where procfs is mounted (/proc)", set_proc},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs(
		"Usage: damon-trace setup [OPTIONS] CONFIG\n"
		"       damon-trace setup [OPTIONS] --pull-push near=N,far=N,target=PART\n"
		"\n"
		"Set DAMON up and start it. CONFIG is YAML or JSON as `damo args damon` prints\n"
		"it (doc/setup.md); - is stdin. It is all or nothing: when something fails,\n"
		"everything is as it was. A kdamond that another program started is never\n"
		"touched without --take-over.\n"
		"\n"
		"Options:\n",
		out);
	dt_options_help(out, option_table);
	(void)fputs(
		"\n"
		"Examples:\n"
		"  damon-trace setup --pull-push near=0,far=1,target=60%\n"
		"  damon-trace setup --pull-push near=0,far=1,target=60% --dry-run\n"
		"  damon-trace setup /usr/local/share/damon-trace/pebs-weighted.yaml --pid 42\n"
		"  damo args damon --ops paddr | damon-trace setup --dry-run -\n"
		"  damon-trace status\n"
		"  damon-trace stop\n"
		"\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage, 4 the machine lacks something.\n",
		out);
}

/* ---- what it does ---- */

/* The configuration, and in words what it is. */
static int open_config(const struct setup_options *options, const char *path,
		       const struct dt_setup_machine *machine, struct dt_config **config,
		       char origin[1024], struct dt_error *error)
{
	struct dt_pull_push pull_push;
	char *text;
	int ret;

	if (!options->pull_push) {
		(void)snprintf(origin, 1024, "%s", path);
		/* a file that is not there is no lack of the machine's */
		return dt_config_open(config, path, error) ? -EINVAL : 0;
	}
	(void)snprintf(origin, 1024, "--pull-push %s", options->pull_push);
	ret = dt_pull_push_parse(&pull_push, options->pull_push, error);
	if (!ret)
		ret = dt_pull_push_text(&pull_push, machine,
					options->sampling_given &&
						options->sampling == DT_SAMPLING_ACCESSED_BIT,
					&text, error);
	if (ret)
		return ret;
	if (options->print)
		(void)fputs(text, stdout);
	ret = dt_config_open_text(config, "--pull-push", text, strlen(text), error);
	free(text);
	return ret;
}

static int dry_run(struct dt_setup *setup, struct dt_error *error)
{
	struct dt_damon_plan plan = {0};
	char origin[1100];
	const char *comment[] = {origin, "What damon-trace setup would write. It takes root.",
				 NULL};
	const int ret = dt_setup_plan(setup, &plan, error);

	(void)snprintf(origin, sizeof(origin), "DAMON: %s", setup->origin);
	/* a comment ends with its line */
	for (char *end = origin; (end = strpbrk(end, "\n\r")); end++)
		*end = ' ';
	if (!ret)
		dt_damon_plan_script(stdout, &plan, setup->sysfs->root, comment);
	dt_damon_plan_clear(&plan);
	return ret;
}

static int start(struct dt_setup *setup, struct dt_error *error)
{
	struct dt_state state;
	const int ret = dt_setup_run(setup, &state, error);

	for (size_t i = 0; i < state.nr_kdamonds && !ret; i++)
		(void)printf("kdamond %u runs, pid %" PRId32 "\n", state.kdamonds[i].index,
			     state.kdamonds[i].pid);
	dt_state_clear(&state);
	return ret;
}

static int run_on(const struct setup_options *options, const char *path,
		  const struct dt_control_machine *machine, struct dt_error *error)
{
	struct dt_damon_sysfs sysfs;
	struct dt_config *config = NULL;
	struct dt_setup setup = {.sysfs = &sysfs,
				 .sys = options->roots.sysfs,
				 .machine = &machine->facts,
				 .directory = options->state,
				 .pid = options->pid,
				 .take_over = options->take_over,
				 .sampling_given = options->sampling_given,
				 .sampling = options->sampling};
	char origin[1024];
	int ret;

	ret = open_config(options, path, &machine->facts, &config, origin, error);
	if (!ret && !options->print)
		ret = dt_control_open(&sysfs, &options->roots, error);
	setup.config = config;
	setup.origin = origin;
	if (!ret && !options->print)
		ret = options->dry_run ? dry_run(&setup, error) : start(&setup, error);
	dt_control_notes("setup", &setup.notes);
	dt_config_free(config);
	return ret;
}

static int check_usage(const struct setup_options *options, int nr, struct dt_error *error)
{
	if (nr > 1)
		return dt_fail(error, EINVAL, NULL, "one configuration at a time");
	if (!nr && !options->pull_push)
		return dt_fail(error, EINVAL, "damon-trace setup --help has examples",
			       "it takes a configuration, or --pull-push");
	if (nr && options->pull_push)
		return dt_fail(error, EINVAL, NULL, "--pull-push is a configuration by itself");
	if (options->print && !options->pull_push)
		return dt_fail(error, EINVAL, NULL, "--print-config goes with --pull-push");
	return 0;
}

static int run(int argc, char **argv)
{
	struct setup_options options = {.roots = DT_ROOTS_DEFAULT, .state = DT_STATE_DIRECTORY};
	struct dt_control_machine machine;
	struct dt_error error = {{0}, {0}};
	int nr, ret;

	if (!dt_command_parse(&dt_command_setup, option_table, &options, argc, argv, &nr, &ret))
		return ret;
	if (check_usage(&options, nr, &error)) {
		dt_print_error("setup", &error);
		return DT_EXIT_USAGE;
	}
	ret = dt_control_machine_read(&machine, &options.roots, &error);
	if (!ret)
		ret = run_on(&options, argv[1], &machine, &error);
	dt_control_machine_free(&machine);
	if (ret) {
		dt_print_error("setup", &error);
		return dt_control_status(ret);
	}
	return dt_finish_output(stdout, "setup", NULL);
}

const struct dt_command dt_command_setup = {
	.name = "setup",
	.summary = "set DAMON up from a configuration, and start it",
	.run = run,
	.help = help,
};
