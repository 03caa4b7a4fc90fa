/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace check: hold reports against expectations, or against a baseline. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check.h"
#include "cli/printed.h"

/* Own options, and those of report that choose what is analyzed. */
#define OPTIONS_MAX 64

struct tolerance {
	struct dt_expression *expression; /* its path is in it */
	const char *value;
	struct dt_tolerance tolerance;
};

/* The report's options come first: its table's parsers take this structure for one of theirs. */
struct check_options {
	struct dt_report_options report;
	struct dt_expectations expectations;
	int problem; /* an enum dt_exit, of what was printed already */
	const char *against;
	bool tap;
	const char *junit;
	size_t nr_tolerances;
	struct tolerance tolerances[DT_REPEAT_MAX];
};

_Static_assert(offsetof(struct check_options, report) == 0, "the parsers of report rely on it");

static void note_problem(struct check_options *options, int problem)
{
	if (problem && options->problem != DT_EXIT_USAGE)
		options->problem = problem;
}

static int add_text(void *target, const char *text, struct dt_error *error)
{
	struct check_options *options = target;

	(void)error;
	note_problem(options, dt_expectations_add(&options->expectations, text));
	return 0;
}

static int add_file(void *target, const char *text, struct dt_error *error)
{
	struct check_options *options = target;

	(void)error;
	note_problem(options, dt_expectations_read(&options->expectations, text));
	return 0;
}

static int set_against(void *target, const char *text, struct dt_error *error)
{
	struct check_options *options = target;

	if (options->against)
		return dt_fail(error, EINVAL, NULL, "given twice");
	options->against = text;
	return 0;
}

/* Figures that are no number have no tolerance but "any". */
static int parse_tolerance(struct tolerance *tolerance, const char *text, const char *value,
			   struct dt_error *error)
{
	struct dt_tolerance *out = &tolerance->tolerance;
	size_t at;

	if (dt_expression_path(&tolerance->expression, text, &out->path, &at, error))
		return -EINVAL;
	out->any = !strcmp(value, "any");
	if (out->any)
		return 0;
	return dt_expression_number(value, out->path, &out->value, &out->relative, error);
}

static int add_tolerance(void *target, const char *text, struct dt_error *error)
{
	struct check_options *options = target;
	struct tolerance *tolerance = &options->tolerances[options->nr_tolerances];
	const char *equals = strrchr(text, '=');
	char *figure;
	int ret;

	if (options->nr_tolerances == DT_REPEAT_MAX)
		return dt_fail(error, EINVAL, NULL, "given more than %d times", DT_REPEAT_MAX);
	if (!equals)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is not FIGURE=VALUE", text);
	figure = strndup(text, (size_t)(equals - text));
	if (!figure)
		return dt_fail(error, ENOMEM, NULL, "no memory");
	options->nr_tolerances++;
	tolerance->value = text;
	ret = parse_tolerance(tolerance, figure, equals + 1, error);
	free(figure);
	return ret ? -EINVAL : 0;
}

DT_OPTION_FLAG(set_tap, struct check_options, tap);

static int set_junit(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct check_options *)target)->junit = text;
	return 0;
}

static const struct dt_option own_options[] = {
	{"expect", 0, "FILE", "expectations, one a line, comments from # on; repeatable", add_file},
	{"expression", 'x', "EXPR", "one expectation; repeatable", add_text},
	{"against", 0, "BASELINE", "compare with this recording or saved report, figure by figure",
	 set_against},
	{"tolerance", 0, "FIGURE=VALUE",
	 "how far a figure may be from the baseline's (mean_bp=200, settling_s=10s, events=5%), or "
	 "FIGURE=any; repeatable",
	 add_tolerance},
	{"tap", 0, NULL, "TAP, for prove and other harnesses, in place of words", set_tap},
	{"junit", 0, "FILE", "JUnit's XML too, for CI systems; - writes it in place of words",
	 set_junit},
	{NULL, 0, NULL, NULL, NULL},
};

/* Of report's options, those that only choose what is shown and how. */
static bool is_about_output(const char *name)
{
	static const char *const names[] = {"heatmap", "wss",	  "regions", "goals", "schemes",
					    "scale",   "palette", "json",    "csv",   "plot",
					    "ascii",   "output",  "color",   "cost"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* The table of both, ended by zeroes. */
static void join_options(struct dt_option table[OPTIONS_MAX + 1])
{
	size_t nr = 0;

	for (const struct dt_option *option = own_options; option->name; option++)
		table[nr++] = *option;
	for (const struct dt_option *option = dt_report_option_table;
	     option->name && nr < OPTIONS_MAX; option++)
		if (!is_about_output(option->name))
			table[nr++] = *option;
}

static void help(FILE *out)
{
	struct dt_option table[OPTIONS_MAX + 1] = {0};

	join_options(table);
	(void)fputs(
		"Usage: damon-trace check -x EXPR|--expect FILE... [OPTIONS] [INPUT...]\n"
		"       damon-trace check --against BASELINE [OPTIONS] [INPUT]\n"
		"\n"
		"Do the figures of a recording hold what is expected of them? INPUT: as for\n"
		"report, all recordings of a machine making one report; or files that report\n"
		"--json wrote. Each report and each machine is judged by itself. "
		"Default:\n" DT_DEFAULT_INPUT ".\n"
		"\n"
		"An expectation: [OBJECT KEY=VALUE...:] FIGURE OP VALUE[UNIT]. OBJECT: goal,\n"
		"scheme, stream, heatmap, or a view's name in the report's JSON. FIGURE: a path\n"
		"in the JSON, or the end of one; abs(), count(), + - * /. OP: == != < <= > >=.\n"
		"All matching objects must hold. What the report does not know holds nothing.\n"
		"\n"
		"Options:\n",
		out);
	dt_options_help(out, table);
	(void)fputs(
		"\n"
		"Examples:\n"
		"  damon-trace check -x 'losses.events == 0' trace.dat\n"
		"  damon-trace check -x 'goal nid=0 target=60%: verdict == REACHED' \\\n"
		"      -x 'settling_s <= 30' -x 'abs(error_bp) <= 2%' trace.dat\n"
		"  damon-trace check --against good.json --tolerance settling_s=5s trace.dat\n"
		"\n"
		"Exit status: 0 all hold, 1 one does not (or the check failed), 2 wrong usage,\n"
		"3 not enough data to tell.\n",
		out);
}

/* ---- judging ---- */

static int no_memory(void)
{
	struct dt_error error;

	(void)dt_fail(&error, ENOMEM, NULL, "no memory for the judgement");
	dt_print_error("check", &error);
	return DT_EXIT_FAILED;
}

static int judge_expectations(const struct dt_expectations *expectations,
			      const struct dt_subject *subject, struct dt_checks *checks)
{
	for (size_t i = 0; i < expectations->nr; i++) {
		const struct dt_expectation *expectation = &expectations->expectations[i];
		struct dt_check *check = dt_checks_add(checks, subject->name, expectation->source,
						       dt_expression_text(expectation->expression));

		if (!check || dt_expression_judge(expectation->expression, &subject->document,
						  &check->judgement))
			return no_memory();
	}
	return DT_EXIT_OK;
}

struct comparing {
	struct dt_checks *checks;
	const char *subject, *baseline;
};

static int add_figure(void *context, const char *path, enum dt_outcome outcome, const char *fact,
		      const char *hint)
{
	struct comparing *comparing = context;
	struct dt_check *check =
		dt_checks_add(comparing->checks, comparing->subject, comparing->baseline, path);

	if (!check)
		return -ENOMEM;
	check->compared = true;
	dt_judge(&check->judgement, outcome, "%s", fact);
	(void)snprintf(check->judgement.hint, sizeof(check->judgement.hint), "%s",
		       hint ? hint : "");
	return 0;
}

/* A tolerance for nothing was meant for something. */
static int judge_tolerances(const struct check_options *options,
			    const struct dt_tolerance *tolerances, struct comparing *comparing)
{
	for (size_t i = 0; i < options->nr_tolerances; i++) {
		char text[256];

		(void)snprintf(text, sizeof(text), "--tolerance %s", options->tolerances[i].value);
		if (!tolerances[i].used && add_figure(comparing, text, DT_OUTCOME_UNKNOWN,
						      "neither report has such a figure", NULL))
			return -ENOMEM;
	}
	return 0;
}

static int judge_baseline(const struct check_options *options, const struct dt_subject *baseline,
			  const struct dt_subject *subject, struct dt_checks *checks)
{
	struct dt_tolerance tolerances[DT_REPEAT_MAX];
	struct comparing comparing = {checks, subject->name, baseline->name};
	struct dt_comparison comparison = {
		.baseline = baseline->document.root,
		.current = subject->document.root,
		.nr_tolerances = options->nr_tolerances,
		.tolerances = tolerances,
		.found = add_figure,
		.context = &comparing,
	};
	const size_t before = checks->nr;

	for (size_t i = 0; i < options->nr_tolerances; i++)
		tolerances[i] = options->tolerances[i].tolerance;
	if (dt_json_compare(&comparison) || judge_tolerances(options, tolerances, &comparing))
		return no_memory();
	if (checks->nr == before && add_figure(&comparing, "figures", DT_OUTCOME_UNKNOWN,
					       "the baseline has none to compare", NULL))
		return no_memory();
	return DT_EXIT_OK;
}

/* Against the same machine's, where the baseline has several. */
static int judge_machine(const struct check_options *options, const struct dt_subjects *baseline,
			 const struct dt_subject *subject, struct dt_checks *checks)
{
	struct dt_error error;

	if (baseline->nr == 1)
		return judge_baseline(options, &baseline->subjects[0], subject, checks);
	for (size_t i = 0; i < baseline->nr && subject->machine; i++)
		if (!strcmp(baseline->subjects[i].machine, subject->machine))
			return judge_baseline(options, &baseline->subjects[i], subject, checks);
	(void)dt_fail(&error, ENOENT, "damon-trace report --json -o BASELINE makes one of each",
		      "%s has reports of %zu machines, and none of %s", options->against,
		      baseline->nr, subject->machine ? subject->machine : subject->name);
	dt_print_error("check", &error);
	return DT_EXIT_FAILED;
}

/* ---- the end ---- */

static int write_junit(const char *path, const struct dt_checks *checks)
{
	struct dt_printed printed;

	if (dt_printed_open(&printed, strcmp(path, "-") ? path : NULL, "check"))
		return DT_EXIT_FAILED;
	dt_check_junit(printed.stream, checks);
	return dt_printed_finish(&printed, "check");
}

static int print_checks(const struct check_options *options, const struct dt_checks *checks)
{
	static const int statuses[] = {
		[DT_OUTCOME_HOLDS] = DT_EXIT_OK,
		[DT_OUTCOME_UNKNOWN] = DT_EXIT_INCOMPLETE,
		[DT_OUTCOME_FAILS] = DT_EXIT_FAILED,
		[DT_OUTCOME_WRONG] = DT_EXIT_USAGE,
	};
	int ret = DT_EXIT_OK;

	if (options->tap)
		dt_check_tap(stdout, checks);
	else if (!options->junit || strcmp(options->junit, "-") != 0)
		dt_check_words(stdout, checks);
	if (options->junit)
		ret = write_junit(options->junit, checks);
	if (!ret)
		ret = dt_finish_output(stdout, "check", NULL);
	return ret ? ret : statuses[dt_checks_outcome(checks)];
}

static int load_baseline(struct dt_subjects *baseline, struct check_options *options)
{
	char *paths[] = {(char *)options->against};
	struct dt_report_options report = options->report;

	return options->against ? dt_subjects_load(baseline, &report, 1, paths) : DT_EXIT_OK;
}

static int check_inputs(struct check_options *options, int nr, char **paths)
{
	struct dt_report_options report = options->report;
	struct dt_subjects subjects = {0}, baseline = {0};
	struct dt_checks checks = {0};
	int ret = load_baseline(&baseline, options);

	if (!ret)
		ret = dt_subjects_load(&subjects, &report, nr, paths);
	for (size_t i = 0; i < subjects.nr && !ret; i++) {
		ret = judge_expectations(&options->expectations, &subjects.subjects[i], &checks);
		if (!ret && baseline.nr)
			ret = judge_machine(options, &baseline, &subjects.subjects[i], &checks);
	}
	if (!ret)
		ret = print_checks(options, &checks);
	dt_checks_free(&checks);
	dt_subjects_free(&subjects);
	dt_subjects_free(&baseline);
	return ret;
}

/* What makes no sense together. */
static int check_usage(const struct check_options *options)
{
	struct dt_error error;

	if (!options->expectations.nr && !options->against)
		(void)dt_fail(&error, EINVAL, "damon-trace check -x 'losses.events == 0' trace.dat",
			      "what is expected? -x, --expect or --against");
	else if (options->nr_tolerances && !options->against)
		(void)dt_fail(&error, EINVAL, "an expectation can say abs(error_bp) <= 200",
			      "--tolerance needs --against");
	else if (options->tap && options->junit && !strcmp(options->junit, "-"))
		(void)dt_fail(&error, EINVAL, "--junit FILE",
			      "--tap and --junit - both take stdout");
	else
		return DT_EXIT_OK;
	dt_print_error("check", &error);
	return DT_EXIT_USAGE;
}

static int settle_and_check(struct check_options *options, int nr, char **paths)
{
	struct dt_error error;
	int ret = options->problem ? options->problem : check_usage(options);

	if (ret)
		return ret;
	options->report.command = "check";
	options->report.json = true;
	dt_report_options_all_views(&options->report);
	ret = dt_report_options_settle(&options->report, &error);
	if (ret) {
		dt_print_error("check", &error);
		return ret;
	}
	return check_inputs(options, nr, paths);
}

static int run(int argc, char **argv)
{
	struct check_options *options = calloc(1, sizeof(*options));
	struct dt_option table[OPTIONS_MAX + 1] = {0};
	int nr, ret;

	if (!options)
		return no_memory();
	join_options(table);
	dt_report_options_init(&options->report);
	if (dt_command_parse(&dt_command_check, table, options, argc, argv, &nr, &ret))
		ret = settle_and_check(options, nr, argv + 1);
	dt_expectations_free(&options->expectations);
	for (size_t i = 0; i < options->nr_tolerances; i++)
		dt_expression_free(options->tolerances[i].expression);
	free(options);
	return ret;
}

const struct dt_command dt_command_check = {
	.name = "check",
	.summary = "hold the figures of a recording against expectations",
	.run = run,
	.help = help,
};
