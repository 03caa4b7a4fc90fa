/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace tune: the options, and which of its ways is gone. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/tune.h"

#define NS_PER_S 1000000000ull

/* Of both ways together. */
#define MOST_OPTIONS 60

/* "60%", "6000bp" or "6000": a target, 1 to 9999 bp. */
static int parse_target(const char *text, uint32_t *target, struct dt_error *error)
{
	const size_t digits = strspn(text, "0123456789.");
	const char *unit = text + digits;
	char *end;
	double bp = strtod(text, &end);

	if (!digits || end != unit || (strcmp(unit, "%") && strcmp(unit, "bp") && *unit))
		return dt_fail(error, EINVAL, NULL,
			       "\"%s\" is no target: percent, or bp (1/10000): 60%%, 6000", text);
	bp *= *unit == '%' ? 100 : 1;
	if (!(bp >= DT_TARGET_LOWEST && bp <= DT_TARGET_HIGHEST))
		return dt_fail(error, EINVAL, NULL,
			       "\"%s\": a target is 1 to 9999 bp (0.01 to 99.99 %%)", text);
	*target = (uint32_t)lround(bp);
	return 0;
}

static int set_replay(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_tune_options *)target)->replay = text;
	return 0;
}

static int set_laws(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_tune_options *)target)->laws = text;
	return 0;
}

static int set_objective(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_tune_options *)target)->objective = text;
	return 0;
}

static int add_point(struct dt_tune_options *options, char *text, struct dt_error *error)
{
	struct dt_schedule_point *point = &options->schedule[options->setup.nr_schedule];
	char *at = strchr(text, '@');
	int ret;

	if (options->setup.nr_schedule == DT_TUNE_POINTS)
		return dt_fail(error, EINVAL, NULL, "more than %d steps", DT_TUNE_POINTS);
	if (!at)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is not TARGET@TIME (60%%@0)", text);
	*at = 0;
	ret = parse_target(text, &point->target, error);
	if (!ret)
		ret = dt_parse_duration(at + 1, NS_PER_S, &point->after_ns, error);
	if (!ret && options->setup.nr_schedule && point->after_ns <= point[-1].after_ns)
		ret = dt_fail(error, EINVAL, NULL, "the times do not ascend");
	if (!ret)
		options->setup.nr_schedule++;
	return ret;
}

static int set_schedule(void *target, const char *text, struct dt_error *error)
{
	struct dt_tune_options *options = target;
	char *copy = strdup(text), *rest = NULL;
	int ret = 0;

	if (!copy)
		return dt_fail(error, ENOMEM, NULL, "no memory");
	options->setup.nr_schedule = 0;
	for (char *part = strtok_r(copy, ",", &rest); part && !ret;
	     part = strtok_r(NULL, ",", &rest))
		ret = add_point(options, part, error);
	if (!ret && !options->setup.nr_schedule)
		ret = dt_fail(error, EINVAL, NULL, "the schedule is empty");
	free(copy);
	options->setup.schedule = options->schedule;
	return ret ? -EINVAL : 0;
}

static int set_minimum(void *target, const char *text, struct dt_error *error)
{
	return parse_target(text, &((struct dt_tune_options *)target)->setup.minimum, error);
}

static int set_maximum(void *target, const char *text, struct dt_error *error)
{
	return parse_target(text, &((struct dt_tune_options *)target)->setup.maximum, error);
}

static int set_initial(void *target, const char *text, struct dt_error *error)
{
	return parse_target(text, &((struct dt_tune_options *)target)->setup.initial, error);
}

static int set_maximize(void *target, const char *text, struct dt_error *error)
{
	(void)text;
	(void)error;
	((struct dt_tune_options *)target)->setup.maximize = true;
	((struct dt_tune_options *)target)->has_maximize = true;
	return 0;
}

static int set_minimize(void *target, const char *text, struct dt_error *error)
{
	(void)text;
	(void)error;
	((struct dt_tune_options *)target)->setup.maximize = false;
	((struct dt_tune_options *)target)->has_maximize = true;
	return 0;
}

static int set_set_point(void *target, const char *text, struct dt_error *error)
{
	char *end;
	const double value = strtod(text, &end);

	if (end == text || *end || !isfinite(value))
		return dt_fail(error, EINVAL, NULL, "\"%s\" is no number", text);
	((struct dt_tune_options *)target)->setup.set_point = value;
	return 0;
}

static int set_deadline(void *target, const char *text, struct dt_error *error)
{
	return dt_parse_duration(text, NS_PER_S,
				 &((struct dt_tune_options *)target)->limits.deadline_ns, error);
}

static int set_budget(void *target, const char *text, struct dt_error *error)
{
	uint64_t number;
	int ret = dt_parse_number(text, &number, error);

	if (!ret && (!number || number > 100000))
		ret = dt_fail(error, EINVAL, NULL, "\"%s\": 1 to 100000 writes", text);
	if (!ret)
		((struct dt_tune_options *)target)->setup.budget = (unsigned)number;
	return ret;
}

static int set_seed(void *target, const char *text, struct dt_error *error)
{
	return dt_parse_number(text, &((struct dt_tune_options *)target)->setup.seed, error);
}

DT_OPTION_FLAG(set_json, struct dt_tune_options, json);
DT_OPTION_FLAG(set_csv, struct dt_tune_options, csv);

static int set_plot(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_tune_options *)target)->plot = text;
	return 0;
}

static int set_output(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_tune_options *)target)->output = text;
	return 0;
}

DT_OPTION_FLAG(set_ascii, struct dt_tune_options, ascii);

static const struct dt_option option_table[] = {
	{"replay", 0, "PLANT",
	 "try laws on a simulated plant: a recording, to which a model is fitted, or a built-in "
	 "model (below)",
	 set_replay},
	{"law", 'l', "NAME[,NAME...]",
	 "how targets are chosen (below); with --replay hold unless given", set_laws},
	{"schedule", 0, "TARGET@TIME,...", "of the law step: 60%@0,80%@120s", set_schedule},
	{"objective", 0, "NAME", "what is measured; with --replay a curve (below)", set_objective},
	{"maximize", 0, NULL, "a higher objective is better (the default of curves)", set_maximize},
	{"minimize", 0, NULL, "a lower one is", set_minimize},
	{"set-point", 0, "VALUE", "the objective that the law pi holds", set_set_point},
	{"min", 0, "TARGET", "no target below; default: 1 bp", set_minimum},
	{"max", 0, "TARGET", "no target above; default: 9999 bp", set_maximum},
	{"initial", 0, "TARGET", "in force at the beginning of a replay", set_initial},
	{"deadline", 0, "TIME", "the longest time, simulated with --replay", set_deadline},
	{"budget", 0, "WRITES", "the most writes", set_budget},
	{"seed", 0, "N", "of all that is drawn by lot; default: 1", set_seed},
	{"json", 0, NULL, "one JSON object; of the running kernel the lines of tune.jsonl",
	 set_json},
	{"csv", 0, NULL, "tables as CSV", set_csv},
	{"plot", 0, "FILE", "a picture (.png, .svg, .pdf, .gp)", set_plot},
	{"output", 'o', "FILE", "write there in place of stdout", set_output},
	{"ascii", 0, NULL, "no characters beyond ASCII", set_ascii},
	{NULL, 0, NULL, NULL, NULL},
};

/* Of both ways: those above, then those of the running kernel. */
static const struct dt_option *all_options(void)
{
	static struct dt_option all[MOST_OPTIONS + 1];
	size_t nr = 0;

	for (const struct dt_option *option = option_table; option->name; option++)
		all[nr++] = *option;
	for (const struct dt_option *option = dt_tune_live_options; option->name; option++)
		all[nr++] = *option;
	return all;
}

static void help(FILE *out)
{
	(void)fputs("Usage: damon-trace tune [--law NAME] [OPTIONS]\n"
		    "       damon-trace tune --replay RECORDING|MODEL [--law NAME,...] [OPTIONS]\n"
		    "\n"
		    "Chooses the target of a PULL/PUSH pair of schemes by a law: writes it, waits\n"
		    "until the goal has settled, measures, decides. Everything is noted in\n"
		    "tune.jsonl. At the end, however it comes, the former target is back, unless\n"
		    "--keep is given; after kill -9 by damon-trace restore.\n"
		    "\n"
		    "With --replay it compares laws on a simulated plant: nothing of this machine\n"
		    "is read or written.\n"
		    "\n"
		    "Options:\n",
		    out);
	dt_options_help(out, all_options());
	(void)fputs("\nLaws:\n", out);
	for (size_t i = 0; dt_laws[i]; i++)
		(void)fprintf(out, "  %-12s %s\n", dt_laws[i]->name, dt_laws[i]->summary);
	dt_tune_live_help(out);
	dt_replay_help(out);
	(void)fputs("\n"
		    "Examples:\n"
		    "  damon-trace tune --law step --schedule 60%@0,80%@120s,30%@240s\n"
		    "  damon-trace tune --law hill-climb --objective psi:memory/some --minimize\n"
		    "  damon-trace tune --replay temporal --law step \\\n"
		    "      --schedule 60%@0,80%@120s,30%@240s\n"
		    "  damon-trace tune --replay damon-trace.data --law golden,hill-climb \\\n"
		    "      --objective two-peaked --budget 15 --plot laws.png\n"
		    "\n"
		    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but the recording was\n"
		    "incomplete, 4 the machine lacks something.\n",
		    out);
}

static int fail_usage(const struct dt_error *error)
{
	dt_print_error("tune", error);
	return DT_EXIT_USAGE;
}

static int check_usage(const struct dt_tune_options *options, int nr, char **names)
{
	struct dt_error error;

	if (nr)
		(void)dt_fail(&error, EINVAL, "--replay takes the recording",
			      "\"%s\" is one too many", names[0]);
	else if (options->setup.minimum > options->setup.maximum)
		(void)dt_fail(&error, EINVAL, NULL, "--min is above --max");
	else if (options->json && options->csv)
		(void)dt_fail(&error, EINVAL, NULL, "--json and --csv exclude each other");
	else
		return DT_EXIT_OK;
	return fail_usage(&error);
}

/* The file first, so that what is given beside it counts. Parsing moves argv about: a copy. */
static int parse(struct dt_tune_options *options, int argc, char **argv, int *nr, bool *wants_help)
{
	struct dt_tune_options first = *options;
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));
	struct dt_error error;
	int ret;

	if (!copy)
		return DT_EXIT_FAILED;
	memcpy(copy, argv, (size_t)argc * sizeof(*copy));
	ret = dt_options_parse(all_options(), &first, "tune", argc, copy, nr, wants_help);
	free(copy);
	if (ret || *wants_help)
		return ret;
	if (first.config && dt_tune_config(first.config, all_options(), options, &error)) {
		dt_print_error("tune", &error);
		return DT_EXIT_USAGE;
	}
	return dt_options_parse(all_options(), options, "tune", argc, argv, nr, wants_help);
}

static int run(int argc, char **argv)
{
	struct dt_tune_options options = {
		.live = DT_TUNE_LIVE_DEFAULT,
		.setup =
			{
				.minimum = DT_TARGET_LOWEST,
				.maximum = DT_TARGET_HIGHEST,
				.maximize = true,
				.set_point = NAN,
				.seed = 1,
			},
	};
	bool wants_help;
	int nr, ret;

	ret = parse(&options, argc, argv, &nr, &wants_help);
	if (ret)
		return ret;
	if (wants_help) {
		help(stdout);
		return dt_finish_output(stdout, "tune", NULL);
	}
	ret = check_usage(&options, nr, argv + 1);
	if (ret)
		return ret;
	return options.replay ? dt_replay_run(&options) : dt_tune_live_run(&options);
}

const struct dt_command dt_command_tune = {
	.name = "tune",
	.summary = "choose the targets of goals by a law",
	.run = run,
	.help = help,
};
