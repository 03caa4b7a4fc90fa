/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace status: what DAMON is set to and what it does, as sysfs and the goal events tell. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/control.h"
#include "render/damon_status.h"

struct status_options {
	struct dt_roots roots;
	const char *state;
	const char *goals;
	bool json, update, wait_given;
	uint64_t wait_ns;
};

#define NS_PER_S 1000000000ull

/* Nobody waits longer for a look. */
#define WAIT_LONGEST_S 600

static int set_wait(void *target, const char *text, struct dt_error *error)
{
	struct status_options *options = target;

	if (dt_parse_duration(text, NS_PER_S, &options->wait_ns, error))
		return -EINVAL;
	if (options->wait_ns > WAIT_LONGEST_S * NS_PER_S)
		return dt_fail(error, EINVAL, "damon-trace record watches for long",
			       "\"%s\": %d s at most", text, WAIT_LONGEST_S);
	options->wait_given = true;
	return 0;
}

DT_OPTION_FLAG(set_json, struct status_options, json);
DT_OPTION_FLAG(set_update, struct status_options, update);
DT_CONTROL_PATH(set_state, struct status_options, state);
DT_CONTROL_PATH(set_goals, struct status_options, goals);
DT_CONTROL_PATH(set_tracefs, struct status_options, roots.tracefs);
DT_CONTROL_PATH(set_sysfs, struct status_options, roots.sysfs);
DT_CONTROL_PATH(set_proc, struct status_options, roots.proc);

static const struct dt_option option_table[] = {
	{"json", 0, NULL, "as a JSON object", set_json},
	{"update", 0, NULL,
	 "first have the kernel renew the statistics, quotas and intervals of the kdamonds that "
	 "setup started; without it nothing is written",
	 set_update},
	{"wait", 'w', "TIME",
	 "listen so long, at most, for the values of goals; 0 does not listen (1s and two quota "
	 "windows, 10s at most)",
	 set_wait},
	{"goals", 0, "FILE", "take their values from lines of a file or pipe, as tune does",
	 set_goals},
	{"state", 0, "DIR", "where setup noted what it started (" DT_STATE_DIRECTORY ")",
	 set_state},
	{"sysfs", 0, "DIR", "where sysfs is mounted (/sys)", set_sysfs},
	{"proc", 0, "DIR", "where procfs is mounted (/proc)", set_proc},
	{"tracefs", 0, "DIR", "where tracefs is mounted (/sys/kernel/tracing)", set_tracefs},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs("Usage: damon-trace status [OPTIONS]\n"
		    "\n"
		    "What DAMON is set to, what its schemes have done, and what their quota goals\n"
		    "measure now. Where no file has that value, it is heard from the goal's next\n"
		    "evaluation, in a trace instance of its own, which takes root; without, the\n"
		    "value is missing, and why is told.\n"
		    "\n"
		    "Options:\n",
		    out);
	dt_options_help(out, option_table);
	(void)fputs(
		"\n"
		"Examples:\n"
		"  damon-trace status\n"
		"  damon-trace status --wait 0\n"
		"  damon-trace status --update --json | jq '.kdamonds[].contexts[].schemes'\n"
		"\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage, 4 the machine lacks something.\n",
		out);
}

/* Kernels that know only some of the words refuse the others, which is no matter. */
static int update(struct dt_damon_sysfs *sysfs, const struct dt_state *state,
		  const struct dt_setup_machine *machine, struct dt_error *error)
{
	static const char *const words[] = {"update_schemes_stats",
					    "update_schemes_effective_quotas",
					    "update_tuned_intervals"};
	int32_t pid;

	for (size_t i = 0; i < state->nr_kdamonds; i++) {
		const struct dt_state_kdamond *kdamond = &state->kdamonds[i];

		if (dt_damon_sysfs_running(sysfs, kdamond->index, &pid, error) ||
		    !dt_state_owns(state, machine, kdamond->index, pid))
			continue;
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			const int ret =
				dt_damon_sysfs_command(sysfs, kdamond->index, words[k], error);

			if (ret && ret != -EINVAL)
				return ret;
		}
	}
	return 0;
}

static int read_modules(struct dt_damon_node *modules, const char *sys)
{
	static const char *const names[] = {"damon_lru_sort", "damon_reclaim", "damon_stat"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct dt_damon_node node = {0}, *child;
		size_t budget = 64;
		char path[512];

		(void)snprintf(path, sizeof(path), "%s/module/%s/parameters", sys, names[i]);
		if (dt_damon_node_read(&node, path, &budget) == -ENOENT)
			continue;
		child = dt_damon_node_add(modules, names[i]);
		if (!child) {
			dt_damon_node_clear(&node);
			return -ENOMEM;
		}
		node.name = child->name;
		*child = node;
	}
	return 0;
}

/* Why values are missing after all was heard that can be; *status points into *error. */
static void tell_missing(struct dt_damon_status *status, int ret, struct dt_error *error)
{
	if (!ret)
		(void)dt_fail(error, ENODATA, "does the kdamond still aggregate? --wait TIME",
			      "no evaluation of it came in the time that was listened");
	else if (ret == -EINTR)
		(void)dt_fail(error, EINTR, "run it again", "listening was interrupted");
	status->unheard = error->message;
	status->remedy = error->hint[0] ? error->hint : NULL;
}

/* The rest is told without these values, whatever keeps them from being heard. */
static void listen_to_goals(const struct status_options *options,
			    const struct dt_damon_sysfs *sysfs, struct dt_goal_values *values,
			    struct dt_damon_status *status, struct dt_error *error)
{
	const struct dt_goal_listen how = {
		.roots = &options->roots,
		.lines = options->goals,
		.wait_ns = options->wait_given ? options->wait_ns : dt_goal_values_wait(values),
		.stop = sysfs->stop};
	int ret = 0;

	status->heard = values;
	if (!values->nr)
		return;
	if (!how.wait_ns)
		ret = dt_fail(error, ECANCELED, "leave out --wait 0", "nobody listened to them");
	else
		ret = dt_goal_values_listen(values, &how, error);
	if (dt_goal_values_missing(values))
		tell_missing(status, ret, error);
}

static int show(const struct status_options *options, const struct dt_control_machine *machine,
		const struct dt_state *state, struct dt_error *error)
{
	struct dt_damon_node tree = {0}, modules = {0};
	struct dt_goal_values values = {.nr = 0};
	struct dt_damon_status status = {.tree = &tree,
					 .modules = &modules,
					 .machine = &machine->facts,
					 .state = state,
					 .sys = options->roots.sysfs};
	struct dt_damon_sysfs sysfs;
	struct dt_error unheard = {{0}, {0}};
	int ret = dt_control_open(&sysfs, &options->roots, error);

	if (!ret && options->update)
		ret = update(&sysfs, state, &machine->facts, error);
	if (!ret)
		ret = dt_damon_sysfs_read(&sysfs, &tree, error);
	if (!ret && read_modules(&modules, options->roots.sysfs))
		ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	if (!ret)
		ret = dt_goal_values_find(&values, &tree, error);
	if (!ret)
		listen_to_goals(options, &sysfs, &values, &status, &unheard);
	if (!ret && options->json)
		dt_damon_status_json(stdout, &status, DT_VERSION);
	else if (!ret)
		dt_damon_status_text(stdout, &status);
	dt_goal_values_clear(&values);
	dt_damon_node_clear(&tree);
	dt_damon_node_clear(&modules);
	return ret;
}

static int look(const void *target, struct dt_error *error)
{
	const struct status_options *options = target;
	struct dt_control_machine machine;
	struct dt_state state;
	struct dt_error ignored;
	int ret = dt_control_machine_read(&machine, &options->roots, error);

	/* a record that is missing or damaged tells of no kdamond */
	if (!ret)
		(void)dt_state_read(&state, options->state, &ignored);
	else
		state = (struct dt_state){.phase = DT_STATE_BEGUN};
	if (!ret)
		ret = show(options, &machine, &state, error);
	dt_state_clear(&state);
	dt_control_machine_free(&machine);
	return ret;
}

static int run(int argc, char **argv)
{
	struct status_options options = {.roots = DT_ROOTS_DEFAULT, .state = DT_STATE_DIRECTORY};

	return dt_control_run(&dt_command_status, option_table, &options, look, argc, argv);
}

const struct dt_command dt_command_status = {
	.name = "status",
	.summary = "what DAMON is set to and what it does",
	.run = run,
	.help = help,
};
