/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace tune --replay: laws on a simulated plant, side by side. */
#include "cli/replay.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/printed.h"
#include "cli/tune.h"
#include "control/plant_builtin.h"
#include "damon-trace/render.h"

#define NS_PER_S 1000000000ull

/* Laws of one replay. */
#define MOST_LAWS 16

/* Simulated time when no deadline is given: after the last step, and of a search. */
#define AFTER_SCHEDULE (120 * NS_PER_S)
#define OF_A_SEARCH    (7200 * NS_PER_S)

#define DEFAULT_INITIAL 5000

void dt_replay_help(FILE *out)
{
	(void)fputs("\nModels of --replay:\n", out);
	for (const struct dt_plant_builtin *plant = dt_plant_builtins; plant->name; plant++)
		(void)fprintf(out, "  %-12s %s\n", plant->name, plant->summary);
	(void)fputs("\nObjectives of --replay, over the share of node 0 (highest: 100):\n", out);
	for (const struct dt_curve *curve = dt_curves; curve->name; curve++)
		(void)fprintf(out, "  %-12s %s\n", curve->name, curve->summary);
}

static int fail(const struct dt_error *error, int status)
{
	dt_print_error("tune", error);
	return status;
}

/* ---- what is asked for ---- */

static int find_law(const char *name, const struct dt_law **law)
{
	const char *names[MOST_LAWS + 1] = {0}, *near;
	struct dt_error error;
	char hint[80] = "";

	*law = dt_law_find(name);
	if (*law)
		return DT_EXIT_OK;
	for (size_t i = 0; i < MOST_LAWS && dt_laws[i]; i++)
		names[i] = dt_laws[i]->name;
	near = dt_nearest(name, names);
	if (near)
		(void)snprintf(hint, sizeof(hint), "did you mean %s?", near);
	(void)dt_fail(&error, EINVAL, near ? hint : "damon-trace tune --help lists them",
		      "there is no law \"%s\"", name);
	return fail(&error, DT_EXIT_USAGE);
}

static int find_laws(const char *text, const struct dt_law **laws, size_t *nr)
{
	char *copy = strdup(text), *rest = NULL;
	int ret = copy ? DT_EXIT_OK : DT_EXIT_FAILED;

	*nr = 0;
	for (char *name = copy ? strtok_r(copy, ",", &rest) : NULL; name && !ret && *nr < MOST_LAWS;
	     name = strtok_r(NULL, ",", &rest)) {
		ret = find_law(name, &laws[*nr]);
		*nr += !ret;
	}
	free(copy);
	if (!ret && !*nr) {
		struct dt_error error;

		(void)dt_fail(&error, EINVAL, "damon-trace tune --help lists them",
			      "--law names no law");
		ret = fail(&error, DT_EXIT_USAGE);
	}
	return ret;
}

static int find_curve(const char *name, const struct dt_curve **curve)
{
	struct dt_error error;

	*curve = name ? dt_curve_find(name) : NULL;
	if (!name || *curve)
		return DT_EXIT_OK;
	(void)dt_fail(&error, EINVAL, "damon-trace tune --help lists them",
		      "there is no curve \"%s\" to replay with", name);
	return fail(&error, DT_EXIT_USAGE);
}

/* A name with a slash, or without a model of that name, is a path. */
static int find_plant(struct dt_replay_plant *plant, const char *name)
{
	const struct dt_plant_builtin *builtin = dt_plant_builtin_find(name);
	struct dt_error error;

	if (builtin) {
		plant->name = builtin->name;
		plant->fit.p = builtin->p;
		return DT_EXIT_OK;
	}
	if (!strchr(name, '/') && access(name, F_OK)) {
		(void)dt_fail(&error, ENOENT, "damon-trace tune --help lists the models",
			      "\"%s\" is neither a recording nor a model", name);
		return fail(&error, DT_EXIT_FAILED);
	}
	return dt_replay_read(plant, name);
}

/* What was not given comes from the recording, or is a default. */
static void complete(struct dt_replay_setup *setup, const struct dt_replay_plant *plant)
{
	struct dt_law_setup *law = &setup->law;
	uint64_t last;

	if (!law->nr_schedule && plant->nr_schedule) {
		law->schedule = plant->schedule;
		law->nr_schedule = plant->nr_schedule;
	}
	if (!law->initial)
		law->initial = law->nr_schedule ? law->schedule[0].target : DEFAULT_INITIAL;
	if (law->initial < law->minimum)
		law->initial = law->minimum;
	if (law->initial > law->maximum)
		law->initial = law->maximum;
	if (setup->limits.deadline_ns)
		return;
	last = law->nr_schedule ? law->schedule[law->nr_schedule - 1].after_ns : 0;
	setup->limits.deadline_ns = setup->curve ? OF_A_SEARCH : last + AFTER_SCHEDULE;
	if (!setup->curve && law->schedule == plant->schedule && plant->length_ns)
		setup->limits.deadline_ns = plant->length_ns;
}

/* ---- output ---- */

static int print(const struct dt_tune_options *options, struct dt_report *report)
{
	struct dt_printed printed;
	struct dt_style style = {0};
	FILE *out;

	if (dt_printed_open(&printed, options->output, "tune"))
		return DT_EXIT_FAILED;
	out = printed.stream;
	dt_terminal_style(&style, STDOUT_FILENO, options->output ? DT_CHOICE_NEVER : options->color,
			  options->ascii);
	if (options->json)
		dt_json_report(out, report);
	else if (options->csv)
		dt_csv_sections(out, report);
	else if (!options->plot)
		dt_text_sections(out, report, &style);
	return dt_printed_finish(&printed, "tune");
}

static int show(const struct dt_tune_options *options, const struct dt_replay_plant *plant,
		const struct dt_replay_setup *setup, const struct dt_replay_outcome *outcomes,
		size_t nr)
{
	struct dt_report report = {0};
	struct dt_style style = {0};
	struct dt_error error;
	int ret = DT_EXIT_OK;

	dt_replay_describe(&report, plant, setup, outcomes, nr);
	if (report.out_of_memory) {
		(void)dt_fail(&error, ENOMEM, "a shorter --deadline", "no memory for the results");
		ret = fail(&error, DT_EXIT_FAILED);
	}
	if (!ret && options->plot && dt_plot_sections(options->plot, &report, &style, &error))
		ret = fail(&error, DT_EXIT_FAILED);
	if (!ret)
		ret = print(options, &report);
	dt_report_clear(&report);
	return ret;
}

static int replay(struct dt_tune_options *options, const struct dt_replay_plant *plant,
		  const struct dt_replay_setup *setup, const struct dt_law **laws, size_t nr)
{
	struct dt_replay_outcome outcomes[MOST_LAWS] = {0};
	struct dt_error error = {0};
	int ret = DT_EXIT_OK;

	for (size_t i = 0; i < nr && !ret; i++)
		ret = dt_replay(&outcomes[i], laws[i], setup, &error);
	/* what a law lacks was not given */
	if (ret)
		ret = fail(&error, ret == -EINVAL ? DT_EXIT_USAGE : DT_EXIT_FAILED);
	if (!ret)
		ret = show(options, plant, setup, outcomes, nr);
	for (size_t i = 0; i < nr; i++)
		dt_replay_clear(&outcomes[i]);
	return ret;
}

int dt_replay_run(struct dt_tune_options *options)
{
	struct dt_replay_plant plant = {0};
	struct dt_replay_setup setup = {.law = options->setup, .limits = options->limits};
	const struct dt_law *laws[MOST_LAWS];
	size_t nr;
	int ret = find_laws(options->laws ? options->laws : "hold", laws, &nr);

	if (!ret)
		ret = find_curve(options->objective, &setup.curve);
	if (!ret)
		ret = find_plant(&plant, options->replay);
	if (!ret) {
		setup.p = &plant.fit.p;
		complete(&setup, &plant);
		ret = replay(options, &plant, &setup, laws, nr);
	}
	if (!ret)
		ret = plant.status;
	dt_replay_plant_clear(&plant);
	return ret;
}
